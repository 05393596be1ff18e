"""DX124: the result of a routine examination contradicts the findings on the claim."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED, coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference

_WITH = {"Z0000": "Z0001", "Z00129": "Z00121", "Z0100": "Z0101", "Z0110": "Z01118", "Z0120": "Z0121", "Z0130": "Z0131", "Z01419": "Z01411"}
"""The codes of examinations without abnormal findings, and those of the same examinations with them."""
_ABNORMAL = r"^R(00[08]|01|03|7|8[0-9]|9[0-47])"
"""Abnormal results of tests, and signs that only an examination shows: heart sounds, blood pressure."""
_IS_EXAM = IS_CODED & pl.col("diagnosis_code").is_in([*_WITH, *_WITH.values()])


@query_edit(
    code="DX124",
    name="exam-result-contradicts-findings",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source(GUIDELINES, "section I.C.21.c.13 (routine and administrative examinations)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is for an examination {result} abnormal findings, but {contrary}.",
    suggestion="{advice}",
    fix="proposed",
    when={"diagnoses": _IS_EXAM},
    examples=(
        fails("a normal check-up with a high blood sugar", professional(diagnoses=["Z00.00", "R73.09"], lines=["99396"]), diagnosis_number=1, says="Z00.01"),
        passes("with abnormal findings", professional(diagnoses=["Z00.01", "R73.09"], lines=["99396"])),
        passes("a normal check-up of somebody with a known disease", professional(diagnoses=["Z00.00", "I10"], lines=["99396"])),
        passes("a normal check-up and a cough", professional(diagnoses=["Z00.00", "R05.9"], lines=["99396"])),
        fails("abnormal findings that nothing names", professional(diagnoses=["Z00.01"], lines=["99396"]), diagnosis_number=1, says="no other diagnosis"),
        fails("a normal smear, and what was found in it", professional(diagnoses=["Z01.419", "R87.610"], lines=["99396"]), diagnosis_number=1, says="Z01.411"),
        fails("a child's normal check-up with a murmur", professional(diagnoses=["Z00.129", "R01.1"], lines=["99393"]), diagnosis_number=1, says="Z00.121"),
        passes("a normal check-up alone", professional(diagnoses=["Z00.00"], lines=["99396"])),
    ),
)
def exam_result_contradicts_findings(claims: Claims, reference: Reference) -> Rows:
    """A routine examination coded as normal with an abnormal finding on the claim, or coded as abnormal without any.

    The codes of routine examinations say whether something abnormal was found; if so, what was found is coded, too. A finding that the patient had before the
    examination doesn't make it abnormal, so this is a warning.

    What to do: look at the record, and change the code of the examination or add what was found.
    """
    del reference
    diagnoses = coded(claims)
    others = diagnoses.select("claim_key", pl.col("diagnosis_number").alias("_number"), pl.col("diagnosis_code").alias("other_code"))
    exams = diagnoses.filter(pl.col("diagnosis_code").is_in([*_WITH, *_WITH.values()]))
    beside = exams.join(others, on="claim_key").filter(pl.col("_number") != pl.col("diagnosis_number"))
    normal = (
        beside.filter(pl.col("diagnosis_code").is_in(list(_WITH)), pl.col("other_code").str.contains(_ABNORMAL))
        .unique(["claim_key", "diagnosis_number"], keep="first", maintain_order=True)
        .with_columns(pl.col("diagnosis_code").replace(_WITH).alias("_instead"))
    )
    alone = exams.filter(pl.col("diagnosis_code").is_in(list(_WITH.values()))).join(beside.select("claim_key").unique(), on="claim_key", how="anti")
    return pl.concat([_told_normal(normal), _told_alone(alone)])


def _told_normal(rows: pl.DataFrame) -> pl.DataFrame:
    with_point = [(pl.col(name).str.head(3) + "." + pl.col(name).str.slice(3)).alias(f"{name}_shown") for name in ("other_code", "_instead")]
    return rows.with_columns(with_point).select(
        "claim_key",
        "diagnosis_number",
        "diagnosis_code",
        pl.lit("without").alias("result"),
        (pl.col("other_code_shown") + " is one").alias("contrary"),
        ("Use " + pl.col("_instead_shown") + " if the examination found it.").alias("advice"),
    )


def _told_alone(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        "claim_key",
        "diagnosis_number",
        "diagnosis_code",
        pl.lit("with").alias("result"),
        pl.lit("there is no other diagnosis").alias("contrary"),
        pl.lit("Add the code of what was found.").alias("advice"),
    )
