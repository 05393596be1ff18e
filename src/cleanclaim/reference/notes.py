"""The grammar of code references in the notes of the ICD-10-CM tabular list.

A note such as "tuberculous peritonitis (A18.31)" or "poisoning by drugs (T36-T50 with fifth or
sixth character 1-4)" names codes, nearly always in parentheses. `parse` turns the text into
targets: a prefix of undotted codes, sometimes with the characters allowed at one position. A note
that names no code is either a heading for the notes after it ("infection due to:") or prose; both
are kept as text and don't apply to any code.

Source: ICD-10-CM Official Guidelines for Coding and Reporting, section I.A (conventions), NCHS/CMS;
the formats were found by reading every note in the April 2026 tabular list.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Status = Literal["parsed", "heading", "prose", "unparsed"]

BINDING: Final = ("excludes1", "excludes2", "code_first", "use_additional", "code_also")
"""The kinds of notes that name other codes."""

_CODE: Final = r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{0,4})?"
_END: Final = r"\s*\.?-{0,2}\.?"
_ONE: Final = re.compile(rf"({_CODE}){_END}$")
_RANGE: Final = re.compile(
    rf"({_CODE})\s*\.?(?:-(?:\s*-)?|-?\s+to)\s*({_CODE})(\s*\.?-{{0,2}})$",
)
_GROUP: Final = re.compile(r"\(([^()]*)\)(\s+with\s+[^()]*character[^()]*)?")
_STARTS_WITH_CODE: Final = re.compile(rf"^\s*(?:code\s+)?{_CODE}(?![0-9A-Z])")
_BARE_CODE: Final = rf"{_CODE}(?![0-9A-Za-z])(?:-{{1,2}}(?!\s*[A-Z][0-9]))?"
_BARE: Final = re.compile(
    rf"(?<![A-Za-z0-9.-]){_BARE_CODE}"
    rf"(?:(?:\s*,\s*(?:and\s+)?|\s*-\s*|\s+(?:and|or|to)\s+){_BARE_CODE})*"
)
_WITH: Final = re.compile(r"^(?P<codes>.*?)(?:[,\s]+|(?<=-))with\s+(?P<where>.+)$", re.IGNORECASE)
_INTENT: Final = re.compile(r"fifth or sixth character to indicate intent$", re.IGNORECASE)
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
    rf"^(?:a\s+)?(?P<which>(?:{'|'.join(_ORDINALS)}|or|\s)+)[\s-]*characters?\s+\.?"
    r"(?P<chars>[0-9A-Z](?:\s*(?:-|,|or|and|,\s*or)\s*[0-9A-Z])*)$",
    re.IGNORECASE,
)
_ENDING: Final = re.compile(
    r"^(?:final|fifth to sixth)\s+characters?\s+"
    r"(?P<endings>[-.]?[0-9A-Z]{1,3}(?:\s+or\s+[-.]?[0-9A-Z]{1,3})*)$",
    re.IGNORECASE,
)
_SUBCODES: Final = re.compile(r"^\.[0-9A-Z]+-?(?:(?:\.?\s*,\s*|\.\s+|-|\s+or\s+)\.[0-9A-Z]+-?)*$")


@dataclass(frozen=True, slots=True)
class Target:
    """Codes that a note names.

    Attributes:
        prefix: undotted code prefix.
        position: the 1-based position in the undotted code that is also restricted, if any.
        characters: the characters allowed at that position.
    """

    prefix: str
    position: int | None = None
    characters: str | None = None


class CodeList:
    """Every category and code in the tabular list, sorted, for expanding ranges.

    Args:
        codes: undotted codes, including categories and subcategories.
    """

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes: Sequence[str] = sorted(set(codes))

    def __contains__(self, code: str) -> bool:
        """Return whether the tabular list has a node with that name."""
        at = bisect_left(self._codes, code)
        return at < len(self._codes) and self._codes[at] == code

    def between(self, first: str, last: str) -> list[str]:
        """Return the shortest prefixes that cover `first` to `last` with everything below them, and no more."""
        low = bisect_left(self._codes, first)
        high = bisect_right(self._codes, last + "\x7f")
        width = max(len(first), len(last))
        found: list[str] = []
        for code in self._codes[low:high]:
            reaches_beyond = len(code) < len(last) and last.startswith(code)
            below_the_last_found = bool(found) and code.startswith(found[-1])
            if len(code) <= width and not reaches_beyond and not below_the_last_found:
                found.append(code)
        return found

    def leaves(self, prefix: str) -> Iterator[str]:
        """Yield the nodes below `prefix` that don't divide further, or the prefix itself if it doesn't."""
        low = bisect_left(self._codes, prefix)
        high = bisect_right(self._codes, prefix + "\x7f")
        for at in range(low, high):
            code = self._codes[at]
            if at + 1 == len(self._codes) or not self._codes[at + 1].startswith(code):
                yield code


def parse(text: str, codes: CodeList) -> tuple[Status, list[Target]]:
    """Parse the codes that a note names.

    Args:
        text: the note.
        codes: the code list, for ranges.

    Returns:
        The status, and the targets (empty unless the status is "parsed").
    """
    text = text.strip().replace("}", ")")  # a typo at R11.16
    groups = [
        group + (restriction or "")
        for group, restriction in _GROUP.findall(text)
        if _STARTS_WITH_CODE.match(group)
    ]
    if not groups:
        if text.endswith(":"):
            return "heading", []
        bare = _bare(text, codes)
        return ("parsed", bare) if bare else ("prose", [])
    targets: list[Target] = []
    for group in groups:
        found = _group(re.sub(r"^\s*code\s+", "", group), codes)
        if found is None:
            return "unparsed", []
        targets += found
    return "parsed", list(dict.fromkeys(targets))


def _bare(text: str, codes: CodeList) -> list[Target]:
    """Return references without parentheses: "torticollis NOS M43.6"."""
    found = list(_BARE.finditer(text))
    if len(found) != 1:
        return []
    match = found[0]
    if match.start() == 0 or not all(
        _undotted(code) in codes for code in re.findall(_CODE, match[0])
    ):
        return []  # "B12" is a vitamin
    rest = text[match.end() :].strip()
    asked = match[0] + (f" {rest}" if rest.lower().startswith("with ") else "")
    return _group(asked.strip(), codes) or []


def _group(group: str, codes: CodeList) -> list[Target] | None:
    restricted = _WITH.match(group)
    if restricted is None:
        return _codes(group, codes)
    plain = _codes(restricted["codes"], codes)
    if plain is None or _INTENT.match(restricted["where"].strip()):
        return plain  # every code in a range "to indicate intent" shows some intent
    return _restricted(plain, restricted["where"].strip(), codes)


def _codes(text: str, codes: CodeList) -> list[Target] | None:
    if span := _RANGE.match(text.strip()):
        return _span(span, codes)
    found: list[Target] = []
    for piece in _SEPARATOR.split(_SPACE_BETWEEN_CODES.sub(", ", text.strip())):
        item = piece.strip()
        if not item:
            continue
        if one := _ONE.match(item):
            found.append(Target(_undotted(one[1])))
        elif span := _RANGE.match(item):
            found += _span(span, codes)
        else:
            return None
    return found


def _span(span: re.Match[str], codes: CodeList) -> list[Target]:
    first, last = _undotted(span[1]), _undotted(span[2])
    if "-" in span[3] and len(first) == len(last) > 4 and first[:-1] != last[:-1]:
        # "I69.01-I69.11-": two references with dashes but no comma, not a range, which would
        # include I69.02 to I69.09 too.
        return [Target(first), Target(last)]
    return [Target(prefix) for prefix in codes.between(first, last)]


def _restricted(plain: list[Target], where: str, codes: CodeList) -> list[Target] | None:
    if _SUBCODES.match(where):
        return [Target(target.prefix[:3] + rest) for target in plain for rest in _subcodes(where)]
    if asked := _ENDING.match(where):
        endings = tuple(re.findall(r"[0-9A-Z]{1,3}(?![a-z])", asked["endings"]))
        leaves = (code for target in plain for code in codes.leaves(target.prefix))
        return [Target(code) for code in leaves if code[3:].endswith(endings)]
    if (asked := _POSITION.match(where)) is None:
        return None
    characters = _characters(asked["chars"])
    words = asked["which"].lower().split()
    positions = [_ORDINALS[word] for word in words if word != "or"]
    if positions == [5, 6]:
        return [target for one in plain for target in _intent(one.prefix, characters, codes)]
    return [
        Target(target.prefix, position, characters) for target in plain for position in positions
    ]


def _intent(prefix: str, characters: str, codes: CodeList) -> list[Target]:
    """Return codes whose sixth character (or fifth, if there are only five) shows the intent.

    The fifth character of a longer code means something else: T50.A15 is an adverse effect (5), not
    a poisoning (1).
    """
    short = [
        Target(code) for code in codes.leaves(prefix) if len(code) == 5 and code[4] in characters
    ]
    return [Target(prefix, 6, characters), *short]


def _subcodes(where: str) -> list[str]:
    parts = re.findall(r"\.([0-9A-Z]+)", where)
    if len(parts) == 2 and re.search(r"[0-9A-Z]-\.", where):
        width = len(parts[0])
        return [str(n).zfill(width) for n in range(int(parts[0]), int(parts[1]) + 1)]
    return parts


def _characters(text: str) -> str:
    """Return the characters of "5", "B or C" or "1-4 or 6", each once."""
    found: list[str] = []
    for first, last in re.findall(r"\b([0-9A-Z])\b(?:\s*-\s*([0-9A-Z])\b)?", text):
        found += [chr(c) for c in range(ord(first), ord(last or first) + 1)]
    return "".join(dict.fromkeys(found))


def _undotted(code: str) -> str:
    return code.replace(".", "")
