"""What tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cleanclaim.reference import Reference


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
