"""Batches of invented claims in a service's database, without the service's processes."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cleanclaim
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import JOBS
from cleanclaim.server.worklist import files, intake

FORMER = "M54.5"
"""A diagnosis that has ended: DX102."""


def claim(number: str, diagnosis: str = FORMER, **more: Any) -> dict[str, Any]:
    """An invented claim of one line."""
    line = {"procedure_code": "97110", "from_date": "2026-05-12", "units": 1, "charge_amount": "80.00", "place_of_service_code": "11", "diagnosis_pointers": [1]}  # fmt: skip
    own = {"claim_id": number, "claim_filing_code": "MB", "member_id": "1EG4TE5MK72", "patient_birth_date": "1950-02-14", "patient_sex": "F", "billing_npi": "1234567893"}  # fmt: skip
    return {
        **own,
        "payer_name": "MEDICARE PART B",
        "diagnoses": [diagnosis],
        "lines": [line],
        **more,
    }


def batch(
    database: Database,
    folder: Path,
    claims: list[dict[str, Any]],
    *,
    replaces: str | None = None,
    owner: str = "local",
    select: str = "DX102,DX103",
) -> str:
    """Take in the findings of some claims as a batch; its id."""
    job_id = secrets.token_hex(16)
    own = folder / job_id
    own.mkdir()
    files.write(cleanclaim.check(claims, select=select), own)
    now = datetime.now(UTC)
    row = {"id": job_id, "owner": owner, "organization": "main", "state": "done", "format": "html", "options": "{}", "size": 1, "digest": "", "created": now, "is_batch": True, "replaces": replaces}  # fmt: skip
    with database.writing() as connection:
        connection.execute(JOBS.insert().values(**row))
        intake.take_in(connection, row, own, now)
    return job_id
