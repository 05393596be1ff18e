"""INS130: a stay without its admitting diagnosis or with an outpatient's, or an unplanned outpatient visit without its reason."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, MILDER_IN_TABLES
from cleanclaim.reference import Reference

_BILL = pl.col("bill_type_code").str.strip_chars_start("0")
_IS_STAY = IS_INSTITUTIONAL & _BILL.str.contains(r"^(11|18|21|41)[1-47]").fill_null(value=False)
_IS_UNPLANNED = (
    IS_INSTITUTIONAL & _BILL.str.contains(r"^(13|85)[1-47]").fill_null(value=False) & pl.col("admit_type_code").is_in(["1", "2", "5"]).fill_null(value=False)
)
_EMERGENCY = r"^(045[0-9]|0516|0526|0762)$"
_STAY = {"bill_type_code": "111", "from_date": "2026-05-10", "to_date": "2026-05-12", "admission_date": "2026-05-10"}
_VISIT = {"revenue_center_code": "0450", "procedure_code": "99283"}


@query_edit(
    code="INS130",
    name="admitting-diagnosis-or-reason-missing",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA65",
    scope="claim",
    source=Source(
        "837 institutional implementation guide; Medicare Claims Processing Manual",
        "loop 2300, HI ABJ and APR; chapter 25, FL 69 (admitting diagnosis) and FL 70 (patient's reason for visit)",
        "ASC X12N and CMS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="The claim (type of bill {bill_type_code}) {what}.",
    suggestion="{advice}",
    fix="proposed",
    when={"claims": _IS_STAY | _IS_UNPLANNED},
    examples=(
        fails("a stay", institutional(**_STAY), says="admitting diagnosis", disposition=Disposition.WARN),
        passes("with it", institutional(**_STAY, diagnoses=["I10", {"diagnosis_code": "R07.9", "diagnosis_type": "admitting"}])),
        fails("an emergency", institutional(admit_type_code="1", lines=[_VISIT]), says="reason", disposition=Disposition.WARN),
        passes(
            "with the reason",
            institutional(admit_type_code="1", diagnoses=["I10", {"diagnosis_code": "R07.9", "diagnosis_type": "reason_for_visit"}], lines=[_VISIT]),
        ),
        fails(
            "a stay with an outpatient's reason",
            institutional(**_STAY, diagnoses=["I10", *({"diagnosis_code": "R07.9", "diagnosis_type": kind} for kind in ("admitting", "reason_for_visit"))]),
            says="outpatient",
            disposition=Disposition.WARN,
        ),
        passes("a planned visit", institutional()),
        passes("an urgent visit to the clinic", institutional(admit_type_code="2")),
        passes("a professional claim", professional()),
    ),
)
def admitting_diagnosis_or_reason_missing(claims: Claims, reference: Reference) -> Rows:
    """An inpatient claim without an admitting diagnosis or with a patient's reason for the visit, or an emergency or observation visit without that reason.

    A table may just lack the column, so claims that weren't read from an 837 have a warning.

    What to do: add the diagnosis as it was when the patient came.
    """
    del reference
    emergency = claims.lines.filter(pl.col("revenue_center_code").str.contains(_EMERGENCY)).select("claim_key").unique()
    asked = [
        (claims.claims.filter(_IS_STAY), "admitting", "admitting diagnosis"),
        (claims.claims.filter(_IS_UNPLANNED).join(emergency, on="claim_key", how="semi"), "reason_for_visit", "reason for the visit"),
    ]
    parts = []
    keys = ("claim_key", "bill_type_code")
    for rows, kind, what in asked:
        there = claims.diagnoses.filter(pl.col("diagnosis_type") == kind).select("claim_key").unique()
        lacking = rows.join(there, on="claim_key", how="anti")
        parts.append(lacking.select(*keys, pl.lit(f"has no {what}").alias("what"), pl.lit(f"Add the {what}.").alias("advice"), MILDER_IN_TABLES))
    reasons = claims.diagnoses.filter(pl.col("diagnosis_type") == "reason_for_visit").select("claim_key").unique()
    advice = "Leave out the reason for the visit; a stay has an admitting diagnosis."
    stated = claims.claims.filter(_IS_STAY).join(reasons, on="claim_key", how="semi")
    what = "is a stay's, but has a reason for the visit, which only outpatient claims have"
    parts.append(stated.select(*keys, pl.lit(what).alias("what"), pl.lit(advice).alias("advice"), pl.lit("warn").alias("disposition")))
    return pl.concat(parts)
