"""NCCI104: an add-on code without the procedure that it adds to."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional, medicare
from cleanclaim.model.expressions import IS_PROFESSIONAL, in_force, listed
from cleanclaim.reference import Reference

_READ = (
    "claim_key", "line_number", "claim_type", "stands", "is_history", "patient_key", "billing_npi", "procedure_code", "from_date",
)  # fmt: skip


def _is_add_on(reference: Reference) -> pl.Expr:
    add_ons = reference.table("ncci_add_on")["code"].unique().implode()
    return IS_PROFESSIONAL & pl.col("procedure_code").is_in(add_ons)


@query_edit(
    code="NCCI104",
    name="add-on-without-primary",
    disposition=Disposition.DENY_LINE,
    carc="107",
    rarc="N122",
    needs={"ncci_add_on": IS_PROFESSIONAL, "prolonged_codes": None},
    payers=("medicare", "medicaid"),
    source=Source("Medicare NCCI Policy Manual", "chapter I, section R (add-on codes), and CMS's add-on code edits, types 1 to 3", "CMS", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="{procedure_code} is an add-on code, but {what} on that day by the same practitioner.",
    suggestion="Bill it with its primary procedure, or remove it.[ Primary codes: {primaries}.]",
    fix="proposed",
    when={"lines": _is_add_on},
    examples=(
        fails("a second lesion and no first", medicare(diagnoses=["L57.0"], lines=["17003 x3"]), line_number=1, says="17000"),
        passes("first and second lesion", medicare(diagnoses=["L57.0"], lines=["17000", "17003 x3"])),
        passes(
            "the primary on another claim of the day",
            medicare(claim_id="A", is_history=True, diagnoses=["L57.0"], lines=["17000"]),
            medicare(claim_id="B", diagnoses=["L57.0"], lines=["17003 x3"]),
        ),
        fails(
            "the primary on another day",
            medicare(claim_id="A", is_history=True, from_date="2026-05-11", diagnoses=["L57.0"], lines=["17000"]),
            medicare(claim_id="B", diagnoses=["L57.0"], lines=["17003 x3"]),
            line_number=1,
        ),
        passes("a colleague of the group did the first half hour", medicare(lines=[{"procedure_code": "99291", "rendering_npi": "1234567893"}, "99292"])),
        passes("the hospital's add-on", institutional(lines=["11045"])),
        passes(
            "a prolonged visit is judged by another edit",
            medicare(lines=["99417"]),
            tables={"ncci_add_on": [{"code": "99417", "type": 1, "primary_code": "99215"}]},
        ),
        fails("a further lesion of nothing, and a visit", medicare(lines=["11045", "99213"]), line_number=1, says="none of its primary codes"),
        fails(
            "an add-on code of any procedure, alone",
            medicare(lines=["96372"]),
            line_number=1,
            says="no primary procedure at all",
            disposition=Disposition.WARN,
            tables={"ncci_add_on": [{"code": "96372", "type": 2, "primary_code": None}]},
        ),
        passes(
            "an add-on code of any procedure, with a visit",
            medicare(lines=["96372", "99213"]),
            tables={"ncci_add_on": [{"code": "96372", "type": 2, "primary_code": None}]},
        ),
        passes(
            "an add-on code of any procedure, with a visit and another add-on code of any",
            medicare(lines=["96372", "99213", "96374"]),
            tables={"ncci_add_on": [{"code": "96372", "type": 2, "primary_code": None}, {"code": "96374", "type": 2, "primary_code": None}]},
        ),
        fails(
            "an add-on code of which some primary codes are known, with none of them",
            medicare(lines=["96372", "99213"]),
            line_number=1,
            says="none of the primary codes known",
            disposition=Disposition.WARN,
            tables={"ncci_add_on": [{"code": "96372", "type": 3, "primary_code": "20610"}]},
        ),
        passes(
            "an add-on code of which some primary codes are known, with one of them",
            medicare(lines=["96372", "20610"]),
            tables={"ncci_add_on": [{"code": "96372", "type": 3, "primary_code": "20610"}]},
        ),
        passes(
            "a code that is no add-on code before a day that its row begins",
            medicare(lines=["96372"]),
            tables={"ncci_add_on": [{"code": "96372", "type": 1, "primary_code": "20610", "valid_from": date(2026, 5, 13)}]},
        ),
        passes(
            "an add-on code that was voided",
            medicare(claim_id="A", lines=["11045"]),
            medicare(claim_id="A", claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["11045"]),
        ),
        fails(
            "the first procedure was voided",
            medicare(claim_id="A", lines=["11042"]),
            medicare(claim_id="A", claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["11042"]),
            medicare(claim_id="B", lines=["11045"]),
            line_number=1,
        ),
        fails("the first procedure is on the hospital's claim", institutional(lines=["11042"]), medicare(lines=["11045"]), line_number=1),
        unchecked("a code outside the tables loaded", medicare(lines=["31575"])),
    ),
)
def add_on_without_primary(claims: Claims, reference: Reference) -> Rows:
    """An add-on code is billed without any of the procedures that it can add to.

    CMS lists add-on codes in three types: type 1 with a closed list of primary codes (without one of them it is denied), type 2 with none (the
    contractor decides: some primary procedure
    must be there), type 3 with an open list. Types 2 and 3 are told as warnings. The primary may stand on another claim of the day; one by a
    colleague of the same billing group counts, since
    critical care and the like are billed together by a group. Prolonged visits are judged by EM104.

    What to do: bill the primary procedure, or take the add-on code off.
    """
    prolonged = reference.table("prolonged_codes")["code"].implode()
    lines = claims.lines.select(_READ).filter(IS_PROFESSIONAL, "stands")
    table = reference.narrow("ncci_add_on", lines["procedure_code"])
    add_ons = table["code"].unique().implode()
    asked = lines.filter(pl.col("procedure_code").is_in(add_ons) & ~pl.col("procedure_code").is_in(prolonged), ~pl.col("is_history").fill_null(value=False))
    own = table.select(pl.col("code").alias("procedure_code"), "type", "primary_code", "valid_from", "valid_to", "release")
    listed_for = (
        asked.join(own, on="procedure_code")
        .filter(in_force("from_date"))
        .group_by("claim_key", "line_number", maintain_order=True)
        .agg(
            pl.col("procedure_code", "patient_key", "billing_npi", "from_date", "release").first(),
            pl.col("type").min(),
            pl.col("primary_code").drop_nulls().unique().sort().alias("_primaries"),
        )
    )
    if listed_for.is_empty():
        return listed_for
    day = ["patient_key", "billing_npi", "from_date"]
    done = (
        lines.filter(pl.col("procedure_code").is_not_null())
        .join(listed_for.select(day).unique(), on=day, how="semi")
        .group_by(day)
        .agg(pl.col("procedure_code").unique().alias("_done"), (~pl.col("procedure_code").is_in(add_ons)).any().alias("_has_primary"))
    )
    met = listed_for.join(done, on=day, how="left").with_columns(
        (pl.col("_primaries").list.set_intersection("_done").list.len() > 0).fill_null(value=False).alias("_has_listed")
    )
    is_type_2 = pl.col("type") == 2
    alone = met.filter(pl.when(is_type_2).then(~pl.col("_has_primary").fill_null(value=False)).otherwise(~pl.col("_has_listed")))
    return alone.select(
        "claim_key",
        "line_number",
        "procedure_code",
        "type",
        "release",
        pl.when(is_type_2)
        .then(pl.lit("no primary procedure at all is billed"))
        .when(pl.col("type") == 3)
        .then(pl.lit("none of the primary codes known for it is billed"))
        .otherwise(pl.lit("none of its primary codes is billed"))
        .alias("what"),
        pl.col("_primaries").map_elements(lambda codes: listed(codes) or None, return_dtype=pl.String).alias("primaries"),
        pl.when(pl.col("type") == 1).then(pl.lit(None, pl.String)).otherwise(pl.lit(Disposition.WARN.value)).alias("disposition"),
    )
