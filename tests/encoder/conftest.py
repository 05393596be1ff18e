"""What the encoder's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleanclaim.encoder import Encoder
from cleanclaim.importing import import_files
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store


@pytest.fixture(scope="session")
def encoder(reference: Reference) -> Encoder:
    """An encoder over the tables that come with cleanclaim."""
    return Encoder(reference)


@pytest.fixture(scope="session")
def full(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """An encoder over real publishers' files."""
    store = Store(tmp_path_factory.mktemp("full"))
    folders = [data_dir / "data" / name for name in ("icd10cm", "gems", "hcpcs", "mpfs", "ncci")]
    assert import_files(folders, store).refused == ()
    return Encoder(Reference.load(store=store.path))
