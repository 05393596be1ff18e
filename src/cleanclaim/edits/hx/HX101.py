"""HX101: a service that the payment of an earlier operation covers."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.hx.global_period import (
    NO_ROWS,
    VISIT_OR_OPERATION,
    after_operations,
    earlier_operations_unknown,
    operations,
    services,
    unexplained,
)
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.reference import Reference


@query_edit(
    code="HX101",
    name="inside-global-period",
    disposition=Disposition.DENY_LINE,
    carc="97",
    rarc="M144",
    needs=("mpfs", "visit_codes"),
    payers=("medicare",),
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 12, sections 40.1 and 40.2 (global surgical package)",
        "CMS",
        date(2026, 11, 23),
    ),
    column="lines.procedure_code",
    message="{procedure_code} of {from_date} lies in the global period of {surgery_code} ({surgery_date}, {period} days, to {last_day}) by the same {who}, and carries none of {modifiers}.",
    suggestion="{advice}",
    fix="proposed",
    unchecked=earlier_operations_unknown,
    when={"lines": VISIT_OR_OPERATION},
    examples=(
        fails(
            "a visit after a wrist fracture was treated",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2026-04-12",
                diagnoses=["S52.501A"],
                lines=[{"procedure_code": "25600", "modifier_1": "RT"}],
            ),
            medicare(claim_id="B", diagnoses=["S52.501D"]),
            line_number=1,
            says=("25600", "2026-07-11"),
        ),
        passes(
            "said to be about something else",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2026-04-12",
                diagnoses=["S52.501A"],
                lines=[{"procedure_code": "25600", "modifier_1": "RT"}],
            ),
            medicare(claim_id="B", lines=[{"modifier_1": "24"}]),
        ),
        fails(
            "the last day of ten",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2026-05-02",
                diagnoses=["B07.9"],
                lines=[{"procedure_code": "17110"}],
            ),
            medicare(claim_id="B", diagnoses=["B07.9"]),
            line_number=1,
        ),
        passes(
            "the day after",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2026-05-01",
                diagnoses=["B07.9"],
                lines=[{"procedure_code": "17110"}],
            ),
            medicare(claim_id="B", diagnoses=["B07.9"]),
        ),
        fails(
            "a further operation without 58, 78 or 79",
            medicare(
                claim_id="A",
                is_history=True,
                from_date="2026-04-12",
                diagnoses=["S52.501A"],
                lines=[{"procedure_code": "25600", "modifier_1": "RT"}],
            ),
            medicare(
                claim_id="B",
                diagnoses=["S52.501A"],
                lines=[{"procedure_code": "25605", "modifier_1": "RT"}],
            ),
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
                lines=[{"procedure_code": "25600", "modifier_1": "RT"}],
            ),
            medicare(claim_id="B"),
        ),
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
        .sort(
            "claim_key",
            "line_number",
            "surgery_date",
            descending=[False, False, True],
            maintain_order=True,
        )
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
