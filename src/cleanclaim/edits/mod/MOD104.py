"""MOD104: a visit beside a procedure, and no 25."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.pairs import is_set_apart
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_MINOR = ("000", "010")
_FIRST = ("other_line_number", "_other_claim", "why")
_SHOWN = (
    "claim_key", "line_number", "procedure_code", "other_code", "other_line_number", "_other_claim", "why", "release",
)  # fmt: skip
_VISIT = IS_PROFESSIONAL & pl.col("visit") & ~has_modifier("25", "57")


@query_edit(
    code="MOD104",
    name="visit-beside-procedure-without-25",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N822",
    needs={"mpfs": IS_PROFESSIONAL & (pl.col("line_count") > 1), "ncci_ptp_practitioner": None, "visit_codes": None},
    payers=("medicare", "medicaid"),
    source=(
        Source("Medicare NCCI Policy Manual", "chapter I, section D (evaluation and management services)", "CMS", date(2026, 11, 23)),
        Source("Medicare Claims Processing Manual", "chapter 12, section 40.1 (global surgical package)", "CMS", date(2026, 11, 23)),
    ),
    column="lines.modifier_1",
    message="Visit {procedure_code} is on the same day and by the same provider as {other_code} (line {other_line_number}), {why}, without modifier 25.",
    suggestion="Modifier 25 means the visit was significant and separate. Add it only if the record shows work beyond the procedure's own; otherwise the visit isn't paid.",
    fix="proposed",
    when={"line_fees": _VISIT},
    examples=(
        fails(
            "a visit and warts destroyed",
            professional(diagnoses=["B07.9"], lines=["99213", "17110"]),
            line_number=1,
            says=("without modifier 25", "record"),
            disposition=Disposition.WARN,
        ),
        fails("the same to Medicare", medicare(diagnoses=["B07.9"], lines=["99213", "17110"]), line_number=1),
        passes("with 25", medicare(diagnoses=["B07.9"], lines=["99213-25", "17110"])),
        passes("a visit beside a laboratory test", medicare(diagnoses=["E11.9"], lines=["99213", "83036"])),
        passes("by different providers", medicare(diagnoses=["B07.9"], lines=[{"procedure_code": "99213", "rendering_npi": "1234567893"}, "17110"])),
        fails("a visit with a joint injected", medicare(diagnoses=["M17.11"], lines=["99213", "20610-RT"]), line_number=1),
        passes("25 on the visit, second of two", medicare(diagnoses=["B07.9"], lines=["99212-25", "17110"])),
        passes("a decision for surgery at a minor procedure is another fault", medicare(diagnoses=["B07.9"], lines=["99213-57", "17110"])),
        fails("one visit with 25 and one without", medicare(diagnoses=["B07.9"], lines=["99213", "99214-25", "17110"]), line_number=1),
        passes("a major operation is another fault", medicare(diagnoses=["S52.501A"], lines=["99213", "25600-RT"])),
        passes("two visits and no procedure", medicare(lines=["99213", "99214"])),
        passes("the hospital's lines", institutional(diagnoses=["B07.9"], lines=["99213", "17110"])),
        passes("a visit alone whose code the tables lack", medicare(lines=["99499"])),
        passes(
            "the procedure was voided",
            medicare(claim_id="A", diagnoses=["B07.9"], lines=["17110"]),
            medicare(claim_id="A", diagnoses=["B07.9"], claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["17110"]),
            medicare(claim_id="B", diagnoses=["B07.9"]),
        ),
        fails(
            "a visit that NCCI bundles with a test",
            medicare(lines=["99213", "93000"]),
            line_number=1,
            says="NCCI",
            tables={"ncci_ptp_practitioner": [{"code": "93000", "column_2": "99213", "indicator": 1}]},
        ),
        passes(
            "a visit that NCCI bundles with a test, and no modifier helps, is another fault",
            medicare(lines=["99213", "93000"]),
            tables={"ncci_ptp_practitioner": [{"code": "93000", "column_2": "99213", "indicator": 0}]},
        ),
        passes(
            "a visit that NCCI bundles with a test, with 25",
            medicare(lines=["99213-25", "93000", "99214"]),
            tables={"ncci_ptp_practitioner": [{"code": "93000", "column_2": "99213", "indicator": 1}]},
        ),
        passes(
            "a visit that NCCI bundles with a test that is set apart",
            medicare(lines=["99213", "93000-59"]),
            tables={"ncci_ptp_practitioner": [{"code": "93000", "column_2": "99213", "indicator": 1}]},
        ),
        passes("a test that NCCI bundles with another, beside a visit", medicare(lines=["99213", "93000", "93005"])),
        passes(
            "a visit with 57, and another patient's visit without",
            medicare(claim_id="A", diagnoses=["B07.9"], lines=["99213-57", "17110"]),
            medicare(claim_id="B", member_id="2EG4TE5MK73", lines=["99214"]),
        ),
        fails("one visit with 57 and one without", medicare(diagnoses=["B07.9"], lines=["99213", "99214-57", "17110"]), line_number=1),
        passes("two hospital lines whose codes the tables lack", institutional(lines=["31575", "99499"])),
        unchecked("a procedure outside the tables loaded", medicare(lines=["99213", "31575"])),
    ),
)
def visit_beside_procedure_without_25(claims: Claims, reference: Reference) -> Rows:
    """A visit on the day of a minor procedure (global period of 0 or 10 days), or of one with which NCCI bundles it, without modifier 25.

    The decision for a minor procedure and the look at what it treats belong to the procedure. A visit beside it is paid only where it was
    significant and separate, which 25
    says and the record must show. Visits on the day of a major procedure are MOD105's.

    What to do: read the record. 25 is never added without it.
    """
    del reference
    fees = claims.line_fees.lazy().filter(IS_PROFESSIONAL, "stands")
    day = ["patient_key", "provider_npi", "from_date"]
    minor = fees.filter(~pl.col("visit"), pl.col("global_days").is_in(_MINOR), pl.col("status").is_in(["A", "R"])).select(
        *day,
        pl.col("procedure_code").alias("other_code"),
        pl.col("line_number").alias("other_line_number"),
        pl.col("claim_key").alias("_other_claim"),
        worded("which has a global period of {} days", pl.col("global_days").cast(pl.Int64)).alias("why"),
        "release",
    )
    visits = fees.filter("visit", ~pl.col("is_history").fill_null(value=False), ~has_modifier("25", "57")).select(
        "claim_key", "line_number", "procedure_code", *day
    )
    # One procedure is told of a visit: the first of the day will do for all visits.
    first = minor.sort(_FIRST).unique(day, keep="first", maintain_order=True)
    beside = visits.join(first, on=day)
    bundled = (
        claims.pairs.lazy()
        .filter(pl.col("indicator") == 1, ~pl.col("is_history").fill_null(value=False), ~is_set_apart("modifiers"), ~is_set_apart("other_modifiers"))
        .select(
            "claim_key",
            "line_number",
            pl.col("column_2").alias("procedure_code"),
            pl.col("column_1").alias("other_code"),
            "other_line_number",
            pl.col("other_claim_key").alias("_other_claim"),
            pl.lit("with which NCCI bundles it").alias("why"),
            "release",
        )
    )
    by_pair = bundled.join(
        claims.line_fees.lazy().filter("visit", IS_PROFESSIONAL).select("claim_key", "line_number"), on=["claim_key", "line_number"], how="semi"
    )
    return (
        pl.concat([beside.drop(day).select(_SHOWN), by_pair.select(_SHOWN)])
        .sort("claim_key", "line_number", *_FIRST)
        .unique(["claim_key", "line_number"], keep="first", maintain_order=True)
    )
