"""What tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.model import Batch
from cleanclaim.reference import Reference


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
def chunked() -> Callable[[Batch, Sequence[int]], Batch]:
    """Makes a batch whose tables are in several chunks, cut at these rows; chunks may be empty."""

    def made(batch: Batch, cuts: Sequence[int]) -> Batch:
        frames = {}
        for name, frame in batch.frames().items():
            bounds = [0, *(min(cut, frame.height) for cut in cuts), frame.height]
            parts = [frame[a:b] for a, b in pairwise(bounds)]
            frames[name] = pl.concat(parts, rechunk=False)
        return replace(Batch.of(frames), has_history=batch.has_history)

    return made
