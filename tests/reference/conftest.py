from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of publishers' files that some tests compare with."""
    folder = os.environ.get("CLEANCLAIM_DATA")
    if not folder:
        pytest.skip("CLEANCLAIM_DATA is not set: no publishers' files to compare with")
    return Path(folder) / "data" / "icd10cm"
