"""What cleanclaim and `pyoce` say of outpatient claims, by the number of the outpatient code editor's edit."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from cleanclaim.edits.registry import own_edits
from cleanclaim.engine.check import check
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare
from outpatient.claims import Service, Visit

Said = dict[int, set[str]]
"""The edits of each claim, by its number."""
NOT_PAID: Final = "9/28/50"
"""Three edits that addendum B can't tell apart."""
NAMES: Final[Mapping[str, str]] = {
    "1": "invalid diagnosis",
    "2": "diagnosis and age",
    "5": "external cause first",
    "6": "invalid procedure code (its form only)",
    NOT_PAID: "not covered, not recognized, or excluded by law (status E1)",
    "13": "no separate payment (status E2)",
    "18": "inpatient-only procedure",
    "21": "visit with a procedure, without modifier 25",
    "22": "invalid modifier",
    "25": "invalid age",
    "27": "only packaged services",
    "29": "mental health program without mental diagnosis",
    "37": "discontinued procedure with several units",
    "41": "invalid revenue code",
    "42": "two visits without condition code G0",
    "43": "transfusion without blood",
    "44": "revenue code of observation with another code",
    "48": "revenue code needs a procedure code",
    "49": "service on the day of an inpatient-only procedure",
    "51": "observation hours twice",
    "53": "observation on another type of bill",
    "58": "direct referral without observation",
    "60": "modifier CA on several procedures",
    "61": "for the DME contractor (status Y)",
    "62": "not recognized by outpatient payment (status B)",
    "70": "modifier CA and discharge status",
    "72": "not for this contractor (status M)",
    "73": "blood and its processing",
    "76": "trauma activation",
    "79": "revenue code of red cells or whole blood",
    "86": "manifestation first",
    "93": "cornea without transplant",
    "99": "drug without payable service",
    "100": "stem cells without acquisition",
    "117": "token charge for a drug",
}
_EDITS: Final[Mapping[str, str]] = {
    "DX101": "1", "DX102": "1", "DX103": "1", "DX104": "1", "DX113": "2", "DX109": "5", "PX101": "6", "MOD101": "22", "CLM104": "25",
    "QTY107": "37", "INS116": "41", "INS102": "41", "INS135": "42", "INS117": "48", "DX108": "86",
}  # fmt: skip
_BY_CODE: Final = {"36430": "43", "G0379": "58", "G0390": "76"}
_SEVERAL: Final = ("INS133", "INS136", "PX115")
_OWN: Final = tuple(f"INS{number}" for number in range(139, 151))
_SEXES: Final = {"M": "1", "F": "2"}
_FIRST_VERSION: Final = 76
_FIRST_QUARTER: Final = date(2019, 7, 1)
_NOT_OPPS: Final = ("71", "77", "85")


def ours(visits: Sequence[Visit], reference: Reference) -> Said:
    """The edits that cleanclaim finds on each claim."""
    wanted = {*_EDITS, *_SEVERAL, *_OWN}
    edits = [edit for edit in own_edits() if edit.code in wanted]
    batch = prepare(batch_of([visit.claim() for visit in visits]), Settings())
    checked = check(batch, reference, edits)
    if checked.failures:
        raise RuntimeError(f"edits failed: {checked.failures}")
    said: Said = {visit.number: set() for visit in visits}
    rows = checked.findings.select("claim_id", "code", "evidence", "message").iter_rows()
    for claim, code, evidence, message in rows:
        number = _number(code, json.loads(evidence or "{}"), message)
        said[int(claim.removeprefix("VISIT-"))].add(number)
    return said


def _number(code: str, evidence: Mapping[str, Any], message: str) -> str:
    if code in _EDITS:
        return _EDITS[code]
    if code == "INS133":
        return "53" if "types of bill" in message else "44"
    if code == "INS136":
        return "60" if "another" in message else "70"
    if code == "PX115":
        return _BY_CODE.get(evidence["procedure_code"], "")
    number = str(evidence["ioce_edit"])
    return NOT_PAID if number == "9, 28 or 50" else number


def theirs(visits: Sequence[Visit]) -> Said:
    """The edits that the other editor finds on each claim."""
    program = importlib.import_module("pyoce")
    return {
        visit.number: _grouped(_numbers(program.process_claim(_asked(visit)))) for visit in visits
    }


def _grouped(numbers: set[int]) -> set[str]:
    merged = {str(number) for number in numbers - {9, 28, 50}}
    return merged | {NOT_PAID} if numbers & {9, 28, 50} else merged


def _numbers(found: Any) -> set[int]:
    """All edit numbers in the other editor's answer, wherever they are."""
    numbers: set[int] = set()
    if isinstance(found, dict):
        for key, value in found.items():
            if key.endswith(("EditList", "editList")):
                numbers |= {int(number) for number in value}
            else:
                numbers |= _numbers(value)
    elif isinstance(found, list):
        for value in found:
            numbers |= _numbers(value)
    return numbers


def _asked(visit: Visit) -> dict[str, Any]:
    return {
        "claimId": str(visit.number),
        "billType": visit.bill,
        "dateStarted": f"{visit.first:%Y%m%d}",
        "dateEnded": f"{visit.last:%Y%m%d}",
        "receiptDate": f"{visit.last + timedelta(days=9):%Y%m%d}",
        "age": str(visit.age),
        "sex": _SEXES[visit.sex],
        "patientStatus": visit.status,
        "oppsFlag": "2" if visit.bill.startswith(_NOT_OPPS) else "1",
        "conditionCodeInputList": visit.conditions,
        "principalDiagnosisCode": {"diagnosis": visit.principal},
        "secondaryDiagnosisCodeList": [{"diagnosis": code} for code in visit.others],
        "lineItemList": [_line(visit, line) for line in visit.lines],
    }


def _line(visit: Visit, line: Service) -> dict[str, Any]:
    return {
        "serviceDate": f"{visit.day_of(line):%Y%m%d}",
        "hcpcs": line.code or "",
        "revenueCode": line.revenue,
        "unitsInput": str(line.units),
        "charge": str(line.charge),
        "hcpcsModifierInputList": [{"hcpcsModifier": code} for code in line.modifiers],
    }


def statuses() -> Iterator[tuple[str, str, date, date]]:
    """Each code, status indicator and period of the other editor's tables: they stand in for addendum B, which the comparison can't download."""
    rows = importlib.import_module("pyoce.dao.data").DataDaoFactory.get_instance()
    table = rows.get_data_hcpcs_dao()._provider.get_data_hcpcs_table()  # noqa: SLF001 - it has no public way
    for key, row in table.provider.get_multi(table.db_name, ""):
        name = key.decode() if isinstance(key, bytes) else str(key)
        code, first, last = name.split("|")
        if row.get("status_indicator") and len(code) == 5:
            yield (
                code,
                row["status_indicator"],
                _day(int(first)),
                _day(int(last) + 1) - timedelta(days=1),
            )


def _day(version: int) -> date:
    """The first day of a release of the editor."""
    quarters = min(version - _FIRST_VERSION, 120)
    months = _FIRST_QUARTER.month - 1 + 3 * quarters
    return date(_FIRST_QUARTER.year + months // 12, months % 12 + 1, 1)
