"""A history whose runs are killed, come together, or meet a disk that refuses: it's as it was before, or as it is after."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import history_runs
from cleanclaim import History
from cleanclaim.edits.samples import interchange
from cleanclaim.errors import HistoryError
from cleanclaim.read import Past, read
from cleanclaim.read.history import open_history
from cleanclaim.storage.durable import unfinished_name

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
STEPS = 12
"""A run does at least so much to a history's files."""
SCRIPT = Path(history_runs.__file__)
long_only = pytest.mark.skipif(
    not os.environ.get("CLEANCLAIM_LONG_TESTS"),
    reason="hundreds of kills take minutes; set CLEANCLAIM_LONG_TESTS=1 to run them",
)
Runs = list[list[dict[str, Any]]]


def ran(rounds: Runs, home: Path) -> list[list[Any]]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        input=json.dumps(rounds),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, "CLEANCLAIM_HOME": str(home), "POLARS_MAX_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    results: list[list[Any]] = json.loads(done.stdout)
    escaped = [one["escaped"] for several in results for one in several if one and "escaped" in one]
    assert escaped == []
    return results


def written(folder: Path, names: str) -> list[str]:
    """Files of two claims each."""
    folder.mkdir()
    paths = []
    for name in names:
        text = interchange(("CLM*EXAMPLE-1", f"CLM*{name}*125***11:B:1*Y*A*Y*Y"))
        paths.append(folder / f"{name}.837")
        paths[-1].write_text(text)
    return [str(path) for path in paths]


class TestKilled:
    """A run is killed before each thing it does to the history's files, or at any moment."""

    @pytest.fixture
    def base(self, tmp_path: Path) -> str:
        """Two additions: of files A, B and C, and of D."""
        base = tmp_path / "base"
        sent = written(tmp_path / "sent", "ABCDE")
        History(base).add(sent[:3])
        History(base).add(sent[3:4])
        return str(base)

    def adding(self, base: str) -> dict[str, Any]:
        sent = Path(base).with_name("sent")
        return {"do": "add", "of": base, "inputs": [str(sent / "E.837")]}

    def removing(self, base: str) -> dict[str, Any]:
        return {"do": "remove", "of": base, "numbers": [2, 4]}

    def killed(self, run: dict[str, Any], cases: list[dict[str, Any]], home: Path) -> int:
        """Kill a run in several ways, and see each time that the history is whole and can be used; how many kills hit."""
        before, after = "ABCD", "ABCDE" if run["do"] == "add" else "AC"
        rounds: Runs = []
        for number, case in enumerate(cases):
            history = f"{run['of']}-{number}"
            plain = {key: value for key, value in run.items() if key != "of"}
            rounds += [
                [{**run, **case, "history": history}],
                [{"do": "look", "history": history}],
                [{**plain, "history": history}],
                [{"do": "look", "history": history}],
            ]
        results = [several[0] for several in ran(rounds, home)]
        for number in range(len(cases)):
            done, found, again, at_the_end = results[4 * number : 4 * number + 4]
            assert "".join(found["found"]["ids"][0]) in {before, after}
            if done is not None:
                assert "".join(found["found"]["ids"][0]) == after
            assert again.get("found") or "it has no file" in again["error"]
            assert "".join(at_the_end["found"]["ids"][0]) == after
            left = Path(f"{run['of']}-{number}")
            assert named(left) == {str(path) for path in left.rglob("*.parquet")}
        return sum(done is None for done in results[::4])

    @pytest.mark.parametrize("work", ["adding", "removing"])
    def test_at_some_steps(self, base: str, home: Path, work: str) -> None:
        run = getattr(self, work)(base)
        rng = random.Random(20261127)  # noqa: S311 - a seed, so that the kills are the same each time
        cases = [{"step": step} for step in rng.sample(range(STEPS), 3)]
        assert self.killed(run, cases, home) == 3

    @long_only
    @pytest.mark.parametrize("work", ["adding", "removing"])
    def test_at_every_step(self, base: str, home: Path, work: str) -> None:
        run = getattr(self, work)(base)
        [[whole]] = ran([[{**run, "history": f"{base}-whole"}]], home)
        cases = [{"step": step} for step in range(whole["steps"])]
        assert self.killed(run, cases, home) == whole["steps"] >= STEPS

    @long_only
    @pytest.mark.parametrize("work", ["adding", "removing"])
    def test_at_any_moment(self, base: str, home: Path, work: str) -> None:
        rng = random.Random(20261127)  # noqa: S311 - a seed, so that the kills are the same each time
        run = getattr(self, work)(base)
        [[whole]] = ran([[{**run, "history": f"{base}-whole"}]], home)
        cases = [{"seconds": rng.uniform(0.001, 1.5 * whole["seconds"])} for _ in range(100)]
        assert self.killed(run, cases, home) > 20


def named(history: Path) -> set[str]:
    """The files that the ledger names."""
    with open_history(history) as ledger:
        return {
            str(part.path(one.folder(history), name))
            for one in ledger.additions
            for part in one.parts
            for name in part.rows
        }


