"""MOD120: medical equipment without purchase or rental."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier

_EQUIPMENT = r"^(E0[1-35-9]|E04[0-35-9]|E1[0-3]|E2[0-6]|K000[1-9])"
"""Equipment of the HCPCS; not the contents of oxygen tanks (E0441 to E0447), nor dialysis equipment."""
_SAID = ("NU", "RR", "UE", "MS", "RB", "GY", "EY")


@row_edit(
    table="lines",
    code="MOD120",
    name="equipment-without-purchase-or-rental",
    disposition=Disposition.WARN,
    carc="4",
    rarc="N822",
    payers=("medicare",),
    others="off",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 20, sections 30.1 (inexpensive items), 30.5 (capped rental) and 130.9 (rented or purchased)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    evidence=("procedure_code",),
    message="{procedure_code} is medical equipment, but no modifier says whether it was bought (NU, UE) or rented (RR).",
    suggestion="Add NU for new, UE for used or RR for rented equipment.",
    fix="proposed",
    examples=(
        fails("a walker", medicare(place_of_service_code="12", referring_npi="1245319599", lines=["E0143"]), line_number=1, says="RR"),
        passes("a walker bought", medicare(place_of_service_code="12", referring_npi="1245319599", lines=["E0143-NU"])),
        passes("a wheelchair rented", medicare(place_of_service_code="12", referring_npi="1245319599", lines=["K0001-RR-KH"])),
        fails("a rental's month alone", medicare(place_of_service_code="12", referring_npi="1245319599", lines=["K0001-KH"]), line_number=1),
        passes("oxygen contents", medicare(place_of_service_code="12", referring_npi="1245319599", lines=["E0441"])),
        passes("another payer", professional(place_of_service_code="12", lines=["E0143"])),
        passes("a hospital's claim", institutional(lines=["E0143"])),
    ),
)
def equipment_without_purchase_or_rental() -> pl.Expr:
    """Durable medical equipment sent to Medicare without a modifier that says whether it was bought or rented.

    The price depends on it, and so does what is paid in later months.

    What to do: add the modifier.
    """
    return IS_MEDICARE & IS_PROFESSIONAL & pl.col("procedure_code").str.contains(_EQUIPMENT).fill_null(value=False) & ~has_modifier(*_SAID)
