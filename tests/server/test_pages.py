"""The web pages: what they show, that they load nothing from elsewhere, and that nothing in a claim or note becomes markup."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from cleanclaim.server import pages
from cleanclaim.server.app import make_app
from cleanclaim.server.pages.form import EXAMPLE, claim_of, field_of
from cleanclaim.server.settings import ServerSettings
from served import Client

EXAMPLES = Path(__file__).parents[2] / "examples"
PAGES = ("/", "/claim", "/claim?example=1", "/batches", "/codes", "/codes?q=broken+wrist", "/codes/ICD-10-CM/M54.5", "/codes/any/99213", "/note", "/denials", "/edits", "/edits/DX102", "/reference", "/admin", "/admin/audit")  # fmt: skip
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


class Links(HTMLParser):
    """What a page would load, its labels and the fields that need one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []
        self.fields: list[str | None] = []
        self.labels: set[str | None] = set()
        self.within = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.loaded += [str(given[name]) for name in ("src", "href", "action") if given.get(name)]
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        self.inline += ["script"] if tag == "script" and "src" not in given else []
        self.inline += ["style"] if tag == "style" else []
        if tag == "label":
            self.within += 1
            self.labels.add(given.get("for"))
        is_field = tag in {"input", "select", "textarea"} and given.get("type") != "hidden"
        if is_field and not self.within and not given.get("aria-label"):
            self.fields.append(given.get("id"))

    def handle_endtag(self, tag: str) -> None:
        self.within -= tag == "label"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_names_its_fields(
    client: TestClient, path: str
) -> None:
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    found = Links(answer.text)
    assert found.inline == []
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in found.loaded)
    assert set(found.fields) <= found.labels, "each field has a label"
    assert re.search(r'<html lang="en">', answer.text)
    assert len(re.findall(r"<h1[ >]", answer.text)) >= 1 or path.startswith("/codes/")


def test_files_of_pages_are_there(client: TestClient) -> None:
    text = client.get("/").text
    for link in set(Links(text).loaded):
        if link.startswith("/static/"):
            assert client.get(link).status_code == 200, link
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/static/app.py").status_code == 404
    assert "Zero-Clause BSD" in client.get("/static/htmx-LICENSE.txt").text


def test_the_example_is_that_of_the_examples() -> None:
    own = Path(str(pages.__file__)).parent / "clinic-day.837"
    assert own.read_bytes() == (EXAMPLES / "clinic-day.837").read_bytes()


def test_a_file_becomes_a_worklist(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path), follow_redirects=False)
    added = client.post("/batches", files={"file": ("day.837", (EXAMPLES / "clinic-day.837").read_bytes())})  # fmt: skip
    assert added.status_code == 303
    place = added.headers["location"]
    until = time.monotonic() + 120
    while 'hx-trigger="every 1s"' in (part := client.get(f"{place}/part").text):
        assert time.monotonic() < until
        time.sleep(0.1)
    assert "Worklist" in part
    rows = client.get(f"{place}/rows").text
    amounts = [float(one) for one in re.findall(r'number">\$([\d.]+)<', rows)]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts
    assert "DX104" in client.get(f"{place}/rows?words=seventh+character").text
    assert "No finding fits" in client.get(f"{place}/rows?words=nothinglikethis").text
    rejects = client.get(f"{place}/rows?disposition=reject&sort=file").text
    assert set(re.findall(r'class="badge ([a-z-]+)"', rejects)) == {"reject"}
    assert client.get(f"{place}/report").text.lower().startswith("<!doctype html>")
    assert place in client.get("/batches").text
    assert client.post(f"{place}/remove").status_code == 303
    assert "no longer kept" in client.get(place).text


def test_what_can_not_be_read_is_said_on_the_page(client: TestClient) -> None:
    nothing = client.post("/batches", data={"text": " "})
    assert nothing.status_code == 422
    assert "choose a file" in nothing.text
    missing = client.get("/batches/" + "0" * 32, headers={"accept": "text/html"})
    assert missing.status_code == 404
    assert "there is no such job" in missing.text
    wrong = client.post("/denials", files={"remittance": ("a", b"nothing"), "claims": ("b", b"x")})
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text


