"""The verdict on a billed code, with the words of the note that it is based on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from cleanclaim.notes.level.answer import spans
from cleanclaim.notes.suggestion import Evidence

SUPPORTED: Final = "supported"
PARTLY: Final = "partly"
UNSUPPORTED: Final = "unsupported"
CONTRADICTED: Final = "contradicted"
NOT_CHECKED: Final = "not-checked"
"""For a code of whose words in notes cleanclaim knows nothing."""

ABSENT: Final = "absent"
PARTLY_NAMED: Final = "partly-named"
"""Not found as a condition, but the note has a telling word of it."""
DENIED: Final = "denied"
FAMILY: Final = "family"
PAST: Final = "past"
UNCERTAIN: Final = "uncertain"
HYPOTHETICAL: Final = "hypothetical"
OTHER_SIDE: Final = "other-side"
CONFLICT: Final = "conflict"
LESS_SPECIFIC: Final = "less-specific"
MORE_SPECIFIC: Final = "more-specific"
INTEGRAL: Final = "integral"
COMBINED: Final = "combined"
NOT_ASSESSED: Final = "not-assessed"
NOT_DONE: Final = "not-done"
NO_MINUTES: Final = "no-minutes"
TOO_MANY_UNITS: Final = "too-many-units"
NO_SEPARATE_WORK: Final = "no-separate-work"
OVER: Final = "over"
UNDER: Final = "under"
WRONG_CATEGORY: Final = "wrong-category"
FINE: Final = "fine"


@dataclass(frozen=True, slots=True)
class Support:
    """The verdict on a billed code.

    Attributes:
        code: the code as it was given.
        verdict: supported, partly, unsupported, contradicted; or not-checked.
        reason: what decided, as one of the words above.
        why: the same in a sentence.
        evidence: the words of the note.
        better: the code that the note supports instead; None if there is none.
    """

    code: str
    verdict: str
    reason: str
    why: str
    evidence: tuple[Evidence, ...] = ()
    better: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as the JSON contract defines it."""
        return {
            "code": self.code,
            "verdict": self.verdict,
            "reason": self.reason,
            "evidence": spans(self.evidence),
            "why": self.why,
            "better": self.better,
        }
