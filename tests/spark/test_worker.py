"""The worker's side, without a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    import pyarrow as pa

from cleanclaim import Reference
from cleanclaim.errors import InputError, ReferenceProblem
from cleanclaim.settings import Settings

pytest.importorskip("pyspark", reason="the extra spark is not installed")
pytest.importorskip("pyarrow", reason="the extra spark is not installed")

from cleanclaim.spark import worker
from cleanclaim.spark.worker import Task
from cleanclaim.version import VERSION

TASK = Task(
    packed=None,
    digest="none",
    store=None,
    codes=("DX102",),
    files=(),
    settings=Settings(),
    is_model=True,
    covered=(),
    at_once=3,
    version=VERSION,
)


def arriving(groups: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
    frame = pl.DataFrame({"_group": groups, "_table": [0] * len(groups)})
    return iter(frame.to_arrow().to_batches(max_chunksize=rows))


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
@pytest.mark.parametrize("groups", ["aabbbccccd", "a", "aaaaaaaa", "abcdefgh", "aaaab"])
def test_groups_stay_whole(groups: str, rows: int) -> None:
    parts = [
        part["_group"].to_list() for part in worker._whole_groups(arriving(list(groups), rows), 3)
    ]
    assert [group for part in parts for group in part] == list(groups)
    for one, other in pairwise(parts):
        assert set(one).isdisjoint(other)
    largest = max(groups.count(group) for group in groups)
    assert max(len(part) for part in parts) <= 3 + rows + largest


def test_nothing_arrives() -> None:
    assert list(worker._whole_groups(iter([]), 3)) == []


def test_another_version_is_told() -> None:
    with pytest.raises(InputError, match=r"0\.0\.1 on the driver"):
        next(replace(TASK, version="0.0.1")(iter([])))


def test_tables_that_changed_on_their_way_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_references", {})
    with pytest.raises(ReferenceProblem, match="differ from those that were sent"):
        next(replace(TASK, packed=lambda: b"something", digest="another")(iter([])))


def test_tables_are_unpacked_once(tmp_path: Path) -> None:
    packed = Reference.load(store=tmp_path / "none").packed()
    first = Reference.unpacked(packed, tmp_path / "here")
    second = Reference.unpacked(b"not looked at", tmp_path / "here")
    assert first.releases().equals(second.releases())
    assert [path.name for path in tmp_path.iterdir()] == ["here"]
