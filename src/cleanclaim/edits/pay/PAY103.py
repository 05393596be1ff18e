"""PAY103: a code that the claim's payer doesn't pay."""

from __future__ import annotations

from datetime import date

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.pay.packs import NO_ROWS, TOLD, example, has_rules, met_lines, modifier_met
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference

_VISITS = example("not_payable", {"codes": ["99213-99215"], "instead": "the visit code for the place", "consequence": "deny-line"})
_COMMERCIAL = example("not_payable", {"codes": ["99213-99213"], "payer_classes": ["commercial"], "consequence": "deny-line"})
_AUDIO = example("not_payable", {"modifiers": ["93"], "consequence": "deny-line"})
_AT_HOME = example("not_payable", {"codes": ["99213-99213"], "places": ["10"], "consequence": "deny-line"})
_ENDED = example("not_payable", {"codes": ["99213-99213"], "valid_to": date(2026, 5, 11), "consequence": "deny-line"})
_CONTESTED = example("not_payable", {"codes": ["99213-99213"], "is_contested": True, "consequence": "deny-line"})
_OWN = example("not_payable", {"codes": ["99213-99213"], "replaces": "pack aetna", "consequence": "deny-line"})


@query_edit(
    code="PAY103",
    name="payer-does-not-pay-code",
    disposition=Disposition.DENY_LINE,
    carc="96",
    rarc="N130",
    scope="claim",
    needs=("payer_packs", "payer_rules"),
    source=Source("the payer's own policy", "named in the finding", "the payer", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{payer} doesn't pay {procedure_code}[ with modifier {with_modifiers}]: {citation}.",
    suggestion="[{note}. ][Bill {instead}.]",
    fix="proposed",
    when={"claims": has_rules("not_payable")},
    examples=(
        fails("a consultation to Aetna", professional(payer_id="60054", lines=["99244"]), line_number=1, says="OfficeLink Updates"),
        fails("in the list", professional(), line_number=1, says=("EX-1, 2", "the visit code"), tables=_VISITS),
        passes("next to the list", professional(lines=["99212"]), tables=_VISITS),
        passes("another payer", professional(payer_id="88888"), tables=_VISITS),
        passes("another line of business", professional(payer_class="medicaid"), tables=_COMMERCIAL),
        fails(
            "an unknown line of business",
            professional(payer_class=None),
            line_number=1,
            says="line of business",
            disposition=Disposition.WARN,
            tables=_COMMERCIAL,
        ),
        fails("with a modifier", professional(lines=["99213-93"]), line_number=1, says="modifier 93", tables=_AUDIO),
        passes("without it", professional(lines=["99213-95"]), tables=_AUDIO),
        fails("at a place", professional(place_of_service_code="10"), line_number=1, tables=_AT_HOME),
        passes("at another place", professional(), tables=_AT_HOME),
        passes("the rule has ended", professional(), tables=_ENDED),
        fails("another row says otherwise", professional(), line_number=1, says="contradicts", disposition=Disposition.WARN, tables=_CONTESTED),
        fails("a row of one's own", professional(), line_number=1, says="replaces the row of pack aetna", tables=_OWN),
    ),
)
def payer_does_not_pay_code(claims: Claims, reference: Reference) -> Rows:
    """A line with a code, or a code with a modifier or at a place, that the payer's pack lists as not payable.

    What to do: see the payer's policy; bill what it wants instead, if the record supports it.
    """
    found = met_lines(claims, reference, "not_payable")
    if found is None:
        return NO_ROWS
    met = found.with_columns(modifier_met().alias("with_modifiers"))
    return met.select("claim_key", "line_number", "procedure_code", "with_modifiers", "instead", *TOLD)
