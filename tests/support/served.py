"""What tests of the service share: an invented claim with a diagnosis that has ended, and the type of a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

Client = Callable[..., TestClient]

CLAIM: dict[str, Any] = {
    "claim_id": "A1",
    "member_id": "M1",
    "patient_birth_date": "1980-02-14",
    "patient_sex": "F",
    "claim_filing_code": "CI",
    "billing_npi": "1234567893",
    "diagnoses": ["M54.5"],
    "lines": [
        {
            "procedure_code": "97110",
            "from_date": "2026-05-12",
            "units": 2,
            "charge_amount": "80.00",
            "place_of_service_code": "11",
            "diagnosis_pointers": [1],
        }
    ],
}