def test_a_claim_is_checked_as_it_is_typed(client: TestClient) -> None:
    found = client.post("/claim/check", data=EXAMPLE).text
    assert "M54.5 ended 2021-09-30" in found
    assert '"diagnosis_A": "reject"' in found.replace("&#34;", '"').replace("&quot;", '"')
    assert 'href="#diagnosis_A"' in found
    assert client.post("/claim/check", data={}).text.strip().startswith("<div data-boxes")
    wrong = client.post("/claim/check", data={**EXAMPLE, "patient_birth_date": "yesterday"}).text
    assert "patient_birth_date expects a date" in wrong


def test_boxes_say_the_claim_and_findings_find_their_box() -> None:
    claim = claim_of({**EXAMPLE, "modifiers_2": " GP ", "procedure_code_4": ""})
    assert claim["diagnoses"] == ["M54.5", "E11.9"]
    assert [line["line_number"] for line in claim["lines"]] == [1, 2]
    assert claim["lines"][1]["modifiers"] == "GP"

    def at(column: str, line: int | None = None, diagnosis: int | None = None) -> str | None:
        return field_of({"field": {"column": column}, "line_number": line, "diagnosis_number": diagnosis})  # fmt: skip

    assert at("diagnoses.diagnosis_code", diagnosis=2) == "diagnosis_B"
    assert at("lines.modifier_2", line=3) == "modifiers_3"
    assert at("lines.diagnosis_pointer_1", line=1) == "diagnosis_pointers_1"
    assert at("lines.drug_code", line=1) == "procedure_code_1"
    assert at("claims.billing_npi") == "billing_npi"
    assert at("claims.bill_type") is None
    assert at("lines.units", line=9) is None
    assert field_of({"field": None, "line_number": None, "diagnosis_number": None}) is None


def test_a_note_is_read_on_the_page(client: TestClient) -> None:
    note = "Assessment: Type 2 diabetes. Denies chest pain. Continue metformin."
    found = client.post("/note/read", data={"note": note, "codes": "E11.9,I10", "patient": "established"}).text  # fmt: skip
    assert "<mark>Type 2 diabetes</mark>" in found
    assert "E11.9" in found
    assert "Visit level" in found
    assert "unsupported" in found
    assert "expected a note" in client.post("/note/read", data={"note": " "}).text


def test_denials_are_traced_on_the_page(client: TestClient) -> None:
    files = {
        "remittance": ("era.835", (EXAMPLES / "clinic-day.835").read_bytes()),
        "claims": ("day.837", (EXAMPLES / "clinic-day.837").read_bytes()),
    }
    found = client.post("/denials", files=files).text
    assert "denied or partly denied" in found
    assert len(re.findall(r"/edits/[A-Z]+\d+", found)) > 2


def test_nothing_that_is_given_becomes_markup(client: TestClient) -> None:
    pages = [
        client.post("/claim/check", data={**EXAMPLE, "claim_id": HOSTILE, "procedure_code_1": HOSTILE}).text,
        client.post("/note/read", data={"note": f"Assessment: diabetes {HOSTILE}", "codes": HOSTILE}).text,
        client.get("/codes", params={"q": HOSTILE}).text,
        client.get("/edits", params={"words": HOSTILE}).text,
        client.get("/codes/any/99213", params={"on": HOSTILE}, headers={"accept": "text/html"}).text,
        client.get(f"/{HOSTILE}", headers={"accept": "text/html"}).text,
        client.post("/batches", data={"text": "", "payer_class": HOSTILE}).text,
    ]  # fmt: skip
    for text in pages:
        assert "<script>alert" not in text
        assert "<img" not in text
        assert Links(text).inline == []


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that a browser can reach."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = make_app(ServerSettings(folder=tmp_path_factory.mktemp("browser")))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + 60
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)


def seen(address: str, path: str, folder: Path, width: int = 1280) -> str:
    """A page as a browser has made it, after its scripts."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium isn't installed")
    done = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}", f"--window-size={width},900", "--virtual-time-budget=15000", "--timeout=40000", "--dump-dom", address + path],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout


def test_a_browser_shows_the_boxes_that_are_wrong(address: str, tmp_path: Path) -> None:
    """Scripts run under the page's own policy, and nothing is refused that the page needs."""
    page = seen(address, "/claim?example=1", tmp_path)
    assert re.search(r'class="box at-reject" id="box-diagnosis_A"', page)
    assert "M54.5 ended 2021-09-30" in page
