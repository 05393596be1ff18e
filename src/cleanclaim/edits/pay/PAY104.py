"""PAY104: a modifier that the claim's payer wants or refuses."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.pay.packs import NO_ROWS, TOLD, example, has_one, has_rules, met_lines
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_FIRST = pl.col("modifiers").list.contains(pl.col("modifier_1")).fill_null(value=False)
_RULES = {
    "one_of": (~has_one("modifiers"), "one of the modifiers {}"),
    "first": (~_FIRST, "one of the modifiers {} in the first place"),
    "none_of": (has_one("modifiers"), "none of the modifiers {}"),
}
"""When a rule is broken, and what it wants."""
_THERAPY = example("modifier_rules", {"codes": ["97110-97140"], "rule": "one_of", "modifiers": ["GN", "GO", "GP"], "consequence": "deny-line"})
_FIRST_PLACE = example("modifier_rules", {"codes": ["00100-01999"], "rule": "first", "modifiers": ["AA", "QZ"], "consequence": "deny-line"})
_NONE = example("modifier_rules", {"codes": ["99213-99213"], "rule": "none_of", "modifiers": ["SU"], "consequence": "deny-line"})
_BY_PLACE = example("modifier_rules", {"places": ["02", "10"], "rule": "one_of", "modifiers": ["95", "93"], "consequence": "deny-line"})


@query_edit(
    code="PAY104",
    name="payer-modifier-rule-broken",
    disposition=Disposition.DENY_LINE,
    carc="4",
    scope="claim",
    needs=("payer_packs", "payer_rules"),
    source=Source("the payer's own policy", "named in the finding", "the payer", date(2026, 11, 28)),
    column="lines.modifier_1",
    message="{payer} wants {wanted} for {procedure_code}: {citation}.",
    suggestion="[{note}. ]Change the modifiers if the record supports it.",
    fix="proposed",
    when={"claims": has_rules("modifier_rules")},
    examples=(
        fails("therapy for UnitedHealthcare", professional(payer_id="87726", lines=["97110"]), line_number=1, disposition=Disposition.WARN, says="undated"),
        fails("none of those wanted", professional(lines=["97110-59"]), line_number=1, says="GN, GO, GP", tables=_THERAPY),
        passes("one of those wanted, second", professional(lines=["97110-59-GP"]), tables=_THERAPY),
        passes("another code", professional(lines=["97150"]), tables=_THERAPY),
        fails("not in the first place", professional(lines=["00400-QS-QZ"]), line_number=1, says="first place", tables=_FIRST_PLACE),
        passes("in the first place", professional(lines=["00400-QZ-QS"]), tables=_FIRST_PLACE),
        fails("one that is refused", professional(lines=["99213-25-SU"]), line_number=1, says="none of", tables=_NONE),
        passes("others", professional(lines=["99213-25"]), tables=_NONE),
        fails("any code at a place", professional(place_of_service_code="02"), line_number=1, tables=_BY_PLACE),
        passes("any code at another place", professional(), tables=_BY_PLACE),
    ),
)
def payer_modifier_rule_broken(claims: Claims, reference: Reference) -> Rows:
    """A line without the modifier that the payer's pack asks for, with it in the wrong place, or with one that the payer refuses.

    What to do: see the payer's policy. A modifier is only right if the record supports it.
    """
    met = met_lines(claims, reference, "modifier_rules")
    if met is None:
        return NO_ROWS
    listed = pl.col("modifiers").list.join(", ")
    shown = ("claim_key", "line_number", "procedure_code", *TOLD)
    return pl.concat(
        met.filter(pl.col("rule") == rule, is_broken).select(*shown, worded(words, listed).alias("wanted")) for rule, (is_broken, words) in _RULES.items()
    )
