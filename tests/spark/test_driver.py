"""On a cluster as on one machine: the same findings, byte for byte."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from cleanclaim import Reference, check
from cleanclaim.cli.main import app
from cleanclaim.edits.samples import interchange
from cleanclaim.errors import ConfigError, InputError, TableError
from cleanclaim.importing import import_files
from cleanclaim.model import TABLES
from cleanclaim.reference.store import Store
from cleanclaim.report.result import Report
from cleanclaim.write.dataset import write_dataset
from places import ROOT

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from cleanclaim.spark import Checked

pytestmark = pytest.mark.filterwarnings("ignore")  # Spark's own
FINDING_ORDER = ["claim_key", "line_number", "diagnosis_number", "code", "position", "message"]
UNJUDGED_ORDER = [
    *("code", "claim_key", "line_number", "diagnosis_number", "reason", "table"),
    "procedure_code",
]
Frames = dict[str, "DataFrame"]


def invented(path: Path, count: int) -> Path:
    """An 837 file of so many invented claims."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "benches" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys  # noqa: PLC0415

    sys.modules["generate"] = module
    spec.loader.exec_module(module)
    module.write(path, count)
    return path


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of 1,000 claims, those of the examples and broken ones among them."""
    folder = tmp_path_factory.mktemp("claims")
    broken = folder / "broken.837"
    broken.write_text(interchange(("SE*25", "SE*24")) + interchange(("IEA", "")))
    inputs = [
        invented(folder / "many.837", 1_000),
        ROOT / "examples" / "clinic-day.837",
        broken,
    ]
    write_dataset(inputs, folder / "set")
    return folder / "set"


def frames_of(session: SparkSession, folder: Path) -> Frames:
    return {
        name: session.read.parquet(str(folder / name))
        for name in TABLES
        if (folder / name).is_dir()
    }


def collected(frame: DataFrame, order: list[str]) -> pl.DataFrame:
    return pl.DataFrame(frame.toArrow()).sort(order)


def assert_as_here(checked: Checked, here: Report) -> None:
    """The same findings, the same not checked, the same counts."""
    findings = here.findings.with_columns(pl.col("disposition").cast(pl.String))
    assert_frame_equal(collected(checked.findings, FINDING_ORDER), findings.sort(FINDING_ORDER))
    unjudged = collected(checked.not_checked, UNJUDGED_ORDER)
    assert_frame_equal(unjudged, here.not_checked.sort(UNJUDGED_ORDER))
    told = checked.summary()
    assert told == {**{name: here.summary[name] for name in told if name != "faults"}, "faults": 0}


@pytest.fixture(scope="session")
def on_spark(session: SparkSession) -> Callable[..., Checked]:
    from cleanclaim import spark  # noqa: PLC0415

    return spark.check


def test_the_same_as_on_one_machine(
    session: SparkSession,
    on_spark: Callable[..., Checked],
    many: Path,
    reference: Reference,
) -> None:
    checked = on_spark(**frames_of(session, many), reference=reference, partitions=5)
    here = check(many, reference=reference)
    assert here.findings["code"].n_unique() > 20
    assert here.findings["claim_key"].null_count() > 0
    assert_as_here(checked, here)
    checked.close()


def test_a_patient_with_most_of_the_claims(
    session: SparkSession,
    on_spark: Callable[..., Checked],
    many: Path,
    reference: Reference,
    tmp_path: Path,
) -> None:
    claims = pl.read_parquet(many / "claims" / "*.parquet")
    skewed = pl.when(pl.col("claim_key") % 10 < 8).then(pl.lit(7, pl.UInt64))
    claims = claims.with_columns(skewed.otherwise("patient_key").alias("patient_key"))
    (tmp_path / "claims").mkdir()
    claims.write_parquet(tmp_path / "claims" / "part.parquet")
    for name in ("lines", "diagnoses"):
        (tmp_path / name).symlink_to(many / name)
    checked = on_spark(**frames_of(session, tmp_path), reference=reference, partitions=4)
    assert_as_here(checked, check(tmp_path, reference=reference))
    checked.close()


def test_an_executor_lost_while_it_works(
    session: SparkSession,
    on_spark: Callable[..., Checked],
    many: Path,
    reference: Reference,
) -> None:
    checked = on_spark(**frames_of(session, many), reference=reference, partitions=24, keep=False)
    rows: list[pl.DataFrame] = []
    job = threading.Thread(
        target=lambda: rows.append(collected(checked.findings, FINDING_ORDER)), daemon=True
    )
    job.start()
    status = session.sparkContext.statusTracker()
    until(lambda: any(done(status, stage) >= 2 for stage in status.getActiveStageIds()))
    lost = executors(session.sparkContext.applicationId)
    os.kill(lost[0], signal.SIGKILL)
    assert job.is_alive()
    job.join(120)
    here = check(many, reference=reference).findings
    expected = here.with_columns(pl.col("disposition").cast(pl.String)).sort(FINDING_ORDER)
    assert_frame_equal(rows[0], expected)
    assert lost[0] not in executors(session.sparkContext.applicationId)


def done(status: Any, stage: int) -> int:
    """How many tasks of a stage with many are done."""
    told = status.getStageInfo(stage)
    return told.numCompletedTasks if told is not None and told.numTasks == 24 else 0


def until(happened: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen in time")


def executors(application: str) -> list[int]:
    """Process ids of the executors of an application."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            command = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        if application in command and any("CoarseGrained" in word for word in command):
            found.append(int(folder.name))
    return found


