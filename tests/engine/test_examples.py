"""What is wrong with an edit's examples is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from cleanclaim.edits.edit import Disposition, Edit, Example, fails, passes, unchecked
from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.engine.examples import faults_of
from cleanclaim.reference import Reference

EDIT = next(edit for edit in own_edits() if edit.code == "LNK101")
NO_POINTER: dict[str, Any] = {"diagnosis_pointers": ()}


def fault(example: Example, reference: Reference, edit: Edit = EDIT) -> str:
    (found,) = faults_of(replace(edit, examples=(example,)), reference) or [""]
    return found


def test_own_examples_hold(reference: Reference) -> None:
    assert faults_of(EDIT, reference) == []


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        (fails("t", professional(), line_number=1), "t: the edit didn't fire"),
        (passes("t", professional(lines=[NO_POINTER])), "t: the edit fired: The line for 99213"),
        (fails("t", professional(lines=[NO_POINTER]), line_number=2), "t: the edit fired at claim 0, line 1"),
        (fails("t", professional(lines=[NO_POINTER, NO_POINTER]), line_number=1), "t: the edit fired at claim 0, line 2"),
        (fails("t", professional(lines=[NO_POINTER, {}]), line_number=1, also_on=(2,)), "t: the edit fired only at claim 0, line 1"),
        (fails("t", professional(lines=[NO_POINTER]), line_number=1, says="99214"), "t: the finding doesn't say '99214'"),
        (fails("t", professional(lines=[NO_POINTER]), line_number=1, disposition=Disposition.WARN), "t: the disposition is reject, not warn"),
        (unchecked("t", institutional()), "t: the edit reported nothing as not checked"),
    ],
)  # fmt: skip
def test_a_wrong_example_is_named(example: Example, expected: str, reference: Reference) -> None:
    assert fault(example, reference).startswith(expected)


def test_two_findings_that_an_example_expects(reference: Reference) -> None:
    claim = professional(lines=[NO_POINTER, NO_POINTER])
    assert fault(fails("t", claim, line_number=1, also_on=(2,)), reference) == ""


def test_an_edit_that_fails_is_named(reference: Reference) -> None:
    broken = replace(EDIT, function=lambda: pl.col("no_such_column") > 1)
    assert "the edit failed" in fault(passes("t", professional()), reference, broken)


def test_an_unexpected_gap_is_named(reference: Reference) -> None:
    edit = next(edit for edit in own_edits() if edit.code == "LNK104")
    assert "not checked" in fault(passes("t", professional()), reference, edit)
