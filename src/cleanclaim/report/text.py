"""The text report: findings by claim and a summary, in color on a terminal.

A report on many claims starts with the summary and shows the worst claims only, so that its length doesn't grow with the number of claims.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby, islice
from typing import Any, BinaryIO, Final

import polars as pl
from rich.console import Console
from rich.text import Text

from cleanclaim.report.coding import DIRECTIONS, change_of, coding, has_notes
from cleanclaim.report.labels import MEANING, VERDICT_MEANING, counted, dollars
from cleanclaim.report.locations import ByFormat, formats_by_file, position_unit
from cleanclaim.report.result import Results
from cleanclaim.report.worklist import View, arranged
from cleanclaim.text.escaping import visible
from cleanclaim.text.wording import worded

_STYLES: Final = {
    "reject": "bold red",
    "return": "bold red",
    "deny-claim": "red",
    "deny-line": "red",
    "suspend": "yellow",
    "warn": "yellow",
    "info": "cyan",
}
_LABEL: Final = max(map(len, MEANING))
"""Width of the column of dispositions."""
_INDENT: Final = " " * (_LABEL + 4)

_NARROWEST: Final = 16
"""Text beside a column is at least this wide, even if its lines are then longer than the terminal's."""
_BLANKS: Final = str.maketrans(dict.fromkeys("\t\n\v\f\r", " "))
_AT_ONCE: Final = 20_000
"""How many findings are held as text at a time."""
_IS_FIRST_OF_GROUP: Final = (
    (pl.int_range(pl.len()) == 0) | pl.col("group").ne_missing(pl.col("group").shift())
).alias("is_first_of_group")
_IS_FIRST: Final = (
    _IS_FIRST_OF_GROUP
    | pl.col("claim_key").ne_missing(pl.col("claim_key").shift())
    | pl.col("file").ne_missing(pl.col("file").shift())
).alias("is_first")
"""Of findings in order: the first of a claim or file."""


def _prefixed(name: str, prefix: str = "") -> pl.Expr:
    """The text of a column with a prefix; null if it is null or empty."""
    column = pl.col(name).cast(pl.String)
    return pl.when(column != "").then(pl.concat_str(pl.lit(prefix), column))  # fmt: skip


MANY: Final = 50
"""Above this number of claims, only the worst are shown unless the user asks for more."""
MOST_ENTRIES: Final = 100
"""How many differences between claims and notes are listed."""
WORST: Final = 20
"""How many are shown then."""
_HEADING: Final = pl.concat_str(
    pl.coalesce(
        _prefixed("claim_id", "Claim "),
        pl.when(pl.col("claim_key").is_null()).then(pl.lit("Whole file")),
        pl.lit("Claim without a number"),
    ),
    _prefixed("at_risk", "  "),
    pl.lit("  ("), "file", pl.lit(")"),
    ignore_nulls=True,
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
_SOURCE: Final = pl.concat_str(
    _prefixed("source", "Source: "), _prefixed("release", "release: "), _prefixed("carc", "CARC "), _prefixed("rarc", "RARC "),
    separator="; ", ignore_nulls=True,
)  # fmt: skip

_VERDICTS: Final = {
    "clean_claims": "clean",
    "clean_as_far_as_checked_claims": "clean as far as checked",
    "claims_with_findings": "findings",
    "unchecked_claims": "not checked",
}
_VERDICT: Final = max(map(len, VERDICT_MEANING))
_AS_READ: Final = View()

Line = tuple[str, str]
_Marks = Mapping[str, tuple[str, str]]
"""What is written before and after a text, by style."""


def write(
    results: Results,
    out: BinaryIO,
    color: bool = False,  # noqa: FBT001, FBT002 - as every format
    view: View = _AS_READ,
    width: int = 100,
) -> None:
    """Write the whole report.

    Args:
        results: what was found.
        out: where to write it, as UTF-8.
        color: whether to write terminal colors.
        view: how to list the claims. By default, up to 50 claims are listed as they were read, before the summary. Of more claims, the 20 worst are listed
            after it.
        width: the length of a line in characters.
    """
    marks = _marks(color=color)
    width = max(width, 40)
    is_many = results.summary["claims"] > MANY
    chosen = _shortened(view) if is_many else view
    listed = arranged(results, chosen)
    before = (*_not_read(results, width), *_summary(results, width)) if is_many else ()
    out.writelines(_painted(visible(text), style, marks).encode() for text, style in before)
    if before:
        out.write(b"\n")
    out.writelines(text.encode() for text in _all_findings(listed, width, marks))
    out.writelines(
        _painted(visible(text), style, marks).encode() for text, style in _coding(results, width)
    )
    after = _left_out(results, chosen, width) if is_many else (*_not_read(results, width), *_summary(results, width))  # fmt: skip
    out.writelines(_painted(visible(text), style, marks).encode() for text, style in after)


def _coding(results: Results, width: int) -> Iterator[Line]:
    """What notes say against what is billed."""
    if not has_notes(results):
        return
    entries = list(islice(coding(results), MOST_ENTRIES + 1))
    yield "Claims against their notes", "bold"
    for direction, meaning in DIRECTIONS.items():
        own = [one for one in entries[:MOST_ENTRIES] if one["direction"] == direction]
        if own:
            yield f"  {direction}: {meaning}", ""
        for one in own:
            head = f"{one['claim_id'] or ''}  {one['code']}  {change_of(one) or one['reason']}"
            yield from _wrapped(head, width, "    ")
            if one["words"]:
                yield from _wrapped(f"“{one['words']}”", width, "      ", "dim")
    if len(entries) > MOST_ENTRIES:
        yield from _wrapped(
            f"Only {MOST_ENTRIES} are listed. For all: --format json or html.",
            width,
            "  ",
            "yellow",
        )
    yield "", ""


def _shortened(view: View) -> View:
    """The view of many claims: the worst ones first, and few of them, unless the user says otherwise."""
    return View(view.sort or "hardest", view.group_by, WORST if view.limit is None else view.limit)


def _all_findings(results: Results, width: int, marks: _Marks) -> Iterator[str]:
    formats = formats_by_file(results.files)
    for findings, claims in zip(results.findings_parts(), results.claims_parts(), strict=True):
        at_risk = claims.filter(pl.col("at_risk_amount") > 0).select(
            "claim_key", worded("${} at risk", pl.col("at_risk_amount")).alias("at_risk")
        )
        rows = findings.join(at_risk, on="claim_key", how="left", maintain_order="left")
        if "group" not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.String).alias("group"))
        yield from _findings(rows, formats, width, marks)


