"""What a note shows of itself: its signature, its date, its drugs, and services that nobody billed.

Sources: CMS Medicare Program Integrity Manual, chapter 3, section 3.3.2.4 (signatures); CMS Claims
Processing Manual, chapter 12, section 30.6.1; ICD-10-CM Official Guidelines IV.J.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from cleanclaim.encoder.systems import plain
from cleanclaim.notes.level.problems import kind_of
from cleanclaim.notes.level.wording import is_denied, matches, row_of, table_pattern
from cleanclaim.notes.procedures import PROCEDURE, done, services
from cleanclaim.notes.suggestion import CODE, NOT_CODED, Evidence, Suggestion
from cleanclaim.notes.support.reading import Reading
from cleanclaim.notes.tables import cue
from cleanclaim.read.dates import parse

_SIGNED: Final = cue("claims.signed")
_UNSIGNED: Final = cue("claims.unsigned")
_DATED: Final = cue("claims.dated")
_SURE: Final = 0.6


def unsigned(note: str) -> Evidence | None:
    """Return the words that say that a note isn't signed, or its end if nothing says that it is.

    >>> unsigned("Plan: rest. Electronically signed by A. Example, MD") is None
    True
    """
    if match := _UNSIGNED.search(note):
        return Evidence.of(note, match.start(), match.end())
    if _SIGNED.search(note):
        return None
    end = len(note.rstrip())
    start = max(note.rfind("\n", 0, end) + 1, end - 60)
    return Evidence.of(note, start, end)


def other_day(note: str, first: date, last: date) -> tuple[date, Evidence] | None:
    """Return the date of service that a note gives, if it isn't among the days of the claim."""
    found = []
    for match in _DATED.finditer(note):
        day = parse(match["day"])
        if day is not None:
            found.append((day.date, Evidence.of(note, match.start(), match.end())))
    if not found or any(first <= day <= last for day, _ in found):
        return None
    return found[0]


def drugs_without_diagnosis(
    reading: Reading, billed: Sequence[str]
) -> Iterator[tuple[str, Evidence]]:
    """Yield prescription drugs of the plan or the medication list for which neither note nor claim has a condition."""
    drugs, _ = table_pattern("drugs", "names")
    conditions = [
        plain(one.code)
        for one in reading.suggestions
        if one.disposition != NOT_CODED or "uncertain" in one.why
    ]
    known = (*conditions, *map(plain, billed))
    seen = set()
    for sentence in reading.passages:
        if sentence.section not in {"medications", "plan", "assessment"}:
            continue
        for match in matches(reading.note, sentence, drugs):
            row = row_of("drugs", "names", match[0])
            prefixes = tuple(row["conditions"].replace(".", "").split())
            if (
                row["kind"] != "rx"
                or not prefixes
                or row["names"] in seen
                or is_denied(reading.note, sentence, *match.span())
            ):
                continue
            seen.add(row["names"])
            if not any(code.startswith(prefixes) for code in known):
                yield match[0], Evidence.of(reading.note, match.start(), match.end())


def services_not_billed(reading: Reading, billed: Sequence[str]) -> Iterator[tuple[str, Evidence]]:
    """Yield procedures that were done and of which no code is billed."""
    for service in services():
        if service.kind != PROCEDURE or set(service.codes) & set(billed):
            continue
        words = done(reading.note, reading.passages, service)
        if words:
            yield service.name, words[0]


def diagnoses_not_billed(reading: Reading, billed: Sequence[str]) -> Iterator[Suggestion]:
    """Yield chronic conditions that the visit addressed and whose category isn't billed."""
    categories = {one[:3] for one in billed}
    for one in reading.suggestions:
        is_sure = one.disposition == CODE and one.confidence >= _SURE
        if not is_sure or one.code[0] in "RZVWXY" or one.code[:3] in categories:
            continue
        if kind_of(plain(one.code)) in {"chronic", "worse", "severe"} and any(
            each.code == one.code for unit in reading.units for each in unit.codes
        ):
            yield one
