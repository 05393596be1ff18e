"""LNK108: a pair of procedure and diagnosis that the own history (almost) never shows."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_ENOUGH = 20
_RARE = 0.01


def _seen(claims: Claims) -> pl.LazyFrame:
    """How often the history shows each procedure, by line."""
    return claims.history_pairs.lazy().filter(pl.col("category").is_null()).select("procedure_code", pl.col("lines").alias("times_seen"))


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    del reference
    seen = _seen(claims).filter(pl.col("times_seen") >= _ENOUGH)
    return (
        claims.lines.lazy()
        .filter(~pl.col("is_history"), pl.col("procedure_code").is_not_null())
        .join(seen, on="procedure_code", how="anti")
        .select(
            "claim_key",
            "line_number",
            worded("the loaded history has fewer than {} lines of {}", pl.lit(_ENOUGH), "procedure_code").alias("reason"),
            pl.lit("history").alias("table"),
            "procedure_code",
        )
    )


_HISTORY = tuple(professional(claim_id=f"H{n}", is_history=True, from_date="2026-04-01", diagnoses=["E11.9"], lines=["83036"]) for n in range(_ENOUGH))


@query_edit(
    code="LNK108",
    name="pair-not-seen-in-history",
    disposition=Disposition.WARN,
    carc="11",
    default_on=False,
    scope="all",
    source=Source("the claims given as history", "counted", "the user", date(2026, 11, 23)),
    column="lines.diagnosis_pointer_1",
    message="Of {times_seen} earlier lines of {procedure_code}, {times_with} pointed at a diagnosis of {categories}; by that count such a line is seen with a probability of about {probability}.",
    suggestion="Check the diagnosis and the pointer.",
    unchecked=_unchecked,
    supply="--history with more of your paid claims",
    examples=(
        fails("a cold, where all others had diabetes", *_HISTORY, professional(claim_id="B", diagnoses=["J06.9"], lines=["83036"]), line_number=1, says="4.5%"),
        passes("diabetes, as all others", *_HISTORY, professional(claim_id="B", diagnoses=["E11.65"], lines=["83036"])),
        unchecked("a line too few in the history", *_HISTORY[1:], professional(diagnoses=["J06.9"], lines=["83036"])),
        passes("a cold and diabetes", *_HISTORY, professional(diagnoses=["J06.9", "E11.9"], lines=[{"procedure_code": "83036", "diagnosis_pointers": (1, 2)}])),
        passes("diabetes, and a line without a code", *_HISTORY, professional(diagnoses=["E11.9"], lines=["83036", {"procedure_code": None}])),
        fails(
            "a cold, where the others had one diabetes or the other",
            professional(
                claim_id="H",
                is_history=True,
                from_date="2026-04-01",
                diagnoses=["E11.9", "E10.9"],
                lines=[{"procedure_code": "83036", "diagnosis_pointers": (n,)} for n in (1, 2) * 12],
            ),
            professional(diagnoses=["J06.9"], lines=["83036"]),
            line_number=1,
        ),
        fails(
            "a cold, seen once in a hundred",
            professional(
                claim_id="H",
                is_history=True,
                from_date="2026-04-01",
                diagnoses=["E11.9", "J06.9"],
                lines=[{"procedure_code": "83036", "diagnosis_pointers": (n,)} for n in (1,) * 99 + (2,)],
            ),
            professional(diagnoses=["J06.9"], lines=["83036"]),
            line_number=1,
        ),
        unchecked("too little history", professional()),
    ),
)
def pair_not_seen_in_history(claims: Claims, reference: Reference) -> Rows:
    """A line none of whose diagnoses' categories the own history shows (or hardly ever) with its procedure.

    Off unless selected. The history should hold claims that were paid; the count is of lines, by the first three characters of the diagnosis, and
    the probability is (times + 1) / (lines + 2). Procedures with
    fewer than twenty lines in the history are not judged.

    What to do: see whether the pointer or the diagnosis is wrong; an unusual pair may still be right.
    """
    del reference
    lines = claims.line_diagnoses.lazy().with_columns(pl.col("diagnosis_code").str.slice(0, 3).alias("_category"))
    pairs = claims.history_pairs.lazy().select("procedure_code", pl.col("category").alias("_category"), pl.col("lines").alias("_times"))
    keys = ["claim_key", "line_number", "procedure_code"]
    return (
        lines.filter(~pl.col("is_history"))
        .join(_seen(claims).filter(pl.col("times_seen") >= _ENOUGH), on="procedure_code")
        .join(pairs, on=["procedure_code", "_category"], how="left")
        .group_by(keys, maintain_order=True)
        .agg(pl.col("times_seen").first(), pl.col("_times").fill_null(0).max().alias("times_with"), pl.col("_category").unique().sort().alias("categories"))
        .filter(pl.col("times_with") <= pl.col("times_seen") * _RARE)
        .with_columns(worded("{}%", ((pl.col("times_with") + 1) / (pl.col("times_seen") + 2) * 100).round(1)).alias("probability"))
    )
