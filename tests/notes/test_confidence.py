"""Confidence in billing mode is what was measured on notes at first sight."""

from __future__ import annotations

import numpy as np
import pytest

import calibrate_notes
from cleanclaim.notes import confidence
from cleanclaim.notes.tables import rows


def test_the_weights_are_those_of_the_first_looks() -> None:
    """The table that ships is what the tool fits."""
    looks = calibrate_notes.read()
    fitted = calibrate_notes.fitted(looks.features, looks.right)
    assert {row["feature"]: float(row["weight"]) for row in rows("calibrated")} == pytest.approx(dict(zip(looks.names, fitted, strict=True)), abs=0.001)  # fmt: skip


def test_nine_of_ten_sure_suggestions_are_right() -> None:
    """Of suggestions at .9 or more, each judged by weights from other notes, nine in ten are right; of those below .5, fewer than half."""
    looks = calibrate_notes.read()
    sure = calibrate_notes.crossed(looks)
    assert np.mean(looks.right[sure >= 0.9]) >= 0.9
    assert np.mean(looks.right[sure < 0.5]) < 0.5


def test_a_whole_phrase_is_surer_than_a_part() -> None:
    """A part of a phrase whose title leaves something open is the least sure."""
    rule = "default of the index (I.A.18)"
    whole = confidence.of_problem("Gout, unspecified", rule, 1, whole=True)
    assert confidence.of_problem("Gout, unspecified", rule, 1, whole=False) < 0.5 < whole
