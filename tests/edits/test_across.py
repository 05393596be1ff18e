"""Edits that say they look at one claim at a time do: other claims of the patient change nothing."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from cleanclaim.edits.registry import own_edits
from cleanclaim.engine.check import check
from cleanclaim.model import Batch, concat
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference

EDITS = own_edits()
ALONE = [edit for edit in EDITS if not edit.looks_across]
BATCHES = 16
"""So many batches that hardly any holds two claims of the examples of one edit."""
_SHOWN = ["claim_id", "line_number", "diagnosis_number", "code", "disposition", "message"]
_UNJUDGED = ["code", "claim_id", "line_number", "diagnosis_number", "reason", "procedure_code"]


def every_example() -> Batch:
    """The claims of all examples, under names of their own, all of one patient."""
    claims = [
        {**claim, "claim_id": f"{edit.code}-{n}-{m}", "member_id": "W100000001"}
        for edit in EDITS
        for n, example in enumerate(edit.examples)
        if not example.x12
        for m, claim in enumerate(example.claims)
    ]
    batch = batch_of(claims)
    one = pl.lit(7, pl.UInt64).alias("patient_key")
    return replace(batch, claims=batch.claims.with_columns(one))


def apart(batch: Batch) -> list[Batch]:
    """The same claims, each of a patient of its own; those of an edit's examples are dealt to batches in turn."""
    own = pl.col("claim_key").cast(pl.UInt64).alias("patient_key")
    claims = batch.claims.with_columns(own)
    edit = pl.col("claim_id").str.split("-").list.first()
    deal = claims.select("claim_key", (pl.int_range(pl.len()).over(edit) % BATCHES).alias("deal"))
    frames = {
        name: frame.join(deal, on="claim_key", maintain_order="left")
        for name, frame in {**batch.frames(), "claims": claims}.items()
        if name != "syntax_faults"
    }
    return [
        Batch.of({name: frame.filter(deal=n).drop("deal") for name, frame in frames.items()})
        for n in deal["deal"].unique().sort()
    ]


def test_some_look_across_and_some_do_not() -> None:
    across = {edit.code for edit in EDITS if edit.looks_across}
    assert {"EM101", "HX103", "NCCI101", "NCCI105", "QTY102", "MOD104"} <= across
    assert {"DX101", "DX102", "PX102", "CLM101", "LNK101"} <= {edit.code for edit in ALONE}


@pytest.fixture(scope="module")
def claims() -> Batch:
    return every_example()


def test_other_claims_of_the_patient_change_nothing(claims: Batch, reference: Reference) -> None:
    together = check(claims, reference, ALONE)
    assert together.findings["code"].n_unique() > 40
    several = [check(batch, reference, ALONE) for batch in apart(claims)]
    alone = pl.concat([checked.findings for checked in several])
    order = pl.all()
    assert together.findings.select(_SHOWN).sort(order).equals(alone.select(_SHOWN).sort(order))
    unjudged = pl.concat([checked.not_checked for checked in several])
    expected = unjudged.select(_UNJUDGED).sort(order)
    assert together.not_checked.select(_UNJUDGED).sort(order).equals(expected)


def test_batches_hold_whole_claims(claims: Batch) -> None:
    batches = apart(claims)
    assert concat(batches).claims.height == claims.claims.height
    assert concat(batches).lines.height == claims.lines.height
    for batch in batches:
        assert batch.claims["patient_key"].is_unique().all()
        assert most_of_an_edit(batch) <= -(-most_of_an_edit(claims) // BATCHES)


def most_of_an_edit(batch: Batch) -> int:
    """How many claims of the examples of one edit there are at most."""
    edits = batch.claims["claim_id"].str.split("-").list.first()
    return int(edits.value_counts()["count"].to_numpy().max())
