"""DX125: codes of a delivery that contradict each other, or are incomplete."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED, coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import dotted
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded


@query_edit(
    code="DX125",
    name="delivery-codes-disagree",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source(GUIDELINES, "sections I.C.15.n (normal delivery, O80) and I.C.15.b.5 (outcome of delivery)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} {reason}.",
    suggestion="{advice}",
    fix="proposed",
    when={"diagnoses": IS_CODED & pl.col("diagnosis_code").is_in(["O80", "O82"])},
    examples=(
        fails("a normal delivery with a tear", professional(patient_sex="F", diagnoses=["O80", "O70.1", "Z37.0"]), diagnosis_number=1, says="O70.1"),
        passes("the tear without it", professional(patient_sex="F", diagnoses=["O70.1", "Z37.0"])),
        passes("a normal delivery with its outcome", professional(patient_sex="F", diagnoses=["O80", "Z37.0"])),
        fails("a normal delivery of twins", professional(patient_sex="F", diagnoses=["O80", "Z37.2"]), diagnosis_number=1, says="Z37.2"),
        fails("a delivery without its outcome", professional(patient_sex="F", diagnoses=["O80"]), diagnosis_number=1, says="Z37", disposition=Disposition.WARN),
        fails("a cesarean without its outcome", professional(patient_sex="F", diagnoses=["O82"]), diagnosis_number=1, says="Z37", disposition=Disposition.WARN),
        passes("a cesarean with another code of its chapter", professional(patient_sex="F", diagnoses=["O82", "O34.211", "Z37.0"])),
        passes("weeks of pregnancy", professional(patient_sex="F", diagnoses=["O80", "Z37.0", "Z3A.39"])),
        passes(
            "what the patient was admitted with",
            institutional(patient_sex="F", diagnoses=["O80", "Z37.0", {"diagnosis_code": "O47.9", "diagnosis_type": "admitting"}]),
        ),
    ),
)
def delivery_codes_disagree(claims: Claims, reference: Reference) -> Rows:
    """A normal delivery (O80) with another code of the chapter or with another outcome than one living child; a delivery without its outcome.

    O80 means that nothing else of chapter 15 applies, and Z37.0 is the only outcome that goes with it. Every maternal record of a delivery has one code of
    Z37; a claim of one of several providers may lack it, so that is a warning.

    What to do: replace O80 by the code of the complication, and add the outcome.
    """
    del reference
    diagnoses = coded(claims)
    others = diagnoses.select("claim_key", pl.col("diagnosis_code").alias("_other"))
    deliveries = diagnoses.filter(pl.col("diagnosis_code").is_in(["O80", "O82"]))
    met = deliveries.join(others, on="claim_key")
    is_outcome = pl.col("_other").str.starts_with("Z37")
    is_other = pl.col("_other").str.starts_with("O") & (pl.col("_other") != "O80")
    contrary = met.filter(pl.col("diagnosis_code") == "O80", is_other | (is_outcome & (pl.col("_other") != "Z370")))
    with_outcome = met.filter(is_outcome).select("claim_key").unique()
    return pl.concat(
        [
            contrary.unique("claim_key", keep="first", maintain_order=True).select(
                *_KEYS,
                worded("is for a normal delivery and can't go with {}", dotted("_other")).alias("reason"),
                pl.lit("Leave O80 out if the other code is right.").alias("advice"),
                pl.lit(None, pl.String).alias("disposition"),
            ),
            deliveries.join(with_outcome, on="claim_key", how="anti").select(
                *_KEYS,
                pl.lit("is a delivery, but the claim has no outcome of delivery (Z37)").alias("reason"),
                pl.lit("Add the code of Z37 for the outcome.").alias("advice"),
                pl.lit("warn").alias("disposition"),
            ),
        ]
    )


_KEYS = ("claim_key", "diagnosis_number", "diagnosis_code")
