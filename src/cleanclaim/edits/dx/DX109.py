"""DX109: an external cause listed first."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import CODES_NOT_LOADED, IS_FIRST_LISTED


@row_edit(
    table="diagnoses",
    code="DX109",
    name="external-cause-first",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="MA63",
    needs=("icd10cm_attributes",),
    source=(
        Source(
            "ICD-10-CM Official Guidelines for Coding and Reporting",
            "section I.C.20.a.6 (never the first-listed diagnosis)",
            "CMS and NCHS",
            date(2026, 11, 23),
        ),
        Source("Definitions of Medicare Code Edits", "edit 2, external cause of morbidity code as principal diagnosis", "CMS", date(2026, 11, 23)),
    ),
    column="diagnoses.diagnosis_code",
    evidence=("diagnosis_code", "on_date", pl.lit(2).alias("mce_edit")),
    message="{diagnosis_code:icd} is an external cause code and can't be listed first.",
    suggestion="List the injury or condition first, then {diagnosis_code:icd}.",
    fix="proposed",
    unchecked=CODES_NOT_LOADED & IS_FIRST_LISTED,
    unchecked_reason="no table of diagnosis attributes is loaded for {on_date}",
    supply="cleanclaim reference import of the Medicare Code Editor tables for that year",
    examples=(
        fails("a fall, without what it did", professional(diagnoses=["W19.XXXA"]), diagnosis_number=1),
        passes("behind the injury", professional(diagnoses=["S52.501A", "W19.XXXA"])),
        passes(
            "a second diagnosis of a year without a table",
            professional(diagnoses=["I10", "E11.9"], lines=[{}, {"from_date": "2031-05-12", "diagnosis_pointers": (2,)}]),
        ),
        unchecked("a year without a table", professional(diagnoses=["W19.XXXA"], from_date="2031-05-12")),
    ),
)
def external_cause_first() -> pl.Expr:
    """A code of external causes (V00-Y99) in first place.

    Such codes tell how, where and in doing what an injury came about. They add to the code of the injury and never stand first.

    What to do: list the injury or condition first.
    """
    return pl.col("external_cause") & IS_FIRST_LISTED