def _left_out(results: Results, view: View, width: int) -> Iterator[Line]:
    """What to do to see the claims that aren't listed."""
    count = results.summary["claims_with_findings"]
    if view.limit and count > view.limit:
        shown = f"{view.limit:,} of {counted(count, 'claim')} with findings are listed"
        more = "For more: --limit, --sort, --group-by. For all: --format xlsx, csv or parquet with --output."
        yield from _wrapped(f"{shown}. {more}", width, "", "yellow")


def _marks(*, color: bool) -> _Marks:
    """The terminal's codes for each style; empty texts without color."""
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


def _findings(
    findings: pl.DataFrame, formats: ByFormat, width: int, marks: _Marks
) -> Iterator[str]:
    """The text of the findings, many at a time: a report can have hundreds of thousands."""
    has_text = False
    for rows in findings.with_columns(_IS_FIRST, _IS_FIRST_OF_GROUP).iter_slices(_AT_ONCE):
        text = _text_of(rows, formats, width, marks)
        yield text if has_text else text.removeprefix("\n")
        has_text = True
    yield "\n" if has_text else ""


def _place(rows: pl.DataFrame, formats: ByFormat) -> pl.Series:
    """The line, diagnosis, place on the form and position of findings."""
    place = _each(rows.select(_PLACE).to_series(), visible)
    units = _each(rows["file"].fill_null(""), lambda file: position_unit(file, formats))
    positions = [
        None if position is None else f"{unit} {position:,}"
        for unit, position in zip(units, rows["position"], strict=True)
    ]
    parts = (
        _prefixed("line_number", "line "),
        _prefixed("diagnosis_number", "diagnosis "),
        pl.when(place != "").then(place),
        pl.Series(positions, dtype=pl.String),
    )
    return rows.select(pl.concat_str(parts, separator=" · ", ignore_nulls=True)).to_series()


