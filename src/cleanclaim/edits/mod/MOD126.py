"""MOD126: a drug for anemia without its reason."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, has_modifier


@row_edit(
    table="lines",
    code="MOD126",
    name="anemia-drug-without-reason",
    disposition=Disposition.RETURN,
    carc="4",
    rarc="N822",
    payers=("medicare",),
    others="off",
    source=Source(
        "Medicare Claims Processing Manual", "chapter 17, section 80.9 (EA, EB and EC on drugs for anemia without dialysis)", "CMS", date(2026, 11, 28)
    ),
    column="lines.modifier_1",
    evidence=("procedure_code",),
    message="{procedure_code} has no modifier that says why the patient got it (EA, EB or EC).",
    suggestion="Add EA for anemia of chemotherapy, EB of radiation, or EC of another cause.",
    fix="proposed",
    examples=(
        fails("no reason", medicare(diagnoses=["D63.1", "N18.4"], lines=["J0885-JZ x40"]), line_number=1, says="EC"),
        passes("another cause than cancer treatment", medicare(diagnoses=["D63.1", "N18.4"], lines=["J0885-EC-JZ x40"])),
        passes("for dialysis", medicare(diagnoses=["N18.6"], lines=["Q4081"])),
        passes("another payer", professional(lines=["J0885 x40"])),
    ),
)
def anemia_drug_without_reason() -> pl.Expr:
    """Darbepoetin or epoetin for a patient without dialysis, with no modifier that says why.

    Medicare returns such lines: what it pays depends on whether the anemia comes from treatment of cancer.

    What to do: add the modifier.
    """
    return IS_MEDICARE & pl.col("procedure_code").is_in(["J0881", "J0885", "Q5106"]).fill_null(value=False) & ~has_modifier("EA", "EB", "EC")
