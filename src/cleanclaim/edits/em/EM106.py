"""EM106: visits of the day of admission or discharge that one visit takes in."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference

_INITIAL = r"^9922[123]$"
_DAILY = r"^9923[123]$"
_DISCHARGE = r"^9923[89]$"
_ELSEWHERE = r"^(9920[2-5]|9921[1-5]|9928[1-5])$"
_VISIT = IS_PROFESSIONAL & pl.col("stands") & pl.col("procedure_code").str.contains(r"^992(0[2-5]|1[1-5]|2[123]|3[12389]|8[1-5])$")
_DAY = ["patient_key", "provider_npi", "from_date"]
_STAY = {"place_of_service_code": "21", "admission_date": "2026-05-12"}


@query_edit(
    code="EM106",
    name="visits-of-admission-or-discharge",
    disposition=Disposition.WARN,
    carc="97",
    rarc="N20",
    scope="patient",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 12, sections 30.6.9.1 A (one initial visit on the day of admission), 30.6.9.1 C and 30.6.9.2 (admission and discharge on one day)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.procedure_code",
    message="{procedure_code} and {other_code} are for one patient and day by one provider: {what}.",
    suggestion="{advice}",
    fix="proposed",
    when={"lines": _VISIT},
    beside={"lines": _VISIT & pl.col("procedure_code").str.contains(f"{_INITIAL}|{_DISCHARGE}")},
    examples=(
        fails("admitted and discharged on one day", professional(**_STAY, lines=["99222", "99238"]), line_number=2, says="99234"),
        passes("on two days", professional(**_STAY, to_date="2026-05-13", lines=["99222", {"procedure_code": "99238", "from_date": "2026-05-13"}])),
        fails(
            "an office visit and the admission",
            professional(claim_id="A"),
            professional(claim_id="B", **_STAY, lines=["99222"]),
            on_claim=0,
            line_number=1,
            says="initial",
        ),
        fails("a daily visit and the discharge", professional(**_STAY, lines=["99231", "99239"]), line_number=1),
        passes("two providers", professional(claim_id="A", rendering_npi="1234567893"), professional(claim_id="B", **_STAY, lines=["99222"])),
        passes("a visit set apart", professional(claim_id="A", lines=["99213-25"]), professional(claim_id="B", **_STAY, lines=["99222"])),
    ),
)
def visits_of_admission_or_discharge(claims: Claims, reference: Reference) -> Rows:
    """Two visits of the day of admission or discharge by one provider, of which payers pay one.

    The initial hospital visit takes in visits elsewhere on that day; the discharge takes in that day's hospital visit; and a stay of one day has codes of its
    own (99234 to 99236). Modifier 25 marks a visit as separate, which some payers accept.

    What to do: bill the visit that takes in the other.
    """
    del reference
    visits = claims.lines.filter(_VISIT & ~has_modifier("25")).drop_nulls(_DAY)
    current = visits.filter(~pl.col("is_history").fill_null(value=False))
    return pl.concat(
        [
            _told(current, visits, _DISCHARGE, _INITIAL, "a stay of one day", "Bill 99234, 99235 or 99236 in place of both."),
            _told(current, visits, _ELSEWHERE, _INITIAL, "the initial hospital visit includes it", "Bill the initial hospital visit only."),
            _told(current, visits, _DAILY, _DISCHARGE, "the discharge includes it", "Bill the discharge only."),
        ]
    ).unique(["claim_key", "line_number"], keep="first", maintain_order=True)


def _told(current: pl.DataFrame, visits: pl.DataFrame, one: str, other: str, what: str, advice: str) -> pl.DataFrame:
    code = pl.col("procedure_code")
    others = visits.filter(code.str.contains(other)).select(*_DAY, code.alias("other_code")).unique(_DAY, keep="first", maintain_order=True)
    return (
        current.filter(code.str.contains(one))
        .join(others, on=_DAY)
        .select("claim_key", "line_number", "procedure_code", "other_code", pl.lit(what).alias("what"), pl.lit(advice).alias("advice"))
    )
