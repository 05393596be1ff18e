"""Everything that ever failed is tried again: read, and checked twice by the command line, under watch."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzzing import targets, watch
from places import CORPUS

LIMITS = watch.Limits(seconds=60.0, megabytes=2_000)


def test_nothing_of_the_corpus_fails_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    names = [path.name for path in targets.entries(CORPUS)]
    tally = watch.watched(targets.Replayed, (str(CORPUS),), range(len(names)), LIMITS)
    assert tally.tried == len(names) > 0
    failed = {names[failure.seed]: failure.what for failure in tally.failures}
    assert failed == {}


def test_corpus_is_small() -> None:
    for path in CORPUS.rglob("*"):
        assert path.stat().st_size < 20_000, f"{path.name}: make it smaller"
