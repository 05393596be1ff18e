"""The report as a biller reads it: findings by claim, then a summary. Plain text, coloured on a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import BinaryIO, Final

import polars as pl
from rich.console import Console
from rich.text import Text

from cleanclaim.edits.edit import Disposition
from cleanclaim.report.result import Results
from cleanclaim.text.escaping import visible

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

_BLANKS: Final = str.maketrans(dict.fromkeys("\t\n\v\f\r", " "))
_AT_ONCE: Final = 20_000
"""So many findings are held as text at a time."""
_BEGINS: Final = (
    (pl.int_range(pl.len()) == 0)
    | pl.col("claim_key").ne_missing(pl.col("claim_key").shift())
    | pl.col("file").ne_missing(pl.col("file").shift())
).alias("begins")
"""Of findings in order: the first of a claim or file."""


def _if_any(name: str, before: str = "") -> pl.Expr:
    """A text with what stands before it; null where there is none."""
    column = pl.col(name).cast(pl.String)
    return pl.when(column != "").then(pl.concat_str(pl.lit(before), column))  # fmt: skip


_WHO: Final = pl.concat_str(
    pl.coalesce(
        _if_any("claim_id", "Claim "),
        pl.when(pl.col("claim_key").is_null()).then(pl.lit("The file")),
        pl.lit("A claim without number"),
    ),
    pl.lit("  ("), "file", pl.lit(")"),
)  # fmt: skip
_BOX: Final = pl.col("field").struct.field("box")
_ELEMENT: Final = pl.col("field").struct.field("element")
_PLACE: Final = pl.concat_str(
    pl.when(_BOX != "").then(
        pl.when(_BOX.str.starts_with("FL")).then(_BOX).otherwise(pl.concat_str(pl.lit("box "), _BOX))
    ),
    pl.when(_ELEMENT != "").then(_ELEMENT),
    separator=" · ", ignore_nulls=True,
)  # fmt: skip
_WHY: Final = pl.concat_str(
    "source", _if_any("release"), _if_any("carc", "CARC "), _if_any("rarc", "RARC "),
    separator="; ", ignore_nulls=True,
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
    """The findings of whole claims, many at a time: a report may have hundreds of thousands."""
    is_below = False
    for rows in findings.with_columns(_BEGINS).iter_slices(_AT_ONCE):
        text = _told(rows, width, marks)
        yield text if is_below else text.removeprefix("\n")
        is_below = True
    yield "\n" if is_below else ""


def _where(rows: pl.DataFrame) -> pl.Series:
    """Line, diagnosis, place on the form and position of findings."""
    place = _each(rows.select(_PLACE).to_series(), visible)
    at = [None if at is None else f"at {at:,}" for at in rows["position"].to_list()]
    parts = (
        _if_any("line_number", "line "),
        _if_any("diagnosis_number", "diagnosis "),
        pl.when(place != "").then(place),
        pl.Series(at, dtype=pl.String),
    )
    return rows.select(pl.concat_str(parts, separator=" · ", ignore_nulls=True)).to_series()


def _told(rows: pl.DataFrame, width: int, marks: _Marks) -> str:
    """Findings one below the other, the first of a claim below its number; what many say is cut and painted once."""

    def paragraph(lead: str, style: str) -> Callable[[str], str]:
        return lambda text: "".join(
            _painted(line, style, marks) for line in _cut(text, width, lead)
        )

    first = rows.select(pl.when("begins").then(_WHO)).to_series()
    heads = {word: f"{marks[style][0]}  {_WORDS[word]:<9} " for word, style in _STYLES.items()}
    ends = {word: f"{marks[style][1]}\n" for word, style in _STYLES.items()}
    disposition = rows["disposition"].cast(pl.String)
    parts = (
        _each(first, lambda text: "\n" + _painted(visible(text), "bold", marks)),
        _each(disposition, heads.__getitem__),
        _each(rows["code"], lambda text: f"{visible(text)}  "),
        _where(rows),
        _each(disposition, ends.__getitem__),
        _each(rows["message"], paragraph(" " * 12, "")),
        _each(rows.select(_if_any("suggestion")).to_series(), paragraph("          → ", "green")),
        _each(rows.select(_WHY).to_series(), paragraph(" " * 12, "dim")),
    )
    return str(pl.select(pl.concat_str(parts, ignore_nulls=True).str.join()).item())


def _each(texts: pl.Series, function: Callable[[str], str]) -> pl.Series:
    """What a function gives for each text, called once for texts that are the same; null stays null."""
    distinct = texts.drop_nulls().unique()
    given = pl.Series([function(text) for text in distinct], dtype=pl.String)
    return texts.replace_strict(distinct, given, default=None, return_dtype=pl.String)


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
