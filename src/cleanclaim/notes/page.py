"""Suggestions as one HTML page: the note with the words marked, and beside it the codes with their reasons.

The page loads no other file and has no script.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import Final, NamedTuple

from cleanclaim.notes.suggestion import CODE, CONSIDER, NOT_CODED, Suggestion
from cleanclaim.text.escaping import visible
from cleanclaim.version import VERSION

_HEADINGS: Final = {CODE: "Code", CONSIDER: "Consider", NOT_CODED: "Not coded"}
_EMPTY: Final = {CODE: "Nothing to code was found.", CONSIDER: "Nothing.", NOT_CODED: "Nothing was left out."}  # fmt: skip


class Answer(NamedTuple):
    """A note and what was suggested for it.

    Attributes:
        name: its ID or file name; None if it has none.
        note: the text.
        suggestions: the codes.
        not_checked: what couldn't be done, in a sentence each.
    """

    name: str | None
    note: str
    suggestions: Sequence[Suggestion]
    not_checked: Sequence[str] = ()


def page(answers: Sequence[Answer]) -> str:
    """Return the page for some notes."""
    return "\n".join(_document(answers)) + "\n"


def _document(answers: Sequence[Answer]) -> Iterator[str]:
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>Suggested codes</title>\n<style>{style}</style>\n</head>\n<body>"
    coded = sum(one.disposition == CODE for answer in answers for one in answer.suggestions)
    yield '<header class="masthead"><div class="wide page"><h1>Suggested codes</h1>'
    counts = f"{_counted(len(answers), 'note')}, {_counted(coded, 'code')}"
    yield f'<p class="meta">{counts}. A coder decides: this isn\'t a final coding.</p></div></header>'
    yield '<main class="wide page">'
    for number, answer in enumerate(answers, 1):
        yield from _note(number, answer)
    yield "</main>"
    yield (
        f'<footer class="wide page"><p>Made by cleanclaim {VERSION} on your own computer. '
        "This page has the whole note: protect it as you protect the record itself.</p></footer>\n</body>\n</html>"
    )


def _style() -> str:
    shared = files("cleanclaim.report").joinpath("page.css").read_text(encoding="utf-8")
    return "\n" + shared + files("cleanclaim.notes").joinpath("page.css").read_text(encoding="utf-8")  # fmt: skip


def _note(number: int, answer: Answer) -> Iterator[str]:
    title = f"Note {shown(answer.name)}" if answer.name else "Note"
    yield f'<section aria-labelledby="note-{number}"><h2 id="note-{number}">{title}</h2>'
    for sentence in answer.not_checked:
        yield f'<p class="alarm">Not checked: {shown(sentence)}</p>'
    yield '<div class="side-by-side"><div class="sheet note">'
    yield "".join(_marked(number, answer)) + "</div><div>"
    for disposition, heading in _HEADINGS.items():
        own = [(n, one) for n, one in enumerate(answer.suggestions, 1) if one.disposition == disposition]  # fmt: skip
        yield f'<article class="claim"><header><h3>{heading}</h3></header>'
        if not own:
            yield f'<p class="finding">{_EMPTY[disposition]}</p></article>'
            continue
        yield '<ul class="findings">'
        for n, one in own:
            yield from _suggestion(number, n, one)
        yield "</ul></article>"
    yield "</div></div></section>"


def _marked(number: int, answer: Answer) -> Iterator[str]:
    """Yield the note, its words marked with what was done about them."""
    note, at = answer.note, 0
    for start, end, kind, n in _marks(answer):
        yield shown(note[at:start])
        title = shown(answer.suggestions[n - 1].code)
        yield f'<mark class="{kind}" id="w{number}-{n}" title="{title}"><a href="#s{number}-{n}">{shown(note[start:end])}</a></mark>'  # fmt: skip
        at = end
    yield shown(note[at:])


def _marks(answer: Answer) -> Iterator[tuple[int, int, str, int]]:
    """Yield the places to mark, without overlaps: what is coded goes before what isn't, and longer before shorter."""
    places = [
        (list(_HEADINGS).index(one.disposition), each.start - each.end, each.start, each.end, n)
        for n, one in enumerate(answer.suggestions, 1)
        for each in one.evidence
    ]
    taken: list[tuple[int, int, str, int]] = []
    for rank, _length, start, end, n in sorted(places):
        if all(end <= other[0] or other[1] <= start for other in taken):
            taken.append((start, end, list(_HEADINGS)[rank], n))
    yield from sorted(taken)


def _suggestion(number: int, n: int, one: Suggestion) -> Iterator[str]:
    yield f'<li class="finding" id="s{number}-{n}"><div class="head"><span class="badge {one.disposition}">{shown(one.code)}</span>'
    yield f'<span class="place">{shown(one.title)}</span>'
    sure = f"{one.confidence:.0%} sure" if one.disposition != NOT_CODED else ""
    yield f'<span class="edit">{sure}</span></div>'
    yield f'<p class="message">{shown(one.why[:1].upper() + one.why[1:])}.</p>'
    quotes = " · ".join(f"“{shown(' '.join(each.text.split()))}”" for each in one.evidence[:4])
    yield f'<p class="words">{quotes}</p>'
    if one.query:
        yield f'<p class="suggestion"><b>Ask the provider:</b> {shown(one.query)}</p>'
    yield f'<p class="source">Rule: {shown(one.rule)}</p>'
    if one.alternatives:
        yield '<details><summary>Other codes</summary><dl class="evidence">'
        yield from (f"<dt>{shown(code)}</dt><dd>{shown(title)}</dd>" for code, title in one.alternatives)  # fmt: skip
        yield "</dl></details>"
    yield "</li>"


def shown(text: str) -> str:
    """Return text for the page: what can't be seen is escaped, line ends stay."""
    return "\n".join(escape(visible(line)) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))  # fmt: skip


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