def test_history_is_looked_back_at(
    session: SparkSession,
    on_spark: Callable[..., Checked],
    reference: Reference,
    tmp_path: Path,
) -> None:
    past, today = tmp_path / "past.837", tmp_path / "today.837"
    past.write_text(interchange().replace("20260512", "20260412") + interchange())
    today.write_text(interchange(("CLM*EXAMPLE-1", "CLM*EXAMPLE-2*125***11:B:1*Y*A*Y*Y")))
    write_dataset([today, past], tmp_path / "set")
    frames = frames_of(session, tmp_path / "set")
    is_past = frames["claims"]["file"] == str(past)
    frames["claims"] = frames["claims"].withColumn("is_history", is_past)
    here = check(today, history=past, reference=reference)
    assert "HX103" in here.findings["code"].to_list()
    assert "2026-04-12 to 2026-05-12" in here.not_checked["reason"].str.join(" ").item()
    assert_as_here(on_spark(**frames, reference=reference, keep=False), here)


@pytest.fixture
def plain(session: SparkSession) -> tuple[Frames, dict[str, pl.DataFrame]]:
    """Tables joined by claim_id, under names common in the field: for the cluster and for one machine."""
    claims = pl.DataFrame(
        {
            "claim_id": ["A", "B", "C"],
            "person_id": ["W100000001", "W100000001", None],
            "dob": ["1980-02-14", "1980-02-14", "1990-01-01"],
            "sex": ["F", "F", "M"],
            "payer_class": ["medicare", "medicare", "commercial"],
        }
    )
    lines = pl.DataFrame(
        {
            "claim_id": ["A", "B", "C", "C"],
            "claim_line_number": [1, 1, 1, 2],
            "hcpcs_code": ["99213", "99213", "99213", "17110"],
            "from_date": ["2026-05-12", "2026-05-12", "2026-05-12", "2026-05-12"],
            "units": [1, 1, 1, 1],
            "charge": [125.0, 125.0, 125.0, 80.5],
            "pointers": ["A", "A", "A", "A"],
        }
    )
    diagnoses = pl.DataFrame(
        {
            "claim_id": ["A", "B", "C"],
            "diagnosis_number": [1, 1, 1],
            "icd_code": ["M54.5", "I10", "B07.9"],
        }
    )
    here = {"claims": claims, "lines": lines, "diagnoses": diagnoses}
    return {name: session.createDataFrame(frame.to_dicts()) for name, frame in here.items()}, here


def test_tables_joined_by_claim_id(
    plain: tuple[Frames, dict[str, pl.DataFrame]],
    on_spark: Callable[..., Checked],
    reference: Reference,
) -> None:
    there, here = plain
    shown = ["claim_id", "line_number", "diagnosis_number", "code", "message", "field"]
    order = shown[:5]
    there["lines"] = there["lines"].withColumnRenamed("procedure_code", "What was done")
    columns = {"What was done": "procedure_code"}
    checked = on_spark(**there, reference=reference, columns=columns)
    expected = check(here, reference=reference).findings
    assert {"DX102", "CLM115"} <= set(expected["code"])
    assert_frame_equal(
        collected(checked.findings.select(*shown), order), expected.select(shown).sort(order)
    )
    assert checked.faults.count() == 0
    checked.close()


def test_what_belongs_to_no_claim_is_told(
    session: SparkSession,
    plain: tuple[Frames, dict[str, pl.DataFrame]],
    on_spark: Callable[..., Checked],
    reference: Reference,
) -> None:
    there, here = plain
    lost = here["lines"].with_columns(pl.lit("Z").alias("claim_id")).head(2)
    there["lines"] = there["lines"].unionByName(session.createDataFrame(lost.to_dicts()))
    checked = on_spark(**there, reference=reference)
    assert [tuple(row) for row in checked.faults.collect()] == [
        ("lines: rows belong to no claim", 2)
    ]
    assert checked.summary()["claims"] == 3
    checked.close()


def test_values_that_do_not_fit_are_told(
    session: SparkSession,
    plain: tuple[Frames, dict[str, pl.DataFrame]],
    on_spark: Callable[..., Checked],
    reference: Reference,
) -> None:
    there, here = plain
    wrong = here["lines"].with_columns(pl.lit("yesterday").alias("from_date"))
    there["lines"] = session.createDataFrame(wrong.to_dicts())
    checked = on_spark(**there, reference=reference)
    told = checked.faults.collect()
    assert all("lines.from_date expects a date" in row["message"] for row in told)
    assert sum(row["rows"] for row in told) == 3
    assert checked.summary()["claims"] == 0
    checked.close()


