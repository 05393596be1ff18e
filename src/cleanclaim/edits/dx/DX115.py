"""DX115: a side left unspecified."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import IS_CODED
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import CODES_NOT_LOADED
from cleanclaim.reference import Reference
from cleanclaim.reference.sideless import may_be_sideless, sideless


def _unchecked(claims: Claims, reference: Reference) -> Rows:  # noqa: ARG001 - the signature of every query
    return claims.diagnoses.filter(CODES_NOT_LOADED).select("claim_key", "diagnosis_number", "on_date")


def _is_open(reference: Reference) -> pl.Expr:
    return pl.col("unspecified_laterality") | CODES_NOT_LOADED.fill_null(value=False) | (IS_CODED & may_be_sideless(reference))


@query_edit(
    code="DX115",
    name="side-unspecified",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    needs=("icd10cm_attributes", "icd10cm_tabular"),
    scope="claim",
    source=(
        Source("Definitions of Medicare Code Edits", "edit 20, unspecified code (since 2022-04-01)", "CMS", date(2026, 11, 23)),
        Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.B.13 (laterality)", "CMS and NCHS", date(2026, 11, 23)),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} doesn't specify the side, although there are codes for left and right.",
    suggestion="Use the code for the side in the record; ask the provider if it names none.",
    fix="proposed",
    when={"diagnoses": _is_open},
    unchecked=_unchecked,
    unchecked_reason="no table of diagnosis attributes is loaded for {on_date}",
    supply="cleanclaim reference import of the Medicare Code Editor tables for that year",
    examples=(
        fails("a fracture of one wrist or the other", professional(diagnoses=["S52.509A"]), diagnosis_number=1),
        passes("of the right one", professional(diagnoses=["S52.501A"])),
        fails("before Medicare had the list", professional(diagnoses=["S52.509A"], from_date="2022-03-31"), diagnosis_number=1, disposition=Disposition.INFO),
        fails("a knee that isn't on Medicare's list", professional(diagnoses=["M25.569"]), diagnosis_number=1, disposition=Disposition.INFO),
        fails("an ear", professional(diagnoses=["I10", "H66.90"]), diagnosis_number=2, disposition=Disposition.INFO),
        passes("the right ear, of a disease not specified", professional(diagnoses=["H66.91"])),
        passes("something else unspecified", professional(diagnoses=["J18.9"])),
        passes("an admitting diagnosis", institutional(diagnoses=["M25.561", {"diagnosis_code": "M25.569", "diagnosis_type": "admitting"}])),
        unchecked("a year without a table", professional(diagnoses=["S52.509A"], from_date="2031-05-12")),
    ),
)
def side_unspecified(claims: Claims, reference: Reference) -> Rows:
    """A code for an unspecified side where codes for the sides exist.

    The side is nearly always known. Medicare asks hospitals for it since April 2022, by a list of codes (edit 20), and other payers deny such codes on claims of
    every kind. Codes that aren't on the list are reported for information: the guidelines allow
    them where the record names no side. They are known by their titles, which say "unspecified" where others, like them in all else, say left or right.

    What to do: take the code of the side documented.
    """
    listed = pl.col("unspecified_laterality").fill_null(value=False)
    loaded = ~CODES_NOT_LOADED.fill_null(value=False)
    asked = claims.diagnoses.filter(loaded, listed | (IS_CODED & may_be_sideless(reference)))
    by_title = sideless(asked.filter(~listed)["diagnosis_code"], reference)["code"]
    return asked.filter(listed | pl.col("diagnosis_code").is_in(by_title.implode())).select(
        "claim_key",
        "diagnosis_number",
        "diagnosis_code",
        "on_date",
        pl.when(listed).then(pl.lit(20)).alias("mce_edit"),
        pl.when(~listed).then(pl.lit(Disposition.INFO.value)).alias("disposition"),
    )
