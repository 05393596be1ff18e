"""PAY109: what the claim's payer wants with a code or modifier isn't there."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.pay.packs import NO_ROWS, TOLD, example, has_rules, met_lines, modifier_met
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import is_missing
from cleanclaim.reference import Reference

_HAS_ATTACHMENT = pl.col("has_attachment").fill_null(value=False) | pl.col("_claim_has_attachment").fill_null(value=False)
_HAS_NOTE = pl.col("has_note").fill_null(value=False) | pl.col("_claim_has_note").fill_null(value=False)
_PROOFS = {
    "attachment": (~_HAS_ATTACHMENT, "the record sent along"),
    "line_note": (~_HAS_NOTE, "a note on the line or claim"),
    "ndc": (is_missing("ndc"), "the drug's NDC"),
}
"""When a proof is missing, and what it is called."""
_RECORD = example("documentation", {"modifiers": ["22"], "proof": "attachment", "wanted": "the operative report", "consequence": "suspend"})
_NOTE = example("documentation", {"codes": ["99499-99499"], "proof": "line_note", "consequence": "return"})
_NDC = example("documentation", {"codes": ["J0120-J9999"], "proof": "ndc", "consequence": "return"})
_NEXT_TO = example("documentation", {"modifiers": ["25"], "with_codes": ["17110-17110"], "proof": "attachment", "consequence": "suspend"})


@query_edit(
    code="PAY109",
    name="payer-wants-documentation",
    disposition=Disposition.SUSPEND,
    carc="252",
    scope="claim",
    needs=("payer_packs", "payer_rules"),
    source=Source("the payer's own policy", "named in the finding", "the payer", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{payer} wants {proof_words}[, {wanted},] for {procedure_code}[ with modifier {with_modifiers}]: {citation}.",
    suggestion="[{note}. ]Send it with the claim, so that the claim doesn't wait for it.",
    fix="proposed",
    when={"claims": has_rules("documentation")},
    examples=(
        fails("modifier 22 for Aetna", professional(payer_id="60054", lines=["20610-22"]), line_number=1, says="the record sent along"),
        fails("no record", professional(lines=["20610-22"]), line_number=1, says="the operative report", tables=_RECORD),
        passes("a record with the line", professional(lines=[{"procedure_code": "20610", "modifier_1": "22", "has_attachment": True}]), tables=_RECORD),
        passes("a record with the claim", professional(has_attachment=True, lines=["20610-22"]), tables=_RECORD),
        passes("without the modifier", professional(lines=["20610"]), tables=_RECORD),
        fails("no note", professional(lines=["99499"]), line_number=1, disposition=Disposition.RETURN, tables=_NOTE),
        passes("a note", professional(lines=[{"procedure_code": "99499", "has_note": True}]), tables=_NOTE),
        fails("no drug number", professional(lines=["J1885"]), line_number=1, disposition=Disposition.RETURN, says="NDC", tables=_NDC),
        passes("a drug number", professional(lines=[{"procedure_code": "J1885", "ndc": "00000123456"}]), tables=_NDC),
        fails("next to a procedure", professional(lines=["99213-25", "17110"]), line_number=1, tables=_NEXT_TO),
        passes("without a procedure", professional(lines=["99213-25"]), tables=_NEXT_TO),
    ),
)
def payer_wants_documentation(claims: Claims, reference: Reference) -> Rows:
    """A line without the record, note or drug number that the payer's pack asks for.

    A record counts as sent if the claim or line announces an attachment (PWK). What the record says isn't judged.

    What to do: send it.
    """
    of_claim = claims.claims.select("claim_key", pl.col("has_attachment").alias("_claim_has_attachment"), pl.col("has_note").alias("_claim_has_note"))
    found = met_lines(claims, reference, "documentation")
    if found is None:
        return NO_ROWS
    met = found.join(of_claim, on="claim_key", how="left").with_columns(modifier_met().alias("with_modifiers"))
    shown = ("claim_key", "line_number", "procedure_code", "with_modifiers", "wanted", *TOLD)
    return pl.concat(
        met.filter(pl.col("proof") == proof, is_broken).select(*shown, pl.lit(words).alias("proof_words")) for proof, (is_broken, words) in _PROOFS.items()
    )
