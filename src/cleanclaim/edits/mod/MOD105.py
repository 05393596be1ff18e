"""MOD105: a visit at a major operation, and no 57."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional, medicare
from cleanclaim.model.expressions import IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference

_VISIT = IS_PROFESSIONAL & pl.col("visit") & ~has_modifier("57", "24", "25")
_MAJOR = IS_PROFESSIONAL & pl.col("stands") & ~pl.col("visit") & (pl.col("global_days") == "090") & ~has_modifier("55", "56", "80", "81", "82", "AS")


@query_edit(
    code="MOD105",
    name="visit-at-surgery-without-57",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N822",
    needs={"mpfs": IS_PROFESSIONAL & (pl.col("line_count") > 1), "visit_codes": None},
    payers=("medicare",),
    source=Source("Medicare Claims Processing Manual", "chapter 12, sections 30.6.6 C and 40.1 (decision for surgery)", "CMS", date(2026, 11, 23)),
    column="lines.modifier_1",
    message="Visit {procedure_code} on {from_date} is {when} {other_code} ({surgery_date}), whose 90-day global period begins the day before, without modifier 57.",
    suggestion="Modifier 57 means the decision for surgery was made at this visit. Add it only if the record shows that; otherwise the payment for the surgery includes the visit.",
    fix="proposed",
    when={"line_fees": _VISIT},
    beside={"line_fees": _MAJOR},
    examples=(
        fails("on the day of the operation", medicare(diagnoses=["S52.501A"], lines=["99204", "25600-RT"]), line_number=1, says="57"),
        fails("the day before", medicare(diagnoses=["S52.501A"], lines=[{"procedure_code": "99204", "from_date": "2026-05-11"}, "25600-RT"]), line_number=1),
        passes("with 57", medicare(diagnoses=["S52.501A"], lines=["99204-57", "25600-RT"])),
        passes("two days before", medicare(diagnoses=["S52.501A"], lines=[{"procedure_code": "99204", "from_date": "2026-05-10"}, "25600-RT"])),
        passes("the care after it", medicare(diagnoses=["S52.501A"], lines=["99213", "25600-55-RT"])),
        passes("the care before it", medicare(diagnoses=["S52.501A"], lines=["99213", "25600-56-RT"])),
        passes("an assistant", medicare(diagnoses=["S52.501A"], lines=["99213", "25600-80-RT"])),
        passes("an assistant for a part of it", medicare(diagnoses=["S52.501A"], lines=["99213", "25600-81-RT"])),
        passes("an assistant where no resident was free", medicare(diagnoses=["S52.501A"], lines=["99213", "25600-82-RT"])),
        passes("an assistant who is no physician", medicare(diagnoses=["S52.501A"], lines=["99213", "25600-AS-RT"])),
        passes("a visit for something else", medicare(diagnoses=["S52.501A"], lines=["99213-24", "25600-RT"])),
        passes("a visit set apart by 25", medicare(diagnoses=["S52.501A"], lines=["99213-25", "25600-RT"])),
        fails("one visit with 57 and one without", medicare(diagnoses=["S52.501A"], lines=["99213", "99214-57", "25600-RT"]), line_number=1),
        fails("one visit with 24 and one without", medicare(diagnoses=["S52.501A"], lines=["99213", "99214-24", "25600-RT"]), line_number=1),
        fails("one visit with 25 and one without", medicare(diagnoses=["S52.501A"], lines=["99213", "99214-25", "25600-RT"]), line_number=1),
        passes("the hospital's lines", institutional(diagnoses=["S52.501A"], lines=["99213", "25600-RT"])),
        passes("a visit alone whose code the tables lack", medicare(lines=["99499"])),
        passes(
            "the operation was voided",
            medicare(claim_id="A", diagnoses=["S52.501A"], lines=["25600"]),
            medicare(claim_id="A", diagnoses=["S52.501A"], claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["25600"]),
            medicare(claim_id="B", diagnoses=["S52.501A"]),
        ),
        passes("two hospital lines whose codes the tables lack", institutional(lines=["31575", "99499"])),
        unchecked("a procedure outside the tables loaded", medicare(lines=["99213", "31575"])),
    ),
)
def visit_at_surgery_without_57(claims: Claims, reference: Reference) -> Rows:
    """A visit on the day of a major operation (global period of 90 days) or the day before, by the surgeon, without modifier 57.

    The global period of major surgery begins the day before it. The visit at which the surgery was decided on is paid separately, and modifier 57 says
    that this was it. Modifiers 24 and 25 mean another condition; visits with them aren't flagged here.

    What to do: read the record.
    """
    del reference
    fees = claims.line_fees
    by = ["patient_key", "provider_npi"]
    major = fees.filter(_MAJOR).select(*by, pl.col("procedure_code").alias("other_code"), pl.col("from_date").alias("surgery_date"), "release")
    first = major.sort("other_code").unique([*by, "surgery_date"], keep="first")
    visits = fees.filter(_VISIT, "stands", ~pl.col("is_history").fill_null(value=False)).select("claim_key", "line_number", "procedure_code", "from_date", *by)
    return (
        pl.concat(
            visits.with_columns(pl.col("from_date").dt.offset_by(ahead).alias("surgery_date"), pl.lit(when).alias("when")).join(first, on=[*by, "surgery_date"])
            for ahead, when in (("0d", "on the day of"), ("1d", "on the day before"))
        )
        .sort("claim_key", "line_number", "surgery_date")
        .unique(["claim_key", "line_number"], keep="first", maintain_order=True)
        .select("claim_key", "line_number", "procedure_code", "from_date", "other_code", "surgery_date", "release", "when")
    )
