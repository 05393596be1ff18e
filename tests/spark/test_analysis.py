"""An analysis on a cluster: the numbers of one machine. And what payers decided on earlier claims, there too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import cleanclaim
from cleanclaim import Reference
from cleanclaim.errors import ConfigError
from cleanclaim.model import TABLES
from cleanclaim.write.dataset import write_dataset
from places import ROOT

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.filterwarnings("ignore")  # Spark's own
PRACTICE = ROOT / "examples" / "practice" / "claims.csv"


@pytest.fixture(autouse=True)
def in_few_jobs(session: SparkSession) -> Iterator[None]:
    """Small tables need no plans that adapt to their size: each would be several jobs."""
    session.conf.set("spark.sql.adaptive.enabled", "false")
    session.conf.set("spark.sql.shuffle.partitions", "1")
    yield
    session.conf.unset("spark.sql.adaptive.enabled")
    session.conf.set("spark.sql.shuffle.partitions", "4")


def frames_of(session: SparkSession, folder: Path) -> dict[str, Any]:
    return {name: session.read.parquet(str(folder / name)) for name in TABLES if (folder / name).is_dir()}  # fmt: skip


def test_the_numbers_of_one_machine(
    session: SparkSession, reference: Reference, tmp_path: Path
) -> None:
    from cleanclaim import spark  # noqa: PLC0415

    write_dataset([PRACTICE], tmp_path / "set")
    people = pl.DataFrame({"month": [f"2025-{n:02}" for n in range(1, 13)], "population": [2000.0] * 12})  # fmt: skip
    there = spark.analyze(
        **frames_of(session, tmp_path / "set"),
        grouping="code",
        population=people,
        least=1,
        reference=reference,
        partitions=5,
    )
    here = cleanclaim.analyze(PRACTICE, diagnoses="code", population=people, least=1, reference=reference)  # fmt: skip
    assert (there.claims, there.patients, there.least) == (here.claims, here.patients, here.least)
    expected = {name: table for name, table in here.tables.items() if not name.startswith("risk_")}
    assert set(there.tables) == set(expected)
    for name, table in expected.items():
        assert_frame_equal(there.tables[name], table, check_row_order=True)
    assert [note for note in there.notes if "Risk" not in note] == [note for note in here.notes if "Risk" not in note]  # fmt: skip


def test_tables_joined_by_claim_id(session: SparkSession, reference: Reference) -> None:
    """Claims without a patient are patients of their own, whatever worker counts them; rows without a claim are told."""
    from cleanclaim import spark  # noqa: PLC0415

    claims = session.createDataFrame(
        [(f"C{n}", "", "2026-05-12", "E11.9", 100) for n in range(6)],
        "claim_id string, member_id string, from_date string, diagnosis_code_1 string, charge_amount int",
    )
    lines = session.createDataFrame(
        [(f"C{n}", 1, "99213", 100, 1, "2026-05-12") for n in range(6)] + [("NOBODY", 1, "99213", 1, 1, "2026-05-12")],
        "claim_id string, line_number int, procedure_code string, charge_amount int, units int, from_date string",
    )  # fmt: skip
    made = spark.analyze(claims, None, lines, grouping="chapter", least=1, checks=False, reference=reference, partitions=3)  # fmt: skip
    assert made.patients == 6
    assert made.tables["services"].select("lines", "patients", "charged").row(0) == (6, 6, 600.0)
    assert "not processed: lines: rows belong to no claim: 1 rows" in made.notes
    with pytest.raises(ConfigError, match="expected"):
        spark.analyze(claims, None, lines, grouping="nothing", reference=reference)


SENT = """claim_id,line_number,member_id,patient_last_name,patient_first_name,patient_birth_date,patient_sex,payer_name,payer_id,billing_npi,submitted_date,from_date,procedure_code,charge_amount,diagnosis_code_1,place_of_service_code
{id},1,W100000001,ADAMS,PAT,1980-02-14,F,ANY PAYER,99999,1234567893,{sent},2026-05-12,99213,100,I10,11
"""


def test_payers_decisions_on_earlier_claims(
    session: SparkSession, reference: Reference, tmp_path: Path
) -> None:
    """A line that was sent before is a duplicate, unless the payer denied it."""
    from cleanclaim import spark  # noqa: PLC0415
    from remittances import era, payment, service, transaction  # noqa: PLC0415

    for name, claim_id, day in (("past", "OLD", "2026-05-15"), ("now", "NEW", "2026-06-20")):
        (tmp_path / f"{name}.csv").write_text(SENT.format(id=claim_id, sent=day))
        write_dataset([tmp_path / f"{name}.csv"], tmp_path / name)
    denied = era(transaction(payment("OLD", "100", "0", service("99213", "100", "0", "CO*16*100", day="20260512"))))  # fmt: skip
    (tmp_path / "answer.835").write_bytes(denied)
    frames: dict[str, Any] = {}
    for name in ("claims", "lines", "diagnoses"):
        now, past = (pl.read_parquet(tmp_path / part / name / "*.parquet") for part in ("now", "past"))  # fmt: skip
        past = past.with_columns(pl.col("claim_key") + 1_000)
        if name == "claims":
            past = past.with_columns(is_history=pl.lit(value=True))
        whole = pl.concat([now, past], how="diagonal_relaxed")
        (tmp_path / "both" / name).mkdir(parents=True)
        whole.write_parquet(tmp_path / "both" / name / "part.parquet")
        frames[name] = session.read.parquet(str(tmp_path / "both" / name))
    found = [
        spark.check(**frames, select=["HX103"], reference=reference, remit=remit, keep=False).findings.count()
        for remit in ((), (tmp_path / "answer.835",))
    ]  # fmt: skip
    assert found == [1, 0]
