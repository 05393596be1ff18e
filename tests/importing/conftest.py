"""What the importers' tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.importing import Imported, import_files
from cleanclaim.reference.store import Store

Import = Callable[..., Imported]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def load(tmp_path: Path, store: Store) -> Import:
    """Write files (name to text or bytes) into their own folder and import it."""

    def run(files: dict[str, str | bytes], *, cpt_licensed: bool = False) -> Imported:
        folder = tmp_path / "in"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_files([folder], store, cpt_licensed=cpt_licensed)

    return run


@pytest.fixture
def stored(store: Store) -> Callable[[str], pl.DataFrame]:
    """The rows of a table's one release, without the release's name."""

    def rows(table: str) -> pl.DataFrame:
        [release] = [r for r in store.releases() if r.table == table]
        return store.read(release).drop("release")

    return rows
