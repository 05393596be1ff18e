"""The laws that every edit keeps: its examples hold, the clean claims are clean, and what it says is complete."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest

import cleanclaim.edits
from cleanclaim.edits.edit import Edit, Example, Fails, Passes
from cleanclaim.edits.registry import edits_in, own_edits
from cleanclaim.edits.samples import institutional, interchange, professional
from cleanclaim.engine.check import Checked, check
from cleanclaim.engine.examples import claims_of, fault_of, tables_of
from cleanclaim.model import Batch, concat
from cleanclaim.read.objects import batch_of
from cleanclaim.read.x837 import read_x12
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare
from places import CLINIC_DAY

EDITS = own_edits()
EXAMPLES = [(edit, example) for edit in EDITS for example in edit.examples]
CLINIC = concat(read_x12(CLINIC_DAY.read_bytes(), file=CLINIC_DAY.name))


@dataclass(frozen=True)
class Tried:
    """An example that was checked.

    Attributes:
        claims: its claims.
        before: their tables before they were checked.
        checked: what its edit says of them.
    """

    claims: Batch
    before: dict[str, pl.DataFrame]
    checked: Checked


_CLAIMS: dict[int, Batch] = {}
_TRIED: dict[int, Tried] = {}


def claims_in(example: Example) -> Batch:
    """The claims of an example, read once for all tests."""
    if id(example) not in _CLAIMS:
        _CLAIMS[id(example)] = claims_of(example)
    return _CLAIMS[id(example)]


def tried(example: Example, edit: Edit, reference: Reference) -> Tried:
    """An example checked by its edit, once for all tests."""
    done = _TRIED.get(id(example))
    if done is None:
        claims = claims_in(example)
        before = {name: frame.clone() for name, frame in claims.frames().items()}
        done = Tried(claims, before, check(claims, reference, [edit]))
        _TRIED[id(example)] = done
    return done


@pytest.mark.parametrize(
    ("edit", "example"),
    EXAMPLES,
    ids=[f"{e.code}-{x.title.replace(' ', '-')}" for e, x in EXAMPLES],
)
def test_example_holds(edit: Edit, example: Example, reference: Reference) -> None:
    assert fault_of(edit, example, claims_in(example), tables_of(example, reference)) is None


@pytest.mark.parametrize(
    "claim", [professional(), institutional()], ids=["professional", "institutional"]
)
def test_clean_claim_is_clean_under_every_edit(
    claim: dict[str, object], reference: Reference
) -> None:
    checked = check(batch_of([claim]), reference, EDITS)
    assert checked.findings.select("code", "message").rows() == []


def test_clean_file_is_clean_under_every_edit(reference: Reference) -> None:
    batch = prepare(concat(read_x12(interchange().encode(), file="example.837")), Settings())
    assert batch.claims.height == 1
    assert check(batch, reference, EDITS).findings.select("code", "message").rows() == []


@pytest.mark.parametrize("edit", EDITS, ids=[e.code for e in EDITS])
def test_edit_is_complete(edit: Edit, reference: Reference) -> None:
    module = import_module(f"cleanclaim.edits.{edit.family.lower()}.{edit.code}")
    assert edit in edits_in(module)
    assert Path(str(module.__file__)).parent.parent == Path(cleanclaim.edits.__path__[0])
    assert any(isinstance(example, Fails) for example in edit.examples)
    assert any(isinstance(example, Passes) for example in edit.examples)
    assert edit.source
    assert "What to do" in edit.documentation
    assert edit.name == edit.name.lower()
    if edit.carc:
        assert edit.carc in reference.table("carc")["code"].to_list()
    if edit.rarc:
        assert edit.rarc in reference.table("rarc")["code"].to_list()


@pytest.mark.parametrize("edit", EDITS, ids=[e.code for e in EDITS])
def test_edit_changes_no_input_and_repeats_no_finding(edit: Edit, reference: Reference) -> None:
    for example in edit.examples:
        done = tried(example, edit, reference)
        assert all(done.before[name].equals(frame) for name, frame in done.claims.frames().items())
        keys = done.checked.findings.select(
            "claim_key", "line_number", "diagnosis_number", "message", "position"
        )
        assert keys.is_unique().all()


@pytest.fixture(scope="module")
def clinic(reference: Reference) -> tuple[Checked, Checked]:
    """What all edits say of a clinic's day: of the candidates, and of all claims."""
    every = [replace(edit, when={}) for edit in EDITS]
    return check(CLINIC, reference, EDITS), check(CLINIC, reference, every)


@pytest.mark.parametrize("edit", [e for e in EDITS if e.when], ids=lambda e: e.code)
def test_every_claim_at_fault_is_a_candidate(
    edit: Edit, clinic: tuple[Checked, Checked], reference: Reference
) -> None:
    """What `when` leaves out, the function wouldn't have found either."""
    whole = replace(edit, when={})
    of_examples = [
        (done.checked, check(done.claims, reference, [whole]))
        for done in (tried(example, edit, reference) for example in edit.examples)
    ]
    for some, every in (*of_examples, clinic):
        assert some.failures == every.failures == ()
        own = pl.col("code") == edit.code
        assert some.findings.filter(own).equals(every.findings.filter(own))
        assert some.not_checked.filter(own).equals(every.not_checked.filter(own))


@pytest.mark.parametrize("patients", [1, 7, 10_000])
def test_candidates_among_many_claims(patients: int, reference: Reference) -> None:
    """The claims of all examples together, of one patient, of a few, and of as many as claims."""
    claims = [
        {**claim, "claim_id": f"{edit.code}-{n}-{m}"}
        for edit in EDITS
        for n, example in enumerate(edit.examples)
        for m, claim in enumerate(example.claims)
    ]
    members = [{**c, "member_id": f"W{n % patients:09}"} for n, c in enumerate(claims)]
    batch = batch_of(members)
    some = check(batch, reference, EDITS)
    every = check(batch, reference, [replace(edit, when={}) for edit in EDITS])
    assert some.findings["code"].n_unique() > 60
    assert some.findings.equals(every.findings)
    assert some.not_checked.equals(every.not_checked)


def test_codes_and_names_are_unique() -> None:
    assert len({edit.code for edit in EDITS}) == len(EDITS)
    assert len({edit.name for edit in EDITS}) == len(EDITS)
