"""The options of a check as a request gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cleanclaim.edits import registry
from cleanclaim.edits.edit import Edit
from cleanclaim.options import Options
from cleanclaim.read.table_options import TableOptions
from cleanclaim.server.engine import Held
from cleanclaim.server.problems import Problem
from cleanclaim.settings import Settings

NAMES: Final = ("payer_class", "as_of", "select", "ignore", "min_disposition", "policy_state", "adopts", "sheet")  # fmt: skip
"""The query parameters that say how claims are judged."""


@dataclass(frozen=True)
class Choices:
    """How the claims of a request are judged; equal choices can be checked together.

    Attributes:
        payer_class: treat every claim as this payer class.
        as_of: the day as of which claims are judged.
        select: codes, families or names of the edits to run, separated by commas.
        ignore: those not to run.
        min_disposition: the mildest disposition to report.
        policy_state: the state whose coverage policies apply to claims without a state.
        adopts: payers and whose rules they adopted: `60054:medicare,commercial:medicare`.
        sheet: the sheet of a workbook.
    """

    payer_class: str | None = None
    as_of: str | None = None
    select: str = ""
    ignore: str = ""
    min_disposition: str = "info"
    policy_state: str | None = None
    adopts: str = ""
    sheet: str | None = None

    @classmethod
    def of(cls, query: Mapping[str, str], also: tuple[str, ...] = ()) -> Choices:
        """The choices in a request's query.

        Args:
            query: its parameters.
            also: parameters that mean something else.

        Raises:
            Problem: a parameter is unknown, so that a misspelled one never passes silently.
        """
        unknown = [name for name in query if name not in NAMES and name not in also]
        if unknown:
            expected = ", ".join((*NAMES, *also))
            raise Problem(400, "option", "the query has an unknown parameter", [f"expected {expected}"])  # fmt: skip
        return cls(**{name: query[name] for name in NAMES if query.get(name)})

    def options(self) -> Options:
        """The same, as the library takes them."""
        return Options(
            payer_class=self.payer_class, as_of=self.as_of, select=self.select, ignore=self.ignore,
            min_disposition=self.min_disposition, policy_state=self.policy_state, adopts=self._adopted(), sheet=self.sheet,
        )  # fmt: skip

    def settings(self) -> Settings:
        """How claims are judged.

        Raises:
            ConfigError: a value isn't valid.
        """
        return self.options().settings()

    def tables(self) -> TableOptions:
        """What is said about tables."""
        return self.options().tables()

    def edits(self, held: Held) -> tuple[Edit, ...]:
        """The edits to run.

        Raises:
            UnknownEdit: there is no such edit.
        """
        return tuple(registry.choose(held.edits, *self.options().words()))

    def _adopted(self) -> dict[str, str]:
        pairs = [part.partition(":") for part in self.adopts.split(",") if part.strip()]
        if any(not middle for _, middle, _ in pairs):
            raise Problem(400, "option", "adopts: expected payer:program pairs, such as 60054:medicare")  # fmt: skip
        return {payer.strip(): program.strip() for payer, _, program in pairs}
