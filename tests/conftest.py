"""What tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, wraps
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
import typer.main
import typer.testing
from hypothesis import settings

from cleanclaim import History
from cleanclaim.importing import import_files
from cleanclaim.job import Job
from cleanclaim.model import Batch
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store
from cleanclaim.settings import Settings
from histories import claim
from published import Published
from runs import EDITS, SMALL, Told, write_files

settings.register_profile("any machine", deadline=None)  # a busy machine isn't a fault
settings.load_profile("any machine")

LONGEST = (
    "spark/test_driver.py",
    "edits/test_examples.py",
    "fuzz/test_corpus.py",
    "whole/",
    "large/",
)
"""Files that take longest begin first, so that in the end no process waits for another."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process for each core, at most four; none but this one for a few files or a single test."""
    given = [Path(word) for word in config.args]
    if all(path.suffix == ".py" or "::" in path.name for path in given):
        return 0
    return min(os.cpu_count() or 1, 4)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first."""
    here = Path(__file__).parent

    def turn(item: pytest.Item) -> int:
        name = item.path.relative_to(here).as_posix()
        return next((n for n, first in enumerate(LONGEST) if name.startswith(first)), len(LONGEST))

    items.sort(key=turn)


@pytest.fixture(scope="session", autouse=True)
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Programs that tests start compile Python's modules once for all of them, if they may not keep them where they usually are."""
    with pytest.MonkeyPatch.context() as patch:
        if os.environ.get("PYTHONDONTWRITEBYTECODE"):
            patch.delenv("PYTHONDONTWRITEBYTECODE")
            patch.setenv("PYTHONPYCACHEPREFIX", str(shared(tmp_path_factory) / "compiled"))
        yield


@pytest.fixture(scope="session", autouse=True)
def parsers() -> Iterator[None]:
    """The command line's parser is made once for all runs in this process: that takes longer than many a command."""
    made = cache(typer.main.get_command)
    with pytest.MonkeyPatch.context() as patch:
        for module in (typer.main, typer.testing):
            patch.setattr(module, "get_command" if module is typer.main else "_get_command", made)
        yield


@pytest.fixture(scope="session", autouse=True)
def loaded_once() -> Iterator[None]:
    """Commands run in this process share the tables that come with cleanclaim, and what edits derive from them, if the store holds no others."""
    whole = Reference.load
    loaded: dict[str | None, Reference] = {}

    @wraps(whole)
    def load(
        *, store: Path | None = None, lock: Path | None = None, payers: Sequence[str | Path] = ()
    ) -> Reference:
        if lock is not None or payers or Store(store).releases():
            return whole(store=store, lock=lock, payers=payers)
        home = os.environ.get("CLEANCLAIM_HOME")
        if home not in loaded:
            loaded[home] = whole(store=store)
        return loaded[home]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reference, "load", load)
        yield


def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's data folder: never the real one."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEANCLAIM_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def reference() -> Reference:
    return Reference.load()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real publishers' files, where the environment names one."""
    folder = os.environ.get("CLEANCLAIM_DATA")
    if not folder:
        pytest.skip("CLEANCLAIM_DATA names no folder of publishers' files")
    return Path(folder)


@pytest.fixture(scope="session")
def cms(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """CMS's tables of July 2024 (and the fee schedule of October 2025), as published."""
    store = Store(tmp_path_factory.mktemp("cms"))
    folders = ("ncci", "mpfs", "hcpcs")
    done = {name: import_files([data_dir / "data" / name], store) for name in folders}
    assert [imported.refused for imported in done.values()] == [()] * len(folders)
    return Published(store, done)


@pytest.fixture(scope="session")
def chunked() -> Callable[[Batch, Sequence[int]], Batch]:
    """Makes a batch whose tables are in several chunks, cut at these rows; chunks may be empty."""

    def made(batch: Batch, cuts: Sequence[int]) -> Batch:
        frames = {}
        for name, frame in batch.frames().items():
            bounds = [0, *(min(cut, frame.height) for cut in cuts), frame.height]
            parts = [frame[a:b] for a, b in pairwise(bounds)]
            frames[name] = pl.concat(parts, rechunk=False)
        return replace(Batch.of(frames), covered=batch.covered)

    return made


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[Path, ...]:
    folder = tmp_path / "in"
    folder.mkdir()
    return tuple(write_files(folder))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def job(inputs: tuple[Path, ...], reference: Reference, told: Told) -> Job:
    return Job(
        inputs,
        reference,
        EDITS,
        Settings(),
        plan=SMALL,
        progress=lambda doing, done, share: told.progress.append((doing, done, share)),
        tell=told.words.append,
    )


@pytest.fixture
def kept(tmp_path: Path) -> History:
    return History(tmp_path / "history")


@pytest.fixture
def past(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "sent"
    folder.mkdir()
    return [claim(folder / f"{n}.837", f"SENT-{n}", patient=n % 3) for n in range(6)]


@pytest.fixture
def today(tmp_path: Path) -> Path:
    return claim(tmp_path / "today.837", "TODAY-1", patient=1)
