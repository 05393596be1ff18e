"""PX106: a procedure that does not fit the patient's sex."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import has_modifier
from cleanclaim.reference import Reference


def _is_of_one_sex(reference: Reference) -> pl.Expr:
    """A code in a range of the other sex."""
    return pl.any_horizontal(
        pl.col("procedure_code").is_between(pl.lit(row["code"]), pl.lit(row["last"])) & (pl.col("patient_sex") != row["sex"])
        for row in reference.table("procedure_sex").iter_rows(named=True)
    )


@query_edit(
    code="PX106",
    name="procedure-sex-conflict",
    disposition=Disposition.WARN,
    carc="7",
    needs=("procedure_sex",),
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 32, section 240 (services to one sex; modifier KX)", "CMS", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="{procedure_code} ({reason}) is for {meant}; the sex on the claim is {patient_sex}.",
    suggestion="Check the sex and the code. If both are right, add modifier KX for Medicare.",
    when={"lines": _is_of_one_sex},
    examples=(
        fails("a delivery of a man", professional(patient_sex="M", diagnoses=["I10"], lines=["59400"]), line_number=1, says="is for women"),
        passes("a delivery of a woman", professional(diagnoses=["O80"], lines=["59400"])),
        passes("said to be right", professional(patient_sex="M", lines=["59400-KX"])),
        passes("a hospital says that it is right", institutional(lines=["59400"], patient_sex="M", claim_codes=[{"kind": "condition", "code": "45"}])),
        fails(
            "a hospital says something else", institutional(lines=["59400"], patient_sex="M", claim_codes=[{"kind": "condition", "code": "44"}]), line_number=1
        ),
        fails(
            "a value that has the number of the condition",
            institutional(lines=["59400"], patient_sex="M", claim_codes=[{"kind": "value", "code": "45"}]),
            line_number=1,
        ),
        fails("a vasectomy of a woman, and a visit", professional(lines=["55250", "99213"], patient_sex="F"), line_number=1),
        fails("the last code of a range", professional(lines=["59899"], patient_sex="M"), line_number=1),
        fails("the first code of a range", professional(lines=["59000"], patient_sex="M"), line_number=1),
        passes("sex unknown", professional(patient_sex="U", lines=["59400"])),
    ),
)
def procedure_sex_conflict(claims: Claims, reference: Reference) -> Rows:
    """A procedure on an organ of one sex, or about pregnancy, for a patient whose sex is given as the other.

    Mostly the sex or the code is mistyped. Transgender and intersex patients make it fire on claims that are right, so it is a warning, and modifier
    KX (for hospitals condition code 45) silences it.

    What to do: check both; add KX where the service is right.
    """
    right = claims.claim_codes.lazy().filter((pl.col("kind") == "condition") & (pl.col("code") == "45")).select("claim_key")
    ranges = (
        reference.table("procedure_sex")
        .lazy()
        .select(
            pl.col("code").alias("_first"),
            pl.col("last").alias("_last"),
            pl.col("sex").alias("_sex"),
            pl.col("sex").replace_strict({"F": "women", "M": "men"}).alias("meant"),
            "reason",
        )
    )
    return (
        claims.lines.lazy()
        .filter(_is_of_one_sex(reference), pl.col("procedure_code").str.len_chars() == 5, pl.col("patient_sex").is_in(["M", "F"]), ~has_modifier("KX"))
        .select("claim_key", "line_number", "procedure_code", "patient_sex")
        .join_where(ranges, pl.col("procedure_code") >= pl.col("_first"), pl.col("procedure_code") <= pl.col("_last"), pl.col("patient_sex") != pl.col("_sex"))
        .drop("_first", "_last", "_sex")
        .join(right, on="claim_key", how="anti")
    )
