"""The Python interface: whatever holds claims goes in, a report of frames comes out."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

import cleanclaim
from cleanclaim import api
from cleanclaim.edits.samples import interchange, medicare, professional
from cleanclaim.errors import ConfigError, InputError, UnknownEdit

BACK_PAIN = {
    "claim_id": "A1",
    "diagnoses": ["M54.5"],
    "lines": [{"procedure_code": "97110", "from_date": "2026-05-12"}],
}


def codes(report: cleanclaim.Report) -> list[str]:
    return report.findings["code"].to_list()


def test_examples_in_the_documentation() -> None:
    tried = doctest.testmod(api)
    assert tried.attempted
    assert not tried.failed


def test_a_file_several_and_a_folder(tmp_path: Path) -> None:
    for name in ("a.837", "b.837"):
        (tmp_path / name).write_text(interchange(("HI*ABK", "HI*ABK:M545")))
    one = cleanclaim.check(str(tmp_path / "a.837"), select=["DX102"])
    assert codes(one) == ["DX102"]
    assert one.findings["file"].to_list() == [str(tmp_path / "a.837")]
    both = cleanclaim.check([tmp_path / "a.837", tmp_path / "b.837"], select=["DX102"])
    assert codes(both) == ["DX102", "DX102"]
    assert codes(cleanclaim.check(tmp_path, select=["DX102"])) == ["DX102", "DX102"]


def test_the_report_has_frames_and_a_summary() -> None:
    report = cleanclaim.check([BACK_PAIN, {**BACK_PAIN, "claim_id": "A2", "diagnoses": ["M54.50"]}])
    assert report.claims.height == 2
    assert report.lines.height == 2
    assert report.summary["claims"] == 2
    assert report.summary["findings_by_edit"]["DX102"]["count"] == 1
    assert set(report.not_checked.columns) >= {"code", "reason", "supply"}
    assert not report.is_clean


def test_what_cannot_be_checked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="claims must be paths"):
        cleanclaim.check(7)
    with pytest.raises(InputError, match=r"none\.837"):
        cleanclaim.check(tmp_path / "none.837")
    with pytest.raises(UnknownEdit, match="did you mean DX102"):
        cleanclaim.check(BACK_PAIN, select=["DX1002"])


def test_history_is_looked_at_and_not_reported_on(tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.837"
    earlier.write_text(interchange(("HI*ABK", "HI*ABK:M545")))
    now = tmp_path / "now.837"
    now.write_text(interchange())
    report = cleanclaim.check(now, history=earlier)
    assert codes(report) == ["HX103"]
    assert report.summary["claims"] == 1


def test_the_clean_claim_is_clean_for_every_payer_class() -> None:
    for payer_class in ("medicare", "medicaid", "commercial", "tricare", "other"):
        report = cleanclaim.check(
            professional(payer_class=payer_class, member_id="1EG4TE5MK73"), payer_class=payer_class
        )
        assert report.is_clean, report.findings["message"].to_list()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"adopts": {"60054": "medcare"}}, "60054 = 'medcare'; expected medicare or medicaid"),
        ({"policy_state": "ohio"}, "'ohio'; expected a state such as OH"),
        ({"payer_class": "Medicare"}, "'Medicare'; expected one of medicare, medicaid"),
    ],
)
def test_settings_that_mean_nothing_are_named(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(says)):
        cleanclaim.check(professional(), **settings)


def test_local_policies_bind_by_the_state_of_the_settings() -> None:
    claim = medicare(billing_state=None, diagnoses=["H92.01"], lines=[{"procedure_code": "69210"}])
    untold = cleanclaim.check(claim, select=["LNK103"])
    assert untold.findings.is_empty()
    assert untold.not_checked["supply"].to_list() == [
        "the state in the claim's addresses, or --policy-state"
    ]
    told = cleanclaim.check(claim, select=["LNK103"], policy_state="OH")
    assert told.findings["code"].to_list() == ["LNK103"]
    assert told.not_checked.is_empty()
    elsewhere = {**claim, "billing_state": "OH"}
    assert cleanclaim.check(elsewhere, select=["LNK103"], policy_state="CA").findings.height == 1
