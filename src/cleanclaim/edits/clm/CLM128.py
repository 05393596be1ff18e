"""CLM128: medical equipment without who ordered it."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, is_missing

_ORDERED = r"^(E0|E1|E2|K0|L[0-8])[0-9]"
_SUPPLY = r"^(A[4-7]|B[4-9])[0-9]"
"""Supplies; a practice's own are part of its services, so they are judged on suppliers' claims only."""
_SUPPLIER = r"^(332B|333600|3336|335E|332H)"
"""Suppliers of equipment, pharmacies, makers of prostheses and orthoses, and opticians."""


@row_edit(
    table="lines",
    code="CLM128",
    name="equipment-without-ordering-provider",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="N265",
    payers=("medicare",),
    others="off",
    source=Source(
        "Medicare Claims Processing Manual; 42 CFR 424.507", "chapter 26, section 10.4, item 17 (ordering provider of equipment)", "CMS", date(2026, 11, 28)
    ),
    column="lines.ordering_npi",
    evidence=("procedure_code",),
    message="{procedure_code} needs an order, but neither the claim nor the line names the ordering provider.",
    suggestion="Add the name and NPI of the provider who ordered it.",
    fix="proposed",
    examples=(
        fails("a walker", medicare(place_of_service_code="12", lines=["E0143-NU"]), line_number=1, says="ordering"),
        passes("ordered", medicare(place_of_service_code="12", lines=[{"procedure_code": "E0143", "modifier_1": "NU", "ordering_npi": "1245319599"}])),
        passes("ordered, said on the claim", medicare(place_of_service_code="12", referring_npi="1245319599", lines=["E0143-NU"])),
        passes("another payer", professional(place_of_service_code="12", lines=["E0143-NU"])),
        passes("a hospital's claim", institutional(lines=["E0143-NU"])),
        fails("a supplier's test strips", medicare(place_of_service_code="12", billing_taxonomy_code="332B00000X", lines=["A4253-NU-KX"]), line_number=1),
        fails("a pharmacy's test strips", medicare(place_of_service_code="12", billing_taxonomy_code="333600000X", lines=["A4253-NU-KX"]), line_number=1),
        passes("a supplier's strips that were ordered", medicare(referring_npi="1245319599", billing_taxonomy_code="332B00000X", lines=["A4253-NU-KX"])),
        passes("a supplier's training", medicare(place_of_service_code="12", billing_taxonomy_code="332B00000X", lines=["98960"])),
        passes("a practice's dressing", medicare(lines=["A6402"])),
        passes("a visit", medicare()),
    ),
)
def equipment_without_ordering_provider() -> pl.Expr:
    """Equipment, a prosthesis or an orthosis, or a supplier's supplies, to Medicare without the provider who ordered it.

    What to do: add the provider.
    """
    by_supplier = pl.col("billing_taxonomy_code").str.contains(_SUPPLIER) & pl.col("procedure_code").str.contains(_SUPPLY)
    nobody = is_missing("referring_npi") & is_missing("ordering_npi")
    return IS_MEDICARE & IS_PROFESSIONAL & (pl.col("procedure_code").str.contains(_ORDERED) | by_supplier).fill_null(value=False) & nobody
