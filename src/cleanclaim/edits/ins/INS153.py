"""INS153: a condition, occurrence or value code that the type of bill or a service needs."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.ins.needs import NEEDS, missing
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)


def _value(code: str) -> dict[str, str]:
    return {"kind": "value", "code": code, "amount": "70.00"}


def _dated(kind: str, code: str) -> dict[str, str]:
    return {"kind": kind, "code": code, "from_date": "2026-05-10"}


_OTHER = [{"kind": "condition", "code": "C5"}]
"""A code that has nothing to do with it: claims without any code may come from a table."""
_DIALYSIS: dict[str, Any] = {
    "bill_type_code": "721",
    "billing_taxonomy_code": "261QE0700X",
    "lines": [{"revenue_center_code": "0821", "procedure_code": "90999"}],
}
_REPLACED: dict[str, Any] = {"bill_type_code": "137", "claim_frequency_code": "7", "original_reference_number": "EXAMPLE"}
_TRANSPORT: dict[str, Any] = {"lines": [{"revenue_center_code": "0540", "procedure_code": "A0429", "modifier_1": "RH"}]}
_HOSPICE: dict[str, Any] = {
    "bill_type_code": "811",
    "billing_taxonomy_code": "251G00000X",
    "lines": [{"revenue_center_code": "0651", "procedure_code": "Q5001"}],
}
_STAY: dict[str, Any] = {"bill_type_code": "111", "from_date": "2026-05-10", "admission_date": "2026-05-10"}
_WITH_DRUG: dict[str, Any] = {
    **_DIALYSIS,
    "lines": [{"revenue_center_code": "0634", "procedure_code": "Q4081"}],
    "claim_codes": [_value("A8"), _value("A9"), {"kind": "condition", "code": "71"}],
}
_HOME: dict[str, Any] = {"bill_type_code": "329", "billing_taxonomy_code": "251E00000X", "lines": [{"revenue_center_code": "0421", "procedure_code": "G0151"}]}


@query_edit(
    code="INS153",
    name="needed-claim-code-missing",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M49",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=(
        Source("Medicare Claims Processing Manual", "chapter 8, section 50.3 (dialysis: value codes A8 and A9, condition codes 71 to 76)", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 1, section 130.1.2.1 (claim change reasons: condition codes D0 to D9 and E0)", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 15, section 30.2.1 (ambulance: value code A0)", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 11, section 30.3 (hospice: value codes 61 and G8)", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 10, section 40.2 (home health: value codes 61 and 85)", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 8, section 60.4 (anemia drugs for dialysis patients: value code 48 or 49)", "CMS", _READ),
        Source("Change Request 7792 (MLN Matters MM7792)", "occurrence code 55, date of death, from 2012-10-01", "CMS", _READ),
        Source(
            "Medicare Claims Processing Manual", "chapter 3, section 40.2.6, and chapter 6, section 40.3.5.2 (leave of absence: span code 74)", "CMS", _READ
        ),
        Source("Medicare Claims Processing Manual", "chapter 6, section 40 (skilled nursing facilities: span code 70)", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 4, sections 260.1 and 261 (programs: condition codes 41 and 92)", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 32, section 69.6 (clinical trials); chapter 3, section 20.1.2.4 (transfers: 40)", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 1, section 60.4.1 (notices to the patient: occurrence code 32 with GA)", "CMS", _READ),
    ),
    column="claim_codes.code",
    message="Type of bill {bill_type_code} needs {what}: {needed}, which is missing.",
    suggestion="Add {needed}.",
    fix="proposed",
    when={"claims": IS_INSTITUTIONAL},
    examples=(
        fails("dialysis without the weight", institutional(**_DIALYSIS, claim_codes=[_value("A9"), {"kind": "condition", "code": "71"}]), says="A8"),
        fails("dialysis without the height", institutional(**_DIALYSIS, claim_codes=[_value("A8"), {"kind": "condition", "code": "71"}]), says="A9"),
        fails("dialysis somewhere", institutional(**_DIALYSIS, claim_codes=[_value("A8"), _value("A9")]), says="condition code 71"),
        passes("dialysis", institutional(**_DIALYSIS, claim_codes=[_value("A8"), _value("A9"), {"kind": "condition", "code": "74"}])),
        fails("transport by the hospital", institutional(**_TRANSPORT, claim_codes=_OTHER), says="A0"),
        passes("with the ZIP code", institutional(**_TRANSPORT, claim_codes=[_value("A0")])),
        fails("hospice at home", institutional(**_HOSPICE, claim_codes=_OTHER), says="61", disposition=Disposition.WARN),
        passes("hospice with the place", institutional(**_HOSPICE, claim_codes=[_value("61")])),
        fails("home health without the county", institutional(**_HOME, claim_codes=[_value("61")]), says="85", disposition=Disposition.WARN),
        passes("home health", institutional(**_HOME, claim_codes=[_value("61"), _value("85")])),
        fails("a replaced bill without its reason", institutional(**_REPLACED, claim_codes=_OTHER), says="condition code D0 to E0"),
        fails(
            "a voided bill without its reason",
            institutional(**{**_REPLACED, "bill_type_code": "138", "claim_frequency_code": "8"}, claim_codes=_OTHER),
            says="D5 or D6",
        ),
        fails(
            "a void with the reason of a change",
            institutional(**{**_REPLACED, "bill_type_code": "138", "claim_frequency_code": "8"}, claim_codes=[{"kind": "condition", "code": "D9"}]),
            says="D5",
        ),
        passes(
            "a void with its reason",
            institutional(**{**_REPLACED, "bill_type_code": "138", "claim_frequency_code": "8"}, claim_codes=[{"kind": "condition", "code": "D6"}]),
        ),
        passes("a replaced bill with its reason", institutional(**_REPLACED, claim_codes=[{"kind": "condition", "code": "D9"}])),
        passes("a visit to the clinic", institutional()),
        fails("a death", institutional(**_STAY, discharge_disposition_code="20", claim_codes=_OTHER), says="occurrence code 55"),
        passes("a death and its date", institutional(**_STAY, discharge_disposition_code="20", claim_codes=[_dated("occurrence", "55")])),
        passes(
            "a death before the rule", institutional(**{**_STAY, "from_date": "2012-09-01", "admission_date": "2012-09-01"}, discharge_disposition_code="20")
        ),
        fails(
            "a day of leave",
            institutional(**_STAY, lines=[{"revenue_center_code": "0183", "procedure_code": None}], claim_codes=_OTHER),
            says="74",
            disposition=Disposition.WARN,
        ),
        fails("a nursing facility's stay", institutional(**{**_STAY, "bill_type_code": "211"}, claim_codes=_OTHER), says="70", disposition=Disposition.WARN),
        passes(
            "a transfer to a nursing facility within 30 days",
            institutional(**{**_STAY, "bill_type_code": "211"}, claim_codes=[{"kind": "condition", "code": "57"}]),
        ),
        fails("an anemia drug", institutional(**_WITH_DRUG), says="value code 48"),
        passes("with the hemoglobin", institutional(**{**_WITH_DRUG, "claim_codes": [*_WITH_DRUG["claim_codes"], _value("48")]})),
        fails(
            "an intensive program",
            institutional(lines=[{"revenue_center_code": "0905", "procedure_code": "90853"}], claim_codes=_OTHER),
            says="92",
            disposition=Disposition.WARN,
        ),
        fails("a clinical trial", institutional(diagnoses=["C90.00", "Z00.6"], claim_codes=[_value("D4")]), says="30", disposition=Disposition.WARN),
        passes(
            "a clinical trial with its codes", institutional(diagnoses=["C90.00", "Z00.6"], claim_codes=[_value("D4"), {"kind": "condition", "code": "30"}])
        ),
        fails(
            "sent on to another hospital on the same day",
            institutional(**_STAY, to_date="2026-05-10", discharge_disposition_code="02", claim_codes=_OTHER),
            says="40",
            disposition=Disposition.WARN,
        ),
        fails("a notice", institutional(lines=[{"procedure_code": "G0463", "modifier_1": "GA"}], claim_codes=_OTHER), says="32", disposition=Disposition.WARN),
    ),
)
def needed_claim_code_missing(claims: Claims, reference: Reference) -> Rows:
    """A condition, occurrence or value code that Medicare needs on a type of bill, or for what is on it.

    Dialysis, its anemia drugs, ambulance, hospice, home health, changed bills, deaths, days of leave, a skilled nursing facility's stay, and services with
    a notice to the patient (GA) each need a code. Where the manual has exceptions that a claim doesn't show, it is a warning.

    What to do: add the code.
    """
    del reference
    return pl.concat([missing(claims, need) for need in NEEDS])
