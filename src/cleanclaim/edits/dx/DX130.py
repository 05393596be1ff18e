"""DX130: the chronic form of a condition before the acute one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED, coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference

_WORDS = r"\b(acute|chronic|other|unspecified)\b"
_KINDS = ("J02", "J03", "K85")
"""Acute conditions divided by their cause, where the chronic one isn't: the title of the category counts."""


def _is_chronic(reference: Reference) -> pl.Expr:
    return IS_CODED & pl.col("diagnosis_code").is_in(_pairs(reference)["chronic"].unique().implode())


@query_edit(
    code="DX130",
    name="chronic-before-acute",
    disposition=Disposition.WARN,
    carc="16",
    rarc="MA63",
    needs=("icd10cm_tabular",),
    scope="claim",
    source=Source(GUIDELINES, "section I.B.8 (acute and chronic conditions)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is the chronic form of {other_code:icd} (diagnosis {other_number}) and comes before it.",
    suggestion="List the acute form first.",
    fix="proposed",
    when={"diagnoses": _is_chronic},
    examples=(
        fails("chronic sinusitis before the acute one", professional(diagnoses=["J32.1", "J01.10"]), diagnosis_number=1, says="chronic"),
        passes("the acute one first", professional(diagnoses=["J01.10", "J32.1"])),
        passes("another sinus", professional(diagnoses=["J32.0", "J01.10"])),
        fails("chronic cystitis, whose title says other", professional(diagnoses=["N30.20", "N30.00"]), diagnosis_number=1),
        fails("chronic pancreatitis before one of the acute ones", professional(diagnoses=["K86.1", "K85.10"]), diagnosis_number=1),
        fails("a chronic sore throat before one by streptococci", professional(diagnoses=["J31.2", "J02.0"]), diagnosis_number=1),
        fails("chronic tonsillitis before one by streptococci", professional(diagnoses=["J35.01", "J03.00"]), diagnosis_number=1),
        passes("chronic pancreatitis last", professional(diagnoses=["K85.10", "K86.1"])),
        passes("the chronic one alone", professional(diagnoses=["J32.1"])),
        fails("thrombosis of one vein", professional(diagnoses=["I82.511", "I82.411"]), diagnosis_number=1),
        passes("thrombosis of two veins", professional(diagnoses=["I82.512", "I82.411"])),
    ),
)
def chronic_before_acute(claims: Claims, reference: Reference) -> Rows:
    """The chronic form of a condition, listed before its acute form.

    If a condition is both acute and chronic and each has a code, both are coded, and the acute one comes first. Judged are codes whose titles say the same except
    for the two words, "other" and "unspecified".

    What to do: change the order, and check which line points at which diagnosis.
    """
    diagnoses = coded(claims)
    others = diagnoses.select("claim_key", pl.col("diagnosis_code").alias("other_code"), pl.col("diagnosis_number").alias("other_number"))
    chronic = diagnoses.join(_pairs(reference), left_on="diagnosis_code", right_on="chronic")
    judged = chronic.join(others, left_on=["claim_key", "acute"], right_on=["claim_key", "other_code"])
    return (
        judged.filter(pl.col("other_number") > pl.col("diagnosis_number"))
        .unique(["claim_key", "diagnosis_number"], keep="first", maintain_order=True)
        .select("claim_key", "diagnosis_number", "diagnosis_code", pl.col("acute").alias("other_code"), "other_number")
    )


def _pairs(reference: Reference) -> pl.DataFrame:
    """Codes of one chapter whose titles differ only in "acute" and "chronic": acute, chronic."""
    return reference.derived("acute_and_chronic", lambda: _paired_titles(reference))


def _paired_titles(reference: Reference) -> pl.DataFrame:
    titles = reference.table("icd10cm_tabular").select("code", pl.col("title").str.to_lowercase())
    category = pl.col("code").str.head(3)
    kinds = titles.with_columns(category.alias("_category")).filter(pl.col("_category").is_in(_KINDS), pl.col("code") != pl.col("_category"))
    by_category = kinds.drop("title").join(titles.rename({"code": "_category"}), on="_category").select("code", "title")
    said = pl.col("title").str.replace_all(_WORDS, "").str.extract_all("[a-z0-9]+").list.join(" ").alias("_said")
    tabular = pl.concat([titles, by_category]).select(
        "code",
        said,
        pl.col("code").str.head(1).alias("_chapter"),
        pl.col("title").str.contains(r"\bacute\b").alias("_acute"),
        pl.col("title").str.contains(r"\bchronic\b").alias("_chronic"),
    )
    acute = tabular.filter(pl.col("_acute") & ~pl.col("_chronic")).select("_chapter", "_said", pl.col("code").alias("acute"))
    chronic = tabular.filter(pl.col("_chronic") & ~pl.col("_acute")).select("_chapter", "_said", pl.col("code").alias("chronic"))
    return acute.join(chronic, on=["_chapter", "_said"]).select("acute", "chronic").unique().sort("acute", "chronic")
