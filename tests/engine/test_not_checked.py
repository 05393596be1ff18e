"""What edits could not judge: its columns and order, history left out, and groups of claims put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim.edits.registry import own_edits
from cleanclaim.engine.check import check
from cleanclaim.engine.groups import whole_patients
from cleanclaim.engine.not_checked import (
    NOT_CHECKED,
    NOT_CHECKED_ORDER,
    merge_not_checked,
    not_checked_of,
)
from cleanclaim.model import Batch, concat
from cleanclaim.read import read
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from one_edit import BACK_PAIN, barred
from places import CLINIC_DAY


def rows(*facts: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(facts), schema=NOT_CHECKED)


def of_table(procedure: str, lines: int, table: str = "ncci_ptp") -> dict[str, Any]:
    """What a table says nothing of, once for all claims."""
    about = {"code": "NCCI101", "reason": "the table does not list it", "table": table}
    return {**about, "procedure_code": procedure, "lines": lines}


def of_claim(key: int, line: int, code: str = "DX101") -> dict[str, Any]:
    place = {"claim_key": key, "claim_id": f"A{key}", "line_number": line, "file": "day.837"}
    return {**place, "code": code, "reason": "the day is missing"}


@pytest.fixture(scope="module")
def day() -> Batch:
    return concat(list(read([CLINIC_DAY], [])))


class TestMerge:
    def test_what_is_said_of_a_table_is_one_row_with_its_lines_added_up(self) -> None:
        merged = merge_not_checked(
            rows(of_table("97110", 2), of_table("97112", 1), of_table("97110", 5))
        )
        assert merged.select("procedure_code", "lines").rows() == [("97110", 7), ("97112", 1)]

    def test_of_two_tables_there_are_two_rows(self) -> None:
        merged = merge_not_checked(rows(of_table("97110", 2), of_table("97110", 3, "mpfs")))
        assert merged.select("table", "lines").rows() == [("mpfs", 3), ("ncci_ptp", 2)]

    def test_rows_of_claims_stay_as_they_are_even_where_they_agree(self) -> None:
        twice = rows(of_claim(2, 1), of_claim(1, 2), of_claim(1, 1), of_claim(1, 1))
        merged = merge_not_checked(twice)
        assert merged.select("claim_key", "line_number").rows() == [(1, 1), (1, 1), (1, 2), (2, 1)]

    def test_what_is_merged_stays_merged(self, day: Batch, reference: Reference) -> None:
        whole = check(day, reference, own_edits()).not_checked
        assert_frame_equal(merge_not_checked(whole), merge_not_checked(merge_not_checked(whole)))

    def test_groups_put_together_are_the_whole(self, day: Batch, reference: Reference) -> None:
        whole = check(day, reference, own_edits()).not_checked
        groups = list(whole_patients(day, 5))
        parts = [check(group, reference, own_edits()).not_checked for group in groups]
        assert whole["lines"].drop_nulls().len() > 0
        assert len([part for part in parts if part.height]) > 1
        order = [*NOT_CHECKED_ORDER, "claim_id", "supply", "lines"]
        assert_frame_equal(
            merge_not_checked(pl.concat(parts)).sort(order), merge_not_checked(whole).sort(order)
        )


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
