"""What the encoder's tests share."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cleanclaim.encoder import Encoder
from cleanclaim.importing import import_files
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store
from published import Published


@pytest.fixture(scope="session")
def encoder(reference: Reference) -> Encoder:
    """An encoder over the tables that come with cleanclaim."""
    return Encoder(reference)


@pytest.fixture(scope="session")
def full(cms: Published, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """An encoder over real publishers' files."""
    store = Store(tmp_path_factory.mktemp("full") / "store")
    shutil.copytree(cms.store.path, store.path, copy_function=os.link)
    folders = [data_dir / "data" / name for name in ("icd10cm", "gems")]
    assert import_files(folders, store).refused == ()
    return Encoder(Reference.load(store=store.path))
