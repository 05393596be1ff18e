"""PX120: maternity care as a whole, and a part of it."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import DISTINCT_MODIFIERS, IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference

_WHOLE = ("59400", "59510", "59610", "59618")
_DELIVERY = ("59409", "59410", "59514", "59515", "59612", "59614", "59620", "59622")
_AROUND = ("59425", "59426", "59430")
_LONGEST = 300
"""Days from the first visit of a pregnancy to the last one after it, about."""
_SECOND_CHILD = has_modifier("51", "22", *DISTINCT_MODIFIERS)


@query_edit(
    code="PX120",
    name="maternity-care-in-parts",
    disposition=Disposition.WARN,
    carc="97",
    rarc="M15",
    scope="patient",
    source=Source("NCCI Policy Manual", "chapter VII, section D (maternity care and delivery); the definitions of 59400 to 59622", "CMS", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{procedure_code} is a part of {whole_code}, maternity care as a whole, of {whole_date}.",
    suggestion="Bill the whole, or its parts if the care was shared; a second child's delivery takes a modifier.",
    fix="proposed",
    when={"lines": IS_PROFESSIONAL & pl.col("procedure_code").is_in([*_DELIVERY, *_AROUND])},
    beside={"lines": IS_PROFESSIONAL & pl.col("procedure_code").is_in(_WHOLE)},
    examples=(
        fails("the whole and the delivery", professional(patient_sex="F", diagnoses=["O80", "Z37.0"], lines=["59400", "59409"]), line_number=2, says="59400"),
        fails("the whole and the visits before", professional(patient_sex="F", diagnoses=["O80", "Z37.0"], lines=["59510", "59426"]), line_number=2),
        passes("twins", professional(patient_sex="F", diagnoses=["O30.043", "Z37.2"], lines=["59400", "59409-59"])),
        passes("the parts", professional(patient_sex="F", diagnoses=["O80", "Z37.0"], lines=["59409", "59430"])),
        passes("the whole", professional(patient_sex="F", diagnoses=["O80", "Z37.0"], lines=["59400"])),
        fails(
            "the visits before on an earlier claim",
            professional(claim_id="A", from_date="2026-02-12", patient_sex="F", diagnoses=["Z34.83"], lines=["59425"]),
            professional(claim_id="B", patient_sex="F", diagnoses=["O80", "Z37.0"], lines=["59400"]),
            line_number=1,
            on_claim=0,
        ),
        passes(
            "an earlier pregnancy",
            professional(claim_id="A", from_date="2024-02-12", patient_sex="F", diagnoses=["Z34.83"], lines=["59425"]),
            professional(claim_id="B", patient_sex="F", diagnoses=["O80", "Z37.0"], lines=["59400"]),
        ),
        passes("a hospital's lines", institutional(lines=["59409"])),
    ),
)
def maternity_care_in_parts(claims: Claims, reference: Reference) -> Rows:
    """Visits before or after a birth, or the delivery, next to the code for all of them, of one patient and provider.

    A second child's delivery, with a modifier, is left alone.

    What to do: bill one or the other.
    """
    del reference
    lines = claims.lines.lazy().filter(IS_PROFESSIONAL, "stands")
    by = ["patient_key", "provider_npi"]
    whole = lines.filter(pl.col("procedure_code").is_in(_WHOLE)).select(
        *by, pl.col("procedure_code").alias("whole_code"), pl.col("from_date").alias("whole_date")
    )
    parts = lines.filter(
        ~pl.col("is_history").fill_null(value=False), pl.col("procedure_code").is_in(_AROUND) | (pl.col("procedure_code").is_in(_DELIVERY) & ~_SECOND_CHILD)
    ).select("claim_key", "line_number", "procedure_code", "from_date", *by)
    apart = (pl.col("from_date") - pl.col("whole_date")).dt.total_days().abs()
    return (
        parts.join(whole, on=by)
        .filter(apart <= _LONGEST)
        .sort("claim_key", "line_number", "whole_date")
        .unique(["claim_key", "line_number"], keep="first", maintain_order=True)
        .select("claim_key", "line_number", "procedure_code", "whole_code", "whole_date")
    )
