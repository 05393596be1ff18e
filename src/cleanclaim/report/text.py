"""The report as a biller reads it: findings by claim, then a summary. Plain text, coloured on a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from typing import BinaryIO, Final

import polars as pl
from rich.console import Console
from rich.text import Text

from cleanclaim.edit import Disposition
from cleanclaim.report.result import Results
from cleanclaim.visible import visible

_WORDS: Final = {
    "reject": "REJECT",
    "return": "RETURN",
    "deny-claim": "DENY",
    "deny-line": "DENY LINE",
    "suspend": "SUSPEND",
    "warn": "WARNING",
    "info": "NOTE",
}
_STYLES: Final = {
    "reject": "bold red",
    "return": "bold red",
    "deny-claim": "red",
    "deny-line": "red",
    "suspend": "yellow",
    "warn": "yellow",
    "info": "cyan",
}
_MEANING: Final = {
    "reject": "refused before it is looked at",
    "return": "sent back to the provider",
    "deny-claim": "the claim is denied",
    "deny-line": "the line is denied",
    "suspend": "held until the record is seen",
    "warn": "look at it",
    "info": "for information",
}

_INDENT: Final = " " * 12
_ADVICE: Final = "          → "
_BLANKS: Final = str.maketrans(dict.fromkeys("\t\n\v\f\r", " "))
_FIELD: Final = pl.col("field").struct
_COLUMNS: Final = (
    "claim_key", "file", "claim_id", "disposition", "code", "line_number", "diagnosis_number",
    _FIELD.field("box"), _FIELD.field("element"), "position",
    "message", "suggestion", "source", "release", "carc", "rarc",
)  # fmt: skip

Line = tuple[str, str]
_Marks = Mapping[str, tuple[str, str]]
"""By style what stands before and after a text in it."""


def write(results: Results, out: BinaryIO, color: bool = False, width: int = 100) -> None:  # noqa: FBT001, FBT002 - as every format
    """The whole report.

    Args:
        results: what was found.
        out: where it is written, as UTF-8.
        color: with colour, for a terminal.
        width: characters a line.
    """
    marks = _marks(color=color)
    width = max(width, 40)
    for findings in results.findings_parts():
        out.writelines(text.encode() for text in _findings(findings, width, marks))
    after = (*_unread(results, width), *_summary(results, width))
    out.writelines(_painted(visible(text), style, marks).encode() for text, style in after)


def _marks(*, color: bool) -> _Marks:
    """What the terminal takes for each style, or nothing without colour."""
    styles = ("", "bold", "dim", "green", "bold red", *_STYLES.values())
    if not color:
        return dict.fromkeys(styles, ("", ""))
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, highlight=False)
    for style in styles:
        console.print(Text("|", style=style))
    before_and_after = (line.split("|") for line in stream.getvalue().splitlines())
    return {style: (before, after) for style, (before, after) in zip(styles, before_and_after, strict=True)}  # fmt: skip


def _painted(text: str, style: str, marks: _Marks) -> str:
    before, after = marks[style]
    return f"{before}{text}{after}\n" if text else "\n"


def _findings(findings: pl.DataFrame, width: int, marks: _Marks) -> Iterator[str]:
    """The findings of whole claims, in pieces of text: a report may have hundreds of thousands."""
    claim: tuple[object, ...] | None = None
    heads = {word: marks[_STYLES[word]] for word in _WORDS}
    for row in findings.select(_COLUMNS).iter_rows():
        key, file, number, disposition, code, *place, message, suggestion, source, release, carc, rarc = row  # fmt: skip
        if (key, file) != claim:
            yield "\n" if claim else ""
            yield _painted(visible(f"{_who(key, number)}  ({file})"), "bold", marks)
            claim = (key, file)
        before, after = heads[disposition]
        where = visible(f"{code}  {_where(*place)}")
        why = _why(source, release, carc, rarc)
        yield (
            f"{before}  {_WORDS[disposition]:<9} {where}{after}\n"
            f"{_paragraph(message, width, _INDENT, marks[''])}"
            f"{_paragraph(suggestion, width, _ADVICE, marks['green']) if suggestion else ''}"
            f"{_paragraph(why, width, _INDENT, marks['dim'])}"
        )
    yield "\n" if claim else ""


def _who(key: int | None, number: str | None) -> str:
    if number:
        return f"Claim {number}"
    return "The file" if key is None else "A claim without number"


def _where(
    line: int | None,
    diagnosis: int | None,
    box: str | None,
    element: str | None,
    position: int | None,
) -> str:
    parts = []
    if line is not None:
        parts.append(f"line {line}")
    if diagnosis is not None:
        parts.append(f"diagnosis {diagnosis}")
    if box:
        parts.append(box if box.startswith("FL") else f"box {box}")
    if element:
        parts.append(element)
    if position is not None:
        parts.append(f"at {position:,}")
    return " · ".join(parts)


def _why(source: str, release: str | None, carc: str | None, rarc: str | None) -> str:
    codes = [f"CARC {carc}"] if carc else []
    codes += [f"RARC {rarc}"] if rarc else []
    return "; ".join([source, *([release] if release else []), *codes])


@lru_cache(maxsize=4096)
def _paragraph(text: str, width: int, lead: str, mark: tuple[str, str]) -> str:
    """The lines of a text, painted; many findings say the same."""
    before, after = mark
    return "".join(f"{before}{line}{after}\n" for line in _cut(text, width, lead))


def _wrapped(text: str, width: int, lead: str, style: str = "") -> Iterator[Line]:
    for line in _cut(text, width, lead):
        yield line, style


def _cut(text: str, width: int, lead: str) -> Iterator[str]:
    """The lines of a text, cut at blanks only: a long word or a code with a hyphen stays whole."""
    rest = text if text.isprintable() else visible(text.translate(_BLANKS))
    room = width - len(lead)
    while len(rest) > room:
        at = rest.rfind(" ", 1, room + 1)
        at = at if at > 0 else rest.find(" ", room)
        if at < 0:
            break
        yield lead + rest[:at].rstrip(" ")
        rest, lead = rest[at:].lstrip(" "), " " * len(lead)
    yield (lead + rest).rstrip(" ")


def _unread(results: Results, width: int) -> Iterator[Line]:
    for entry in results.unread:
        yield from _wrapped(f"NOT READ  {entry.error}", width, "", "bold red")
    for failure in results.failures:
        yield from _wrapped(f"FAILED    {failure}", width, "", "bold red")
    if results.unread or results.failures:
        yield "", ""


def _summary(results: Results, width: int) -> Iterator[Line]:
    s = results.summary
    yield "Summary", "bold"
    rate = (
        ""
        if s["clean_claim_rate"] is None
        else f", {s['clean_claims']:,} clean ({s['clean_claim_rate']:.1%})"
    )
    yield (
        f"  {_many(s['claims'], 'claim')} with {_many(s['lines'], 'line')}{rate}; {_many(s['findings'], 'finding')}.",
        "",
    )
    for disposition in Disposition:
        count = s["findings_by_disposition"].get(disposition.value)
        if count:
            yield (
                f"  {count:>7,}  {disposition.value} ({_MEANING[disposition.value]})",
                _STYLES[disposition.value],
            )
    if s["findings_by_edit"]:
        yield "  By edit (cleanclaim explain CODE tells more):", ""
        for code, told in s["findings_by_edit"].items():
            yield f"  {told['count']:>7,}  {code}  {told['name']}", ""
    if s["not_checked_by_reason"]:
        yield "  Not checked:", "yellow"
        for supply, told in groupby(s["not_checked_by_reason"], key=lambda gap: gap["supply"]):
            for gap in told:
                words = (
                    f"{gap['reason']} ({_many(gap['count'], 'time')}): {', '.join(gap['edits'])}"
                )
                yield from _wrapped(words, width, "    ", "dim")
            if supply:
                yield from _wrapped(f"  → {supply}", width, "    ", "dim")
    for note in s["notes"]:
        yield from _wrapped(note, width, "  ", "yellow")


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
