"""EM101: a new-patient visit for a patient who is not new."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.earlier import latest_before
from cleanclaim.derived.looking_back import beyond_history
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import in_force
from cleanclaim.reference import Reference

_PERIOD = "the 3 years before"
_WHO = ("patient_key", "procedure_code", "provider_npi", "billing_npi", "rendering_taxonomy_code")


def _new_codes(reference: Reference) -> pl.Series:
    return reference.table("visit_codes").filter(pl.col("patient") == "new")["code"].implode()


def _new_visits(claims: Claims, reference: Reference) -> pl.LazyFrame:
    new = (
        reference.table("visit_codes")
        .lazy()
        .filter(pl.col("patient") == "new")
        .select(pl.col("code").alias("procedure_code"), "valid_from", "valid_to", "category")
    )
    return (
        claims.lines.lazy().filter(~pl.col("is_history"), pl.col("claim_type") == "professional").join(new, on="procedure_code").filter(in_force("from_date"))
    )


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    return beyond_history(claims, _new_visits(claims, reference), first=_first_day(), period=_PERIOD, purpose="to tell whether the patient is new")


def _first_day() -> pl.Expr:
    """The first day on which a visit makes the patient an established one."""
    return pl.col("from_date").dt.offset_by("-3y") + pl.duration(days=1)


@query_edit(
    code="EM101",
    name="patient-not-new",
    disposition=Disposition.DENY_LINE,
    carc="B16",
    needs=("visit_codes",),
    source=Source("Medicare Claims Processing Manual", "chapter 12, section 30.6.7 (new and established patients)", "CMS", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="{procedure_code} is for new patients; this patient was seen on {seen_date} ({seen_code}).",
    suggestion="Use the established-patient code of the same category.",
    fix="proposed",
    unchecked=_unchecked,
    when={"lines": lambda reference: pl.col("procedure_code").is_in(_new_codes(reference))},
    examples=(
        fails(
            "seen last year",
            professional(claim_id="A", is_history=True, from_date="2025-05-12"),
            professional(claim_id="B", lines=["99203"]),
            line_number=1,
            says="2025-05-12",
        ),
        passes(
            "seen three years ago to the day", professional(claim_id="A", is_history=True, from_date="2023-05-12"), professional(claim_id="B", lines=["99203"])
        ),
        fails(
            "seen three years ago less a day",
            professional(claim_id="A", is_history=True, from_date="2023-05-13"),
            professional(claim_id="B", lines=["99203"]),
            line_number=1,
        ),
        passes(
            "seen by another specialty of the group",
            professional(claim_id="A", is_history=True, from_date="2025-05-12", rendering_npi="1234567893", rendering_taxonomy_code="207RC0000X"),
            professional(claim_id="B", lines=["99203"]),
        ),
        passes(
            "only a laboratory test before",
            professional(claim_id="A", is_history=True, from_date="2025-05-12", lines=["83036"]),
            professional(claim_id="B", lines=["99203"]),
        ),
        fails(
            "seen by another doctor of the group and specialty",
            professional(claim_id="A", is_history=True, from_date="2025-05-12", rendering_npi="1234567893"),
            professional(claim_id="B", lines=["99203"]),
            line_number=1,
        ),
        fails(
            "seen by the same doctor in another group, under another specialty",
            professional(claim_id="A", is_history=True, from_date="2025-05-12", billing_npi="2000000002", rendering_taxonomy_code="207RC0000X"),
            professional(claim_id="B", lines=["99203"]),
            line_number=1,
        ),
        passes(
            "seen by the specialty in another group",
            professional(claim_id="A", is_history=True, from_date="2025-05-12", billing_npi="2000000002", rendering_npi="1234567893"),
            professional(claim_id="B", lines=["99203"]),
        ),
        passes(
            "the earlier visit was voided",
            professional(claim_id="A", is_history=True, from_date="2025-05-12"),
            professional(claim_id="A", is_history=True, from_date="2025-05-12", claim_frequency_code="8", original_reference_number="EXAMPLE"),
            professional(claim_id="B", lines=["99203"]),
        ),
        passes(
            "the earlier visit is on a hospital's claim",
            professional(claim_id="A", claim_type="institutional", is_history=True, from_date="2025-05-12"),
            professional(claim_id="B", lines=["99203"]),
        ),
        passes(
            "a hospital's claim for a new patient",
            professional(claim_id="A", is_history=True, from_date="2025-05-12"),
            professional(claim_id="B", claim_type="institutional", lines=["99203"]),
        ),
        passes(
            "an established patient's visit", professional(claim_id="A", is_history=True, from_date="2025-05-12"), professional(claim_id="B", lines=["99213"])
        ),
        passes(
            "new at the second visit of a year ago, established now",
            professional(claim_id="A", is_history=True, from_date="2025-05-12"),
            professional(claim_id="B", is_history=True, from_date="2025-06-12", lines=["99203"]),
            professional(claim_id="C", lines=["83036"]),
        ),
        passes(
            "a code that was for new patients until 2020",
            professional(claim_id="A", from_date="2025-05-12", is_history=True, lines=["99213"]),
            professional(claim_id="B", lines=["99201"]),
        ),
        passes(
            "an established patient's visit, and a new patient's of another day",
            professional(claim_id="B", lines=["99213"]),
            professional(claim_id="A", from_date="2026-05-11", is_history=True, lines=["99203"]),
        ),
        fails(
            "a new patient's visit beside an established one's, seen last year",
            professional(claim_id="A", from_date="2025-05-12", is_history=True, lines=["99213"]),
            professional(claim_id="B", lines=["99203", "99213"]),
            line_number=1,
        ),
        unchecked("nothing earlier is known", professional(lines=["99203"])),
        unchecked(
            "the earlier claims are too old, and too few",
            professional(claim_id="A", is_history=True, from_date="2024-08-12", lines=["83036"]),
            professional(claim_id="B", lines=["99203"]),
            history=("2024-08-01", "2024-08-31"),
        ),
        unchecked(
            "the earlier claims don't reach back three years",
            professional(claim_id="A", is_history=True, from_date="2025-05-12", lines=["83036"]),
            professional(claim_id="B", lines=["99203"]),
            history=("2023-05-14", "2026-05-11"),
        ),
    ),
)
def patient_not_new(claims: Claims, reference: Reference) -> Rows:
    """A new-patient visit although the same provider, or one of the same group and specialty, saw the patient within three years.

    A patient is new who had no face-to-face service from the physician, or another of the same group and specialty, in the three years before. Group is the
    billing NPI, specialty the rendering taxonomy; where either taxonomy is unknown only the same provider counts. Any visit counts as seen.

    What to do: bill the established-patient code.
    """
    visits = reference.table("visit_codes").lazy().select(pl.col("code").alias("procedure_code")).unique()
    seen = (
        claims.lines.lazy()
        .filter("stands", pl.col("claim_type") == "professional")
        .join(visits, on="procedure_code", how="semi")
        .select(
            "patient_key",
            pl.col("from_date").alias("seen_date"),
            pl.col("procedure_code").alias("seen_code"),
            "provider_npi",
            "billing_npi",
            "rendering_taxonomy_code",
        )
    )
    new = _new_visits(claims, reference).select("claim_key", "line_number", "from_date", *_WHO)
    found = [
        latest_before(new, seen.select("patient_key", "seen_date", "seen_code", *same), ["patient_key", *same], "seen_date")
        for same in (["provider_npi"], ["billing_npi", "rendering_taxonomy_code"])
    ]
    return (
        pl.concat(found, how="diagonal")
        .filter(pl.col("seen_date") >= _first_day())
        .sort("seen_date", descending=True, maintain_order=True)
        .group_by("claim_key", "line_number", "procedure_code", maintain_order=True)
        .agg(pl.col("seen_date").first(), pl.col("seen_code").first())
    )
