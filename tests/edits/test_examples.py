"""The laws that every edit keeps: its examples hold, the clean claims are clean, and what it says is complete."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

import cleanclaim.edits
from cleanclaim.edits.edit import Edit, Example, Fails, Passes
from cleanclaim.edits.registry import edits_in, own_edits
from cleanclaim.edits.samples import institutional, interchange, professional
from cleanclaim.engine.check import check
from cleanclaim.engine.examples import claims_of, fault_of
from cleanclaim.model import concat
from cleanclaim.read.objects import batch_of
from cleanclaim.read.x837 import read_x12
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare

EDITS = own_edits()
EXAMPLES = [(edit, example) for edit in EDITS for example in edit.examples]
CLINIC_DAY = concat(
    read_x12(
        (Path(__file__).parents[2] / "examples" / "clinic-day.837").read_bytes(),
        file="clinic-day.837",
    )
)


@pytest.mark.parametrize(
    ("edit", "example"),
    EXAMPLES,
    ids=[f"{e.code}-{x.title.replace(' ', '-')}" for e, x in EXAMPLES],
)
def test_example_holds(edit: Edit, example: Example, reference: Reference) -> None:
    assert fault_of(edit, example, reference) is None


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
        claims = claims_of(example)
        before = {name: frame.clone() for name, frame in claims.frames().items()}
        findings = check(claims, reference, [edit]).findings
        assert all(before[name].equals(frame) for name, frame in claims.frames().items())
        keys = findings.select(
            "claim_key", "line_number", "diagnosis_number", "message", "position"
        )
        assert keys.is_unique().all()


@pytest.mark.parametrize("edit", [e for e in EDITS if e.when], ids=lambda e: e.code)
def test_every_claim_at_fault_is_a_candidate(edit: Edit, reference: Reference) -> None:
    """What `when` leaves out, the function wouldn't have found either."""
    whole = replace(edit, when={})
    for claims in (*(claims_of(example) for example in edit.examples), CLINIC_DAY):
        some, every = check(claims, reference, [edit]), check(claims, reference, [whole])
        assert some.findings.equals(every.findings)
        assert some.not_checked.equals(every.not_checked)


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
