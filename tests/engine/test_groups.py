"""Groups of whole patients."""

from __future__ import annotations

import polars as pl
import pytest

from cleanclaim.edits.registry import own_edits
from cleanclaim.engine.check import check
from cleanclaim.engine.groups import whole_patients
from cleanclaim.read import read
from cleanclaim.reference import Reference
from places import EXAMPLES


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_groups_of_whole_patients_find_the_same(at_once: int, reference: Reference) -> None:
    batches = list(read([EXAMPLES / "clinic-day.837"], []))
    assert len(batches) == 1
    whole = check(batches[0], reference, own_edits())
    groups = list(whole_patients(batches[0], at_once))
    assert len(groups) > 1
    patients = [set(group.claims["patient_key"]) for group in groups]
    assert sum(map(len, patients)) == len(set.union(*patients))
    apart = [check(group, reference, own_edits()) for group in groups]
    order = ["claim_key", "line_number", "diagnosis_number", "code", "message"]
    assert (
        pl.concat([found.findings for found in apart])
        .sort(order)
        .equals(whole.findings.sort(order))
    )
