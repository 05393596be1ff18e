"""Every format: there by name, the same twice, and silent about who the patient is."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

import polars as pl
import pytest

from cleanclaim.config import ANSWERS as OF_ANSWERS
from cleanclaim.config import FORMATS as NAMES
from cleanclaim.edits.edit import Disposition
from cleanclaim.model import Batch
from cleanclaim.report import text
from cleanclaim.report.formats import ANSWERS, FORMATS
from cleanclaim.report.labels import MEANING, counted
from cleanclaim.report.locations import IN_MEMORY, position_unit
from cleanclaim.report.result import Report

SECRETS = ("QZX987654321", "1957-11-03", "19571103", "ZEBEDEE", "QUENTIN", "EXAMPLE STREET")


def as_bytes(report: Report, name: str) -> bytes:
    return FORMATS[name].render(report)


def test_every_format_of_the_configuration_is_there() -> None:
    assert set(FORMATS) == set(NAMES)
    assert set(ANSWERS) == set(OF_ANSWERS)


def test_endings_differ() -> None:
    endings = [chosen.ending for chosen in FORMATS.values()]
    assert len(set(endings)) == len(endings)
    assert all(ending.startswith(".") for ending in endings)


@pytest.mark.parametrize("name", NAMES)
def test_binary_is_said_truly(name: str, report: Report) -> None:
    try:
        as_bytes(report, name).decode()
    except UnicodeDecodeError:
        assert FORMATS[name].is_binary
    else:
        assert not FORMATS[name].is_binary


@pytest.mark.parametrize("name", NAMES)
def test_the_same_report_is_written_the_same(name: str, file_report: Report) -> None:
    assert as_bytes(file_report, name) == as_bytes(file_report, name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_tells_who_the_patient_is(name: str, report: Report, file_report: Report) -> None:
    for one in (report, file_report):
        told = as_bytes(one, name).decode("utf-8", errors="replace")
        assert [secret for secret in SECRETS if secret in told] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_report_of_nothing_is_written(name: str, report: Report) -> None:
    empty = Report(
        Batch.of({}), report.findings.clear(), report.not_checked.clear(), report.claims.clear()
    )
    assert as_bytes(empty, name)


@pytest.mark.parametrize("name", [name for name in NAMES if not FORMATS[name].is_binary])
def test_every_finding_is_told(name: str, report: Report) -> None:
    told = as_bytes(report, name).decode()
    assert {code for code in report.findings["code"] if code not in told} == set()


def test_the_formats_load_nothing_until_they_are_asked_for() -> None:
    code = (
        "import sys\n"
        "from cleanclaim.report.formats import ANSWERS, FORMATS\n"
        "modules = [f'cleanclaim.report.{form.module}' for form in FORMATS.values()]\n"
        "print([module for module in modules if module in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_note_is_told_where_there_is_room_for_it(report: Report) -> None:
    noted = replace(report, notes=("3 known findings are left out",))
    for name in ("json", "jsonl", "sarif", "html", "text"):
        assert "3 known findings are left out" in as_bytes(noted, name).decode()


@pytest.mark.parametrize("which", ["report", "file_report"])
def test_json_is_what_the_report_gives(which: str, request: pytest.FixtureRequest) -> None:
    report = request.getfixturevalue(which)
    assert as_bytes(report, "json").decode() == report.to_json() + "\n"


def test_json_of_nothing_is_what_the_report_gives(report: Report) -> None:
    empty = Report(
        Batch.of({}), report.findings.clear(), report.not_checked.clear(), report.claims.clear()
    )
    assert as_bytes(empty, "json").decode() == empty.to_json() + "\n"


@dataclass(frozen=True)
class InParts:
    """A report given out claim by claim."""

    whole: Report

    def __getattr__(self, name: str) -> object:
        return getattr(self.whole, name)

    def findings_parts(self) -> Iterator[pl.DataFrame]:
        return self._by_claim(self.whole.findings)

    def not_checked_parts(self) -> Iterator[pl.DataFrame]:
        return self._by_claim(self.whole.not_checked)

    def claims_parts(self) -> Iterator[pl.DataFrame]:
        return self._by_claim(self.whole.claims)

    def _by_claim(self, frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
        yield frame.filter(pl.col("claim_key").is_null())
        for key in self.whole.claims["claim_key"]:
            yield frame.filter(pl.col("claim_key") == key)


@pytest.mark.parametrize("name", [name for name in NAMES if not FORMATS[name].is_whole])
def test_parts_are_written_as_the_whole(name: str, file_report: Report) -> None:
    out = io.BytesIO()
    FORMATS[name].write(cast("Report", InParts(file_report)), out)
    if name == "parquet":
        assert pl.read_parquet(out.getvalue()).equals(pl.read_parquet(as_bytes(file_report, name)))
    elif name in {"json", "jsonl"}:
        assert sorted(out.getvalue().splitlines()) == sorted(
            as_bytes(file_report, name).splitlines()
        )
    else:
        assert out.getvalue() == as_bytes(file_report, name)


def test_text_is_cut_at_blanks_only() -> None:
    long = "a" * 50
    assert list(text._cut(f"one two-three {long} four", 20, "  → ")) == [
        "  → one two-three",
        f"    {long}",
        "    four",
    ]
    assert list(text._cut("one\ntwo\x1b", 40, "  ")) == ["  one two\\x1b"]
    assert list(text._cut("", 40, "  → ")) == ["  →"]


def test_text_is_the_same_however_much_is_held(
    file_report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = as_bytes(file_report, "text")
    monkeypatch.setattr(text, "_AT_ONCE", 3)
    assert as_bytes(file_report, "text") == whole


def test_a_position_says_what_it_counts() -> None:
    formats = {"day.837": "x12", "visits.csv": "csv", "claims": "data set"}
    files = ("day.837", "visits.csv", IN_MEMORY, "claims", "other.837", None)
    units = [position_unit(file, formats) for file in files]
    assert units == ["byte", "row", "claim", "position", "position", "position"]


def test_every_disposition_has_a_meaning() -> None:
    assert list(MEANING) == [disposition.value for disposition in Disposition]


def test_counts_have_singular_and_plural() -> None:
    assert [counted(count, "claim") for count in (0, 1, 2400)] == [
        "0 claims",
        "1 claim",
        "2,400 claims",
    ]
    assert counted(2, "entry", "entries") == "2 entries"
