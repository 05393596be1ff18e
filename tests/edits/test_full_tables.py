"""The edits on tables: small ones made here, and the publishers' own at full size."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import cleanclaim
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.importing import import_files
from cleanclaim.reference import Reference, starter
from cleanclaim.reference.store import Store
from published import Published


@pytest.fixture(scope="module")
def full(cms: Published) -> Reference:
    return Reference.load(store=cms.store.path)


def found(claims: Any, reference: Reference, **more: Any) -> list[tuple[str, int | None, str]]:
    report = cleanclaim.check(claims, reference=reference, **more)
    shown = report.findings.filter(pl.col("disposition").cast(pl.String) != "info")
    return [tuple(row) for row in shown.select("code", "line_number", "release").iter_rows()]


def on(day: str, **claim: Any) -> dict[str, Any]:
    return professional(from_date=day, **claim)


DAY = "2024-08-06"


@pytest.mark.parametrize(
    ("diagnosis", "code"), [("R07.9", "99214"), ("J45.909", "99213"), ("E11.9", "83036")]
)
@pytest.mark.parametrize("day", [DAY, "2026-05-12"])
def test_everyday_claims_are_clean(diagnosis: str, code: str, day: str, full: Reference) -> None:
    claim = on(day, diagnoses=[diagnosis], lines=[{"procedure_code": code}])
    assert found(claim, full) == []


def test_what_other_payers_pay_is_clean_there(full: Reference) -> None:
    assert found(on(DAY, diagnoses=["Z00.00"], lines=[{"procedure_code": "99396"}]), full) == []
    assert found(on(DAY, lines=[{"procedure_code": "99244"}]), full) == []
    sent = medicare(from_date=DAY, lines=[{"procedure_code": "99244"}])
    assert {code for code, _, _ in found(sent, full)} == {"EM104", "QTY104"}


def test_a_visit_and_warts_want_25(full: Reference) -> None:
    lines = [{"procedure_code": "99213"}, {"procedure_code": "17110"}]
    assert found(on(DAY, diagnoses=["B07.9"], lines=lines), full) == [("MOD104", 1, "MPFS 2024C")]
    lines[0]["modifier_1"] = "25"
    assert found(on(DAY, diagnoses=["B07.9"], lines=lines), full) == []


def test_the_very_row_is_told(full: Reference) -> None:
    lines = [{"procedure_code": "45380"}, {"procedure_code": "45378"}]
    claim = medicare(from_date=DAY, diagnoses=["K63.5"], lines=lines)
    report = cleanclaim.check(claim, reference=full, select=["NCCI101"])
    [finding] = report.findings.to_dicts()
    assert (finding["line_number"], finding["disposition"], finding["release"]) == (
        2,
        "deny-line",
        "NCCI PTP practitioner v30.2",
    )
    assert '"indicator":0' in finding["evidence"]
    assert (
        '"rationale":"More extensive procedure"' in finding["evidence"]
        or "rationale" in finding["evidence"]
    )


def test_a_whole_table_leaves_nothing_unchecked(full: Reference) -> None:
    claim = medicare(
        from_date=DAY,
        lines=[{"procedure_code": "31575"}, {"procedure_code": "99213", "modifier_1": "25"}],
    )
    report = cleanclaim.check(claim, reference=full)
    assert set(report.not_checked["table"].drop_nulls()) <= {
        "local policies",
        "national policies",
        "history",
    }


def test_a_code_of_no_list_is_unknown(full: Reference) -> None:
    assert ("PX102", 1) in {
        row[:2] for row in found(on(DAY, lines=[{"procedure_code": "10001"}]), full)
    }
    report = cleanclaim.check(
        on(DAY, lines=[{"procedure_code": "0001U"}]), reference=full, select=["PX102"]
    )
    assert report.findings.is_empty()
    assert report.not_checked["procedure_code"].to_list() == ["0001U"]


def test_level_ii_codes_end_when_the_file_says(full: Reference) -> None:
    ended = full.table("hcpcs").filter(
        pl.col("release") == "HCPCS Level II 2024Q3", pl.col("valid_to") < date(2024, 7, 1)
    )
    assert ended.height > 500
    assert "J1030" in ended["code"].to_list()
    claim = on(DAY, lines=[{"procedure_code": "J1030"}])
    report = cleanclaim.check(claim, reference=full, select=["PX102"])
    [message] = report.findings["message"]
    assert message.startswith("J1030 ended on 2024-")


def test_the_starter_set_is_what_the_publishers_say(full: Reference) -> None:
    """Every fact of the starter set against the tables that it was typed from."""
    facts = starter.read("mpfs").drop("release", "valid_from", "valid_to", "modifier")
    shared = [name for name in facts.columns if facts[name].null_count() < facts.height]
    official = full.table("mpfs").filter(
        pl.col("release") == "MPFS 2025D", pl.col("modifier").is_null()
    )
    joined = facts.select(shared).join(
        official.select(shared), on="code", suffix="_official", how="left"
    )
    for name in shared[1:]:
        differs = joined.filter(~pl.col(name).eq_missing(pl.col(f"{name}_official")))
        assert differs["code"].to_list() == [], name
    limits = starter.read("mue_practitioner").select("code", "max_units", "adjudication")
    theirs = full.table("mue_practitioner").filter(pl.col("release") == "MUE practitioner 2024Q3")
    met = limits.join(theirs, on="code", suffix="_official")
    assert met.height > 190
    assert (
        met.filter(
            (pl.col("max_units") != pl.col("max_units_official"))
            | (pl.col("adjudication") != pl.col("adjudication_official"))
        )["code"].to_list()
        == []
    )


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("ncci_ptp_practitioner", ("code", "column_2"), "indicator"),
        ("ncci_add_on", ("code", "primary_code"), "type"),
    ],
)
def test_the_starter_sets_pairs_are_the_publishers(
    table: str, key: tuple[str, str], value: str, full: Reference
) -> None:
    day = pl.lit(date(2024, 8, 6)).is_between("valid_from", "valid_to")
    theirs = full.table(table).filter(day, pl.col("release") != starter.NAME)
    if value == "indicator":
        theirs = theirs.filter(pl.col("indicator") != 9)
    met = starter.read(table).join(
        theirs.select(*key, pl.col(value).alias("official")), on=key, how="left"
    )
    assert met.filter(~pl.col(value).eq_missing(pl.col("official"))).select(key).rows() == []


def test_a_payer_that_adopts_medicares_rules() -> None:
    claim = professional(
        diagnoses=["K63.5"], lines=[{"procedure_code": "45380"}, {"procedure_code": "45378"}]
    )
    mild = cleanclaim.check(claim, select=["NCCI101"])
    hard = cleanclaim.check(claim, select=["NCCI101"], adopts={"commercial": "medicare"})
    by_id = cleanclaim.check(claim, select=["NCCI101"], adopts={"99999": "medicare"})
    told = [report.findings["disposition"].to_list() for report in (mild, hard, by_id)]
    assert told == [["warn"], ["deny-line"], ["deny-line"]]
    check_up = professional(diagnoses=["Z00.00"], lines=[{"procedure_code": "99396"}])
    assert cleanclaim.check(check_up, select=["PX107"]).is_clean
    assert not cleanclaim.check(
        check_up, select=["PX107"], adopts={"commercial": "medicare"}
    ).is_clean


def test_own_limits_and_rules_bind_their_payer(tmp_path: Path) -> None:
    (tmp_path / "filing.csv").write_text(
        "payer,days,counted_from,valid_from,valid_to,citation\n99999,90,to_date,,,Manual 3\n"
    )
    (tmp_path / "rules.csv").write_text(
        "rule,procedure_code,value,payers,valid_from,valid_to,citation\nprior_authorization,72148,,99999,,,Manual 7\nage_from,72148,18,99999,,,Manual 8\n"
    )
    store = Store(tmp_path / "store")
    assert import_files([tmp_path / "filing.csv", tmp_path / "rules.csv"], store).refused == ()
    own = Reference.load(store=store.path)
    line = [{"procedure_code": "72148"}]
    late = professional(
        from_date="2026-01-05", submitted_date="2026-05-01", as_of="2026-05-01", lines=line
    )
    assert [row[0] for row in found(late, own, select=["CLM113", "PAY101"])] == ["CLM113", "PAY101"]
    assert found({**late, "payer_id": "1"}, own, select=["CLM113", "PAY101"]) == []
    child = professional(
        patient_birth_date="2015-01-01", prior_authorization_number="A1", lines=line
    )
    report = cleanclaim.check(child, reference=own, select=["PAY101"])
    assert "an older patient (18) for 72148: Manual 8" in report.findings["message"][0]
