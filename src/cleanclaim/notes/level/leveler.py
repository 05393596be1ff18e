"""The level of a visit: the better of medical decision making and time, with what each is based on.

Sources: CPT E/M guidelines 2021 (office visits), 2023 (other families) and 2024 (time as a
minimum), CMS MLN006764 and Claims Processing Manual chapter 12, section 30.6, in our own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from cleanclaim.errors import ConfigError
from cleanclaim.notes.level.answer import (
    DATA_NAMES,
    NAMES,
    OVER,
    SUPPORTED,
    UNDER,
    WRONG_CATEGORY,
    Element,
    Extra,
    Level,
    Time,
    mdm_rank,
)
from cleanclaim.notes.level.data import data_of
from cleanclaim.notes.level.extras import (
    MEDICARE,
    longitudinal,
    preventive_services,
    prolonged,
    separate_work,
)
from cleanclaim.notes.level.minutes import minutes_of
from cleanclaim.notes.level.problems import problems_of
from cleanclaim.notes.level.risk import is_emergency, risk_of
from cleanclaim.notes.level.units import sentences_of, units_of
from cleanclaim.notes.level.visits import (
    FIRST_YEAR,
    PLACES,
    Step,
    family_of,
    is_staff_visit,
    patient_of,
    place_of_code,
    steps,
)
from cleanclaim.notes.special import LONG_TERM
from cleanclaim.notes.suggest import Options as NoteOptions
from cleanclaim.notes.suggest import Suggester
from cleanclaim.notes.suggestion import Suggestion

PAYERS: Final = (MEDICARE, "commercial")
PATIENTS: Final = ("new", "established")
_OTHERS_FROM: Final = 2023
_ONLY_IF: Final = "Bill it only if the visit included it."


@dataclass(frozen=True, slots=True)
class Options:
    """What is known of a visit besides its note.

    Attributes:
        on: the date of service.
        patient: new or established; None to read it from the note.
        place: the place: office, hospital, emergency, consultation, nursing-facility, home, or a place-of-service code.
        payer: medicare or commercial.
        billed: the billed visit code.
    """

    on: date
    patient: str | None = None
    place: str | None = None
    payer: str | None = None
    billed: str | None = None

    def __post_init__(self) -> None:
        """Check the words.

        Raises:
            ConfigError: one isn't known.
        """
        faults = [
            f"{name}: expected {', '.join(known[:-1])} or {known[-1]}, found {value!r}"
            for name, value, known in (("patient", self.patient, PATIENTS), ("payer", self.payer, PAYERS), ("place", self.place, tuple(PLACES)))
            if value is not None and value not in known
        ]  # fmt: skip
        if self.billed is not None and not (len(self.billed) == 5 and self.billed.isalnum()):
            faults.append("billed: expected a visit code of five characters, such as 99213")
        if faults:
            raise ConfigError(faults)


class Leveler:
    """Finds the level of visits.

    Args:
        suggester: finds the conditions of a note.
    """

    def __init__(self, suggester: Suggester) -> None:
        self._suggester = suggester

    def level(
        self, note: str, options: Options, suggestions: Sequence[Suggestion] | None = None
    ) -> Level:
        """Return the level that a note supports.

        Args:
            note: the text.
            options: what else is known of the visit.
            suggestions: the codes of the note, if they are known.
        """
        if suggestions is None:
            every = self._suggester.suggest(note, NoteOptions(options.on))
            suggestions = [one for one in every if one.rule != LONG_TERM]  # a drug is no problem
        passages = sentences_of(note)
        year = options.on.year
        units = units_of(note, passages, suggestions)
        risk = risk_of(note, passages, units, year)
        problems = problems_of(note, units, is_emergency=is_emergency(risk))
        data = data_of(note, passages, year)
        time = minutes_of(note, passages)
        family = family_of(note, options.place, options.billed)
        if family == "consultation" and options.payer == MEDICARE:
            family = "office"  # Medicare pays no consultation codes: Claims Processing Manual, chapter 12, section 30.6.10
        patient, is_known = patient_of(note, family, options.patient, options.billed)
        found = Level(None, None, "", family, patient, problems, data, risk, time)
        found = _decided(note, found, options)
        modifier, acts = separate_work(note, passages, problems)
        preventive = preventive_services(note, passages)
        if acts and modifier is None and found.code is not None and family == "office":
            why = "the note shows the procedure and what belongs to it; no separate visit"
            found = replace(found, code=None, basis=None, why=why, missing_for_next=())
        if modifier is None and preventive and found.code and problems.rank > 0:
            modifier = Extra(
                "25",
                "problems were evaluated beyond the preventive service",
                problems.items[0].evidence,
            )
        modifiers = (modifier,) if modifier and found.code else ()
        extras = (
            *(
                prolonged(found.code, time, options.payer, options.on)
                if _by_time(found, time, options.on)
                else ()
            ),
            *longitudinal(
                note,
                passages,
                found.code,
                options.on,
                options.payer,
                with_25=bool(modifiers),
                preventive=bool(preventive) and not acts,
            ),
        )
        found = replace(found, add_ons=extras, modifiers=modifiers)
        if not is_known and found.code and family in {"office", "home"}:
            found = replace(
                found,
                why=f"{found.why}; the note doesn't say whether the patient is new: {patient} is assumed",
            )
        is_judged = options.on.year >= FIRST_YEAR.get(found.family, _OTHERS_FROM)
        return (
            replace(found, billed=_verdict(found, options))
            if options.billed and is_judged
            else found
        )


def _by_time(found: Level, time: Time, on: date) -> bool:
    """Return true if time supports the code: prolonged service goes with a visit chosen by time."""
    own = next(
        (one for one in steps(found.family, found.patient, on) if one.code == found.code), None
    )
    return (
        own is not None
        and own.minutes is not None
        and time.minutes is not None
        and time.minutes >= own.minutes
    )


def _decided(note: str, found: Level, options: Options) -> Level:
    """Return the level with its code."""
    if options.on.year < FIRST_YEAR.get(found.family, _OTHERS_FROM):
        first = FIRST_YEAR.get(found.family, _OTHERS_FROM)
        return replace(
            found,
            why=f"before {first}, history and examination decided the level of such visits: not judged",
        )
    ladder = steps(found.family, found.patient, options.on)
    if found.family in {"office", "emergency"} and is_staff_visit(note) and not ladder[0].ranks:
        return replace(
            found, code=ladder[0].code, basis="mdm", why="only clinical staff saw the patient"
        )
    rank = mdm_rank(found.problems, found.data, found.risk)
    by_mdm = next((one for one in ladder if rank in one.ranks), None)
    by_time = _step_by_time(ladder, found.time)
    if found.problems.rank < 0:
        by_mdm = None
    if by_mdm is None and by_time is None:
        why = "no problem is addressed and no time is stated: the note supports no visit"
        return replace(found, why=why, missing_for_next=_missing(found, ladder, -1))
    order = [one.code for one in ladder]
    is_time = by_mdm is None or (
        by_time is not None and order.index(by_time.code) > order.index(by_mdm.code)
    )
    chosen = by_time if is_time else by_mdm
    assert chosen is not None  # noqa: S101 - one of them is there
    why = (
        f"{found.time.minutes} minutes"
        if is_time
        else f"decision making is {_mdm_name(rank)}: {_reached(found, rank)}"
    )
    return replace(
        found,
        code=chosen.code,
        basis="time" if is_time else "mdm",
        why=why,
        missing_for_next=_missing(found, ladder, order.index(chosen.code)),
    )


def _mdm_name(rank: int) -> str:
    return {0: "straightforward"}.get(rank, NAMES[rank])


def _reached(found: Level, rank: int) -> str:
    """Return the elements that reach a level, in words."""
    elements = (("problems", found.problems), ("data", found.data), ("risk", found.risk))
    return ", ".join(f"{name} {one.level}" for name, one in elements if one.rank >= rank)


def _step_by_time(ladder: Sequence[Step], time: Time) -> Step | None:
    """Return the highest code whose minutes are met."""
    if time.minutes is None:
        return None
    met = [one for one in ladder if one.minutes is not None and time.minutes >= one.minutes]
    return met[-1] if met else None


def _missing(found: Level, ladder: Sequence[Step], at: int) -> tuple[str, ...]:
    """Return what the next level takes that the note doesn't show."""
    above = next((one for one in ladder[at + 1 :] if one.ranks), None)
    if above is None:
        return ()
    rank = above.ranks[0]
    lacking = [
        f"{name}: {_level_name(name, element.rank)} is shown, {above.code} takes {_level_name(name, rank)}"
        for name, element in (
            ("problems", found.problems),
            ("data", found.data),
            ("risk", found.risk),
        )
        if element.rank < rank
    ]
    said = (
        [f"Two of the three elements decide. {'; '.join(lacking)}. {_ONLY_IF}"] if lacking else []
    )
    if above.minutes is not None:
        shown = (
            "no minutes are stated"
            if found.time.minutes is None
            else f"{found.time.minutes} minutes count"
        )
        said.append(f"Or by time: {above.code} takes {above.minutes} minutes; {shown}. {_ONLY_IF}")
    return tuple(said)


