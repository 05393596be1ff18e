"""What edits could not judge: its columns and order, history left out, and groups of claims put together."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim.edits.registry import own_edits
from cleanclaim.engine.check import check
from cleanclaim.engine.groups import whole_patients
from cleanclaim.engine.not_checked import (
    NOT_CHECKED,
    NOT_CHECKED_ORDER,
    not_checked_of,
)
from cleanclaim.model import Batch, concat
from cleanclaim.read import read
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from one_edit import BACK_PAIN, barred
from places import CLINIC_DAY


@pytest.fixture(scope="module")
def day() -> Batch:
    return concat(list(read([CLINIC_DAY], [])))


class TestPlaces:
    def test_what_a_table_does_not_cover_names_claim_and_line(
        self, day: Batch, reference: Reference
    ) -> None:
        told = check(day, reference, own_edits()).not_checked
        of_tables = told.filter(pl.col("code") == "LNK103")
        assert of_tables.height
        keys = ["claim_key", "line_number"]
        assert of_tables.select(keys).null_count().row(0) == (0, 0)
        assert of_tables.join(day.lines, on=keys, how="anti").is_empty()
        assert not of_tables.select(keys).is_duplicated().any()

    def test_groups_put_together_are_the_whole(self, day: Batch, reference: Reference) -> None:
        whole = check(day, reference, own_edits()).not_checked
        groups = list(whole_patients(day, 5))
        parts = [check(group, reference, own_edits()).not_checked for group in groups]
        assert len([part for part in parts if part.height]) > 1
        order = [*NOT_CHECKED_ORDER, "claim_id", "supply"]
        assert_frame_equal(pl.concat(parts).sort(order), whole.sort(order))


class TestTable:
    def test_without_rows_it_has_its_columns(self, day: Batch) -> None:
        assert not_checked_of(day, []).schema == pl.Schema(NOT_CHECKED)

    def test_it_has_its_columns_and_order(self, day: Batch, reference: Reference) -> None:
        told = check(day, reference, own_edits()).not_checked
        assert told.schema == pl.Schema(NOT_CHECKED)
        assert_frame_equal(told, told.sort(NOT_CHECKED_ORDER, maintain_order=True))

    def test_history_is_left_out(self, reference: Reference) -> None:
        claims = batch_of([BACK_PAIN, {**BACK_PAIN, "claim_id": "A2"}])
        is_history = pl.Series("is_history", [False, True])
        past = replace(claims, claims=claims.claims.with_columns(is_history))
        edit = replace(
            barred(),
            function=lambda: pl.lit(value=False),
            unchecked=pl.col("procedure_code") == "97110",
            unchecked_reason="{procedure_code} could not be looked up",
            supply="a table",
        )
        assert check(claims, reference, [edit]).not_checked["claim_id"].to_list() == ["A1", "A2"]
        told = check(past, reference, [edit]).not_checked
        assert told.select("claim_id", "file", "line_number", "reason", "supply").rows() == [
            ("A1", "python", 1, "97110 could not be looked up", "a table")
        ]
