"""PX111: telehealth where it is not paid, or said in two ways that disagree."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier, in_force
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_PLACE = pl.col("place_of_service_code").is_in(["02", "10"]).fill_null(value=False)
_REMOTE = has_modifier("95", "93", "GT", "GQ")
_EMERGENCY = pl.col("from_date").is_between(date(2020, 3, 1), date(2023, 12, 31)).fill_null(value=False)
"""In these years CMS asked for the place of an in-person visit, with 95; most payers followed."""
_HOSPITAL = pl.col("place_of_service_code").is_in(["19", "22"]).fill_null(value=False)
"""A clinician in the hospital and the patient at home: CMS asks for the hospital's place and 95."""
_TELEHEALTH = IS_PROFESSIONAL & (_PLACE | _REMOTE)
_FROM_AFAR = r"^(G201[02]|G225[0-2]|98016|9942[123]|9897[0-2]|9944[6-9]|9945[12]|Q3014)$"
"""Services that are remote by nature, and the fee of the place where the patient is: no telehealth visits, so they take neither place nor modifier of one."""
_BY_NATURE = pl.col("procedure_code").str.contains(_FROM_AFAR).fill_null(value=False)
_ASKED = IS_MEDICARE & _TELEHEALTH & ~_BY_NATURE


@query_edit(
    code="PX111",
    name="telehealth-not-payable",
    disposition=Disposition.DENY_LINE,
    carc="58",
    needs={"telehealth": _ASKED},
    scope="claim",
    source=(
        Source("List of Medicare Telehealth Services", "for the calendar year", "CMS", date(2026, 11, 23)),
        Source("Medicare Claims Processing Manual", "chapter 12, section 190 (telehealth: places 02 and 10, modifiers 93 and 95)", "CMS", date(2026, 11, 23)),
        Source(
            "Medicare physician fee schedule, final rules for 2022 to 2024",
            "telehealth: place of service to 2023-12-31; clinicians in hospitals",
            "CMS",
            date(2026, 11, 28),
        ),
    ),
    column="lines.place_of_service_code",
    message="{procedure_code}: {what}.",
    suggestion="{advice}",
    fix="proposed",
    when={"lines": _TELEHEALTH},
    examples=(
        fails("a wart destroyed by video", medicare(diagnoses=["B07.9"], place_of_service_code="10", lines=["17110"]), line_number=1, says="telehealth list"),
        fails("95 in the office", professional(lines=[{"modifier_1": "95"}]), line_number=1, says="place of service 11", disposition=Disposition.WARN),
        fails(
            "audio only, and not listed for that",
            medicare(diagnoses=["M54.50"], place_of_service_code="10", lines=["97110-93-GP"]),
            line_number=1,
            says="audio only",
        ),
        fails("95 and no place", professional(place_of_service_code=None, lines=["99213-95"]), line_number=1, disposition=Disposition.WARN),
        passes("95 by a clinician in the hospital", medicare(place_of_service_code="22", lines=["99213-95"])),
        passes("95 by a clinician in the hospital's other building", medicare(place_of_service_code="19", lines=["99213-95"])),
        fails("95 in a surgery center", medicare(place_of_service_code="24", lines=["99213-95"]), line_number=1, disposition=Disposition.WARN),
        passes("95 with the usual place, in the last year of the emergency's rule", professional(from_date="2023-12-31", lines=["99213-95"])),
        fails("and the day after", professional(from_date="2024-01-01", lines=["99213-95"]), line_number=1, disposition=Disposition.WARN),
        passes("and on its first day", professional(from_date="2020-03-01", lines=["99213-95"])),
        fails("and the day before", professional(from_date="2020-02-29", lines=["99213-95"]), line_number=1, disposition=Disposition.WARN),
        passes("a visit by video at home", medicare(place_of_service_code="10")),
        passes("another payer has its own list", professional(diagnoses=["B07.9"], place_of_service_code="10", lines=["17110-95"])),
        fails(
            "a wart destroyed by video, and a visit in the office",
            medicare(
                lines=[
                    {"procedure_code": "17110", "modifier_1": "95", "place_of_service_code": "10"},
                    {"procedure_code": "99213", "place_of_service_code": "11"},
                ]
            ),
            line_number=1,
            says="list",
        ),
        passes("a hospital visit by video", medicare(lines=["99231-95"], place_of_service_code="02")),
        fails("a hospital visit, audio only", medicare(lines=["99231-93"], place_of_service_code="02"), line_number=1, says="93"),
        passes("a visit, audio only", medicare(lines=["99213-93"], place_of_service_code="10")),
        fails("audio only, in the office", medicare(lines=["99213-93"]), line_number=1, disposition=Disposition.WARN),
        fails("video with the older modifier, in the office", medicare(lines=["99213-GT"]), line_number=1, disposition=Disposition.WARN),
        fails("stored pictures, in the office", medicare(lines=["99213-GQ"]), line_number=1, disposition=Disposition.WARN),
        fails("a short call, as a visit by video", medicare(lines=["G2012-95"], place_of_service_code="10"), line_number=1, disposition=Disposition.WARN),
        passes("a short call", medicare(lines=["G2012"])),
        fails("the fee of the patient's clinic, at home", medicare(lines=["Q3014"], place_of_service_code="02"), line_number=1, disposition=Disposition.WARN),
        passes("a visit elsewhere than at home", medicare(lines=["99213"], place_of_service_code="02")),
        fails("a wart destroyed elsewhere than at home", medicare(lines=["17110"], place_of_service_code="02"), line_number=1),
        passes("the hospital's own line", institutional(lines=["17110-95"])),
        passes("a wart destroyed, without a place of service", medicare(lines=["17110"], place_of_service_code=None)),
        unchecked("a code outside the tables loaded", medicare(place_of_service_code="10", lines=["31575"])),
    ),
)
def telehealth_not_payable(claims: Claims, reference: Reference) -> Rows:
    """Telehealth with a code that Medicare does not pay by telehealth, or whose place and modifier disagree.

    A place of 02 or 10, or modifier 93, 95, GT or GQ, says telehealth. Medicare pays it only for the codes on its list, and as audio only (93)
    only for those marked so. A telehealth modifier with another place is a warning, since a few rules ask for exactly that; from
    2020-03-01 to 2023-12-31 CMS itself did, and nothing is said.

    What to do: make place and modifier agree; see the list.
    """
    lines = claims.lines.with_columns(pl.Series("_spoken", claims.coverage("telehealth") == 2)).filter(
        _TELEHEALTH, ~pl.col("is_history").fill_null(value=False)
    )
    allowed = reference.narrow("telehealth", lines["procedure_code"]).select(
        pl.col("code").alias("procedure_code"), "audio_only", "valid_from", "valid_to", "release"
    )
    asked = lines.filter(_ASKED, "_spoken")
    met = asked.join(allowed, on="procedure_code").filter(in_force("from_date")).unique(["claim_key", "line_number"], maintain_order=True)
    keys = ["claim_key", "line_number"]
    shown = [*keys, "procedure_code", "what", "advice", "release", "disposition"]
    missing = asked.join(met.select(keys), on=keys, how="anti").select(
        *keys,
        "procedure_code",
        pl.lit("it isn't on Medicare's telehealth list for that date").alias("what"),
        pl.lit("Check whether the patient was seen in person; otherwise Medicare doesn't pay.").alias("advice"),
        pl.lit(None, pl.String).alias("release"),
        pl.lit(None, pl.String).alias("disposition"),
    )
    by_sound = met.filter(has_modifier("93"), pl.col("audio_only") == pl.lit(value=False)).select(
        *keys,
        "procedure_code",
        pl.lit("Medicare's telehealth list doesn't allow it as audio only (modifier 93)").alias("what"),
        pl.lit("Use modifier 95 if there was video.").alias("advice"),
        "release",
        pl.lit(None, pl.String).alias("disposition"),
    )
    disagree = lines.filter(_REMOTE, ~_PLACE, ~_EMERGENCY, ~_HOSPITAL).select(
        *keys,
        "procedure_code",
        worded("the modifier says telehealth, but place of service {} doesn't", pl.col("place_of_service_code").fill_null("(none)")).alias("what"),
        pl.lit("Use place of service 02 or 10, or remove the modifier.").alias("advice"),
        pl.lit(None, pl.String).alias("release"),
        pl.lit(Disposition.WARN.value).alias("disposition"),
    )
    by_nature = lines.filter(IS_MEDICARE, _BY_NATURE).select(
        *keys,
        "procedure_code",
        pl.lit("it isn't a telehealth service, so it takes neither place 02 or 10 nor a telehealth modifier").alias("what"),
        pl.lit("Use the place where the practitioner, or for Q3014 the patient, was.").alias("advice"),
        pl.lit(None, pl.String).alias("release"),
        pl.lit(Disposition.WARN.value).alias("disposition"),
    )
    return pl.concat([part.select(shown) for part in (missing, by_sound, by_nature, disagree.join(by_nature, on=keys, how="anti"))])
