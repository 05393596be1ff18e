"""The number and kind of problems that a visit addresses.

Sources: CPT E/M guidelines 2021 and 2023 (definitions of problems and table of medical decision
making), CMS MLN006764, in our own words. A problem that is only listed, or that another clinician
manages, isn't addressed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from cleanclaim.notes.level.answer import HIGH, LOW, MINIMAL, MODERATE, NONE, Element, Item
from cleanclaim.notes.level.units import Unit
from cleanclaim.notes.level.wording import matches, table_pattern
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.suggestion import Evidence
from cleanclaim.notes.tables import cue, rows

_STABLE: Final = cue("problems.stable")
_WORSE: Final = cue("problems.worse")
_SEVERE: Final = cue("problems.severe")
_THREAT: Final = cue("problems.threat")
_DIRE: Final = cue("problems.dire")
_SYSTEMIC: Final = cue("problems.systemic")
_UNCERTAIN: Final = cue("problems.uncertain")
_NEW: Final = cue("problems.new")
_MINOR_NAME: Final = cue("problems.minor_name")
_CHRONIC: Final = cue("problems.chronic")
_INJURY: Final = cue("problems.injury")
_NO_LOC: Final = cue("problems.no_loc")
_ELSEWHERE: Final = cue("problems.elsewhere")
_DONE: Final = cue("problems.done")
_MORE: Final = cue("problems.more")
_PRESSURE: Final = cue("problems.pressure")
_MEASURE: Final = cue("problems.measure")
_LIMITS: Final = {"a1c": 8.0, "hba1c": 8.0, "hemoglobin a1c": 8.0, "phq9": 10.0, "gad7": 10.0}
_NEGATED: Final = cue("problems.negated")
_CAN_BE_SYSTEMIC: Final = ("L03", "J10", "J11", "A08", "A09", "N39", "K529", "U071", "J2")
_HISTORY: Final = ("Z08", "Z09", "Z85", "Z86", "Z94", "Z95")
_NUMBER: Final = re.compile(r"\d")
_IDLE: Final = frozenset(("follow-up", "follow up", "likely", "normal", "plan", "goal"))
_NEAR: Final = 40
_KINDS: Final = {
    "minor": (MINIMAL, "a minor problem"),
    "acute": (LOW, "an acute, uncomplicated illness or injury"),
    "stable": (LOW, "a stable chronic illness"),
    "recovering": (LOW, "a stable acute illness"),
    "worse": (MODERATE, "a chronic illness that is worse, not at goal, or with side effects of treatment"),
    "uncertain": (MODERATE, "a new problem with uncertain prognosis"),
    "systemic": (MODERATE, "an acute illness with systemic symptoms"),
    "complicated": (MODERATE, "an acute complicated injury"),
    "severe": (HIGH, "a chronic illness with severe exacerbation"),
    "threat": (HIGH, "an illness or injury that threatens life or function"),
}  # fmt: skip


_GROWTHS: Final = ("E04", "D1", "D2", "D3", "N28", "N83", "N60", "K86", "E27")
"""Nodules, cysts and benign growths, which last: of uncertain prognosis as long as malignancy is to be excluded."""


def problems_of(note: str, units: Sequence[Unit], *, is_emergency: bool = False) -> Element:
    """Return the element of problems.

    Args:
        note: the note.
        units: its problems, each with the text about it.
        is_emergency: the plan sends the patient to a hospital at once.
    """
    items, kinds = [], []
    for unit in units:
        if not _counts_at_all(unit):
            continue
        reason = why_not_addressed(note, unit)
        if reason is not None:
            items.append(Item(unit.name.text, reason, counts=False, evidence=(unit.name,)))
            continue
        kind, words = _kind(note, unit, is_emergency=is_emergency)
        kinds.append(kind)
        rank, why = _KINDS[kind]
        items.append(
            Item(unit.name.text, why, counts=True, evidence=(unit.name, *words), rank=rank)
        )
    if not kinds:
        items += _watched(note, units)
        kinds += ["stable" for one in items if one.counts]
    rank, why = _rank(kinds)
    return Element(rank, why, tuple(items))


def _watched(note: str, units: Sequence[Unit]) -> list[Item]:
    """Return past conditions that are watched, if a visit addresses nothing else."""
    own = [one for one in units if any(code.startswith(_HISTORY) for code in one.plain_codes)]
    why = "a past condition that is watched: as a stable illness"
    return [
        Item(one.name.text, why, counts=True, evidence=(one.name,), rank=LOW)
        for one in own[:1]
        if why_not_addressed(note, one) is None
    ]


def _rank(kinds: list[str]) -> tuple[int, str]:
    """Return the level that problems of some kinds reach together."""
    if not kinds:
        return NONE, "no problem was addressed"
    top = max(kinds, key=lambda kind: _KINDS[kind][0])
    rank = _KINDS[top][0]
    if rank < MODERATE and kinds.count("stable") > 1:
        return MODERATE, f"{kinds.count('stable')} stable chronic illnesses"
    if rank == MINIMAL and len(kinds) > 1:
        return LOW, f"{len(kinds)} minor problems"
    return rank, _KINDS[top][1]


def _counts_at_all(unit: Unit) -> bool:
    """Return true if a unit is a problem: not a status, a check-up or a vaccination."""
    return not unit.codes or any(kind_of(code) != "none" for code in unit.plain_codes)


def why_not_addressed(note: str, unit: Unit) -> str | None:
    """Return why a problem isn't addressed; None if it is.

    It is if its text has a status, an act, a number, a drug or a test, or if there is a sentence about it besides the one that names it.
    """
    rest = _rest(note, unit)
    elsewhere = _ELSEWHERE.search(rest)
    acts = [one for one in _DONE.finditer(rest) if elsewhere is None or not _is_of(one, elsewhere)]
    if elsewhere and all(one[0].lower() in _IDLE for one in acts):
        return "managed by another clinician; nothing was assessed or done here"
    tables = (table_pattern(name, "names")[0] for name in ("drugs", "tests"))
    has_more = any(one.search(rest) for one in (_STABLE, _WORSE, _NUMBER, *tables))
    has_sentence = any(_is_about(note, one, unit) for one in unit.sentences)
    if acts or has_more or has_sentence or unit.is_suspected:
        return None
    return "only named: nothing was assessed, ordered or treated"


def has_status(note: str, sentence: Sentence) -> bool:
    """Return true if a sentence says how a condition is."""
    return any(one.search(note, sentence.start, sentence.end) for one in (_STABLE, _WORSE))


def _is_of(act: re.Match[str], elsewhere: re.Match[str]) -> bool:
    """Return true if an act is another clinician's."""
    return elsewhere.start() <= act.start() < elsewhere.end() + _NEAR


