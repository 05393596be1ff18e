"""DX104: a seventh character missing, not allowed, or without its placeholders."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.billable import PLACEHOLDER_WRONG, SEVENTH_MISSING, SEVENTH_NOT_ALLOWED, SEVENTH_WRONG
from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import dotted
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_WHAT = {
    SEVENTH_MISSING: "is missing its seventh character",
    SEVENTH_WRONG: "has a seventh character that it does not take",
    SEVENTH_NOT_ALLOWED: "takes no seventh character",
    PLACEHOLDER_WRONG: "lacks the placeholder X before its seventh character",
}


@query_edit(
    code="DX104",
    name="seventh-character-wrong",
    disposition=Disposition.REJECT,
    carc="146",
    rarc="M76",
    needs=("icd10cm", "icd10cm_seventh"),
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting",
        "sections I.A.4 and I.A.5 (placeholder and seventh character)",
        "CMS and NCHS",
        date(2026, 11, 23),
    ),
    column="diagnoses.diagnosis_code",
    message="{code} {what}.",
    fix="proposed",
    when={"diagnoses": pl.col("code_loaded") & ~pl.col("ever_in_force")},
    examples=(
        fails(
            "a fracture without the encounter",
            professional(diagnoses=["S52.501"]),
            diagnosis_number=1,
            says=("S52.501 is missing its seventh character", "S52.501A"),
        ),
        fails("a letter that fractures of this kind do not take", professional(diagnoses=["S52.501Z"]), diagnosis_number=1, says="does not take"),
        fails("the placeholder left out", professional(diagnoses=["I10", "W21.00A"]), diagnosis_number=2, says="W21.00XA"),
        fails("a seventh character where there is none", professional(diagnoses=["M54.50XA"]), diagnosis_number=1, says="takes no seventh"),
        passes("in full", professional(diagnoses=["S52.501A"])),
        passes("a category is another fault", professional(diagnoses=["S52.5"])),
    ),
)
def seventh_character_wrong(claims: Claims, reference: Reference) -> Rows:
    """A code whose seventh character is missing, is not one that it takes, or stands without its placeholders.

    The seventh character says which encounter it is (or which fetus, which stage). Codes shorter than six characters are filled with X so
    that it stands seventh. Without it the code is not valid.

    What to do: add the character that the record supports: A while the condition is actively treated, D in routine healing, S for what it left.
    """
    rows = claims.never_billable.filter(pl.col("form").is_in(list(_WHAT)))
    choices = _choices(rows, reference)
    return rows.join(choices, on="padded", how="left").select(
        "claim_key",
        "diagnosis_number",
        dotted("diagnosis_code").alias("code"),
        pl.col("form").replace_strict(_WHAT, return_dtype=pl.String).alias("what"),
        "choices",
        pl.when(pl.col("form") == SEVENTH_NOT_ALLOWED)
        .then(worded("Use {}.", dotted("stem")))
        .otherwise(worded("It is one of: {}{}.", pl.col("told").list.head(4).list.join("; "), _more()))
        .alias("suggestion"),
    )


def _more() -> pl.Expr:
    others = pl.col("choices").list.slice(4)
    return pl.when(others.list.len() > 0).then(worded("; or {}", others.list.join(", "))).otherwise(pl.lit(""))


def _choices(rows: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """The codes that each stem makes with its characters, those that were ever valid."""
    wanted = rows["padded"].drop_nulls().unique().implode()
    made = (
        reference.table("icd10cm_seventh")
        .filter(pl.col("padded").is_in(wanted))
        .unique(["padded", "character"])
        .with_columns((pl.col("padded") + pl.col("character")).alias("made"))
    )
    known = reference.narrow("icd10cm", made["made"])["code"].implode()
    valid = made.filter(pl.col("made").is_in(known))
    return (
        valid.sort("made")
        .group_by("padded", maintain_order=True)
        .agg(dotted("made").alias("choices"), worded("{} {}", dotted("made"), "meaning").alias("told"))
    )
