"""Files and folders that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.storage.durable import (
    PUBLIC,
    is_replaced_whole,
    put_in_place,
    system_errors,
    whole_file,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_appears_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("before")
    path.chmod(0o644)
    with whole_file(path) as out:
        out.write(b"after")
        out.flush()
        assert path.read_text() == "before", "what was there stays until the new one is whole"
        (unfinished,) = set(tmp_path.iterdir()) - {path}
        assert mode(unfinished) == 0o600
    assert path.read_text() == "after"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_public_file_is_as_the_mask_says(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with whole_file(tmp_path / "lock", PUBLIC) as out:
            out.write(b"x")
    finally:
        os.umask(before)
    assert mode(tmp_path / "lock") == 0o644


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_after_an_error_the_old_file_is_there_alone(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "report.json"
    path.write_text("before")

    def write() -> None:
        with whole_file(path) as out:
            out.write(b"half")
            raise error

    with pytest.raises(type(error)):
        write()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_program_left_is_taken_over(tmp_path: Path) -> None:
    left = tmp_path / ".report.json.unfinished"
    left.write_text("much more than the new report has")
    left.chmod(0o644)
    with whole_file(tmp_path / "report.json") as out:
        out.write(b"new")
    assert (tmp_path / "report.json").read_text() == "new"
    assert mode(tmp_path / "report.json") == 0o600
    assert not left.exists()


def test_another_name_of_a_file_is_not_written_through(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("keep")
    os.link(other, tmp_path / ".report.json.unfinished")
    with whole_file(tmp_path / "report.json") as out:
        out.write(b"new")
    assert other.read_text() == "keep"
    assert (tmp_path / "report.json").read_text() == "new"


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("before")
    (tmp_path / "link").symlink_to("real")
    with whole_file(tmp_path / "link") as out:
        out.write(b"after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "after"


def test_two_writers_of_one_file_write_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "report"
    texts = [letter * 300_000 for letter in (b"a", b"b", b"c", b"d")]

    def write(text: bytes) -> None:
        with whole_file(path) as out:
            for begin in range(0, len(text), 10_000):
                out.write(text[begin : begin + 10_000])
                out.flush()

    writers = [threading.Thread(target=write, args=(text,)) for text in texts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert path.read_bytes() in texts
    assert list(tmp_path.iterdir()) == [path]


def test_devices_pipes_and_streams_are_written_to_as_they_are(tmp_path: Path) -> None:
    with whole_file(Path(os.devnull)) as out:
        out.write(b"x")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    assert not is_replaced_whole(Path("/dev/stdout"))
    assert not is_replaced_whole(Path("/dev/fd/1"))
    assert is_replaced_whole(tmp_path / "new")
    assert not is_replaced_whole(tmp_path)
    os.mkfifo(tmp_path / "fifo")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "fifo").read_bytes()))
    reader.start()
    with whole_file(tmp_path / "fifo") as out:
        out.write(b"through")
    reader.join()
    assert got == [b"through"]


def test_the_systems_refusal_is_told_with_its_place_also_by_way_of_polars(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": range(100_000)})
    for write in (frame.write_parquet, frame.write_ipc, frame.write_csv):
        with pytest.raises(OSError, match="No space left") as caught, system_errors(tmp_path):
            write(Path("/dev/full"))
        assert caught.value.errno == errno.ENOSPC
        assert caught.value.filename == str(tmp_path)
    footer = pl.DataFrame({f"column {n}": [n] for n in range(500)}).clear()
    with pytest.raises(OSError, match="is the disk full") as caught, system_errors(tmp_path):
        footer.write_parquet(Path("/dev/full"))
    assert caught.value.filename == str(tmp_path)
    with pytest.raises(ValueError, match="another"), system_errors(tmp_path):
        raise ValueError("another fault stays what it is")


def test_a_folder_is_put_in_place_when_all_of_it_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made"
    (made / "below").mkdir(parents=True)
    (made / "below" / "file").write_text("x")
    synced: list[str] = []
    real = os.fsync

    def told(opened: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{opened}").readlink()))
        real(opened)

    monkeypatch.setattr(os, "fsync", told)
    put_in_place(made, tmp_path / "there")
    assert synced[-1] == str(tmp_path), "the new name, after the rename"
    before = {str(made), str(made / "below"), str(made / "below" / "file")}
    assert set(synced[:-1]) == before, "everything else before it"
    assert (tmp_path / "there" / "below" / "file").read_text() == "x"


def test_a_limit_on_the_size_of_files_leaves_nothing_behind(tmp_path: Path) -> None:
    program = f"""
import resource, signal
from pathlib import Path
from cleanclaim.storage.durable import whole_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with whole_file(Path({str(tmp_path / "report")!r})) as out:
        out.write(b"x" * 5000)
except OSError as error:
    print(error.strerror)
"""
    done = subprocess.run(
        [sys.executable, "-B", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout == "File too large\n", done.stderr
    assert list(tmp_path.iterdir()) == []
