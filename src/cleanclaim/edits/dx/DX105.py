"""DX105: a code system that is not the one of the date."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.validity import ICD10_BEGINS
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_NINE = {"diagnosis_code": "401.9", "icd_version": 9}


@query_edit(
    code="DX105",
    name="wrong-diagnosis-code-system",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source("45 CFR 162.1002", "(b) and (c): ICD-9-CM through 2015-09-30, ICD-10-CM from 2015-10-01", "HHS", date(2026, 11, 23)),
    column="diagnoses.code_qualifier",
    message="{what}.",
    suggestion="Use ICD-9-CM for services through 2015-09-30 and ICD-10-CM after that, never both on one claim.",
    when={"diagnoses": (pl.col("icd_version") == 9) | (pl.col("last_date") < ICD10_BEGINS)},
    examples=(
        fails("ICD-9 after its end", professional(diagnoses=[_NINE], from_date="2015-10-01"), diagnosis_number=1, says="ICD-9-CM"),
        passes("ICD-9 on its last day", professional(diagnoses=[_NINE], from_date="2015-09-30")),
        fails("ICD-10 before its first day", professional(diagnoses=["I10"], from_date="2015-09-30"), diagnosis_number=1),
        passes("ICD-10 on its first day", professional(diagnoses=["I10"], from_date="2015-10-01")),
        fails("both on one claim", professional(diagnoses=["I10", {"diagnosis_code": "250.00", "icd_version": 9}], from_date="2026-05-12"), diagnosis_number=2),
        passes(
            "one claim in ICD-9 and a later one in ICD-10",
            professional(claim_id="A", diagnoses=[{"diagnosis_code": "401.9", "icd_version": 9}], from_date="2015-09-30"),
            professional(claim_id="B", from_date="2015-10-01"),
        ),
        fails(
            "both on a claim for days before and after the change",
            professional(
                diagnoses=[{"diagnosis_code": "401.9", "icd_version": 9}, "I10"],
                from_date="2015-09-28",
                to_date="2015-10-02",
                lines=[{"to_date": "2015-10-02", "diagnosis_pointers": (1, 2)}],
            ),
            diagnosis_number=1,
            says="of ICD-9-CM and of ICD-10-CM",
        ),
        fails(
            "both on the first day of ICD-10",
            professional(diagnoses=[{"diagnosis_code": "401.9", "icd_version": 9}, "I10"], from_date="2015-10-01", lines=[{"diagnosis_pointers": (1, 2)}]),
            diagnosis_number=1,
        ),
        passes("a stay that ended in October", institutional(diagnoses=["I10"], bill_type_code="111", from_date="2015-09-28", to_date="2015-10-02")),
    ),
)
def wrong_diagnosis_code_system(claims: Claims, reference: Reference) -> Rows:  # noqa: ARG001 - the signature of every query
    """An ICD-9-CM qualifier on a service from 2015-10-01 on, an ICD-10-CM qualifier before it, or both systems on one claim.

    The qualifier (837) or the ICD indicator (box 21) says which code system the diagnoses are in. It must be the one of the date of service; for
    an inpatient stay, of the date of discharge. A claim that spans the change is split.

    What to do: mend the qualifier if only it is wrong; otherwise code the claim anew in the system of its date.
    """
    is_nine, is_ten = pl.col("icd_version") == 9, pl.col("icd_version") == 10
    late = is_nine & (pl.col("on_date") >= ICD10_BEGINS)
    early = is_ten & (pl.col("last_date") < ICD10_BEGINS)
    versions = claims.diagnoses.lazy().filter(is_nine).select("claim_key").unique()
    mixed = is_nine & pl.col("_has_ten")
    has_ten = (
        claims.diagnoses.lazy().filter(is_ten).select("claim_key", pl.lit(value=True).alias("_has_ten")).unique().join(versions, on="claim_key", how="semi")
    )
    return (
        claims.diagnoses.lazy()
        .filter(is_nine | early)
        .join(has_ten, on="claim_key", how="left")
        .filter((late | early | mixed).fill_null(value=False))
        .select(
            "claim_key",
            "diagnosis_number",
            "diagnosis_code",
            "code_qualifier",
            "icd_version",
            "on_date",
            pl.when(late)
            .then(worded("The diagnosis is marked ICD-9-CM, which ended before {}", "on_date"))
            .when(early)
            .then(worded("The diagnosis is marked ICD-10-CM, which was not yet used on {}", "last_date"))
            .otherwise(pl.lit("The claim has diagnoses of ICD-9-CM and of ICD-10-CM"))
            .alias("what"),
        )
    )
