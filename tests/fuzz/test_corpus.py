"""Everything that ever failed is tried again: read, and checked twice by the command line, under watch."""

from __future__ import annotations

import importlib
from pathlib import Path

targets = importlib.import_module("fuzzing.targets")
watch = importlib.import_module("fuzzing.watch")

CORPUS = Path(__file__).parent / "corpus"
LIMITS = watch.Limits(seconds=60.0, megabytes=2_000)


def test_nothing_of_the_corpus_fails_again() -> None:
    names = [path.name for path in targets.entries(CORPUS)]
    tally = watch.watched(targets.Replayed, (str(CORPUS),), range(len(names)), LIMITS)
    assert tally.tried == len(names) > 0
    assert {names[failure.seed]: failure.what for failure in tally.failures} == {}
