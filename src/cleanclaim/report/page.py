"""The report as one HTML file that a biller can open, search and print.

Nothing is fetched: style and script stand in the file, and its content security policy allows
these two, by their hashes, and nothing else. Without script everything is still there to read.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import groupby
from typing import Any, BinaryIO, Final

import polars as pl

from cleanclaim.edits.edit import Disposition
from cleanclaim.report.locations import (
    IN_MEMORY,
    ByFormat,
    formats_by_file,
    place_words,
    position_words,
)
from cleanclaim.report.overview import (
    badge,
    edits_section,
    files_section,
    gaps_section,
    many,
    shown,
    summary,
)
from cleanclaim.report.result import Report
from cleanclaim.text.masking import showable_table
from cleanclaim.version import VERSION

MOST_FINDINGS: Final = 5_000
"""So many findings are shown, the hardest first; a browser is slow with more."""


def write(report: Report, out: BinaryIO, color: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002 - as every format
    """The whole report as an HTML document, in UTF-8.

    Args:
        report: what was found.
        out: where it is written.
        color: not used.
    """
    out.write(("\n".join(_document(report)) + "\n").encode())


def _document(report: Report) -> Iterator[str]:
    style, script = _resource("page.css"), _resource("page.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>Claim check: {many(report.summary['findings'], 'finding')}</title>"
    yield f"<style>{style}</style>\n</head>\n<body>"
    yield '<a class="skip" href="#findings">To the findings</a>'
    yield from _masthead(report)
    yield '<main class="wide">'
    yield from summary(report)
    yield from edits_section(report)
    yield from _findings(report)
    yield from gaps_section(report)
    yield from files_section(report)
    yield "</main>"
    yield (
        f'<footer class="wide"><p>Made by cleanclaim {VERSION} on your own computer; '
        "nothing was sent anywhere. This page names claims and services: "
        "keep it as you keep the claims themselves.</p></footer>"
    )
    yield f"<script>{script}</script>\n</body>\n</html>"


def _resource(name: str) -> str:
    return "\n" + files("cleanclaim.report").joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _masthead(report: Report) -> Iterator[str]:
    spans = report.claims.select(
        pl.col("from_date").min().alias("first"),
        pl.max_horizontal(pl.col("from_date").max(), pl.col("to_date").max()).alias("last"),
        pl.col("as_of").min().alias("judged"),
        pl.col("as_of").max().alias("judged_last"),
    ).row(0, named=True)
    said = [many(report.summary["claims"], "claim")]
    if spans["first"]:
        said.append(f"services of {_span(spans['first'], spans['last'])}")
    if spans["judged"]:
        said.append(f"judged as on {_span(spans['judged'], spans['judged_last'])}")
    yield '<header class="masthead"><div class="wide"><h1>Claim check</h1>'
    yield f'<p class="meta">{shown(", ".join(said))}</p></div></header>'


def _span(first: object, last: object) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _findings(report: Report) -> Iterator[str]:
    total = report.findings.height
    yield '<section aria-labelledby="findings"><h2 id="findings">Findings by claim</h2>'
    if not total:
        nothing = "Nothing was found." if report.claims.height else "No claims were checked."
        yield f"<p>{nothing}</p></section>"
        return
    chosen = _hardest(report.findings)
    if chosen.height < total:
        yield (
            f'<p class="partial">The {chosen.height:,} hardest of {total:,} findings are shown; '
            f"{total - chosen.height:,} are not. To get all of them, run the check again with "
            "<code>--format csv</code>, <code>--format parquet</code> or "
            "<code>--format jsonl</code>.</p>"
        )
    yield from _controls(chosen)
    formats = formats_by_file(report)
    kinds = _kinds(report, chosen)
    rows = chosen.iter_rows(named=True)
    for (key, file), group in groupby(rows, key=lambda row: (row["claim_key"], row["file"])):
        yield from _claim(list(group), kinds.get(key, ""), file, formats)
    yield "</section>"


def _hardest(findings: pl.DataFrame) -> pl.DataFrame:
    """At most `MOST_FINDINGS`, the hardest, in the order of the claims."""
    if findings.height <= MOST_FINDINGS:
        return findings
    rank = pl.col("disposition").to_physical()
    kept = findings.with_row_index("_row").sort(rank, "_row").head(MOST_FINDINGS)
    return kept.sort("_row").drop("_row")


def _kinds(report: Report, chosen: pl.DataFrame) -> dict[int, str]:
    """Kind of claim and payer class, by claim key."""
    claims = showable_table("claims", report.claims).join(
        chosen.select("claim_key").unique(), on="claim_key", how="semi"
    )
    told = claims.select("claim_key", "claim_type", "payer_class").iter_rows()
    return {key: ", ".join(word for word in words if word) for key, *words in told}


def _controls(chosen: pl.DataFrame) -> Iterator[str]:
    counts = dict(chosen.group_by(pl.col("disposition").cast(pl.String)).len().iter_rows())
    yield '<form class="controls" id="controls" role="search" hidden>'
    yield '<label class="sr" for="search">Search the findings</label>'
    yield '<input type="search" id="search" autocomplete="off"'
    yield ' placeholder="Claim number, code, words …">'
    yield '<label class="sr" for="edit">Edit</label>'
    yield '<select id="edit"><option value="">All edits</option>'
    named = chosen.select("code", "name").unique().sort("code")
    for code, name in named.iter_rows():
        yield f'<option value="{shown(code)}">{shown(code)} {shown(name)}</option>'
    yield "</select>"
    yield '<button type="button" id="expand" aria-pressed="false">Show all evidence</button>'
    yield '<button type="button" id="print">Print</button>'
    yield "<fieldset><legend>Show</legend>"
    for disposition in Disposition:
        count = counts.get(disposition.value)
        if count:
            yield (
                f'<label><input type="checkbox" value="{disposition.value}" checked>'
                f"{badge(disposition.value)} {count:,}</label>"
            )
    yield '<span class="hint" id="shown" role="status"></span></fieldset></form>'


def _claim(rows: list[dict[str, Any]], kind: str, file: str, formats: ByFormat) -> Iterator[str]:
    number = rows[0]["claim_id"]
    unnamed = "The file" if rows[0]["claim_key"] is None else "A claim without number"
    who = f'Claim <span class="id">{shown(number)}</span>' if number else unnamed
    about = [kind, "" if file == IN_MEMORY else file, many(len(rows), "finding")]
    yield f'<article class="claim"><header><h3>{who}</h3>'
    yield f'<p class="meta">{shown(" · ".join(word for word in about if word))}</p></header>'
    yield '<ul class="findings">'
    for row in rows:
        yield from _finding(row, formats)
    yield "</ul></article>"


def _finding(row: Mapping[str, Any], formats: ByFormat) -> Iterator[str]:
    disposition, code = row["disposition"], shown(row["code"])
    place = place_words(row) or ("the claim" if row["claim_key"] is not None else "the file")
    yield f'<li class="finding" data-disposition="{disposition}" data-code="{code}">'
    yield '<div class="head">'
    yield f'{badge(disposition)}<span class="place">{shown(place)}</span>'
    yield f'<span class="edit"><code>{code}</code> {shown(row["name"])}</span></div>'
    yield f'<p class="message">{shown(row["message"])}</p>'
    if row["suggestion"]:
        yield f'<p class="suggestion"><b>What to do:</b> {shown(row["suggestion"])}</p>'
    yield f'<p class="source">{shown(_why(row))}</p>'
    evidence = _evidence(row, formats)
    if evidence:
        yield '<details><summary>Evidence</summary><dl class="evidence">'
        yield from (f"<dt>{shown(key)}</dt><dd>{shown(value)}</dd>" for key, value in evidence)
        yield "</dl></details>"
    yield "</li>"


def _why(row: Mapping[str, Any]) -> str:
    codes = [f"{kind.upper()} {row[kind]}" for kind in ("carc", "rarc") if row[kind]]
    release = [f"Release: {row['release']}"] if row["release"] else []
    return ". ".join([f"Source: {row['source']}", *release, *([", ".join(codes)] if codes else [])])


def _evidence(row: Mapping[str, Any], formats: ByFormat) -> list[tuple[str, str]]:
    said = json.loads(row["evidence"] or "{}")
    told = [(key.replace("_", " "), _value(value)) for key, value in said.items()]
    position = position_words(row, formats)
    return [*told, ("place in the file", position)] if position else told


def _value(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value) or "none"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
