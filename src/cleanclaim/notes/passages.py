"""A note as passages: sections, items and sentences, each with its place in the text.

Nothing is copied or cleaned: a passage is a pair of offsets, so evidence is always
`note[start:end]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Final

from cleanclaim.notes.tables import rows

ASSESSMENT: Final = "assessment"
NARRATIVE: Final = "narrative"
"""The kind of text before the first heading, or of a note without headings."""

_TITLE: Final = "title"
"""The name of a specialty or a clinic above a note."""
_LONGEST_HEADING: Final = 5
"""The most words of a heading."""
_LONGEST_SENTENCE: Final = 1_500
"""The most characters of a sentence."""
_LINE: Final = re.compile(r"([^\n\r]*)(?:\r\n|\r|\n|\Z)")
_BULLET: Final = re.compile(
    r"\s*(?:[\u2022\u2023\u25cf\u25e6*\u2013\u2014>-]+\s+|\(?\d{1,2}[.)]\s+|#\s*\d{0,2}[.:)]?\s*|[a-h][.)]\s+|\d\s+(?=[A-Z][A-Za-z]+ )|\u2022)"
)
_HEADING: Final = re.compile(r"\s*(?:\*\*|#+\s*)?([A-Za-z][A-Za-z&/ -]{0,45}?)\s*(:|\*\*|$)")
_CLINIC: Final = re.compile(r"([A-Za-z]+(?: [A-Za-z]+)?)[.,]\s")
_QUALIFIER: Final = re.compile(
    r"^(?:ed|er|uc|final|my|today's|updated|current|preliminary|clinic) | (?:by (?:problem"
    r"|system|diagnosis)(?: list)?s?|as (?:above|follows|below)|today|summary|details|section)$"
)
"""Words around a heading that don't change what it is."""
_INNER: Final = re.compile(r"(?<=[.;!?])[ \t]+(?=(?:[A-Z][A-Za-z&/ -]{2,30}|A/P|Dx|Rx|PE|A|P):\s)")
"""Where a heading may begin in the middle of a line."""
_COUNTED: Final = re.compile(r"\s*(?:\(?\d{1,2}[.)]|#)")
_LABEL: Final = re.compile(r"(?:^|\n)\s*(?:dx|diagnos[ie]s)\s*:\s*$", re.IGNORECASE)
_PROSE: Final = frozenset((NARRATIVE, "hpi", "exam", "results", "complaint"))
_CONCLUDES: Final = re.compile(
    r"(?:my |our |the )?(?:overall |clinical |working |final )?(?:impression|assessment"
    r"|diagnosis) (?:is|was|remains)\b|(?:in (?:summary|conclusion)|to summari[sz]e|overall),",
    re.IGNORECASE,
)
"""How a sentence of a letter or of dictated prose begins that says what the visit found."""
_CONCLUDING: Final = frozenset((ASSESSMENT, "plan", "instructions", "procedure"))
_FEWEST: Final = 2
"""The fewest items of a list that ends a note."""
_MOST_AFTER: Final = 3
"""How many lines from the end of a note such a list may end, at most."""
_READ: Final = re.compile(r"\s*(?:\*\*|#+\s*)?imp", re.IGNORECASE)
_END: Final = re.compile(r"[.;!?](?=[\s\"'\u201d)]|$)|(?<=[a-z)\"])\.(?=[A-Z][a-z])")
_ABBREVIATED: Final = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|vs|st|no|pt|approx|dept|e\.g|i\.e|etc|inc|jr|sr|fig|y\.o|yr|hx|b\.i\.d|t\.i\.d|p\.o|p\.r\.n)|\b[A-Z]|\b[A-Z]\.[A-Z])$",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(r"(?:(?<=\s)|(?<=^))\(?(\d{1,2})[.)]\s*(?=[A-Z])", re.MULTILINE)
_LOWER: Final = re.compile(r"[ \t]+[a-z]")
_GOES_ON: Final = re.compile(r"\s*(?:[a-z]|\d+ ?(?:mg|mcg|ml|cm|mm|%))")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a line of a list.

    Attributes:
        start, end: its place in the note, in code points.
        section: the kind of section that it is in.
        item: the number of the list item or paragraph that it belongs to.
        leads: true if it is the first of its item.
        listed: true if its line begins with a bullet or a number.
    """

    start: int
    end: int
    section: str
    item: int
    leads: bool
    listed: bool


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    section: str
    listed: bool
    after_blank: bool


@cache
def _kinds() -> dict[str, str]:
    """Return the kind of section that each spelling of a heading begins."""
    return {row["spelling"]: row["kind"] for row in rows("headings")}


def sentences(note: str) -> list[Sentence]:
    r"""Return the sentences of a note, in order.

    >>> note = "ASSESSMENT\n1. Asthma. Stable.\n2. Gout"
    >>> [(note[one.start:one.end], one.section, one.leads) for one in sentences(note)]
    [('Asthma.', 'assessment', True), ('Stable.', 'assessment', False), ('Gout', 'assessment', True)]
    """
    found: list[Sentence] = []
    blocks = list(_without_labels(note, list(_blocks(note))))
    listed = _last_list(note, blocks)
    has_assessment = any(block[0].section == ASSESSMENT for block in blocks) or listed < len(blocks)
    for item, block in enumerate(blocks, 1):
        first = block[0]
        section = ASSESSMENT if item > listed else first.section
        text = note[first.start : block[-1].end]
        for n, (start, end) in enumerate(_cut(text)):
            if section in _PROSE and not has_assessment and _CONCLUDES.match(text, start):
                section = ASSESSMENT
            found.append(
                Sentence(
                    first.start + start,
                    first.start + end,
                    section,
                    item,
                    n == 0,
                    first.listed,
                )
            )
    return found


def _without_labels(note: str, blocks: list[list[_Line]]) -> Iterator[list[_Line]]:
    """Yield the lines; those after a labeled diagnosis (Dx: gout.) that aren't listed belong to the history if a real assessment follows."""
    own = [n for n, block in enumerate(blocks) if block[0].section == ASSESSMENT]
    apart = next((n for n, m in pairwise(own) if m > n + 1 or _labeled(note, blocks[m][0])), None)
    is_label = apart is not None and _LABEL.search(note[max(0, blocks[own[0]][0].start - 25) : blocks[own[0]][0].start]) is not None  # fmt: skip
    for n, block in enumerate(blocks):
        is_after = is_label and apart is not None and own[0] < n <= apart and not block[0].listed
        yield [replace(line, section="hpi") for line in block] if is_after else block


