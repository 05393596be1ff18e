"""The small sets against the publishers' own files."""

import csv
import gzip
import io
import os
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from cleanclaim.reference import OPEN_END
from cleanclaim.reference.sets import load_set


def codes(name: str) -> set[str]:
    return set(load_set(name)["code"])


@pytest.fixture(scope="module")
def published() -> Path:
    folder = os.environ.get("CLEANCLAIM_DATA")
    if not folder:
        pytest.skip("CLEANCLAIM_DATA names no folder of published files")
    return Path(folder) / "data"


def _rows(path: Path) -> list[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _july_2024(published: Path, member: str) -> str:
    path = published / "hcpcs" / "july-2024-alpha-numeric-hcpcs-file.zip"
    with zipfile.ZipFile(path) as archive:
        return archive.read(member).decode("utf-8-sig", "replace")


def test_has_every_published_modifier(published: Path) -> None:
    listed = {row["modifier"] for row in _rows(published / "sets" / "modifiers.csv.gz")}
    assert len(listed) > 400
    assert listed - codes("modifiers") == set()


def test_has_every_assigned_place_with_its_rate(published: Path) -> None:
    rows = _rows(published / "sets" / "pos_codes.csv")
    assigned = {
        row["pos_code"]: row["pos_type"] == "Facility"
        for row in rows
        if row["pos_type"] != "Unassigned"
    }
    ours = load_set("place_of_service").select("code", "facility")
    assert dict(ours.iter_rows()) == assigned


@pytest.mark.parametrize("name", ["carc", "rarc"])
def test_reason_and_remark_codes_end_when_they_were_stopped(published: Path, name: str) -> None:
    stops = {row["code"]: row["stop"] for row in _rows(published / "sets" / f"{name}_codes.csv")}
    in_use = {code for code, stop in stops.items() if not stop}
    assert len(in_use) > 250
    last = dict(load_set(name).select("code", "valid_to").iter_rows())
    assert {code for code, day in last.items() if day == OPEN_END} - in_use == set()
    ended = {code: str(day + timedelta(days=1)) for code, day in last.items() if day != OPEN_END}
    assert ended == {code: stops[code] for code in ended}


def test_unlisted_letter_codes_are_on_the_noc_list(published: Path) -> None:
    text = _july_2024(published, "NOC codes_JUL2024.csv")
    in_use = {row["HCPCS"] for row in csv.DictReader(io.StringIO(text)) if not row["TERM DATE"]}
    ours = {code for code in codes("unlisted_codes") if code[0].isalpha()}
    assert len(ours) > 40
    assert ours - in_use == set()


@pytest.mark.parametrize("name", ["unlisted_codes", "visit_codes", "procedure_sex"])
def test_letter_codes_are_in_the_code_set_of_2026(published: Path, name: str) -> None:
    path = published / "hcpcs" / "hcpcs_level2_codes_2026Q3.txt.gz"
    listed = set(gzip.decompress(path.read_bytes()).decode().split())
    ours = {code for code in codes(name) if code[0].isalpha()}
    assert ours
    assert ours - listed == set()


@pytest.fixture(scope="module")
def modifier_periods(published: Path) -> dict[str, tuple[date, date]]:
    """Added and ended, of the modifier records (identification code 7) whose dates are CMS's own.

    A record without a short text is not: its dates were filled in by whoever gathered the file.
    """
    lines = _july_2024(published, "HCPC2024_JUL_ANWEB.txt").splitlines()
    records = [line for line in lines if line[10:11] == "7" and line[91:119].strip()]
    return {
        line[:5].strip(): (_day(line[268:276]), _day(line[284:292].strip() or "99991231"))
        for line in records
    }


def _day(text: str) -> date:
    return date.fromisoformat(text)


def test_no_modifier_starts_after_cms_added_it(
    modifier_periods: dict[str, tuple[date, date]],
) -> None:
    assert len(modifier_periods) > 300
    starts = dict(load_set("modifiers").select("code", "valid_from").iter_rows())
    late = {m: starts[m] for m, (added, _) in modifier_periods.items() if starts[m] > added}
    assert late == {}


def test_modifiers_end_when_cms_ended_them(
    modifier_periods: dict[str, tuple[date, date]],
) -> None:
    ends = dict(load_set("modifiers").select("code", "valid_to").iter_rows())
    ended = {m: last for m, (_, last) in modifier_periods.items() if last != OPEN_END}
    assert len(ended) > 5
    assert {m: ends[m] for m in ended} == ended