def test_keys_that_stand_for_several_claims(
    plain: tuple[Frames, dict[str, pl.DataFrame]], on_spark: Callable[..., Checked]
) -> None:
    there, _ = plain
    there["claims"] = there["claims"].unionByName(there["claims"].limit(1))
    with pytest.raises(InputError, match=r"1 values of claims.claim_id"):
        on_spark(**there)


def test_columns_that_do_not_fit(
    session: SparkSession,
    many: Path,
    plain: tuple[Frames, dict[str, pl.DataFrame]],
    on_spark: Callable[..., Checked],
) -> None:
    frames = frames_of(session, many)
    claims = frames["claims"]
    frames["claims"] = claims.withColumn(
        "patient_birth_date", claims["patient_birth_date"].cast("string")
    ).withColumn("patient_name", claims["file"])
    with pytest.raises(TableError) as caught:
        on_spark(**frames)
    assert caught.value.faults == (
        "claims: unknown column 'patient_name'; did you mean 'patient_last_name'?",
        "claims.patient_birth_date is string; expected a date (YYYY-MM-DD), as date",
    )
    there, _ = plain
    there["lines"] = there["lines"].drop("claim_line_number")
    with pytest.raises(TableError, match="'line_number' is missing"):
        on_spark(**there)


def test_what_needs_all_patients_is_refused(
    plain: tuple[Frames, dict[str, pl.DataFrame]], on_spark: Callable[..., Checked]
) -> None:
    with pytest.raises(ConfigError, match="LNK108: it needs the history of all patients"):
        on_spark(**plain[0], select=["LNK108"])


def test_edits_that_read_notes_are_refused_if_asked_for(
    plain: tuple[Frames, dict[str, pl.DataFrame]], on_spark: Callable[..., Checked]
) -> None:
    """Notes aren't read on a cluster: that is an error, never a clean result."""
    with pytest.raises(ConfigError, match="DOC101: reads notes"):
        on_spark(**plain[0], select=["DOC101"])


def test_the_users_tables_and_edits_are_shipped(
    session: SparkSession, on_spark: Callable[..., Checked], tmp_path: Path
) -> None:
    store = tmp_path / "store"
    import_files([ROOT / "examples" / "policies"], Store(store), lambda _words, _share: None)
    reference = Reference.load(store=store)
    day = tmp_path / "day"
    day.mkdir()
    for code in ("83036", "97110"):
        (day / code).write_text(interchange().replace("HC:99213", f"HC:{code}"))
    write_dataset([day], tmp_path / "set")
    frames = frames_of(session, tmp_path / "set")
    own = ROOT / "examples" / "own-edits"
    here = CliRunner().invoke(
        app, ["check", str(day), "--store", str(store), "--edits", str(own), "--format", "json"]
    )
    counts = json.loads(here.stdout)["summary"]["findings_by_edit"]
    assert {"ORG101", "LNK104"} <= set(counts)
    shipped = on_spark(**frames, reference=reference, edits=[own])
    assert shipped.summary()["findings_by_edit"] == counts
    shipped.close()
    seen = on_spark(**frames, shared=store, edits=[own])
    assert seen.summary()["findings_by_edit"] == counts
    seen.close()


def test_the_command(session: SparkSession, many: Path, tmp_path: Path) -> None:
    def run(*more: object) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["check", str(many), "--engine", "spark", *map(str, more)])
        return done.exit_code, done.stderr

    out = tmp_path / "out"
    assert run("--output", out) == (1, run_here(many, out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    findings = pl.read_parquet(out / "findings" / "*.parquet")
    assert (
        findings.height == json.loads(next((out / "summary").glob("part*")).read_text())["findings"]
    )
    assert pl.read_parquet(out / "not_checked" / "*.parquet").height > 0


def run_here(many: Path, out: Path) -> str:
    counts = check(many).summary
    return f"{out}: {counts['findings']:,} findings on {counts['claims']:,} claims\n"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ((), "use --output FOLDER"),
        (("--output", "{out}", "--format", "json"), "no other --format"),
        (
            ("--output", "{out}", "--write-baseline", "known.json"),
            "doesn't support --write-baseline",
        ),
        (("--output", "{here}"), "already exists"),
        (("--output", "{out}", "--history", "{none}"), "isn't a data set"),
        (("--output", "{out}", "--select", "LNK108"), "a single machine"),
    ],
)
def test_what_the_command_cannot_do(
    session: SparkSession, many: Path, tmp_path: Path, more: tuple[str, ...], told: str
) -> None:
    places = {"out": tmp_path / "out", "here": tmp_path, "none": tmp_path / "none"}
    words = [word.format(**places) for word in more]
    done = CliRunner().invoke(app, ["check", str(many), "--engine", "spark", *words])
    assert done.exit_code != 0
    assert told in str(done.exception)
