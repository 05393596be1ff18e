"""What tests of the service share: an invented claim with a diagnosis that has ended, and the type of a client."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.testclient import TestClient

from cleanclaim.server.access import users
from cleanclaim.server.access.principals import operator
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import JOBS
from cleanclaim.server.settings import ServerSettings
from cleanclaim.server.work import report_name, table_name

Client = Callable[..., TestClient]

PASSWORD = "correct horse battery"  # noqa: S105 - invented

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


def sign_in(browser: TestClient, name: str, password: str = PASSWORD, next: str = "/") -> Any:  # noqa: A002 - the form's field
    """Sign a browser in as a person would; the answer to the form."""
    asked = browser.get("/sign-in", headers={"accept": "text/html"})
    form = re.search(r'name="form" value="([^"]+)"', asked.text)
    given = {"name": name, "password": password, "next": next, "form": form[1] if form else ""}
    return browser.post("/sign-in", data=given)


def csrf_of(browser: TestClient, path: str = "/claim") -> str:
    """The token that a page's changes hold."""
    shown = browser.get(path, headers={"accept": "text/html"})
    found = re.search(r'X-CSRF-Token": "([^"]+)"', shown.text)
    assert found, shown.text[:200]
    return found[1]


def finished(database: Database, settings: ServerSettings, organization: str, owner: str) -> str:
    """A job that is done, with results on the disk."""
    job_id = f"{organization}{owner}".encode().hex().ljust(32, "0")[:32]
    row = {"id": job_id, "organization": organization, "owner": owner, "state": "done", "format": "html", "options": "{}", "size": 1, "digest": "0"}  # fmt: skip
    with database.writing() as connection:
        connection.execute(JOBS.insert().values(**row, created=datetime.now(UTC)))
    folder = settings.jobs / job_id
    folder.mkdir(parents=True)
    for name in (report_name("html"), table_name("claims"), table_name("findings")):
        (folder / name).write_bytes(b"PAR1")
    return job_id


def entered(settings: ServerSettings, database: Database, served: Client, organization: str, role: str) -> tuple[TestClient, dict[str, str]]:  # fmt: skip
    """A browser in which someone of an organization signed in, and the header of its changes."""
    name = f"{role}-{organization}"
    users.add(database, operator(organization), name, role, PASSWORD)
    client: TestClient = served(settings, follow_redirects=False)
    sign_in(client, name)
    return client, {"x-csrf-token": csrf_of(client, "/edits")}
