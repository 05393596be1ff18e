"""PAY102: a claim filed after the limit in its payer's pack."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.pay.filing import last_day
from cleanclaim.edits.pay.packs import NO_ROWS, TOLD, example, has_rules, met_claims, payers_with_rules, rules
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.reference import Reference

_ASKED = ~pl.col("is_history").fill_null(value=False) & ~((pl.col("payer_class") == "medicare") & (pl.col("claim_filing_code") != "16")).fill_null(value=False)
_IS_FIRST = ~pl.col("claim_frequency_code").is_in(["7", "8"]).fill_null(value=False)
_IS_PRIMARY = pl.col("payer_sequence_code").fill_null("P") == "P"
_IS_EXCUSED = pl.col("delay_reason_code").is_not_null()


def _judged(claims: Claims, reference: Reference) -> pl.DataFrame | None:
    """The claims that may be late, each with the days of its most particular rows, and the row to cite; worked out once."""
    name = "payers' filing limits"
    if name not in claims.kept:
        claims.kept[name] = _limited(claims, reference)
    judged = claims.kept[name]
    return judged if isinstance(judged, pl.DataFrame) else None


_AT_LEAST = {"day": 1, "month": 28, "year": 365}
"""Days in each unit of a limit, at least; the end of a month or year is no sooner."""


def _shortest(reference: Reference) -> int:
    """The days after a service in which every payer still takes a claim: the shortest of all limits."""

    def make() -> int:
        limits = rules(reference, "filing_limits").select(
            pl.col("limit").str.extract(r"([0-9]+)").cast(pl.Int64), pl.col("limit").str.extract(r"(day|month|year)").alias("unit")
        )
        return min((count * _AT_LEAST[unit] for count, unit in limits.iter_rows()), default=0)

    return reference.derived("shortest filing limit", make)


def _limited(claims: Claims, reference: Reference) -> pl.DataFrame | None:
    """The claims that were sent later than the shortest limit of all packs, if there are any."""
    age = (pl.col("as_of") - pl.col("from_date")).dt.total_days()
    if not claims.claims.select((has_rules("filing_limits")(reference) & (age > _shortest(reference))).any()).item():
        return None
    columns = ("from_date", "claim_frequency_code", "payer_sequence_code", "delay_reason_code")
    met = met_claims(claims, reference, "filing_limits", *columns).filter(_IS_FIRST, age > _shortest(reference))
    if "filing_limits" in reference.names():  # an imported table of limits is CLM113's
        named = reference.table("filing_limits")["code"].cast(pl.String).unique().implode()
        own = claims.claims.filter(pl.any_horizontal(pl.col(name).is_in(named).fill_null(value=False) for name in ("payer_id", "payer_class")))
        met = met.join(own, on="claim_key", how="anti")
    rank = pl.col("states").is_not_null().cast(pl.Int8) * 2 + pl.col("filing_codes").is_not_null().cast(pl.Int8)
    return (
        met.with_columns(last_day().alias("last_day"), rank.alias("_rank"))
        .filter(pl.col("_rank") == pl.col("_rank").max().over("claim_key"))
        .with_columns(pl.col("last_day").max().over("claim_key").alias("_latest"))
    )


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    asked = claims.claims.filter(_ASKED).select("claim_key", "payer_pack", "payer_class", "payer_is_known")
    unknown = asked.filter(~pl.col("payer_is_known")).select("claim_key", pl.lit(_UNKNOWN).alias("reason"))
    known = asked.filter("payer_is_known", pl.col("payer_class") != "unknown")
    no_line = known.join(payers_with_rules(reference), on=["payer_pack", "payer_class"], how="anti").select("claim_key", pl.lit(_NO_LINE).alias("reason"))
    supply = pl.lit("cleanclaim payers new: write the payer's rules down, then check with --payers")
    gaps = [pl.concat([unknown, no_line]).with_columns(supply.alias("supply"))]
    limited = _judged(claims, reference)
    if limited is not None:
        excused = pl.when(~_IS_PRIMARY).then(pl.lit(_SECONDARY)).when(_IS_EXCUSED).then(pl.lit(_EXCUSED)).alias("reason")
        rows = limited.select("claim_key", excused).drop_nulls("reason").unique(maintain_order=True)
        gaps.append(rows.with_columns(pl.lit(None, pl.String).alias("supply")))
    return pl.concat(gaps)


_UNKNOWN = "no payer pack has the claim's payer, so its own rules weren't checked (PAY102-PAY111)"
_NO_LINE = "the pack of the claim's payer has no rules for this line of business (PAY102-PAY111)"
_SECONDARY = "the filing limit of a secondary claim counts from the primary payer's notice"
_EXCUSED = "the claim gives a reason for its delay, which the payer decides on"


def _sent(day: str, **claim: Any) -> dict[str, Any]:
    """A claim for 11 February 2026, sent on a day, for examples."""
    return professional(**{"from_date": "2026-02-11", "submitted_date": day, "as_of": day, **claim})


_NINETY = example("filing_limits", {"limit": "90 days", "consequence": "deny-claim"})
_BY_NETWORK = example(
    "filing_limits", {"limit": "90 days", "network": "in", "consequence": "deny-claim"}, {"limit": "180 days", "network": "out", "consequence": "deny-claim"}
)
_BY_STATE = example("filing_limits", {"limit": "120 days", "consequence": "deny-claim"}, {"limit": "95 days", "consequence": "deny-claim", "states": ["NC"]})
_OLD = example("filing_limits", {"limit": "90 days", "consequence": "deny-claim", "confidence": "medium", "source_date": "2020"})
_MONTHS = example("filing_limits", {"limit": "end of month +3", "consequence": "deny-claim"})
_YEARS = example("filing_limits", {"limit": "end of year +1", "consequence": "deny-claim"})
_WEEKENDS = example("filing_limits", {"limit": "88 days", "weekends": "extend", "consequence": "deny-claim"})
_OF_CLASS = example("filing_limits", {"limit": "90 days", "consequence": "deny-claim"}, whole_classes=("tricare",))
_NAMED = example("filing_limits", {"limit": "90 days", "consequence": "deny-claim"}, names=("Example Health*",))


@query_edit(
    code="PAY102",
    name="payer-filing-limit-missed",
    disposition=Disposition.DENY_CLAIM,
    carc="29",
    scope="claim",
    needs=("payer_packs", "payer_rules"),
    source=Source("the payer's own policy", "named in the finding", "the payer", date(2026, 11, 28)),
    column="claims.from_date",
    message="{payer} takes claims within {limit} of the service, so by {last_day}; this one was sent on {as_of}: {citation}.",
    suggestion="[{note}. ]The provider's contract and state law come first. Otherwise you can't bill the patient.",
    unchecked=_unchecked,
    unchecked_reason="the payer's rules aren't known",
    when={"claims": _ASKED},
    examples=(
        fails("beyond Cigna's limits for every network", _sent("2026-08-11", payer_id="62308"), says="2025, a year old"),
        fails("a day after ninety", _sent("2026-05-13"), says=("2026-05-12", "less than a year old"), tables=_NINETY),
        passes("on the last of ninety days", _sent("2026-05-12"), tables=_NINETY),
        fails("inside one network's limit, outside the other's", _sent("2026-05-13"), says="2026-05-12", disposition=Disposition.WARN, tables=_BY_NETWORK),
        fails("outside the limits of both networks", _sent("2026-08-11"), says="2026-08-10", tables=_BY_NETWORK),
        fails("the state's own limit", _sent("2026-05-18"), says="95 days", tables=_BY_STATE),
        passes("the state's own limit, in another state", _sent("2026-05-18", billing_state="OH"), tables=_BY_STATE),
        fails("an old source only warns", _sent("2026-05-13"), says="6 years old); medium confidence", disposition=Disposition.WARN, tables=_OLD),
        fails("after the third month", _sent("2026-06-01"), says="2026-05-31", tables=_MONTHS),
        passes("at the end of the third month", _sent("2026-05-31"), tables=_MONTHS),
        passes("at the end of the next year", _sent("2027-12-31"), tables=_YEARS),
        fails("after the end of the next year", _sent("2028-01-01"), says="2027-12-31", tables=_YEARS),
        passes("the limit ends on a Sunday, sent on the Monday", _sent("2026-05-11"), tables=_WEEKENDS),
        fails("the limit ends on a Sunday, sent on the Tuesday", _sent("2026-05-12"), says="2026-05-11", tables=_WEEKENDS),
        passes("a replacement", _sent("2026-05-13", claim_frequency_code="7", original_reference_number="EXAMPLE"), tables=_NINETY),
        fails("found by its name", _sent("2026-05-13", payer_id="1", payer_name="EXAMPLE HEALTH, INC."), tables=_NAMED),
        passes("another payer, by its own number", _sent("2026-05-12", payer_id="62308"), tables=_NINETY),
        unchecked("a line of business without rules", professional(payer_class="medicaid", payer_id="62308")),
        passes("Medicare's own limit is another edit's", medicare(from_date="2025-01-12", submitted_date="2026-05-12", as_of="2026-05-12")),
        unchecked("an unknown payer", professional(payer_id="0")),
        unchecked("a secondary claim", _sent("2026-05-13", payer_sequence_code="S"), tables=_NINETY),
        unchecked("a reason for the delay", _sent("2026-05-13", delay_reason_code="1"), tables=_NINETY),
        unchecked("a pack of the whole class", _sent("2026-05-12", payer_id="0", payer_class="tricare"), tables=_OF_CLASS),
    ),
)
def payer_filing_limit_missed(claims: Claims, reference: Reference) -> Rows:
    """A claim filed after the limit in its payer's pack.

    A row for the claim's state goes before one for all states. If limits differ by network, which a claim doesn't show, only the longest is held hard: before
    it the finding is a warning. Replacements and voids aren't judged; secondary claims and claims with a delay reason are listed as not checked.

    What to do: see whether the contract, state law or one of the payer's exceptions allows more time.
    """
    judged = _judged(claims, reference)
    if judged is None:
        return NO_ROWS
    late = judged.filter(_IS_PRIMARY, ~_IS_EXCUSED, pl.col("as_of") > pl.col("last_day"))
    is_last = pl.col("last_day") == pl.col("last_day").max().over("claim_key")
    cited = late.filter(is_last).unique("claim_key", keep="first", maintain_order=True)
    is_certain = pl.col("as_of") > pl.col("_latest")
    mild = pl.when(is_certain | (pl.col("disposition") == "info")).then("disposition").otherwise(pl.lit("warn"))
    return cited.with_columns(mild.alias("disposition")).select("claim_key", "limit", "last_day", "as_of", *TOLD)
