"""HX101: a service that the payment of an earlier operation covers."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.availability import COVERED, TABLES
from cleanclaim.derived.claims import Claims
from cleanclaim.derived.earlier import latest_before
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL, MODIFIERS, has_modifier
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_PERIODS = {"010": 10, "090": 90}
_BY_WHOM = {
    "provider": ["provider_npi"],
    "group and specialty": ["billing_npi", "rendering_taxonomy_code"],
}
_OPERATION = r"^[1-6]\d{4}$"
_PART_OF_CARE = ("54", "55", "56", "80", "81", "82", "AS")
_VISIT_EXPLAINED = ("24", "57", "FT")
_PROCEDURE_EXPLAINED = ("58", "78", "79", "54", "55", "56", "80", "81", "82", "AS")
_READ = (
    "claim_key", "line_number", "claim_type", "is_history", "stands", "patient_key", "provider_npi", "billing_npi", "rendering_taxonomy_code",
    "procedure_code", *MODIFIERS, "from_date", "visit", "global_days", "release",
)  # fmt: skip
_VISIT_OR_OPERATION = IS_PROFESSIONAL & (
    pl.col("procedure_code").str.contains(r"^(99[2-4]\d\d|920[01]\d|[1-6]\d{4})$")
)


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    del reference
    empty = pl.DataFrame(
        schema={
            "claim_key": pl.Int64,
            "reason": pl.String,
            "table": pl.String,
            "procedure_code": pl.String,
            "lines": pl.Int64,
            "supply": pl.String,
        }
    )
    is_past = pl.col("is_history").fill_null(value=False)
    asked = int(claims.lines.select((_VISIT_OR_OPERATION & ~is_past).sum()).item())
    if not asked:
        return empty
    if not claims.has_history:
        return pl.DataFrame(
            {
                "claim_key": [None],
                "reason": [
                    "no earlier claims are loaded, so operations before these claims are not known"
                ],
                "lines": [asked],
                "supply": ["--history with the patients' claims of the last 90 days"],
                "table": ["history"],
                "procedure_code": [None],
            },
            schema={
                name: empty.schema[name]
                for name in ("claim_key", "reason", "lines", "supply", "table", "procedure_code")
            },
        )
    silent = claims.lines.filter(
        is_past,
        pl.col("procedure_code").str.contains(_OPERATION),
        pl.Series(claims.coverage("mpfs") != COVERED),
    )
    table = TABLES["mpfs"]
    return (
        silent.group_by("procedure_code")
        .agg(pl.len().cast(pl.Int64).alias("lines"))
        .sort("procedure_code")
        .select(
            pl.lit(None, pl.Int64).alias("claim_key"),
            worded(
                "the global period of the earlier {} is not known: no {} that is loaded holds it",
                "procedure_code",
                pl.lit(table.words),
            ).alias("reason"),
            "lines",
            pl.lit(table.supply).alias("supply"),
            pl.lit("mpfs").alias("table"),
            "procedure_code",
        )
    )


@query_edit(
    code="HX101",
    name="inside-global-period",
    disposition=Disposition.DENY_LINE,
    carc="97",
    rarc="M144",
    needs=("mpfs", "visit_codes"),
    payers=("medicare",),
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 12, sections 40.1 and 40.2 (global surgical package)",
        "CMS",
        date(2026, 11, 23),
    ),
    column="lines.procedure_code",
    message="{procedure_code} of {from_date} lies in the global period of {surgery_code} ({surgery_date}, {period} days, to {last_day}) by the same {who}, and carries none of {modifiers}.",
    suggestion="{advice}",
    fix="proposed",
    unchecked=_unchecked,
    when={"lines": _VISIT_OR_OPERATION},
    examples=(
        fails(
            "a visit after a wrist fracture was treated",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2026-04-12",
                diagnoses=["S52.501A"],
                lines=[{"procedure_code": "25600", "modifier_1": "RT"}],
            ),
            medicare(claim_id="B", diagnoses=["S52.501D"]),
            line_number=1,
            says=("25600", "2026-07-11"),
        ),
        passes(
            "said to be about something else",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2026-04-12",
                diagnoses=["S52.501A"],
                lines=[{"procedure_code": "25600", "modifier_1": "RT"}],
            ),
            medicare(claim_id="B", lines=[{"modifier_1": "24"}]),
        ),
        fails(
            "the last day of ten",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2026-05-02",
                diagnoses=["B07.9"],
                lines=[{"procedure_code": "17110"}],
            ),
            medicare(claim_id="B", diagnoses=["B07.9"]),
            line_number=1,
        ),
        passes(
            "the day after",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2026-05-01",
                diagnoses=["B07.9"],
                lines=[{"procedure_code": "17110"}],
            ),
            medicare(claim_id="B", diagnoses=["B07.9"]),
        ),
        fails(
            "a further operation without 58, 78 or 79",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2026-04-12",
                diagnoses=["S52.501A"],
                lines=[{"procedure_code": "25600", "modifier_1": "RT"}],
            ),
            medicare(
                claim_id="B",
                diagnoses=["S52.501A"],
                lines=[{"procedure_code": "25605", "modifier_1": "RT"}],
            ),
            line_number=1,
            says="78",
        ),
        passes(
            "another surgeon",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2026-04-12",
                rendering_npi="1234567893",
                rendering_taxonomy_code="207X00000X",
                diagnoses=["S52.501A"],
                lines=[{"procedure_code": "25600", "modifier_1": "RT"}],
            ),
            medicare(claim_id="B"),
        ),
        unchecked("nothing earlier is known", professional()),
    ),
)
def inside_global_period(claims: Claims, reference: Reference) -> Rows:
    """A visit or operation within the 10 or 90 days after an operation by the same surgeon, or one of the same group and specialty, without a modifier that takes it out of the package.

    The payment of an operation holds the visits that follow it. Apart from it are paid: visits for something else (24), the decision for another
    major operation (57), staged, returned-to and
    unrelated operations (58, 78, 79). The period counts from the day after the operation; the operation's own day is judged by MOD104 and MOD105,
    the day before by MOD105. Check-ups are
    not meant.

    What to do: look whether the record shows one of these reasons.
    """
    days = claims.line_fees["global_days"]
    if not ((days == "010") | (days == "090")).any():
        return pl.DataFrame(schema={"claim_key": pl.Int64})
    periods = pl.col("global_days").replace_strict(_PERIODS, default=None, return_dtype=pl.Int64)
    fees = claims.line_fees.select(_READ).filter(
        IS_PROFESSIONAL, "stands", pl.col("patient_key").is_not_null()
    )
    surgeries = (
        fees.filter(~pl.col("visit"), ~has_modifier(*_PART_OF_CARE))
        .with_columns(periods.alias("period"))
        .filter(pl.col("period").is_not_null())
        .select(
            "patient_key",
            pl.col("procedure_code").alias("surgery_code"),
            pl.col("from_date").alias("surgery_date"),
            "period",
            "release",
            "provider_npi",
            "billing_npi",
            "rendering_taxonomy_code",
        )
    )
    if surgeries.is_empty():
        return pl.DataFrame(schema={"claim_key": pl.Int64})
    preventive = reference.table("visit_codes").filter(pl.col("visit_kind") == "preventive")["code"]
    current = fees.filter(~pl.col("is_history").fill_null(value=False))
    visits = current.filter(
        "visit",
        ~pl.col("procedure_code").is_in(preventive.implode()),
        ~has_modifier(*_VISIT_EXPLAINED),
    ).with_columns(
        pl.lit("24 or 57").alias("modifiers"),
        pl.lit(
            "24 takes a visit out where the record shows that it was about something else."
        ).alias("advice"),
    )
    operations = current.filter(
        ~pl.col("visit"),
        pl.col("global_days").is_in(["000", "010", "090"]),
        ~has_modifier(*_PROCEDURE_EXPLAINED),
    ).with_columns(
        pl.lit("58, 78 or 79").alias("modifiers"),
        pl.lit(
            "58 says planned, 78 a return to the operating room, 79 unrelated: as the record shows."
        ).alias("advice"),
    )
    asked = pl.concat([visits, operations]).drop("release").lazy()
    told = ("surgery_code", "surgery_date", "period", "release")
    found = [
        latest_before(
            asked,
            surgeries.lazy().filter(pl.col("period") == period).select("patient_key", *same, *told),
            ["patient_key", *same],
            "surgery_date",
        ).with_columns(pl.lit(who).alias("who"))
        for who, same in _BY_WHOM.items()
        for period in _PERIODS.values()
    ]
    gap = (pl.col("from_date") - pl.col("surgery_date")).dt.total_days()
    return (
        pl.concat(found)
        .filter(gap <= pl.col("period"))
        .sort(
            "claim_key",
            "line_number",
            "surgery_date",
            descending=[False, False, True],
            maintain_order=True,
        )
        .unique(["claim_key", "line_number"], keep="first", maintain_order=True)
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            "from_date",
            "surgery_code",
            "surgery_date",
            "period",
            (pl.col("surgery_date") + pl.duration(days=pl.col("period"))).alias("last_day"),
            "who",
            "modifiers",
            "advice",
            "release",
        )
    )
