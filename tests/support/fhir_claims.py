"""Claims of a batch as FHIR R4 resources, for tests."""

from __future__ import annotations

from typing import Any

from cleanclaim.model import Batch

NPI = "http://hl7.org/fhir/sid/us-npi"
TYPES = "http://terminology.hl7.org/CodeSystem/claim-type"
ICD = {10: "http://hl7.org/fhir/sid/icd-10-cm", 9: "http://hl7.org/fhir/sid/icd-9-cm"}
CPT, HCPCS = (
    "http://www.ama-assn.org/go/cpt",
    "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
)
KINDS = {
    "admitting": "admitting",
    "reason_for_visit": "patientreasonforvisit",
    "external_cause": "externalcauseofinjury",
    "principal": "principal",
}


def concept(code: object, system: str = "") -> dict[str, Any]:
    return {"coding": [{**({"system": system} if system else {}), "code": str(code)}]}


def dotted(code: str, version: int) -> str:
    return code if version == 9 or len(code) < 4 else f"{code[:3]}.{code[3:]}"


def npi(value: str | None) -> dict[str, Any]:
    return {"identifier": {"system": NPI, "value": value}}


def bundle_of(batch: Batch) -> dict[str, Any]:
    """A Bundle of the claims, each with its patient and coverage as resources of their own."""
    resources = [
        one for row in batch.claims.iter_rows(named=True) for one in resources_of(batch, row)
    ]
    entries = [
        {"fullUrl": f"urn:uuid:{one['resourceType']}-{one['id']}", "resource": one}
        for one in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def contained(batch: Batch) -> list[dict[str, Any]]:
    """The claims, each with its patient, coverage and provider contained."""
    found = []
    for claim in batch.claims.iter_rows(named=True):
        *others, own = resources_of(batch, claim, prefix="#")
        found.append({**own, "contained": others})
    return found


def resources_of(batch: Batch, claim: dict[str, Any], prefix: str = "") -> list[dict[str, Any]]:
    key = claim["claim_key"]

    def to(kind: str) -> dict[str, str]:
        return {"reference": f"#{kind}{key}" if prefix else f"{kind}/{kind}{key}"}

    patient = {
        "resourceType": "Patient",
        "id": f"Patient{key}",
        "birthDate": claim["patient_birth_date"].isoformat(),
        "gender": {"F": "female", "M": "male"}[claim["patient_sex"]],
        "name": [{"family": claim["patient_last_name"], "given": [claim["patient_first_name"]]}],
    }
    payer = {
        "resourceType": "Organization",
        "id": f"Organization{key}",
        "name": claim["payer_name"],
        "identifier": [{"value": claim["payer_id"]}],
    }
    provider = {
        "resourceType": "Practitioner",
        "id": f"Practitioner{key}",
        "identifier": [{"system": NPI, "value": claim["billing_npi"]}],
        "address": [{"state": claim["billing_state"], "postalCode": claim["billing_zip_code"]}],
    }
    coverage = {
        "resourceType": "Coverage",
        "id": f"Coverage{key}",
        "subscriberId": claim["member_id"],
        "relationship": concept("self"),
        "type": concept(claim["claim_filing_code"]),
        "payor": [to("Organization")],
    }
    own = {
        "resourceType": "Claim",
        "id": f"Claim{key}",
        "status": "active",
        "use": "claim",
        "identifier": [{"value": claim["claim_id"]}],
        "type": concept("oral" if claim["claim_type"] == "dental" else claim["claim_type"], TYPES),
        "created": claim["submitted_date"].isoformat(),
        "patient": to("Patient"),
        "provider": to("Practitioner"),
        "insurance": [{"sequence": 1, "focal": True, "coverage": to("Coverage")}],
        "total": {"value": float(claim["charge_amount"]), "currency": "USD"},
        "careTeam": [
            {"sequence": 1, "provider": npi(claim["rendering_npi"]), "role": concept("rendering")}
        ],
        "diagnosis": [
            {
                "sequence": row["diagnosis_number"],
                "diagnosisCodeableConcept": concept(
                    dotted(row["diagnosis_code"], row["icd_version"]), ICD[row["icd_version"]]
                ),
                **(
                    {"type": [concept(KINDS[row["diagnosis_type"]])]}
                    if row["diagnosis_type"] in KINDS
                    else {}
                ),
            }
            for row in batch.diagnoses.filter(batch.diagnoses["claim_key"] == key).iter_rows(
                named=True
            )
        ],
        "item": [
            line_of(row)
            for row in batch.lines.filter(batch.lines["claim_key"] == key).iter_rows(named=True)
        ],
    }
    return [patient, payer, provider, coverage, own]


def line_of(row: dict[str, Any]) -> dict[str, Any]:
    code = row["procedure_code"]
    pointers = [row[f"diagnosis_pointer_{n}"] for n in range(1, 5)]
    return {
        "sequence": row["line_number"],
        "careTeamSequence": [1],
        "diagnosisSequence": [one for one in pointers if one is not None],
        "productOrService": concept(code, CPT if code[0].isdigit() else HCPCS),
        "modifier": [concept(row[f"modifier_{n}"]) for n in range(1, 5) if row[f"modifier_{n}"]],
        "servicedDate": row["from_date"].isoformat(),
        "locationCodeableConcept": concept(row["place_of_service_code"]),
        "quantity": {"value": float(row["units"])},
        "net": {"value": float(row["charge_amount"]), "currency": "USD"},
    }
