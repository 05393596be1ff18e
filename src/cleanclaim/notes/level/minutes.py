"""The minutes of the physician on the day of the visit, and minutes that don't count.

Sources: CPT E/M guidelines 2021 and 2023 (time: what counts and what doesn't), in our own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cleanclaim.notes.level.answer import Item, Time
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.suggestion import Evidence
from cleanclaim.notes.tables import cue

_MINUTES: Final = cue("minutes.minutes")
_CLOCK: Final = cue("minutes.clock")
_SPENT: Final = cue("minutes.spent")
_TOTAL: Final = cue("minutes.total")
_STAFF: Final = cue("minutes.staff")
_PROCEDURE: Final = cue("minutes.procedure")
_APART: Final = cue("minutes.apart")
_TEACHING: Final = cue("minutes.teaching")
_OTHER_DAY: Final = cue("minutes.other_day")
_OF_THE: Final = cue("minutes.of_the")
_OF_WHICH: Final = cue("minutes.of_which")
_HABIT: Final = cue("minutes.habit")
_WORDS: Final = {
    "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SILENT: Final = frozenset(("family", "pmh", "psh", "medications", "allergies", "social", "instructions", "ros"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Stated:
    """A number of minutes in the note."""

    minutes: int
    evidence: Evidence
    reason: str | None
    is_total: bool
    is_part: bool


def minutes_of(note: str, passages: list[Sentence]) -> Time:
    """Return the minutes that count for the level of a visit.

    >>> from cleanclaim.notes.passages import sentences
    >>> note = "I spent 42 minutes today, excluding the 10 minutes of the injection."
    >>> minutes_of(note, sentences(note)).minutes
    42
    """
    stated = [one for sentence in passages if sentence.section not in _SILENT for one in _stated(note, sentence)]  # fmt: skip
    own = [one for one in stated if one.reason is None and not one.is_part]
    excluded = tuple(
        Item(f"{one.minutes} minutes", one.reason, counts=False, evidence=(one.evidence,))
        for one in stated
        if one.reason is not None
    )
    if not own:
        return Time(None, (), excluded)
    totals = [one for one in own if one.is_total]
    taken = [max(totals, key=lambda one: one.minutes)] if totals else own
    minutes = sum(one.minutes for one in taken)
    minutes -= sum(one.minutes for one in stated if one.reason is not None and one.is_part)
    return Time(max(minutes, 0), tuple(one.evidence for one in taken), excluded)


def _stated(note: str, sentence: Sentence) -> Iterator[_Stated]:
    """Yield the minutes that a sentence states."""
    text = note[sentence.start : sentence.end]
    if clock := _CLOCK.search(text):
        span = (sentence.start + clock.start(), sentence.start + clock.end())
        reason = _reason(text)
        yield _Stated(
            _between(clock), Evidence.of(note, *span), reason, is_total=True, is_part=False
        )
        return
    found = list(_MINUTES.finditer(text))
    if not found or not (_SPENT.search(text) or sentence.section == "time"):
        return
    cut = 0
    for n, match in enumerate(found):
        end = found[n + 1].start() if n + 1 < len(found) else len(text)
        before, after = text[cut : match.start()], _own_part(text[match.end() : end], is_last=n + 1 == len(found))  # fmt: skip
        cut = match.end() + len(after)
        if _HABIT.search(after[:25]) or (n == 0 and _HABIT.search(before) and not _SPENT.search(before + after)):  # fmt: skip
            continue
        earlier = text[: match.start()]
        is_part = n > 0 and (_OF_WHICH.search(before) or _OF_THE.search(text)) is not None
        is_apart = n > 0 and _APART.search(before) is not None
        reason = _reason(_about(before, n) + match[0] + _without_aside(after))
        if is_apart:
            reason = reason or "not part of the time of the visit"
        evidence = Evidence.of(note, sentence.start + match.start(), sentence.start + match.end())
        is_total = (
            _TOTAL.search(earlier[-60:] + after[:25]) is not None and reason is None and not is_part
        )
        yield _Stated(_value(match), evidence, reason, is_total, is_part and not is_apart)


def _about(before: str, number: int) -> str:
    """Return the words before a number that can say whose minutes they are."""
    if number == 0:
        return before
    return re.split(r",|;|\band\b", before)[-1] if re.search(r",|;|\band\b", before) else before


def _own_part(after: str, *, is_last: bool) -> str:
    """Return the words after a number that belong to it."""
    if is_last:
        return after
    cut = [m.start() for m in re.finditer(r",|;|\band\b|\bof which\b|\bexclud|\bnot incl|\bplus\b|\bincluding\b|\(", after)]  # fmt: skip
    return after[: cut[-1]] if cut else ""


def _without_aside(after: str) -> str:
    """Return words without what they set apart."""
    return _APART.split(after)[0]


def _reason(text: str) -> str | None:
    """Return why minutes don't count."""
    own = _without_aside(text)
    if _OTHER_DAY.search(own):
        return "on another day"
    if _TEACHING.search(own):
        return "teaching or travel"
    if _STAFF.search(own) and not re.search(
        r"\b(?:I|my|physician|provider|me)\b(?!.{0,12}staff)", own
    ):
        return "time of staff"
    if re.search(
        r"\bby (?:the |our |my )?(?:nurse|medical assistant|MA|RN|LPN|staff|scribe)\b", own
    ):
        return "time of staff"
    if _PROCEDURE.search(own):
        return "time of a service that is billed separately"
    return None


def _value(match: re.Match[str]) -> int:
    if match["hours"]:
        hours = {"one": 1, "an": 1, "two": 2}.get(match["hours"].lower()) or int(match["hours"])
        return hours * 60 + int(match["rest"] or 0)
    return _number(match["low"] or match["plain"])


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    first, *rest = re.split(r"[- ]", text.lower())
    return _WORDS[first] + (5 if rest else 0)


def _between(clock: re.Match[str]) -> int:
    first = int(clock["h1"]) * 60 + int(clock["m1"])
    last = int(clock["h2"]) * 60 + int(clock["m2"])
    return (last - first) % (12 * 60)


def numbers_in(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the minutes that a text names, each with its place.

    >>> list(numbers_in("gait training for 12 minutes"))
    [(12, 18, 28)]
    """
    for match in _MINUTES.finditer(text):
        yield _value(match), match.start(), match.end()
