"""Programs that are killed at any moment: what is there afterwards is whole, and the next run does its work.

The short form kills a few times at random moments. `CLEANCLAIM_LONG_TESTS=1` kills a few hundred times.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from cleanclaim.edits.samples import interchange
from cleanclaim.reference.store import Store

IS_LONG = os.environ.get("CLEANCLAIM_LONG_TESTS") == "1"
long_test = pytest.mark.skipif(not IS_LONG, reason="takes minutes: set CLEANCLAIM_LONG_TESTS=1")
CLAIMS = 2_400
WATCHDOG = 600


def started(command: Sequence[str | Path], **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def killed_after(seconds: float, command: Sequence[str | Path], **environment: str) -> bool:
    """Whether a program was still at work when it was killed."""
    with started(command, **environment) as running:
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            os.kill(running.pid, signal.SIGKILL)
            return True
    return False


def ended(command: Sequence[str | Path], **environment: str) -> tuple[int, str, float]:
    """The status of an undisturbed program, what it told on its error stream, and how long it took."""
    began = time.monotonic()
    with started(command, **environment) as running:
        told = running.communicate(timeout=WATCHDOG)[1]
    return running.returncode, told, time.monotonic() - began


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    for day in range(3):
        (folder / f"day-{day}.837").write_text(
            "".join(
                interchange(
                    ("CLM*EXAMPLE-1", f"CLM*C{n}"),
                    ("NM1*IL", f"NM1*IL*1*EXAMPLE*PAT****MI*W{n // 3:09}"),
                )
                for n in range(day, CLAIMS, 3)
            )
        )
    return folder


class TestCheck:
    """A report of more claims than fit into memory."""

    @pytest.mark.parametrize("rounds", [1, pytest.param(60, marks=long_test)])
    def test_the_report_is_byte_for_byte_that_of_an_undisturbed_run(
        self, inbox: Path, tmp_path: Path, rounds: int
    ) -> None:
        chance = random.Random(20261127)  # noqa: S311 - not for secrets
        output = tmp_path / "report.jsonl"
        command = ("-m", "cleanclaim", "check", inbox, "--memory", "100MB", "--format", "jsonl", "--output", output)  # fmt: skip
        status, told, took = ended(command)
        assert status in {0, 1}, told
        whole = output.read_bytes()
        kills = 0
        for _ in range(rounds):
            output.unlink()
            for _ in range(3):
                kills += killed_after(chance.uniform(0.2, took), command)
                assert not output.exists() or output.read_bytes() == whole
            assert ended(command)[0] == status
            assert output.read_bytes() == whole
            assert [path.name for path in tmp_path.iterdir()] == [output.name]
        print(f"{kills} kills in {rounds} rounds")  # noqa: T201 - what a long run is for
        assert kills


STORING = """
import sys
from datetime import date
from pathlib import Path
import polars as pl
from cleanclaim.reference import OPEN_END, Release
from cleanclaim.reference.store import Store

store, times = Store(Path(sys.argv[1])), int(sys.argv[2])
release = Release("R 1", "things", "nobody", date(2026, 1, 1), OPEN_END, "none")
for n in range(times):
    if n % 7 == 5:
        store.remove(release)
    codes = [f"{n % 2}{code:06}" for code in range(20_000)]
    store.add(release, pl.DataFrame({"code": codes, "valid_from": date(2026, 1, 1), "valid_to": OPEN_END}))
"""


class TestReferenceStore:
    """A release that is added, replaced and removed over and over."""

    def sound(self, place: Path) -> int:
        """How many releases are there; each is whole, and one of those that were stored."""
        store = Store(place)
        there = store.verify()
        for release in there:
            codes = store.read(release)["code"]
            assert codes.len() == release.rows == 20_000
            assert codes.str.head(1).n_unique() == 1
        return len(there)

    @pytest.mark.parametrize("kills", [6, pytest.param(300, marks=long_test)])
    def test_the_store_holds_one_whole_release_or_none(self, tmp_path: Path, kills: int) -> None:
        chance = random.Random(3)  # noqa: S311
        program = ("-c", STORING, tmp_path / "store")
        took = ended((*program, "1"))[2]
        for _ in range(kills):
            assert killed_after(took + chance.uniform(-0.1, 0.4), (*program, "1000000"))
            assert self.sound(tmp_path / "store") <= 1
        status, told, _ = ended((*program, "3"))
        assert (status, told) == (0, "")
        assert self.sound(tmp_path / "store") == 1
        hidden = list((tmp_path / "store").glob("releases/*/.*"))
        assert hidden == [], "what the kills left is taken away"

    def test_two_programs_change_it_one_after_the_other(self, tmp_path: Path) -> None:
        program = ("-c", STORING, tmp_path / "store", "12")
        running = [started(program) for _ in range(2)]
        for one in running:
            assert one.communicate(timeout=WATCHDOG)[1] == ""
            assert one.returncode == 0
        assert self.sound(tmp_path / "store") == 1


FIRST_USE = """
import shutil, sys
from pathlib import Path
from cleanclaim.reference import tabular

