"""INS157: a diagnosis that the type of bill can't have, or can't do without."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_INSTITUTIONAL, IS_MEDICARE
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)
_BILL: Final = pl.col("bill_type_code").str.strip_chars_start("0")
_VAGUE: Final = ("R54", "R5381", "R627")
"""Debility and failure to thrive: no principal diagnosis of a hospice since 2014-10-01."""
_WEAK: Final = ("M6281", "R2689", "R269", "R531", "R5381", "R54")
"""Weakness and unsteadiness: in no clinical group of home health payment since 2020."""
_DIALYSIS = {"bill_type_code": "721", "billing_taxonomy_code": "261QE0700X"}


@query_edit(
    code="INS157",
    name="diagnosis-against-type-of-bill",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA63",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=(
        Source("Medicare Claims Processing Manual", "chapter 11, section 30.3 (hospice: principal diagnosis)", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 8, sections 40 and 50.3 (dialysis: N18.6, or condition code 84)", "CMS", _READ),
        Source("Home Health Prospective Payment System, final rule for 2020", "section III.F (diagnoses without a clinical group)", "CMS", _READ),
    ),
    column="diagnoses.diagnosis_code",
    message="Type of bill {bill_type_code} {what}.",
    suggestion="{advice}",
    fix="proposed",
    when={"claims": IS_INSTITUTIONAL & _BILL.str.contains(r"^(32|72|8[12])")},
    examples=(
        fails("a hospice for debility", institutional(bill_type_code="812", diagnoses=["R53.81"]), diagnosis_number=1, says="R53.81"),
        passes("debility with a disease", institutional(bill_type_code="812", diagnoses=["C34.90", "R53.81"])),
        passes("before the rule", institutional(bill_type_code="812", from_date="2014-09-01", diagnoses=["R53.81"])),
        fails("dialysis of no one with kidney failure", institutional(**_DIALYSIS, diagnoses=["I12.0"]), says="N18.6"),
        passes("of one with", institutional(**_DIALYSIS, diagnoses=["I12.0", "N18.6"])),
        passes("acute kidney injury", institutional(**_DIALYSIS, diagnoses=["N17.9"], claim_codes=[{"kind": "condition", "code": "84"}])),
        fails("home health for weakness", institutional(bill_type_code="329", diagnoses=["M62.81"]), diagnosis_number=1, disposition=Disposition.WARN),
        passes("home health for heart failure", institutional(bill_type_code="329", diagnoses=["I50.32", "M62.81"])),
        passes("another bill", institutional(diagnoses=["R53.81"])),
    ),
)
def diagnosis_against_type_of_bill(claims: Claims, reference: Reference) -> Rows:
    """A hospice's or home health agency's principal diagnosis that Medicare doesn't take, or a dialysis bill without end-stage renal disease.

    Dialysis facilities treat acute kidney injury too, which condition code 84 says.

    What to do: take the diagnosis from the certification.
    """
    del reference
    keys = ["claim_key", "diagnosis_number", "bill_type_code"]
    rows = claims.diagnoses.filter(IS_INSTITUTIONAL, IS_MEDICARE, IS_BILLING_DIAGNOSIS)
    first = rows.filter(pl.col("diagnosis_number") == 1)
    code = pl.col("diagnosis_code")
    shown = pl.concat_str(code.str.slice(0, 3), pl.when(code.str.len_chars() > 3).then(pl.concat_str(pl.lit("."), code.str.slice(3))).otherwise(pl.lit("")))
    refused = pl.concat_str(pl.lit("can't have "), shown, pl.lit(" as principal diagnosis")).alias("what")
    cause = pl.lit("List first the disease that the patient is treated for.").alias("advice")
    hospice = first.filter(_BILL.str.contains(r"^8[12][1-47]"), code.is_in(_VAGUE), pl.col("on_date") >= date(2014, 10, 1))
    home = first.filter(_BILL.str.contains(r"^32[79]"), code.is_in(_WEAK), pl.col("on_date") >= date(2020, 1, 1))
    acute = claims.claim_codes.filter((pl.col("kind") == "condition") & (pl.col("code") == "84")).select("claim_key")
    treated = pl.concat([rows.filter(code.is_in(["N186", "5856"])).select("claim_key"), acute]).unique()
    dialysis = claims.claims.filter(IS_INSTITUTIONAL, IS_MEDICARE, _BILL.str.contains(r"^72[1-47]")).join(treated, on="claim_key", how="anti")
    return pl.concat(
        [
            hospice.select(*keys, refused, cause, pl.lit(None, pl.String).alias("disposition")),
            home.select(*keys, refused, cause, pl.lit("warn").alias("disposition")),
            dialysis.select(
                "claim_key",
                pl.lit(None, hospice.schema["diagnosis_number"]).alias("diagnosis_number"),
                "bill_type_code",
                pl.lit("has no diagnosis of end-stage renal disease (N18.6)").alias("what"),
                pl.lit("Add N18.6, or condition code 84 for acute kidney injury.").alias("advice"),
                pl.lit(None, pl.String).alias("disposition"),
            ),
        ]
    )
