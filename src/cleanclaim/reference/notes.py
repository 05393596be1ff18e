"""The grammar of code references in the notes of the ICD-10-CM tabular list.

A note such as "tuberculous peritonitis (A18.31)" or "poisoning by drugs (T36-T50 with fifth or sixth character 1-4)" names codes in
parentheses. `parse` turns the text into targets: a prefix of undotted codes, sometimes with the characters allowed at one position. Notes that
name no code are a heading for the notes that follow ("infection due to:") or prose; both are kept as text and bind nothing.

Source: ICD-10-CM Official Guidelines for Coding and Reporting, section I.A (conventions), NCHS/CMS; forms found by reading every note of
the April 2026 tabular list.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Status = Literal["parsed", "heading", "prose", "unparsed"]

_CODE: Final = r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{0,4})?"
_GROUP: Final = re.compile(r"\(([^()]*)\)")
_ONE: Final = re.compile(rf"({_CODE})\s*\.?-{{0,2}}\.?$")
_RANGE: Final = re.compile(rf"({_CODE})\s*\.?(?:-(?:\s*-)?|-?\s+to)\s*({_CODE})\s*\.?-{{0,2}}$")
_WITH: Final = re.compile(r"^(?P<codes>.*?)(?:[,\s]+|(?<=-))with\s+(?P<where>.+)$", re.IGNORECASE)
_STARTS_WITH_CODE: Final = re.compile(rf"^\s*(?:code\s+)?{_CODE}(?![0-9A-Z])")
_SEPARATOR: Final = re.compile(r"\s*(?:[,;]|\.\s(?=[A-Z][0-9])|\b(?:and|or)\b)\s*")
_SPACE_BETWEEN_CODES: Final = re.compile(rf"(?<=[0-9A-Z.]-)\s+(?={_CODE})(?<!- )")
_ORDINALS: Final = {
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
    "sixth": 6,
    "six": 6,
    "6th": 6,
    "seventh": 7,
    "7th": 7,
}
_POSITION: Final = re.compile(
    r"^(?:a\s+)?(?P<which>(?:fourth|4th|fifth|5th|sixth|six|6th|seventh|7th|or|\s)+)[\s-]*characters?\s+\.?"
    r"(?P<chars>[0-9A-Z](?:\s*(?:-|,|or|and|,\s*or)\s*[0-9A-Z])*)$",
    re.IGNORECASE,
)
_ENDING: Final = re.compile(
    r"^(?:final|fifth to sixth)\s+characters?\s+(?P<endings>[-.]?[0-9A-Z]{1,3}(?:\s+or\s+[-.]?[0-9A-Z]{1,3})*)$",
    re.IGNORECASE,
)
_SUBCODES: Final = re.compile(r"^\.[0-9A-Z]+-?(?:(?:\.?\s*,\s*|\.\s+|-|\s+or\s+)\.[0-9A-Z]+-?)*$")


@dataclass(frozen=True, slots=True)
class Target:
    """Codes that a note names.

    Attributes:
        prefix: undotted code prefix.
        position: 1-based position in the undotted code that is restricted too; None where nothing more is asked.
        characters: the characters allowed at that position.
    """

    prefix: str
    position: int | None = None
    characters: str | None = None


class CodeList:
    """Every category and code of the tabular list, sorted, for the expansion of ranges."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes: Sequence[str] = sorted(codes)

    def between(self, first: str, last: str) -> list[str]:
        """The shortest prefixes that cover all codes from `first` (with all below it) to `last` (with all below it)."""
        low = bisect_left(self._codes, first)
        high = bisect_right(self._codes, last + "\x7f")
        width = max(len(first), len(last))
        found: list[str] = []
        for code in self._codes[low:high]:
            if len(code) <= width and not (found and code.startswith(found[-1])):
                found.append(code)
        return found

    def ending(self, prefix: str, ending: str) -> list[str]:
        """Codes below `prefix` whose last characters are `ending` (after the category, so that a dot may stand before it)."""
        low = bisect_left(self._codes, prefix)
        high = bisect_right(self._codes, prefix + "\x7f")
        return [code for code in self._codes[low:high] if code[3:].endswith(ending)]


def parse(text: str, codes: CodeList) -> tuple[Status, list[Target]]:
    """What one note names.

    Args:
        text: the note.
        codes: the code list, for ranges.

    Returns:
        Its status, and the targets (empty unless the status is "parsed").
    """
    groups = [group for group in _GROUP.findall(text) if _STARTS_WITH_CODE.match(group)]
    if not groups:
        return ("heading" if text.rstrip().endswith((":", "-")) else "prose"), []
    targets: list[Target] = []
    for group in groups:
        found = _group(re.sub(r"^\s*code\s+", "", group), codes)
        if found is None:
            return "unparsed", []
        targets += found
    return "parsed", list(dict.fromkeys(targets))


def _group(group: str, codes: CodeList) -> list[Target] | None:
    restricted = _WITH.match(group)
    if restricted is None:
        return _codes(group, codes)
    plain = _codes(restricted["codes"], codes)
    return None if plain is None else _restricted(plain, restricted["where"].strip(), codes)


def _codes(text: str, codes: CodeList) -> list[Target] | None:
    if span := _RANGE.match(text.strip()):
        return [Target(prefix) for prefix in codes.between(_undotted(span[1]), _undotted(span[2]))]
    found: list[Target] = []
    for piece in _SEPARATOR.split(_SPACE_BETWEEN_CODES.sub(", ", text.strip())):
        item = piece.strip()
        if not item:
            continue
        if one := _ONE.match(item):
            found.append(Target(_undotted(one[1])))
        elif span := _RANGE.match(item):
            found += [
                Target(prefix) for prefix in codes.between(_undotted(span[1]), _undotted(span[2]))
            ]
        else:
            return None
    return found


def _restricted(plain: list[Target], where: str, codes: CodeList) -> list[Target] | None:
    if _SUBCODES.match(where):
        return [Target(target.prefix[:3] + rest) for target in plain for rest in _subcodes(where)]
    if asked := _ENDING.match(where):
        endings = re.findall(r"[0-9A-Z]{1,3}(?![a-z])", asked["endings"])
        return [
            Target(code)
            for target in plain
            for ending in endings
            for code in codes.ending(target.prefix, ending)
        ]
    if (asked := _POSITION.match(where)) is None:
        return None
    characters = _characters(asked["chars"])
    words = asked["which"].lower().split()
    positions = [_ORDINALS[word] for word in words if word != "or"]
    return [
        Target(target.prefix, position, characters) for target in plain for position in positions
    ]


def _subcodes(where: str) -> list[str]:
    parts = re.findall(r"\.([0-9A-Z]+)", where)
    if len(parts) == 2 and re.search(r"[0-9A-Z]-\.", where):
        width = len(parts[0])
        return [str(n).zfill(width) for n in range(int(parts[0]), int(parts[1]) + 1)]
    return parts


def _characters(text: str) -> str:
    if span := re.match(r"^([0-9A-Z])\s*-\s*([0-9A-Z])$", text):
        return "".join(chr(c) for c in range(ord(span[1]), ord(span[2]) + 1))
    return "".join(dict.fromkeys(re.findall(r"\b[0-9A-Z]\b", text)))


def _undotted(code: str) -> str:
    return code.replace(".", "")
