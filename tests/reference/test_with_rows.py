"""Tables with rows of one's own, as examples of edits bring them."""

from __future__ import annotations

from datetime import date

import pytest

from cleanclaim.errors import UnknownTable
from cleanclaim.reference import OPEN_END, OPEN_START, Reference

LIMIT = {"code": "77067", "most": 1, "period": "calendar_year", "payers": ["medicare"]}


def test_rows_take_the_place_of_those_of_their_codes(reference: Reference) -> None:
    table = reference.with_rows("frequency_limits", [LIMIT]).table("frequency_limits")
    before = reference.table("frequency_limits")
    assert table.height == before.height
    assert table.filter(code="77067")["period"].to_list() == ["calendar_year"]
    assert table["code"].is_sorted()
    assert "calendar_year" not in before["period"]


def test_rows_without_dates_are_in_force_on_all_days(reference: Reference) -> None:
    table = reference.with_rows("frequency_limits", [LIMIT]).table("frequency_limits")
    row = table.filter(code="77067").select("valid_from", "valid_to").row(0)
    assert row == (OPEN_START, OPEN_END)


def test_a_new_table_is_there_in_the_copy_only(reference: Reference) -> None:
    rows = [{"code": "99999", "days": 90, "valid_from": date(2026, 1, 1)}]
    other = reference.with_rows("filing_limits", rows)
    assert "filing_limits" in other.names()
    assert other.table("filing_limits").height == 1
    assert "filing_limits" not in reference.names()
    with pytest.raises(UnknownTable):
        reference.table("filing_limits")


def test_what_is_derived_is_made_again(reference: Reference) -> None:
    made = reference.derived("a test of with_rows", object)
    other = reference.with_rows("frequency_limits", [LIMIT])
    assert other.derived("a test of with_rows", object) is not made
