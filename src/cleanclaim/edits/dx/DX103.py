"""DX103: a category where a billable code is asked for."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.billable import CATEGORY
from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import dotted
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded


@query_edit(
    code="DX103",
    name="diagnosis-is-a-category",
    disposition=Disposition.REJECT,
    carc="146",
    rarc="M76",
    needs=("icd10cm", "icd10cm_tabular", "icd9cm"),
    scope="claim",
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.B.2 (level of detail in coding)", "CMS and NCHS", date(2026, 11, 23)),
    column="diagnoses.diagnosis_code",
    message="{code} is a category, not a billable code.",
    fix="proposed",
    when={"diagnoses": pl.col("code_loaded") & ~pl.col("ever_in_force")},
    examples=(
        fails("type 2 diabetes without its complication", professional(diagnoses=["E11"]), diagnosis_number=1, says=("E11 is a category", "E11.9")),
        fails("a subcategory", professional(diagnoses=["S52.5"]), diagnosis_number=1, says="S52.50"),
        passes("a code in full", professional(diagnoses=["E11.9"])),
        fails(
            "ICD-9 without the fifth digit",
            professional(diagnoses=[{"diagnosis_code": "250.0", "icd_version": 9}], from_date="2014-05-12"),
            diagnosis_number=1,
            says=("250.0 is a category", "250.00"),
        ),
        fails(
            "an ICD-9 category", professional(diagnoses=[{"diagnosis_code": "401", "icd_version": 9}], from_date="2014-05-12"), diagnosis_number=1, says="401.1"
        ),
        passes("ICD-9 in full", professional(diagnoses=[{"diagnosis_code": "250.00", "icd_version": 9}], from_date="2014-05-12")),
        fails("a category with a code in full and one that never was", professional(diagnoses=["E11.9", "E11", "E99.9"]), diagnosis_number=2, says="E11.0"),
        fails("a category that the tabular list does not have any more", professional(diagnoses=["H40.11X"]), diagnosis_number=1, says="H40.11X0"),
        passes("once a code, divided since: another edit's", professional(diagnoses=["M54.5"])),
    ),
)
def diagnosis_is_a_category(claims: Claims, reference: Reference) -> Rows:
    """A category or subcategory of ICD-10-CM, or of ICD-9-CM for older claims, where a code is asked for.

    A code is billable only at its full length. Payers refuse a shorter one, since it does not say enough.

    What to do: choose among the codes it divides into, by what the record says.
    """
    ten = claims.never_billable.filter(pl.col("form") == CATEGORY)
    nine = claims.diagnoses.filter((pl.col("icd_version") == 9) & ~pl.col("ever_in_force") & pl.col("code_loaded"))
    shown = ("claim_key", "diagnosis_number", "diagnosis_code", "divides_into")
    parts = (
        ten.join(_below(ten, reference), on="diagnosis_code", how="left").select(shown),
        nine.join(_below_icd9(nine, reference), on="diagnosis_code").select(shown),
    )
    return pl.concat(parts).select(
        "claim_key",
        "diagnosis_number",
        dotted("diagnosis_code").alias("code"),
        "divides_into",
        pl.when(pl.col("divides_into").list.len() > 0)
        .then(worded("It divides into {}{}.", pl.col("divides_into").list.head(12).list.join(", "), _more("divides_into")))
        .otherwise(pl.lit("Take a code below it."))
        .alias("suggestion"),
    )


def _below_icd9(rows: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """The ICD-9 codes that begin with each category; none for what begins no code."""
    wanted = rows["diagnosis_code"].drop_nulls().unique()
    if wanted.is_empty():
        return pl.DataFrame(schema={"diagnosis_code": pl.String, "divides_into": pl.List(pl.String)})
    known = reference.table("icd9cm").select(pl.col("code").unique())
    parts = [known.with_columns(pl.col("code").str.head(length).alias("diagnosis_code")).filter(pl.col("code").str.len_chars() > length) for length in (3, 4)]
    each = pl.concat(parts).filter(pl.col("diagnosis_code").is_in(wanted.implode()))
    return each.sort("diagnosis_code", "code").group_by("diagnosis_code", maintain_order=True).agg(dotted("code").alias("divides_into"))


def _more(column: str) -> pl.Expr:
    count = pl.col(column).list.len()
    return pl.when(count > 12).then(worded(" and {} more", count.cast(pl.Int64) - 12)).otherwise(pl.lit(""))


def _below(rows: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """The nodes directly below each category, by the tabular list; for a category it no longer has, its codes of the past."""
    wanted = rows.select("diagnosis_code").unique()
    listed = (
        reference.table("icd10cm_tabular")
        .filter(pl.col("parent").is_in(wanted["diagnosis_code"].implode()))
        .select(pl.col("parent").alias("diagnosis_code"), "code", "order")
    )
    gone = wanted.join(listed, on="diagnosis_code", how="anti")
    known = reference.table("icd10cm").select("code")
    past = (
        [known.with_columns(pl.col("code").str.slice(0, n).alias("diagnosis_code")).join(gone, on="diagnosis_code") for n in range(3, 7)] if gone.height else []
    )
    parts = [listed.select("diagnosis_code", "code"), *(part.select("diagnosis_code", "code").unique() for part in past)]
    return pl.concat(parts).sort("diagnosis_code", "code").group_by("diagnosis_code", maintain_order=True).agg(dotted("code").alias("divides_into"))