def _text_of(rows: pl.DataFrame, formats: ByFormat, width: int, marks: _Marks) -> str:
    """Findings below the headings of their claims; a paragraph that many findings share is wrapped once."""

    def paragraph(lead: str, style: str) -> Callable[[str], str]:
        return lambda text: "".join(
            _painted(line, style, marks) for line in _cut(text, width, lead)
        )

    group = rows.select(pl.when("is_first_of_group").then("group")).to_series()
    first = rows.select(pl.when("is_first").then(_HEADING)).to_series()
    labels = {word: f"{marks[style][0]}  {word:<{_LABEL}}  " for word, style in _STYLES.items()}
    ends = {word: f"{marks[style][1]}\n" for word, style in _STYLES.items()}
    disposition = rows["disposition"].cast(pl.String)
    parts = (
        _each(group, lambda text: "\n" + _painted(f"=== {visible(text)}", "bold", marks)),
        _each(first, lambda text: "\n" + _painted(visible(text), "bold", marks)),
        _each(disposition, labels.__getitem__),
        _each(rows["code"], lambda text: f"{visible(text)}  "),
        _place(rows, formats),
        _each(disposition, ends.__getitem__),
        _each(rows["message"], paragraph(_INDENT, "")),
        _each(rows.select(_prefixed("suggestion")).to_series(), paragraph(f"{_INDENT[2:]}→ ", "green")),
        _each(rows.select(_SOURCE).to_series(), paragraph(_INDENT, "dim")),
    )  # fmt: skip
    return str(pl.select(pl.concat_str(parts, ignore_nulls=True).str.join()).item())


def _each(texts: pl.Series, function: Callable[[str], str]) -> pl.Series:
    """The result of a function for each text, called once for equal texts; null stays null."""
    distinct = texts.drop_nulls().unique()
    given = pl.Series([function(text) for text in distinct], dtype=pl.String)
    return texts.replace_strict(distinct, given, default=None, return_dtype=pl.String)


def _wrapped(text: str, width: int, lead: str, style: str = "") -> Iterator[Line]:
    for line in _cut(text, width, lead):
        yield line, style


def _cut(text: str, width: int, lead: str) -> Iterator[str]:
    """The lines of a text, cut at blanks only: a long word or a code with a hyphen stays whole."""
    rest = text if text.isprintable() else visible(text.translate(_BLANKS))
    room = max(width - len(lead), _NARROWEST)
    while len(rest) > room:
        at = rest.rfind(" ", 1, room + 1)
        at = at if at > 0 else rest.find(" ", room)
        if at < 0:
            break
        yield lead + rest[:at].rstrip(" ")
        rest, lead = rest[at:].lstrip(" "), " " * len(lead)
    yield (lead + rest).rstrip(" ")


def _not_read(results: Results, width: int) -> Iterator[Line]:
    for entry in results.unread:
        yield from _wrapped(entry.error or "", width, "Not read  ", "bold red")
    for failure in results.failures:
        yield from _wrapped(str(failure), width, "Failed    ", "bold red")
    if results.unread or results.failures:
        yield "", ""


def _summary(results: Results, width: int) -> Iterator[Line]:
    s = results.summary
    yield "Summary", "bold"
    claims, lines = counted(s["claims"], "claim"), counted(s["lines"], "line")
    money = f"{dollars(s['charge_amount'])} charged, {dollars(s['at_risk_amount'])} at risk"
    total = f"{claims} with {lines}, {money}: {counted(s['findings'], 'finding')}"
    yield from _wrapped(total, width, "  ")
    for key, verdict in _VERDICTS.items():
        if s[key]:
            lead = f"  {s[key]:>7,}  {verdict:<{_VERDICT}}  "
            yield from _wrapped(VERDICT_MEANING[verdict], width, lead)
    if s["findings_by_disposition"]:
        yield "  Findings by disposition:", ""
    for word, count in s["findings_by_disposition"].items():
        lead = f"  {count:>7,}  {word:<{_LABEL}}  "
        yield from _wrapped(MEANING[word], width, lead, _STYLES[word])
    if s["findings_by_edit"]:
        yield "  Findings by edit (cleanclaim explain CODE has the details):", ""
    for code, edit in s["findings_by_edit"].items():
        yield f"  {edit['count']:>7,}  {code:<{_LABEL}}  {edit['name']}", ""
    yield from _not_checked(s["not_checked_by_reason"], width)
    for note in s["notes"]:
        yield from _wrapped(note, width, "  ", "yellow")


def _not_checked(gaps: list[dict[str, Any]], width: int) -> Iterator[Line]:
    """What was not checked by reason; what to add is written once below the reasons that need it."""
    if gaps:
        yield "  Not checked:", "yellow"
    for supply, group in groupby(gaps, key=lambda gap: gap["supply"]):
        for gap in group:
            edits = ", ".join(gap["edits"])
            yield from _wrapped(
                f"{gap['reason']} ({_affected(gap)}): {edits}", width, "    ", "dim"
            )
        if supply:
            yield from _wrapped(str(supply), width, "      → ", "dim")


def _affected(gap: dict[str, Any]) -> str:
    """How many lines, or whole claims, were not checked for a reason."""
    if gap["lines"]:
        return f"{counted(gap['lines'], 'line')} of {counted(gap['claims'], 'claim')}"
    return counted(gap["claims"], "claim")
