"""One search result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """One search result.

    Attributes:
        system: ICD-10-CM, ICD-9-CM, HCPCS or CPT.
        code: the code with its dot.
        title: the official title, or our own words for a CPT code; None if there is none.
        billable: True if the code can be billed on the day.
        matched: the words of `term` that matched the query.
        term: the term that matched.
        source: where the term comes from: title, inclusion term, synonym, index, note; or code.
        score: how well it fits, about 0 to 1.
        divides_into: for a category, the codes below it; for a code with a seventh character, all
            the choices.
        as_of: the code list's date, if it differs from the date you asked for.
        missed: the words of the query that it doesn't have.
        fits: false if it lacks the query's most informative word, or a quarter of what it says.
        made_title: without a title, one made from the code above it.
        role: what it is for if several codes are needed together.
    """

    system: str
    code: str
    title: str | None
    billable: bool
    matched: tuple[str, ...]
    term: str
    source: str
    score: float
    divides_into: tuple[str, ...] = ()
    as_of: date | None = None
    missed: tuple[str, ...] = ()
    fits: bool = True
    made_title: str | None = None
    role: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the result as the JSON contract defines it."""
        return {
            "system": self.system,
            "code": self.code,
            "title": self.title,
            "billable": self.billable,
            "matched": list(self.matched),
            "term": self.term,
            "source": self.source,
            "score": self.score,
            "divides_into": list(self.divides_into),
            "as_of": str(self.as_of) if self.as_of else None,
            "missed": list(self.missed),
            "fits": self.fits,
            "made_title": self.made_title,
            "role": self.role,
        }
