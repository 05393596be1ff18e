"""What tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

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
