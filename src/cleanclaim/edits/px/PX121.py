"""PX121: an ambulance trip that can't be."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, medicare
from cleanclaim.model.expressions import IS_PROFESSIONAL
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_BASES = ("A0426", "A0427", "A0428", "A0429", "A0430", "A0431", "A0432", "A0433", "A0434")
_AIR = ("A0430", "A0431", "A0435", "A0436")
_TRIP = pl.col("procedure_code").str.contains("^A04(2[5-9]|3[0-6])$")
_PLACE = pl.col("place_of_service_code")


@query_edit(
    code="PX121",
    name="ambulance-trip-impossible",
    disposition=Disposition.WARN,
    carc="5",
    rarc="M77",
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual", "chapter 15, sections 20 and 30; chapter 26, section 10.5 (places 41 and 42)", "CMS", date(2026, 11, 28)
    ),
    column="lines.procedure_code",
    message="{procedure_code}: {what}.",
    suggestion="Check the line against the trip's record.",
    fix="proposed",
    when={"lines": IS_PROFESSIONAL & _TRIP},
    examples=(
        fails("an ambulance in an office", medicare(lines=["A0429-RH"]), line_number=1, says="41"),
        passes("on land", medicare(place_of_service_code="41", lines=["A0429-RH", "A0425-RH x12"])),
        fails("a helicopter on land", medicare(place_of_service_code="41", lines=["A0431-SH"]), line_number=1, says="42"),
        fails("two kinds of one trip", medicare(place_of_service_code="41", lines=["A0427-RH", "A0433-RH"]), line_number=2, says="A0427"),
        passes("there and back", medicare(place_of_service_code="41", lines=["A0428-RH", "A0429-HR"])),
        passes("a hospital's ambulance", institutional(lines=[{"revenue_center_code": "0540", "procedure_code": "A0429"}])),
    ),
)
def ambulance_trip_impossible(claims: Claims, reference: Reference) -> Rows:
    """A trip in a place that is no ambulance, in one of another kind, or billed at two levels.

    Trips on land take place 41, those by air or water 42. A trip has one base rate: two of one day between the same places are one too many, unless there were
    two trips (modifier 76 or 59 says so).

    What to do: correct the place, or leave one level out.
    """
    del reference
    lines = claims.lines.filter(IS_PROFESSIONAL & _TRIP, ~pl.col("is_history").fill_null(value=False))
    is_air = pl.col("procedure_code").is_in(_AIR)
    elsewhere = lines.filter(~_PLACE.is_in(["41", "42"]) | (is_air & (_PLACE == "41"))).select(
        "claim_key",
        "line_number",
        "procedure_code",
        pl.when(is_air).then(pl.lit("a trip by air takes place of service 42")).otherwise(pl.lit("a trip takes place of service 41 or 42")).alias("what"),
    )
    same = ["claim_key", "from_date", "modifier_1", "modifier_2"]
    bases = lines.filter(pl.col("procedure_code").is_in(_BASES)).sort("claim_key", "line_number")
    first = pl.col("procedure_code").first().over(same, order_by="line_number")
    twice = bases.with_columns(first.alias("_first")).filter(pl.col("procedure_code") != pl.col("_first"))
    return pl.concat(
        [elsewhere, twice.select("claim_key", "line_number", "procedure_code", worded("the same trip is billed as {}, too", "_first").alias("what"))]
    )
