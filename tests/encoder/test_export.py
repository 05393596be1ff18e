"""The codes as tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.encoder import Encoder
from cleanclaim.errors import ConfigError


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_code_of_the_day(form: str, encoder: Encoder, tmp_path: Path) -> None:
    written = encoder.export(tmp_path / "codes", on=date(2026, 4, 1), form=form)
    assert [path.name for path, _ in written] == [f"{name}.{form}" for name in ("codes", "notes", "links")]  # fmt: skip
    path = written[0][0]
    codes = pl.read_csv(path, infer_schema=False) if form == "csv" else pl.read_parquet(path)
    assert codes.height == written[0][1]
    own = codes.filter(system="ICD-10-CM")
    assert own["code"].is_unique().all()
    billable = own.filter(pl.col("billable").cast(pl.String) == "true")
    assert billable.height == 74_719
    row = own.filter(code="S52.501A").to_dicts()[0]
    assert (row["parent"], row["kind"]) == ("S52.501", "code")
    parents = own["parent"].drop_nulls()
    assert parents.is_in(own["code"].implode()).all()


def test_an_unknown_format_is_named(encoder: Encoder, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="xlsx"):
        encoder.export(tmp_path, form="xlsx")


def test_a_folder_that_cannot_be_created_is_named(encoder: Encoder, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ConfigError, match="file"):
        encoder.export(blocked)
