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
from cleanclaim.engine.examples import claims_of, fault_in, tables_of
from cleanclaim.model import concat
from cleanclaim.model.spans import EVERY_DAY
from cleanclaim.read.objects import batch_of
from cleanclaim.read.x837 import read_x12
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare
from places import CLINIC_DAY
from together import CheckedTogether, Together, can_be_together

EDITS = own_edits()
EXAMPLES = [(edit, example) for edit in EDITS for example in edit.examples]
CLINIC = concat(read_x12(CLINIC_DAY.read_bytes(), file=CLINIC_DAY.name))


TOGETHER = [(edit, example) for edit, example in EXAMPLES if can_be_together(edit, example)]
PLACE = {id(example): number for number, (_, example) in enumerate(TOGETHER)}
_OWN: dict[str, CheckedTogether] = {}
_ALONE: dict[int, Checked] = {}


@pytest.fixture(scope="module")
def together() -> Together:
    """Examples that are checked in one run."""
    return Together([example.claims for _, example in TOGETHER], EVERY_DAY)


@pytest.fixture(scope="module")
def checked(together: Together, reference: Reference) -> CheckedTogether:
    """What all edits say of them."""
    return together.checked(EDITS, reference)


def said_of(
    example: Example, edit: Edit, checked: CheckedTogether, reference: Reference
) -> Checked:
    """What an edit says of one of its examples: among all of them, among those of the edit, or alone."""
    said = None
    if id(example) in PLACE:
        said = checked.of_group(edit, PLACE[id(example)])
        said = said or among_its_own(example, edit, reference)
    return said or alone(example, edit, reference)


def among_its_own(example: Example, edit: Edit, reference: Reference) -> Checked | None:
    """What an edit says of an example if it says nothing of the batch as a whole."""
    own = [one for by, one in TOGETHER if by is edit]
    if edit.code not in _OWN:
        _OWN[edit.code] = Together([one.claims for one in own], EVERY_DAY).checked(
            [edit], reference
        )
    return _OWN[edit.code].of_group(edit, [id(one) for one in own].index(id(example)))


def alone(example: Example, edit: Edit, reference: Reference) -> Checked:
    """What an edit says of an example, once for all tests."""
    if id(example) not in _ALONE:
        _ALONE[id(example)] = check(claims_of(example), tables_of(example, reference), [edit])
    return _ALONE[id(example)]


@pytest.mark.parametrize(
    ("edit", "example"),
    EXAMPLES,
    ids=[f"{e.code}-{x.title.replace(' ', '-')}" for e, x in EXAMPLES],
)
def test_example_holds(
    edit: Edit, example: Example, checked: CheckedTogether, reference: Reference
) -> None:
    assert fault_in(edit, example, said_of(example, edit, checked, reference)) is None


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
def test_edit_repeats_no_finding(
    edit: Edit, checked: CheckedTogether, reference: Reference
) -> None:
    for example in edit.examples:
        keys = said_of(example, edit, checked, reference).findings.select(
            "claim_key", "line_number", "diagnosis_number", "message", "position"
        )
        assert keys.is_unique().all()


def test_edits_change_no_input(together: Together, reference: Reference) -> None:
    for batch in (together.batch, CLINIC):
        before = {name: frame.serialize() for name, frame in batch.frames().items()}
        check(batch, reference, EDITS)
        after = {name: frame.serialize() for name, frame in batch.frames().items()}
        assert [name for name in before if before[name] != after[name]] == []


@dataclass(frozen=True)
class Whole:
    """What all edits say of candidates, and of all claims.

    Attributes:
        clinic: of a clinic's day.
        examples: of the examples.
    """

    clinic: tuple[Checked, Checked]
    examples: tuple[CheckedTogether, CheckedTogether]


@pytest.fixture(scope="module")
def whole(together: Together, checked: CheckedTogether, reference: Reference) -> Whole:
    every = [replace(edit, when={}) for edit in EDITS]
    clinic = check(CLINIC, reference, EDITS), check(CLINIC, reference, every)
    return Whole(clinic, (checked, together.checked(every, reference)))


@pytest.mark.parametrize("edit", [e for e in EDITS if e.when], ids=lambda e: e.code)
def test_every_claim_at_fault_is_a_candidate(
    edit: Edit, whole: Whole, checked: CheckedTogether, reference: Reference
) -> None:
    """What `when` leaves out, the function wouldn't have found either."""
    without = replace(edit, when={})
    apart = [
        (said_of(example, edit, checked, reference), check(claims_of(example), tables_of(example, reference), [without]))
        for example in edit.examples
        if id(example) not in PLACE
    ]  # fmt: skip
    examples = whole.examples[0].of(edit), whole.examples[1].of(edit)
    for some, every in (*apart, examples, whole.clinic):
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
