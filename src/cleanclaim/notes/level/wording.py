"""What a sentence says about an act: that it is done, was done earlier, isn't done, or may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.suggestion import Evidence
from cleanclaim.notes.tables import cue, rows

_NOT: Final = cue("wording.not")
_NOT_AFTER: Final = cue("wording.not_after")
_MAYBE: Final = cue("wording.maybe")
_LATER: Final = cue("wording.later")
_EARLIER: Final = cue("wording.earlier")


_FIRST: Final[dict[int, frozenset[str]]] = {}
"""The first word of each option of a pattern of many words, by the pattern's identity: such patterns are kept for good."""
_WORD: Final = re.compile(r"[a-z0-9]+")


@cache
def pattern(words: str) -> re.Pattern[str]:
    """Return a pattern of words separated by |, without regard to case."""
    options = sorted(words.split("|"), key=len, reverse=True)
    joined = "|".join(re.escape(one).replace(r"\ ", r"[\s-]+") for one in options)
    made = re.compile(rf"(?<![\w-])(?:{joined})(?!\w)", re.IGNORECASE)
    _FIRST[id(made)] = frozenset(_WORD.findall(one.lower())[0] for one in options)
    return made


@cache
def table_pattern(name: str, column: str) -> tuple[re.Pattern[str], dict[str, dict[str, str]]]:
    """Return a pattern of all words of a table, and the row of each."""
    found: dict[str, dict[str, str]] = {}
    for row in rows(name):
        for word in row[column].split("|"):
            found.setdefault(_plain(word), row)
    return pattern("|".join(word for row in rows(name) for word in row[column].split("|"))), found


def row_of(name: str, column: str, text: str) -> dict[str, str]:
    """Return the row of a table that has some words of a note."""
    return table_pattern(name, column)[1][_plain(text)]


def _plain(words: str) -> str:
    return re.sub(r"[\s-]+", " ", words.lower())


def matches(note: str, sentence: Sentence, what: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield where a sentence matches a pattern; long lists of words are only tried if a first word is there."""
    first = _FIRST.get(id(what))
    if first is None or not first.isdisjoint(_words(note[sentence.start : sentence.end])):
        yield from what.finditer(note, sentence.start, sentence.end)


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def clause(note: str, sentence: Sentence, start: int) -> str:
    """Return the words of the clause before a place."""
    before = note[sentence.start : start]
    return re.split(r"[;:.]|,\s*(?=but\b|however\b|will\b|then\b|start|continue|increase)|\bbut\b|\bhowever\b", before)[-1]  # fmt: skip


def is_denied(note: str, sentence: Sentence, start: int, end: int) -> bool:
    """Return true if a sentence says that an act isn't done."""
    after = note[end : sentence.end]
    return _NOT.search(clause(note, sentence, start)) is not None or _NOT_AFTER.match(after) is not None  # fmt: skip


def is_conditional(note: str, sentence: Sentence, start: int, end: int) -> bool:
    """Return true if an act may be done, or later."""
    before, after = re.split(r"[;:.]", note[sentence.start : start])[-1], note[end : sentence.end]
    return _MAYBE.search(before) is not None or _LATER.match(after) is not None


def is_earlier(note: str, sentence: Sentence, start: int, end: int) -> bool:
    """Return true if an act was done before the visit."""
    text = note[max(sentence.start, start - 45) : min(sentence.end, end + 45)]
    return _EARLIER.search(text) is not None


def evidence_of(note: str, match: re.Match[str]) -> Evidence:
    """Return the words of a match."""
    return Evidence.of(note, match.start(), match.end())
