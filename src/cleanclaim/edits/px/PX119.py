"""PX119: a laboratory test of an inpatient."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier

_TEST = r"^8[0-7][0-9]{3}$"
_READ_BY_PHYSICIANS = ("85060", "85097", "86077", "86078", "86079")


@row_edit(
    table="lines",
    code="PX119",
    name="laboratory-test-of-inpatient",
    disposition=Disposition.WARN,
    carc="96",
    rarc="M77",
    payers=("medicare",),
    others="off",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 16, section 40.2 and chapter 3, section 10.4 (the hospital's payment includes tests of its inpatients)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.place_of_service_code",
    evidence=("procedure_code",),
    message="{procedure_code} is a laboratory test of an inpatient, which the hospital's payment includes.",
    suggestion="Bill the hospital; or correct the place if the patient wasn't an inpatient.",
    fix="proposed",
    examples=(
        fails(
            "a test in the hospital",
            medicare(
                place_of_service_code="21",
                admission_date="2026-05-10",
                clia_number="99D9999999",
                referring_npi="1234567893",
                diagnoses=["E11.9"],
                lines=["83036"],
            ),
            line_number=1,
            says="hospital",
        ),
        passes("a physician's reading", medicare(place_of_service_code="21", admission_date="2026-05-10", referring_npi="1234567893", lines=["84165-26"])),
        passes("in the office", medicare(clia_number="99D9999999", referring_npi="1234567893", diagnoses=["E11.9"], lines=["83036"])),
        passes("the hospital itself", institutional(lines=["83036"])),
        passes("another payer", professional(place_of_service_code="21", admission_date="2026-05-10", lines=["83036"])),
    ),
)
def laboratory_test_of_inpatient() -> pl.Expr:
    """A clinical laboratory test to Medicare for an inpatient of a hospital, not billed by the hospital.

    What to do: bill the hospital, or correct the place.
    """
    return (
        IS_MEDICARE
        & IS_PROFESSIONAL
        & (pl.col("place_of_service_code") == "21").fill_null(value=False)
        & pl.col("procedure_code").str.contains(_TEST).fill_null(value=False)
        & ~pl.col("procedure_code").is_in(_READ_BY_PHYSICIANS)
        & ~has_modifier("26")
    )
