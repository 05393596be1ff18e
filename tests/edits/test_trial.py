"""Cleanclaim's own edits pass the trial that others must pass before they run."""

from __future__ import annotations

import pytest

from cleanclaim.edits.edit import Edit
from cleanclaim.edits.registry import own_edits
from cleanclaim.engine.trial import fault_of, faults_of
from cleanclaim.reference import Reference


@pytest.mark.parametrize("edit", own_edits(), ids=lambda edit: edit.code)
def test_own_edits_pass(edit: Edit, reference: Reference) -> None:
    assert list(faults_of(edit, reference)) == []
    assert fault_of(edit, reference) is None
