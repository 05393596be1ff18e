"""EM103: a visit level that is rare among the earlier visits for such a diagnosis."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.em.kinds import CATEGORIES, KIND_OF
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_ENOUGH = 30
_RARE = 0.05
_LINE = ("claim_key", "line_number", "procedure_code")


def _tails(claims: Claims) -> pl.LazyFrame:
    """For each visit code and category of diagnosis: the earlier visits of its kind (`visits`), how many were at its level or above and at it or below, and all levels in words."""
    grid = pl.LazyFrame(
        [(kind, code, at) for kind, codes in CATEGORIES.items() for at, code in enumerate(codes)], schema=["kind", "procedure_code", "level"], orient="row"
    )
    pairs = claims.history_pairs.lazy().drop_nulls("category").select("procedure_code", "category", "lines")
    categories = pairs.join(grid, on="procedure_code").select("kind", "category").unique()
    counted = grid.join(categories, on="kind").join(pairs, on=["procedure_code", "category"], how="left").with_columns(pl.col("lines").fill_null(0))
    own = ["kind", "category"]
    share = worded("{} {}%", "procedure_code", (pl.col("lines") * 100 / pl.col("visits")).round(0).cast(pl.Int64))
    return (
        counted.sort(*own, "level")
        .with_columns(
            pl.col("lines").sum().over(own).alias("visits"),
            pl.col("lines").cum_sum(reverse=True).over(own).alias("above"),
            pl.col("lines").cum_sum().over(own).alias("below"),
        )
        .with_columns(share.alias("_share"))
        .with_columns(pl.col("_share").str.join(", ").over(own).alias("levels"))
        .select("procedure_code", "category", "visits", "above", "below", "levels")
    )


def _compared(claims: Claims) -> pl.LazyFrame:
    """Each visit with each category of diagnosis that it points at, and the earlier visits of its kind with such a diagnosis."""
    visits = claims.line_diagnoses.lazy().filter(~pl.col("is_history"), pl.col("procedure_code").is_in(list(KIND_OF)))
    coded = visits.select(*_LINE, pl.col("diagnosis_code").str.slice(0, 3).alias("category")).unique(maintain_order=True)
    return coded.join(_tails(claims), on=["procedure_code", "category"], how="left", maintain_order="left").with_columns(pl.col("visits").fill_null(0))


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    del reference
    few = _compared(claims).group_by(_LINE, maintain_order=True).agg(pl.col("visits").max()).filter(pl.col("visits") < _ENOUGH)
    reason = worded("the loaded history has fewer than {} visits of this kind for such a diagnosis", pl.lit(_ENOUGH))
    return few.select("claim_key", "line_number", reason.alias("reason"), pl.lit("history").alias("table"), "procedure_code")


def _earlier(code: str, times: int, diagnosis: str = "E11.9", number: int = 0) -> list[dict[str, object]]:
    """Visits in the history, for examples."""
    return [dict(professional(claim_id=f"H{number + n}", is_history=True, from_date="2026-04-01", diagnoses=[diagnosis], lines=[code])) for n in range(times)]


_MOSTLY_THREE = (*_earlier("99213", 30), *_earlier("99214", 9, number=100), *_earlier("99215", 1, number=200))


@query_edit(
    code="EM103",
    name="visit-level-far-from-peers",
    disposition=Disposition.WARN,
    default_on=False,
    scope="all",
    source=Source("the claims given as history", "counted", "the user", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{procedure_code}: of {visits} earlier visits of this kind for a diagnosis of {category}, {share}% were at this level or {direction} ({levels}).",
    suggestion="Look whether the record supports this level; patients differ, and it may be right.",
    unchecked=_unchecked,
    supply="--history with more of your claims",
    examples=(
        fails(
            "the highest level, where one in forty is",
            *_MOSTLY_THREE,
            professional(claim_id="B", diagnoses=["E11.65"], lines=["99215"]),
            line_number=1,
            says="2.5%",
        ),
        passes("a level that a quarter is at or above", *_MOSTLY_THREE, professional(claim_id="B", diagnoses=["E11.9"], lines=["99214"])),
        fails("a level below all others", *_MOSTLY_THREE, professional(claim_id="B", diagnoses=["E11.9"], lines=["99212"]), line_number=1, says="below"),
        passes(
            "a second diagnosis for which the level is usual",
            *_MOSTLY_THREE,
            *_earlier("99215", 30, "I50.9", number=300),
            professional(claim_id="B", diagnoses=["E11.9", "I50.9"], lines=[{"procedure_code": "99215", "diagnosis_pointers": (1, 2)}]),
        ),
        passes("a visit of another kind", *_MOSTLY_THREE, *_earlier("99204", 30, number=400), professional(claim_id="B", diagnoses=["E11.9"], lines=["99204"])),
        unchecked("too few visits for the diagnosis", *_MOSTLY_THREE[:29], professional(claim_id="B", diagnoses=["E11.9"], lines=["99215"])),
        unchecked("no history", professional(lines=["99213"])),
    ),
)
def visit_level_far_from_peers(claims: Claims, reference: Reference) -> Rows:
    """A visit whose level hardly any earlier visit for such a diagnosis reaches, or goes below.

    Off unless selected. The peers are the visits of the same kind in the history, by whomever, for a diagnosis with the same first three characters; lines
    that the payer denied don't count. At most one in twenty is rare; with fewer than thirty visits nothing is judged. If a line points at several
    diagnoses, the one for which the level is the most usual counts.

    Why it matters: payers compare the levels of a provider with those of peers, and ask for records.

    What to do: see whether the record supports the level. `cleanclaim audit profile` compares each provider with the others and with Medicare's.
    """
    del reference
    shares = [(pl.col(side) / pl.col("visits")).alias(f"_{side}") for side in ("above", "below")]
    compared = _compared(claims).filter(pl.col("visits") >= _ENOUGH).with_columns(shares)
    usual = pl.min_horizontal("_above", "_below")
    return (
        compared.with_columns(
            usual.alias("_share"), pl.when(pl.col("_above") <= pl.col("_below")).then(pl.lit("above")).otherwise(pl.lit("below")).alias("direction")
        )
        .sort(*_LINE, "_share", descending=[False, False, False, True])
        .unique(_LINE, keep="first", maintain_order=True)
        .filter(pl.col("_share") <= _RARE)
        .select(*_LINE, "category", "visits", "levels", "direction", (pl.col("_share") * 100).round(1).alias("share"))
    )
