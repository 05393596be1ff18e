"""Every edit says the same of its examples, in whatever chunks their tables are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, reduce

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim.edits.edit import Fails
from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import professional
from cleanclaim.engine.check import Checked, check
from cleanclaim.engine.examples import tables_of
from cleanclaim.model import Batch
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare
from together import Together

Chunked = Callable[[Batch, Sequence[int]], Batch]
EDITS = own_edits()
FAILING = [
    (edit, example)
    for edit in EDITS
    for example in edit.examples
    if isinstance(example, Fails) and not example.x12 and not example.note_facts
]
"""Facts of notes are made just before the check, in one piece."""


def same(one: Checked, other: Checked) -> bool:
    return (
        not one.failures
        and one.findings.equals(other.findings)
        and one.not_checked.equals(other.not_checked)
    )


_PLAIN_LAST = [
    one for is_plain in (False, True) for one in FAILING[::-1] if (not one[1].tables) == is_plain
]
FIRST = list({edit.code: (edit, example) for edit, example in _PLAIN_LAST}.values())
"""One example of each edit, without tables of its own if there is one; all examples are checked together below."""
FEW = 25
"""So many examples are in one batch."""
IN_ONE_PIECE = 16_000
"""More rows than this are filtered in several pieces."""
COUNT = {"EM103", "LNK108"}
"""They count earlier claims of all patients, and with more copies there are more."""


@pytest.fixture(scope="module")
def few_in_chunks(
    reference: Reference, chunked: Chunked
) -> Callable[[int], list[tuple[Checked, Checked]]]:
    """Of the batch that holds an example: what is found whole, and in each way of cutting it."""

    @cache
    def of(batch_number: int) -> list[tuple[Checked, Checked]]:
        chosen = FIRST[batch_number * FEW : (batch_number + 1) * FEW]
        edits = [edit for edit, _ in chosen]
        clean = [professional(claim_id="CLEAN", member_id="W900000009")]
        groups = [one.claims for _, one in chosen for _ in ("once", "again, of other patients")]
        batch = prepare(Together([clean, *groups]).batch, Settings())
        tables = reduce(lambda known, one: tables_of(one[1], known), chosen, reference)
        whole = check(batch, tables, edits)
        rows = batch.claims.height
        cuts = ((0,), (1,), (rows // 2,), (rows,), tuple(range(1, rows)))
        return [(check(chunked(batch, cut), tables, edits), whole) for cut in cuts]

    return lambda number: of(number // FEW)


@pytest.mark.parametrize(
    "number", range(len(FIRST)), ids=[f"{e.code}-{x.title.replace(' ', '-')}" for e, x in FIRST]
)
def test_an_example_in_chunks(
    number: int, few_in_chunks: Callable[[int], list[tuple[Checked, Checked]]]
) -> None:
    own = pl.col("code") == FIRST[number][0].code
    for cut, whole in few_in_chunks(number):
        assert not cut.failures
        assert whole.findings.filter(own).height
        assert cut.findings.filter(own).equals(whole.findings.filter(own))
        assert cut.not_checked.filter(own).equals(whole.not_checked.filter(own))


def test_all_examples_in_chunks(reference: Reference, chunked: Chunked) -> None:
    claims = [
        {**claim, "claim_id": f"{edit.code}-{n}-{m}"}
        for n, (edit, example) in enumerate(FAILING)
        for m, claim in enumerate(example.claims)
    ]
    batch = prepare(batch_of(claims), Settings())
    whole = check(batch, reference, EDITS)
    assert whole.findings["code"].n_unique() > 90
    rows = batch.claims.height
    for cuts in ((0,), (1,), (rows // 2,), (rows - 1,), tuple(range(1, rows))):
        assert same(check(chunked(batch, cuts), reference, EDITS), whole), cuts


def copies(batch: Batch, count: int) -> Batch:
    """The same claims several times over, each time of other patients."""
    step = batch.claims.height
    frames = {}
    for name, frame in batch.frames().items():
        own = [frame.with_columns(pl.col("claim_key") + n * step) for n in range(count)]
        if name == "claims":
            person = pl.col("patient_key").rank("dense").cast(pl.UInt64)
            own = [
                one.with_columns(
                    person + n * step,
                    pl.col("claim_id") + f"-{n}",
                )
                for n, one in enumerate(own)
            ]
        frames[name] = pl.concat(own)
    return replace(Batch.of(frames), covered=batch.covered)


@pytest.mark.parametrize(("is_institutional", "count"), [(True, 80), (False, 18)])
def test_all_examples_many_times(is_institutional: bool, count: int, reference: Reference) -> None:
    """More rows than Polars handles in one piece: it cuts larger tables for its threads."""
    claims = [
        {**claim, "claim_id": f"{n}-{m}"}
        for n, (_, example) in enumerate(FAILING)
        for m, claim in enumerate(example.claims)
        if (claim.get("claim_type") == "institutional") == is_institutional
    ]
    once = prepare(batch_of(claims), Settings())
    many = copies(once, count)
    assert many.lines.height > IN_ONE_PIECE
    edits = [edit for edit in EDITS if edit.code not in COUNT]
    found, whole = (check(batch, reference, edits) for batch in (many, once))
    assert found.failures == ()
    counts = whole.findings["code"].value_counts().with_columns(pl.col("count") * count)
    assert_frame_equal(found.findings["code"].value_counts(), counts, check_row_order=False)
