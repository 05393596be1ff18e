"""The HTML report around its findings: the figures, the findings by edit, what was not checked, the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice
from typing import Any, Final

import polars as pl

from cleanclaim.edits.edit import Disposition, Edit
from cleanclaim.report.coding import coding, has_notes
from cleanclaim.report.labels import MEANING, VERDICT_MEANING, counted, dollars
from cleanclaim.report.locations import paragraphs
from cleanclaim.report.result import Whole
from cleanclaim.text.escaping import visible

MOST_CODING: Final = 2_000
"""How many differences between claims and notes are shown."""
MOST_GAPS: Final = 500
"""How many rows of what was not checked are shown."""
_FIGURES: Final = frozenset({"Findings", "Claims", "Lines"})
"""Headings of columns that hold numbers."""
_FORMATS: Final = {
    "x12": "X12 837",
    "csv": "CSV",
    "parquet": "Parquet",
    "tables": "set of tables",
    "workbook": "Excel workbook",
    "fhir": "FHIR",
}


def shown(text: str) -> str:
    """A text as HTML, for content and attributes, with its invisible characters made visible."""
    return escape(visible(text))


def badge(disposition: str) -> str:
    """A disposition as a colored label."""
    return f'<span class="badge {disposition}">{disposition}</span>'


def summary(report: Whole) -> Iterator[str]:
    """What could not be read or checked, the figures, and the findings by disposition."""
    if report.unread:
        yield '<section class="alarm"><h2>Not read</h2><ul>'
        yield from (f"<li>{shown(entry.error or '')}</li>" for entry in report.unread)
        yield "</ul></section>"
    if report.failures:
        yield '<section class="alarm"><h2>Failed</h2><ul>'
        yield from (f"<li>{escape(str(failure))}</li>" for failure in report.failures)
        yield "</ul></section>"
    yield '<section aria-label="Summary"><dl class="tiles">'
    yield from (
        f'<div class="tile"><dt>{title}</dt><dd class="figure">{figure}</dd>'
        f'<dd class="detail">{detail}</dd></div>'
        for title, figure, detail in _figures(report)
    )
    yield "</dl>"
    counts = report.summary["findings_by_disposition"]
    if counts:
        yield from _bar(counts)
        yield '<div class="sheet"><table>'
        yield _header("Findings by disposition", "Meaning", "Findings")
        for name, count in counts.items():
            yield f"<tr><td>{badge(name)}</td><td>{MEANING[name]}</td>{_number(count)}</tr>"
        yield "</tbody></table></div>"
    yield '<div class="sheet"><table>'
    yield _header("Verdict", "Meaning", "Claims")
    for verdict, count in _verdicts(report).items():
        yield f"<tr><td>{verdict}</td><td>{VERDICT_MEANING[verdict]}</td>{_number(count)}</tr>"
    yield "</tbody></table></div>"
    yield from (f'<p class="hint">{shown(note)}</p>' for note in report.summary["notes"])
    yield "</section>"


def _figures(report: Whole) -> Iterator[tuple[str, str, str]]:
    s = report.summary
    clean = s["clean_claims"] + s["clean_as_far_as_checked_claims"]
    yield "Claims", f"{s['claims']:,}", f"with {counted(s['lines'], 'line')}"
    yield "Without findings", f"{clean:,}", f"{s['clean_claims']:,} of them fully checked"
    yield "Findings", f"{s['findings']:,}", f"on {counted(_hit(report), 'claim')}"
    yield "At risk", dollars(s["at_risk_amount"]), f"of {dollars(s['charge_amount'])} charged"


def _verdicts(report: Whole) -> dict[str, int]:
    s = report.summary
    keys = ("clean_claims", "clean_as_far_as_checked_claims", "claims_with_findings", "unchecked_claims")  # fmt: skip
    return {verdict: s[key] for verdict, key in zip(VERDICT_MEANING, keys, strict=True) if s[key]}


def _hit(report: Whole) -> int:
    return report.claims.filter(pl.col("findings") > 0).height


def _bar(counts: dict[str, int]) -> Iterator[str]:
    """The share of each disposition as one bar; the table below it has the numbers."""
    total, x = sum(counts.values()), 0.0
    yield '<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
    for name, count in counts.items():
        width = 100 * count / total
        yield f'<rect class="{name}" x="{x:.3f}" y="0" width="{width:.3f}" height="1"/>'
        x += width
    yield "</svg>"


def edits_section(report: Whole) -> Iterator[str]:
    """The edits with findings, the most frequent first, each with its explanation."""
    if report.findings.is_empty():
        return
    known = {edit.code: edit for edit in report.edits}
    yield '<section aria-labelledby="edits"><h2 id="edits">Findings by edit</h2>'
    yield '<div class="sheet"><table>'
    yield _header("Edit", "What it flags", "Most severe", "Findings", "Claims")
    for row in _edits(report.findings).iter_rows(named=True):
        worst = list(Disposition)[row["worst"]].value
        yield (
            f'<tr><th scope="row"><code>{shown(row["code"])}</code></th>'
            f"<td>{_explained(row['name'], known.get(row['code']))}</td><td>{badge(worst)}</td>"
            f"{_number(row['count'])}{_number(row['claims'])}</tr>"
        )
    yield "</tbody></table></div></section>"


def _edits(findings: pl.DataFrame) -> pl.DataFrame:
    return (
        findings.group_by("code")
        .agg(
            pl.col("name").first(),
            pl.col("disposition").to_physical().min().alias("worst"),
            pl.len().alias("count"),
            pl.col("claim_key").drop_nulls().n_unique().alias("claims"),
        )
        .sort("count", "code", descending=[True, False])
    )


def _explained(name: str, edit: Edit | None) -> str:
    if edit is None:
        return shown(name)
    first, *more = (shown(text) for text in paragraphs(edit))
    sources = [
        f"Source: {shown(str(source))}, read {source.read}{_link(source.url)}"
        for source in edit.source
    ]
    rest = "".join(f"<p>{text}</p>" for text in (*more, *sources))
    return f"<b>{shown(name)}</b><p>{first}</p><details><summary>More</summary>{rest}</details>"


def _link(url: str) -> str:
    """A link to a web address; empty for any other scheme."""
    if not url.startswith(("https://", "http://")):
        return ""
    return f' (<a href="{shown(url)}" rel="noopener noreferrer">read it</a>)'


def coding_section(report: Whole) -> Iterator[str]:
    """What the notes of claims say against what is billed: too much and too little in one table, with the words of the note."""
    if not has_notes(report):
        return
    entries = list(islice(coding(report), MOST_CODING + 1))
    yield '<section aria-labelledby="coding"><h2 id="coding">Claims against their notes</h2>'
    yield '<p class="hint">Over: the claim says more than the note. Under: it says less. Bill only what was done and documented.</p>'
    yield '<div class="sheet"><table>'
    yield _header("Claim", "Direction", "Billed", "Supported", "Reason", "Words of the note")
    for one in entries[:MOST_CODING]:
        cells = (one["direction"], one["billed"], one["supported"], one["reason"], one["words"])
        rest = "".join(f"<td>{shown(cell or '')}</td>" for cell in cells)
        yield f'<tr><th scope="row">{shown(one["claim_id"] or "")}</th>{rest}</tr>'
    yield "</tbody></table></div>"
    if len(entries) > MOST_CODING:
        yield f'<p class="partial">Only {MOST_CODING:,} are shown; <code>--format json</code> lists all.</p>'
    yield "</section>"


def gaps_section(report: Whole) -> Iterator[str]:
    """What was not checked, why, and what to add."""
    gaps: Sequence[dict[str, Any]] = report.summary["not_checked_by_reason"]
    if not gaps:
        return
    yield '<section aria-labelledby="gaps"><h2 id="gaps">Not checked</h2>'
    yield '<p class="hint">A clean claim passed only what was checked. These checks could not be made:</p>'
    yield '<div class="sheet"><table>'
    yield _header("Edits", "Reason", "What to add", "Claims", "Lines")
    for gap in gaps[:MOST_GAPS]:
        yield (
            f'<tr><th scope="row"><code>{shown(" ".join(gap["edits"]))}</code></th>'
            f"<td>{shown(gap['reason'])}</td><td>{shown(gap['supply'] or '')}</td>"
            f"{_number(gap['claims'])}{_number(gap['lines'])}</tr>"
        )
    yield "</tbody></table></div>"
    if len(gaps) > MOST_GAPS:
        left = len(gaps) - MOST_GAPS
        yield (
            f'<p class="partial">{counted(left, "more reason")} not shown; '
            "<code>--format jsonl</code> lists all.</p>"
        )
    yield "</section>"


def files_section(report: Whole) -> Iterator[str]:
    """What became of every input."""
    if not report.files:
        return
    yield '<section aria-labelledby="files"><h2 id="files">Files</h2><div class="sheet"><table>'
    yield _header("File", "Format", "Not read", "Claims")
    for entry in report.files:
        kind = _FORMATS.get(entry.format or "", entry.format or "unknown")
        yield (
            f"<tr><td>{shown(entry.file)}</td><td>{kind}</td><td>{shown(entry.error or '')}</td>"
            f"{_number(entry.claims)}</tr>"
        )
    yield "</tbody></table></div></section>"


def _number(count: int) -> str:
    return f'<td class="number">{count:,}</td>'


def _header(*titles: str) -> str:
    """The head of a table; columns of numbers are aligned right."""
    cells = "".join(
        f'<th scope="col" class="number">{title}</th>'
        if title in _FIGURES
        else f'<th scope="col">{title}</th>'
        for title in titles
    )
    return f"<thead><tr>{cells}</tr></thead><tbody>"
