"""Payer packs on the command line, in Python, in a lock file and on another machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cleanclaim
from cleanclaim.cli.main import run
from cleanclaim.edits.samples import professional
from cleanclaim.errors import ConfigError, LockMismatch, PackError
from cleanclaim.reference import Reference
from places import ROOT

PACK = ROOT / "examples" / "payers"


def asked(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Status, output and errors of `cleanclaim payers`."""
    with pytest.raises(SystemExit) as stop:
        run(["payers", *map(str, words)])
    out, err = capsys.readouterr()
    assert isinstance(stop.value.code, int)
    return stop.value.code, out, err


def test_a_new_pack_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = asked(capsys, "new", "our-plan", "--name", "Our Plan", "--folder", tmp_path)
    assert status == 0
    assert str(tmp_path / "our-plan") in out
    assert asked(capsys, "check", tmp_path)[:2] == (0, "our-plan: ok, 2 rules, 3 tests\n")
    status, out, _ = asked(capsys, "show", "our-plan", "--payers", tmp_path)
    assert "filing: limit 180 days; counted_from to_date" in out
    status, _, err = asked(capsys, "new", "our-plan", "--folder", tmp_path)
    assert status == 2
    assert "already exists" in err


@pytest.mark.parametrize("words", [("new", "Our Plan"), ("new", "a", "--name", 'x"y'), ("show", "cigma"), ("list", "-f", "xml")])  # fmt: skip
def test_wrong_words(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, *words)[0] == 2


def test_the_list_and_one_pack_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    content = json.loads(asked(capsys, "list", "--format", "json")[1])
    cigna = next(pack for pack in content["packs"] if pack["pack"] == "cigna")
    assert cigna["ids"] == ["62308"]
    assert not cigna["own"]
    shown = json.loads(asked(capsys, "show", "cigna", "--format", "json")[1])
    row = next(row for row in shown["rows"] if row["key"] == "consultations")
    assert (row["valid_from"], row["confidence"]) == ("2019-10-19", "high")
    assert asked(capsys, "list")[1].splitlines()[-1].startswith("30 packs.")


def test_a_broken_pack_is_told_by_file_row_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(capsys, "new", "our-plan", "--folder", tmp_path)
    limits = tmp_path / "our-plan" / "filing_limits.csv"
    limits.write_text(limits.read_text().replace("180 days", "180"))
    status, _, err = asked(capsys, "check", tmp_path)
    assert status == 2
    assert "our-plan: filing_limits.csv, row 2, column limit: expected 90 days" in err


def test_a_test_that_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(capsys, "new", "our-plan", "--folder", tmp_path)
    tests = tmp_path / "our-plan" / "tests.toml"
    tests.write_text(tests.read_text().replace('["consultations"]', "[]"))
    status, out, _ = asked(capsys, "check", tmp_path)
    assert status == 1
    assert "a consultation: the rows consultations found something" in out


def test_the_example_pack_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, "check", PACK)[0] == 0


def test_check_with_a_pack_of_ones_own() -> None:
    claim = professional(payer_name="ANY PAYER", lines=["99244"])
    assert cleanclaim.check(claim, select="PAY").findings.is_empty()
    report = cleanclaim.check(claim, select="PAY", payers=PACK)
    assert report.findings["code"].to_list() == ["PAY103"]
    assert report.findings["release"].to_list() == ["pack any-payer 2026-11"]


def test_a_payer_that_no_pack_has_is_not_checked() -> None:
    report = cleanclaim.check(professional(payer_id="0"), select="PAY")
    assert report.not_checked["reason"].to_list() == [
        "no payer pack has the claim's payer, so its own rules weren't checked (PAY102-PAY111)"
    ]


def test_a_program_that_the_payer_adopted(tmp_path: Path) -> None:
    place = tmp_path / "plan"
    place.mkdir()
    (place / "pack.toml").write_text('id = "plan"\nname = "Plan"\nids = ["77777"]\n')
    (place / "adopted_programs.csv").write_text(
        "key,program,policy,source,confidence,consequence,valid_from\n"
        "rules,medicare,EX-1,manual,high,info,2026-01-01\n"
    )
    claim = professional(payer_id="77777", lines=["99213", "17110"])
    before = cleanclaim.check(claim, select="MOD104").findings["disposition"].to_list()
    after = cleanclaim.check(claim, select="MOD104", payers=place).findings["disposition"].to_list()
    assert (before, after) == (["warn"], ["deny-line"])
    older = professional(payer_id="77777", from_date="2025-12-31", lines=["99213", "17110"])
    assert cleanclaim.check(older, select="MOD104", payers=place).findings["disposition"].to_list() == ["warn"]  # fmt: skip


def test_wrong_payers() -> None:
    with pytest.raises(ConfigError, match="payers: expected paths"):
        cleanclaim.check(professional(), payers=7)  # type: ignore[arg-type]
    with pytest.raises(PackError, match="no such folder"):
        cleanclaim.check(professional(), payers="missing")


def test_a_lock_pins_the_packs(tmp_path: Path) -> None:
    lock = tmp_path / "lock.json"
    Reference.load(store=tmp_path, payers=[PACK]).write_lock(lock)
    Reference.load(store=tmp_path, lock=lock, payers=[PACK])
    with pytest.raises(LockMismatch, match="payer packs"):
        Reference.load(store=tmp_path, lock=lock)


def test_packs_travel_with_the_tables(tmp_path: Path) -> None:
    packed = Reference.load(store=tmp_path / "none", payers=[PACK]).packed()
    there = Reference.unpacked(packed, tmp_path / "there")
    assert [pack.id for pack in there.payers.own] == ["any-payer"]
    assert "any-payer" in there.table("payer_packs")["code"].to_list()


def test_the_configuration_names_packs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cleanclaim.toml").write_text(f'payers = ["{PACK}"]\nselect = ["PAY103"]\n')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        run(["check", str(ROOT / "examples" / "clinic-day.837")])
    assert "PAY103" in capsys.readouterr().out
