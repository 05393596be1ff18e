"""The web pages: what they show, that they load nothing from elsewhere, and that nothing in a claim or note becomes markup."""

from __future__ import annotations

import html
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import cleanclaim
from cleanclaim.server import pages
from cleanclaim.server.pages.form import filled
from cleanclaim.server.pages.forms import CMS_1500, UB_04
from cleanclaim.server.settings import ServerSettings
from served import Client

EXAMPLES = Path(__file__).parents[2] / "examples"
PAGES = ("/", "/worklist", "/claim", "/claim?example=1", "/claim?form=ub-04&example=1", "/batches", "/codes", "/codes?q=broken+wrist", "/codes/ICD-10-CM/M54.5", "/codes/any/99213", "/note", "/denials", "/edits", "/edits/DX102", "/reference", "/admin", "/admin/audit", "/payers", "/payers/cigna", "/audits", "/analysis", "/learn", "/learn/play")  # fmt: skip
EXAMPLE = dict(CMS_1500.example)
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
    assert "Findings" in part
    batch = place.rpartition("/")[2]
    rows = client.get(f"/worklist/rows?batch={batch}").text
    amounts = [float(one) for one in re.findall(r'number">\$([\d.]+)<', rows)]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts
    assert "DX104" in client.get(f"/worklist/rows?batch={batch}&words=seventh+character").text
    assert "No finding fits" in client.get("/worklist/rows?words=nothinglikethis").text
    rejects = client.get("/worklist/rows?disposition=reject&sort=claim").text
    assert set(re.findall(r'class="badge ([a-z-]+)"', rejects)) == {"reject"}
    assert client.get(f"{place}/report").text.lower().startswith("<!doctype html>")
    assert client.get(f"{place}/workbook").content.startswith(b"PK")
    assert place in client.get("/batches").text
    assert "day.837" in client.get("/batches").text
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
    assert '"diagnosis_A": {"disposition": "reject", "says": ["M54.5 ended' in found.replace(
        "&#34;", '"'
    ).replace("&quot;", '"')
    assert 'href="#diagnosis_A"' in found
    assert "What to do:" in found
    assert client.post("/claim/check", data={}).text.strip().startswith("<div data-boxes")
    wrong = client.post("/claim/check", data={**EXAMPLE, "patient_birth_date": "yesterday"}).text
    assert "patient_birth_date expects a date" in wrong


def test_boxes_say_the_claim_and_findings_find_their_box() -> None:
    own = filled(CMS_1500, {**EXAMPLE, "modifiers_2": " GP ", "procedure_code_4": ""})
    assert own.claim["diagnoses"] == ["M54.5", "E11.9"]
    assert [line["line_number"] for line in own.claim["lines"]] == [1, 2]
    assert own.claim["lines"][1]["modifiers"] == "GP"

    def at(column: str, line: int | None = None, diagnosis: int | None = None) -> str | None:
        return own.field_of({"field": {"column": column}, "line_number": line, "diagnosis_number": diagnosis})  # fmt: skip

    assert at("diagnoses.diagnosis_code", diagnosis=2) == "diagnosis_B"
    assert at("lines.modifier_2", line=3) == "modifiers_3"
    assert at("lines.diagnosis_pointer_1", line=1) == "diagnosis_pointers_1"
    assert at("lines.drug_code", line=1) == "procedure_code_1"
    assert at("claims.billing_npi") == "billing_npi"
    assert at("claims.bill_type") is None
    assert at("lines.units", line=9) is None
    assert own.field_of({"field": None, "line_number": None, "diagnosis_number": None}) is None


def test_letters_point_at_the_boxes_that_are_filled_in() -> None:
    given = {**EXAMPLE, "diagnosis_B": "", "diagnosis_D": "E11.9", "diagnosis_pointers_1": "DA", "diagnosis_pointers_2": "B"}  # fmt: skip
    own = filled(CMS_1500, given)
    assert own.claim["lines"][0]["diagnosis_pointers"] == [2, 1]
    assert own.claim["lines"][1]["diagnosis_pointers"] == "B", "an empty box: the check says so"
    assert own.field_of({"field": {"column": "diagnoses.diagnosis_code"}, "line_number": None, "diagnosis_number": 2}) == "diagnosis_D"  # fmt: skip


def test_an_institutional_claim_is_filled_in_on_its_own_form(client: TestClient) -> None:
    own = filled(UB_04, {**UB_04.example, "poa_A": "Y", "condition_codes": "44, 02"})
    assert own.claim["claim_type"] == "institutional"
    assert own.claim["diagnoses"][0] == {"diagnosis_code": "M54.5", "diagnosis_type": "principal", "present_on_admission_code": "Y"}  # fmt: skip
    assert own.claim["claim_codes"] == [{"kind": "condition", "code": "44"}, {"kind": "condition", "code": "02"}]  # fmt: skip
    assert own.field_of({"field": {"column": "diagnoses.present_on_admission_code"}, "line_number": None, "diagnosis_number": 1}) == "poa_A"  # fmt: skip
    found = client.post("/claim/check?form=ub-04", data=dict(UB_04.example)).text
    assert 'data-set="diagnosis_A" data-value="M54.50"' in found
    assert "not available" not in found
    assert client.get("/claim?form=hcfa").status_code == 404


