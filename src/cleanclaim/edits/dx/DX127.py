"""DX127: a treatment without the disease that is treated."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED
from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional

_TREATMENT = r"^Z51(0|1[12]|6)"


@row_edit(
    table="diagnoses",
    code="DX127",
    name="treatment-without-disease",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    source=Source(
        GUIDELINES, "sections I.C.2.e.2 and I.C.21.c.7 (encounters for treatment); note at category Z51 in the Tabular List", "CMS and NCHS", date(2026, 11, 28)
    ),
    column="diagnoses.diagnosis_code",
    evidence=("diagnosis_code",),
    message="{diagnosis_code:icd} says that the patient was treated, but the claim doesn't say for what.",
    suggestion="Add the disease that was treated, after {diagnosis_code:icd}.",
    fix="proposed",
    examples=(
        fails("chemotherapy alone", professional(diagnoses=["Z51.11"], lines=["96413"]), diagnosis_number=1),
        passes("chemotherapy and the cancer", professional(diagnoses=["Z51.11", "C50.911"], lines=["96413"])),
        fails("radiation alone", professional(diagnoses=["Z51.0"], lines=["77412"]), diagnosis_number=1),
        fails("desensitization alone", professional(diagnoses=["Z51.6"], lines=["95115"]), diagnosis_number=1),
        passes("another aftercare", professional(diagnoses=["Z51.89"])),
    ),
)
def treatment_without_disease() -> pl.Expr:
    """An encounter for radiation, chemotherapy, immunotherapy or desensitization as the only diagnosis.

    The code of the treatment comes first and the disease second; the category's note asks for it.

    What to do: add the disease.
    """
    return IS_CODED & pl.col("diagnosis_code").str.contains(_TREATMENT) & (pl.col("diagnosis_count") == 1)
