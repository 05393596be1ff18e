"""A store of remittances: files are added and removed completely or not at all, and only their owner can read them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from cleanclaim.errors import HistoryError, UnreadableFile
from cleanclaim.remit import store as stores
from cleanclaim.remit.read import read_remittances
from cleanclaim.remit.store import RemitStore, inputs_of
from remittances import era, payment, transaction


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = []
    for n in (1, 2):
        path = tmp_path / f"{n}.835"
        path.write_bytes(era(transaction(payment(f"A{n}", "10", "10"), day=f"2026060{n}")))
        made.append(path)
    return made


def test_files_are_added_once_and_read_as_they_were(tmp_path: Path, files: list[Path]) -> None:
    store = RemitStore(tmp_path / "kept")
    done = store.add(files)
    assert [(one.number, one.checks, one.payments, one.first_day) for one in done.added] == [(1, 1, 1, "2026-06-01"), (2, 1, 1, "2026-06-02")]  # fmt: skip
    again = tmp_path / "same.835"
    again.write_bytes(files[0].read_bytes())
    assert [known.number for _, known in store.add([again]).known] == [1]
    remittance, entries = read_remittances(inputs_of([store.folder]))
    assert [one.file for one in entries] == [str(path) for path in files]
    assert remittance.payments["remit_claim_id"].to_list() == ["A1", "A2"]


def test_only_the_owner_can_read_it(tmp_path: Path, files: list[Path]) -> None:
    store = RemitStore(tmp_path / "kept")
    store.add(files)
    for folder, _, names in os.walk(store.folder):
        assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
        for name in set(names) - {".lock"}:
            assert stat.S_IMODE(Path(folder, name).stat().st_mode) == 0o600


def test_what_is_no_remittance_is_refused(tmp_path: Path, files: list[Path]) -> None:
    other = tmp_path / "note.txt"
    other.write_text("hello")
    done = RemitStore(tmp_path / "kept").add([other, files[0]])
    assert done.refused == [f"{other}: no interchange header (ISA) was found"]
    assert len(done.added) == 1
    with pytest.raises(HistoryError, match="holds something else"):
        RemitStore(tmp_path).add(files)
    with pytest.raises(HistoryError, match="isn't a store"):
        RemitStore(tmp_path / "none").files()


def test_removed_files_are_gone_from_the_disk(tmp_path: Path, files: list[Path]) -> None:
    store = RemitStore(tmp_path / "kept")
    store.add(files)
    assert [one.number for one in store.remove([1])] == [1]
    assert [one.number for one in store.files()] == [2]
    assert len(list((store.folder / stores.FILES).iterdir())) == 1
    with pytest.raises(HistoryError, match="no file 1"):
        store.remove([1])
    assert store.remove([]) == []


def test_an_addition_that_was_killed_leaves_nothing(
    tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    store = RemitStore(tmp_path / "kept")
    store.add(files[:1])
    with monkeypatch.context() as patch:
        patch.setattr(RemitStore, "_write", stopped)  # fmt: skip
        patch.setattr(RemitStore, "_clear", lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            store.add(files[1:])
    assert len(list((store.folder / stores.FILES).iterdir())) == 2
    assert [one.number for one in store.files()] == [1]
    store.add(files[1:])
    assert [one.number for one in store.files()] == [1, 2]
    assert len(list((store.folder / stores.FILES).iterdir())) == 2


def test_a_file_that_was_changed_is_not_used(tmp_path: Path, files: list[Path]) -> None:
    store = RemitStore(tmp_path / "kept")
    store.add(files)
    kept = next((store.folder / stores.FILES).iterdir())
    kept.write_bytes(kept.read_bytes() + b" ")
    with pytest.raises(UnreadableFile, match="changed after it was added"):
        store.inputs()
    (store.folder / stores.MARK).write_text("{")
    with pytest.raises(UnreadableFile, match="damaged"):
        store.files()
