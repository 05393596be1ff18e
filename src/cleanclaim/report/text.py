"""The report as a biller reads it: findings by claim, then a summary. Plain text, coloured on a terminal."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any, BinaryIO, Final

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

Line = tuple[str, str]


def write(results: Results, out: BinaryIO, color: bool = False, width: int = 100) -> None:  # noqa: FBT001, FBT002 - as every format
    """The whole report.

    Args:
        results: what was found.
        out: where it is written, as UTF-8.
        color: with colour, for a terminal.
        width: characters a line.
    """
    lines = ((visible(text), style) for text, style in _lines(results, max(width, 40)))
    if not color:
        out.writelines((text + "\n").encode() for text, _ in lines)
        return
    stream = io.TextIOWrapper(out, "utf-8", write_through=True)
    console = Console(
        file=stream, force_terminal=True, width=width, highlight=False, soft_wrap=True
    )
    for text, style in lines:
        console.print(Text(text, style=style))
    stream.detach()


def _lines(results: Results, width: int) -> Iterator[Line]:
    for findings in results.findings_parts():
        rows = findings.iter_rows(named=True)
        for _, group in groupby(rows, key=lambda row: (row["claim_key"], row["file"])):
            yield from _claim(list(group), width)
    yield from _unread(results, width)
    yield from _summary(results, width)


def _claim(rows: list[dict[str, Any]], width: int) -> Iterator[Line]:
    first = rows[0]
    who = (
        f"Claim {first['claim_id']}"
        if first["claim_id"]
        else "The file"
        if first["claim_key"] is None
        else "A claim without number"
    )
    yield f"{who}  ({first['file']})", "bold"
    for row in rows:
        yield (
            f"  {_WORDS[row['disposition']]:<9} {row['code']}  {_where(row)}",
            _STYLES[row["disposition"]],
        )
        yield from _wrapped(row["message"], width, "            ")
        if row["suggestion"]:
            yield from _wrapped(row["suggestion"], width, "          → ", "green")
        yield from _wrapped(_why(row), width, "            ", "dim")
    yield "", ""


def _where(row: dict[str, Any]) -> str:
    place = row["field"] or {}
    parts = []
    if row["line_number"] is not None:
        parts.append(f"line {row['line_number']}")
    if row["diagnosis_number"] is not None:
        parts.append(f"diagnosis {row['diagnosis_number']}")
    if place.get("box"):
        parts.append(place["box"] if place["box"].startswith("FL") else f"box {place['box']}")
    if place.get("element"):
        parts.append(place["element"])
    if row["position"] is not None:
        parts.append(f"at {row['position']:,}")
    return " · ".join(parts)


def _why(row: dict[str, Any]) -> str:
    codes = [f"CARC {row['carc']}"] if row["carc"] else []
    codes += [f"RARC {row['rarc']}"] if row["rarc"] else []
    release = [row["release"]] if row["release"] else []
    return "; ".join([row["source"], *release, *codes])


def _wrapped(text: str, width: int, lead: str, style: str = "") -> Iterator[Line]:
    for line in _cut(text, width, lead):
        yield line, style


@lru_cache(maxsize=4096)
def _cut(text: str, width: int, lead: str) -> tuple[str, ...]:
    """The lines of a text; many findings say the same."""
    return tuple(
        textwrap.wrap(
            text,
            width,
            initial_indent=lead,
            subsequent_indent=" " * len(lead),
            break_long_words=False,
        )
    ) or (lead.rstrip(),)


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