class TestTogether:
    def test_adding_at_once_loses_nothing(self, tmp_path: Path) -> None:
        sent = written(tmp_path / "sent", "ABCD")
        history = str(tmp_path / "history")
        adding = [{"do": "add", "history": history, "inputs": [path]} for path in sent]
        look = [{"do": "look", "history": history}]
        done, [found] = ran([adding, look], tmp_path / "home")
        added = [Path(name).stem for one in done for name in one.get("found", {}).get("added", [])]
        refused = [one["error"] for one in done if "error" in one]
        assert len(added) + len(refused) == 4
        assert added
        assert all("another run is using it" in error for error in refused)
        assert found["found"]["ids"][0] == sorted(added)
        assert [path.name for path in (tmp_path / "home" / "keys").iterdir()] == ["own.json"]

    def test_a_look_back_sees_what_was_before_or_is_after(self, tmp_path: Path, home: Path) -> None:
        sent = written(tmp_path / "sent", "ABC")
        history = tmp_path / "history"
        History(history).add(sent[:1])
        look = {"do": "look", "history": str(history), "times": 12}
        change = {"do": "again", "history": str(history), "inputs": sent[1:], "times": 4}
        [[looked, other, changed]] = ran([[look, look, change]], home)
        seen = {"".join(ids) for one in (looked, other) for ids in one["found"]["ids"]}
        assert "error" not in changed
        assert seen <= {"A", "ABC"}
        assert "A" in seen

    def test_what_is_read_stays_on_the_disk(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cleanclaim.write.history._PATIENCE", 0.1)
        history = History(tmp_path / "history")
        for path in written(tmp_path / "sent", "ABC"):
            history.add([path])
        reading = read([history.folder], [], at_once=1, past=Past())
        first = next(reading)
        with pytest.raises(HistoryError, match=r"still on the disk.*another run is reading it"):
            history.remove([2, 3])
        assert [added.number for added in history.files()] == [1]
        history.add(written(tmp_path / "more", "D"))
        claims = [first, *reading]
        assert [claim for batch in claims for claim in batch.claims["claim_id"]] == ["A", "B", "C"]
        history.add(written(tmp_path / "later", "E"))
        assert named(history.folder) == {str(p) for p in history.folder.rglob("*.parquet")}
        [ids] = [
            batch.claims["claim_id"].to_list() for batch in read([history.folder], [], past=Past())
        ]
        assert ids == ["A", "D", "E"]


class TestTheDisk:
    def test_all_is_on_it_before_the_ledger_names_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        history = History(tmp_path / "history")
        sent = written(tmp_path / "sent", "AB")
        history.add(sent[:1])
        steps: list[tuple[str, str]] = []
        fsync, replace = os.fsync, Path.replace

        def seen(handle: int) -> None:
            steps.append(("synced", str(Path(f"/proc/self/fd/{handle}").readlink())))
            fsync(handle)

        def renamed(path: Path, target: Path) -> Path:
            steps.append(("renamed", str(target)))
            return replace(path, target)

        monkeypatch.setattr("os.fsync", seen)
        monkeypatch.setattr(Path, "replace", renamed)
        if not Path("/proc/self/fd").is_dir():
            pytest.skip("this system doesn't tell which file a handle is of")
        history.add(sent[1:])
        additions = history.folder / "additions"
        before, after = around_the_ledger(steps, history.folder)
        assert {str(additions), *all_of(additions / "000002")} <= before
        assert after == [("synced", str(history.folder))]
        history.add(written(tmp_path / "both", "CD"))
        steps.clear()
        history.remove([3])
        before, after = around_the_ledger(steps, history.folder)
        assert all_of(additions / "000003") <= before
        assert after == [("synced", str(history.folder))]

    @pytest.mark.parametrize("most_bytes", [0, 400, 3_000])
    def test_a_full_disk(self, tmp_path: Path, most_bytes: int) -> None:
        history = History(tmp_path / "history")
        sent = written(tmp_path / "sent", "ABC")
        history.add(sent[:2])
        whole = sorted(history.folder.rglob("*"))
        with limited(most_bytes), pytest.raises(HistoryError) as adding:
            history.add(sent[2:])
        with limited(most_bytes), pytest.raises(HistoryError) as removing:
            history.remove([1])
        for error in (adding, removing):
            assert str(history.folder) in str(error.value)
            assert "File too large" in str(error.value)
            assert "\n" not in str(error.value)
        assert sorted(history.folder.rglob("*")) == whole
        assert [added.number for added in history.files()] == [1, 2]
        history.add(sent[2:])
        assert len(history.files()) == 3

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_that_cannot_be_written(self, tmp_path: Path) -> None:
        history = History(tmp_path / "history")
        sent = written(tmp_path / "sent", "AB")
        history.add(sent[:1])
        for path in (history.folder / "additions", history.folder):
            path.chmod(0o500)
        try:
            for work in (lambda: history.add(sent[1:]), lambda: history.remove([1])):
                with pytest.raises(HistoryError, match="Permission denied"):
                    work()
            assert len(history.files()) == 1
        finally:
            history.folder.chmod(0o700)

    def test_a_place_where_no_folder_can_be(self, tmp_path: Path) -> None:
        sent = written(tmp_path / "sent", "A")
        with pytest.raises(HistoryError, match="Not a directory"):
            History(Path(sent[0]) / "history").add(sent)

    def test_a_history_that_was_only_begun_is_made(self, tmp_path: Path) -> None:
        history = History(tmp_path / "history")
        (history.folder / "additions").mkdir(parents=True)
        for name in (".lock", unfinished_name("history.json")):
            (history.folder / name).touch()
        history.add(written(tmp_path / "sent", "A"))
        assert len(history.files()) == 1


def around_the_ledger(
    steps: list[tuple[str, str]], folder: Path
) -> tuple[set[str], list[tuple[str, str]]]:
    """What is brought to the disk before the ledger is renamed, and all that is done after."""
    at = steps.index(("renamed", str(folder / "history.json")))
    return {path for kind, path in steps[:at] if kind == "synced"}, steps[at + 1 :]


def all_of(folder: Path) -> set[str]:
    """The names of a folder and of what is in it."""
    return {str(folder), *map(str, folder.iterdir())}


@contextmanager
def limited(most_bytes: int) -> Iterator[None]:
    """No file may be larger than so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
