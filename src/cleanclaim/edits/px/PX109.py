"""PX109: a service in a place where it is not given."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier, in_force
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_ASKED = IS_MEDICARE & IS_PROFESSIONAL
_HOSPITAL = ("19", "21", "22", "23")
_NO_THEATRE = ("04", "11", "12", "13", "14", "15", "16", "17", "20", "31", "32", "33", "49", "50", "54", "60", "71", "72", "81")
_INCIDENT_TO = 5
_TECHNICAL = 3
_IS_PAYABLE = pl.col("status").is_in(["A", "C", "R", "T"])
_IN_PARTS = 1
_WHOLE = 4


_IS_MAJOR = (pl.col("global_days") == "090") & pl.col("nonfacility_na") & pl.col("place_of_service_code").is_in(_NO_THEATRE)
"""Surgery with a postoperative period of 90 days that the schedule prices in facilities only, in a place without an operating room."""


def _is_elsewhere(reference: Reference) -> pl.Expr:
    """A kind of visit in a place where it does not take place."""
    return pl.any_horizontal(
        pl.col("procedure_code").is_between(pl.lit(first), pl.lit(last)) & pl.col("place_of_service_code").is_in(not_in.split(" "))
        for first, last, not_in in reference.table("visit_places").select("code", "last", "not_in").iter_rows()
    )


def _is_doubtful(reference: Reference) -> pl.Expr:
    at_hospital = IS_MEDICARE & pl.col("place_of_service_code").is_in(_HOSPITAL)
    major = IS_MEDICARE & _IS_MAJOR
    return IS_PROFESSIONAL & (_is_elsewhere(reference) | at_hospital | major.fill_null(value=False))


@query_edit(
    code="PX109",
    name="service-does-not-fit-place",
    disposition=Disposition.DENY_LINE,
    carc="5",
    rarc="M77",
    needs={"mpfs": _ASKED, "visit_places": None},
    scope="claim",
    source=(
        Source("Medicare Claims Processing Manual", "chapter 12, sections 30.6.9 to 30.6.14 (visits by place)", "CMS", date(2026, 11, 23)),
        Source("Medicare Claims Processing Manual", "chapter 13, section 20.2.1 (hospital inpatients and outpatients)", "CMS", date(2026, 11, 28)),
        Source(
            "Medicare Physician Fee Schedule",
            "PC/TC indicators 1, 3, 4 and 5, facility NA indicator (relative value files, attachment A)",
            "CMS",
            date(2026, 11, 23),
        ),
    ),
    column="lines.place_of_service_code",
    message="{procedure_code} is billed with place of service {place}, but {what}.",
    suggestion="Check the place of service and the code against where the patient was seen.",
    fix="proposed",
    when={"line_fees": _is_doubtful},
    examples=(
        fails("a hospital visit in an office", professional(lines=["99232"]), line_number=1, says="a hospital visit"),
        fails("an emergency visit in an urgent care clinic", professional(place_of_service_code="20", lines=["99283"]), line_number=1),
        passes("a hospital visit in a hospital", professional(place_of_service_code="21", admission_date="2026-05-10", lines=["99232"])),
        passes("a hospital visit by telehealth", professional(place_of_service_code="02", lines=["99232"])),
        fails("an injection by the hospital's own nurse", medicare(place_of_service_code="22", lines=["96372"]), line_number=1, says="the hospital bills it"),
        fails("only the tracing, in a hospital", medicare(place_of_service_code="22", lines=["93005"]), line_number=1),
        fails("a knee replaced in an office", medicare(diagnoses=["M17.11"], lines=["27447-RT"]), line_number=1, disposition=Disposition.INFO),
        passes("care after a cataract operation, in an office", medicare(diagnoses=["M17.11"], lines=["27447-55-RT"])),
        passes("an injection in the office", medicare(lines=["96372"])),
        fails("a hospital visit in an office, and one of an office", medicare(lines=["99232", "99213"]), line_number=1),
        fails("the last hospital visit of its kind, in an office", medicare(lines=["99233"]), line_number=1),
        fails("the first hospital visit, in an office", medicare(lines=["99221"]), line_number=1),
        fails("the last first visit, in an office", medicare(lines=["99223"]), line_number=1),
        fails("the technical part of an x-ray in a hospital", medicare(lines=["71046-TC"], place_of_service_code="22"), line_number=1),
        passes("an x-ray read in a hospital", medicare(lines=["71046-26"], place_of_service_code="22")),
        fails("an x-ray in a hospital, with its technical part", medicare(lines=["71046"], place_of_service_code="22"), line_number=1),
        fails("an electrocardiogram in a hospital, with its tracing", medicare(lines=["93000"], place_of_service_code="23"), line_number=1),
        passes("the technical part of a visit in a hospital is another fault", medicare(lines=["99213-TC"], place_of_service_code="22")),
        fails("an injection in a hospital off campus", medicare(lines=["96372"], place_of_service_code="19"), line_number=1),
        fails("an injection during a stay", medicare(lines=["96372"], place_of_service_code="21", admission_date="2026-05-10"), line_number=1),
        fails("an injection in an emergency room", medicare(lines=["96372"], place_of_service_code="23"), line_number=1),
        fails("an injection in a hospital, and a visit there", medicare(lines=["96372", "99213"], place_of_service_code="22"), line_number=1),
        fails(
            "an injection in a hospital, another in an office",
            medicare(lines=[{"procedure_code": "96372", "place_of_service_code": "22"}, {"procedure_code": "96372", "place_of_service_code": "11"}]),
            line_number=1,
        ),
        passes("the hospital's own claim", institutional(lines=["96372"], place_of_service_code="22")),
        passes("an injection in a hospital, to a payer with rules of its own", professional(lines=["96372"], place_of_service_code="22")),
        unchecked("a code outside the tables loaded", medicare(lines=["31575"])),
    ),
)
def service_does_not_fit_place(claims: Claims, reference: Reference) -> Rows:
    """A visit of a kind that does not happen in the place named; or, for Medicare, a service in a hospital that the hospital bills and not the physician.

    Visits are judged for every payer by places in which their kind cannot be (a hospital visit in an office). For Medicare, codes that are
    incident to a physician's service (indicator 5), technical
    components, alone (indicator 3, modifier TC) or with the reading (indicator 1 without modifier 26, indicator 4), are not paid to a physician for a hospital's patient. Major surgery that the
    schedule prices in facilities only (NA) is reported for information in a place without an operating room.

    What to do: correct the place, or leave the line to the hospital.
    """
    places = reference.table("visit_places").lazy().select(pl.col("code").alias("_first"), "last", "not_in", "kind", "valid_from", "valid_to")
    current = claims.line_fees.lazy().filter(IS_PROFESSIONAL, ~pl.col("is_history").fill_null(value=False))
    visits = (
        current.filter("visit", _is_elsewhere(reference))
        .join_where(places, pl.col("procedure_code") >= pl.col("_first"), pl.col("procedure_code") <= pl.col("last"))
        .filter(in_force("from_date"), pl.col("not_in").str.split(" ").list.contains(pl.col("place_of_service_code")))
        .with_columns(
            worded("{} doesn't take place there", "kind").alias("what"), pl.lit(None, pl.String).alias("release"), pl.lit(None, pl.String).alias("disposition")
        )
    )
    whole = (((pl.col("pctc") == _IN_PARTS) & ~has_modifier("26")) | (pl.col("pctc") == _WHOLE)) & _IS_PAYABLE
    technical = (pl.col("pctc") == _TECHNICAL) | whole
    hospitals = current.filter(_ASKED, pl.col("place_of_service_code").is_in(_HOSPITAL), (pl.col("pctc") == _INCIDENT_TO) | technical).with_columns(
        worded("the hospital bills it for its own patients (PC/TC indicator {})", "pctc").alias("what"), pl.lit(None, pl.String).alias("disposition")
    )
    operations = current.filter(_ASKED, _IS_MAJOR, ~has_modifier("55", "56")).with_columns(
        pl.lit("the schedule prices this operation in facilities only (NA)").alias("what"), pl.lit(Disposition.INFO.value).alias("disposition")
    )
    shown = ["claim_key", "line_number", "procedure_code", pl.col("place_of_service_code").alias("place"), "what", "release", "disposition"]
    return pl.concat([part.select(shown) for part in (visits, hospitals, operations)])
