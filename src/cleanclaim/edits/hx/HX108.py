"""HX108: a dental service on a tooth that was taken out before."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference

_CODE: Final = pl.col("procedure_code")
_OUT: Final = r"^D7(111|140|2[1-5][0-9])$"
_ON_IT: Final = r"^D(135[1-3]|2[1-9][0-9]{2}|3[1-3][0-9]{2}|34[1-7][0-9]|7(111|140|2[1-5][0-9]))$"


def _visit(number: str, day: str, code: str, tooth: str, **more: Any) -> dict[str, Any]:
    line = {"procedure_code": code, "procedure_qualifier": "AD", "tooth_code": tooth, "diagnosis_pointers": ()}
    return professional(**{"claim_id": number, "claim_type": "dental", "from_date": day, "is_history": number == "A", **more}, lines=[line])


@query_edit(
    code="HX108",
    name="tooth-taken-out-before",
    disposition=Disposition.DENY_LINE,
    carc="149",
    scope="patient",
    source=Source("837 dental implementation guide", "loop 2400, TOO (tooth code); a tooth is taken out once", "ASC X12N", date(2026, 11, 28)),
    column="lines.tooth_code",
    message="{procedure_code} is on tooth {tooth_code}, which was taken out on {earlier_date} (claim {other}).",
    suggestion="Check the tooth and the day of both claims in the chart.",
    fix="proposed",
    when={"lines": _CODE.str.contains(_OUT)},
    examples=(
        fails("a filling afterwards", _visit("A", "2025-05-12", "D7140", "14"), _visit("B", "2026-05-12", "D2140", "14"), line_number=1, says="14"),
        fails("taken out again", _visit("A", "2025-05-12", "D7140", "14"), _visit("B", "2026-05-12", "D7210", "14"), line_number=1),
        passes("another tooth", _visit("A", "2025-05-12", "D7140", "14"), _visit("B", "2026-05-12", "D2140", "15")),
        passes("an implant there", _visit("A", "2025-05-12", "D7140", "14"), _visit("B", "2026-05-12", "D6010", "14")),
        passes("a filling before", _visit("A", "2025-05-12", "D2140", "14"), _visit("B", "2026-05-12", "D7140", "14")),
    ),
)
def tooth_taken_out_before(claims: Claims, reference: Reference) -> Rows:
    """A filling, crown, root canal, sealant or extraction of a tooth that an earlier claim of the patient says was taken out.

    What to do: look in the chart.
    """
    del reference
    paid = pl.col("outcome").is_null() | (pl.col("outcome") == "paid")
    lines = claims.lines.filter(pl.col("claim_type") == "dental", pl.col("stands"), paid).drop_nulls(["patient_key", "tooth_code", "from_date"])
    same = ["patient_key", "tooth_code"]
    out = lines.filter(_CODE.str.contains(_OUT)).sort("from_date", "claim_key").unique(same, keep="first", maintain_order=True)
    earlier = out.select(*same, pl.col("from_date").alias("earlier_date"), pl.col("claim_id").fill_null("without number").alias("other"))
    later = lines.filter(_CODE.str.contains(_ON_IT), ~pl.col("is_history").fill_null(value=False)).join(earlier, on=same)
    return later.filter(pl.col("from_date") > pl.col("earlier_date")).select(
        "claim_key", "line_number", "procedure_code", "tooth_code", "earlier_date", "other"
    )
