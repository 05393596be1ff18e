"""Practice cases, questions, progress, a trainer's cases, and the commands."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import cleanclaim
from cleanclaim.cli.main import run
from cleanclaim.edits.samples import professional
from cleanclaim.errors import ConfigError, InputError
from cleanclaim.learn.cases import KINDS, TOPICS, Case, cases, own_cases
from cleanclaim.learn.progress import Progress, difficulty, next_cases, progress_of, report_of
from cleanclaim.learn.question import NO, NOTHING, YES, question_of, summary
from cleanclaim.learn.trainer import case_of
from cleanclaim.reference import Reference

BY_ID = {case.id: case for case in cases()}
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


def test_there_are_cases_of_every_kind_and_topic() -> None:
    assert len(cases()) >= 300
    assert {case.kind for case in cases()} == set(KINDS)
    assert {case.topic for case in cases()} == set(TOPICS)
    assert len(BY_ID) == len(cases())
    assert all(case.section for case in cases())


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_question_of_each_kind(kind: str, reference: Reference) -> None:
    some = [case for case in cases() if case.kind == kind][:4]
    for case in some:
        question = question_of(case, reference)
        assert 0 <= question.answer < len(question.choices)
        assert len(set(question.choices)) == len(question.choices) >= 2
        assert "Source: " in question.why
        if kind == "find":
            assert question.choices[question.answer] not in question.text


def test_the_right_answer_is_the_edits_own(reference: Reference) -> None:
    question = question_of(BY_ID["DX102-1"], reference)
    assert "ended" in question.why
    assert "DX102" in question.why
    assert question.choices[question.answer] != NOTHING
    assert NOTHING in question.choices


def test_whole_claims_come_from_the_corpus(reference: Reference) -> None:
    whole = [case for case in cases() if case.id.startswith("CORPUS-")]
    assert len(whole) > 150
    some = [*[case for case in whole if case.edit][::20], *[case for case in whole if not case.edit][::12]]  # fmt: skip
    for case in some:
        question = question_of(case, reference)
        answer = question.choices[question.answer]
        if case.edit is None:
            assert answer == NOTHING
        else:
            assert f"{case.edit.code}: " in question.why  # the edit finds it
            assert answer == summary(case.edit)
        assert case.section


def test_wrong_choices_are_wrong(reference: Reference) -> None:
    """No other edit among the choices finds its fault in the claim."""
    for name in ("MOD104-1", "CLM110-1", "LNK106-1"):
        case = BY_ID[name]
        assert case.example is not None
        report = cleanclaim.check(list(case.example.claims), reference=reference)
        fired = {code for code in report.findings["code"] if code != name.split("-")[0]}
        question = question_of(case, reference)
        said = {edit.documentation.split("\n\n", 1)[0].replace("\n", " ") for edit in report.edits if edit.code in fired}  # fmt: skip
        assert not said & set(question.choices)


def test_a_modifier_that_also_helps_is_no_wrong_choice(reference: Reference) -> None:
    question = question_of(BY_ID["CLM115-1-modifier"], reference)
    assert question.choices[question.answer] == "91"
    assert not {"76", "77", "59"} & set(question.choices)


def test_rules_are_broken_or_not_as_the_edit_says(reference: Reference) -> None:
    passing = next(case for case in cases() if case.kind == "rule" and case.id.startswith("CLM107"))
    question = question_of(passing, reference)
    assert question.choices[question.answer] == NO
    assert set(question.choices) == {YES, NO}


def test_choices_come_in_another_order(reference: Reference) -> None:
    case = BY_ID["NOTE-01"]
    orders = {question_of(case, reference, turn).choices for turn in range(6)}
    assert len(orders) > 1
    assert {question_of(case, reference, turn).choices[question_of(case, reference, turn).answer] for turn in range(6)} == {"E11.42"}  # fmt: skip


def test_codes_of_written_cases_were_in_force(reference: Reference) -> None:
    table = reference.table("icd10cm")
    for case in cases():
        if case.kind == "note":
            code = str(case.written["answer"]).split(" ")[0].replace(".", "")
            rows = table.filter(code=code)
            assert rows["valid_to"].max() is not None, code
            assert str(rows["valid_to"].max()) > "2026-11-28", code


def learner(tmp_path: Path) -> Progress:
    return Progress("pat", tmp_path / "pat.json")


def test_what_is_wrong_comes_again_sooner(tmp_path: Path) -> None:
    one = learner(tmp_path)
    wrong = one.record(BY_ID["DX102-1"], is_right=False, hints=0, now=NOW)
    right = one.record(BY_ID["DX106-1"], is_right=True, hints=0, now=NOW)
    assert wrong <= right
    assert one.is_due("DX102-1", NOW + timedelta(minutes=15))
    later = NOW
    for _ in range(4):
        later += timedelta(days=10)
        again = one.record(BY_ID["DX106-1"], is_right=True, hints=0, now=later)
    assert datetime.fromisoformat(again).date() > (later + timedelta(days=10)).date()


def test_progress_is_kept_and_private(tmp_path: Path) -> None:
    one = progress_of("test-learner")
    one.record(BY_ID["DX102-1"], is_right=True, hints=1, now=NOW)
    one.save()
    again = progress_of("test-learner")
    assert again.answers == one.answers
    assert again.cards == one.cards
    assert one.path.stat().st_mode & 0o077 == 0
    with pytest.raises(ConfigError, match="--name"):
        progress_of("../x")
    one.path.write_text("{}")
    with pytest.raises(ConfigError, match="isn't a file of progress"):
        progress_of("test-learner")
    one.path.unlink()


def test_due_cases_come_first_and_topics_in_turn(tmp_path: Path) -> None:
    one = learner(tmp_path)
    one.record(BY_ID["MOD104-1"], is_right=False, hints=0, now=NOW)
    asked = next_cases(cases(), one, 10, NOW + timedelta(days=1))
    assert asked[0].id == "MOD104-1"
    assert len({case.topic for case in asked[1:]}) == 9
    assert [case.id for case in asked] == [case.id for case in next_cases(cases(), one, 10, NOW + timedelta(days=1))]  # fmt: skip


def test_difficulty_comes_from_answers() -> None:
    case = Case("x", "fact", "claim", "x", prior=0.3)
    answers = [{"case": "x", "right": right} for right in (False, False, True, False)]
    assert difficulty(case, []) == pytest.approx(0.3)
    assert difficulty(case, answers) == pytest.approx((0.6 + 3) / 6)


def test_a_class_by_hand(tmp_path: Path) -> None:
    one = learner(tmp_path)
    for right in (True, True, False):
        one.record(BY_ID["DX106-1"], is_right=right, hints=0, now=NOW)
    one.record(BY_ID["MOD104-1"], is_right=True, hints=0, now=NOW)
    rows = {row["topic"]: row for row in report_of([one])}
    assert (rows["all"]["answers"], rows["all"]["right"], rows["all"]["share"]) == (4, 3, 0.75)
    assert (rows["diagnosis"]["answers"], rows["diagnosis"]["cases"]) == (3, 1)


OWN: dict[str, Any] = {
    "claim_id": "ACCT77120", "member_id": "ZQX445566", "patient_birth_date": "1931-04-09", "billing_npi": "1245319599", "rendering_npi": "1234567893",
    "billing_zip_code": "276010000", "payer_name": "EXAMPLE HEALTH", "lines": ["99213", "17110"], "diagnoses": ["B07.9"],
}  # fmt: skip


def test_a_case_of_ones_own_names_nobody(tmp_path: Path) -> None:
    report = cleanclaim.check(professional(**OWN))
    case = case_of(report, "ACCT77120", "MOD104")
    text = json.dumps(case)
    for value in ("77120", "445566", "1931", "0409", "1245319599", "27601", "EXAMPLE HEALTH", "2026-05-12"):  # fmt: skip
        assert value not in text
    assert "age: 90 or over" in case["text"]
    assert "line 2: 17110" in case["text"]
    (tmp_path / "own.json").write_text(json.dumps({"case": [case]}))
    [loaded] = own_cases(tmp_path)
    assert (loaded.id, loaded.kind, loaded.topic) == ("OWN-MOD104", "find", "modifier")


def test_a_case_that_would_show_somebody_is_refused() -> None:
    """A member number that is one of the codes on the claim would stay."""
    report = cleanclaim.check(professional(**{**OWN, "member_id": "17110"}))
    with pytest.raises(ConfigError, match="it would show the claim's member id"):
        case_of(report, "ACCT77120", "MOD104")
    with pytest.raises(ConfigError, match="no claim has this number"):
        case_of(report, "X")
    with pytest.raises(ConfigError, match="no finding QTY101"):
        case_of(report, "ACCT77120", "QTY101")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "isn't a file of cases"),
        ('{"case": [{"id": "a"}]}', "a: question is missing"),
        ('{"case": [{"id": "a", "kind": "quiz", "topic": "claim", "question": "?", "choices": ["x"], "answer": "y", "why": "z", "source": "s"}]}', "kind: expected"),
    ],
)  # fmt: skip
def test_a_wrong_file_of_cases(text: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match=fault):
        own_cases(tmp_path)
    with pytest.raises(InputError, match="no cases"):
        own_cases(tmp_path / "none")


def command(*words: object) -> int:
    with pytest.raises(SystemExit) as stop:
        run(["learn", *map(str, words)])
    assert isinstance(stop.value.code, int)
    return stop.value.code


def played(monkeypatch: pytest.MonkeyPatch, keys: str, *words: object) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(keys.split()) + "\n"))
    return command("play", *words)


def test_ten_cases_are_played(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path))
    assert played(monkeypatch, "a " * 10, "--name", "ten") == 0
    out = capsys.readouterr().out
    assert "Case 10 of 10" in out
    assert out.rstrip().splitlines()[-1].endswith("of 10 right.")
    assert len(progress_of("ten").answers) == 10
    assert command("progress", "--name", "ten") == 0
    assert "10 answers" in capsys.readouterr().out
    assert command("report", tmp_path / "learn" / "ten.json", "--format", "csv") == 0
    assert capsys.readouterr().out.startswith("learner,topic,answers")


def test_hints_skips_and_wrong_keys(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path))
    assert played(monkeypatch, "x h h s q", "--kind", "note") == 0
    out = capsys.readouterr().out
    assert "Answer with a, b, c, d" in out
    assert "No more hints." in out
    assert "No case was answered." in out


def test_other_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("list") == 0
    assert "cases. Start with" in capsys.readouterr().out
    assert command("list", "--topic", "payer", "--format", "json") == 0
    assert {row["topic"] for row in json.loads(capsys.readouterr().out)["cases"]} == {"payer"}
    assert command("show", "LEVEL-01", "--answer") == 0
    assert ") 99214" in capsys.readouterr().out.split("Answer: ")[1]
    assert command("show", "LEVEL-99") == 2
    assert command("list", "--topic", "modifiers") == 2
    assert "did you mean 'modifier'" in capsys.readouterr().err
    page = tmp_path / "cases.html"
    assert command("export", "--kind", "fact", "-f", "html", "--answers", "-o", page) == 0
    assert "Answer: " in page.read_text()
    table = tmp_path / "cases.csv"
    assert command("export", "--kind", "note", "--count", 3, "-o", table) == 0
    assert table.read_text().startswith("id,topic,kind,text,question,a,b,c,d,e\n")
    assert "answer" not in table.read_text().split("\n")[0]


def test_no_case_teaches_what_is_only_not_wrong(reference: Reference) -> None:
    """A joint injection isn't right because its diagnosis names no side, nor a delivery of a man because of a modifier; and a note must be there to be judged."""
    every = cases()
    assert not [case for case in every if case.edit is not None and case.edit.family == "DOC"]
    links = [question_of(case, reference) for case in every if case.kind == "link"]
    assert len(links) > 5
    assert not [one for one in links if one.choices[one.answer] == "I10"]
    families = {case.edit.family for case in every if case.kind == "modifier" and case.edit}
    assert families == {"CLM", "EM", "INS", "LNK", "MOD", "NCCI"}


def test_a_claim_that_breaks_no_rule_says_why(reference: Reference) -> None:
    case = next(
        one for one in cases() if one.kind == "rule" and one.edit and one.edit.code == "EM106"
    )
    asked = question_of(case, reference)
    assert case.example is not None
    assert case.example.title in asked.why
    one_claim = next(
        one
        for one in cases()
        if one.kind == "find" and one.example and len(one.example.claims) == 1
    )
    assert question_of(one_claim, reference).asked == "What is wrong with this claim?"
