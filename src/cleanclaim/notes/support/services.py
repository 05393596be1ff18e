"""Whether a note supports a procedure code: what was done, on which side, for how many minutes.

Sources: CMS Claims Processing Manual, chapter 5, section 20.2 (minutes and units of timed
services), NCCI Policy Manual, chapter I (documentation of procedures), in our own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cleanclaim.notes.level.minutes import numbers_in
from cleanclaim.notes.level.wording import is_conditional, is_denied, is_earlier, matches, pattern
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.procedures import Service, is_done, named, service_of
from cleanclaim.notes.suggestion import Evidence
from cleanclaim.notes.support import answer as verdict
from cleanclaim.notes.support.answer import Support
from cleanclaim.notes.support.reading import Reading
from cleanclaim.notes.tables import rows

QUARTER: Final = 15
_LEAST: Final = 8
_TESTS_DONE: Final = frozenset(("results", "plan", "assessment", "narrative", "hpi", "procedure"))
_SIDES: Final = {"LT": "left", "RT": "right", "50": "bilateral"}
_DECLINED: Final = re.compile(
    r"\b(?:declin\w+|refus\w+|not (?:performed|done|given|administered|obtained)|deferr\w+|cancel\w+|not billed)\b",
    re.IGNORECASE,
)
_MEDICINES: Final = re.compile(r"\b(?:given|gave|administered|injected|injection|infus\w+|dose)\b", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Billed:
    """A billed line.

    Attributes:
        given: the line as it was given.
        code: the code.
        units: the units; None if they aren't known.
        modifiers: the modifiers.
    """

    given: str
    code: str
    units: int | None = None
    modifiers: tuple[str, ...] = ()


def judged(billed: Billed, reading: Reading) -> Support:
    """Return the verdict on a procedure code."""
    tests = [row for row in rows("tests") if billed.code in row["codes"].split()]
    if tests:
        return _test(billed, reading, tests[0])
    service = service_of(billed.code)
    if service is None:
        why = "cleanclaim doesn't know the words that notes use for this code"
        return Support(billed.given, verdict.NOT_CHECKED, verdict.ABSENT, why)
    found = _act(billed, reading, service)
    if found.verdict != verdict.SUPPORTED:
        return found
    return _timed(billed, reading, service, found) or found


def _act(billed: Billed, reading: Reading, service: Service) -> Support:
    """Return whether a service was done, on the billed side."""
    places = list(named(reading.note, reading.passages, service))
    done_here = [
        (one, words) for one, words in places if _is_done(reading.note, one, words, service)
    ]
    if done_here:
        evidence = tuple(words for _, words in done_here[:3])
        other = _other_side(billed, reading.note, [one for one, _ in done_here])
        if other:
            why = f"the note says {other}"
            return Support(billed.given, verdict.CONTRADICTED, verdict.OTHER_SIDE, why, evidence)
        return Support(
            billed.given, verdict.SUPPORTED, verdict.FINE, f"{service.name}: done", evidence
        )
    for sentence, words in places:
        if _DECLINED.search(reading.note, sentence.start, sentence.end):
            return Support(
                billed.given,
                verdict.CONTRADICTED,
                verdict.NOT_DONE,
                "the note says that it wasn't done",
                (words,),
            )
    if places:
        why = "named, but the note doesn't say that it was done at this visit"
        return Support(billed.given, verdict.UNSUPPORTED, verdict.NOT_DONE, why, (places[0][1],))
    return Support(
        billed.given,
        verdict.UNSUPPORTED,
        verdict.NOT_DONE,
        f"the note doesn't show it: {service.name}",
    )


def _is_done(note: str, sentence: Sentence, words: Evidence, service: Service) -> bool:
    """Return true if the note says that a service was done; some kinds are done by being noted."""
    if _DECLINED.search(note, sentence.start, sentence.end):
        return False
    if service.kind in {"therapy", "counseling", "preventive", "critical", "care"}:
        return not _is_planned(note, sentence, words)
    if service.kind == "drug":
        return is_done(note, sentence) or (
            _MEDICINES.search(note, sentence.start, sentence.end) is not None
            and not _is_planned(note, sentence, words)
        )
    if service.name in {"questionnaire scored", "blood oxygen measured"}:
        has_score = re.match(r"[^.;]{0,25}\d", note[words.end : sentence.end]) is not None
        return has_score and not _is_planned(note, sentence, words)
    return is_done(note, sentence)


def _is_planned(note: str, sentence: Sentence, words: Evidence) -> bool:
    """Return true if a service isn't done, or later, or was done earlier."""
    span = (words.start, words.end)
    before = note[sentence.start : words.start]
    is_later = re.search(r"\b(?:will|plan(?:s|ned)?|schedul\w*|refer\w*|order\w*|recommend\w*|order|needs?|due|home)\b", before, re.IGNORECASE)  # fmt: skip
    return (
        bool(is_later)
        or is_denied(note, sentence, *span)
        or is_conditional(note, sentence, *span)
        or is_earlier(note, sentence, *span)
    )


