"""General medical synonyms: words that mean the same, short forms, lay words, and names that the tabular list does not hold.

The lists are cleanclaim's own, written from general medical knowledge, in `data/synonyms.txt`; its head tells the form.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from cleanclaim.encoder.stems import stem, tokens

_GENERAL: Final = (
    "disease",
    "disorder",
    "syndrome",
    "condition",
    "type",
    "unspecified",
    "other",
    "specified",
    "nos",
    "nec",
    "not",
    "elsewhere",
    "classified",
    "form",
    "and",
    "without",
    "with",
    "no",
    "anomaly",
    "abnormal",
    "abnormality",
    "finding",
    "problem",
    "affecting",
    "involving",
    "related",
    "associated",
    "status",
    "classifiable",
    "unknown",
    "cause",
    "multiple",
)
"""Words that many names hold."""
_NUMBER: Final = 2.0
_SECTIONS: Final = ("words", "phrases", "series", "codes", "written")
_SERIES_NUMBER: Final = re.compile(r"^([a-z]+?)(\d+[a-z]?\d?)$")


@dataclass(slots=True)
class Synonyms:
    """The lists, read.

    Attributes:
        words: a stem and the stem that stands for it and its like.
        phrases: stems of a phrase and what else it may be called, as stems; the longest phrase counts first.
        series: the letters of a numbered name (spg in spg4) and what they stand for, as stems.
        codes: an undotted code and the names by which it is known.
        written: spellings of short forms with signs, and what they are read as.
    """

    words: dict[str, str] = field(default_factory=dict)
    phrases: dict[tuple[str, ...], list[tuple[str, ...]]] = field(default_factory=dict)
    series: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: list[tuple[str, str]] = field(default_factory=list)
    written: list[tuple[re.Pattern[str], str]] = field(default_factory=list)

    def stems(self, text: str, spelled: dict[str, str] | None = None) -> list[str]:
        """The words of a text as stems, each as the one that stands for its like.

        Args:
            text: the text.
            spelled: told the stem of every word, as it is spelled.
        """
        found = []
        for word in tokens(text):
            one = stem(word)
            found.append(self.words.get(one, one))
            if spelled is not None:
                spelled[word] = found[-1]
        return found

    def dump(self) -> str:
        """The lists as JSON, so that they need not be parsed again."""
        return json.dumps(
            {
                "words": self.words,
                "phrases": [
                    [list(key), [list(one) for one in names]] for key, names in self.phrases.items()
                ],
                "series": {key: list(value) for key, value in self.series.items()},
                "written": [[pattern.pattern, to] for pattern, to in self.written],
            }
        )

    @classmethod
    def restore(cls, text: str) -> Synonyms:
        """The lists from `dump`, without `codes`, which the index holds as terms."""
        told = json.loads(text)
        return cls(
            words=told["words"],
            phrases={tuple(key): [tuple(one) for one in names] for key, names in told["phrases"]},
            series={key: tuple(value) for key, value in told["series"].items()},
            written=[(re.compile(pattern), to) for pattern, to in told["written"]],
        )

    def read_as(self, text: str) -> str:
        """A text with its short forms with signs written out: s/p, w/o."""
        lowered = text.lower()
        for pattern, to in self.written:
            lowered = pattern.sub(to, lowered)
        return lowered

    def numbered(self, word: str) -> tuple[str, ...] | None:
        """What a numbered short name stands for: spg4 is a spastic paraplegia."""
        said = _SERIES_NUMBER.match(word)
        if said is None or said[1] not in self.series:
            return None
        return (*self.series[said[1]], said[2])


@cache
def load() -> Synonyms:
    """The lists that come with cleanclaim."""
    return parse(_text())


@cache
def sha256() -> str:
    """The hash of the lists."""
    return hashlib.sha256(_text().encode()).hexdigest()


def weight(one: str, rarity: float) -> float:
    """What a stem weighs: words that many names hold and numbers tell less than their rarity says."""
    if one in _general():
        return 0.35 * rarity
    return min(rarity, _NUMBER) if one[0].isdigit() else rarity


@cache
def _general() -> frozenset[str]:
    return frozenset(stem(word) for word in _GENERAL)


def parse(text: str) -> Synonyms:
    """Read the lists.

    Args:
        text: as `data/synonyms.txt` is written.

    Raises:
        ValueError: a line is of no known form; the message tells which.
    """
    found = Synonyms()
    section = ""
    later: list[tuple[str, str, int]] = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#", 1)[0].strip()  # noqa: PLW2901 - a comment is no part of the line
        if not line:
            continue
        if line.startswith("["):
            section = line.strip("[]")
            if section not in _SECTIONS:
                raise ValueError(f"line {number}: section '{section}' is none of {_SECTIONS}")
            continue
        if section == "words":
            _word(found, line)
        else:
            later.append((section, line, number))
    for kind, line, number in later:
        left, sign, right = line.partition(":" if kind == "codes" else "=")
        if not sign or not left.strip() or not (right.strip() or kind == "written"):
            raise ValueError(f"line {number}: '{line}' is not two sides with a sign between")
        _READ[kind](found, left.strip(), [item.strip() for item in right.split("|")])
    return found


def _word(found: Synonyms, line: str) -> None:
    stems = [stem(word) for item in line.split() for word in tokens(item)]
    for one in stems[1:]:
        found.words.setdefault(one, stems[0])


def _phrase(found: Synonyms, left: str, right: list[str]) -> None:
    for said in left.split("|"):
        key = tuple(found.stems(said))
        if key:
            found.phrases.setdefault(key, []).extend(tuple(found.stems(item)) for item in right)


def _series(found: Synonyms, left: str, right: list[str]) -> None:
    for letters in left.split():
        found.series[letters.lower()] = tuple(found.stems(right[0]))


def _codes(found: Synonyms, left: str, right: list[str]) -> None:
    code = left.replace(".", "").upper()
    found.codes += [(code, item) for item in right if item]


def _written(found: Synonyms, left: str, right: list[str]) -> None:
    for said in left.split("|"):
        pattern = re.compile(rf"(?<![a-z0-9]){re.escape(said.strip().lower())}(?![a-z0-9])")
        found.written.append((pattern, f" {right[0]} "))


_READ: Final = {"phrases": _phrase, "series": _series, "codes": _codes, "written": _written}


def _text() -> str:
    return (files("cleanclaim.encoder") / "data" / "synonyms.txt").read_text(encoding="utf-8")
