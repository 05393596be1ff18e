"""What is made once and kept: believed only if it is what was written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cleanclaim.storage import cache
from cleanclaim.storage.folder_lock import locked
from cleanclaim.storage.home import cache_home, home


class Thing:
    """Something that is made once, and how often it was."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.times = 0

    def get(self) -> str:
        return cache.load_or_make(
            self.folder, lambda kept: kept.read("text").decode(), self._make, self._write
        )

    def _make(self) -> str:
        self.times += 1
        return "what was made"

    @staticmethod
    def _write(made: str, place: Path) -> None:
        (place / "text").write_text(made)


@pytest.fixture
def thing(tmp_path: Path) -> Thing:
    made = Thing(tmp_path / "cache" / "thing-1")
    assert made.get() == "what was made"
    assert made.get() == "what was made"
    assert made.times == 1
    return made


def garbage(path: Path) -> None:
    path.write_bytes(bytes(range(256)))


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" and more")


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE = (garbage, longer, flipped, truncated, emptied, a_folder, Path.unlink)


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("name", ["text", "seal.json"])
def test_damage_is_found_and_mended_once(
    thing: Thing, name: str, damage: Callable[[Path], None]
) -> None:
    damage(thing.folder / name)
    assert thing.get() == "what was made"
    assert thing.get() == "what was made"
    assert thing.times == 2
    assert sorted(path.name for path in thing.folder.parent.iterdir()) == [".lock", "thing-1"]


@pytest.mark.parametrize("seal", [[], 3, None, {"text": [1]}, {"text": "x"}, {}])
def test_a_seal_of_another_shape_is_not_believed(thing: Thing, seal: object) -> None:
    (thing.folder / "seal.json").write_text(json.dumps(seal))
    assert thing.get() == "what was made"
    assert thing.times == 2


def test_a_file_in_place_of_the_folder_gives_way(thing: Thing) -> None:
    shutil.rmtree(thing.folder)
    thing.folder.write_text("a file")
    thing.get()
    thing.get()
    assert thing.times == 2


def test_what_a_killed_program_left_is_taken_away(thing: Thing) -> None:
    left = thing.folder.parent / ".making-abc"
    (left / "fresh").mkdir(parents=True)
    shutil.rmtree(thing.folder)
    thing.get()
    assert not left.exists()


def test_where_nothing_can_be_written_it_is_made_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where the cache should be")
    made = Thing(tmp_path / "file" / "thing-1")
    for _ in range(2):
        with pytest.warns(UserWarning, match=r"can't be cached in .* \(File exists\)"):
            assert made.get() == "what was made"
    assert made.times == 2


def test_a_full_disk_is_told_and_leaves_nothing(
    thing: Thing, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(thing.folder)

    def full(made: str, place: Path) -> None:
        (place / "text").write_text(made)
        raise OSError("No space left on device (os error 28)")

    monkeypatch.setattr(thing, "_write", full)
    with pytest.warns(UserWarning, match=r"\(No space left on device\)"):
        assert thing.get() == "what was made"
    assert [path.name for path in thing.folder.parent.iterdir()] == [".lock"]


def test_another_program_that_makes_it_is_waited_for_only_so_long(
    thing: Thing, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(thing.folder)
    monkeypatch.setattr(cache, "_PATIENCE", 0)
    with (
        locked(thing.folder.parent),
        pytest.warns(UserWarning, match="another run is using it"),
    ):
        assert thing.get() == "what was made"
    assert not thing.folder.exists()


def test_the_home_is_what_the_user_names_and_never_below_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path))
    assert cache_home() == tmp_path / "cache"
    assert home() == tmp_path
    monkeypatch.setenv("CLEANCLAIM_HOME", "")
    assert cache_home().name == "cleanclaim"
    assert home().name == "cleanclaim"
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # a user without a home
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for place in (home(), cache_home()):
        assert place.is_absolute()
        assert not place.exists()


MAKING = """
import sys, time
from pathlib import Path
from cleanclaim.storage import cache
from cleanclaim.storage.folder_lock import locked
from cleanclaim.storage.home import cache_home, home
folder, count = Path(sys.argv[1]), Path(sys.argv[2])
def make():
    with count.open("a") as out:
        out.write("x")
    time.sleep(0.3)
    return "made"
def write(made, place):
    (place / "text").write_text(made)
print(cache.load_or_make(folder, lambda kept: kept.read("text").decode(), make, write))
"""


def test_programs_that_need_it_at_the_same_time_make_it_once(tmp_path: Path) -> None:
    command: list[str | Path] = [sys.executable, "-c", MAKING]
    command += [tmp_path / "cache" / "thing", tmp_path / "count"]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [one.communicate() for one in running] == [("made\n", "")] * 4
    assert (tmp_path / "count").read_text() == "x"
