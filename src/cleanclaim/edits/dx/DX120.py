"""DX120: a sequela without what it left, or an initial encounter after a later one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.looking_back import beyond_history
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_ICD10
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_INITIAL = "ABC"
_FIRST_DAY = pl.col("on_date").dt.offset_by("-1y")
_SUBSEQUENT = "DEFGHJKMNPQR"


_READ = ("claim_key", "diagnosis_number", "diagnosis_code", "patient_key", "is_history", "stands", "on_date")


def _injuries(claims: Claims) -> pl.DataFrame:
    """The injuries with an encounter character: `character`, and the code without it as `stem`."""
    is_injury = pl.col("diagnosis_code").str.contains(r"^[ST].{6}$")
    return (
        claims.diagnoses.filter(IS_ICD10 & IS_BILLING_DIAGNOSIS & is_injury & pl.col("in_force"))
        .select(_READ)
        .with_columns(pl.col("diagnosis_code").str.slice(6).alias("character"), pl.col("diagnosis_code").str.slice(0, 6).alias("stem"))
    )


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    """Healing takes months: an injury in healing for over a year is not looked for."""
    del reference
    asked = _injuries(claims).filter(pl.col("character").is_in(list(_INITIAL)), ~pl.col("is_history").fill_null(value=False))
    purpose = "to tell whether the injury was in healing already"
    return beyond_history(claims, asked, first=_FIRST_DAY, period="the year before", purpose=purpose, on="on_date")


@query_edit(
    code="DX120",
    name="encounter-character-doubtful",
    disposition=Disposition.WARN,
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting",
        "sections I.B.10 (sequela) and I.C.19.a (seventh characters)",
        "CMS and NCHS",
        date(2026, 11, 23),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} {what}.",
    unchecked=_unchecked,
    when={"diagnoses": pl.col("diagnosis_code").str.contains(r"^[ST].{6}$")},
    examples=(
        fails("what a fracture left, without saying what", professional(diagnoses=["S52.501S"]), diagnosis_number=1, says="alone"),
        passes("the stiff wrist first", professional(diagnoses=["M25.631", "S52.501S"])),
        fails(
            "treated anew after healing had begun",
            professional(claim_id="A", diagnoses=["S52.501D"], from_date="2026-04-02", is_history=True),
            professional(claim_id="B", diagnoses=["S52.501A"], from_date="2026-05-12"),
            diagnosis_number=1,
            says="2026-04-02",
        ),
        passes(
            "first treated, then healing",
            professional(claim_id="A", diagnoses=["S52.501A"], from_date="2026-04-02", is_history=True),
            professional(claim_id="B", diagnoses=["S52.501D"], from_date="2026-05-12"),
        ),
        fails(
            "a later stage, and the same day treated anew elsewhere",
            professional(claim_id="A", diagnoses=["S52.501D"], from_date="2026-04-01"),
            professional(claim_id="B", diagnoses=["S52.501D"], from_date="2026-05-01"),
            professional(claim_id="C", diagnoses=["S52.501A"], from_date="2026-05-12"),
            diagnosis_number=1,
            says="2026-05-01",
        ),
        passes(
            "treated and seen in healing on one day", professional(claim_id="A", diagnoses=["S52.501D"]), professional(claim_id="B", diagnoses=["S52.501A"])
        ),
        passes(
            "the claim in healing was voided",
            professional(claim_id="A", diagnoses=["S52.501D"], from_date="2026-04-01"),
            professional(claim_id="A", claim_frequency_code="8", original_reference_number="EXAMPLE", diagnoses=["S52.501D"], from_date="2026-04-01"),
            professional(claim_id="B", diagnoses=["S52.501A"]),
        ),
        passes("treated twice", professional(claim_id="A", diagnoses=["S52.501A"], from_date="2026-04-01"), professional(claim_id="B", diagnoses=["S52.501A"])),
        passes(
            "another bone in healing",
            professional(claim_id="A", diagnoses=["S82.001D"], from_date="2026-04-01"),
            professional(claim_id="B", diagnoses=["S52.501A"]),
        ),
        passes(
            "the admitting diagnosis names the old fracture",
            institutional(diagnoses=[{"diagnosis_code": "S52.501S", "diagnosis_type": "admitting"}, "M25.641"]),
        ),
        passes("a code of six characters that ends in S", professional(diagnoses=["M25.641"])),
        unchecked("nothing earlier is known", professional(diagnoses=["S52.501A"])),
        passes("an external cause may keep its character", professional(diagnoses=["M25.631", "S52.501S", "W19.XXXS"])),
    ),
)
def encounter_character_doubtful(claims: Claims, reference: Reference) -> Rows:  # noqa: ARG001 - the signature of every query
    """A sequela code listed first or alone, or an initial-encounter code after subsequent care of the same injury.

    A sequela takes two codes: first what is there now (a scar, stiffness), then the injury it comes from, with S. And once an injury is in its healing
    phase (D), an A says that active treatment began again, which is rare.

    What to do: list the present condition first; or check the seventh character against the record.
    """
    long = _injuries(claims)
    alone = (
        long.lazy()
        .filter((pl.col("character") == "S") & (pl.col("diagnosis_number") == 1))
        .select(
            "claim_key",
            "diagnosis_number",
            "diagnosis_code",
            pl.lit("is a sequela code listed first or alone").alias("what"),
            pl.lit("List first the condition that is there now, then this code.").alias("suggestion"),
        )
    )
    earlier = (
        long.lazy()
        .filter("stands", pl.col("character").is_in(list(_SUBSEQUENT)))
        .select("patient_key", "stem", pl.col("on_date").alias("earlier_date"), pl.col("claim_key").alias("earlier_claim"))
    )
    again = (
        long.lazy()
        .filter(pl.col("character").is_in(list(_INITIAL)))
        .join(earlier, on=["patient_key", "stem"])
        .filter(pl.col("earlier_date") < pl.col("on_date"))
        .group_by("claim_key", "diagnosis_number", "diagnosis_code")
        .agg(pl.col("earlier_date").max())
        .select(
            "claim_key",
            "diagnosis_number",
            "diagnosis_code",
            worded("says active treatment, while the claim of {} has the same injury in healing", "earlier_date").alias("what"),
            pl.lit("Check the seventh character: D for routine healing.").alias("suggestion"),
        )
    )
    return pl.concat([alone, again])
