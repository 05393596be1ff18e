"""PX118: medical equipment used where the facility provides it."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL

_EQUIPMENT = r"^(E0[1-9]|E1[0-3]|E2[0-6]|K000[1-9])"
_FACILITIES = ("21", "23", "31", "51")


@row_edit(
    table="lines",
    code="PX118",
    name="equipment-in-a-facility",
    disposition=Disposition.DENY_LINE,
    carc="5",
    rarc="M77",
    payers=("medicare",),
    others="off",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 20, sections 10.1.1 (equipment is for use in the home), 110 (delivery before discharge) and 211 (skilled nursing stays)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.place_of_service_code",
    evidence=("procedure_code", "place_of_service_code"),
    message="{procedure_code} is equipment for the home, but place {place_of_service_code} is a facility that provides its own.",
    suggestion="Use the place where the patient uses the equipment, usually 12; bill it from the day that the patient goes home.",
    fix="proposed",
    examples=(
        fails(
            "a walker in a hospital",
            medicare(place_of_service_code="21", admission_date="2026-05-10", referring_npi="1245319599", lines=["E0143-NU"]),
            line_number=1,
            says="home",
        ),
        passes("at home", medicare(place_of_service_code="12", referring_npi="1245319599", lines=["E0143-NU"])),
        passes("in assisted living", medicare(place_of_service_code="13", referring_npi="1245319599", lines=["E0143-NU"])),
        passes("another payer", professional(place_of_service_code="21", admission_date="2026-05-10", lines=["E0143-NU"])),
    ),
)
def equipment_in_a_facility() -> pl.Expr:
    """Durable medical equipment billed to Medicare for a patient in a hospital or a skilled nursing facility.

    Such a facility isn't a home, and its own payment includes the equipment.

    What to do: correct the place or the date.
    """
    equipment = pl.col("procedure_code").str.contains(_EQUIPMENT).fill_null(value=False)
    return IS_MEDICARE & IS_PROFESSIONAL & equipment & pl.col("place_of_service_code").is_in(_FACILITIES).fill_null(value=False)
