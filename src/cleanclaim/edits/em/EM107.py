"""EM107: the add-on for complex visits with a visit that has modifier 25."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference

_ADD_ON = IS_MEDICARE & IS_PROFESSIONAL & (pl.col("procedure_code") == "G2211") & pl.col("stands")
_VISIT = r"^992(0[2-5]|1[1-5])$"
_PREVENTIVE = r"^(G0[0-9]{3}|Q0091|Q2[0-9]{3}|904[67][0-9]|90480|90[67][0-9][0-9]|9940[67]|9949[78]|7706[37]|M02[0-9][0-9]|96160|96161)$"
"""Vaccines and their administration, and the preventive services of Medicare: G codes are let pass as a whole."""
_WIDENED = date(2025, 1, 1)
_DAY = ["patient_key", "provider_npi", "from_date"]


@query_edit(
    code="EM107",
    name="complexity-add-on-with-25",
    disposition=Disposition.DENY_LINE,
    carc="97",
    rarc="N20",
    payers=("medicare",),
    others="off",
    scope="patient",
    source=Source(
        "MLN Matters MM13473; Physician Fee Schedule final rule for 2025",
        "G2211 isn't paid with a visit that has modifier 25; from 2025 it is with preventive services and vaccines",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.procedure_code",
    message="G2211 isn't paid with visit {visit_code}, which has modifier 25.",
    suggestion="Leave G2211 out, unless modifier 25 is there only for a preventive service or a vaccine of that day.",
    fix="proposed",
    when={"lines": _ADD_ON},
    examples=(
        fails("a visit set apart from a procedure", medicare(diagnoses=["L82.0"], lines=["99213-25", "G2211", "17110"]), line_number=2, says="25"),
        passes("a visit alone", medicare(lines=["99213", "G2211"])),
        passes(
            "a visit and a vaccine",
            medicare(diagnoses=["Z23", "I10"], lines=[{"procedure_code": "99213", "modifier_1": "25", "diagnosis_pointers": (2,)}, "G2211", "90686", "G0008"]),
        ),
        fails(
            "a visit and a vaccine in 2024",
            medicare(
                from_date="2024-11-12",
                submitted_date="2024-11-15",
                as_of="2024-11-15",
                diagnoses=["Z23", "I10"],
                lines=[{"procedure_code": "99213", "modifier_1": "25", "diagnosis_pointers": (2,)}, "G2211", "90686", "G0008"],
            ),
            line_number=2,
        ),
        passes("another payer", professional(lines=["99213-25", "G2211"])),
    ),
)
def complexity_add_on_with_25(claims: Claims, reference: Reference) -> Rows:
    """G2211 on the day of an office visit with modifier 25, by the same provider.

    Medicare doesn't pay the add-on if the visit was set apart from a procedure. From 2025 it does if what the visit was set apart from is a preventive service or
    a vaccine.

    What to do: leave the add-on out.
    """
    del reference
    lines = claims.lines.filter(IS_PROFESSIONAL & pl.col("stands")).drop_nulls(_DAY)
    code = pl.col("procedure_code")
    visits = (
        lines.filter(code.str.contains(_VISIT) & has_modifier("25")).select(*_DAY, code.alias("visit_code")).unique(_DAY, keep="first", maintain_order=True)
    )
    preventive = lines.filter(code.str.contains(_PREVENTIVE) & (pl.col("from_date") >= _WIDENED)).select(_DAY).unique()
    asked = claims.lines.filter(_ADD_ON & ~pl.col("is_history").fill_null(value=False)).join(visits, on=_DAY)
    return asked.join(preventive, on=_DAY, how="anti").select("claim_key", "line_number", "procedure_code", "visit_code")
