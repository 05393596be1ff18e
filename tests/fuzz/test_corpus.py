"""Everything that ever failed is tried again: read, and checked twice by the command line, under watch."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Final

import pytest

targets = importlib.import_module("fuzzing.targets")
watch = importlib.import_module("fuzzing.watch")

CORPUS = Path(__file__).parent / "corpus"
LIMITS = watch.Limits(seconds=60.0, megabytes=2_000)


OPEN: Final = frozenset(
    {
        "csv-column-of-row-numbers.csv",
        "csv-column-of-row-words.csv",
        "csv-header-alone.csv",
        "csv-old-mac-line-ends.csv",
        "csv-quote-never-closed.csv",
        "csv-without-header.csv",
        "history-damaged",
        "parquet-array-id.parquet",
        "parquet-binary-units.parquet",
        "parquet-categorical-date.parquet",
        "parquet-categorical-id.parquet",
        "parquet-decimal-date.parquet",
        "parquet-duration-code.parquet",
        "parquet-float-id.parquet",
        "parquet-list-diagnosis.parquet",
        "parquet-list-units.parquet",
        "parquet-struct-diagnosis.parquet",
        "parquet-struct-id.parquet",
        "parquet-that-makes-polars-panic.parquet",
        "parquet-without-rows.parquet",
        "set-quote-never-closed",
        "set-unknown-icd-versions",
        "set-without-rows",
        "x12-birth-date-as-sex.837",
        "x12-name-as-codes.837",
        "zip-control-characters-in-text-report",
        "zip-damaged-lzma.zip",
        "zip-long-name-on-disk",
        "zip-name-is-no-utf-8.zip",
        "zip-needs-a-later-version.zip",
        "zip-of-unknown-method.zip",
    }
)
"""What fails still: each name goes when its fault is fixed."""


def test_nothing_of_the_corpus_fails_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    names = [path.name for path in targets.entries(CORPUS)]
    tally = watch.watched(targets.Replayed, (str(CORPUS),), range(len(names)), LIMITS)
    assert tally.tried == len(names) > 0
    failed = {names[failure.seed]: failure.what for failure in tally.failures}
    assert {name: what for name, what in failed.items() if name not in OPEN} == {}


def test_corpus_is_small() -> None:
    for path in CORPUS.rglob("*"):
        assert path.stat().st_size < 20_000, f"{path.name}: make it smaller"
