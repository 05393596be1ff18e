"""The examples of payer packs hold, and one that doesn't is named."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

from cleanclaim.engine.pack_tests import faults_of
from cleanclaim.payers.library import shipped_packs
from cleanclaim.payers.pack import load_pack
from cleanclaim.reference import Reference


@pytest.mark.parametrize("pack", [pack.id for pack in shipped_packs()])
def test_the_examples_of_shipped_packs_hold(pack: str, reference: Reference) -> None:
    loaded = load_pack(files("cleanclaim.payers") / "shipped" / pack)
    assert loaded.tests
    assert faults_of(loaded, reference) == []


def test_an_example_that_does_not_hold_is_named(reference: Reference) -> None:
    loaded = load_pack(files("cleanclaim.payers") / "shipped" / "cigna")
    tests = (
        {"title": "a visit", "lines": ["99213"], "finds": ["consultations"]},
        {"title": "a consultation", "lines": ["99244"], "finds": []},
        {"title": "no such row", "lines": ["99244"], "finds": ["x"]},
        {"title": "no such column", "claim": {"x": "1"}},
    )
    faults = faults_of(replace(loaded, tests=tests), reference)
    assert faults[:3] == [
        "a visit: the rows consultations didn't find anything",
        "a consultation: the rows consultations found something",
        "no such row: the pack has no row x",
    ]
    assert faults[3].startswith("no such column: ")
