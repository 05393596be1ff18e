"""What came of the mutants of an edit, in numbers and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from mutating.equivalent import Equivalent
from mutating.run import Mutant


@dataclass(frozen=True, slots=True)
class Summary:
    """The mutants of an edit, or of all of them.

    Attributes:
        of: the edit's code, the helper module's name, or "total".
        mutants: all of them, in order.
        equivalent: how many behave like the edit.
        survivors: those that no example caught, equivalent ones left out.
    """

    of: str
    mutants: tuple[Mutant, ...]
    equivalent: int
    survivors: tuple[Mutant, ...]

    @classmethod
    def of_mutants(cls, name: str, mutants: Sequence[Mutant], listed: Sequence[Equivalent]) -> Self:
        """The summary of one edit."""
        same = {one.mutation for one in listed if one.edit == name}
        survivors = [mutant for mutant in mutants if mutant.caught is None]
        others = tuple(mutant for mutant in survivors if mutant.name not in same)
        return cls(name, tuple(mutants), len(survivors) - len(others), others)

    @classmethod
    def total(cls, summaries: Sequence[Self]) -> Self:
        """The sum of several; it lists no survivors in its text."""
        return cls(
            "total",
            tuple(mutant for one in summaries for mutant in one.mutants),
            sum(one.equivalent for one in summaries),
            tuple(mutant for one in summaries for mutant in one.survivors),
        )

    @property
    def share(self) -> float:
        """Percent of the mutants caught that could be."""
        could = len(self.mutants) - self.equivalent
        return 100.0 if could == 0 else 100 * (could - len(self.survivors)) / could

    def counts(self) -> dict[str, float]:
        """The numbers."""
        caught = len(self.mutants) - self.equivalent - len(self.survivors)
        return {
            "mutants": len(self.mutants),
            "caught": caught,
            "equivalent": self.equivalent,
            "survived": len(self.survivors),
            "percent": round(self.share, 1),
        }

    def text(self) -> str:
        """One line, and one for each survivor of an edit."""
        counts = self.counts()
        head = (
            f"{self.of}: {counts['mutants']} mutants, {counts['caught']} caught, {counts['equivalent']} equivalent,"
            f" {counts['survived']} survived ({counts['percent']} %)"
        )
        if self.of == "total":
            return head
        return "\n".join([head, *(f"  line {one.line}, {one.name}" for one in self.survivors)])
