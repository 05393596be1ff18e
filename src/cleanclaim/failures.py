"""Internal failures: an edit, a file or a group of claims that couldn't be processed.

A failure stops nothing else. Polars and other compiled libraries may panic, and a panic isn't an
`Exception`. So work that may fail is guarded with `except BaseException` and `reason_of`, which
lets an interruption by the user pass. The traceback, which may contain claim data, goes only to the
logger `cleanclaim` at level DEBUG.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from cleanclaim.errors import CleanclaimError

LOGGER: Final = logging.getLogger("cleanclaim")
CAUGHT: Final = "caught"
"""The log message for an error that cleanclaim recovers from."""
_PANIC: Final = "PanicException"
"""PyO3's name for a panic of Rust code; each compiled library has its own class."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An edit that failed, or a group of claims that couldn't be checked at all.

    Attributes:
        kind: edit or claims.
        name: the edit's code or file, or the first claim of the group.
        claims: how many claims it left unchecked; None for all, because the edit couldn't be
            loaded.
        reason: why, in words without claim data.
    """

    kind: Literal["edit", "claims"]
    name: str
    claims: int | None
    reason: str

    def __str__(self) -> str:
        if self.claims is None:
            return f"an edit can't run and checked nothing: {self.reason}"
        several = f"{self.claims:,} claim{'' if self.claims == 1 else 's'}"
        if self.kind == "edit":
            return f"edit {self.name} failed and didn't check {several}: {self.reason}"
        return f"{several} couldn't be checked; the first is {self.name}: {self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """The failure as a JSON object."""
        return {
            "kind": self.kind,
            "name": self.name,
            "claims": self.claims,
            "reason": self.reason,
        }


def reason_of(error: BaseException) -> str:
    """Why something failed, in words without claim data; the traceback is logged.

    Args:
        error: the error that was caught.

    Returns:
        The message of cleanclaim's own error, which holds no claim data; for any other error, only
        its kind.

    Raises:
        BaseException: the error itself if it isn't a fault: the user stopped the program.
    """
    if not is_fault(error):
        raise error
    LOGGER.debug(CAUGHT, exc_info=error)
    if isinstance(error, CleanclaimError):
        return str(error)
    return f"an internal error ({type(error).__name__})"


def is_fault(error: BaseException) -> bool:
    """True for an exception or a panic, False for a stop by the user."""
    return isinstance(error, Exception) or is_panic(error)


def is_panic(error: BaseException) -> bool:
    """True for a panic of a compiled library."""
    return type(error).__name__ == _PANIC


def merge_failures(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """Combine the failures of several groups: an edit that failed the same way in several is listed once."""
    claims: Counter[tuple[str, str]] = Counter()
    groups = []
    for failure in failures:
        if failure.kind == "edit" and failure.claims is not None:
            claims[failure.name, failure.reason] += failure.claims
        else:
            groups.append(failure)
    edits = [Failure("edit", name, count, why) for (name, why), count in sorted(claims.items())]
    return (*edits, *groups)
