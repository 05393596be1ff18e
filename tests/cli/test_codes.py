"""The encoder's commands, as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from command import run


def told(*arguments: object) -> Any:
    done = run(*arguments, "--format", "json")
    assert done.stderr == b""
    return json.loads(done.stdout)


def test_lookup_as_json() -> None:
    [page] = told("lookup", "M54.5", "--on", "2026-05-12")["codes"]
    assert page["replaced_by"] == ["M54.50", "M54.51", "M54.59"]
    assert page["valid"] == [{"from": "2015-10-01", "to": "2021-09-30"}]
    assert page["billable"] is False


def test_lookup_of_several_codes_and_from_standard_input() -> None:
    done = run("lookup", "E11.9,I10", "-", "--on", "2026-05-12", stdin=b"J06.9\n99213")
    assert done.returncode == 0
    text = done.stdout.decode()
    for code in ("E11.9", "I10", "J06.9", "99213"):
        assert f"\n{code}  " in "\n" + text


def test_lookup_of_what_is_no_code() -> None:
    some = run("lookup", "E11.9", "E11.99")
    assert some.returncode == 1
    assert b"cleanclaim: E11.99: not in any loaded code list" in some.stderr
    assert b"similar codes: E11.9" in some.stderr
    none = run("lookup", "nonsense")
    assert (none.returncode, none.stdout) == (2, b"")
    assert told_anyway("lookup", "nonsense") == {"codes": [], "unknown": ["nonsense"]}


def told_anyway(*arguments: object) -> Any:
    return json.loads(run(*arguments, "--format", "json").stdout)


def test_search_as_json() -> None:
    found = told("search", "heart", "attack", "--on", "2026-05-12", "--limit", "3")
    assert found["query"] == "heart attack"
    assert len(found["results"]) == 3
    first = found["results"][0]
    assert (first["system"], first["code"], first["billable"]) == ("ICD-10-CM", "I21.9", True)
    assert first["matched"] == ["heart", "attack"]
    assert first["title"] == "Acute myocardial infarction, unspecified"


def test_search_as_text() -> None:
    done = run("search", "broken wrist", "--on", "2026-05-12")
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert lines[0].startswith("  S52.509A")
    assert any(line.startswith("- S62.10 ") for line in lines)
    nothing = run("search", "qqqqzzzz")
    assert nothing.returncode == 1
    assert nothing.stdout.startswith(b"No codes match 'qqqqzzzz'.\nNot searched")


def test_crosswalk_as_json() -> None:
    found = told("crosswalk", "M54.5", "--on", "2026-05-12")
    own = [one for one in found["mappings"] if one["kind"] == "successor"]
    assert [one["to"] for one in own] == ["M54.50", "M54.51", "M54.59"]
    assert all(one["from"] == "M54.5" and one["source"] and one["release"] for one in own)
    assert found["not_checked"]


def test_crosswalk_as_text_and_of_nothing() -> None:
    done = run("crosswalk", "83036", "--to", "icd10cm", "--on", "2026-05-12", "--limit", "0")
    assert b"83036 \xe2\x86\x92 E11.9  Type 2 diabetes mellitus without complications  (supports)" in done.stdout  # fmt: skip
    nothing = run("crosswalk", "nonsense")
    assert nothing.returncode == 2
    assert b"cleanclaim: nonsense: not in any loaded code list" in nothing.stderr


def test_diff_as_json_and_text() -> None:
    found = told("diff", "FY2021", "FY2022")
    assert {"table": "icd10cm", "change": "made a category", "len": 15} in found["summary"]
    row = next(one for one in found["changes"] if one["code"] == "M54.5")
    assert row["instead"] == ["M54.50", "M54.51", "M54.59"]
    done = run("diff", "--on", "2021-09-30", "--on", "2021-10-01", "--limit", "1")
    assert done.returncode == 0
    assert b"more (raise --limit" in done.stdout
    assert b"Not compared:" in done.stdout


def test_impact_has_a_status_of_its_own(tmp_path: Path) -> None:
    favourites = tmp_path / "favourites.txt"
    favourites.write_text("M54.5 low back pain\n")
    done = run("diff", "FY2021", "FY2022", "--impact", favourites)
    assert done.returncode == 1
    assert b"use instead: M54.50, M54.51, M54.59" in done.stdout
    favourites.write_text("I10\n")
    assert run("diff", "FY2021", "FY2022", "--impact", favourites).returncode == 0


def test_export(tmp_path: Path) -> None:
    done = run("export", "codes", "--on", "2026-04-01", "--output", tmp_path / "codes", "--format", "parquet")  # fmt: skip
    assert done.returncode == 0
    assert sorted(path.name for path in (tmp_path / "codes").iterdir()) == ["codes.parquet", "links.parquet", "notes.parquet"]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("lookup", "E11.9", "--on", "tomorrow"),
            "--on: expected a date (YYYY-MM-DD), found 'tomorrow'",
        ),
        (("search", "x", "--system", "snomed"), "'snomed' isn't a known code system"),
        (("search", "x", "--format", "xml"), "--format: expected text or json, found 'xml'"),
        (("diff", "FY2021"), "diff compares two releases or dates; you gave 1"),
        (("diff", "FY2021", "never"), "'never' isn't a day"),
        (("diff", "FY2021", "FY2022", "--table", "nope"), "'nope' isn't a known table"),
        (("crosswalk", "E11.9", "--history", "nowhere.837"), "nowhere.837"),
        (("export", "codes", "--format", "xlsx"), "'xlsx' isn't a known format"),
        (("lookup",), "Missing argument"),
    ],
)
def test_wrong_arguments_are_named(arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.decode().startswith("cleanclaim: ")
    assert words in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_explain_is_a_page_of_it() -> None:
    page = run("explain", "E11", "--on", "2026-05-12").stdout.decode()
    assert "Not billable on 2026-05-12: choose a more specific code below" in page
    assert "more (see cleanclaim lookup)" in page
    assert len(page.splitlines()) < 70
    assert b"office visit" in run("explain", "99213").stdout


def test_a_crosswalk_is_shown_in_pages() -> None:
    first = run("crosswalk", "83036", "--limit", "2", "--on", "2026-05-12").stdout.decode()
    assert "Page 1 of " in first
    assert first.count("83036 →") == 2
    second = run("crosswalk", "83036", "--limit", "2", "--page", "2", "--on", "2026-05-12").stdout.decode()  # fmt: skip
    assert second.count("83036 →") == 2
    assert second != first
