"""CLM113: a claim filed too late."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, Tables, fails, passes, query_edit, unchecked
from cleanclaim.edits.pay.packs import payers_with_rules
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import IS_MEDICARE, in_force
from cleanclaim.reference import Reference

_READ = (
    "claim_key", "claim_frequency_code", "is_history", "rules_of", "payer_class", "payer_id", "from_date", "to_date", "as_of",
)  # fmt: skip
_FIRST_FILING = ~pl.col("claim_frequency_code").is_in(["7", "8"])


def _may_be_late(reference: Reference) -> pl.Expr:
    """A year has gone by for Medicare; another payer's limit may be any."""
    by_medicare = (pl.col("as_of") - pl.col("to_date")).dt.total_days() > 364
    by_table = pl.lit(value="filing_limits" in reference.names())
    return (pl.col("as_of") > pl.col("from_date")) & (~IS_MEDICARE | by_table | by_medicare)


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    """The claims to payers whose limit is in no table, and in no payer pack (PAY102)."""
    named: list[str] = []
    if "filing_limits" in reference.names():
        named = reference.table("filing_limits")["code"].cast(pl.String).unique().to_list()
    is_named = pl.any_horizontal(pl.col(name).is_in(named) for name in ("payer_id", "payer_class"))
    asked = (
        _FIRST_FILING & ~pl.col("is_history").fill_null(value=False) & ~IS_MEDICARE & ~is_named.fill_null(value=False) & (pl.col("as_of") > pl.col("from_date"))
    )
    by_pack = payers_with_rules(reference, "filing_limits").lazy()
    unnamed = claims.claims.lazy().filter(asked.fill_null(value=False)).join(by_pack, on=["payer_pack", "payer_class"], how="anti")
    return unnamed.select("claim_key", pl.lit("filing_limits").alias("table"))


def _sent(day: str, **claim: Any) -> dict[str, Any]:
    """A claim for 11 February, sent on a day, for examples."""
    return professional(**{"from_date": "2026-02-11", "submitted_date": day, "as_of": day, **claim})


def _limits(*limits: tuple[str, int], counted_from: str = "to_date", **dates: date) -> Tables:
    """Filing limits of payers in days, for examples."""
    return {"filing_limits": [{"code": payer, "days": days, "counted_from": counted_from, "citation": "an example", **dates} for payer, days in limits]}


