"""The engine: an edit that fails is named, the others are still checked."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from cleanclaim.edits.edit import Disposition, Edit, query_edit
from cleanclaim.engine import check as engine
from cleanclaim.engine.check import check
from cleanclaim.job import Job
from cleanclaim.pipeline import run_whole
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from one_edit import BACK_PAIN, SOURCE, barred


def failure_of(edit: Edit, reference: Reference) -> str:
    """Why an edit fails; the edits around it still find what they find."""
    checked = check(batch_of([BACK_PAIN]), reference, [barred(), edit])
    assert "ORG101" in checked.findings["code"].to_list()
    assert [(f.kind, f.name, f.claims) for f in checked.failures] == [("edit", edit.code, 1)]
    return checked.failures[0].reason


def test_an_edit_that_does_not_keep_the_contract_is_named(reference: Reference) -> None:
    other = replace(barred(), code="ORG102", name="other")
    unknown = replace(other, function=lambda: pl.col("no_such_column") == 1)
    assert "no_such_column" in failure_of(unknown, reference)
    assert "no_such_evidence" in failure_of(replace(other, message="{no_such_evidence}"), reference)
    mild = replace(other, disposition="warm")  # type: ignore[arg-type]
    assert failure_of(mild, reference) == "an internal error (AttributeError)"
    not_a_test = replace(other, function=lambda: True)
    assert failure_of(not_a_test, reference) == "an internal error (AttributeError)"
    by_row = replace(other, evidence=("procedure_code", pl.lit("warm").alias("disposition")))
    assert failure_of(by_row, reference) == "an internal error (InvalidOperationError)"
    panics = replace(other, function=lambda: pl.col("procedure_code").map_batches(_panic))
    assert failure_of(panics, reference) == "an internal error (PanicException)"

    @query_edit(
        code="ORG102",
        name="without-key",
        disposition=Disposition.WARN,
        source=SOURCE,
        message="x",
        examples=(),
    )
    def without_key(claims: object, reference: Reference) -> pl.DataFrame:
        """Rows that say not which claim."""
        return pl.DataFrame({"line_number": [1]})

    assert failure_of(without_key, reference) == "the rows at fault have no claim_key"
    late = replace(without_key, function=lambda claims, _: claims.lines.lazy().select("nowhere"))
    assert "nowhere" in failure_of(late, reference)
    raises = replace(without_key, function=lambda _claims, _: 1 // 0)
    assert failure_of(raises, reference) == "an internal error (ZeroDivisionError)"


def _panic(column: pl.Series) -> pl.Series:
    raise pl.exceptions.PanicException(column.to_list())


def test_claims_that_cannot_be_checked_at_all_are_named(
    reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "findings_of", lambda *_: 1 // 0)
    report = run_whole(Job((), reference, (barred(),), held=batch_of([BACK_PAIN])))
    assert [str(f) for f in report.failures] == [
        "1 claim couldn't be checked; the first is A1: an internal error (ZeroDivisionError)"
    ]
    assert not report.is_clean
    assert report.summary["clean_claims"] == 0
    assert report.summary["failures"] == 1


def test_a_stop_by_the_user_is_no_failure(reference: Reference) -> None:
    def stop(_claims: object, _reference: object) -> pl.DataFrame:
        raise KeyboardInterrupt

    edit = replace(barred(), table=None, function=stop)
    with pytest.raises(KeyboardInterrupt):
        check(batch_of([BACK_PAIN]), reference, [edit])
