"""DX101: a diagnosis code that never was one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.billable import NO_CODE
from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import dotted
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded


@query_edit(
    code="DX101",
    name="diagnosis-code-unknown",
    disposition=Disposition.REJECT,
    carc="146",
    rarc="M76",
    needs=("icd10cm", "icd9cm"),
    scope="claim",
    source=Source("45 CFR 162.1002", "adopted code sets for diagnoses", "HHS", date(2026, 11, 23)),
    column="diagnoses.diagnosis_code",
    message="{code} isn't an ICD-{icd_version}-CM code and never was.",
    fix="proposed",
    when={"diagnoses": pl.col("code_loaded") & ~pl.col("ever_in_force")},
    examples=(
        fails("no such code", professional(diagnoses=["Z99.99"]), diagnosis_number=1, says="Z99.99"),
        fails("a character too many", professional(diagnoses=["I10.X"]), diagnosis_number=1, says="I10"),
        passes("a code in force", professional(diagnoses=["E11.9"])),
        passes("a category is another fault", professional(diagnoses=["E11"])),
        passes("an ICD-9 code before October 2015", professional(diagnoses=[{"diagnosis_code": "401.9", "icd_version": 9}], from_date="2014-05-12")),
        fails(
            "no ICD-9 code beside one that is",
            professional(diagnoses=[{"diagnosis_code": "250.00", "icd_version": 9}, {"diagnosis_code": "999.99", "icd_version": 9}], from_date="2014-05-12"),
            diagnosis_number=2,
        ),
        passes("a category of ICD-9 is another fault", professional(diagnoses=[{"diagnosis_code": "250", "icd_version": 9}], from_date="2014-05-12")),
        passes("and so is a subcategory", professional(diagnoses=[{"diagnosis_code": "250.0", "icd_version": 9}], from_date="2014-05-12")),
        fails("no ICD-9 code", professional(diagnoses=[{"diagnosis_code": "401.77", "icd_version": 9}], from_date="2014-05-12"), diagnosis_number=1),
    ),
)
def diagnosis_code_unknown(claims: Claims, reference: Reference) -> Rows:
    """A diagnosis code that no release of its code system ever held.

    Usually a slip of the finger, a code of another system, or a character too many. Front ends refuse the claim.

    What to do: look the condition up; where the beginning of what was sent is a billable code, that code is offered.
    """
    ten = claims.never_billable.filter(pl.col("form") == NO_CODE)
    nine = _icd9(claims, reference)
    return pl.concat(
        [
            rows.select(
                "claim_key",
                "diagnosis_number",
                dotted("diagnosis_code").alias("code"),
                "icd_version",
                pl.when(pl.col("stem").is_not_null())
                .then(worded("{} is a code; check whether it is meant.", dotted("stem")))
                .otherwise(pl.lit("Look the condition up in the code set of that date."))
                .alias("suggestion"),
            )
            for rows in (ten, nine)
        ]
    )


def _icd9(claims: Claims, reference: Reference) -> pl.DataFrame:
    rows = claims.diagnoses.filter((pl.col("icd_version") == 9) & ~pl.col("ever_in_force") & pl.col("code_loaded") & pl.col("diagnosis_code").is_not_null())
    known = reference.table("icd9cm")["code"]
    beginnings = [known.str.slice(0, n) for n in (3, 4)]
    is_category = pl.any_horizontal(pl.col("diagnosis_code").is_in(part.implode()) for part in beginnings) if rows.height else pl.lit(value=False)
    return rows.filter(~is_category).with_columns(pl.lit(None, pl.String).alias("stem"))
