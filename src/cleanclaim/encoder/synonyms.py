"""General medical synonyms: equivalent words, abbreviations, lay words, and names that aren't in the tabular list.

The lists are cleanclaim's own, written from general medical knowledge. They are in
`data/synonyms.txt`; the top of that file explains the format.
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
"""Words that appear in many names."""
_NUMBER: Final = 2.0
_SECTIONS: Final = ("words", "phrases", "series", "codes", "written")
_SERIES_NUMBER: Final = re.compile(r"^([a-z]+?)(\d+[a-z]?\d?)$")


@dataclass(slots=True)
class Synonyms:
    """The parsed lists.

    Attributes:
        words: each stem and the stem that represents its group.
        phrases: the stems of a phrase and its other names, as stems; the longest phrase wins.
        series: the letters of a numbered name (spg in spg4) and their meaning, as stems.
        codes: an undotted code and the names it is known by.
        written: spellings of abbreviations with signs, and how to read them.
    """

    words: dict[str, str] = field(default_factory=dict)
    phrases: dict[tuple[str, ...], list[tuple[str, ...]]] = field(default_factory=dict)
    series: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: list[tuple[str, str]] = field(default_factory=list)
    written: list[tuple[re.Pattern[str], str]] = field(default_factory=list)

    def stems(self, text: str, spelled: dict[str, str] | None = None) -> list[str]:
        """Return a text's words as stems, with synonyms merged.

        Args:
            text: the text.
            spelled: receives the stem of every word, by its spelling.
        """
        found = []
        for word in tokens(text):
            one = stem(word)
            found.append(self.words.get(one, one))
            if spelled is not None:
                spelled[word] = found[-1]
        return found

    def dump(self) -> str:
        """Return the lists as JSON, so they don't have to be parsed again."""
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
        """Return the lists from `dump`, without `codes`, which the index stores as terms."""
        stored = json.loads(text)
        return cls(
            words=stored["words"],
            phrases={tuple(key): [tuple(one) for one in names] for key, names in stored["phrases"]},
            series={key: tuple(value) for key, value in stored["series"].items()},
            written=[(re.compile(pattern), to) for pattern, to in stored["written"]],
        )

    def written_out(self, text: str) -> str:
        """Return a text with its abbreviations with signs (s/p, w/o) written out."""
        lowered = text.lower()
        for pattern, to in self.written:
            lowered = pattern.sub(to, lowered)
        return lowered

    def numbered(self, word: str) -> tuple[str, ...] | None:
        """Return the meaning of a numbered short name: spg4 is a spastic paraplegia."""
        said = _SERIES_NUMBER.match(word)
        if said is None or said[1] not in self.series:
            return None
        return (*self.series[said[1]], said[2])


@cache
def load() -> Synonyms:
    """Return the lists that come with cleanclaim."""
    return parse(_text())


@cache
def sha256() -> str:
    """Return the hash of the lists."""
    return hashlib.sha256(_text().encode()).hexdigest()


def weight(one: str, rarity: float) -> float:
    """Return a stem's weight; common words and numbers count less than their rarity suggests."""
    if one in _general():
        return 0.35 * rarity
    return min(rarity, _NUMBER) if one[0].isdigit() else rarity


@cache
def _general() -> frozenset[str]:
    return frozenset(stem(word) for word in _GENERAL)


def parse(text: str) -> Synonyms:
    """Parse the lists.

    Args:
        text: the content of `data/synonyms.txt`.

    Raises:
        ValueError: a line doesn't have a known format; the message names it.
    """
    found = Synonyms()
    section = ""
    later: list[tuple[str, str, int]] = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#", 1)[0].strip()  # noqa: PLW2901 - drop the comment
        if not line:
            continue
        if line.startswith("["):
            section = line.strip("[]")
            if section not in _SECTIONS:
                raise ValueError(f"line {number}: section '{section}' isn't one of {_SECTIONS}")
            continue
        if section == "words":
            _word(found, line)
        else:
            later.append((section, line, number))
    for kind, line, number in later:
        left, sign, right = line.partition(":" if kind == "codes" else "=")
        if not sign or not left.strip() or not (right.strip() or kind == "written"):
            raise ValueError(f"line {number}: '{line}' isn't two sides with a sign between")
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