folder, small, times = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
tabular.xml_path = lambda: small
for n in range(times):
    if n % 2:
        shutil.rmtree(tabular.cache_folder(), ignore_errors=True)
    table = tabular.load("icd10cm_tabular")
    assert table["title"].to_list() == ["Second", "One category", "Third", "One"], table
"""
SMALL = """<ICD10CM.tabular><chapter><name>1</name><desc>One</desc>
<section id="A00-A01"><desc>One category</desc><diag><name>A00</name><desc>Second</desc></diag>
<diag><name>A01</name><desc>Third</desc></diag></section></chapter></ICD10CM.tabular>"""
LOOKING = ("-m", "cleanclaim", "search", "broken wrist", "--format", "json")


class TestFirstUse:
    """Prepared tables that are made once."""

    @pytest.mark.parametrize("kills", [5, pytest.param(300, marks=long_test)])
    def test_what_a_kill_leaves_is_never_believed(self, tmp_path: Path, kills: int) -> None:
        chance = random.Random(4)  # noqa: S311
        small = tmp_path / "small.xml"
        small.write_text(SMALL)
        home = tmp_path / "home"
        program = ("-c", FIRST_USE, home, small)
        status, told, took = ended((*program, "1"), CLEANCLAIM_HOME=str(home))
        assert (status, told) == (0, "")
        for _ in range(kills):
            after = took + chance.uniform(-0.1, 0.3)
            assert killed_after(after, (*program, "1000000"), CLEANCLAIM_HOME=str(home))
        status, told, _ = ended((*program, "4"), CLEANCLAIM_HOME=str(home))
        assert (status, told) == (0, "")
        names = sorted(path.name[:8] for path in (home / "cache").iterdir())
        assert names == [".lock", "icd10cm-"], "what the kills left is taken away"

    @pytest.mark.parametrize("rounds", [1, pytest.param(8, marks=long_test)])
    def test_four_programs_at_once_need_no_more_than_one(self, tmp_path: Path, rounds: int) -> None:
        """Each finds the whole tabular list, by a home that was empty when they began."""
        asked = ("-m", "cleanclaim", "explain", "M54.50", "--on", "2026-05-12")
        for number in range(rounds):
            home = tmp_path / f"home-{number}"
            environment = {**os.environ, "CLEANCLAIM_HOME": str(home)}
            running = [
                subprocess.Popen(
                    [sys.executable, *asked],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    env=environment,
                )
                for _ in range(4)
            ]
            answers = {one.communicate(timeout=WATCHDOG) for one in running}
            assert [one.returncode for one in running] == [0] * 4
            ((text, told),) = answers
            assert "Low back pain" in text
            assert told == ""
            assert not list(home.glob("cache/.making-*"))

    @long_test
    def test_four_programs_at_once_make_one_search_index_through_kills(
        self, tmp_path: Path
    ) -> None:
        chance = random.Random(5)  # noqa: S311
        whole = subprocess.run(
            [sys.executable, *LOOKING],
            capture_output=True,
            check=True,
            env={**os.environ, "CLEANCLAIM_HOME": str(tmp_path / "undisturbed")},
        ).stdout
        for number in range(5):
            home = str(tmp_path / f"home-{number}")
            running = [started(LOOKING, CLEANCLAIM_HOME=home) for _ in range(4)]
            time.sleep(chance.uniform(1, 15))
            for one in running[:3]:
                one.kill()
            assert running[3].communicate(timeout=WATCHDOG)[1] == ""
            for one in running[:3]:
                one.communicate()
            done = subprocess.run(
                [sys.executable, *LOOKING],
                capture_output=True,
                check=True,
                env={**os.environ, "CLEANCLAIM_HOME": home},
            )
            assert (done.stdout, done.stderr) == (whole, b"")
            shutil.rmtree(home)