def _labeled(note: str, line: _Line) -> bool:
    return note[: line.start].rstrip().endswith((":", "*")) or note[: line.start].rstrip().lower().endswith(("assessment", "impression", "plan"))  # fmt: skip


def _last_list(note: str, blocks: list[list[_Line]]) -> int:
    """Return how many blocks there are before the numbered list that ends a note without an assessment; all, if none does."""
    if any(block[0].section in _CONCLUDING for block in blocks):
        return len(blocks)
    end = next((len(blocks) - n for n in range(min(_MOST_AFTER, len(blocks))) if blocks[-1 - n][0].listed), len(blocks))  # fmt: skip
    at = end
    while (
        at
        and blocks[at - 1][0].listed
        and _COUNTED.match(note[_line_start(note, blocks[at - 1][0].start) :])
    ):
        at -= 1
    return at if end - at >= _FEWEST and at else len(blocks)


def _line_start(note: str, at: int) -> int:
    return max(note.rfind("\n", 0, at), note.rfind("\r", 0, at)) + 1


def has_section(found: list[Sentence], kind: str) -> bool:
    """Return true if any sentence is in a section of that kind."""
    return any(one.section == kind for one in found)


def _lines(note: str) -> Iterator[_Line]:
    """Yield the lines that have text besides their heading."""
    section, after_blank = NARRATIVE, True
    for first, end in _stretches(note):
        if not note[first:end].strip():
            after_blank = True
            continue
        kind, at = _heading(note[first:end])
        if section == "results" and kind == ASSESSMENT and note[first + at : end].strip() and _READ.match(note, first):  # fmt: skip
            kind = None  # the radiologist's impression
        start = first if kind is None else first + at
        if kind is not None:
            section, after_blank = NARRATIVE if kind == _TITLE else kind, True
        if not note[start:end].strip(" :*#"):
            continue
        for own, last in _items(note, start, end):
            bullet = _BULLET.match(note, own, last)
            yield _Line(
                bullet.end() if bullet else own, last, section, bullet is not None, after_blank
            )
            after_blank = False


