"""Packs put together: replaced rows, contradictions, payers that two packs have, and the pack of a claim."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim.errors import PackError
from cleanclaim.payers.library import Library, contradict, load_folders, shipped, together
from cleanclaim.payers.pack import Pack, Row
from cleanclaim.payers.tables import PACKS, Finder, plain, tables_of

COMMON = {"policy": "EX-1", "source": "manual", "confidence": "high", "consequence": "warn"}


def row(key: str, kind: str = "filing_limits", **values: Any) -> Row:
    return Row(kind, key, {**COMMON, "key": key, **values}, f"{kind}.csv, row 2")


def pack(*rows: Row, pack_id: str = "plan", **about: Any) -> Pack:
    given: Mapping[str, Any] = {"ids": ("99999",), "payer_classes": ("commercial",), **about}
    return Pack(id=pack_id, name="Plan", rows=rows, **given)


def rules_of(library: Library, of: str) -> list[tuple[str, bool]]:
    return [(rule.row.key, rule.is_contested) for rule in library.rules if rule.pack == of]


def test_what_comes_with_cleanclaim_has_no_contradictions() -> None:
    assert shipped().notes == ()
    assert len(shipped().packs) >= 25


def test_a_row_of_ones_own_replaces_the_shipped_one_by_its_key() -> None:
    own = pack(row("filing-in", limit="60 days", network="in"), pack_id="cigna", ids=(), version="7")  # fmt: skip
    library = together([own])
    (rule,) = [r for r in library.rules if r.pack == "cigna" and r.row.key == "filing-in"]
    assert rule.row.values["limit"] == "60 days"
    assert rule.replaces is not None
    assert library.notes[0] == (
        "pack cigna 7: its row filing-in in filing_limits replaces that of pack cigna that comes with cleanclaim"
    )
    assert [key for key, _ in rules_of(library, "cigna")].count("consultations") == 1
    rules = tables_of(library)["payer_rules"].filter(code="cigna", key="filing-in")
    assert rules["replaces"].to_list() == ["pack cigna"]
    assert rules["release"].to_list() == ["pack cigna 7"]


def test_a_later_pack_of_ones_own_goes_before_an_earlier_one() -> None:
    library = together([pack(row("a", limit="60 days")), pack(row("a", limit="90 days"))])
    (rule,) = [r for r in library.rules if r.pack == "plan"]
    assert rule.row.values["limit"] == "90 days"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (row("a", limit="90 days"), row("b", limit="60 days"), True),
        (row("a", limit="90 days"), row("b", limit="90 days"), False),
        (row("a", limit="90 days", network="in"), row("b", limit="180 days", network="out"), False),
        (row("a", limit="90 days"), row("b", limit="60 days", states=("TX",)), False),
        (row("a", limit="90 days", states=("TX", "OK")), row("b", limit="60 days", states=("TX",)), True),
        (row("a", limit="90 days", payer_classes=("medicare",)), row("b", limit="60 days", payer_classes=("commercial",)), False),
        (row("a", "frequency", codes=("80048-80053",), most=1, period="day"), row("b", "frequency", codes=("80053-80053",), most=2, period="day"), True),
        (row("a", "frequency", codes=("80048-80052",), most=1, period="day"), row("b", "frequency", codes=("80053-80053",), most=2, period="day"), False),
        (row("a", "modifier_rules", codes=("97110-97110",), rule="one_of", modifiers=("GP",)), row("b", "modifier_rules", codes=("97110-97110",), rule="none_of", modifiers=("GP",)), True),
        (row("a", "modifier_rules", codes=("97110-97110",), rule="one_of", modifiers=("GP",)), row("b", "modifier_rules", codes=("97110-97110",), rule="one_of", modifiers=("59",)), False),
        (row("a", "not_payable", codes=("99241-99241",)), row("b", "not_payable", codes=("99241-99241",), instead="x"), False),
    ],
)  # fmt: skip
def test_contradictions(one: Row, other: Row, *, expected: bool) -> None:
    assert contradict(one, other) is expected
    assert contradict(other, one) is expected


def test_rows_that_contradict_each_other_are_noted_and_marked() -> None:
    library = together([pack(row("a", limit="90 days"), row("b", limit="60 days"))])
    assert rules_of(library, "plan") == [("a", True), ("b", True)]
    assert library.notes == (
        "pack plan: the rows a (pack plan, filing_limits.csv, row 2) and b (pack plan, filing_limits.csv, row 2) contradict each other: "
        "findings from them are warnings",
    )


def test_rows_of_different_days_do_not_contradict_each_other() -> None:
    days = (date(2025, 12, 31), date(2026, 1, 1))
    rows = row("a", limit="90 days", valid_to=days[0]), row("b", limit="60 days", valid_from=days[1])  # fmt: skip
    assert together([pack(*rows)]).notes == ()


def test_two_packs_for_one_payer_are_noted() -> None:
    library = together([pack(ids=("62308",))])
    assert library.notes == (
        "packs cigna and plan both have the payer 62308: its claims are judged by cigna",
    )


def test_an_adopted_program_that_is_not_sure_is_noted() -> None:
    library = together([pack(row("a", "adopted_programs", program="medicare", confidence="medium"))])  # fmt: skip
    assert library.notes == (
        "pack plan: the row a in adopted_programs isn't applied: its confidence is below high",
    )


def test_folders_without_packs(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="no such folder"):
        load_folders([tmp_path / "missing"])
    with pytest.raises(PackError, match=r"there is no pack\.toml in it"):
        load_folders([tmp_path])


def test_faults_of_several_packs_are_told_together(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.toml").write_text("id = 1\n")
    with pytest.raises(PackError) as told:
        load_folders([tmp_path])
    assert {line.split(": ")[0] for line in str(told.value).splitlines()} == {
        str(tmp_path / "one"),
        str(tmp_path / "two"),
    }


def found(number: str | None, name: str | None, payer_class: str | None) -> tuple[Any, ...]:
    claims = pl.DataFrame(
        {"payer_id": [number], "payer_name": [name], "payer_class": [payer_class]},
        schema=dict.fromkeys(("payer_id", "payer_name", "payer_class"), pl.String),
    )
    finder = Finder(tables_of(shipped())[PACKS].iter_rows(named=True))
    return finder.packs_of(claims).row(0)


@pytest.mark.parametrize(
    ("payer", "pack_id", "is_known"),
    [
        (("62308", "ANYBODY", "commercial"), "cigna", True),
        (("99", "Cigna Health and Life Insurance Company", "commercial"), "cigna", True),
        ((None, "BCBSNC", "commercial"), "bcbs-nc", True),
        ((None, "CIGNAL PARTNERS", "commercial"), None, False),
        ((None, "TEXAS MEDICAID & HEALTHCARE PARTNERSHIP", "medicaid"), "medicaid-tx", True),
        (("0", "A STATE PLAN", "medicaid"), "medicaid", False),
        (("0", None, "commercial"), None, False),
        ((None, None, None), None, False),
    ],
)
def test_the_pack_of_a_claim(
    payer: tuple[str | None, str | None, str | None], pack_id: str | None, *, is_known: bool
) -> None:
    assert found(*payer) == (pack_id, is_known)


def test_names_without_punctuation_and_forms_of_companies() -> None:
    assert plain("Example Health, Inc.") == "EXAMPLE HEALTH"
    assert plain("Children's  Plan") == "CHILDRENS PLAN"
    assert plain("MEDI-CAL") == "MEDI CAL"
    assert plain("Co") == "CO"
