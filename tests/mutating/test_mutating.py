"""The tool that mutates edits finds what weak examples let pass, and nothing where examples are strong."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from cleanclaim.edits.registry import folder_edits, own_edits
from mutating import equivalent, mutations, run, sites, summary

TOY = '''
"""TOY101: more than four units of a drug."""

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional

_DRUGS = ("J1885", "J3301")


@row_edit(
    table="lines",
    code="TOY101",
    name="toy-units",
    disposition=Disposition.WARN,
    source=Source("A toy", "section 1", "nobody", date(2026, 11, 23)),
    column="lines.units",
    message="{{units}} units of {{procedure_code}}.",
    evidence=("units", "procedure_code"),
    examples=({examples}),
)
def toy_units() -> pl.Expr:
    """More than four units.

    What to do: bill four.
    """
    return (pl.col("units") > 4) & pl.col("procedure_code").is_in(_DRUGS)
'''
FIVE = """
        fails(
            "five units",
            professional(lines=[{"procedure_code": "J1885", "units": 5}]),
            line_number=1,
        ),"""
STRONG = (
    FIVE
    + """
        fails(
            "five of the other drug",
            professional(lines=[{"procedure_code": "J3301", "units": 5}]),
            line_number=1,
        ),
        passes("four units", professional(lines=[{"procedure_code": "J1885", "units": 4}])),
        passes("five units of a service", professional(lines=[{"units": 5}])),"""
)
WEAK = FIVE + '\n        passes("a visit", professional()),'
SURVIVORS = [
    "toy_units: pl.col('units') > 4 → pl.col('units') >= 4",
    "toy_units: (pl.col('units') > 4) & pl.col('procedure_code').is_in(_DRUGS) → pl.col('procedure_code').is_in(_DRUGS)",
    "_DRUGS: 'J3301' → (dropped)",
]


def mutants(examples: str, folder: Path) -> list[run.Mutant]:
    path = folder / "TOY101.py"
    path.write_text(TOY.format(examples=examples), encoding="utf-8")
    edits, errors = folder_edits(folder)
    assert not errors
    return list(run.mutants_of_edit(edits[0], run.SharedReference.load()))


def test_weak_examples_let_mutants_survive(tmp_path: Path) -> None:
    tried = mutants(WEAK, tmp_path)
    assert set(SURVIVORS) <= {mutant.name for mutant in tried if mutant.caught is None}


def test_strong_examples_catch_every_mutant(tmp_path: Path) -> None:
    tried = mutants(STRONG, tmp_path)
    assert len(tried) >= 8
    assert [mutant.name for mutant in tried if mutant.caught is None] == []


def test_wording_is_not_mutated(tmp_path: Path) -> None:
    for mutant in mutants(STRONG, tmp_path):
        assert mutant.part in {"toy_units", "_DRUGS"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a == b", ["a != b"]),
        ("a < 2", ["a <= 2", "a >= 2", "1"]),
        ("~a", ["a"]),
        ("f.filter(a, b)", ["(dropped)", "(dropped)", "~a", "~b"]),
        ("a.join(b, on='k', how='anti')", ["semi"]),
        ("a.fill_null(value=False)", ["a.fill_null(value=True)"]),
        ("a.min()", ["a.max()"]),
        ("date(2026, 1, 1)", ["date(2025, 12, 31)", "date(2026, 1, 2)"]),
        ("a.is_in(['x', 'y'])", ["(dropped)", "(dropped)"]),
        ("worded('{} of 4', a)", []),
        ("pl.when(a > 4).then(1).alias('suggestion')", []),
    ],
)
def test_mutations_of_an_expression(code: str, expected: list[str]) -> None:
    tree = ast.parse(f"def edit():\n    return {code}\n")
    found = mutations.mutations_of(sites.helper_parts_of(tree))
    assert sorted(one.after for one in found) == sorted(expected)
    for one in found:
        with one.made():
            compile(tree, "edit", "exec")
    assert ast.unparse(tree) == ast.unparse(ast.parse(f"def edit():\n    return {code}\n"))


def test_a_stale_entry_of_the_equivalent_list_is_named(tmp_path: Path) -> None:
    tried = mutants(WEAK, tmp_path)
    caught = next(mutant.name for mutant in tried if mutant.caught)
    listed = [
        equivalent.Equivalent("TOY101", name, "a reason")
        for name in (SURVIVORS[0], "gone: a → b", caught)
    ]
    faults = equivalent.faults_of_list(listed, {"TOY101": tried})
    assert [fault for fault in faults if "no mutant 'gone: a → b'" in fault]
    assert len(faults) == 2


def test_equivalent_mutants_do_not_count(tmp_path: Path) -> None:
    tried = mutants(WEAK, tmp_path)
    survivors = [mutant.name for mutant in tried if mutant.caught is None]
    listed = [equivalent.Equivalent("TOY101", name, "a reason") for name in survivors]
    assert summary.Summary.of_mutants("TOY101", tried, listed).share == 100
    assert summary.Summary.of_mutants("TOY101", tried, []).share < 80


def test_the_list_of_equivalent_mutants_names_mutants_that_exist() -> None:
    edits = {edit.code: edit for edit in own_edits()}
    for one in equivalent.equivalents():
        module = edits[one.edit].function.__module__ if one.edit in edits else f"cleanclaim.edits.{one.edit}"  # fmt: skip
        tree = ast.parse(Path(str(importlib.import_module(module).__file__)).read_text("utf-8"))
        parts = sites.parts_of(tree) if one.edit in edits else sites.helper_parts_of(tree)
        names = {mutation.name for mutation in mutations.mutations_of(parts)}
        assert one.mutation in names, f"{one.edit}: {one.mutation}"
