"""The report as FHIR R4: a Bundle with a ClaimResponse for each claim, and an OperationOutcome for each file that couldn't be read.

Each finding is an `error` with the line (`itemSequence`), the edit and its message, and the Da Vinci PAS extensions for the X12 element and the FHIRPath
of the value. Patients aren't named; `request` has the claim's number.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

from cleanclaim.report.result import Results

EDITS: Final = "urn:cleanclaim:edit"
_PAS: Final = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-error"
_TYPE: Final = "http://terminology.hl7.org/CodeSystem/claim-type"
_HARD: Final = frozenset({"reject", "return", "deny-claim"})
_TYPES: Final = {"professional": "professional", "institutional": "institutional", "dental": "oral"}
_LISTS: Final = {"Claim.item": "line_number", "Claim.diagnosis": "diagnosis_number"}


def write(results: Results, out: BinaryIO) -> None:
    """Write the Bundle, one resource a line."""
    made = datetime.now(UTC).isoformat(timespec="seconds")
    out.write(b'{"resourceType": "Bundle", "type": "collection", "entry": [')
    mark = b"\n"
    for resource in _resources(results, made):
        out.write(mark + json.dumps({"resource": resource}).encode())
        mark = b",\n"
    out.write(b"\n]}\n")


def _resources(results: Results, made: str) -> Iterator[dict[str, Any]]:
    for claims, findings in zip(results.claims_parts(), results.findings_parts(), strict=True):
        found: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
        for row in findings.iter_rows(named=True):
            found[row["claim_key"]].append(row)
        for row in found.pop(None, []):
            yield _outcome(row["message"], row["file"])
        for claim in claims.iter_rows(named=True):
            yield _response(claim, found[claim["claim_key"]], made)
    for entry in results.unread:
        yield _outcome(entry.error or "", entry.file)


def _response(claim: Mapping[str, Any], findings: list[dict[str, Any]], made: str) -> dict[str, Any]:  # fmt: skip
    is_hard = any(one["disposition"] in _HARD for one in findings)
    payer = claim["payer_name"] or claim["payer_id"] or "unknown"
    response = {
        "resourceType": "ClaimResponse",
        "status": "active",
        "type": {"coding": [{"system": _TYPE, "code": _TYPES.get(claim.get("claim_type") or "", "professional")}]},
        "use": "claim",
        "patient": {"type": "Patient", "display": "the patient of the claim"},
        "created": made,
        "insurer": {"type": "Organization", "display": payer},
        "request": {"type": "Claim", "identifier": {"value": claim["claim_id"] or "unknown"}},
        "outcome": "error" if is_hard else "complete",
        "disposition": claim["verdict"],
    }  # fmt: skip
    return {**response, **({"error": [_error(one) for one in findings]} if findings else {})}


def _error(finding: Mapping[str, Any]) -> dict[str, Any]:
    field = finding["field"] or {}
    path = _path(field.get("fhir"), finding)
    extensions = [
        {"url": f"{_PAS}{name}", "valueString": value}
        for name, value in (("Element", field.get("element")), ("Path", path))
        if value
    ]
    said = finding["suggestion"]
    if said:
        extensions.append({"url": f"{_PAS}FollowupAction", "valueCodeableConcept": {"text": said}})
    coding = {"system": EDITS, "code": finding["code"], "display": finding["name"]}
    error: dict[str, Any] = {"extension": extensions} if extensions else {}
    if finding["line_number"] is not None:
        error["itemSequence"] = finding["line_number"]
    error["code"] = {"coding": [coding], "text": f"{finding['disposition']}: {finding['message']}"}
    return error


def _path(path: str | None, finding: Mapping[str, Any]) -> str | None:
    """The FHIRPath of the value, with the number of its line or diagnosis."""
    for prefix, number in _LISTS.items():
        if path and path.startswith(prefix) and finding[number] is not None:
            return re.sub(re.escape(prefix), f"{prefix}[{finding[number] - 1}]", path, count=1)
    return path


def _outcome(text: str, file: str | None) -> dict[str, Any]:
    issue = {"severity": "error", "code": "invalid", "diagnostics": text, "expression": ["Bundle"]}
    return {"resourceType": "OperationOutcome", "issue": [issue | ({"details": {"text": file}} if file else {})]}  # fmt: skip
