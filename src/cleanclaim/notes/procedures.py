"""Services that a note says were done: an act in the past tense, or a section for procedures.

`data/procedures.csv` has, for everyday codes, words of ours that such a note uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.suggestion import Evidence
from cleanclaim.notes.tables import cue, rows

PROCEDURE: Final = "procedure"
_SILENT: Final = frozenset(("family", "pmh", "psh", "allergies", "social", "instructions", "medications"))  # fmt: skip
_DONE: Final = cue("procedures.done")
_NOT_NOW: Final = cue("procedures.not_now")
_AFTER: Final = re.compile(r"^\W*(?:after|following)\b[^,;.]*,", re.IGNORECASE)
_NEVER_NOW: Final = cue("procedures.never_now")
_TOLERATED: Final = cue("procedures.tolerated")
_ACROSS: Final = (PROCEDURE, "counseling")
"""Kinds of services whose words may be in two sentences of an item."""
_SECTION: Final = "procedure"


@dataclass(frozen=True, slots=True)
class Service:
    """What a kind of service is called in notes.

    Attributes:
        codes: the codes of it.
        kind: procedure, service, therapy, counseling, preventive, drug or another.
        name: our own words for it.
        pattern: the words that a note uses for it.
        across: the same, the words in two sentences.
    """

    codes: tuple[str, ...]
    kind: str
    name: str
    pattern: re.Pattern[str]

    across: re.Pattern[str]


@cache
def services() -> tuple[Service, ...]:
    """Return the services that are known."""
    return tuple(_service(row) for row in rows("procedures"))


def _service(row: dict[str, str]) -> Service:
    words = row["pattern"]
    across = words.replace("[^.;]", r"[\s\S]")
    both = (re.compile(one, re.IGNORECASE) for one in (words, across))
    return Service(tuple(row["codes"].split()), row["kind"], row["name"], *both)


@cache
def service_of(code: str) -> Service | None:
    """Return the service of a code; None if it isn't known."""
    return next((one for one in services() if code in one.codes), None)


def named(
    note: str,
    passages: Sequence[Sentence],
    service: Service,
    among: Sequence[Sentence] | None = None,
) -> Iterator[tuple[Sentence, Evidence]]:
    """Yield where a note names a service, done or not; its words may be in two sentences of an item.

    Args:
        note: the note.
        passages: its sentences.
        service: the service.
        among: the sentences to look at; by default all.
    """
    leads = {one.item: one for one in reversed(passages)}
    for sentence in passages if among is None else among:
        if sentence.section in _SILENT:
            continue
        match = service.pattern.search(note, sentence.start, sentence.end)
        if match is None and service.kind in _ACROSS:
            wide = service.across.search(note, leads[sentence.item].start, sentence.end)
            match = wide if wide is not None and wide.end() > sentence.start else None
        if match is not None:
            yield sentence, Evidence.of(note, match.start(), match.end())


def is_done(note: str, sentence: Sentence) -> bool:
    """Return true if a sentence says that something was done at this visit.

    >>> from cleanclaim.notes.passages import sentences
    >>> said = "Plan: Right knee injected with 40 mg triamcinolone. Will inject the left knee next week."
    >>> [is_done(said, one) for one in sentences(said)]
    [True, False]
    """
    text = _TOLERATED.sub(" ", _AFTER.sub("", note[sentence.start : sentence.end]))
    if _NOT_NOW.search(text):
        is_own = sentence.section == _SECTION and _DONE.search(text)
        return bool(is_own) and not _NEVER_NOW.search(text)
    return sentence.section == _SECTION or _DONE.search(text) is not None


def done(note: str, passages: Sequence[Sentence], service: Service) -> list[Evidence]:
    """Return the words that say that a service was done."""
    among = [one for one in passages if is_done(note, one)]
    return [words for _, words in named(note, passages, service, among)]


def done_sentences(note: str, passages: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences about procedures that were done and are billed by themselves."""
    found = [one for one in passages if one.section == _SECTION]
    among = [one for one in passages if one.section != _SECTION and is_done(note, one)]
    acts = [one for one in services() if one.kind == PROCEDURE]
    of_acts = {sentence for act in acts for sentence, _ in named(note, passages, act, among)}
    return found + [one for one in among if one in of_acts]


def procedures_done(note: str, passages: Sequence[Sentence]) -> dict[str, list[Evidence]]:
    """Return the procedures that were done, by name, with the words that say so."""
    among = [one for one in passages if is_done(note, one)]
    found: dict[str, list[Evidence]] = {}
    for service in services() if among else ():
        if service.kind == PROCEDURE:
            words = [one for _, one in named(note, passages, service, among)]
            if words:
                found[service.name] = words
    return found
