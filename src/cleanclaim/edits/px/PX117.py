"""PX117: two anesthesia codes for one session."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import DISTINCT_MODIFIERS, IS_PROFESSIONAL, REPEAT_MODIFIERS, has_modifier
from cleanclaim.reference import Reference

_ANESTHESIA = r"^0(0[1-9][0-9][0-9]|1[0-8][0-9][0-9]|19[0-9][0-9])$"
_ADDS = ("01953", "01968", "01969", "01996", "01999")
_SET_APART = (*DISTINCT_MODIFIERS, *REPEAT_MODIFIERS, "78", "79")
_CANDIDATE = (
    IS_PROFESSIONAL
    & pl.col("procedure_code").str.contains(_ANESTHESIA).fill_null(value=False)
    & ~pl.col("procedure_code").is_in(_ADDS)
    & pl.col("stands")
    & ~has_modifier(*_SET_APART)
)
_DAY = ["patient_key", "provider_npi", "from_date"]
_TIME = {"modifier_1": "AA", "unit_basis_code": "MJ", "units": 60}


@query_edit(
    code="PX117",
    name="two-anesthesia-codes",
    disposition=Disposition.WARN,
    carc="97",
    rarc="M15",
    scope="patient",
    source=(
        Source("Medicare Claims Processing Manual", "chapter 12, section 50 E (multiple procedures: the highest base unit)", "CMS", date(2026, 11, 28)),
        Source("Medicare NCCI Policy Manual", "chapter II, section B (one anesthesia code)", "CMS", date(2026, 11, 28)),
    ),
    column="lines.procedure_code",
    message="{procedure_code} is a second anesthesia code of one patient, provider and day, after {other_code}.",
    suggestion="Bill the code with the highest base units and the time of the whole session. Add modifier 59 only for a second session.",
    fix="proposed",
    when={"lines": _CANDIDATE},
    examples=(
        fails(
            "two operations",
            professional(diagnoses=["K40.90"], lines=[{"procedure_code": "00830", **_TIME}, {"procedure_code": "00840", **_TIME}]),
            line_number=2,
            says="00830",
        ),
        passes("one operation", professional(diagnoses=["K40.90"], lines=[{"procedure_code": "00830", **_TIME}])),
        passes(
            "a second session",
            professional(diagnoses=["K40.90"], lines=[{"procedure_code": "00830", **_TIME}, {"procedure_code": "00840", **_TIME, "modifier_2": "59"}]),
        ),
        passes(
            "an add-on",
            professional(
                patient_sex="F", diagnoses=["O82", "Z37.0", "Z3A.39"], lines=[{"procedure_code": "01967", **_TIME}, {"procedure_code": "01968", **_TIME}]
            ),
        ),
        passes(
            "two providers",
            professional(
                diagnoses=["K40.90"], lines=[{"procedure_code": "00830", **_TIME}, {"procedure_code": "00840", **_TIME, "rendering_npi": "1234567893"}]
            ),
        ),
    ),
)
def two_anesthesia_codes(claims: Claims, reference: Reference) -> Rows:
    """Two different anesthesia codes of one patient, provider and day.

    Several operations in one session are one anesthesia: the code with the highest base units, and the time of all.

    What to do: bill one code.
    """
    del reference
    lines = claims.lines.filter(_CANDIDATE).drop_nulls(_DAY).sort("claim_key", "line_number")
    first = lines.unique(_DAY, keep="first", maintain_order=True).select(*_DAY, pl.col("procedure_code").alias("other_code"))
    later = lines.filter(~pl.col("is_history").fill_null(value=False)).join(first, on=_DAY).filter(pl.col("procedure_code") != pl.col("other_code"))
    return later.select("claim_key", "line_number", "procedure_code", "other_code")
