from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleanclaim.reference import Reference


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home, so that nobody's own releases or cache are read or written."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEANCLAIM_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def reference(home: Path) -> Reference:
    """The embedded reference, its tabular list compiled once for the whole session."""
    assert home.is_dir()
    return Reference.load()


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of publishers' files that some tests compare with."""
    folder = os.environ.get("CLEANCLAIM_DATA")
    if not folder:
        pytest.skip("CLEANCLAIM_DATA is not set: no publishers' files to compare with")
    return Path(folder) / "data" / "icd10cm"
