"""HX102: a service more often than its limit allows."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import in_force, names_payer
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_READ = (
    "claim_key", "line_number", "stands", "is_history", "patient_key", "procedure_code", "from_date", "rules_of", "payer_class",
)  # fmt: skip


def _has_limit(reference: Reference) -> pl.Expr:
    return pl.col("procedure_code").is_in(reference.table("frequency_limits")["code"].implode())


def _limited(claims: Claims, reference: Reference) -> pl.DataFrame:
    """The lines for whose payer a limit is known: with most, period, reason, citation."""
    lines = claims.lines.select(_READ).filter(
        _has_limit(reference),
        "stands",
        ~pl.col("is_history").fill_null(value=False),
        pl.col("patient_key").is_not_null(),
        pl.col("from_date").is_not_null(),
    )
    limits = reference.narrow("frequency_limits", lines["procedure_code"]).select(
        pl.col("code").alias("procedure_code"),
        "most",
        "period",
        "reason",
        "citation",
        "payers",
        "valid_from",
        "valid_to",
        "release",
    )
    payers = claims.claims.select("claim_key", "payer_id")
    return (
        lines.join(limits, on="procedure_code")
        .join(payers, on="claim_key", how="left")
        .filter(in_force("from_date"), names_payer())
    )


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    if claims.has_history:
        return pl.DataFrame(schema={"claim_key": pl.Int64})
    return (
        _limited(claims, reference)
        .filter(pl.col("period") != "day")
        .unique(["claim_key", "line_number"])
        .select(
            "claim_key",
            "line_number",
            pl.lit("no earlier claims are loaded, so how often it was done is not known").alias(
                "reason"
            ),
        )
    )


@query_edit(
    code="HX102",
    name="more-often-than-allowed",
    disposition=Disposition.DENY_LINE,
    carc="119",
    rarc="M86",
    needs=("frequency_limits",),
    source=Source(
        "the payer's own frequency limit",
        "named in the finding; for Medicare's preventive services 42 CFR 410.15 to 410.42",
        "CMS, or the payer",
        date(2026, 11, 23),
    ),
    column="lines.procedure_code",
    message="{procedure_code} of {from_date} was done on {earlier_date} already: {reason} ({citation}).",
    suggestion="It is paid again from {again}.",
    unchecked=_unchecked,
    supply="--history with the patients' earlier claims",
    when={"lines": _has_limit},
    examples=(
        fails(
            "a screening mammogram ten months after the last",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2025-07-20",
                patient_sex="F",
                diagnoses=["Z12.31"],
                lines=[{"procedure_code": "77067"}],
            ),
            medicare(claim_id="B", diagnoses=["Z12.31"], lines=[{"procedure_code": "77067"}]),
            line_number=1,
            says="2026-07-01",
        ),
        passes(
            "in the twelfth month after",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2025-05-31",
                diagnoses=["Z12.31"],
                lines=[{"procedure_code": "77067"}],
            ),
            medicare(
                claim_id="B",
                from_date="2026-05-01",
                diagnoses=["Z12.31"],
                lines=[{"procedure_code": "77067"}],
            ),
        ),
        fails(
            "a first wellness visit for the second time",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2019-05-31",
                lines=[{"procedure_code": "G0438"}],
            ),
            medicare(claim_id="B", lines=[{"procedure_code": "G0438"}]),
            line_number=1,
            says="never again",
        ),
        passes(
            "another payer has limits of its own",
            professional(
                claim_id="A",
                is_history=True,
                from_date="2025-07-20",
                diagnoses=["Z12.31"],
                lines=[{"procedure_code": "77067"}],
            ),
            professional(claim_id="B", diagnoses=["Z12.31"], lines=[{"procedure_code": "77067"}]),
        ),
        unchecked(
            "nothing earlier is known",
            medicare(diagnoses=["Z12.31"], lines=[{"procedure_code": "77067"}]),
        ),
    ),
)
def more_often_than_allowed(claims: Claims, reference: Reference) -> Rows:
    """A service for the same patient more often than a limit of the payer allows, by whomever.

    A limit allows so many in a day, a calendar year, a lifetime, a number of days, or says how many full months must pass: after a test in May,
    eleven full months make the next May the first month
    in which it is paid again. Lines are counted, not units.

    What to do: tell the patient when it is paid again; wait, or have the reason recorded that lifts the limit.
    """
    asked = _limited(claims, reference)
    if asked.is_empty():
        return pl.DataFrame(schema={"claim_key": pl.Int64})
    limited = asked["procedure_code"].unique().implode()
    stands = pl.col("stands") & pl.col("procedure_code").is_in(limited)
    who = ["patient_key", "procedure_code"]
    keys = ["claim_key", "line_number"]
    in_turn = (
        claims.lines.filter(stands)
        .select(*who, "from_date", *keys)
        .drop_nulls([*who, "from_date"])
        .sort(*who, "from_date", *keys)
        .with_columns(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("_turn"),
            pl.col("from_date").shift(1).alias("earlier_date"),
        )
    )
    number = pl.col("period").str.extract(r":(\d+)$").cast(pl.Int64)
    kind = pl.col("period").str.extract(r"^([a-z_]+)")
    since = (
        pl.when(kind == "day")
        .then("from_date")
        .when(kind == "calendar_year")
        .then(pl.date(pl.col("from_date").dt.year(), 1, 1))
        .when(kind == "months")
        .then(pl.col("from_date").dt.month_start().dt.offset_by(worded("-{}mo", number)))
        .when(kind == "days")
        .then(pl.col("from_date") - pl.duration(days=number - 1))
        .when(kind == "lifetime")
        .then(pl.date(1, 1, 1))
    )
    count = pl.col("_turn") - pl.col("_first")  # of the lines in the window, before this one
    first_again = (
        pl.when(kind == "months")
        .then(pl.col("earlier_date").dt.month_start().dt.offset_by(worded("{}mo", number + 1)))
        .when(kind == "calendar_year")
        .then(pl.date(pl.col("earlier_date").dt.year() + 1, 1, 1))
        .when(kind == "days")
        .then(pl.col("earlier_date") + pl.duration(days=number))
        .when(kind == "day")
        .then(pl.col("earlier_date") + pl.duration(days=1))
    )
    return (
        asked.join(in_turn.select(*keys, "_turn", "earlier_date"), on=keys)
        .with_columns(since.alias("_since"))
        .drop_nulls("_since")
        .sort("_since")
        .join_asof(
            in_turn.sort("from_date", "_turn").select(
                *who, pl.col("from_date").alias("_day"), pl.col("_turn").alias("_first")
            ),
            left_on="_since",
            right_on="_day",
            by=who,
            strategy="forward",
            check_sortedness=False,
        )
        .filter(count >= pl.col("most"), count > 0)
        .sort("claim_key", "line_number", "earlier_date", descending=[False, False, True])
        .unique(["claim_key", "line_number"], keep="first", maintain_order=True)
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            "from_date",
            "earlier_date",
            "most",
            "period",
            "reason",
            "citation",
            "release",
            first_again.cast(pl.String).fill_null("no day on: never again").alias("again"),
        )
    )
