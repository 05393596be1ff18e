"""The key of an installation: a history holds nothing that identifies a patient."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim import History, check
from cleanclaim.edits import registry
from cleanclaim.errors import CleanclaimError, InputError, UnreadableFile
from cleanclaim.model import TABLES
from cleanclaim.read import read
from cleanclaim.reference import Reference
from cleanclaim.storage.history_key import Key, Keys
from histories import claim, codes, found
from places import ROOT


class TestPatients:
    """A history doesn't say who its patients are."""

    def test_nothing_that_identifies_a_patient_is_stored(
        self, kept: History, tmp_path: Path
    ) -> None:
        path = claim(tmp_path / "1.837", "SENT-1")
        text = path.read_text().replace("CLM*SENT-1", "REF*EA*RECORD77~\nCLM*SENT-1", 1)
        path.write_text(text)
        [batch] = read([path], [])
        kept.add([path])
        stored = {p.name: pl.read_parquet(p) for p in kept.folder.rglob("*.parquet")}
        columns = {name for frame in stored.values() for name in frame.columns}
        private = {c.name for t in TABLES.values() for c in t.columns if c.private}
        assert columns & {*private, "file"} == set()
        assert {"member_id", "patient_birth_date", "medical_record_number"} <= private
        keys = batch.claims["patient_key"].to_list()
        for frame in stored.values():
            assert frame["patient_key"].null_count() == 0
            assert not frame["patient_key"].is_in(keys).any()
        held = "".join(str(frame.rows()) for frame in stored.values())
        assert "W000000000" not in held
        assert "1980" not in held

    def test_another_key_gives_other_numbers(self, tmp_path: Path) -> None:
        keys = Keys(tmp_path / "a").own(), Keys(tmp_path / "b").own()
        assert keys[0].secret != keys[1].secret
        assert keys[0].fingerprint != keys[1].fingerprint
        patients = pl.Series("patient_key", [7, None, 8, 7], pl.UInt64)
        one, other = (key.hashed(patients) for key in keys)
        assert one.dtype == pl.UInt64
        assert one.is_null().to_list() == [False, True, False, False]
        assert one[0] == one[3] != one[2]
        assert not set(one.drop_nulls()) & {7, 8, *other.drop_nulls()}
        assert keys[0].secret.hex() not in repr(keys[0])

    def test_a_key_is_always_the_same(self) -> None:
        key = Key(bytes(range(32)))
        assert key.fingerprint == "79f432ef11e07472"
        assert key.hashed(pl.Series([1], dtype=pl.UInt64)).to_list() == [1623775025501781635]

    def test_only_its_owner_reads_the_key(self, tmp_path: Path) -> None:
        keys = Keys(tmp_path / "new" / "keys")
        keys.own()
        assert keys.folder.stat().st_mode & 0o077 == 0
        assert [path.stat().st_mode & 0o777 for path in keys.folder.iterdir()] == [0o600]

    def test_histories_of_several_installations_together(
        self,
        past: list[Path],
        today: Path,
        tmp_path: Path,
        reference: Reference,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for name, files in (("here", past[:3]), ("there", past[3:])):
            monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / f"home-{name}"))
            History(tmp_path / name).add(files)
        both = [tmp_path / "here", tmp_path / "there"]
        report = check(today, history=both, reference=reference)
        [error] = [str(entry.error) for entry in report.unread]
        fingerprint = Keys().own().fingerprint
        assert fingerprint not in error
        assert "hashed with key" in error
        assert "history key --import" in error
        monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "home-here"))
        Keys().export(Keys().own(), tmp_path / "key.json")
        monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "home-there"))
        taken = Keys().import_key(tmp_path / "key.json")
        assert Keys().import_key(tmp_path / "key.json") == taken
        assert Keys().own().fingerprint == fingerprint
        report = check(today, history=both, reference=reference)
        assert report.unread == []
        expected = check(today, history=past, reference=reference)
        assert_frame_equal(found(report), found(expected))
        earlier = report.batch.claims.filter("is_history")
        assert earlier["claim_id"].to_list() == ["SENT-1", "SENT-4"]

    def test_without_its_key(
        self,
        kept: History,
        past: list[Path],
        today: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        reference: Reference,
    ) -> None:
        kept.add(past[:2])
        monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "new"))
        with pytest.raises(UnreadableFile, match="history key --import"):
            kept.add(past[2:])
        report = check(today, history=kept.folder, reference=reference)
        assert report.unread
        assert report.files[-1].claims == 0
        assert "EM101" not in codes(report)
        assert kept.remove([1])[0].number == 1
        assert [added.number for added in kept.files()] == [2]

    @pytest.mark.parametrize("content", ["", "{}", '{"history_key": "00"}', '{"history_key": 3}'])
    def test_a_damaged_key_is_told(
        self,
        kept: History,
        past: list[Path],
        tmp_path: Path,
        content: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "home"))
        kept.add(past[:1])
        key = tmp_path / "home" / "keys" / "own.json"
        key.write_text(content)
        for history in (kept, History(tmp_path / "b")):
            with pytest.raises(CleanclaimError, match=r"own\.json: not a history key"):
                history.add(past[1:])
        assert key.read_text() == content

    def test_it_is_not_checked_itself(
        self, kept: History, past: list[Path], reference: Reference
    ) -> None:
        kept.add(past)
        with pytest.raises(InputError, match="a history holds only what looking back needs"):
            check(kept.folder, reference=reference)

    def test_generated_claims_give_the_same_findings(
        self, kept: History, tmp_path: Path, reference: Reference
    ) -> None:
        files = generated(tmp_path)
        kept.add(files[:-1])
        edits = registry.own_edits()
        expected = check(files[-1], history=files[:-1], edits=edits, reference=reference)
        looked_back = check(files[-1], history=kept.folder, edits=edits, reference=reference)
        assert codes(expected) >= {"HX103", "QTY102"}
        assert_frame_equal(looked_back.findings, expected.findings)
        assert_frame_equal(looked_back.not_checked, expected.not_checked)


def generated(folder: Path) -> list[Path]:
    """Several days of invented claims, some of them corrected and voided later."""
    spec = spec_from_file_location("generate", ROOT / "benches" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = module_from_spec(spec)
    sys.modules["generate"] = generate
    spec.loader.exec_module(generate)
    paths = []
    for number in range(3):
        path = folder / f"day-{number}.837"
        made_of = replace(generate.EVERYDAY, start=generate.START + timedelta(days=number % 2 * 7))
        generate.write(path, 150 - number, made_of=made_of)
        if number == 1:
            path.write_text(
                path.read_text().replace(":B:1*", ":B:7*", 40).replace(":B:1*", ":B:8*", 20)
            )
        paths.append(path)
    return paths
