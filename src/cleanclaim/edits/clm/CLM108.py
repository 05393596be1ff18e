"""CLM108: units missing or impossible."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.text.masking import number_words
from cleanclaim.text.wording import worded


@row_edit(
    table="lines",
    code="CLM108",
    name="units-impossible",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="M53",
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, item 24G", "CMS", date(2026, 11, 23)),
    column="lines.units",
    evidence=(
        "procedure_code",
        "units",
        pl.when(pl.col("units").is_null())
        .then(pl.lit("are missing"))
        .when(pl.col("units") <= 0)
        .then(worded("are {}", number_words(pl.col("units"))))
        .otherwise(worded("are {}; expected whole units", number_words(pl.col("units"))))
        .alias("what"),
    ),
    message="The units of {procedure_code} {what}.",
    suggestion="Enter at least 1, in whole numbers unless the code is priced in fractions.",
    examples=(
        fails("none", professional(lines=[{"units": 0}]), line_number=1),
        fails("missing", professional(lines=[{"units": None}]), line_number=1, says="missing"),
        fails("negative", professional(lines=[{"units": -1}]), line_number=1),
        fails("half a visit", professional(lines=[{"units": "1.5"}]), line_number=1, says="whole"),
        passes("half a unit of a drug", professional(lines=[{"procedure_code": "J1885", "units": "0.5"}])),
        passes("miles in tenths", professional(lines=[{"procedure_code": "A0425", "units": "5.3"}])),
        passes("two visits", professional(lines=["97110 x2"])),
        passes("half minutes of anesthesia", professional(lines=[{"procedure_code": "00100", "unit_basis_code": "MJ", "units": "95.5"}])),
        passes("a hospital's drugs without a code", institutional(lines=[{"revenue_center_code": "0250", "procedure_code": None, "units": "1.5"}])),
        passes(
            "dental lines may leave their units out",
            professional(claim_type="dental", lines=[{"procedure_code": "D0120", "units": None, "diagnosis_pointers": ()}]),
        ),
        passes("minutes", professional(lines=[{"procedure_code": "00100", "unit_basis_code": "MJ", "units": 95}])),
    ),
)
def units_impossible() -> pl.Expr:
    """Units that are missing, zero, negative, or fractional where whole ones are counted.

    Drugs, supplies and ambulance miles (HCPCS Level II codes) may be billed in parts; visits, procedures and tests may not.

    What to do: take the units from the record.
    """
    units = pl.col("units")
    is_counted = pl.col("procedure_code").str.contains(r"^[0-9]") & (pl.col("unit_basis_code").fill_null("UN") == "UN")
    fractional = (is_counted & (units != units.floor())).fill_null(value=False)
    missing = units.is_null() & (pl.col("claim_type") != "dental")
    return missing | (units <= 0).fill_null(value=False) | fractional
