"""The reference pages: what is missing, an import with its progress, and what an update changes in one's own claims."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cleanclaim.server.app import make_app
from cleanclaim.server.settings import ServerSettings

FREQUENCIES = (
    Path(__file__).parents[2] / "examples" / "policies" / "example-payer-frequency.csv"
).read_bytes()
DAY = Path(__file__).parents[2] / "examples" / "clinic-day.837"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with a reference store of its own."""
    folder = tmp_path_factory.mktemp("service")
    settings = ServerSettings(folder=folder, store=folder / "reference")
    with TestClient(make_app(settings), base_url="http://localhost:8008") as made:
        yield made


def imported(client: TestClient, name: str, content: bytes) -> str:
    """Import a file; what the page says when it is done."""
    begun = client.post("/reference/import", files={"files": (name, content)}, follow_redirects=False)  # fmt: skip
    assert begun.headers["location"] == "/reference#import"
    until = time.monotonic() + 60
    while "every 1s" in (text := client.get("/reference/import").text) and time.monotonic() < until:
        time.sleep(0.05)
    return text


def test_what_is_missing_is_named_with_what_brings_it(client: TestClient) -> None:
    text = client.get("/reference").text
    missing = text[text.index("<h2>Missing</h2>") : text.index('id="import"')]
    assert re.search(r"table of unit limits \(MUE\)</th><td>a few everyday codes</td><td>CMS&#39;s NCCI medically unlikely edits", missing)  # fmt: skip
    assert re.search(r"<th>list of waived tests</th><td>nothing</td>", missing)
    assert "ICD-10-CM FY2016-FY2027" in text


def test_a_publishers_file_is_imported_and_used_at_once(client: TestClient) -> None:
    before = client.get("/v1/reference").json()["lock"]
    text = imported(client, "../own limits.csv", FREQUENCIES)
    assert "Imported and in use" in text, text
    assert "frequency_limits" in text
    assert client.get("/v1/reference").json()["lock"] != before
    page = client.get("/reference").text
    assert "<h2>Imported</h2>" in page
    folder = Path(client.app._app.state.service.settings.folder)  # type: ignore[attr-defined]
    assert list((folder / "imports").iterdir()) == [], "the files are deleted"
    assert "Already there" in imported(client, "again.csv", FREQUENCIES)


def test_what_is_no_publishers_file_is_refused_in_words(client: TestClient) -> None:
    text = imported(client, "<img src=x>.txt", b"hello")
    assert re.search("Not imported|Skipped", text)
    assert "<img" not in text
    assert client.post("/reference/import", data={"cpt_licensed": "1"}, files={"other": b""}).status_code == 422  # fmt: skip


def test_an_update_names_our_claims_and_favorites_that_it_touches(client: TestClient) -> None:
    job = client.post("/v1/jobs?worklist=1&name=day.837", content=DAY.read_bytes()).json()["id"]
    until = time.monotonic() + 90
    while client.get(f"/v1/jobs/{job}").json()["state"] != "done" and time.monotonic() < until:
        time.sleep(0.2)
    client.post("/codes/ICD-10-CM/M54.5/favorite", data={"favorite": "1"})
    assert "What an update changes" in client.get("/reference/changes").text
    text = client.get(f"/reference/changes?before=FY2021&after=FY2027&batch={job}&favorites=1").text
    row = text[text.index(">M54.5</a>") :]
    assert "can't be billed any more" in row[:400]
    assert re.search(r">M54\.50</a>, <a[^>]*>M54\.51</a>", row)
    assert "claim CD-001 line 1" in row
    assert "favorites.csv row 2" in row
    assert client.get("/reference/changes?before=FY1999&after=FY2027").status_code == 400
