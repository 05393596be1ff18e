"""PAY107: a number of the payer's that a code needs."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.pay.packs import NO_ROWS, TOLD, example, has_rules, met_lines
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import is_missing
from cleanclaim.reference import Reference

_NUMBERS = {"prior_authorization": ("prior_authorization_number", "a prior authorization number"), "referral": ("referral_number", "a referral number")}
_SCANS = example("authorization", {"codes": ["70450-70498"], "consequence": "deny-line"})
_REFERRAL = example("authorization", {"codes": ["99244-99244"], "number": "referral", "consequence": "return"})
_IN_HOSPITAL = example("authorization", {"codes": ["70450-70498"], "places": ["22"], "consequence": "deny-line"})


@query_edit(
    code="PAY107",
    name="payer-authorization-missing",
    disposition=Disposition.DENY_LINE,
    carc="197",
    scope="claim",
    needs=("payer_packs", "payer_rules"),
    source=Source("the payer's own policy", "named in the finding", "the payer", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{payer} wants {wanted} for {procedure_code}: {citation}.",
    suggestion="[{note}. ]Enter the number if there is one; most payers give none after the service.",
    fix="proposed",
    when={"claims": has_rules("authorization")},
    examples=(
        fails("no authorization", professional(lines=["70450"]), line_number=1, says="prior authorization", tables=_SCANS),
        passes("an authorization", professional(prior_authorization_number="EXAMPLE", lines=["70450"]), tables=_SCANS),
        passes("an authorization on the line", professional(lines=[{"procedure_code": "70450", "prior_authorization_number": "EXAMPLE"}]), tables=_SCANS),
        passes("another code", professional(), tables=_SCANS),
        passes("another place", professional(lines=["70450"]), tables=_IN_HOSPITAL),
        fails("no referral", professional(lines=["99244"]), line_number=1, disposition=Disposition.RETURN, says="referral", tables=_REFERRAL),
        passes("a referral", professional(referral_number="EXAMPLE", lines=["99244"]), tables=_REFERRAL),
    ),
)
def payer_authorization_missing(claims: Claims, reference: Reference) -> Rows:
    """A line without the authorization or referral number that the payer's pack asks for.

    What to do: ask the payer whether one was given.
    """
    found = met_lines(claims, reference, "authorization")
    if found is None:
        return NO_ROWS
    met = found.join(claims.claims.select("claim_key", "referral_number", pl.col("prior_authorization_number").alias("_of_claim")), on="claim_key", how="left")
    has_number = met.with_columns(pl.coalesce("prior_authorization_number", "_of_claim").alias("prior_authorization_number"))
    number = pl.col("number").fill_null("prior_authorization")
    shown = ("claim_key", "line_number", "procedure_code", *TOLD)
    return pl.concat(
        has_number.filter(number == name, is_missing(column)).select(*shown, pl.lit(words).alias("wanted")) for name, (column, words) in _NUMBERS.items()
    )
