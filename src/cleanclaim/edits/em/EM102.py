"""EM102: two visits of a day."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference


def _is_second_visit(reference: Reference) -> pl.Expr:
    """A visit on a day on which the patient has another."""
    is_visit = pl.col("procedure_code").is_in(reference.table("visit_codes")["code"].implode())
    is_judged = (is_visit & IS_PROFESSIONAL).alias("_judged")
    return is_judged & pl.struct("patient_key", "from_date", is_judged).is_duplicated()


@query_edit(
    code="EM102",
    name="two-visits-a-day",
    disposition=Disposition.DENY_LINE,
    carc="97",
    rarc="N20",
    source=Source("Medicare Claims Processing Manual", "chapter 12, section 30.6.5 (one visit a day by a physician or group)", "CMS", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="{procedure_code} is the second {category} visit on {from_date} by this provider, after {first_code}; neither has modifier 25 or 27.",
    suggestion="Bill one visit at the level that both support together. Add modifier 25 only if the record shows that the second visit was for something else.",
    when={"lines": _is_second_visit},
    examples=(
        fails("two office visits", professional(lines=[{}, "99214"]), line_number=2, says="99213"),
        fails("on two claims", professional(claim_id="A"), professional(claim_id="B", lines=["99214"]), line_number=1),
        passes("the second about something else", professional(lines=[{}, "99214-25"])),
        passes("a check-up and a problem", professional(diagnoses=["Z00.01", "I10"], lines=["99396", {"modifier_1": "25", "diagnosis_pointers": (2,)}])),
        passes("two days", professional(lines=[{}, {"from_date": "2026-05-11"}])),
        passes("two providers", professional(claim_id="A"), professional(claim_id="B", rendering_npi="1234567893", lines=["99214"])),
        passes("two visits to a patient in the hospital", professional(place_of_service_code="21", admission_date="2026-05-10", lines=["99231", "99232"])),
        passes("two visits in a nursing facility", professional(place_of_service_code="31", lines=["99308", "99309"])),
        passes("two providers who are not named", professional(billing_npi=None, rendering_npi=None, lines=["99213", "99214"])),
        passes("the same visit twice is another fault", professional(lines=["99213", "99213"])),
        passes("the second in another clinic of the day", professional(lines=["99213", "99214-27"])),
        passes(
            "the first was voided",
            professional(claim_id="A"),
            professional(claim_id="A", claim_frequency_code="8", original_reference_number="EXAMPLE"),
            professional(claim_id="B", lines=["99214"]),
        ),
        passes(
            "a replacement under a number of its own",
            professional(claim_id="A"),
            professional(claim_id="B", claim_frequency_code="7", original_reference_number="EXAMPLE", lines=["99214"]),
        ),
        fails(
            "two office visits, and a visit by another doctor",
            professional(lines=["99213", "99214", {"procedure_code": "99215", "rendering_npi": "1234567893"}]),
            line_number=2,
        ),
        passes("two days of observation on one line each", professional(lines=["99218", "99219"], from_date="2022-05-12")),
        passes("two visits to doctors who are not named, on two days of history", professional(billing_npi=None, rendering_npi=None, lines=["99213", "99214"])),
        fails(
            "two visits, and one to the hospital's clinic",
            institutional(member_id="W123456789", patient_birth_date="1980-02-14", rendering_npi="1245319599", lines=["99215"]),
            professional(lines=["99213", "99214"]),
            line_number=2,
        ),
        passes("hospitals bill each clinic", institutional(lines=["99213", "99214"])),
    ),
)
def two_visits_a_day(claims: Claims, reference: Reference) -> Rows:
    """Two visits of one category, provider, patient and day, neither marked as separate.

    Payers pay one visit a day and category. 25 or 27 says that they were apart, and only the record can justify it.

    What to do: bill one visit, or show that there were two.
    """
    visits = (
        reference.table("visit_codes")
        .lazy()
        .filter(~pl.col("category").is_in(["hospital", "nursing facility", "observation"]))
        .select(pl.col("code").alias("procedure_code"), "category")
        .unique()
    )
    rows = (
        claims.lines.lazy()
        .filter("stands", pl.col("claim_type") == "professional", pl.col("provider_npi").is_not_null())
        .join(visits, on="procedure_code")
        .with_columns(has_modifier("25", "27").alias("_apart"))
    )
    same = ["patient_key", "provider_npi", "from_date", "category"]
    days = (
        rows.sort("is_history", "claim_key", "line_number", descending=[True, False, False])
        .group_by(same, maintain_order=True)
        .agg(
            pl.len().alias("_visits"),
            pl.col("_apart").any().alias("_said"),
            pl.col("claim_key").first().alias("_key"),
            pl.col("line_number").first().alias("_line"),
            pl.col("procedure_code").first().alias("first_code"),
        )
        .filter((pl.col("_visits") > 1) & ~pl.col("_said"))
    )
    return (
        rows.join(days, on=same)
        .filter((pl.col("claim_key") != pl.col("_key")) | (pl.col("line_number") != pl.col("_line")))
        .filter(pl.col("procedure_code") != pl.col("first_code"), ~pl.col("claim_frequency_code").fill_null("1").is_in(["7", "8"]))
        .select("claim_key", "line_number", "procedure_code", "from_date", "category", "first_code")
    )
