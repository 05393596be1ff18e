"""The claim form of the page: its boxes, the claim that they say, and where each finding belongs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cleanclaim.edits.edit import Disposition

LINES: Final = 6
DIAGNOSES: Final = "ABCDEFGHIJKL"


@dataclass(frozen=True)
class Box:
    """A box of the form.

    Attributes:
        name: the field's name in the page.
        number: the box of the CMS-1500.
        label: what it asks for.
        column: the model's column.
        hint: an example.
        options: values to choose from; empty for text.
    """

    name: str
    number: str
    label: str
    column: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()


_PAYERS: Final = (
    ("", "not said"), ("MB", "Medicare Part B"), ("MC", "Medicaid"), ("CI", "commercial"), ("BL", "Blue Cross or Blue Shield"), ("16", "Medicare Advantage"),
    ("CH", "TRICARE"), ("VA", "Veterans Affairs"), ("WC", "workers' compensation"), ("AM", "automobile"),
)  # fmt: skip
HEAD: Final = (
    Box("claim_id", "26", "Patient's account", "claim_id", "A1001"),
    Box("claim_filing_code", "1", "Kind of coverage", "claim_filing_code", options=_PAYERS),
    Box("member_id", "1a", "Insured's ID", "member_id"),
    Box("patient_birth_date", "3", "Birth date", "patient_birth_date", "1950-02-14"),
    Box("patient_sex", "3", "Sex", "patient_sex", options=(("", "not said"), ("F", "female"), ("M", "male"), ("U", "unknown"))),
    Box("prior_authorization_number", "23", "Authorization", "prior_authorization_number"),
    Box("referring_npi", "17b", "Referring NPI", "referring_npi"),
    Box("billing_npi", "33a", "Billing NPI", "billing_npi", "1234567893"),
)  # fmt: skip
LINE: Final = (
    Box("from_date", "24A", "Date", "from_date", "2026-05-12"),
    Box("place_of_service_code", "24B", "Place", "place_of_service_code", "11"),
    Box("procedure_code", "24D", "Procedure", "procedure_code", "99213"),
    Box("modifiers", "24D", "Modifiers", "modifiers", "25"),
    Box("diagnosis_pointers", "24E", "Pointers", "diagnosis_pointers", "AB"),
    Box("charge_amount", "24F", "Charge", "charge_amount", "125.00"),
    Box("units", "24G", "Units", "units", "1"),
    Box("rendering_npi", "24J", "Rendering NPI", "rendering_npi"),
)
EXAMPLE: Final[dict[str, str]] = {
    "claim_id": "A1001", "claim_filing_code": "MB", "member_id": "1EG4TE5MK72", "patient_birth_date": "1950-02-14", "patient_sex": "F",
    "billing_npi": "1234567893", "diagnosis_A": "M54.5", "diagnosis_B": "E11.9",
    "from_date_1": "2026-05-12", "place_of_service_code_1": "11", "procedure_code_1": "99213",
    "diagnosis_pointers_1": "A", "charge_amount_1": "125.00", "units_1": "1",
    "from_date_2": "2026-05-12", "place_of_service_code_2": "11", "procedure_code_2": "97110",
    "diagnosis_pointers_2": "A", "charge_amount_2": "80.00", "units_2": "2",
}  # fmt: skip
"""An invented claim with a diagnosis that has ended."""


def claim_of(given: Mapping[str, str]) -> dict[str, Any]:
    """The claim that the boxes say; empty boxes and lines without a procedure are left out."""
    claim: dict[str, Any] = {box.column: given[box.name].strip() for box in HEAD if given.get(box.name, "").strip()}  # fmt: skip
    claim["diagnoses"] = [code for letter in DIAGNOSES if (code := given.get(f"diagnosis_{letter}", "").strip())]  # fmt: skip
    claim["lines"] = [line for number in range(1, LINES + 1) if (line := _line(given, number))]
    return claim


def _line(given: Mapping[str, str], number: int) -> dict[str, Any]:
    line = {box.column: value for box in LINE if (value := given.get(f"{box.name}_{number}", "").strip())}  # fmt: skip
    return {"line_number": number, **line} if line.get("procedure_code") else {}


def boxes_of(findings: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The hardest disposition at each field of the page; findings come in no order."""
    found: dict[str, str] = {}
    for finding in findings:
        name = field_of(finding)
        if name is not None and _rank(finding["disposition"]) < _rank(found.get(name, "")):
            found[name] = finding["disposition"]
    return found


def field_of(finding: Mapping[str, Any]) -> str | None:
    """The field of the page that a finding is about; None for the claim as a whole."""
    column = ((finding.get("field") or {}).get("column") or "").partition(".")[2]
    line, diagnosis = finding.get("line_number"), finding.get("diagnosis_number")
    if diagnosis and column.startswith("diagnosis") and not line and diagnosis <= len(DIAGNOSES):
        return f"diagnosis_{DIAGNOSES[diagnosis - 1]}"
    for many, one in (("modifiers", "modifier_"), ("diagnosis_pointers", "diagnosis_pointer_")):
        column = many if column.startswith(one) else column
    if line and line <= LINES:
        names = {box.column for box in LINE}
        return f"{column if column in names else 'procedure_code'}_{line}"
    return column if column in {box.column for box in HEAD} else None


def _rank(disposition: str) -> int:
    return Disposition(disposition).rank if disposition else len(Disposition)
