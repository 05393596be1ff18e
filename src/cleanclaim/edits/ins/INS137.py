"""INS137: a program's services on a type of bill that can't have them."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_OPIOID = r"^(G20(6[7-9]|7[0-9]|80)|G1028|G221[56])$"
_BILL = pl.col("bill_type_code").str.strip_chars_start("0").str.head(2)
_OF_HOSPITALIZATION = ("13", "76", "85")
"""Hospitals' outpatient departments, community mental health centers and critical access hospitals."""
_HOSPITALIZATION = {"kind": "condition", "code": "41"}
_OPIOID_LINE = {"revenue_center_code": "0900", "procedure_code": "G2067"}


@query_edit(
    code="INS137",
    name="program-on-wrong-type-of-bill",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA30",
    payers=("medicare",),
    scope="claim",
    source=(
        Source("Integrated Outpatient Code Editor", "edits 46 (condition code 41) and 116 (opioid treatment programs)", "CMS", date(2026, 11, 28)),
        Source(
            "Medicare Claims Processing Manual",
            "chapter 4, section 260.1 (partial hospitalization: 13x and 85x with condition code 41; 76x)",
            "CMS",
            date(2026, 11, 28),
        ),
        Source("Medicare Claims Processing Manual", "chapter 39, section 30 (opioid treatment programs: 87x, or condition code 89)", "CMS", date(2026, 11, 28)),
    ),
    column="claims.bill_type_code",
    message="Type of bill {bill_type_code} can't have {what}.",
    suggestion="Correct the type of bill, or leave the program out.",
    fix="proposed",
    when={"claims": IS_INSTITUTIONAL & ~_BILL.is_in(["87"])},
    examples=(
        fails("partial hospitalization of an inpatient under Part B", institutional(bill_type_code="121", claim_codes=[_HOSPITALIZATION]), says="41"),
        fails("partial hospitalization in a stay", institutional(bill_type_code="111", admission_date="2026-05-10", claim_codes=[_HOSPITALIZATION]), says="41"),
        fails("in a rural health clinic", institutional(bill_type_code="711", claim_codes=[_HOSPITALIZATION]), says="41"),
        passes("in a community mental health center", institutional(bill_type_code="761", claim_codes=[_HOSPITALIZATION])),
        passes("in a critical access hospital", institutional(bill_type_code="851", claim_codes=[_HOSPITALIZATION])),
        passes("in a hospital's outpatient department", institutional(claim_codes=[_HOSPITALIZATION])),
        fails("a week of opioid treatment in a hospital", institutional(lines=[_OPIOID_LINE]), says="opioid"),
        passes("in a program of the hospital", institutional(claim_codes=[{"kind": "condition", "code": "89"}], lines=[_OPIOID_LINE])),
        passes(
            "black lung's payment, which is value code 41", institutional(bill_type_code="121", claim_codes=[{"kind": "value", "code": "41", "amount": "9.00"}])
        ),
        passes("another condition", institutional(bill_type_code="121", claim_codes=[{"kind": "condition", "code": "09"}])),
        fails(
            "another condition doesn't make it a program", institutional(claim_codes=[{"kind": "condition", "code": "09"}], lines=[_OPIOID_LINE]), says="opioid"
        ),
        passes("in a program", institutional(bill_type_code="871", lines=[_OPIOID_LINE])),
        passes("a professional claim", professional(lines=["G2067"])),
    ),
)
def program_on_wrong_type_of_bill(claims: Claims, reference: Reference) -> Rows:
    """Partial hospitalization (condition code 41) or opioid treatment on a type of bill of another kind.

    What to do: correct the type of bill.
    """
    del reference
    bills = claims.claims.filter(IS_INSTITUTIONAL, _BILL != "87").with_columns(_BILL.alias("_bill"))
    conditions = claims.claim_codes.filter(pl.col("kind") == "condition")
    partial = conditions.filter(pl.col("code") == "41").select("claim_key").unique()
    opioid = claims.lines.filter(IS_INSTITUTIONAL & pl.col("procedure_code").str.contains(_OPIOID)).select("claim_key").unique()
    of_program = conditions.filter(pl.col("code") == "89").select("claim_key").unique()
    asked = [
        (bills.filter(~pl.col("_bill").is_in(_OF_HOSPITALIZATION)).join(partial, on="claim_key", how="semi"), "partial hospitalization (condition code 41)"),
        (bills.join(opioid, on="claim_key", how="semi").join(of_program, on="claim_key", how="anti"), "services of an opioid treatment program"),
    ]
    return pl.concat([rows.select("claim_key", "bill_type_code", pl.lit(what).alias("what")) for rows, what in asked])