def _stretches(note: str) -> Iterator[tuple[int, int]]:
    """Yield the lines of a note; one with headings in its middle is cut before them."""
    for match in _LINE.finditer(note):
        start, end = match.span(1)
        for inner in _INNER.finditer(note, start, end):
            if _heading(note[inner.end() : end])[0] is not None:
                yield start, inner.start()
                start = inner.end()
        yield start, end


def _items(note: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the items of a line that counts them: 1. Asthma 2. Gout."""
    cuts, number = [], 1
    for match in _NUMBERED.finditer(note, start, end):
        if int(match[1]) == number:
            cuts.append(match.start())
            number += 1
    if len(cuts) < 2 or note[start : cuts[0]].strip():
        yield start, end
        return
    yield from zip(cuts, [*cuts[1:], end], strict=True)


def _heading(line: str) -> tuple[str | None, int]:
    """Return the kind of section that a line begins, and where its text starts."""
    match = _HEADING.match(line)
    if (named := _CLINIC.match(line)) and _kinds().get(named[1].lower()) == _TITLE:
        return _TITLE, named.end()
    if match is None or len(match[1].split()) > _LONGEST_HEADING:
        return None, 0
    words = re.sub(r"\s+", " ", match[1]).strip().lower()
    kind = _kinds().get(words) or _kinds().get(_QUALIFIER.sub("", words))
    rest = line[match.end() :].strip()
    if kind is None or (len(words) < 2 and match[2] != ":"):
        return None, 0
    if match[2] == "" and rest:
        return None, 0
    return kind, match.end()


def _blocks(note: str) -> Iterator[list[_Line]]:
    """Yield the lines that belong together: an item, or a paragraph that was wrapped."""
    block: list[_Line] = []
    for line in _lines(note):
        if block and _continues(note, block[-1], line):
            block.append(line)
            continue
        if block:
            yield block
        block = [line]
    if block:
        yield block


def _continues(note: str, before: _Line, line: _Line) -> bool:
    """Return true if a line goes on with the sentence of the line before."""
    if line.listed or line.after_blank or line.section != before.section:
        return False
    ended = note[before.start : before.end].rstrip()[-1:] in ".:;!?"
    return not ended and _GOES_ON.match(note, line.start, line.end) is not None


def _cut(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a block."""
    start = 0
    for match in _END.finditer(text):
        if (match[0] == "." and _goes_on(text, start, match)) or (
            match[0] == "?" and _LOWER.match(text, match.end())
        ):
            continue
        yield from _pieces(text, start, match.end())
        start = match.end()
    yield from _pieces(text, start, len(text))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a sentence; one that no one would write is cut at blanks, since work grows with the square of its length."""
    while end - start > _LONGEST_SENTENCE:
        blank = text.rfind(" ", start + 1, start + _LONGEST_SENTENCE)
        cut = blank if blank > 0 else start + _LONGEST_SENTENCE
        if span := _trimmed(text, start, cut):
            yield span
        start = cut
    if span := _trimmed(text, start, end):
        yield span


def _goes_on(text: str, start: int, period: re.Match[str]) -> bool:
    """Return true if a period belongs to an abbreviation inside a sentence."""
    end = period.start()
    if not _ABBREVIATED.search(text[max(0, end - 8) : end]):
        return False
    if not text[period.end() :].lstrip()[:1].isupper():
        return bool(text[period.end() :].strip())
    is_letter = len(text[start:end].rsplit(maxsplit=1)[-1]) == 1
    return is_letter or _title(text, end)


def _title(text: str, end: int) -> bool:
    """Return true if the word before a period is the title of a name."""
    return re.search(r"\b(?:dr|mr|mrs|ms|st|vs)$", text[:end], re.IGNORECASE) is not None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    if not piece.strip(" \t\n\r.;:*"):
        return None
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
