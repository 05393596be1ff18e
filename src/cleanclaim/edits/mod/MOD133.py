"""MOD133: a modifier of facilities, on a professional claim or in an office."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL, has_modifier

_SURGERY_CENTER = r"^261QA1903X"
_NO_FACILITY = ("10", "11", "12", "14", "15", "16", "17", "18", "20", "49", "60", "71", "81")
_OF_SURGERY = has_modifier("73", "74")
_OF_HOSPITALS = has_modifier("27", "CA", "ER", "PN", "PO")


@row_edit(
    table="lines",
    code="MOD133",
    name="facility-modifier-elsewhere",
    disposition=Disposition.WARN,
    carc="4",
    rarc="N519",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 4, sections 20.6.4, 20.6.11 and 180.7; chapter 14, section 40.4; chapter 12, section 30.6.18",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    evidence=("procedure_code", "place_of_service_code"),
    message="{procedure_code} has a modifier that only facilities use (27, 73, 74, CA, ER, PN, PO), or FS (a shared visit) outside a facility.",
    suggestion="Take the modifier off; a stopped procedure takes 53 or 52 on a physician's claim.",
    fix="proposed",
    examples=(
        fails("a procedure stopped before anesthesia, in an office", professional(lines=["45385-73"]), line_number=1, says="53"),
        fails("several hospital visits of one day", professional(place_of_service_code="22", lines=["99213-27"]), line_number=1),
        passes("a surgery center's own claim", professional(place_of_service_code="24", billing_taxonomy_code="261QA1903X", lines=["45385-73"])),
        fails(
            "a physician's claim of an operation in a surgery center",
            professional(place_of_service_code="24", billing_taxonomy_code="207RG0100X", lines=["45385-74"]),
            line_number=1,
        ),
        passes("nobody knows who bills", professional(place_of_service_code="24", billing_taxonomy_code=None, lines=["45385-74"])),
        passes("stopped by the physician", professional(lines=["45385-53"])),
        fails("a shared visit in an office", professional(lines=["99214-FS"]), line_number=1),
        passes("a shared visit in a hospital's clinic", professional(place_of_service_code="22", lines=["99214-FS"])),
        passes("a hospital's line", institutional(lines=["99213-27"])),
    ),
)
def facility_modifier_elsewhere() -> pl.Expr:
    """A modifier that hospitals and surgery centers use, on a physician's line, or a visit shared where sharing isn't possible.

    73 and 74 say that a facility's procedure was stopped, 27 that a hospital's outpatient had several visits; PN, PO, ER and CA are for hospitals' claims. A
    surgery center sends professional claims, too, so it is left alone. A visit is shared (FS) by a physician and a practitioner only in a facility.

    What to do: take it off.
    """
    center = pl.col("place_of_service_code").eq("24") & pl.col("billing_taxonomy_code").str.contains(_SURGERY_CENTER).fill_null(value=True)
    shared = has_modifier("FS") & pl.col("place_of_service_code").is_in(_NO_FACILITY) & (pl.col("from_date") >= date(2022, 1, 1))
    return IS_PROFESSIONAL & (_OF_HOSPITALS | (_OF_SURGERY & ~center.fill_null(value=False)) | shared.fill_null(value=False))
