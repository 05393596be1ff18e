"""One suggestion: a code, what to do with it, and the words it is based on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

CODE: Final = "code"
CONSIDER: Final = "consider"
NOT_CODED: Final = "not-coded"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the note.

    Attributes:
        start, end: their place, in code points.
        text: the words: `note[start:end]`.
    """

    start: int
    end: int
    text: str

    @classmethod
    def of(cls, note: str, start: int, end: int) -> Evidence:
        """Return the words at a place."""
        return cls(start, end, note[start:end])


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A code suggested for a note, or one that isn't coded and why.

    Attributes:
        code: the code with its dot.
        title: its official title.
        disposition: code, consider or not-coded.
        confidence: how sure, 0 to 1.
        why: the reason, in a few words.
        rule: the rule that decided.
        evidence: the words of the note.
        alternatives: other codes that fit.
        query: what to ask the provider if the note is vague; None if it isn't.
        system: the code system.
    """

    code: str
    title: str
    disposition: str
    confidence: float
    why: str
    rule: str
    evidence: tuple[Evidence, ...]
    alternatives: tuple[tuple[str, str], ...] = ()
    query: str | None = None
    system: str = "ICD-10-CM"

    def as_dict(self) -> dict[str, Any]:
        """Return the suggestion as the JSON contract defines it."""
        return {
            "code": self.code,
            "system": self.system,
            "title": self.title,
            "disposition": self.disposition,
            "confidence": round(self.confidence, 2),
            "why": self.why,
            "rule": self.rule,
            "evidence": [
                {"start": one.start, "end": one.end, "text": one.text} for one in self.evidence
            ],
            "alternatives": [{"code": code, "title": title} for code, title in self.alternatives],
            "query": self.query,
        }


class Suggestions(list[Suggestion]):
    """The suggestions for a note, in order; with a language model, what came of asking it.

    Attributes:
        llm: the model, its place, the seed, and hashes of what was asked and answered; None if none was asked.
        not_checked: why the model's answer, or a part of it, wasn't used; a sentence each.
    """

    def __init__(
        self,
        found: Iterable[Suggestion] = (),
        llm: dict[str, Any] | None = None,
        not_checked: Iterable[str] = (),
    ) -> None:
        super().__init__(found)
        self.llm = llm
        self.not_checked = tuple(not_checked)

    def as_dict(self) -> dict[str, Any]:
        """Return them as the JSON contract defines them."""
        whole: dict[str, Any] = {"suggestions": [one.as_dict() for one in self]}
        return whole if self.llm is None else {**whole, "llm": self.llm, "not_checked": list(self.not_checked)}  # fmt: skip