@query_edit(
    code="CLM113",
    name="filed-too-late",
    disposition=Disposition.DENY_CLAIM,
    carc="29",
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 1, section 70 (42 CFR 424.44: one calendar year)", "CMS", date(2026, 11, 23)),
    column="claims.from_date",
    needs=("filing_limits",),
    message="Services through {to_date} had to be filed by {last_day} ({citation}); the claim was sent on {as_of}.",
    suggestion="Payers accept late claims only for the reasons in their manual; otherwise you can't bill the patient.",
    unchecked=_unchecked,
    unchecked_reason="no filing limit of the claim's payer is loaded",
    supply="cleanclaim reference import: a table of filing limits, one row a payer",
    when={"claims": _may_be_late},
    examples=(
        fails(
            "a year and a day",
            professional(payer_class="medicare", member_id="1EG4TE5MK73", from_date="2025-05-12", submitted_date="2026-05-13", as_of="2026-05-13"),
            says="2026-05-12",
        ),
        passes(
            "a year to the day",
            professional(payer_class="medicare", member_id="1EG4TE5MK73", from_date="2025-05-12", submitted_date="2026-05-12", as_of="2026-05-12"),
        ),
        passes("another payer's limit is in its pack: another edit's", _sent("2026-08-13", payer_id="62308")),
        unchecked("another payer has its own limit", professional(from_date="2024-05-12", submitted_date="2026-05-12", as_of="2026-05-12")),
        passes(
            "a void is not a first filing",
            professional(
                payer_class="medicare",
                member_id="1EG4TE5MK73",
                claim_frequency_code="8",
                original_reference_number="EXAMPLE",
                from_date="2025-01-12",
                submitted_date="2026-05-12",
                as_of="2026-05-12",
            ),
        ),
        passes(
            "a replacement to a payer whose limit is unknown",
            professional(
                claim_frequency_code="7", original_reference_number="EXAMPLE", from_date="2024-05-12", submitted_date="2026-05-12", as_of="2026-05-12"
            ),
        ),
        passes(
            "an earlier claim to another payer is not judged again",
            professional(claim_id="A", is_history=True, as_of="2026-05-15"),
            professional(claim_id="B", payer_class="medicare", member_id="1EG4TE5MK73"),
        ),
        fails("a day after a payer's ninety", _sent("2026-05-13"), tables=_limits(("99999", 90))),
        passes("on the last of a payer's ninety days", _sent("2026-05-12"), tables=_limits(("99999", 90))),
        fails(
            "counted from the first day of the service, for a class of payers",
            _sent("2026-05-13", to_date="2026-02-20"),
            tables=_limits(("commercial", 90), counted_from="from_date"),
        ),
        passes("counted from the last day of the service", _sent("2026-05-13", to_date="2026-02-20"), tables=_limits(("99999", 90))),
        passes("the payer's own limit, not the one of its class", _sent("2026-05-13"), tables=_limits(("99999", 365), ("commercial", 90))),
        fails("the payer's own limit, shorter than the one of its class", _sent("2026-05-13"), tables=_limits(("99999", 90), ("commercial", 365))),
        passes("a limit of other years", _sent("2026-05-13"), tables=_limits(("99999", 90), valid_to=date(2025, 12, 31))),
        unchecked("a limit for another payer", _sent("2026-05-13"), tables=_limits(("88888", 90))),
        passes("another payer's limit, sent on the day of the service", professional(from_date="2026-05-13"), tables=_limits(("88888", 90))),
        unchecked("a payer that is not named", _sent("2026-05-13", payer_id=None, payer_class=None), tables=_limits(("88888", 90))),
        passes(
            "a replacement is not a first filing",
            professional(
                payer_class="medicare",
                member_id="1EG4TE5MK73",
                claim_frequency_code="7",
                original_reference_number="EXAMPLE",
                from_date="2025-01-12",
                submitted_date="2026-05-12",
                as_of="2026-05-12",
            ),
        ),
    ),
)
def filed_too_late(claims: Claims, reference: Reference) -> Rows:
    """A claim filed after the payer's limit.

    Medicare takes claims within one calendar year of the service (for hospitals, of the statement's last day). Other payers' limits are judged
    where a table of filing limits is imported, by payer id, else by payer class. Limits in payer packs are PAY102.

    What to do: see whether one of the exceptions holds.
    """
    asked = claims.claims.lazy().select(_READ).filter(_FIRST_FILING, ~pl.col("is_history").fill_null(value=False))
    shown = ["claim_key", "to_date", "as_of", "last_day", "citation", "release"]
    by_law = (
        asked.filter(IS_MEDICARE)
        .with_columns(
            pl.col("to_date").dt.offset_by("1y").alias("last_day"), pl.lit("42 CFR 424.44").alias("citation"), pl.lit(None, pl.String).alias("release")
        )
        .filter(pl.col("as_of") > pl.col("last_day"))
    )
    late = [by_law]
    if "filing_limits" in reference.names():
        late.append(_by_table(asked, reference.table("filing_limits").lazy()))
    return pl.concat(part.select(shown) for part in late)


def _by_table(asked: pl.LazyFrame, limits: pl.LazyFrame) -> pl.LazyFrame:
    met = [asked.join(limits, left_on=name, right_on="code").filter(in_force("to_date")) for name in ("payer_id", "payer_class")]
    counted = pl.when(pl.col("counted_from") == "from_date").then("from_date").otherwise("to_date")
    return (
        pl.concat(part.drop("payer_id", "payer_class") for part in met)
        .unique("claim_key", keep="first", maintain_order=True)
        .with_columns((counted + pl.duration(days=pl.col("days"))).alias("last_day"))
        .filter(pl.col("as_of") > pl.col("last_day"))
    )
