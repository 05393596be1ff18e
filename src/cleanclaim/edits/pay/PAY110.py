"""PAY110: a code in place of which the claim's payer wants another."""

from __future__ import annotations

from datetime import date

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.pay.packs import NO_ROWS, TOLD, example, has_rules, met_lines
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference

_TELEHEALTH = example(
    "substitutions",
    {"codes": ["99202-99215"], "places": ["02", "10"], "instead": "98000 to 98015", "consequence": "deny-line", "claim_types": ["professional"]},
)


@query_edit(
    code="PAY110",
    name="payer-substitutes-code",
    disposition=Disposition.DENY_LINE,
    carc="16",
    rarc="M51",
    scope="claim",
    needs=("payer_packs", "payer_rules"),
    source=Source("the payer's own policy", "named in the finding", "the payer", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{payer} wants {instead} in place of {procedure_code}: {citation}.",
    suggestion="[{note}. ]Bill what the payer wants if the record supports it.",
    fix="proposed",
    when={"claims": has_rules("substitutions")},
    examples=(
        fails(
            "a telehealth visit for Blue Cross of Michigan",
            professional(payer_name="BCBSM", payer_id=None, place_of_service_code="10"),
            line_number=1,
            disposition=Disposition.WARN,
        ),
        fails("at home", professional(place_of_service_code="10"), line_number=1, says="98000 to 98015", tables=_TELEHEALTH),
        passes("in the office", professional(), tables=_TELEHEALTH),
        passes("the code that is wanted", professional(place_of_service_code="10", lines=["98005"]), tables=_TELEHEALTH),
    ),
)
def payer_substitutes_code(claims: Claims, reference: Reference) -> Rows:
    """A line with a code in place of which the payer's pack names another.

    What to do: see the payer's policy.
    """
    found = met_lines(claims, reference, "substitutions")
    if found is None:
        return NO_ROWS
    return found.select("claim_key", "line_number", "procedure_code", "instead", *TOLD)
