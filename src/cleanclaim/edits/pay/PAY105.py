"""PAY105: a place of service that the claim's payer doesn't accept."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.pay.packs import NO_ROWS, TOLD, example, has_rules, is_at_one, met_lines, modifier_met
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_RULES = {"allowed": (~is_at_one(), "only at {}"), "not_allowed": (is_at_one(), "not at {}")}
"""When a rule is broken, and what it says; a line without a place is another edit's."""
_TELEHEALTH = example("place_of_service", {"modifiers": ["95"], "rule": "allowed", "places": ["02", "10"], "consequence": "deny-line"})
_NOT_IN_OFFICE = example("place_of_service", {"codes": ["99221-99223"], "rule": "not_allowed", "places": ["11"], "consequence": "return"})


@query_edit(
    code="PAY105",
    name="payer-place-of-service-wrong",
    disposition=Disposition.DENY_LINE,
    carc="5",
    rarc="M77",
    scope="claim",
    needs=("payer_packs", "payer_rules"),
    source=Source("the payer's own policy", "named in the finding", "the payer", date(2026, 11, 28)),
    column="lines.place_of_service_code",
    message="{payer} accepts {procedure_code}[ with modifier {with_modifiers}] {wanted}; this is place of service {place_of_service_code}: {citation}.",
    suggestion="[{note}. ]Correct the place of service if it is wrong, or the modifier.",
    fix="proposed",
    when={"claims": has_rules("place_of_service")},
    examples=(
        fails(
            "telehealth for UnitedHealthcare",
            professional(payer_id="87726", lines=["99213-95"]),
            line_number=1,
            disposition=Disposition.WARN,
            says="only at 02, 10",
        ),
        fails("telehealth from the office", professional(lines=["99213-95"]), line_number=1, says="only at 02, 10", tables=_TELEHEALTH),
        passes("telehealth from home", professional(place_of_service_code="10", lines=["99213-95"]), tables=_TELEHEALTH),
        passes("no telehealth", professional(), tables=_TELEHEALTH),
        fails(
            "an inpatient visit in the office",
            professional(lines=["99222"]),
            line_number=1,
            says="not at 11",
            disposition=Disposition.RETURN,
            tables=_NOT_IN_OFFICE,
        ),
        passes("an inpatient visit in the hospital", professional(place_of_service_code="21", lines=["99222"]), tables=_NOT_IN_OFFICE),
        passes("no place: another edit's", professional(place_of_service_code=None, lines=["99222"]), tables=_NOT_IN_OFFICE),
    ),
)
def payer_place_of_service_wrong(claims: Claims, reference: Reference) -> Rows:
    """A line whose place of service isn't one that the payer's pack allows for its code or modifier.

    What to do: see the payer's policy, and where the patient was.
    """
    found = met_lines(claims, reference, "place_of_service")
    if found is None:
        return NO_ROWS
    met = found.with_columns(modifier_met().alias("with_modifiers"))
    listed = pl.col("places").list.join(", ")
    shown = ("claim_key", "line_number", "procedure_code", "place_of_service_code", "with_modifiers", *TOLD)
    return pl.concat(
        met.filter(pl.col("rule") == rule, is_broken.fill_null(value=False)).select(*shown, worded(words, listed).alias("wanted"))
        for rule, (is_broken, words) in _RULES.items()
    )
