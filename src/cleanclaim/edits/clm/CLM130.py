"""CLM130: another service on a mass immunization claim."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL

_VACCINES = r"^(G0008|G0009|90480|M02[0-9][0-9]|906[2-9][0-9]|9073[26]|907[45]6|913[0-9][0-9]|Q203[0-9])$"


@row_edit(
    table="lines",
    code="CLM130",
    name="mass-immunization-with-other-service",
    disposition=Disposition.RETURN,
    carc="5",
    rarc="M77",
    payers=("medicare",),
    others="off",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 18, section 10.3.1.1 (place 60 for mass immunization: influenza, pneumococcal and COVID-19 vaccines only)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.place_of_service_code",
    evidence=("procedure_code",),
    message="{procedure_code} has place 60, which is for mass immunization against influenza, pneumococcus or COVID-19 only.",
    suggestion="Use the place where the service was provided.",
    fix="proposed",
    examples=(
        fails("a visit", medicare(place_of_service_code="60"), line_number=1, says="60"),
        passes("flu shots", medicare(place_of_service_code="60", diagnoses=["Z23"], lines=["90686", "G0008"])),
        passes("another payer", professional(place_of_service_code="60")),
        passes("in the office", medicare()),
    ),
)
def mass_immunization_with_other_service() -> pl.Expr:
    """A service at a mass immunization center (place 60) that is no such vaccine.

    What to do: correct the place.
    """
    return (
        IS_MEDICARE
        & IS_PROFESSIONAL
        & (pl.col("place_of_service_code") == "60").fill_null(value=False)
        & ~pl.col("procedure_code").str.contains(_VACCINES).fill_null(value=True)
    )
