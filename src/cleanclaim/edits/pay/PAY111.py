"""PAY111: what the claim's payer pays for a line isn't its usual fee."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.pay.packs import NO_ROWS, TOLD, example, has_rules, met_lines, modifier_met
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_HALF = example("fee_rules", {"codes": ["99202-99215"], "modifiers": ["25"], "with_codes": ["17110-17110"], "percent": 50.0, "effect": "the visit is paid at half", "consequence": "info"})  # fmt: skip
_REVIEW = example("fee_rules", {"codes": ["99215-99215"], "places": ["11"], "effect": "the level is reviewed before payment", "consequence": "info"})


@query_edit(
    code="PAY111",
    name="payer-pays-another-fee",
    disposition=Disposition.INFO,
    scope="claim",
    needs=("payer_packs", "payer_rules"),
    source=Source("the payer's own policy", "named in the finding", "the payer", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{payer}, {procedure_code}[ with modifier {with_modifiers}]: {effect}[ ({share} of the usual fee)]: {citation}.",
    suggestion="[{note}. ]Expect this payment; a lower one can be appealed.",
    when={"claims": has_rules("fee_rules")},
    examples=(
        fails("a level that Aetna reviews", professional(payer_id="60054", lines=["99215"]), line_number=1, says="reviewed before payment"),
        fails("with a procedure", professional(lines=["99213-25", "17110"]), line_number=1, says="50% of the usual fee", tables=_HALF),
        passes("without a procedure", professional(lines=["99213-25"]), tables=_HALF),
        passes("without the modifier", professional(lines=["99213", "17110"]), tables=_HALF),
        fails("a level that is reviewed", professional(lines=["99215"]), line_number=1, says="reviewed", tables=_REVIEW),
        passes("another level", professional(), tables=_REVIEW),
    ),
)
def payer_pays_another_fee(claims: Claims, reference: Reference) -> Rows:
    """A line for which the payer's pack names another payment than the usual fee.

    It's for information: nothing is wrong with the line.

    What to do: compare it with the payment when it comes.
    """
    percent = pl.col("percent").cast(pl.String).str.strip_suffix(".0")
    found = met_lines(claims, reference, "fee_rules")
    if found is None:
        return NO_ROWS
    met = found.with_columns(modifier_met().alias("with_modifiers"), worded("{}%", percent).alias("share"))
    return met.select("claim_key", "line_number", "procedure_code", "with_modifiers", "effect", "share", *TOLD)
