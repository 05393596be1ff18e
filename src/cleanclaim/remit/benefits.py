"""Explanations of benefits (FHIR R4) as remittances: what a payer paid for a claim, line by line.

An explanation of benefits has an amount for each step of the adjudication (CARIN Blue Button,
ExplanationOfBenefit.item.adjudication and .total): submitted, eligible (allowed), deductible,
coinsurance, copay, noncovered, paid. They become the amounts and adjustments of a payment:

- deductible, coinsurance and copay are PR-1, PR-2 and PR-3, what another payer paid is OA-23;
- the submitted less the eligible amount is CO-45;
- a reason for denial (CARC) has the amount that isn't covered, else what none of these explains;
  an amount that isn't covered for no named reason is CARC 96 without a group;
- remark codes are remarks.

CMS's own names for amounts (Blue Button) come before the general ones, since they're more exact.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, BinaryIO, Final

import polars as pl

from cleanclaim.errors import InputError
from cleanclaim.model import MONEY
from cleanclaim.read.fhir.claims import ClaimMapper
from cleanclaim.read.fhir.resources import (
    Resource,
    Resources,
    codes,
    codings,
    listed,
    read_resources,
    text_of,
)
from cleanclaim.remit.tables import TABLES

_BENEFIT: Final = "ExplanationOfBenefit"
_CMS_NAMES: Final = (
    (re.compile(r"rate_amt$|blood_ddctbl_amt$"), ""),
    (re.compile(r"bene_(?:pmt|pd)_amt$"), ""),
    (re.compile(r"pmt_amt_amt$"), "benefit"),
    (re.compile(r"(?:sbmtd?_chrg|tot_chrg)_amt$"), "submitted"),
    (re.compile(r"alowd_chrg_amt$"), "eligible"),
    (re.compile(r"ddctbl_amt$"), "deductible"),
    (re.compile(r"coinsrnc_amt$"), "coinsurance"),
    (re.compile(r"ncvrd_chrg_amt$"), "noncovered"),
    (re.compile(r"prvdr_pmt_amt$"), "paidtoprovider"),
)
"""CMS's names for amounts; an empty meaning leaves the amount out."""
_STEPS: Final = frozenset(
    {"submitted", "eligible", "deductible", "coinsurance", "copay", "noncovered", "priorpayerpaid", "benefit", "paidtoprovider", "paidtopatient"}
)  # fmt: skip
_SHARES: Final = (("deductible", "PR", "1"), ("coinsurance", "PR", "2"), ("copay", "PR", "3"), ("priorpayerpaid", "OA", "23"))  # fmt: skip
_REASONS: Final = ("claim-adjustment-reason-codes", "ansi-rsn-cd", "adjustment-reason")
_REMARKS: Final = ("remittance-advice-remark-codes", "rarc")
_GROUPS: Final = ("claim-adjustment-group-codes", "ansi-grp-cd", "adjustment-group")
_BOTH: Final = re.compile(r"(CO|PR|OA|PI|CR)([A-Z]?\d{1,3})")
"""A group and a reason in one code, as CMS's revenue centers have them."""
_REMARK: Final = re.compile(r"(?:M[A]?|N)\d{1,3}")
_DENIED_BY_CMS: Final = "0"
"""CMS's code for a denied carrier claim (CARR_CLM_PMT_DNL_CD)."""
_NOT_COVERED: Final = "96"
_CENT: Final = Decimal("0.01")
_ZERO: Final = Decimal(0)
Row = dict[str, Any]


def read_benefits(
    stream: BinaryIO, file: str, first_check: int, first_payment: int
) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """Read the explanations of benefits of a FHIR file, each as one payment.

    Args:
        stream: a resource, a Bundle, a list of resources, or NDJSON.
        file: its name in messages.
        first_check: key of the first check.
        first_payment: key of the first payment.

    Returns:
        The tables of a remittance, and what couldn't be read.

    Raises:
        InputError: the file isn't JSON.
    """
    faults: list[str] = []
    resources = Resources()
    benefits = []
    for place, one, url in read_resources(io.BytesIO(stream.read()), file, faults):
        if one.get("resourceType") == _BENEFIT:
            benefits.append((place, one))
        else:
            resources.add(one, url)
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for place, one in benefits:
        if why := _unfit(one):
            faults.append(f"{place}: {why}")
            continue
        number = len(rows["payments"])
        _Payment(one, resources, rows, number + 1).add(first_check + number, first_payment + number)
    frames = {name: _frame(name, found) for name, found in rows.items()}
    frames["checks"] = frames["checks"].with_columns(pl.lit(file).alias("file"))
    if not benefits:
        raise InputError(f"{file}: the file has no explanation of benefits")
    return frames, faults


