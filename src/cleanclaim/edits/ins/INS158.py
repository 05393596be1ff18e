"""INS158: days in the hospital that don't add up."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)
_BILL: Final = pl.col("bill_type_code").str.strip_chars_start("0")
_IS_STAY: Final = IS_INSTITUTIONAL & _BILL.str.contains(r"^(11|18|21|41)[1-47]").fill_null(value=False)
_IS_ROOM: Final = pl.col("revenue_center_code").str.contains(r"^0(1[0-9]|2[01])[0-9]$").fill_null(value=False)
_IS_GROUP: Final = (pl.col("revenue_center_code") == "0022") & _BILL.str.contains(r"^(18|21)").fill_null(value=False)
_STAY: dict[str, Any] = {"bill_type_code": "111", "from_date": "2026-05-10", "to_date": "2026-05-13", "admission_date": "2026-05-10"}


def _room(units: int, revenue: str = "0120") -> dict[str, Any]:
    return {"revenue_center_code": revenue, "procedure_code": None, "units": units}


def _value(code: str, amount: str) -> dict[str, str]:
    return {"kind": "value", "code": code, "amount": amount}


@query_edit(
    code="INS158",
    name="days-of-stay-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M53",
    scope="claim",
    source=(
        Source("Medicare Claims Processing Manual", "chapter 3, section 40.2.2 (days of a stay; the day of discharge isn't counted)", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 25, section 75.3 (value codes 80 and 81) and FL 46 (units of rooms)", "CMS", _READ),
    ),
    column="lines.units",
    message="{what} {counted}, but the statement covers {days}.",
    suggestion="Compare the dates, the days of the rooms, and value codes 80 and 81. The day of discharge isn't counted.",
    fix="proposed",
    when={"claims": _IS_STAY},
    examples=(
        fails("a room for longer than the stay", institutional(**_STAY, lines=[_room(5)]), says="5 days"),
        fails("a room for less", institutional(**_STAY, lines=[_room(2)]), says="2 days", disposition=Disposition.WARN),
        passes("as many days", institutional(**_STAY, lines=[_room(3)])),
        passes("in two rooms", institutional(**_STAY, lines=[_room(1, "0200"), _room(2)])),
        passes("with a day of leave", institutional(**_STAY, lines=[_room(2), _room(1, "0180")])),
        passes(
            "still a patient, so the last day counts", institutional(**{**_STAY, "bill_type_code": "112"}, discharge_disposition_code="30", lines=[_room(4)])
        ),
        passes("out on the same day", institutional(**{**_STAY, "to_date": "2026-05-10"}, lines=[_room(1)])),
        passes("an outpatient service before the admission", institutional(**{**_STAY, "from_date": "2026-05-08"}, lines=[_room(3)])),
        fails("covered days that are too many", institutional(**_STAY, lines=[_room(3)], claim_codes=[_value("80", "5")]), says="value codes"),
        passes("covered and non-covered days", institutional(**_STAY, lines=[_room(3)], claim_codes=[_value("80", "2"), _value("81", "1")])),
        passes("a stay without a room", institutional(**_STAY)),
        fails(
            "a payment group for fewer days",
            institutional(**{**_STAY, "bill_type_code": "211"}, lines=[{**_room(2, "0022"), "procedure_code": "NHNE1"}, _room(3)]),
            says="payment groups",
            disposition=Disposition.WARN,
        ),
        passes("a visit", institutional()),
    ),
)
def days_of_stay_wrong(claims: Claims, reference: Reference) -> Rows:
    """Rooms, or covered and non-covered days, that don't make up the days of the stay.

    The day of discharge, death or leaving for another facility isn't counted, unless the patient came on the same day; the last day of an interim bill is, and may be left out here. Days
    of leave have lines too. Fewer days of rooms than the stay are a warning, since payers differ in what they want of days that they don't cover.

    What to do: correct the units, the dates or the value codes.
    """
    del reference
    first = pl.max_horizontal("from_date", "admission_date")
    nights = pl.max_horizontal((pl.col("to_date") - first).dt.total_days(), pl.lit(1))
    stays_on = (pl.col("discharge_disposition_code") == "30").fill_null(value=False) | _BILL.str.contains(r"^..[23]")
    stays = claims.claims.filter(_IS_STAY, pl.col("admission_date").is_not_null(), pl.col("to_date") >= first).select(
        "claim_key", nights.alias("_days"), (nights + stays_on.cast(pl.Int64)).alias("_most")
    )
    rooms = claims.lines.filter(_IS_ROOM, pl.col("units") > 0).group_by("claim_key").agg(pl.col("units").cast(pl.Float64).sum().alias("_counted"))
    valued = claims.claim_codes.filter((pl.col("kind") == "value") & pl.col("code").is_in(["80", "81"]) & pl.col("amount").is_not_null())
    values = (
        valued.filter((pl.col("code") == "80").any().over("claim_key")).group_by("claim_key").agg(pl.col("amount").cast(pl.Float64).sum().alias("_counted"))
    )
    parts = []
    groups = claims.lines.filter(_IS_GROUP, pl.col("units") > 0).group_by("claim_key").agg(pl.col("units").cast(pl.Float64).sum().alias("_counted"))
    for counts, what, is_mild in (
        (rooms, "The rooms are for", True),
        (groups, "The payment groups are for", True),
        (values, "Covered and non-covered days (value codes 80 and 81) are", False),
    ):
        other = stays.join(counts, on="claim_key").filter(~pl.col("_counted").is_between(pl.col("_days"), pl.col("_most")))
        mild = pl.when(pl.lit(is_mild) & (pl.col("_counted") < pl.col("_days"))).then(pl.lit("warn")).alias("disposition")
        parts.append(other.select("claim_key", pl.lit(what).alias("what"), _in_days("_counted").alias("counted"), _in_days("_most").alias("days"), mild))
    return pl.concat(parts)


def _in_days(column: str) -> pl.Expr:
    number = pl.col(column).round(0).cast(pl.Int64)
    return pl.concat_str(number.cast(pl.String), pl.when(number == 1).then(pl.lit(" day")).otherwise(pl.lit(" days")))
