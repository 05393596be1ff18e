"""A month with the truth attached: payments are matched right and denials traced to their edit."""

from __future__ import annotations

from pathlib import Path

import months
from cleanclaim.read.x837 import read_x12
from cleanclaim.remit.balance import imbalances
from cleanclaim.remit.read import read_remittances
from places import ROOT


def test_a_month_is_matched_and_traced(tmp_path: Path) -> None:
    months.write(months.month(400, seed=7), tmp_path)
    measured = months.score(tmp_path)
    assert measured["matched_right"] >= 0.995, measured["wrong"]
    assert measured["edit_named"] >= 0.95, measured["wrong"]
    assert measured["category_right"] >= 0.95, measured["wrong"]


def test_a_month_is_sound(tmp_path: Path) -> None:
    made = months.month(100)
    months.write(made, tmp_path)
    batches = list(read_x12((tmp_path / "sent.837").read_bytes(), file="sent.837"))
    assert sum(batch.claims.height for batch in batches) == 100
    assert all(batch.syntax_faults.is_empty() for batch in batches)
    remittance, _ = read_remittances([tmp_path / "answer.835"])
    assert remittance.payments.height == len(made.truth)
    assert imbalances(remittance) == []


def test_the_example_is_what_the_tool_makes(tmp_path: Path) -> None:
    months.write(months.month(200), tmp_path)
    for name in ("sent.837", "answer.835"):
        assert (ROOT / "examples" / "month" / name).read_bytes() == (tmp_path / name).read_bytes()
