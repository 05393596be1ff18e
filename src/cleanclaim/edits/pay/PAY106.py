"""PAY106: a code that the claim's payer includes in another of the day."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.pay.packs import NO_ROWS, TOLD, example, has_one, has_rules, met_lines, others_of_day
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference

_HARD = example("bundling", {"codes": ["36415-36415"], "with_codes": ["80048-80076"], "consequence": "deny-line"})
_LIFTED = example("bundling", {"codes": ["36415-36415"], "with_codes": ["80053-80053"], "unless_modifiers": ["59", "XU"], "consequence": "deny-line"})


@query_edit(
    code="PAY106",
    name="payer-bundles-code",
    disposition=Disposition.DENY_LINE,
    carc="97",
    rarc="M15",
    scope="patient",
    needs=("payer_packs", "payer_rules"),
    source=Source("the payer's own policy", "named in the finding", "the payer", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{payer} includes {procedure_code} in {other_code} of the same day: {citation}.",
    suggestion="[{note}. ][Only {unless_modifiers} lifts this, if the record supports it.]",
    fix="proposed",
    when={"claims": has_rules("bundling")},
    examples=(
        fails(
            "a laminectomy with a fusion",
            professional(payer_name="BCBSNC", payer_id=None, lines=["22630", "63047-59"]),
            line_number=2,
            disposition=Disposition.WARN,
        ),
        fails("next to a test that includes it", professional(lines=["80053", "36415"]), line_number=2, says="80053", tables=_HARD),
        fails("even with 59", professional(lines=["80053", "36415-59"]), line_number=2, tables=_HARD),
        passes("with a modifier that lifts it", professional(lines=["80053", "36415-XU"]), tables=_LIFTED),
        fails(
            "on another claim of the day", professional(claim_id="A", lines=["80053"]), professional(claim_id="B", lines=["36415"]), line_number=1, tables=_HARD
        ),
        fails(
            "on an earlier claim",
            professional(claim_id="A", is_history=True, lines=["80053"]),
            professional(claim_id="B", lines=["36415"]),
            line_number=1,
            tables=_HARD,
        ),
        passes(
            "on another day", professional(claim_id="A", from_date="2026-05-11", lines=["80053"]), professional(claim_id="B", lines=["36415"]), tables=_HARD
        ),
        passes("by another provider", professional(lines=["80053", {"procedure_code": "36415", "rendering_npi": "1234567893"}]), tables=_HARD),
        passes("alone", professional(lines=["36415"]), tables=_HARD),
    ),
)
def payer_bundles_code(claims: Claims, reference: Reference) -> Rows:
    """A code that the payer's pack includes in another code of the same patient, provider and day.

    These are the payer's own pairs; NCCI's are NCCI101 to NCCI105.

    What to do: don't bill it apart, unless the pack names a modifier that lifts the rule and the record supports it.
    """
    found = met_lines(claims, reference, "bundling")
    if found is None:
        return NO_ROWS
    met = found.filter("stands", ~has_one("unless_modifiers"))
    paired = others_of_day(met, claims.lines).filter(pl.col("other_code").is_not_null())
    return paired.select("claim_key", "line_number", "procedure_code", "other_code", "unless_modifiers", *TOLD)
