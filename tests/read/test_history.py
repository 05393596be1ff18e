"""A history read: below a folder, without its key, damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from cleanclaim import History, check
from cleanclaim.errors import CleanclaimError, UnreadableFile
from cleanclaim.read import FileRead, Past, read
from cleanclaim.reference import Reference
from cleanclaim.write.dataset import write_dataset
from histories import claims_in


class TestBelowAFolder:
    """A practice's folder may hold its history, and data sets, beside its files."""

    @pytest.fixture
    def practice(self, past: list[Path], tmp_path: Path) -> Path:
        folder = tmp_path / "practice"
        folder.mkdir()
        shutil.copy(past[0], folder)
        write_dataset([past[1]], folder / "set")
        History(folder / "kept").add(past[2:4])
        return folder

    def test_a_history_is_not_checked_and_a_data_set_is(self, practice: Path) -> None:
        files: list[FileRead] = []
        ids = [claim for batch in read([practice], files) for claim in batch.claims["claim_id"]]
        assert sorted(ids) == ["SENT-0", "SENT-1"]
        told = {Path(entry.file).name: (entry.format, entry.claims, entry.error) for entry in files}
        assert told == {
            "0.837": ("x12", 1, None),
            "set": ("data set", 1, None),
            "kept": ("history", 0, None),
        }

    def test_for_a_look_back_it_is_read(self, practice: Path) -> None:
        batches = read([practice], [], past=Past())
        ids = [claim for batch in batches for claim in batch.claims["claim_id"]]
        assert sorted(ids) == ["SENT-0", "SENT-1", "SENT-2", "SENT-3"]

    def test_added_to_another_history(self, practice: Path, kept: History) -> None:
        done = kept.add([practice])
        assert sorted(Path(added.name).name for added in done.added) == ["0.837", "set"]
        assert done.refused == []


class TestDamage:
    @pytest.fixture
    def damaged(self, kept: History, past: list[Path]) -> History:
        kept.add(past)
        return kept

    def test_a_missing_table_is_told(
        self, damaged: History, today: Path, reference: Reference
    ) -> None:
        next(damaged.folder.rglob("lines-*.parquet")).unlink()
        report = check(today, history=damaged.folder, reference=reference)
        assert "missing or damaged" in str(report.unread[0].error)

    def test_a_damaged_table_is_told(
        self, damaged: History, today: Path, reference: Reference
    ) -> None:
        next(damaged.folder.rglob("lines-*.parquet")).write_bytes(b"PAR1 no more")
        report = check(today, history=damaged.folder, reference=reference)
        assert "missing or damaged" in str(report.unread[0].error)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"no ledger",
            b"{}",
            b"[]",
            b'{"format": 3, "key": "0", "additions": 3}',
            b"\xff\xfe",
        ],
    )
    def test_a_damaged_ledger_is_told(
        self, damaged: History, past: list[Path], today: Path, content: bytes, reference: Reference
    ) -> None:
        (damaged.folder / "history.json").write_bytes(content)
        for work in (damaged.files, lambda: damaged.add(past), lambda: damaged.remove([1])):
            with pytest.raises(CleanclaimError, match=r"history\.json: the ledger is damaged"):
                work()
        report = check(today, history=damaged.folder, reference=reference)
        assert "history.json: the ledger is damaged" in str(report.unread[0].error)

    @pytest.mark.parametrize(
        ("written", "what_to_do"),
        [(2, "add the original files to a new history"), (4, "update cleanclaim")],
    )
    def test_one_of_another_version_is_not_read(
        self, damaged: History, written: int, what_to_do: str
    ) -> None:
        (damaged.folder / "history.json").write_text(f'{{"format": {written}}}')
        with pytest.raises(UnreadableFile, match=f"format {written}.*{what_to_do}"):
            damaged.files()

    @pytest.mark.parametrize("change", ["gone", "empty", "short", "zeros", "not permitted"])
    def test_one_clear_line_for_each_damage(
        self, damaged: History, past: list[Path], today: Path, change: str, reference: Reference
    ) -> None:
        table = next(damaged.folder.rglob("lines-*.parquet"))
        content = table.read_bytes()
        if change == "gone":
            table.unlink()
        elif change == "not permitted":
            table.unlink()
            table.symlink_to(table)
        else:
            table.write_bytes(
                {"empty": b"", "short": content[:-9]}.get(change, bytes(len(content)))
            )
        report = check(today, history=damaged.folder, reference=reference, select=["HX103"])
        [error] = [str(entry.error) for entry in report.unread]
        assert error.startswith(f"{table}: missing or damaged (")
        assert error.endswith(": files 1 to 6")
        assert "\n" not in error
        with pytest.raises(CleanclaimError, match="files 1 to 6"):
            damaged.remove([1])
        damaged.remove(range(1, 7))
        damaged.add(past)
        assert claims_in(damaged).claims.height == 6

    def test_a_panic_of_the_parquet_reader_is_told(
        self, damaged: History, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def panics(*_: object, **__: object) -> None:
            raise pl.exceptions.PanicException

        monkeypatch.setattr(pl, "collect_all", panics)
        files: list[FileRead] = []
        assert list(read([damaged.folder], files, past=Past())) == []
        assert str(files[0].error).startswith(f"{damaged.folder}: one of its files is damaged")
        monkeypatch.setattr(pl, "read_parquet", panics)
        with pytest.raises(UnreadableFile, match=r"claims-0000\.parquet: missing or damaged"):
            damaged.remove([1])

    def test_what_an_earlier_version_did_not_write_is_null(self, damaged: History) -> None:
        table = next(damaged.folder.rglob("claims-*.parquet"))
        size = table.stat().st_size
        pl.read_parquet(table).drop("billing_state").write_parquet(table)
        ledger = damaged.folder / "history.json"
        sizes = f'"claims": {size}', f'"claims": {table.stat().st_size}'
        assert sizes[0] in ledger.read_text()
        ledger.write_text(ledger.read_text().replace(*sizes))
        held = claims_in(damaged).claims
        assert held["billing_state"].null_count() == held.height == 6
