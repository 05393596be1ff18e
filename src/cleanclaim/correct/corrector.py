"""What every corrector offers, whatever format its file has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeVar

import polars as pl

from cleanclaim.correct.decisions import Decision
from cleanclaim.errors import RewriteError

REPLACEMENT: Final = "7"
VOID: Final = "8"
Own = TypeVar("Own", bound="Found")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a claim is sent again.

    Attributes:
        frequency: 7 to replace the earlier claim, 8 to void it.
        reference: the payer's number of the earlier claim.
        control_number: the number of the interchange, group and transaction of an 837.
        made: when it is made.
        by: who decided.
    """

    frequency: str
    reference: str
    control_number: int
    made: datetime
    by: str


class Found(Protocol):
    """A claim of the file."""

    @property
    def key(self) -> int:
        """Its number in the file, from 0."""

    @property
    def claim_id(self) -> str:
        """The number that its sender gave it."""


class Corrector(Protocol[Own]):
    """The claims of a file, and what is changed in them."""

    @property
    def claims(self) -> Mapping[str, Sequence[Own]]:
        """The claims by number; several may have one number."""

    @property
    def done(self) -> list[Decision]:
        """The changes that were made, with the values as they were and are."""

    def apply(self, decisions: Iterable[Decision], claim: Own | None = None) -> None:
        """Carry out decisions, all or none.

        Args:
            decisions: what to change.
            claim: the claim, if its number isn't enough.

        Raises:
            TableError: a decision can't be carried out; every fault is listed.
        """

    def safe(self, findings: pl.DataFrame) -> list[Decision]:
        """The safe repairs of the file.

        Args:
            findings: what a check of it found.
        """

    def finish(self, *, safe: bool) -> tuple[bytes, list[Decision]]:
        """The file with its changes, and what was changed around the claims.

        Args:
            safe: correct what is around the claims, such as counts, even if nothing was changed.

        Raises:
            TableError: the file would read back with other changes than those decided.
        """

    def again(self, claim: Own, decisions: list[Decision], terms: Terms) -> bytes:
        """A file with this claim alone, as a replacement or void.

        Raises:
            TableError: a decision can't be carried out; every fault is listed.
        """

    def payer_number(self, claim: Own) -> str | None:
        """The payer's number that the claim has already; None if it has none."""


def only_claim(claims: Mapping[str, Sequence[Own]], decision: Decision) -> Own:
    """The one claim that a decision is about.

    Raises:
        RewriteError: none or several have its number.
    """
    found = claims.get(decision.claim_id, [])
    if len(found) != 1:
        raise RewriteError(f"the file has {len(found) or 'no'} claim{'s' if found else ''} with this number")  # fmt: skip
    return found[0]
