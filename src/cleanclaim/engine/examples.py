"""An edit's examples, run: which of them don't hold, and why."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from cleanclaim.edits.edit import Edit, Example, Fails, Passes, Unchecked
from cleanclaim.engine.check import Checked, check
from cleanclaim.model import NOTE_FACTS, Batch, concat
from cleanclaim.model.spans import EVERY_DAY, from_json, spans_together
from cleanclaim.read.objects import batch_of
from cleanclaim.read.x837 import read_x12
from cleanclaim.reference import Reference


def faults_of(edit: Edit, reference: Reference) -> list[str]:
    """What is wrong with an edit's examples.

    Args:
        edit: the edit; it is run alone.
        reference: the dated tables; examples are written for those that come with cleanclaim.

    Returns:
        One sentence for each example that doesn't hold, with its title; empty if all hold.
    """
    faults = (
        (example, fault_of(edit, example, claims_of(example), tables_of(example, reference)))
        for example in edit.examples
    )
    return [f"{example.title}: {fault}" for example, fault in faults if fault]


def fault_of(edit: Edit, example: Example, batch: Batch, reference: Reference) -> str | None:
    """Why an example doesn't hold; None if it does.

    Args:
        edit: the edit; it is run alone.
        example: the example.
        batch: its claims (`claims_of`).
        reference: the dated tables with those that the example brings (`tables_of`).
    """
    return fault_in(edit, example, check(batch, reference, [edit]))


def fault_in(edit: Edit, example: Example, checked: Checked) -> str | None:
    """Why what an edit says of an example's claims isn't what the example expects; None if it is."""
    if checked.failures:
        return f"the edit failed: {checked.failures[0].reason}"
    if isinstance(example, Fails):
        return _not_found(edit, example, checked.findings) or _unexpected_gap(checked)
    if checked.findings.height:
        return f"the edit fired: {checked.findings['message'][0]}"
    if isinstance(example, Passes):
        return _unexpected_gap(checked)
    return None if checked.not_checked.height else "the edit reported nothing as not checked"


def claims_of(example: Example) -> Batch:
    """The claims of an example."""
    if example.x12:
        return concat(read_x12(example.x12.encode(), file="example.837"))
    batch = batch_of(example.claims)
    if example.note_facts:
        facts = [{"claim_key": 0, **fact} for fact in example.note_facts]
        batch = replace(batch, note_facts=NOTE_FACTS.conform(pl.DataFrame(facts)))
    if not isinstance(example, Unchecked):
        return replace(batch, covered=EVERY_DAY)
    earlier = from_json([example.history] if example.history else [])
    return replace(batch, covered=spans_together([batch.days, earlier]))


def tables_of(example: Example, reference: Reference) -> Reference:
    """The dated tables with the rows that an example brings."""
    for name, rows in example.tables.items():
        reference = reference.with_rows(name, rows)
    return reference


def _not_found(edit: Edit, example: Fails, findings: pl.DataFrame) -> str | None:
    """Why the findings are not what the example says; None if they are."""
    if findings.is_empty():
        return "the edit didn't fire"
    places = [_is_at(example, line) for line in (example.line_number, *example.also_on)]
    elsewhere = findings.filter(~pl.any_horizontal(places))
    if elsewhere.height:
        return f"the edit fired at {_places(elsewhere)}"
    if any(findings.filter(place).is_empty() for place in places):
        return f"the edit fired only at {_places(findings)}"
    at = findings.filter(places[0])
    text = " ".join([*at["message"], *at["suggestion"].drop_nulls()])
    for words in example.says:
        if words not in text:
            return f"the finding doesn't say '{words}': {text}"
    expected = (example.disposition or edit.disposition).value
    if at["disposition"][0] != expected:
        return f"the disposition is {at['disposition'][0]}, not {expected}"
    return None


def _is_at(example: Fails, line_number: int | None) -> pl.Expr:
    """True for findings on a line of the example's claim, or on the claim or diagnosis; findings about a whole file have no claim."""
    key = example.on_claim % max(len(example.claims), 1)
    return (
        (pl.col("claim_key").eq_missing(key) | pl.col("claim_key").is_null())
        & pl.col("line_number").eq_missing(line_number)
        & pl.col("diagnosis_number").eq_missing(example.diagnosis_number)
    )


def _places(findings: pl.DataFrame) -> str:
    """Where findings are, in words."""
    places = findings.select("claim_key", "line_number", "diagnosis_number").unique(
        maintain_order=True
    )
    return "; ".join(
        ", ".join(
            f"{name} {number}"
            for name, number in (("claim", claim), ("line", line), ("diagnosis", diagnosis))
            if number is not None
        )
        or "the file"
        for claim, line, diagnosis in places.rows()
    )


def _unexpected_gap(checked: Checked) -> str | None:
    """What the edit could not check although the example needs nothing more; None if it checked all."""
    if checked.not_checked.is_empty():
        return None
    return f"the edit reported this as not checked: {checked.not_checked['reason'][0]}"
