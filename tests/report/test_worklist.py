"""The order of claims in a report, its groups and its limit."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import python_calamine

from cleanclaim.edits.samples import professional
from cleanclaim.job import Job
from cleanclaim.pipeline import run_whole
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from cleanclaim.report.formats import FORMATS
from cleanclaim.report.result import Report
from cleanclaim.report.worklist import View, arranged
from one_edit import barred


def claim(name: str, code: str, charge: str, **facts: Any) -> dict[str, Any]:
    lines = [{"procedure_code": code, "charge_amount": charge}]
    return professional(claim_id=name, charge_amount=charge, lines=lines, **facts)


@pytest.fixture(scope="module")
def report() -> Report:
    claims = [
        claim("A", "97110", "50.00", payer_name="BETA HEALTH", from_date="2026-05-14"),
        claim("B", "99213", "80.00", payer_name="ALPHA HEALTH", from_date="2026-05-11"),
        claim("C", "97110", "150.00", payer_name="ALPHA HEALTH", from_date="2026-05-13"),
        claim("D", "97110", "100.00", payer_name=None, payer_id="777", from_date="2026-05-12"),
    ]
    return run_whole(Job((), Reference.load(), (barred(),), held=batch_of(claims)))


def many() -> Report:
    claims = [claim(f"N{n}", "97110", f"{n + 1}.00") for n in range(60)]
    return run_whole(Job((), Reference.load(), (barred(),), held=batch_of(claims)))


def order(report: Report, view: View) -> list[str]:
    return list(pl.concat(arranged(report, view).findings_parts())["claim_id"])


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("file", "ACD"),
        ("risk", "CDA"),
        ("hardest", "CDA"),
        ("payer", "DCA"),
        ("date", "DCA"),
        ("provider", "CDA"),
    ],
)
def test_orders(report: Report, sort: str, expected: str) -> None:
    assert "".join(order(report, View(sort=sort))) == expected


def test_as_read_nothing_changes(report: Report) -> None:
    assert arranged(report, View()) is report


def test_a_limit_lists_claims_with_findings_only(report: Report) -> None:
    few = arranged(report, View(sort="risk", limit=2))
    assert pl.concat(few.claims_parts())["claim_id"].to_list() == ["C", "D"]
    assert few.summary == report.summary


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_follows_the_order(report: Report, name: str) -> None:
    told = FORMATS[name].render(report, view=View(sort="risk"))
    if name == "parquet":
        assert pl.read_parquet(told)["claim_id"].to_list() == ["C", "D", "A"]
    elif name == "xlsx":
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(told))
        rows = book.get_sheet_by_name("Worklist").to_python()
        assert [row[1] for row in rows[1:]] == ["C", "D", "A"]
    else:
        text = told.decode()
        marks = {"json": '"claim_id":"{}"', "jsonl": '"claim_id":"{}"', "csv": "\n{},", "sarif": "claim {}", "text": "Claim {} ", "html": '<span class="id">{}</span>', "fhir": '"value": "{}"}}'}  # fmt: skip
        places = [text.index(marks[name].format(one)) for one in "CDA"]
        assert places == sorted(places)


class TestGroups:
    def test_by_payer(self, report: Report) -> None:
        text = FORMATS["text"].render(report, view=View(group_by="payer")).decode()
        headings = [line for line in text.splitlines() if line.startswith("===")]
        assert headings == ["=== 777", "=== ALPHA HEALTH", "=== BETA HEALTH"]

    def test_by_edit(self, report: Report) -> None:
        text = FORMATS["text"].render(report, view=View(group_by="edit")).decode()
        assert [line for line in text.splitlines() if line.startswith("===")] == ["=== ORG101"]

    def test_in_html(self, report: Report) -> None:
        html = FORMATS["html"].render(report, view=View(group_by="payer")).decode()
        assert html.index("ALPHA HEALTH</h3>") < html.index("BETA HEALTH</h3>")


class TestMany:
    def test_text_begins_with_the_summary_and_lists_the_worst(self) -> None:
        text = FORMATS["text"].render(many()).decode()
        assert text.startswith("Summary\n")
        assert text.count("Claim N") == 20
        assert "Claim N59 " in text
        assert "Claim N1 " not in text
        assert "20 of 60 claims with findings are listed" in text

    def test_zero_lists_all(self) -> None:
        text = FORMATS["text"].render(many(), view=View(limit=0)).decode()
        assert text.count("Claim N") == 60
        assert "are listed" not in text


def test_the_command_refuses_unknown_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from cleanclaim.cli.main import run  # noqa: PLC0415

    for option, expected in (("--sort", "risk"), ("--group-by", "claim"), ("--table", "findings")):
        with pytest.raises(SystemExit) as stopped:
            run(["check", str(tmp_path), option, "banana"])
        assert stopped.value.code == 2
        assert expected in capsys.readouterr().err
