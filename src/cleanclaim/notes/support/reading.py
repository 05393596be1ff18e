"""A note, read once for all of its codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from cleanclaim.notes.level.units import Unit, naming_section
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.suggestion import Evidence, Suggestion


@dataclass(frozen=True)
class Reading:
    """A note, read once for all of its codes.

    Attributes:
        note: the text.
        passages: its sentences.
        suggestions: the codes that it suggests.
        units: its problems.
        inpatient: an uncertain diagnosis is coded as if it were certain.
    """

    note: str
    passages: list[Sentence]
    suggestions: Sequence[Suggestion]
    units: Sequence[Unit]
    inpatient: bool = False

    @cached_property
    def main(self) -> str:
        """The section that names the problems of the visit."""
        return naming_section(self.passages)

    @cached_property
    def is_unclear(self) -> bool:
        """Whether a problem of the note has no code: what isn't found may still be there."""
        named = any(one.code[0] not in "VWXYZ" for one in self.suggestions)
        return any(not unit.codes for unit in self.units) or not named

    def section_of(self, evidence: Evidence) -> str:
        """Return the section that words are in."""
        return next((one.section for one in self.passages if one.start <= evidence.start < one.end), "")  # fmt: skip

    def around(self, own: Suggestion) -> Iterator[str]:
        """Yield the words about a condition: the sentences that name it, and the rest of its problem."""
        named = (
            one
            for each in own.evidence
            for one in self.passages
            if one.start <= each.start < one.end
        )
        units = (unit for unit in self.units if any(each.code == own.code for each in unit.codes))
        more = (one for unit in units for one in unit.sentences)
        for sentence in dict.fromkeys((*named, *more)):
            yield self.note[sentence.start : sentence.end]
