"""The documentation is what the program does."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import generate_docs
from cleanclaim.edits.edit import Facts, QueryFacts, RowFacts
from cleanclaim.edits.registry import folder_edits, own_edits
from cleanclaim.engine.examples import faults_of
from cleanclaim.reference import Reference
from command import Done, run
from places import ROOT

DOCS = ROOT / "docs"
ONE_OF_MANY = ("reference/edits", "reference/imports", "reference/rules")
"""Folders whose pages are reached from their index, not from the navigation."""

PAGES = [
    ROOT / "README.md",
    DOCS / "index.md",
    *sorted((ROOT / "docs" / "tutorial").glob("*.md")),
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
]
COMMANDS = [
    (page, line)
    for page in PAGES
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    for line in block.splitlines()
    if line.startswith("cleanclaim ") and "|" not in line
]


def test_generated_pages_are_up_to_date() -> None:
    stale, gone = generate_docs.out_of_date(generate_docs.all_pages())
    assert (stale, gone) == ([], []), "run python tools/generate_docs.py"


def test_navigation_has_every_page_and_no_other() -> None:
    site = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    named = list(pages_in(site["project"]["nav"]))
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    apart = {
        name for name in there if name.startswith(ONE_OF_MANY) and not name.endswith("/index.md")
    }
    assert len(named) == len(set(named))
    assert set(named) == there - apart


def pages_in(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        yield from pages_in(list(nav.values()))
    elif isinstance(nav, list):
        for entry in nav:
            yield from pages_in(entry)


@pytest.mark.parametrize(
    "page",
    [*ROOT.glob("*.md"), *ROOT.glob(".github/**/*.md"), *DOCS.rglob("*.md")],
    ids=lambda page: page.relative_to(ROOT).as_posix(),
)
def test_links_and_images_lead_to_files(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith(("http", "#", "mailto:")):
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_changelog_has_every_edit() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    spans = re.findall(r"\b([A-Z]{2,4})(\d{3})(?:-\1(\d{3}))?\b", text)
    named = {
        f"{family}{number:03}"
        for family, first, last in spans
        for number in range(int(first), int(last or first) + 1)
    }
    assert {edit.code for edit in own_edits()} <= named


def test_every_option_of_an_edit_is_explained() -> None:
    text = (DOCS / "how-to" / "own-edit.md").read_text(encoding="utf-8")
    options = {*Facts.__annotations__, *RowFacts.__annotations__, *QueryFacts.__annotations__}
    assert {name for name in options if f"`{name}`" not in text} == set()


def test_examples_of_own_edits_hold(reference: Reference) -> None:
    edits, errors = folder_edits(ROOT / "examples" / "own-edits")
    assert not errors
    assert [*chain.from_iterable(faults_of(edit, reference) for edit in edits)] == []


def test_documentation_has_commands() -> None:
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize(
    ("page", "line"), COMMANDS, ids=[f"{p.stem}-{n}" for n, (p, _) in enumerate(COMMANDS)]
)
def test_documented_command_runs(page: Path, line: str, tmp_path: Path) -> None:
    for name in ("fixed.837", "known.json"):
        line = line.replace(f"/tmp/{name}", str(tmp_path / name))  # noqa: S108
    decisions = tmp_path / "my-decisions.csv"
    decisions.write_text(
        "claim_id,diagnosis_number,field,from,to,by\nCD-001,1,diagnoses.diagnosis_code,M545,M54.51,me\n"
    )
    claims = ROOT / "examples" / "clinic-day.837"
    if "my-report.json" in line and "--output" not in line:
        documented(
            f"cleanclaim check {claims} --format json --output {tmp_path / 'my-report.json'}"
        )
    for name in ("999", "277ca"):
        if f"my-answer.{name}" in line and "--output" not in line:
            documented(
                f"cleanclaim check {claims} --format {name} --output {tmp_path / f'my-answer.{name}'}"
            )
    replacement = tmp_path / "replacement.837"
    replacement.write_bytes((ROOT / "examples" / "clinic-day.837").read_bytes())
    (tmp_path / "fixed.837").write_bytes(
        (ROOT / "examples" / "clinic-day.837").read_bytes().replace(b"ABK:M545~", b"ABK:M5451~")
    )
    if "--baseline" in line:
        documented(line.replace("--baseline", "--write-baseline"))
    arguments = line.replace("template my-claims", f"template {tmp_path / 'mine'}")
    for name in (
        "my-store", "my.lock", "my-history", "my-remittances", "my-decisions.csv", "my-answer.999", "my-report.json", "my-answer.277ca", "replacement.837", "--output fixed.837", "--output analysis", "columns.toml", "clinic-day.xlsx", "day.parquet",
    ):  # fmt: skip
        option, _, file = name.rpartition(" ")
        arguments = arguments.replace(name, f"{option} {tmp_path / file}".strip())
    if "--lock" in arguments:
        documented(
            f"cleanclaim reference lock {tmp_path / 'my.lock'} --store {tmp_path / 'my-store'}"
        )
    if "my-history" in line and "history add" not in line:
        kept = tmp_path / "my-history"
        documented(
            f"cleanclaim history add {kept} examples/clinic-day.837 examples/tables/visits.csv"
        )
    if "my-remittances" in line and "remit add" not in line:
        documented(f"cleanclaim remit add {tmp_path / 'my-remittances'} examples/clinic-day.835")
    done = documented(arguments)
    assert done.returncode in {0, 1}, f"{page.name}: {line}: {done.stderr.decode()}"


def documented(line: str) -> Done:
    return run(*line.split()[1:])


def test_tutorial_ends_with_a_fixed_claim(tmp_path: Path) -> None:
    fixed = tmp_path / "fixed.837"
    fixed.write_bytes(
        (ROOT / "examples" / "clinic-day.837").read_bytes().replace(b"ABK:M545~", b"ABK:M5451~", 1)
    )
    assert b"CD-001" not in documented(f"cleanclaim check {fixed} --select DX102").stdout
