"""INS164: a hospital's ambulance trip without how it was arranged, or without its miles."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, IS_MEDICARE, has_modifier
from cleanclaim.reference import Reference

_TRIP: Final = r"^A04(2[6-9]|3[0-4])$"
_MILES: Final = r"^A04(25|35|36)$"
_CODE: Final = pl.col("procedure_code")
_IS_AMBULANCE: Final = IS_INSTITUTIONAL & _CODE.str.contains(r"^A04(2[5-9]|3[0-6])$").fill_null(value=False)


def _line(code: str, *modifiers: str, units: int = 1) -> dict[str, object]:
    return {"revenue_center_code": "0540", "procedure_code": code, "units": units, **{f"modifier_{n}": each for n, each in enumerate(modifiers, start=1)}}


@query_edit(
    code="INS164",
    name="hospital-ambulance-line-incomplete",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="N822",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 15, section 30.2 (modifiers QM and QN; a line of the trip and a line of its miles)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    message="{procedure_code} {what}.",
    suggestion="{advice}",
    fix="proposed",
    when={"lines": _IS_AMBULANCE},
    examples=(
        fails("who went isn't said", institutional(lines=[_line("A0429", "RH"), _line("A0425", "RH", "QN", units=5)]), line_number=1, says="QM"),
        fails("nor for the miles", institutional(lines=[_line("A0429", "RH", "QN"), _line("A0425", "RH", units=5)]), line_number=2),
        passes("by the hospital's own", institutional(lines=[_line("A0429", "RH", "QN"), _line("A0425", "RH", "QN", units=5)])),
        passes("under arrangements", institutional(lines=[_line("A0429", "RH", "QM"), _line("A0425", "RH", "QM", units=5)])),
        fails("a trip without miles", institutional(lines=[_line("A0429", "RH", "QN")]), line_number=1, says="miles", disposition=Disposition.WARN),
        fails("miles without a trip", institutional(lines=[_line("A0425", "RH", "QN")]), line_number=1, says="trip", disposition=Disposition.WARN),
        passes("the patient died before", institutional(lines=[_line("A0429", "QL", "QN")])),
        passes("a supplier's trip", professional(lines=["A0429-RH"])),
    ),
)
def hospital_ambulance_line_incomplete(claims: Claims, reference: Reference) -> Rows:
    """A hospital's ambulance line without QM (under arrangements) or QN (by the hospital itself), a trip without its miles, or miles without a trip.

    What to do: add the modifier, or the missing line.
    """
    del reference
    lines = claims.lines.filter(_IS_AMBULANCE, IS_MEDICARE)
    day = ["claim_key", "from_date"]
    trips, miles = lines.filter(_CODE.str.contains(_TRIP)), lines.filter(_CODE.str.contains(_MILES))
    asked = (
        (lines.filter(~has_modifier("QM", "QN")), "has neither QM nor QN", "Add QN for the hospital's own ambulance, QM for one under arrangements.", None),
        (trips.filter(~has_modifier("QL")).join(miles, on=day, how="anti"), "has no line of its miles", "Add the line of the miles.", "warn"),
        (miles.join(trips, on=day, how="anti"), "has no line of the trip", "Add the line of the trip.", "warn"),
    )
    return pl.concat(
        rows.select("claim_key", "line_number", "procedure_code", *(pl.lit(text, pl.String).alias(name) for text, name in zip(words, _SHOWN, strict=True)))
        for rows, *words in asked
    ).unique(["claim_key", "line_number"], keep="first", maintain_order=True)


_SHOWN: Final = ("what", "advice", "disposition")
