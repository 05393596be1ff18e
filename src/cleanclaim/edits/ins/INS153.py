"""INS153: a condition or value code that the type of bill or a service needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_BILL = pl.col("bill_type_code").str.strip_chars_start("0")
_READ = date(2026, 11, 28)


@dataclass(frozen=True)
class _Need:
    """One of these codes is needed on these bills, if they have such a line."""

    kind: str
    codes: tuple[str, ...]
    bills: str
    line: pl.Expr
    what: str
    since: date = date(1900, 1, 1)


_ANY = pl.col("claim_key").is_not_null()
_REVENUE = pl.col("revenue_center_code")
_NEEDS = (
    _Need("value", ("A8",), r"^72[1-47]", _ANY, "the patient's weight"),
    _Need("value", ("A9",), r"^72[1-47]", _ANY, "the patient's height"),
    _Need("condition", ("71", "72", "73", "74", "75", "76", "80", "84"), r"^72[1-47]", _ANY, "where and how the patient is dialyzed"),
    _Need("value", ("A0",), r"^(13|22|23|85)[1-47]", _REVENUE.str.starts_with("054"), "the ZIP code of the pickup"),
    _Need("value", ("61",), r"^8[12][1-47]", _REVENUE.is_in(["0651", "0652"]), "the place of residence (CBSA)", date(2008, 1, 1)),
    _Need("value", ("G8",), r"^8[12][1-47]", _REVENUE.is_in(["0655", "0656"]), "the place of the facility (CBSA)", date(2008, 1, 1)),
    _Need("condition", ("D0", "D1", "D2", "D3", "D4", "D7", "D8", "D9", "E0"), r"^..7", _ANY, "the reason of the change"),
    _Need("condition", ("D5", "D6"), r"^..8", _ANY, "the reason of the void"),
    _Need("value", ("61",), r"^32[79]", _ANY, "the place of the services (CBSA)", date(2006, 1, 1)),
    _Need("value", ("85",), r"^32[79]", _ANY, "the county of the services (FIPS)", date(2019, 1, 1)),
)
_RARC = {"value": "M49", "condition": "M44"}


def _value(code: str) -> dict[str, str]:
    return {"kind": "value", "code": code, "amount": "70.00"}


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
        fails("transport by the hospital", institutional(**_TRANSPORT), says="A0"),
        passes("with the ZIP code", institutional(**_TRANSPORT, claim_codes=[_value("A0")])),
        fails("hospice at home", institutional(**_HOSPICE), says="61", disposition=Disposition.WARN),
        passes("hospice with the place", institutional(**_HOSPICE, claim_codes=[_value("61")])),
        fails("home health without the county", institutional(**_HOME, claim_codes=[_value("61")]), says="85", disposition=Disposition.WARN),
        passes("home health", institutional(**_HOME, claim_codes=[_value("61"), _value("85")])),
        fails("a replaced bill without its reason", institutional(**_REPLACED), says="condition code D0 to E0"),
        fails("a voided bill without its reason", institutional(**{**_REPLACED, "bill_type_code": "138", "claim_frequency_code": "8"}), says="D5 to D6"),
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
    ),
)
def needed_claim_code_missing(claims: Claims, reference: Reference) -> Rows:
    """A condition or value code that Medicare needs on a type of bill: for dialysis, ambulance, hospice, home health, and changed bills.

    Hospice and home health are warnings: the manual's exceptions, such as notices and claims for denial, can't all be seen.

    What to do: add the code.
    """
    del reference
    bills = claims.claims.filter(IS_INSTITUTIONAL).select("claim_key", "from_date", "bill_type_code", _BILL.alias("_bill"))
    milder = pl.when(pl.col("_bill").str.contains("^(32|8[12])")).then(pl.lit(Disposition.WARN.value)).alias("disposition")
    parts = []
    for need in _NEEDS:
        lined = claims.lines.filter(need.line.fill_null(value=False)).select("claim_key").unique()
        there = claims.claim_codes.filter(pl.col("kind") == need.kind, pl.col("code").is_in(need.codes)).select("claim_key").unique()
        asked = bills.filter(pl.col("_bill").str.contains(need.bills), pl.col("from_date") >= need.since).join(lined, on="claim_key", how="semi")
        shown = f"{need.kind} code {need.codes[0]}" + (f" to {need.codes[-1]}" if len(need.codes) > 1 else "")
        parts.append(
            asked.join(there, on="claim_key", how="anti").select(
                "claim_key", "bill_type_code", pl.lit(need.what).alias("what"), pl.lit(shown).alias("needed"), pl.lit(_RARC[need.kind]).alias("rarc"), milder
            )
        )
    return pl.concat(parts)