def test_a_safe_fix_takes_one_click(client: TestClient) -> None:
    given = {
        **EXAMPLE,
        "procedure_code_1": "20610",
        "modifiers_1": "LT 50",
        "diagnosis_A": "M17.11",
    }
    own = filled(CMS_1500, given)
    finding = {"fix": "safe", "line_number": 1, "diagnosis_number": None, "field": {"column": "lines.modifier_1"}, "evidence": {"modifier": "50"}}  # fmt: skip
    assert own.choices(finding) == (("50 LT", "Fix it: 50 LT"),)
    assert own.choices({**finding, "fix": "proposed"}) == ()


def test_one_claim_is_saved_and_put_on_the_worklist(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path), follow_redirects=False)
    table = client.post("/claim/download", data={**EXAMPLE, "modifiers_2": "GP 59", "as": "csv"})
    assert table.headers["content-disposition"] == 'attachment; filename="claim.csv"'
    report = cleanclaim.check(table.content)
    (first, second) = report.batch.lines.iter_rows(named=True)
    assert (second["modifier_1"], second["modifier_2"], first["diagnosis_pointer_1"]) == ("GP", "59", 1)  # fmt: skip
    assert report.batch.diagnoses["diagnosis_code"].to_list() == ["M545", "E119"]
    assert client.post("/claim/download", data={**EXAMPLE, "as": "xlsx"}).content.startswith(b"PK")
    assert "M54.5 ended" in client.post("/claim/download", data={**EXAMPLE, "as": "html"}).text
    assert client.post("/claim/download", data={"as": "csv"}).status_code == 422
    assert client.post("/claim/download", data={**EXAMPLE, "as": "pdf"}).status_code == 422
    assert client.post("/claim/download", data={**EXAMPLE, "as": "worklist"}).status_code == 303


def test_a_note_is_read_on_the_page(client: TestClient) -> None:
    note = "Assessment: Type 2 diabetes. Denies chest pain. Continue metformin."
    found = client.post("/note/read", data={"note": note, "codes": "E11.9,I10", "patient": "established"}).text  # fmt: skip
    assert "<mark>Type 2 diabetes</mark>" in found
    assert "E11.9" in found
    assert "Visit level" in found
    assert "unsupported" in found
    assert "expected a note" in client.post("/note/read", data={"note": " "}).text


def test_a_vague_note_comes_with_a_query_that_is_ready_to_send(client: TestClient) -> None:
    note = "Established patient.\nAssessment: 1. Hypertension and chronic kidney disease. Continue lisinopril, recheck creatinine."
    found = client.post("/note/read", data={"note": note, "on": "2026-05-12"}).text
    letter = html.unescape(found[found.index('id="letter"') : found.index("</textarea>")])
    assert "Questions about your note of the visit on 2026-05-12" in letter
    assert 'The note says "chronic kidney disease"' in letter
    assert "can't be determined" in letter
    assert "No particular answer is expected" in letter
    clear = client.post("/note/read", data={"note": "Assessment: Hypertension. Continue lisinopril."}).text  # fmt: skip
    assert 'id="letter"' not in clear


def test_the_codes_of_a_note_fill_in_a_claim(client: TestClient) -> None:
    note = "Established patient.\nAssessment: Type 2 diabetes, A1c above goal. Increase metformin."
    found = client.post("/note/read", data={"note": note, "on": "2026-05-12"}).text
    link = re.search(r'href="(/claim\?[^"]+)"', found)
    assert link
    form = client.get(html.unescape(link[1])).text
    assert re.search(r'id="diagnosis_A" name="diagnosis_A" value="E11', form)
    assert re.search(r'id="procedure_code_1" name="procedure_code_1" value="992\d\d"', form)
    assert 'name="from_date_1" value="2026-05-12"' in form
    assert HOSTILE not in client.get("/claim", params={"claim_id": HOSTILE}).text


def test_the_first_page_leads_to_the_latest_checks(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path))
    assert "Nothing yet" in client.get("/").text
    client.post("/batches/example")
    text = client.get("/").text
    assert "an invented clinic's day" in text
    assert re.search(r'<a class="strong" href="/batches/[0-9a-f]{32}">clinic-day.837</a>', text)


def test_an_edit_says_what_to_do_and_its_examples_run(client: TestClient) -> None:
    text = client.get("/edits/MOD104").text
    assert re.search(r"What to do</h2><p[^>]*>Read the record", text)
    assert "<h3>Not flagged</h3>" in text
    assert "hold." in client.get("/edits/MOD104/tested").text
    assert client.get("/edits/NOPE1/tested", headers={"accept": "text/html"}).status_code == 404
    only = client.get("/edits?family=QTY&disposition=deny-line").text
    assert set(re.findall(r'href="/edits/([A-Z]+)\d+"', only)) == {"QTY"}
    assert set(re.findall(r'class="badge ([a-z-]+)"', only)) == {"deny-line"}


def test_own_edits_are_listed_with_their_tests(tmp_path: Path, served: Client) -> None:
    client = served(ServerSettings(folder=tmp_path, edits=(str(EXAMPLES / "own-edits"),)))
    assert re.search(r'ORG101</a> <span class="state assigned">yours', client.get("/edits?words=ORG101").text)  # fmt: skip
    assert "All 3 hold." in client.get("/edits/ORG101/tested").text


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