def _frame(name: str, rows: list[Row]) -> pl.DataFrame:
    table = TABLES[name]
    found = {key for row in rows for key in row}
    schema = {key: dtype for key, dtype in table.schema.items() if key in found} if rows else table.schema  # fmt: skip
    return pl.DataFrame(rows, schema=schema, strict=False)


def _unfit(one: Resource) -> str | None:
    """Why a resource is no payment; None if it is one."""
    if not isinstance(one.get("insurance", []), list):
        return "this is FHIR release 3, or damaged; release 4 is read"
    if one.get("use") in {"preauthorization", "predetermination"}:
        return "it is no payment, but an answer before the service"
    if one.get("outcome") == "queued" or one.get("status") == "draft":
        return "the payer hasn't decided yet"
    return None


class _Payment:
    """One explanation of benefits on its way into the tables."""

    def __init__(self, resource: Resource, resources: Resources, rows: dict[str, list[Row]], ordinal: int) -> None:  # fmt: skip
        self._resource = resource
        self._resources = resources
        self._rows = rows
        self._place: Row = {"position": ordinal, "segment_number": ordinal}
        self._number = 0
        self._claim = ClaimMapper(resources).claim(resource)

    def add(self, check_key: int, payment_key: int) -> None:
        """Add the payment's rows."""
        keys: Row = {"payment_key": payment_key}
        items = listed(self._resource.get("item"))
        lines = [self._line(item, own) for item, own in zip(items, self._claim["lines"], strict=True)]  # fmt: skip
        total = _amounts([*listed(self._resource.get("total")), *listed(self._resource.get("adjudication"))])  # fmt: skip
        has_lines = any(line["steps"] for line in lines)
        payment = self._resource.get("payment")
        payment = payment if isinstance(payment, dict) else {}
        charge = total.get("submitted") or sum((line["charge_amount"] for line in lines), _ZERO)
        paid = _cents(payment.get("amount"))
        if paid is None:
            paid = _paid(total) if _is_paid(total) else sum((line["paid_amount"] for line in lines), _ZERO)  # fmt: skip
        own = listed(self._resource.get("adjudication"))
        if not has_lines:
            self._adjust(keys, 0, (total, own), charge, paid)
        else:
            self._coded(keys, 0, own, None)
        for number, line in enumerate(lines if has_lines else [], start=1):
            steps, item = line.pop("steps"), line.pop("item")
            self._rows["payment_lines"].append({**keys, "service_number": number, **self._place, **line})  # fmt: skip
            told = (steps, listed(item.get("adjudication")))
            self._adjust(keys, number, told, line["charge_amount"], line["paid_amount"])
        self._rows["checks"].append({**self._check(check_key, payment), "paid_amount": paid})
        self._rows["payments"].append({**keys, "check_key": check_key, **self._payment(charge, paid)})  # fmt: skip

    def _check(self, check_key: int, payment: Resource) -> Row:
        identifier = payment.get("identifier")
        number = text_of(identifier.get("value")) if isinstance(identifier, dict) else None
        insurer = self._resources.find(self._resource.get("insurer"), self._resource)
        return {
            "check_key": check_key,
            "format": "fhir",
            **self._place,
            "trace": number,
            "check_date": _day(payment.get("date")) or _day(self._resource.get("created")),
            "payer_name": self._claim.get("payer_name") or text_of(insurer.get("name")),
            "payer_id": self._claim.get("payer_id"),
        }

    def _payment(self, charge: Decimal, paid: Decimal) -> Row:
        claim = self._claim
        return {
            **self._place,
            "remit_claim_id": self._claim_number(),
            "status_code": self._status(paid),
            "charge_amount": charge,
            "paid_amount": paid,
            "claim_filing_code": claim.get("claim_filing_code"),
            "payer_claim_id": self._payer_number(),
            "claim_frequency_code": claim.get("claim_frequency_code"),
            "drg_code": claim.get("drg_code"),
            "patient_last_name": claim.get("patient_last_name"),
            "patient_first_name": claim.get("patient_first_name"),
            "patient_id": claim.get("member_id"),
            "rendering_npi": claim.get("rendering_npi"),
            "original_reference": claim.get("original_reference_number"),
            "from_date": claim.get("from_date"),
            "to_date": claim.get("to_date"),
        }

    def _status(self, paid: Decimal) -> str:
        """The claim's status as an 835 has it: processed first or second, denied, or a reversal."""
        if self._resource.get("status") in {"cancelled", "entered-in-error"}:
            return "22"
        if not paid and _DENIED_BY_CMS in self._said_by_cms():
            return "4"
        return {"S": "2", "T": "3"}.get(self._claim.get("payer_sequence_code") or "", "1")

    def _said_by_cms(self) -> Iterator[str]:
        """CMS's code for what became of a carrier claim."""
        for one in listed(self._resource.get("supportingInfo")):
            if any("pmt-dnl-cd" in system.lower().replace("_", "-") for system, _ in codings(one.get("code"))):  # fmt: skip
                yield from codes(one.get("code"))
        if {"CARRIER", "DME"} & set(codes(self._resource.get("type"))):
            yield str(self._resource.get("disposition") or "")

    def _claim_number(self) -> str | None:
        """The provider's number: the patient account, else that of the claim that is answered."""
        for one in listed(self._resource.get("supportingInfo")):
            if "patientaccountnumber" in codes(one.get("category")):
                return text_of(one.get("valueString"))
        reference = self._resource.get("claim")
        answered = self._resources.find(reference, self._resource)
        if answered:
            numbers = (text_of(one.get("value")) for one in listed(answered.get("identifier")))
            return next(filter(None, numbers), text_of(answered.get("id")))
        if not isinstance(reference, dict):
            return None
        identifier = reference.get("identifier")
        if isinstance(identifier, dict) and text_of(identifier.get("value")):
            return text_of(identifier.get("value"))
        address = text_of(reference.get("reference"))
        return re.split(r"[/:]", address)[-1] if address else None

    def _payer_number(self) -> str | None:
        """The payer's number of the claim."""
        every = listed(self._resource.get("identifier"))
        unique = [one for one in every if "uc" in codes(one.get("type"))]
        return next((number for one in [*unique, *every] if (number := text_of(one.get("value")))), text_of(self._resource.get("id")))  # fmt: skip

    def _line(self, item: Resource, own: Mapping[str, Any]) -> Row:
        """A service, with the steps of its adjudication."""
        steps = _amounts(listed(item.get("adjudication")))
        charge = _cents(item.get("net")) or steps.get("submitted") or _ZERO
        return {
            "procedure_qualifier": own.get("procedure_qualifier"),
            "procedure_code": own.get("procedure_code"),
            **{f"modifier_{n}": own.get(f"modifier_{n}") for n in range(1, 5)},
            "charge_amount": charge,
            "paid_amount": _paid(steps),
            "revenue_center_code": own.get("revenue_center_code"),
            "units": own.get("units"),
            "from_date": own.get("from_date") or self._claim.get("from_date"),
            "to_date": own.get("to_date") or self._claim.get("from_date"),
            "allowed_amount": steps.get("eligible"),
            "steps": steps,
            "item": item,
        }

    def _adjust(self, keys: Row, number: int, told: tuple[Mapping[str, Decimal], list[Resource]], charge: Decimal, paid: Decimal) -> None:  # fmt: skip
        """The adjustments that the steps of an adjudication amount to."""
        steps, adjudication = told
        for step, group, carc in _SHARES:
            if steps.get(step):
                self._adjustment(keys, number, group, carc, steps[step])
        shared = sum((steps.get(step, _ZERO) for step, _, _ in _SHARES), _ZERO)
        refused = steps.get("noncovered", _ZERO)
        allowed = steps.get("eligible")
        discount = charge - allowed - refused if allowed is not None and charge > allowed + refused else _ZERO  # fmt: skip
        is_denied = not paid and not shared and bool(self._reasons(adjudication))
        if discount and not is_denied:
            self._adjustment(keys, number, "CO", "45", discount)
        left = max(charge - paid - shared - (_ZERO if is_denied else discount), _ZERO)
        if refused and not self._reasons(adjudication):
            self._adjustment(keys, number, "", _NOT_COVERED, refused)
        self._coded(keys, number, adjudication, refused or left)

    def _coded(self, keys: Row, number: int, adjudication: list[Resource], amount: Decimal | None) -> None:  # fmt: skip
        """The reasons that the payer names, and its remarks; the first reason has the amount."""
        reasons = self._reasons(adjudication)
        for at, (group, carc) in enumerate(reasons):
            self._adjustment(keys, number, group, carc, (amount or _ZERO) if at == 0 else _ZERO)
        for one in adjudication:
            for system, code in codings(one.get("reason")):
                is_remark = any(part in system.lower() for part in _REMARKS) or _REMARK.fullmatch(code)  # fmt: skip
                if is_remark:
                    self._number += 1
                    self._rows["remarks"].append({**keys, "service_number": number, "number": self._number, **self._place, "rarc": code})  # fmt: skip

    def _reasons(self, adjudication: list[Resource]) -> list[tuple[str, str]]:
        """Group and reason of each adjustment that the payer names."""
        found: dict[tuple[str, str], None] = {}
        for one in adjudication:
            if not {"adjustmentreason", "denialreason"} & set(codes(one.get("category"))):
                continue
            said = list(codings(one.get("reason")))
            group = next((code for system, code in said if any(part in system.lower() for part in _GROUPS)), "CO")  # fmt: skip
            for system, code in said:
                if any(part in system.lower() for part in _REASONS):
                    found[group, code] = None
                elif both := _BOTH.fullmatch(code):
                    found[both[1], both[2]] = None
        return list(found)

    def _adjustment(self, keys: Row, service: int, group: str, carc: str, amount: Decimal) -> None:
        self._number += 1
        self._rows["adjustments"].append(
            {
                **keys,
                "service_number": service,
                "number": self._number,
                **self._place,
                "group": group,
                "carc": carc,
                "amount": amount,
            }
        )


