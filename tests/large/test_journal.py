"""What a run keeps of its work, when it or the machine was stopped in the middle."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cleanclaim.errors import ConfigError
from cleanclaim.large import journal
from cleanclaim.large.journal import Journal, opened
from cleanclaim.storage.durable import put_in_place

RUN = {"inputs": [["a.837", 1, 2]], "version": "1"}


class StoppedError(Exception):
    """As a kill: what is on disk stays."""


def write(text: str) -> Callable[[Path], None]:
    def write_into(folder: Path) -> None:
        (folder / "text").write_text(text)

    return write_into


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a run that was stopped when it had kept three pieces."""
    place = tmp_path / "out.partial"

    def run() -> None:
        with opened(place, RUN, print) as work:
            for number in range(3):
                work.commit("piece", number, write(f"piece {number}"), {"claims": number})
            work.save_fact("pieces", {"files": [], "count": 3})
            raise StoppedError

    with pytest.raises(StoppedError):
        run()
    return place


def again(place: Path, run: dict[str, Any] | None = None) -> tuple[list[int], Any, list[str]]:
    """What an opened journal says is done: numbers, the fact, and what was told."""
    told: list[str] = []
    done: list[int] = []
    noted: Any = None

    def look() -> None:
        nonlocal noted
        with opened(place, run or RUN, told.append) as work:
            done.extend(number for number, _, _ in work.finished("piece"))
            noted = work.fact("pieces")
            raise StoppedError

    with pytest.raises(StoppedError):
        look()
    return done, noted, told


def test_it_is_gone_on_with(folder: Path) -> None:
    assert again(folder) == ([0, 1, 2], {"files": [], "count": 3}, [f"resuming {folder}"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with opened(folder, RUN, print):
        pass
    assert not folder.exists(), "a run that ends well leaves nothing"


@pytest.mark.parametrize("content", [b"", b"{", b"\0" * 40, b"[]", b'{"claims": 1}', None])
def test_a_damaged_record_is_a_piece_to_be_made_again(folder: Path, content: bytes | None) -> None:
    record = folder / "piece-000001" / "record.json"
    if content is None:
        record.unlink()
    else:
        record.write_bytes(content)
    done, noted, _ = again(folder)
    assert done == [0, 2]
    assert noted is None, "not all pieces are there: the inputs are read again"
    assert not (folder / "piece-000001").exists()


def test_a_truncated_file_is_a_piece_to_be_made_again(folder: Path) -> None:
    (folder / "piece-000002" / "text").write_bytes(b"")
    assert again(folder)[:2] == ([0, 1], None)


@pytest.mark.parametrize("content", [b"", b"{", b"\0" * 40, b"[]"])
def test_a_damaged_fact_is_no_fact(folder: Path, content: bytes) -> None:
    (folder / "pieces.json").write_bytes(content)
    assert again(folder)[:2] == ([0, 1, 2], None)


@pytest.mark.parametrize("content", [b"", b"{", b"3"])
def test_a_damaged_identity_is_another_run(folder: Path, content: bytes) -> None:
    (folder / "run.json").write_bytes(content)
    done, noted, told = again(folder)
    assert (done, noted) == ([], None)
    assert told == [f"{folder} belongs to another run (its record is damaged); starting over"]


def test_another_run_begins_anew(folder: Path) -> None:
    assert again(folder, {**RUN, "version": "2"}) == (
        [],
        None,
        [f"{folder} belongs to another run (version changed); starting over"],
    )


def test_a_folder_of_somebody_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "out.partial"
    place.mkdir()
    (place / "letter.txt").write_text("mine")
    with pytest.raises(ConfigError, match="it contains something other than an unfinished run"):
        again(place)
    assert (place / "letter.txt").read_text() == "mine"


def test_what_a_kill_left_half_written_is_no_work(folder: Path) -> None:
    shutil.copytree(folder / "piece-000002", folder / ".piece-000003")
    assert again(folder)[0] == [0, 1, 2]


def test_a_piece_is_on_the_disk_before_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed: list[tuple[str, str]] = []
    real = put_in_place

    def told(unfinished: Path, target: Path) -> None:
        record = json.loads((unfinished / "record.json").read_text())
        assert record == {"claims": 1, "written": {"text": 1}}
        placed.append((unfinished.name, target.name))
        real(unfinished, target)

    monkeypatch.setattr(journal, "put_in_place", told)
    for is_lasting in (True, False):
        work = Journal(tmp_path, is_lasting=is_lasting)
        work.commit("piece", int(is_lasting), write("x"), {"claims": 1})
    assert placed == [(".piece-000001", "piece-000001")], "a temporary folder is not worth the wait"


def test_a_full_disk_is_a_clear_error(tmp_path: Path) -> None:
    def full(folder: Path) -> None:
        raise OSError("No space left on device (os error 28)")

    work = Journal(tmp_path, is_lasting=True)
    with pytest.raises(ConfigError, match=r"piece-000000: No space left on device"):
        work.commit("piece", 0, full, {})
    assert work.finished("piece") == []
