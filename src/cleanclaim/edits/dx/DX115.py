"""DX115: a side left unspecified."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import CODES_NOT_LOADED


@row_edit(
    table="diagnoses",
    code="DX115",
    name="side-unspecified",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    needs=("icd10cm_attributes",),
    source=(
        Source("Definitions of Medicare Code Edits", "edit 20, unspecified code (since 2022-04-01)", "CMS", date(2026, 11, 23)),
        Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.B.13 (laterality)", "CMS and NCHS", date(2026, 11, 23)),
    ),
    column="diagnoses.diagnosis_code",
    evidence=("diagnosis_code", "on_date", pl.lit(20).alias("mce_edit")),
    message="{diagnosis_code:icd} doesn't specify the side, although there are codes for left and right.",
    suggestion="Use the code for the side in the record; ask the provider if it names none.",
    fix="proposed",
    unchecked=CODES_NOT_LOADED,
    unchecked_reason="no table of diagnosis attributes is loaded for {on_date}",
    supply="cleanclaim reference import of the Medicare Code Editor tables for that year",
    examples=(
        fails("a fracture of one wrist or the other", professional(diagnoses=["S52.509A"]), diagnosis_number=1),
        passes("of the right one", professional(diagnoses=["S52.501A"])),
        passes("before Medicare had the list", professional(diagnoses=["S52.509A"], from_date="2022-03-31")),
        unchecked("a year without a table", professional(diagnoses=["S52.509A"], from_date="2031-05-12")),
    ),
)
def side_unspecified() -> pl.Expr:
    """A code for an unspecified side where codes for the sides exist.

    The side is nearly always known. Medicare asks hospitals for it since April 2022, and commercial payers deny such codes on claims of every kind.

    What to do: take the code of the side documented.
    """
    return pl.col("unspecified_laterality")
