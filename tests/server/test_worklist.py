"""The worklist: findings that several people change at once, and checks of the same claims again; on both databases."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from batches import batch, claim
from cleanclaim.server import audit
from cleanclaim.server.access import keys, users
from cleanclaim.server.access.principals import LOCAL, Principal, expanded, operator
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import EVENTS, JOBS
from cleanclaim.server.jobs import Jobs
from cleanclaim.server.problems import Problem
from cleanclaim.server.settings import ServerSettings
from cleanclaim.server.worklist.findings import Findings, Listed
from cleanclaim.server.worklist.query import Wanted
from cleanclaim.server.worklist.views import Views
from served import Client

TODAY = date.today()  # noqa: DTZ011 - the office's own day
MARIA = Principal("maria", "maria", "other", "user", expanded(["jobs", "worklist"]), "biller")
DAY = Path(__file__).parents[2] / "examples" / "clinic-day.837"


def wanted(**query: str) -> Wanted:
    return Wanted.of(query)


def listed(findings: Findings, **query: str) -> list[dict[str, Any]]:
    return findings.listed(LOCAL, wanted(**query)).rows


@pytest.fixture
def findings(database: Database, tmp_path: Path) -> Findings:
    """The findings of three claims: two with a diagnosis that ended, one without."""
    batch(database, tmp_path, [claim("A-1"), claim("A-2", lines=[{"procedure_code": "97110", "from_date": "2026-03-02", "charge_amount": "200.00", "units": 1, "diagnosis_pointers": [1]}]), claim("A-3", "M54.50")])  # fmt: skip
    return Findings(database)


def test_findings_have_what_people_sort_by(findings: Findings) -> None:
    found = findings.listed(LOCAL, wanted())
    rows = found.rows
    assert [row["claim_id"] for row in rows] == ["A-2", "A-1"], "most dollars first"
    assert found.count == 2
    assert found.cents == sum(round(float(row["at_risk_amount"]) * 100) for row in rows) > 0
    assert rows[1]["payer"] == "MEDICARE PART B"
    assert rows[1]["provider"] == "1234567893"
    assert rows[1]["last_day"] == "2027-05-12", "one calendar year (42 CFR 424.44)"
    assert rows[1]["days_left"] == (date(2027, 5, 12) - TODAY).days
    assert [row["claim_id"] for row in listed(findings, sort="age")] == ["A-2", "A-1"]
    assert [row["claim_id"] for row in listed(findings, sort="claim")] == ["A-1", "A-2"]
    assert [row["claim_id"] for row in listed(findings, sort="days-left")] == ["A-2", "A-1"]
    assert [row["claim_id"] for row in listed(findings, words="a-1 ended")] == ["A-1"]
    assert listed(findings, words="100%_") == []
    assert len(listed(findings, payer="MEDICARE PART B", code="DX102", provider="1234567893", disposition="reject")) == 2  # fmt: skip
    assert findings.facets(LOCAL)["code"] == ["DX102"]
    assert found.states == {"open": 2}
    filtered = findings.listed(LOCAL, wanted(words="a-1"))
    assert (filtered.count, filtered.states) == (1, {"open": 2})
    assert listed(findings, words="A-1 DX102 Ended")[0]["claim_id"] == "A-1"


def test_a_finding_can_be_assigned_to_every_user_and_every_name_in_use(
    findings: Findings, database: Database
) -> None:
    users.add(database, operator("main"), "Zoe", "biller", None)
    users.add(database, operator("elsewhere"), "stranger", "biller", None)
    findings.change(LOCAL, listed(findings)[0]["id"], 1, {"assignee": "front desk"})
    assert findings.people(LOCAL) == ["front desk", "zoe"]
    assert findings.people(MARIA) == []


@pytest.mark.parametrize("sort", ["dollars", "severity", "days-left", "age", "payer", "provider", "claim", "changed"])  # fmt: skip
def test_pages_have_every_finding_once(findings: Findings, sort: str) -> None:
    first = listed(findings, sort=sort, limit="1")
    second = listed(findings, sort=sort, limit="1", after="1")
    assert {first[0]["id"], second[0]["id"]} == {row["id"] for row in listed(findings)}


@pytest.mark.parametrize(
    "query",
    [{"state": "lost"}, {"sort": "luck"}, {"limit": "0"}, {"after": "-1"}, {"days_left": "x"}, {"disposition": "warm"}, {"words": "x" * 201}],
)  # fmt: skip
def test_wrong_queries_are_refused(query: dict[str, str]) -> None:
    with pytest.raises(Problem, match="query isn't valid"):
        Wanted.of(query)


def test_a_finding_is_assigned_snoozed_and_resolved(findings: Findings, database: Database) -> None:
    row = listed(findings)[0]
    assigned = findings.change(LOCAL, row["id"], 1, {"assignee": " maria "})
    assert (assigned["state"], assigned["assignee"], assigned["version"]) == ("assigned", "maria", 2)  # fmt: skip
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    snoozed = findings.change(LOCAL, row["id"], 2, {"state": "snoozed", "until": tomorrow})
    assert (snoozed["state"], snoozed["snoozed_until"]) == ("snoozed", tomorrow)
    assert [one["id"] for one in listed(findings, state="snoozed")] == [row["id"]]
    assert row["id"] not in {one["id"] for one in listed(findings, state="todo")}
    resolved = findings.change(LOCAL, row["id"], 3, {"state": "resolved"}, "resent")
    assert (resolved["state"], resolved["resolution"], resolved["snoozed_until"]) == ("resolved", "corrected", None)  # fmt: skip
    assert [event["comment"] for event in resolved["history"]] == [None, None, "resent", None]
    assert resolved["history"][-1]["changes"]["state"] == {"before": "snoozed", "after": "resolved"}
    again = findings.change(LOCAL, row["id"], 4, {"state": "open"})
    assert again["state"] == "assigned", "it is still maria's"
    same = findings.change(LOCAL, row["id"], 5, {"state": "open"})
    assert same["version"] == 5, "a change of nothing isn't one"
    actions = [entry["action"] for entry in audit.rows(database)]
    assert actions == ["finding changed", "finding snoozed", "finding commented", "finding resolved", "finding open"]  # fmt: skip
    assert audit.first_wrong(database) is None
    assert findings.change(LOCAL, row["id"], 5, {"assignee": None})["state"] == "open"


def test_a_snoozed_finding_is_open_again_on_its_day(findings: Findings, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    row = listed(findings)[0]
    until = TODAY + timedelta(days=3)
    findings.change(LOCAL, row["id"], 1, {"state": "snoozed", "until": until.isoformat()})
    monkeypatch.setattr("cleanclaim.server.worklist.findings._today", lambda: until)
    assert findings.get(LOCAL, row["id"])["state"] == "open"
    assert len(listed(findings, state="todo")) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"state": "gone"},
        {"state": "snoozed"},
        {"state": "snoozed", "until": "2020-01-01"},
        {"state": "snoozed", "until": "soon"},
        {"state": "open", "until": "2099-01-01"},
        {"state": "open", "resolution": "corrected"},
        {"state": "resolved", "resolution": "because"},
        {"resolution": "corrected"},
        {"assignee": "a\nb"},
        {"assignee": 7},
        {"state": "assigned"},
        {"version": 1},
        [],
    ],
)
def test_wrong_changes_are_refused(findings: Findings, change: object) -> None:
    row = listed(findings)[0]
    with pytest.raises(Problem) as told:
        findings.change(LOCAL, row["id"], 1, change)
    assert told.value.status == 422
    assert findings.get(LOCAL, row["id"])["version"] == 1


def test_a_late_change_is_refused_with_what_changed_and_its_comment_is_kept(
    findings: Findings,
) -> None:
    row = listed(findings)[0]
    findings.change(LOCAL, row["id"], 1, {"assignee": "maria"})
    with pytest.raises(Problem) as told:
        findings.change(LOCAL, row["id"], 1, {"state": "resolved"}, "I fixed it")
    assert told.value.status == 409
    assert told.value.faults == ("this machine changed assignee from none to maria",)
    assert "comment was kept" in told.value.detail
    now = findings.get(LOCAL, row["id"])
    assert (now["state"], now["version"], now["comments"]) == ("assigned", 2, 1)
    assert now["history"][-1]["comment"] == "I fixed it"
    assert findings.change(LOCAL, row["id"], 0, {}, "and a comment needs no version")["comments"] == 2  # fmt: skip


def test_people_who_write_at_the_same_moment_lose_nothing(findings: Findings) -> None:
    row = listed(findings)[0]
    outcomes: list[str] = []

    def write(name: str) -> None:
        try:
            findings.change(LOCAL, row["id"], 1, {"assignee": name}, f"from {name}")
            outcomes.append(name)
        except Problem as problem:
            outcomes.append("" if problem.status == 409 else "another fault")

    threads = [threading.Thread(target=write, args=(f"p{n}",)) for n in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    winners = [name for name in outcomes if name]
    now = findings.get(LOCAL, row["id"])
    assert [now["assignee"]] == winners
    assert sorted(event["comment"] for event in now["history"] if event["comment"]) == [f"from p{n}" for n in range(6)]  # fmt: skip
    assert now["comments"] == 6


def test_several_at_once(findings: Findings) -> None:
    rows = listed(findings)
    findings.change(LOCAL, rows[0]["id"], 1, {"assignee": "maria"})
    chosen = [(row["id"], 1) for row in rows] + [("nothing", 1)]
    done, refused = findings.change_all(LOCAL, chosen, {"state": "resolved"}, "all done")
    assert done == [rows[1]["id"]]
    assert {key: problem.status for key, problem in refused.items()} == {rows[0]["id"]: 409, "nothing": 404}  # fmt: skip
    assert findings.get(LOCAL, rows[0]["id"])["comments"] == 1
    for wrong in ([], [("x", 1)] * 501):
        with pytest.raises(Problem, match="choose 1 to 500"):
            findings.change_all(LOCAL, wrong, {})


def test_what_people_did_carries_over_when_claims_are_checked_again(database: Database, tmp_path: Path) -> None:  # fmt: skip
    first = batch(database, tmp_path, [claim(f"A-{n}") for n in range(1, 7)])
    findings = Findings(database)
    ids = {row["claim_id"]: row["id"] for row in listed(findings)}
    findings.change(LOCAL, ids["A-1"], 1, {"assignee": "maria"}, "asked")
    findings.change(LOCAL, ids["A-3"], 1, {"state": "resolved", "resolution": "corrected"})
    findings.change(LOCAL, ids["A-4"], 1, {"state": "resolved", "resolution": "as-billed"})
    corrected = [claim("A-1"), claim("A-2", "M54.50"), claim("A-3"), claim("A-4"), claim("A-5"), claim("B-1")]  # fmt: skip
    second = batch(database, tmp_path, corrected, replaces=first)
    now = {row["claim_id"]: row for row in listed(findings)}
    assert {name: row["id"] for name, row in now.items() if name in ids} == ids, "no finding is there twice"  # fmt: skip
    assert (now["A-1"]["state"], now["A-1"]["assignee"], now["A-1"]["comments"]) == ("assigned", "maria", 1)  # fmt: skip
    assert (now["A-2"]["state"], now["A-2"]["resolution"]) == ("resolved", "not-found")
    assert now["A-3"]["state"] == "open", "said to be corrected, and still found"
    assert now["A-4"]["state"] == "resolved"
    assert now["A-5"]["version"] == 1
    assert now["A-6"]["batch"] == first, (
        "its claim isn't in the new file, so nothing is known of it"
    )
    assert now["B-1"]["batch"] == second
    history = findings.get(LOCAL, ids["A-2"])["history"]
    assert history[-1]["who"] == "service"
    batch(database, tmp_path, [claim("A-2"), claim("A-6", "M54.50")], replaces=second)
    now = {row["claim_id"]: row for row in listed(findings)}
    assert now["A-2"]["state"] == "open", "found again"
    assert now["A-6"]["state"] == "resolved", "every batch of these claims is looked at"
    assert len(now) == 7


def test_what_was_not_checked_is_not_resolved(database: Database, tmp_path: Path) -> None:
    first = batch(database, tmp_path, [claim("A-1")])
    later = claim("A-1", lines=[{"procedure_code": "97110", "from_date": "2031-05-12", "units": 1, "charge_amount": "80.00", "diagnosis_pointers": [1]}])  # fmt: skip
    batch(database, tmp_path, [later], replaces=first)
    (row,) = listed(Findings(database))
    assert row["state"] == "open"


def test_a_text_that_a_database_can_not_store(database: Database, tmp_path: Path) -> None:
    batch(database, tmp_path, [claim("A\x00<b>")])
    (row,) = listed(Findings(database))
    assert "<b>" in row["claim_id"]
    (same,) = Findings(database).of_claim(LOCAL, row["batch"], row["claim_key"])
    assert same["id"] == row["id"]


def test_others_do_not_see_a_callers_findings(findings: Findings) -> None:
    row = listed(findings)[0]
    assert findings.listed(MARIA, wanted()) == Listed([], 0, 0, {})
    assert findings.facets(MARIA)["payer"] == []
    with pytest.raises(Problem, match="no such finding"):
        findings.get(MARIA, row["id"])
    with pytest.raises(Problem, match="no such finding"):
        findings.change(MARIA, row["id"], 1, {}, "hello")


def test_findings_go_with_their_batch(settings: ServerSettings, database: Database, tmp_path: Path) -> None:  # fmt: skip
    job_id = batch(database, tmp_path, [claim("A-1")])
    findings = Findings(database)
    row = listed(findings)[0]
    findings.change(LOCAL, row["id"], 1, {"assignee": "maria"}, "asked")
    over = datetime.now(UTC) + timedelta(days=90)
    with database.writing() as connection:
        connection.execute(JOBS.update().where(JOBS.c.id == job_id).values(expires=over))
    jobs = Jobs(settings, database)
    assert jobs.purge(over - timedelta(days=1)) == 0
    assert len(listed(findings)) == 1
    assert jobs.purge(over + timedelta(days=1)) == 1
    assert listed(findings) == []
    with database.reading() as connection:
        assert list(connection.execute(EVENTS.select())) == []


def test_views_are_their_owners(database: Database) -> None:
    views = Views(database)
    mine = views.save(LOCAL, "Medicare first", wanted(payer="Medicare & Co", sort="severity"))
    assert views.save(LOCAL, "Medicare first", wanted(state="open")) == mine, "one with this name is replaced"  # fmt: skip
    assert [(row["name"], row["query"]) for row in views.listed(LOCAL)] == [("Medicare first", "state=open&sort=dollars")]  # fmt: skip
    assert views.listed(MARIA) == []
    with pytest.raises(Problem, match="no such view"):
        views.remove(MARIA, mine)
    views.remove(LOCAL, mine)
    assert views.listed(LOCAL) == []
    for name in ("", " ", "x" * 81, "a\nb"):
        with pytest.raises(Problem):
            views.save(LOCAL, name, wanted())


def _done(client: TestClient, job_id: str) -> dict[str, Any]:
    until = time.monotonic() + 120
    while (job := client.get(f"/v1/jobs/{job_id}").json())["state"] in {"queued", "running"}:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert job["state"] == "done", job
    return dict(job)


def test_over_http(settings: ServerSettings, served: Client) -> None:
    """A file becomes a batch; its findings are worked on; the corrected file settles them; and all goes with the batch."""
    client = served(settings)
    content = DAY.read_bytes()
    added = client.post("/v1/jobs?worklist=1&name=march/day.837", content=content).json()
    job = _done(client, added["id"])
    assert (job["name"], job["is_batch"], job["left_out"]) == ("day.837", True, 0)
    assert (settings.jobs / job["id"] / "upload").read_bytes() == content, "a batch keeps its input"
    page = client.get(f"/v1/findings?batch={job['id']}&limit=2").json()
    assert page["count"] == job["summary"]["findings"]
    assert page["next"] == 2
    one = client.get("/v1/findings?words=CD-001&code=DX102").json()["findings"][0]
    path = f"/v1/findings/{one['id']}"
    answer = client.get(path)
    assert answer.headers["etag"] == '"1"'
    assert client.patch(path, json={"assignee": "maria"}).status_code == 428
    changed = client.patch(path, json={"assignee": "maria"}, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    late = client.patch(path, json={"version": 1, "state": "resolved", "comment": "mine"})
    assert late.status_code == 409
    assert late.json()["errors"] == [{"detail": "this machine changed assignee from none to maria"}]
    assert client.post(f"{path}/comments", json={"comment": "more"}).json()["comments"] == 2
    several = client.post("/v1/findings/changes", json={"findings": [{"id": one["id"], "version": 2}], "change": {"state": "resolved"}})  # fmt: skip
    assert several.json() == {"changed": [one["id"]], "refused": []}
    for wrong, status in (({}, 422), ({"colour": 1}, 422), ({"version": "x"}, 400), ({"version": 1}, 422)):  # fmt: skip
        assert client.patch(path, json=wrong, headers={} if "version" in wrong else {"if-match": "3"}).status_code == status  # fmt: skip
    fixed = content.replace(b"HI*ABK:M545~", b"HI*ABK:M5450~", 1)
    assert fixed != content
    again = client.post(f"/v1/jobs?replaces={job['id']}", content=fixed).json()
    assert _done(client, again["id"])["replaces"] == job["id"]
    now = client.get(path).json()
    assert (now["state"], now["batch"]) == ("resolved", again["id"])
    assert client.get(f"/v1/findings?batch={job['id']}").json()["count"] == 0
    plain = _done(client, client.post("/v1/jobs", content=content).json()["id"])
    assert client.post(f"/v1/jobs?replaces={plain['id']}", content=fixed).status_code == 409
    assert client.post("/v1/jobs?worklist=yes", content=fixed).status_code == 400
    assert client.delete(f"/v1/jobs/{again['id']}").status_code == 204
    assert client.get(path).status_code == 404
    assert client.get("/v1/findings").json()["count"] == 0


def test_two_keys_see_their_own(settings: ServerSettings, database: Database, served: Client, tmp_path: Path) -> None:  # fmt: skip
    made = {name: keys.add(database, operator(), name, scopes, None) for name, scopes in (("one", ["jobs"]), ("two", ["jobs"]), ("boss", ["admin"]))}  # fmt: skip
    batch(database, tmp_path, [claim("A-1")], owner=made["one"].split("_")[1])
    client = served(replace(settings, needs_keys=True))
    seen = {name: client.get("/v1/findings", headers={"x-api-key": key}).json()["count"] for name, key in made.items()}  # fmt: skip
    assert seen == {"one": 1, "two": 0, "boss": 1}
