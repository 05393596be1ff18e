"""The HTML report around its findings: figures, edits that fired, what was not checked, files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final

import polars as pl

from cleanclaim.edits.edit import Disposition, Edit
from cleanclaim.report.locations import MEANING, WORDS, paragraphs
from cleanclaim.report.result import Report
from cleanclaim.text.escaping import visible

MOST_GAPS: Final = 500
"""So many rows of what was not checked are shown."""
_FIGURES: Final = frozenset({"Findings", "Claims", "Times"})
_FORMATS: Final = {"x12": "X12 837", "csv": "CSV", "parquet": "Parquet", "tables": "set of tables"}


def shown(text: str) -> str:
    """A text as HTML, for content and for attributes, its unseen characters made visible."""
    return escape(visible(text))


def many(count: int, word: str) -> str:
    """A count with its word."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def badge(disposition: str) -> str:
    """A disposition as a coloured word."""
    return f'<span class="badge {disposition}">{WORDS[disposition]}</span>'


def summary(report: Report) -> Iterator[str]:
    """What could not be read, the figures, and the findings by disposition."""
    if report.unread:
        yield '<section class="alarm"><h2>Not everything could be read</h2><ul>'
        yield from (f"<li>{shown(entry.error or '')}</li>" for entry in report.unread)
        yield "</ul></section>"
    if report.failures:
        yield '<section class="alarm"><h2>Not everything could be checked</h2><ul>'
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
        yield _header("Findings by what a payer would do", "Meaning", "Findings")
        for name, count in counts.items():
            yield f"<tr><td>{badge(name)}</td><td>{MEANING[name]}</td>{_number(count)}</tr>"
        yield "</tbody></table></div>"
    yield from (f'<p class="hint">{shown(note)}</p>' for note in report.notes)
    yield "</section>"


def _figures(report: Report) -> Iterator[tuple[str, str, str]]:
    s = report.summary
    hit = report.findings["claim_key"].drop_nulls().n_unique()
    rate = "none" if s["clean_claim_rate"] is None else f"{s['clean_claim_rate']:.1%}"
    gaps = report.not_checked["code"].n_unique()
    yield "Claims", f"{s['claims']:,}", f"with {many(s['lines'], 'line')}"
    yield "Clean claims", rate, f"{s['clean_claims']:,} of {s['claims']:,} pass without touch"
    yield "Findings", f"{s['findings']:,}", f"on {many(hit, 'claim')}"
    yield "Not checked", f"{s['not_checked']:,}", f"things, by {many(gaps, 'edit')}"


def _bar(counts: dict[str, int]) -> Iterator[str]:
    """The dispositions' shares as one bar; the table beneath says the same in figures."""
    total, x = sum(counts.values()), 0.0
    yield '<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
    for name, count in counts.items():
        width = 100 * count / total
        yield f'<rect class="{name}" x="{x:.3f}" y="0" width="{width:.3f}" height="1"/>'
        x += width
    yield "</svg>"


def edits_section(report: Report) -> Iterator[str]:
    """The edits that fired, the most frequent first, each with its explanation."""
    if report.findings.is_empty():
        return
    known = {edit.code: edit for edit in report.edits}
    yield '<section aria-labelledby="edits"><h2 id="edits">Edits that fired</h2>'
    yield '<div class="sheet"><table>'
    yield _header("Edit", "What it says", "Hardest", "Findings", "Claims")
    for row in _edits(report.findings).iter_rows(named=True):
        hardest = list(Disposition)[row["hardest"]].value
        yield (
            f'<tr><th scope="row"><code>{shown(row["code"])}</code></th>'
            f"<td>{_explained(row['name'], known.get(row['code']))}</td><td>{badge(hardest)}</td>"
            f"{_number(row['count'])}{_number(row['claims'])}</tr>"
        )
    yield "</tbody></table></div></section>"


def _edits(findings: pl.DataFrame) -> pl.DataFrame:
    return (
        findings.group_by("code")
        .agg(
            pl.col("name").first(),
            pl.col("disposition").to_physical().min().alias("hardest"),
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
    """A link, followed only when it is clicked; none for anything but the web's own schemes."""
    if not url.startswith(("https://", "http://")):
        return ""
    return f' (<a href="{shown(url)}" rel="noopener noreferrer">read it</a>)'


def gaps_section(report: Report) -> Iterator[str]:
    """What could not be checked, why, and what would supply what was missing."""
    gaps: Sequence[dict[str, Any]] = report.summary["not_checked_by_reason"]
    if not gaps:
        return
    yield '<section aria-labelledby="gaps"><h2 id="gaps">Not checked</h2>'
    yield '<p class="hint">A claim without findings passed only what was checked. This was not:</p>'
    yield '<div class="sheet"><table>'
    yield _header("Edits", "What was not checked, and why", "What would supply it", "Times")
    for gap in gaps[:MOST_GAPS]:
        yield (
            f'<tr><th scope="row"><code>{shown(" ".join(gap["edits"]))}</code></th>'
            f"<td>{shown(gap['reason'])}</td><td>{shown(gap['supply'] or '')}</td>"
            f"{_number(gap['count'])}</tr>"
        )
    yield "</tbody></table></div>"
    if len(gaps) > MOST_GAPS:
        left = len(gaps) - MOST_GAPS
        yield (
            f'<p class="partial">{left:,} more kinds are not shown; '
            "<code>--format jsonl</code> tells all.</p>"
        )
    yield "</section>"


def files_section(report: Report) -> Iterator[str]:
    """What became of every input."""
    if not report.files:
        return
    yield '<section aria-labelledby="files"><h2 id="files">Files</h2><div class="sheet"><table>'
    yield _header("File", "Read as", "Remark", "Claims")
    for entry in report.files:
        kind = _FORMATS.get(entry.format or "", "not recognised")
        yield (
            f"<tr><td>{shown(entry.file)}</td><td>{kind}</td><td>{shown(entry.error or '')}</td>"
            f"{_number(entry.claims)}</tr>"
        )
    yield "</tbody></table></div></section>"


def _number(count: int) -> str:
    return f'<td class="number">{count:,}</td>'


def _header(*titles: str) -> str:
    """A table's head; columns of figures are set to the right."""
    cells = "".join(
        f'<th scope="col" class="number">{title}</th>'
        if title in _FIGURES
        else f'<th scope="col">{title}</th>'
        for title in titles
    )
    return f"<thead><tr>{cells}</tr></thead><tbody>"