def _other_side(billed: Billed, note: str, sentences: Sequence[Sentence]) -> str | None:
    """Return the side that the note names, if another is billed."""
    asked = {_SIDES[one] for one in billed.modifiers if one in _SIDES}
    text = " ".join(note[one.start : one.end] for one in sentences).lower()
    said = {one for one in ("left", "right", "bilateral") if re.search(rf"\b{one}", text)}
    if "both" in text.split() or {"left", "right"} <= said:
        said = {"left", "right", "bilateral"}
    return None if not asked or not said or asked & said else " and ".join(sorted(said))


def _test(billed: Billed, reading: Reading, row: dict[str, str]) -> Support:
    """Return whether a test was ordered, done or reviewed."""
    refused: Support | None = None
    for sentence in reading.passages:
        if sentence.section not in _TESTS_DONE:
            continue
        for match in matches(reading.note, sentence, pattern(row["names"])):
            words = (Evidence.of(reading.note, match.start(), match.end()),)
            text = reading.note[sentence.start : sentence.end]
            if _DECLINED.search(text) or (
                is_denied(reading.note, sentence, *match.span())
                and not re.search(r"\b(?:normal|negative|positive|show)", text)
            ):
                refused = Support(
                    billed.given,
                    verdict.CONTRADICTED,
                    verdict.NOT_DONE,
                    "the note says that it wasn't done",
                    words,
                )
            elif is_conditional(reading.note, sentence, *match.span()) or is_earlier(
                reading.note, sentence, *match.span()
            ):
                refused = refused or Support(
                    billed.given,
                    verdict.UNSUPPORTED,
                    verdict.NOT_DONE,
                    "from another day, or only planned",
                    words,
                )
            else:
                return Support(
                    billed.given,
                    verdict.SUPPORTED,
                    verdict.FINE,
                    f"{row['key']}: ordered, done or reviewed",
                    words,
                )
    return refused or Support(
        billed.given,
        verdict.UNSUPPORTED,
        verdict.NOT_DONE,
        f"the note doesn't show it: {row['key']}",
    )


def _timed(billed: Billed, reading: Reading, service: Service, found: Support) -> Support | None:
    """Return the verdict on the minutes of a timed service; None if it isn't timed, or its minutes fit."""
    limits = next((row for row in rows("service_minutes") if row["code"] == billed.code), None)
    if limits is None:
        return None
    minutes, words = minutes_for(reading, service)
    if minutes is None:
        why = "the note states no minutes for it"
        return Support(billed.given, verdict.PARTLY, verdict.NO_MINUTES, why, found.evidence)
    least, most = int(limits["least"]), int(limits["most"]) if limits["most"] else None
    if minutes < least or (most is not None and minutes > most):
        return _other_code(billed, service, minutes, words)
    allowed = units_of(minutes) if limits["each"] else 1
    if billed.units is not None and billed.units > allowed:
        why = f"{minutes} minutes give {allowed} unit{'s' if allowed != 1 else ''}, not {billed.units}"
        return Support(
            billed.given,
            verdict.PARTLY,
            verdict.TOO_MANY_UNITS,
            why,
            words,
            f"{billed.code}x{allowed}",
        )
    return Support(billed.given, verdict.SUPPORTED, verdict.FINE, f"{minutes} minutes", words)


def _other_code(
    billed: Billed, service: Service, minutes: int, words: tuple[Evidence, ...]
) -> Support:
    """Return the verdict if the minutes are too few or too many for a code."""
    better = next(
        (row["code"] for row in rows("service_minutes")
         if row["code"] in service.codes and row["group"] == _group(billed.code)
         and int(row["least"]) <= minutes and (not row["most"] or minutes <= int(row["most"]))),
        None,
    )  # fmt: skip
    kind = verdict.PARTLY if better else verdict.UNSUPPORTED
    why = f"{minutes} minutes don't fit the code"
    return Support(billed.given, kind, verdict.TOO_MANY_UNITS, why, words, better)


def _group(code: str) -> str:
    return next((row["group"] for row in rows("service_minutes") if row["code"] == code), "")


def units_of(minutes: int) -> int:
    """Return the units of quarter hours that some minutes give: a rest of 8 minutes or more counts.

    >>> [units_of(minutes) for minutes in (7, 8, 22, 23, 38)]
    [0, 1, 1, 2, 3]
    """
    return minutes // QUARTER + (minutes % QUARTER >= _LEAST)


def minutes_for(reading: Reading, service: Service) -> tuple[int | None, tuple[Evidence, ...]]:
    """Return the minutes that a note states for a service, with the words."""
    found = list(_stated(reading, service))
    if not found:
        return None, ()
    return sum(minutes for minutes, _ in found), tuple(words for _, words in found)


def _stated(reading: Reading, service: Service) -> Iterator[tuple[int, Evidence]]:
    """Yield minutes beside the words of a service: in its sentence, before the next service."""
    note = reading.note
    for sentence in reading.passages:
        text = note[sentence.start : sentence.end]
        match = service.pattern.search(text)
        if match is None:
            continue
        numbers = list(numbers_in(text))
        after = [one for one in numbers if one[1] >= match.end()]
        before = [one for one in numbers if one[2] <= match.start()]
        near = after[:1] if after and after[0][1] - match.end() < 60 else before[-1:] or after[:1]
        for minutes, start, end in near:
            yield minutes, Evidence.of(note, sentence.start + start, sentence.start + end)
