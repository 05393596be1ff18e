"""cleanclaim and another outpatient code editor say the same of generated claims, apart from known reasons."""

from __future__ import annotations

import pytest

import compare_ioce
import comparing
from outpatient.claims import Maker
from outpatient.editors import NAMES

CLAIMS = 1_000


def test_every_difference_has_a_known_reason() -> None:
    pytest.importorskip(
        "pyoce",
        reason="pyoce isn't installed: it needs Python 3.12, and is for a test environment only",
    )
    counts, differences = compare_ioce.compare(CLAIMS, seed=4)
    assert comparing.unexplained(differences, compare_ioce.REASONS) == []
    assert sum(counts[number, "both"] > 0 for number in NAMES) >= len(NAMES) - 2


def test_the_same_seed_gives_the_same_claims() -> None:
    first, second = (list(Maker({}, 3).visits(200)) for _ in range(2))
    assert first == second
    assert any(visit.lines for visit in first)
