"""HX105: a service after the patient's death, by an earlier claim."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_DIED: Final = pl.col("discharge_disposition_code").is_in(["20", "40", "41", "42"]).fill_null(value=False)


def _stay(**more: Any) -> dict[str, Any]:
    fields = {"claim_id": "STAY", "bill_type_code": "111", "admission_date": "2026-05-01", "from_date": "2026-05-01", "to_date": "2026-05-04"}
    return institutional(**{**fields, "discharge_disposition_code": "20", **more})


@query_edit(
    code="HX105",
    name="service-after-death",
    disposition=Disposition.DENY_LINE,
    carc="13",
    scope="patient",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 25, section 75.2, FL 17; chapter 1, section 50.2 (patient status 20, 40, 41 and 42)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.from_date",
    message="The service on {from_date} is after the patient's death, which claim {other} says was on {died}.",
    suggestion="Check the patient and the date; if the patient lives, the other claim must be corrected.",
    fix="proposed",
    when={"claims": _DIED},
    examples=(
        fails("a visit a week later", _stay(), institutional(claim_id="VISIT"), on_claim=1, line_number=1, says="2026-05-04"),
        passes("before", _stay(), institutional(claim_id="VISIT", from_date="2026-05-01")),
        passes("on the day", _stay(), institutional(claim_id="VISIT", from_date="2026-05-04")),
        passes("the patient went home", _stay(discharge_disposition_code="01"), institutional(claim_id="VISIT")),
        passes("the earlier claim was voided", _stay(bill_type_code="118", claim_frequency_code="8"), institutional(claim_id="VISIT")),
    ),
)
def service_after_death(claims: Claims, reference: Reference) -> Rows:
    """A service later than the end of a stay whose discharge status says that the patient died.

    What to do: find out which claim is wrong.
    """
    del reference
    deaths = (
        claims.claims.filter(_DIED, pl.col("stands"), pl.col("patient_key").is_not_null())
        .sort("to_date", "claim_key")
        .unique("patient_key", keep="first", maintain_order=True)
        .select("patient_key", pl.col("to_date").alias("died"), pl.col("claim_id").fill_null("without number").alias("other"))
    )
    lines = claims.lines.filter(pl.col("stands"), ~pl.col("is_history").fill_null(value=False)).join(deaths, on="patient_key")
    return lines.filter(pl.col("from_date") > pl.col("died")).select("claim_key", "line_number", "from_date", "died", "other")
