"""HX101: a service that the payment of an earlier operation covers."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.hx.global_period import NO_ROWS, VISIT_OR_OPERATION, after_operations, earlier_operations_unknown, operations, services, unexplained
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.reference import Reference

_SHARES = {
    "54": "the operation alone",
    "55": "the care after it",
    "56": "the care before it",
    "80": "an assistant's",
    "81": "an assistant's, for a part",
    "82": "an assistant's, in place of a resident",
    "AS": "an assistant's who is no physician",
}
"""Modifiers of shared care, for examples."""


def _earlier(line: str, day: str = "2026-04-12") -> dict[str, Any]:
    """An earlier claim of the patient, for examples."""
    return medicare(claim_id="A", is_history=True, from_date=day, lines=[line])


@query_edit(
    code="HX101",
    name="inside-global-period",
    disposition=Disposition.DENY_LINE,
    carc="97",
    rarc="M144",
    needs=("mpfs", "visit_codes"),
    payers=("medicare",),
    source=Source("Medicare Claims Processing Manual", "chapter 12, sections 40.1 and 40.2 (global surgical package)", "CMS", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="{procedure_code} on {from_date} is in the global period of {surgery_code} ({surgery_date}, {period} days, through {last_day}) by the same {who}, without modifier {modifiers}.",
    suggestion="{advice}",
    fix="proposed",
    unchecked=earlier_operations_unknown,
    when={"lines": VISIT_OR_OPERATION},
    examples=(
        fails(
            "a visit after a wrist fracture was treated",
            medicare(claim_id="A", is_history=True, from_date="2026-04-12", diagnoses=["S52.501A"], lines=["25600-RT"]),
            medicare(claim_id="B", diagnoses=["S52.501D"]),
            line_number=1,
            says=("25600", "2026-07-11"),
        ),
        passes(
            "said to be about something else",
            medicare(claim_id="A", is_history=True, from_date="2026-04-12", diagnoses=["S52.501A"], lines=["25600-RT"]),
            medicare(claim_id="B", lines=[{"modifier_1": "24"}]),
        ),
        fails(
            "the last day of ten",
            medicare(claim_id="A", is_history=True, from_date="2026-05-02", diagnoses=["B07.9"], lines=["17110"]),
            medicare(claim_id="B", diagnoses=["B07.9"]),
            line_number=1,
        ),
        passes(
            "the day after",
            medicare(claim_id="A", is_history=True, from_date="2026-05-01", diagnoses=["B07.9"], lines=["17110"]),
            medicare(claim_id="B", diagnoses=["B07.9"]),
        ),
        fails(
            "a further operation without 58, 78 or 79",
            medicare(claim_id="A", is_history=True, from_date="2026-04-12", diagnoses=["S52.501A"], lines=["25600-RT"]),
            medicare(claim_id="B", diagnoses=["S52.501A"], lines=["25605-RT"]),
            line_number=1,
            says="78",
        ),
        passes(
            "another surgeon",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2026-04-12",
                rendering_npi="1234567893",
                rendering_taxonomy_code="207X00000X",
                diagnoses=["S52.501A"],
                lines=["25600-RT"],
            ),
            medicare(claim_id="B"),
        ),
        fails("a wart a second time within ten days of the first", _earlier("17110", "2026-05-04"), medicare(lines=["17110"]), line_number=1),
        fails("a joint injected within ten days of an abscess opened", _earlier("10060", "2026-05-04"), medicare(lines=["20610-RT"]), line_number=1),
        fails(
            "an operation of ten days since does not hide the one of ninety",
            _earlier("25600"),
            {**_earlier("17110", "2026-04-20"), "claim_id": "A2"},
            medicare(),
            line_number=1,
            says="25600",
        ),
        passes("a joint injection has no days after it", _earlier("20610", "2026-05-11"), medicare()),
        passes("a laboratory test after the operation", _earlier("25600"), medicare(lines=["83036"])),
        passes("a check-up after the operation", _earlier("25600"), medicare(diagnoses=["Z00.00"], lines=["G0439"])),
        passes("the operation was voided", _earlier("25600"), {**_earlier("25600"), "claim_frequency_code": "8"}, medicare()),
        passes("the operation is on the hospital's claim", {**_earlier("25600"), "claim_type": "institutional"}, medicare()),
        *(
            passes(f"a visit: {what}", _earlier("25600"), medicare(lines=[f"99213-{modifier}"]))
            for modifier, what in (("57", "another operation was decided on"), ("FT", "critical care for something else"))
        ),
        *(passes(f"the earlier line is {what}", _earlier(f"25600-{modifier}"), medicare()) for modifier, what in _SHARES.items()),
        *(
            passes(f"this line is {what}", _earlier("25600"), medicare(lines=[f"25605-{modifier}"]))
            for modifier, what in {"58": "planned", "78": "a return to the operating room", "79": "unrelated", **_SHARES}.items()
        ),
        unchecked("an earlier operation outside the tables", _earlier("31575"), medicare()),
        passes("an earlier operation outside the tables, and a laboratory test now", _earlier("31575"), medicare(lines=["83036"])),
        passes("an earlier visit outside the tables", _earlier("99499"), medicare()),
        passes("a laboratory test, without a history", medicare(lines=["83036"])),
        passes("a hospital's visit, without a history", institutional(lines=["99213"])),
        unchecked("an eye visit, without a history", medicare(lines=["92014"])),
        unchecked("nothing earlier is known", professional()),
    ),
)
def inside_global_period(claims: Claims, reference: Reference) -> Rows:
    """A visit or operation within the 10 or 90 days after an operation by the same surgeon, or one of the same group and specialty, without a modifier that takes it out of the package.

    The payment of an operation holds the visits that follow it. Apart from it are paid: visits for something else (24), the decision for another
    major operation (57), staged, returned-to and
    unrelated operations (58, 78, 79). The period counts from the day after the operation; the operation's own day is judged by MOD104 and MOD105,
    the day before by MOD105. Check-ups are
    not meant.

    What to do: look whether the record shows one of these reasons.
    """
    days = claims.line_fees["global_days"]
    if not ((days == "010") | (days == "090")).any():
        return NO_ROWS
    given = services(claims)
    earlier = operations(given)
    if earlier.is_empty():
        return NO_ROWS
    found = after_operations(unexplained(given, reference), earlier)
    gap = (pl.col("from_date") - pl.col("surgery_date")).dt.total_days()
    last_day = pl.col("surgery_date") + pl.duration(days=pl.col("period"))
    return (
        found.filter(gap <= pl.col("period"))
        .sort("claim_key", "line_number", "surgery_date", descending=[False, False, True], maintain_order=True)
        .unique(["claim_key", "line_number"], keep="first", maintain_order=True)
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            "from_date",
            "surgery_code",
            "surgery_date",
            "period",
            last_day.alias("last_day"),
            "who",
            "modifiers",
            "advice",
            "release",
        )
    )
