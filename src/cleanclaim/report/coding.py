"""What the notes of claims say against what is billed, over-coding and under-coding in one view.

It is made of the findings of edits that read notes: their evidence has the billed code, the code that
the note supports, whether the claim says too much (over) or too little (under), and the words of the
note. The words are in text, HTML and JSON reports only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from cleanclaim.model import NOTE_WORDS
from cleanclaim.report.result import Results

DIRECTIONS: Final = {
    "over": "the claim says more than the note",
    "under": "the claim says less than the note",
    "other": "the claim says something else than the note",
}
"""The directions in which a claim differs from its note."""
CODING_KEYS: Final = (
    "claim_id", "line_number", "diagnosis_number", "direction", "billed", "supported", "code", "reason", "words", "start", "end", "file",
)  # fmt: skip
"""Keys of an entry of the view in JSON."""
_READS_NOTES: Final = pl.col("code").str.starts_with("DOC") | (pl.col("code") == "EM105")
_WORDS: Final = rf',?"{NOTE_WORDS}":(?:null|"(?:[^"\\]|\\.)*")'


def without_note_words(findings: pl.DataFrame) -> pl.DataFrame:
    """The findings without words of notes, for formats that don't show them."""
    if (
        not findings["code"].str.starts_with("DOC").any()
        and not (findings["code"] == "EM105").any()
    ):
        return findings
    bare = (
        pl.when(_READS_NOTES).then(pl.col("evidence").str.replace(_WORDS, "")).otherwise("evidence")
    )
    return findings.with_columns(bare.alias("evidence"))


def has_notes(results: Results) -> bool:
    """True if edits that read notes found something."""
    return any(
        code.startswith("DOC") or code == "EM105" for code in results.summary["findings_by_edit"]
    )


def coding(results: Results) -> Iterator[dict[str, Any]]:
    """The entries of the view, in the order of the claims."""
    for part in results.findings_parts():
        for row in part.filter(_READS_NOTES).iter_rows(named=True):
            evidence = json.loads(row["evidence"] or "{}")
            yield {
                "claim_id": row["claim_id"],
                "line_number": row["line_number"],
                "diagnosis_number": row["diagnosis_number"],
                "direction": evidence.get("direction"),
                "billed": evidence.get("billed"),
                "supported": evidence.get("better"),
                "code": row["code"],
                "reason": row["message"],
                "words": evidence.get(NOTE_WORDS),
                "start": evidence.get("note_start"),
                "end": evidence.get("note_end"),
                "file": row["file"],
            }


def change_of(entry: dict[str, Any]) -> str:
    """What is billed and what the note supports, in words."""
    billed, supported = entry["billed"], entry["supported"]
    if billed and supported:
        return f"{billed} billed, {supported} supported"
    if billed:
        return f"{billed} billed"
    return f"{supported} not billed" if supported else ""
