"""Which family of visit codes a visit belongs to, and the codes of the family on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from cleanclaim.notes.level.answer import HIGH, LOW, MINIMAL, MODERATE
from cleanclaim.notes.tables import cue, rows

OFFICE: Final = "office"
PLACES: Final = {
    "office": OFFICE, "telehealth": OFFICE, "hospital": "hospital", "emergency": "emergency", "consultation": "consultation",
    "nursing-facility": "nursing-facility", "home": "home",
    "02": OFFICE, "10": OFFICE, "11": OFFICE, "19": OFFICE, "20": OFFICE, "22": OFFICE, "49": OFFICE, "50": OFFICE, "71": OFFICE, "72": OFFICE,
    "21": "hospital", "51": "hospital", "61": "hospital", "23": "emergency", "31": "nursing-facility", "32": "nursing-facility",
    "12": "home", "13": "home", "14": "home", "04": "home",
}  # fmt: skip
"""The family of each place, by its name or its place-of-service code."""
FIRST_YEAR: Final = {OFFICE: 2021}
"""The first year in which medical decision making or time decides; 2023 for the other families."""
_RANKS: Final = {"minimal": MINIMAL, "low": LOW, "moderate": MODERATE, "high": HIGH}
_NEW: Final = cue("visits.new")
_ESTABLISHED: Final = cue("visits.established")
_EMERGENCY: Final = cue("visits.emergency")
_DISCHARGED: Final = cue("visits.discharged")
_FIRST_DAY: Final = cue("visits.first_day")
_HOSPITAL: Final = cue("visits.hospital")
_NURSING: Final = cue("visits.nursing")
_HOME: Final = cue("visits.home")
_CONSULT: Final = cue("visits.consult")
_STAFF: Final = cue("visits.staff")
_PHYSICIAN: Final = cue("visits.physician")
_WARD: Final = cue("visits.ward")
_HINTS: Final = ("new ", "establish", "initial", "first visit", "never been seen")
_SAID: Final = (
    ("nursing-facility", _NURSING), ("home", _HOME), ("consultation", _CONSULT), ("emergency", _EMERGENCY), ("hospital", _HOSPITAL), ("hospital", _DISCHARGED),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A code of a family and what it takes.

    Attributes:
        code: the code.
        ranks: the levels of decision making that it is for; empty if staff alone can give it.
        minutes: the minutes that it takes by time; None if time doesn't decide.
    """

    code: str
    ranks: tuple[int, ...]
    minutes: int | None


@cache
def steps(family: str, patient: str, on: date) -> tuple[Step, ...]:
    """Return the codes of a family on a day, the lowest first."""
    return tuple(
        Step(row["code"], tuple(_RANKS[one] for one in row["decides"].split() if one in _RANKS), int(row["minutes"]) if row["minutes"] else None)
        for row in rows("visit_levels")
        if (row["family"], row["patient"]) == (family, patient) and row["valid_from"] <= on.isoformat() <= row["valid_to"]
    )  # fmt: skip


@cache
def place_of_code(code: str) -> tuple[str, str] | None:
    """Return the family of a visit code, and whether it is for new patients."""
    return next(
        ((row["family"], row["patient"]) for row in rows("visit_levels") if row["code"] == code),
        None,
    )


def family_of(note: str, place: str | None, billed: str | None) -> str:
    """Return the family of a visit: by its place, by what the note says, or by the billed code."""
    if place is not None:
        return PLACES[place]
    head = note[:600]
    said = next((family for family, words in _SAID if words.search(head)), None)
    own = place_of_code(billed) if billed else None
    return said or (own[0] if own else OFFICE)


def patient_of(note: str, family: str, given: str | None, billed: str | None) -> tuple[str, bool]:
    """Return new or established, or the kind of visit, and whether the note or the caller says so."""
    own = place_of_code(billed) if billed else None
    same = own[1] if own and own[0] == family else None
    if family == "emergency":
        return "any", True
    if family in {"office", "home"}:
        said = given or _said_of(note)
        return said or same or "established", said is not None
    if same:
        return same, True
    if family == "consultation":
        return ("hospital" if _WARD.search(note[:400]) else "office"), False
    if _DISCHARGED.search(note[:600]):
        return "discharge", True
    return ("initial" if _FIRST_DAY.search(note[:400]) or given == "new" else "subsequent"), False


def _said_of(note: str) -> str | None:
    """Return whether a note says that the patient is new or established."""
    low = note.lower()
    if any(one in low for one in _HINTS) and _NEW.search(note):
        return "new"
    return "established" if _ESTABLISHED.search(note[:1500]) else None


def is_staff_visit(note: str) -> bool:
    """Return true if only clinical staff saw the patient."""
    return _STAFF.search(note[:800]) is not None and _PHYSICIAN.search(note) is None