def _is_about(note: str, sentence: Sentence, unit: Unit) -> bool:
    """Return true if a sentence says something of a problem that another sentence names."""
    names = (unit.name, *unit.siblings)
    if any(sentence.start <= one.start < sentence.end for one in names):
        return False
    return len(re.findall(r"[A-Za-z]{2,}", note[sentence.start : sentence.end])) > 1


def _rest(note: str, unit: Unit) -> str:
    """Return the text about a problem without its name."""
    text = []
    for one in unit.sentences:
        words = note[one.start : one.end]
        if one.start <= unit.name.start < one.end:
            words = (
                note[one.start : unit.name.start]
                + " "
                + note[min(unit.name.end, one.end) : one.end]
            )
        text.append(words)
    return " ".join(text)


def _kind(note: str, unit: Unit, *, is_emergency: bool) -> tuple[str, tuple[Evidence, ...]]:
    """Return what kind of problem it is, and the words that say so."""
    kinds = [kind_of(code) for code in unit.plain_codes]
    if (dire := _threat(note, unit, kinds, is_emergency=is_emergency)) is not None:
        return "threat", dire
    if "threat" in kinds:
        return "uncertain", ()
    if {"chronic", "worse", "severe"} & set(kinds) or (not kinds and _found(note, unit, _CHRONIC)):
        return _chronic_kind(note, unit, kinds)
    return _acute_kind(note, unit, kinds)


def _threat(
    note: str, unit: Unit, kinds: list[str], *, is_emergency: bool
) -> tuple[Evidence, ...] | None:
    """Return the words that say that life or function is threatened; None if it isn't.

    A threat that is only suspected counts if the patient is sent to a hospital for it.
    """
    if threat := _found(note, unit, _THREAT):
        return threat
    if is_emergency and not is_stable_chronic(kinds) and (dire := _found(note, unit, _DIRE)):
        return dire
    return () if "threat" in kinds and (is_emergency or not unit.is_suspected) else None


def is_stable_chronic(kinds: Sequence[str]) -> bool:
    """Return true if all that is known is a chronic illness."""
    return bool(kinds) and all(one in {"chronic", "none"} for one in kinds)


def _chronic_kind(note: str, unit: Unit, kinds: list[str]) -> tuple[str, tuple[Evidence, ...]]:
    """Return whether a chronic illness is stable; one that is only suspected is an acute problem."""
    if unit.is_suspected:
        return "acute", ()
    severe, worse = _found(note, unit, _SEVERE), _found(note, unit, _WORSE)
    if severe or "severe" in kinds:
        return "severe", severe
    if worse or "worse" in kinds:
        return "worse", worse
    if measured := _not_at_goal(note, unit):
        return "worse", measured
    stable = _found(note, unit, _STABLE)
    return ("stable", stable) if stable else _unsettled(note, unit)


def _unsettled(note: str, unit: Unit) -> tuple[str, tuple[Evidence, ...]]:
    """Return the kind of a chronic problem that the note doesn't call stable."""
    is_growth = any(code.startswith(_GROWTHS) for code in unit.plain_codes)
    if is_growth and (doubt := _found(note, unit, _UNCERTAIN)):
        return "uncertain", doubt
    if (more := _found(note, unit, _MORE)) and _has_drug(note, unit):
        return "worse", more
    return "stable", ()


