"""From a code to its counterparts."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from cleanclaim.edits.samples import interchange
from cleanclaim.encoder import Encoder
from cleanclaim.encoder.systems import plain, printed
from cleanclaim.errors import InputError

DAY = date(2026, 5, 12)


def test_a_retired_code_leads_to_codes_in_force(encoder: Encoder) -> None:
    found = encoder.crosswalk("M54.5", on=DAY).mappings
    own = [one for one in found if one.kind == "successor"]
    assert [one.to_code for one in own] == ["M54.50", "M54.51", "M54.59"]
    assert all(one.in_force for one in own)
    assert not [one for one in encoder.crosswalk("M54.5", on=date(2021, 5, 12)).mappings if one.kind == "successor"]  # fmt: skip
    back = encoder.crosswalk("M54.50", on=DAY).mappings
    assert [one.to_code for one in back if one.kind == "predecessor"] == ["M54.5"]


def test_coverage_goes_both_ways(encoder: Encoder) -> None:
    to = encoder.crosswalk("83036", on=DAY).mappings
    assert {"E11.9", "R73.03"} <= {one.to_code for one in to if one.kind == "coverage"}
    assert "J06.9" not in {one.to_code for one in to}
    back = [one for one in encoder.crosswalk("E11.9", on=DAY).mappings if one.kind == "coverage"]
    assert "83036" in {one.to_code for one in back}
    assert all(one.policy and one.release for one in back)


def test_missing_tables_are_reported(encoder: Encoder) -> None:
    shown = " ".join(encoder.crosswalk("E11.9", on=DAY).not_loaded)
    assert "General Equivalence Mappings" in shown
    assert "coverage policies" in shown


def test_one_system_can_be_chosen(encoder: Encoder) -> None:
    found = encoder.crosswalk("E11.9", on=DAY, to="cpt").mappings
    assert found
    assert {one.to_system for one in found} == {"CPT"}


def test_unknown_codes_have_no_mapping(encoder: Encoder) -> None:
    assert encoder.crosswalk("QQQ", on=DAY).mappings == ()


def test_medicare_uses_another_code(encoder: Encoder) -> None:
    found = encoder.crosswalk("97014", on=DAY).mappings
    assert ("G0283", "instead") in {(one.to_code, one.kind) for one in found}


# ---- the user's own history


def test_a_table_of_paid_lines(encoder: Encoder, tmp_path: Path) -> None:
    table = tmp_path / "paid.csv"
    table.write_text(
        "procedure_code,diagnosis_code,paid_amount\n"
        "83036,E11.9,13.20\n83036,E11.9,0\n83036,R73.03,\n83036,E11.9,$9.71\n99213,E11.9,84\n"
    )
    own = [one for one in encoder.crosswalk("83036", on=DAY, history=[table]).mappings if one.kind == "history"]  # fmt: skip
    assert [(one.to_code, one.lines, one.paid_share) for one in own] == [("E11.9", 3, 0.667), ("R73.03", 1, None)]  # fmt: skip
    back = encoder.crosswalk("E11.9", on=DAY, history=[table]).mappings
    assert {one.to_code for one in back if one.kind == "history"} == {"83036", "99213"}
    assert {one.kind for one in back} >= {"history", "coverage"}


def test_claims_are_a_history_too(encoder: Encoder, tmp_path: Path) -> None:
    claims = tmp_path / "old.837"
    claims.write_text(interchange())
    found = encoder.crosswalk("99213", on=DAY, history=[claims]).mappings
    own = [one for one in found if one.kind == "history"]
    assert [(one.lines, one.paid_share) for one in own] == [(1, None)]
    assert own[0].note == "payment unknown"


def test_a_wrong_amount_is_named(encoder: Encoder, tmp_path: Path) -> None:
    table = tmp_path / "paid.csv"
    table.write_text("procedure_code,diagnosis_code,paid_amount\n83036,E11.9,much\n")
    with pytest.raises(InputError, match=r"paid\.csv, row 2: paid_amount isn't an amount"):
        encoder.crosswalk("83036", history=[table])


def test_a_missing_history_is_named(encoder: Encoder, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        encoder.crosswalk("83036", history=[tmp_path / "nowhere.837"])


# ---- real data


def gem_rows(data_dir: Path, name: str) -> dict[str, list[tuple[str, str]]]:
    """Targets and flags by source, straight from the publisher's file."""
    path = data_dir / "data" / "gems" / "2018-ICD-10-CM-General-Equivalence-Mappings.zip"
    with zipfile.ZipFile(path) as archive:
        [member] = [one for one in archive.namelist() if one.endswith(name)]
        lines = archive.read(member).decode().splitlines()
    found: dict[str, list[tuple[str, str]]] = {}
    for line in lines:
        source, target, flags = line.split()
        found.setdefault(source, []).append((target, flags))
    return found


@pytest.mark.parametrize(("name", "system"), [("2018_I9gem.txt", "ICD-9-CM"), ("2018_I10gem.txt", "ICD-10-CM")])  # fmt: skip
def test_gem_rows_with_every_flag(name: str, system: str, full: Encoder, data_dir: Path) -> None:
    rows = gem_rows(data_dir, name)
    by_flags: dict[str, str] = {}
    for source, targets in rows.items():
        for _, flags in targets:
            by_flags.setdefault(flags, source)
    assert len(by_flags) > 8
    assert "11000" in by_flags
    for source in {*by_flags.values(), *list(rows)[::997]}:
        found = full.crosswalk(printed(system, source), on=DAY).mappings
        shown = {
            (
                plain(one.to_code) if one.to_code else "NoDx",
                f"{one.approximate:d}{one.note == 'no equivalent':d}{one.combination:d}{one.scenario}{one.choice}",
            )
            for one in found
            if one.kind == "gem" and not one.via and one.from_system == system
        }
        assert shown == {(target.replace("NODX", "NoDx"), flags) for target, flags in rows[source]}


def test_a_target_that_ended_since_is_followed(full: Encoder) -> None:
    found = full.crosswalk("724.2", on=DAY, to="icd10cm").mappings
    assert [(one.to_code, one.in_force, one.via) for one in found if one.kind == "gem"] == [
        ("M54.5", False, ()),
        ("M54.50", True, ("M54.5",)),
        ("M54.51", True, ("M54.5",)),
        ("M54.59", True, ("M54.5",)),
    ]


def test_level_ii_and_cpt_cross_references(full: Encoder) -> None:
    found = full.crosswalk("C8904", on=date(2024, 8, 5)).mappings
    assert ("77046", "CPT", "instead") in {(one.to_code, one.to_system, one.kind) for one in found}
    back = full.crosswalk("77046", on=date(2024, 8, 5)).mappings
    assert "C8904" in {one.to_code for one in back}
