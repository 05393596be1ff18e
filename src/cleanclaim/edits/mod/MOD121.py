"""MOD121: an ambulance trip without where from and where to."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import MODIFIERS, has_modifier

_TRIP = r"^A04(2[5-9]|3[0-6])$"
_PLACES = r"^[DEGHIJNPRS][DEGHIJNPRSX]$"


@row_edit(
    table="lines",
    code="MOD121",
    name="ambulance-trip-without-places",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N822",
    payers=("medicare",),
    source=Source("Medicare Claims Processing Manual", "chapter 15, section 30 A (modifiers of origin and destination)", "CMS", date(2026, 11, 28)),
    column="lines.modifier_1",
    evidence=("procedure_code",),
    message="{procedure_code} is an ambulance service, but no modifier says where the trip began and ended.",
    suggestion="Add the modifier of origin and destination, such as RH for home to hospital.",
    fix="proposed",
    examples=(
        fails("a trip", professional(place_of_service_code="41", lines=["A0429"]), line_number=1, says="RH", disposition=Disposition.WARN),
        passes("from home to the hospital", professional(place_of_service_code="41", lines=["A0429-RH", "A0425-RH x12"])),
        fails("its miles", medicare(place_of_service_code="41", lines=["A0429-RH", "A0425 x12"]), line_number=2),
        passes("the patient died before the trip", medicare(place_of_service_code="41", lines=["A0429-QL"])),
        passes("behind another modifier", medicare(place_of_service_code="41", lines=["A0429-GA-RH"])),
        fails("a hospital's trip", institutional(lines=[{"revenue_center_code": "0540", "procedure_code": "A0429", "modifier_1": "QN"}]), line_number=1),
        passes("no ambulance", professional()),
    ),
)
def ambulance_trip_without_places() -> pl.Expr:
    """An ambulance's base rate or mileage without a modifier of origin and destination.

    The two letters say where the patient was picked up and left; payers deny lines without them. A patient who died before the trip takes QL.

    What to do: add the modifier.
    """
    placed = pl.any_horizontal(pl.col(name).str.contains(_PLACES) for name in MODIFIERS).fill_null(value=False)
    return pl.col("procedure_code").str.contains(_TRIP).fill_null(value=False) & ~placed & ~has_modifier("QL")