def _acute_kind(note: str, unit: Unit, kinds: list[str]) -> tuple[str, tuple[Evidence, ...]]:
    """Return the kind of an illness or injury that isn't chronic."""
    harder = _harder_kind(note, unit, kinds)
    if harder is not None:
        return harder
    if not kinds and _found(note, unit, _CHRONIC):
        return "stable", ()
    is_minor = (
        all(kind in {"minor", "none"} for kind in kinds)
        if kinds
        else _MINOR_NAME.search(unit.name.text)
    )
    return ("minor" if is_minor else "acute"), ()


def _harder_kind(
    note: str, unit: Unit, kinds: list[str]
) -> tuple[str, tuple[Evidence, ...]] | None:
    """Return the kind of an acute problem that isn't plain: complicated, systemic or of uncertain prognosis."""
    if found := _complicated(note, unit, kinds):
        return found
    if "systemic" in kinds and not unit.is_suspected:
        return "systemic", ()
    if "uncertain" in kinds:
        return "uncertain", ()
    if doubt := _found(note, unit, _UNCERTAIN):
        return "uncertain", doubt
    systemic = _found(note, unit, _SYSTEMIC)
    if systemic and any(code.startswith(_CAN_BE_SYSTEMIC) for code in unit.plain_codes):
        return "systemic", systemic
    return None


def _complicated(
    note: str, unit: Unit, kinds: list[str]
) -> tuple[str, tuple[Evidence, ...]] | None:
    """Return whether an injury is complicated: its treatment or its harm goes beyond the injured part."""
    text = unit.text(note)
    if _NO_LOC.search(text) or not any(code[0] in "ST" for code in unit.plain_codes):
        return None
    if injury := _found(note, unit, _INJURY):
        return "complicated", injury
    is_minor = re.search(r"\bminor head injury\b", text, re.IGNORECASE)
    return ("complicated", ()) if "complicated" in kinds and not is_minor else None


def _found(note: str, unit: Unit, what: re.Pattern[str]) -> tuple[Evidence, ...]:
    """Return the words about a problem that match a pattern and aren't negated."""
    found = []
    for sentence in (*unit.sentences, *unit.elsewhere):
        for match in what.finditer(note, *unit.reach(note, sentence)):
            before = note[sentence.start : match.start()]
            if not _NEGATED.search(before):
                found.append(Evidence.of(note, match.start(), match.end()))
    return tuple(found[:3])


def _not_at_goal(note: str, unit: Unit) -> tuple[Evidence, ...]:
    """Return a measurement that is above its goal."""
    for sentence in (*unit.sentences, *unit.elsewhere):
        if any(code.startswith("I1") for code in unit.plain_codes):
            for match in _PRESSURE.finditer(note, sentence.start, sentence.end):
                high, low = int(match[1]), int(match[2])
                after = note[match.end() : match.end() + 25].lower()
                before = note[max(sentence.start, match.start() - 25) : match.start()].lower()
                if (
                    "goal" in before
                    or "<" in before
                    or "less than" in before
                    or "now" in after
                    or "previous" in before
                ):
                    continue
                if (high >= 140 or low >= 90) and low < high:
                    return (Evidence.of(note, match.start(), match.end()),)
        for match in _MEASURE.finditer(note, sentence.start, sentence.end):
            name = match["what"].lower().replace("-", "")
            limit = float(match["goal"]) if match["goal"] else _LIMITS.get(name)
            before = note[max(sentence.start, match.start() - 20) : match.start()].lower()
            if (
                limit is not None
                and float(match["value"]) >= limit
                and "goal" not in before
                and _fits(name, unit)
            ):
                return (Evidence.of(note, match.start(), match.end()),)
    return ()


def _fits(measure: str, unit: Unit) -> bool:
    """Return true if a measurement is of this problem."""
    prefixes = {"phq9": ("F32", "F33"), "gad7": ("F41",), "ldl": ("E78", "I25")}.get(measure, ("E08", "E09", "E10", "E11", "E13"))  # fmt: skip
    return any(code.startswith(prefixes) for code in unit.plain_codes)


def _has_drug(note: str, unit: Unit) -> bool:
    drugs, _ = table_pattern("drugs", "names")
    return any(next(matches(note, one, drugs), None) for one in unit.sentences)


@cache
def _prefixes() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows("problem_kinds"):
        for prefix in row["prefixes"].replace(".", "").split():
            found.setdefault(prefix, []).append(row["kind"])
    return found


@cache
def kind_of(code: str) -> str:
    """Return the kind of problem that a code (without its dot) is: the longest prefix that is known decides."""
    for length in range(len(code), 0, -1):
        kinds = _prefixes().get(code[:length])
        if kinds:
            return next((one for one in ("severe", "threat", "worse") if one in kinds), kinds[0])
    return "acute"
