"""The report as one HTML file that a biller can open, search and print.

The page loads no other file: its style and script are inside, and its content security policy allows only these two, by their hashes. The report can be
read without the script.
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
from cleanclaim.report.labels import counted, dollars
from cleanclaim.report.locations import (
    IN_MEMORY,
    ByFormat,
    formats_by_file,
    place_words,
    position_unit,
)
from cleanclaim.report.overview import (
    badge,
    coding_section,
    edits_section,
    files_section,
    gaps_section,
    shown,
    summary,
)
from cleanclaim.report.result import Results, Whole
from cleanclaim.report.worklist import View, arranged, whole
from cleanclaim.version import VERSION

MOST_FINDINGS: Final = 5_000
"""How many findings are shown, the most severe first; a browser is slow with more."""


def write(results: Results, out: BinaryIO, color: bool, view: View) -> None:  # noqa: ARG001, FBT001 - as every format
    """Write the whole report as an HTML document, in UTF-8.

    Args:
        results: what was found.
        out: where to write it.
        color: not used.
        view: how to list the claims.
    """
    out.write(("\n".join(_document(whole(arranged(results, view)))) + "\n").encode())


def _document(report: Whole) -> Iterator[str]:
    style, script = _resource("page.css"), _resource("page.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>Claim check: {counted(report.summary['findings'], 'finding')}</title>"
    yield f"<style>{style}</style>\n</head>\n<body>"
    yield '<a class="skip" href="#findings">Skip to the findings</a>'
    yield from _masthead(report)
    yield '<main class="wide">'
    yield from summary(report)
    yield from edits_section(report)
    yield from coding_section(report)
    yield from _findings(report)
    yield from gaps_section(report)
    yield from files_section(report)
    yield "</main>"
    yield (
        f'<footer class="wide"><p>Made by cleanclaim {VERSION} on your own computer; '
        "nothing was sent anywhere. This page names claims and services: "
        "protect it as you protect the claims themselves.</p></footer>"
    )
    yield f"<script>{script}</script>\n</body>\n</html>"


def _resource(name: str) -> str:
    return "\n" + files("cleanclaim.report").joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _masthead(report: Whole) -> Iterator[str]:
    spans = report.claims.select(
        pl.col("from_date").min().alias("first"),
        pl.max_horizontal(pl.col("from_date").max(), pl.col("to_date").max()).alias("last"),
        pl.col("as_of").min().alias("judged"),
        pl.col("as_of").max().alias("judged_last"),
    ).row(0, named=True)
    facts = [counted(report.summary["claims"], "claim")]
    if spans["first"]:
        facts.append(f"dates of service {_span(spans['first'], spans['last'])}")
    if spans["judged"]:
        facts.append(f"judged as of {_span(spans['judged'], spans['judged_last'])}")
    yield '<header class="masthead"><div class="wide"><h1>Claim check</h1>'
    yield f'<p class="meta">{shown(", ".join(facts))}</p></div></header>'


def _span(first: object, last: object) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _findings(report: Whole) -> Iterator[str]:
    total = report.findings.height
    yield '<section aria-labelledby="findings"><h2 id="findings">Findings by claim</h2>'
    if not total:
        empty = "No findings." if report.claims.height else "No claims were checked."
        yield f"<p>{empty}</p></section>"
        return
    chosen = _most_severe(report.findings)
    if chosen.height < total:
        yield (
            f'<p class="partial">The {chosen.height:,} most severe of {total:,} findings are shown; '
            f"{total - chosen.height:,} are not. To get all of them, run the check again with "
            "<code>--format csv</code>, <code>--format parquet</code> or "
            "<code>--format jsonl</code>.</p>"
        )
    yield from _controls(chosen)
    formats = formats_by_file(report.files)
    abouts = _abouts(report, chosen)
    rows = chosen.iter_rows(named=True)
    title = None
    for (named, key, file), group in groupby(
        rows, key=lambda row: (row.get("group"), row["claim_key"], row["file"])
    ):
        if named is not None and named != title:
            yield f'<h3 class="group">{shown(named)}</h3>'
            title = named
        yield from _claim(list(group), abouts.get(key, []), file, formats)
    yield "</section>"


def _most_severe(findings: pl.DataFrame) -> pl.DataFrame:
    """At most `MOST_FINDINGS`, the most severe ones, in the order of the claims."""
    if findings.height <= MOST_FINDINGS:
        return findings
    rank = pl.col("disposition").to_physical()
    kept = findings.with_row_index("_row").sort(rank, "_row").head(MOST_FINDINGS)
    return kept.sort("_row").drop("_row")


def _abouts(report: Whole, chosen: pl.DataFrame) -> dict[int, list[str]]:
    """What the heading of each claim says about it: type, payer, provider, date and dollars."""
    claims = report.claims.filter(pl.col("claim_key").is_in(chosen["claim_key"].implode()))
    return {row["claim_key"]: list(_about(row)) for row in claims.iter_rows(named=True)}


def _about(claim: Mapping[str, Any]) -> Iterator[str]:
    yield ", ".join(word for word in (claim["claim_type"], claim["payer_class"]) if word)
    yield claim["payer_name"] or claim["payer_id"] or ""
    provider = claim["rendering_npi"] or claim["billing_npi"]
    yield f"NPI {provider}" if provider else ""
    yield str(claim["from_date"] or "")
    if claim["charge_amount"] is not None:
        yield f"{dollars(claim['charge_amount'])} charged"
    yield f"{dollars(claim['at_risk_amount'])} at risk"


def _controls(chosen: pl.DataFrame) -> Iterator[str]:
    counts = dict(chosen.group_by(pl.col("disposition").cast(pl.String)).len().iter_rows())
    yield '<form class="controls" id="controls" role="search" hidden>'
    yield '<label class="sr" for="search">Search the findings</label>'
    yield '<input type="search" id="search" autocomplete="off"'
    yield ' placeholder="Claim number, code or words">'
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


def _claim(
    rows: list[dict[str, Any]], abouts: list[str], file: str, formats: ByFormat
) -> Iterator[str]:
    number = rows[0]["claim_id"]
    unnamed = "Whole file" if rows[0]["claim_key"] is None else "Claim without a number"
    who = f'Claim <span class="id">{shown(number)}</span>' if number else unnamed
    about = [*abouts, "" if file == IN_MEMORY else file, counted(len(rows), "finding")]
    yield f'<article class="claim"><header><h3>{who}</h3>'
    yield f'<p class="meta">{shown(" · ".join(word for word in about if word))}</p></header>'
    yield '<ul class="findings">'
    for row in rows:
        yield from _finding(row, formats)
    yield "</ul></article>"


def _finding(row: Mapping[str, Any], formats: ByFormat) -> Iterator[str]:
    disposition, code = row["disposition"], shown(row["code"])
    place = place_words(row) or ("whole claim" if row["claim_key"] is not None else "whole file")
    yield f'<li class="finding" data-disposition="{disposition}" data-code="{code}">'
    yield '<div class="head">'
    yield f'{badge(disposition)}<span class="place">{shown(place)}</span>'
    yield f'<span class="edit"><code>{code}</code> {shown(row["name"])}</span></div>'
    yield f'<p class="message">{shown(row["message"])}</p>'
    if row["suggestion"]:
        yield f'<p class="suggestion"><b>Suggestion:</b> {shown(row["suggestion"])}</p>'
    yield f'<p class="source">{shown(_source(row))}</p>'
    evidence = _evidence(row, formats)
    if evidence:
        yield '<details><summary>Evidence</summary><dl class="evidence">'
        yield from (f"<dt>{shown(key)}</dt><dd>{shown(value)}</dd>" for key, value in evidence)
        yield "</dl></details>"
    yield "</li>"


def _source(row: Mapping[str, Any]) -> str:
    labels = {"source": "Source: ", "release": "release: ", "carc": "CARC ", "rarc": "RARC "}
    return "; ".join(f"{label}{row[key]}" for key, label in labels.items() if row[key])


def _evidence(row: Mapping[str, Any], formats: ByFormat) -> list[tuple[str, str]]:
    evidence = json.loads(row["evidence"] or "{}")
    values = [(key.replace("_", " "), _value(value)) for key, value in evidence.items()]
    if row["position"] is None:
        return values
    unit = position_unit(row["file"], formats)
    return [*values, ("in the file", f"{unit} {row['position']:,}")]


def _value(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value) or "none"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
