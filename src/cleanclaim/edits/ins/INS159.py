"""INS159: a rural health clinic's visit without modifier CG."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, IS_MEDICARE, has_modifier
from cleanclaim.reference import Reference

_BILL: Final = pl.col("bill_type_code").str.strip_chars_start("0")
_IS_RURAL: Final = IS_INSTITUTIONAL & _BILL.str.contains(r"^71[1-47]").fill_null(value=False)
_VISIT: Final = r"^(992[0-9]{2}|993[0-9]{2}|9079[12]|908[34][0-9]|G0402|G043[89])$"
_CLINIC: dict[str, Any] = {"bill_type_code": "711", "billing_taxonomy_code": "261QR1300X"}


def _line(code: str, modifier: str | None = None, revenue: str = "0521") -> dict[str, Any]:
    return {"revenue_center_code": revenue, "procedure_code": code, "modifier_1": modifier}


@query_edit(
    code="INS159",
    name="rural-clinic-visit-without-cg",
    disposition=Disposition.WARN,
    carc="4",
    rarc="N822",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=(
        Source("Medicare Claims Processing Manual", "chapter 9, section 50 (rural health clinics: modifier CG from 2016-10-01)", "CMS", date(2026, 11, 28)),
        Source("MLN Matters SE1611", "modifier CG on the line of the visit", "CMS", date(2026, 11, 28)),
    ),
    column="lines.modifier_1",
    message="{procedure_code} is a rural health clinic's visit, but no line of the day has modifier CG.",
    suggestion="Put CG on the line that has the charges of the visit.",
    fix="proposed",
    when={"lines": _IS_RURAL},
    examples=(
        fails("a visit", institutional(**_CLINIC, lines=[_line("99213")]), line_number=1, says="CG"),
        passes("with CG", institutional(**_CLINIC, lines=[_line("99213", "CG")])),
        passes("CG on another line of the visit", institutional(**_CLINIC, lines=[_line("99213"), _line("11721", "CG")])),
        fails("mental health", institutional(**_CLINIC, lines=[_line("90834", revenue="0900")]), line_number=1),
        passes("telehealth has a code of its own", institutional(**_CLINIC, lines=[_line("G2025")])),
        passes("care management", institutional(**_CLINIC, lines=[_line("G0511")])),
        passes("before the rule", institutional(**_CLINIC, from_date="2016-09-30", lines=[_line("99213")])),
        passes("a hospital's clinic", institutional(lines=[_line("99213", revenue="0510")])),
    ),
)
def rural_clinic_visit_without_cg(claims: Claims, reference: Reference) -> Rows:
    """A rural health clinic's visit on a day on which no line has modifier CG, which marks the line that the all-inclusive rate pays.

    What to do: add CG to the line of the visit.
    """
    del reference
    day = ["claim_key", "from_date"]
    lines = claims.lines.filter(_IS_RURAL, IS_MEDICARE, pl.col("from_date") >= date(2016, 10, 1))
    marked = lines.filter(has_modifier("CG", "GY", "GZ")).select(day).unique()
    visits = lines.filter(pl.col("revenue_center_code").str.contains(r"^(052[0-9]|0900)$"), pl.col("procedure_code").str.contains(_VISIT))
    return (
        visits.join(marked, on=day, how="anti")
        .sort("claim_key", "line_number")
        .unique(day, keep="first", maintain_order=True)
        .select("claim_key", "line_number", "procedure_code")
    )
