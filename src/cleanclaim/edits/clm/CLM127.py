"""CLM127: anesthesia that isn't billed in minutes."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL

_TIMED = r"^0(0[1-9][0-9][0-9]|1[0-8][0-9][0-9]|19(0[0-9]|[1-5][0-9]|6[0-79]|[78][0-9]|9[0-57]))$"
"""Anesthesia codes, without the add-ons for burns and cesareans (01953, 01968, 01969) and the daily management (01996)."""
_UNTIMED = ("01953", "01996")


def _is_judged() -> pl.Expr:
    code = pl.col("procedure_code")
    return IS_PROFESSIONAL & code.str.contains(_TIMED) & ~code.is_in(_UNTIMED) & (pl.col("procedure_qualifier") == "HC")


@row_edit(
    table="lines",
    code="CLM127",
    name="anesthesia-not-in-minutes",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M53",
    payers=("medicare",),
    source=Source(
        "Medicare Claims Processing Manual; 837 professional implementation guide",
        "chapter 12, section 50 G (anesthesia time); SV103 (MJ for anesthesia)",
        "CMS and ASC X12N",
        date(2026, 11, 28),
    ),
    column="lines.unit_basis_code",
    evidence=("procedure_code",),
    message="Anesthesia {procedure_code} is billed in minutes (MJ), but the line has units (UN).",
    suggestion="Give the minutes of the anesthesia with MJ.",
    fix="proposed",
    examples=(
        fails("in units", medicare(diagnoses=["K40.90"], lines=["00830-AA x4"]), line_number=1, says="MJ"),
        passes("in minutes", medicare(diagnoses=["K40.90"], lines=[{"procedure_code": "00830", "modifier_1": "AA", "unit_basis_code": "MJ", "units": 60}])),
        passes("daily management has no time", medicare(diagnoses=["G89.18"], lines=["01996-AA"])),
        fails("another payer", professional(diagnoses=["K40.90"], lines=["00830-AA x4"]), line_number=1, disposition=Disposition.WARN),
        passes("a hospital's line", institutional(lines=["00830"])),
        passes("no anesthesia", medicare()),
    ),
)
def anesthesia_not_in_minutes() -> pl.Expr:
    """Anesthesia time given in units.

    The payer counts the time units from the minutes; a small number of units would be read as minutes.

    What to do: give the minutes.
    """
    return _is_judged() & (pl.col("unit_basis_code") == "UN")