def _amounts(adjudication: list[Resource]) -> dict[str, Decimal]:
    """The amounts of an adjudication by step; amounts of one step are added up."""
    exact: dict[str, Decimal] = defaultdict(Decimal)
    general: dict[str, Decimal] = defaultdict(Decimal)
    for one in adjudication:
        amount = _cents(one.get("amount"))
        if amount is None:
            continue
        said = codes(one.get("category"))
        named = [meaning for code in said for form, meaning in _CMS_NAMES if form.search(code.lower())]  # fmt: skip
        if named:
            exact[named[0]] += amount
            if named[0]:
                continue
        step = next((code for code in said if code in _STEPS), None)
        if step is not None and not (named and step in {"submitted", "deductible"}):
            general[step] += amount
    return {step: amount for step, amount in {**general, **exact}.items() if step}


def _is_paid(steps: Mapping[str, Decimal]) -> bool:
    return bool({"paidtoprovider", "paidtopatient", "benefit"} & steps.keys())


def _paid(steps: Mapping[str, Decimal]) -> Decimal:
    """What was paid: to the provider and the patient, else the benefit."""
    if {"paidtoprovider", "paidtopatient"} & steps.keys():
        return steps.get("paidtoprovider", _ZERO) + steps.get("paidtopatient", _ZERO)
    return steps.get("benefit", _ZERO)


def _cents(money: object) -> Decimal | None:
    """An amount in whole cents."""
    value = money.get("value") if isinstance(money, dict) else None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    number = Decimal(value)
    limit = Decimal(10) ** (int(MONEY.precision or 0) - MONEY.scale)
    return number.quantize(_CENT, ROUND_HALF_UP) if number.is_finite() and abs(number) < limit else None  # fmt: skip


def _day(value: object) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
