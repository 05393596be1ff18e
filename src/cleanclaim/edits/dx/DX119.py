"""DX119: a Z code in a place that it may not have."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_ICD10

_FIRST_ONLY = r"^(Z00[0-5]|Z00[78]|Z01|Z02|Z04|Z332|Z318[1-4]|Z34|Z38|Z39|Z40|Z42|Z510|Z511|Z52[0-8]|Z76[12]|Z9912)"
_NEVER_FIRST = r"^(Z15|Z16|Z68)"


def _is_first_only() -> pl.Expr:
    return pl.col("diagnosis_code").str.contains(_FIRST_ONLY) & (pl.col("diagnosis_number") > 1)


def _is_never_first() -> pl.Expr:
    return pl.col("diagnosis_code").str.contains(_NEVER_FIRST) & (pl.col("diagnosis_number") == 1)


@row_edit(
    table="diagnoses",
    code="DX119",
    name="z-code-in-wrong-place",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M76",
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting",
        "sections I.C.21.c.3 and I.C.21.c.16 (Z codes that may only be listed first), I.B.14",
        "CMS and NCHS",
        date(2026, 11, 23),
    ),
    column="diagnoses.diagnosis_code",
    evidence=(
        "diagnosis_code",
        pl.when(_is_never_first()).then(pl.lit("may not be listed first")).otherwise(pl.lit("is meant to be listed first only")).alias("what"),
        pl.when(_is_never_first())
        .then(pl.lit("List first the condition that it goes with."))
        .otherwise(pl.lit("List it first. It can come later only if several encounters of a day are on one claim."))
        .alias("suggestion"),
        pl.when(_is_first_only()).then(pl.lit("warn")).alias("disposition"),
    ),
    message="{diagnosis_code:icd} {what}.",
    fix="proposed",
    examples=(
        fails("body mass index as the only diagnosis", professional(diagnoses=["Z68.35"]), diagnosis_number=1, says="may not be listed first"),
        passes("behind obesity", professional(diagnoses=["E66.9", "Z68.35"])),
        fails("chemotherapy behind the cancer", professional(diagnoses=["C50.911", "Z51.11"]), diagnosis_number=2, disposition=Disposition.WARN),
        passes("chemotherapy first", professional(diagnoses=["Z51.11", "C50.911"])),
        passes(
            "the admitting diagnosis of a stay for chemotherapy",
            institutional(diagnoses=["C50.911", {"diagnosis_code": "Z51.11", "diagnosis_type": "admitting"}]),
        ),
        passes("ICD-9 codes that begin the same", professional(diagnoses=[{"diagnosis_code": "Z68.1", "icd_version": 9}])),
        passes("before the code began", professional(diagnoses=["Z68.55"], from_date="2023-05-12")),
        passes("a check-up first", professional(diagnoses=["Z00.00", "I10"])),
    ),
)
def z_code_in_wrong_place() -> pl.Expr:
    """A Z code that may only stand first, further down; or one that never stands first, in first place.

    The guidelines list Z codes that are the reason for the encounter and come first. They may come later only where several encounters of one day are
    put on one claim, so that is a warning. Codes for body mass index, resistance to drugs and genetic risk only add to another code and never come
    first.

    What to do: change the order.
    """
    return IS_ICD10 & IS_BILLING_DIAGNOSIS & pl.col("in_force") & (_is_first_only() | _is_never_first())