def _level_name(element: str, rank: int) -> str:
    return (DATA_NAMES if element == "data" else NAMES)[rank]


def _verdict(found: Level, options: Options) -> tuple[str, str, str]:
    """Return the billed code with the verdict on it, and why."""
    billed = options.billed or ""
    own = place_of_code(billed)
    if own is None:
        return (
            billed,
            WRONG_CATEGORY,
            "not a visit code whose level decision making or time decides",
        )
    if found.code is None:
        return billed, OVER, found.why
    if own != (found.family, found.patient):
        return (
            billed,
            WRONG_CATEGORY,
            f"the visit is {_category(found.family, found.patient)}; {billed} is {_category(*own)}",
        )
    order = [one.code for one in steps(found.family, found.patient, options.on)]
    if billed not in order:
        return billed, WRONG_CATEGORY, f"{billed} isn't in force on {options.on}"
    ahead = order.index(billed) - order.index(found.code)
    if ahead == 0:
        return billed, SUPPORTED, found.why
    return (billed, OVER if ahead > 0 else UNDER, f"the note supports {found.code}: {found.why}")


def _category(family: str, patient: str) -> str:
    return f"{family} ({patient})" if patient != "any" else family


def elements(found: Level) -> tuple[tuple[str, Element], ...]:
    """Return the three elements of decision making by name."""
    return (("problems", found.problems), ("data", found.data), ("risk", found.risk))
