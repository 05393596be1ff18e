"""The pages of codes: what each kind of code shows, codes side by side, and favorites."""

from __future__ import annotations

import re

from starlette.testclient import TestClient


def test_a_diagnosis_has_its_tree_and_the_notes_of_all_above_it(client: TestClient) -> None:
    text = client.get("/codes/ICD-10-CM/E11.22?on=2026-05-12").text
    assert "Billable on 2026-05-12" in text
    tree = text[text.index("Where it is") : text.index("<h2>Notes</h2>")]
    codes = re.findall(r'class="id"[^>]*>([^<]+)<', tree)
    assert codes == ["CHAPTER 4", "E08-E13", "E11", "E11.2", "E11.21", "E11.22", "E11.29"]
    assert re.search(r"gestational diabetes \(<a[^>]*>O24.4</a>-\)\s*<span class=\"meta\">from <a[^>]*>E11</a>", text)  # fmt: skip
    assert 'href="/codes/ICD-10-CM/N18.1?on=2026-05-12"' in text


def test_a_code_that_ended_leads_to_what_replaced_it(client: TestClient) -> None:
    text = client.get("/codes/ICD-10-CM/M54.5?on=2026-05-12").text
    assert "It ended on 2021-09-30. Use" in text
    assert 'href="/codes/ICD-10-CM/M54.50?on=2026-05-12"' in text
    before = client.get("/codes/ICD-10-CM/M54.5?on=2021-05-12").text
    assert "Billable on 2021-05-12" in before
    early = client.get("/codes/ICD-10-CM/M54.50?on=2021-05-12").text
    assert "starts on 2021-10-01" in early


def test_a_procedure_has_units_modifiers_and_what_is_not_loaded(client: TestClient) -> None:
    text = client.get("/codes/CPT/99213?on=2026-05-12").text
    assert re.search(r"practitioner: at most <strong>2</strong> per day", text)
    assert 'href="/codes/Modifier/25?on=2026-05-12"' in text
    assert "the whole table isn't loaded" in text
    modifier = client.get("/codes/Modifier/25").text
    assert "Affects payment" in modifier


def test_why_and_what_are_side_by_side(client: TestClient) -> None:
    text = client.get("/codes/CPT/99213?on=2026-05-12&beside=E11.22").text
    assert len(re.findall(r"<h1>", text)) == 2
    assert "No list has the code" in client.get("/codes/CPT/99213?beside=Q9Q9Q9").text
    newcomers = client.get("/codes").text
    assert newcomers.index("ICD-10-CM</th>") < newcomers.index("CPT</th>")
    assert "ICD-10-CM says why, CPT says what" in newcomers


def test_favorites_are_kept_and_removed(client: TestClient) -> None:
    done = client.post("/codes/ICD-10-CM/E1122/favorite", data={"favorite": "1", "on": "2026-05-12"}, follow_redirects=False)  # fmt: skip
    assert done.headers["location"] == "/codes/ICD-10-CM/E11.22?on=2026-05-12"
    assert 'aria-pressed="true"' in client.get("/codes/ICD-10-CM/E11.22").text
    assert "/codes/ICD-10-CM/E11.22" in client.get("/codes").text
    client.post("/codes/ICD-10-CM/E11.22/favorite", data={"favorite": "0"})
    assert "/codes/ICD-10-CM/E11.22" not in client.get("/codes").text
    assert client.post("/codes/ICD-10-CM/Q9Q9/favorite", data={"favorite": "1"}).status_code == 404
