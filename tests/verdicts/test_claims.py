"""The verdict on every claim, and the dollars at risk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

import cleanclaim
from cleanclaim.edits.edit import Disposition, Edit
from cleanclaim.edits.samples import professional
from cleanclaim.job import Job
from cleanclaim.model import Batch
from cleanclaim.pipeline import run_whole
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from cleanclaim.report.result import Report
from cleanclaim.settings import Settings
from cleanclaim.verdicts import FINDINGS
from cleanclaim.verdicts.at_risk import amounts_at_risk
from cleanclaim.verdicts.claims import CLAIMS
from one_edit import barred

CLEAN = professional(claim_id="OK", lines=[{"procedure_code": "99213", "charge_amount": "80.00"}])
BARRED = professional(
    claim_id="BAD",
    charge_amount="130.00",
    lines=[
        {"procedure_code": "97110", "charge_amount": "50.00"},
        {"procedure_code": "99213", "charge_amount": "80.00"},
    ],
)


def report_of(*claims: dict[str, object], edit: Edit, settings: Settings | None = None) -> Report:
    return run_whole(
        Job((), Reference.load(), (edit,), settings or Settings(), held=batch_of(list(claims)))
    )


def of_disposition(disposition: Disposition) -> Edit:
    return replace(barred(), disposition=disposition)


def unable() -> Edit:
    """An edit that can't judge 99213."""
    return replace(
        barred(),
        unchecked=pl.col("procedure_code") == "99213",
        unchecked_reason="{procedure_code} could not be looked up",
        supply="a table",
    )


class TestVerdict:
    def test_a_claim_without_findings_is_clean(self) -> None:
        report = report_of(CLEAN, edit=barred())
        assert report.claims.schema == pl.Schema(CLAIMS)
        assert report.claims.select("claim_id", "verdict", "hardest", "findings").rows() == [
            ("OK", "clean", None, 0)
        ]

    def test_a_claim_with_a_finding_is_not(self) -> None:
        report = report_of(CLEAN, BARRED, edit=barred())
        assert report.claims["verdict"].to_list() == ["clean", "findings"]
        assert report.claims["hardest"].to_list() == [None, "deny-line"]
        assert report.findings.schema == pl.Schema(FINDINGS)

    def test_what_was_not_checked_makes_it_clean_as_far_as_checked(self) -> None:
        report = report_of(CLEAN, edit=unable())
        assert report.claims["verdict"].to_list() == ["clean as far as checked"]
        assert report.claims["not_checked"].to_list() == [["ORG101"]]

    def test_a_claim_with_findings_may_also_be_unchecked_in_part(self) -> None:
        report = report_of(CLEAN, BARRED, edit=unable())
        assert report.claims["verdict"].to_list() == ["clean as far as checked", "findings"]
        assert report.summary["fully_checked_claims"] == 0
        assert report.summary["clean_claims"] == 0
        assert report.summary["clean_as_far_as_checked_claims"] == 1
        assert report.summary["claims_with_findings"] == 1

    def test_information_leaves_a_claim_clean(self) -> None:
        report = report_of(BARRED, edit=of_disposition(Disposition.INFO))
        assert report.claims.select("verdict", "hardest", "findings", "at_risk_amount").rows() == [
            ("clean", "info", 1, Decimal("0.00"))
        ]

    def test_findings_that_are_left_out_do_not_count(self) -> None:
        settings = Settings(min_disposition=Disposition.REJECT)
        report = report_of(BARRED, edit=barred(), settings=settings)
        assert report.claims["verdict"].to_list() == ["clean"]

    def test_an_unknown_procedure_code_is_never_clean(self) -> None:
        report = cleanclaim.check(professional(lines=["27999"]))
        assert report.claims["verdict"].to_list() == ["clean as far as checked"]
        codes = {row["code"] for row in report.to_dict()["not_checked"]}
        assert "PX102" in codes

    def test_no_claim_is_clean_if_an_edit_failed(self) -> None:
        def broken() -> pl.Expr:
            raise RuntimeError("this edit is broken")

        job = Job(
            (), Reference.load(), (replace(barred(), function=broken),), held=batch_of([CLEAN])
        )
        report = run_whole(job)
        assert report.failures
        assert report.claims["verdict"].to_list() == ["clean as far as checked"]

    def test_a_group_that_could_not_be_checked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def panic(*_: object) -> None:
            raise RuntimeError("nothing of this group can be checked")

        monkeypatch.setattr("cleanclaim.engine.check.renumbered", panic)
        report = report_of(CLEAN, edit=barred())
        assert report.claims["verdict"].to_list() == ["not checked"]
        assert report.summary["unchecked_claims"] == 1
        assert report.summary["clean_claims"] == 0

    def test_earlier_claims_have_no_verdict(self) -> None:
        past = professional(claim_id="PAST", is_history=True, from_date="2026-01-05")
        report = report_of(past, CLEAN, edit=barred())
        assert report.claims["claim_id"].to_list() == ["OK"]

    def test_facts_of_the_claim(self) -> None:
        claim = professional(claim_id="OK", payer_id="12345", payer_name="EXAMPLE HEALTH")
        row = report_of(claim, edit=barred()).claims.row(0, named=True)
        assert (row["payer_id"], row["payer_name"]) == ("12345", "EXAMPLE HEALTH")
        assert row["billing_npi"] is not None
        assert row["from_date"] == date(2026, 5, 12)


class TestAtRisk:
    def test_a_denied_line_puts_its_charge_at_risk(self) -> None:
        report = report_of(BARRED, edit=barred())
        assert report.findings["at_risk_amount"].to_list() == [Decimal("50.00")]
        assert report.claims["at_risk_amount"].to_list() == [Decimal("50.00")]

    @pytest.mark.parametrize(
        "disposition", [Disposition.REJECT, Disposition.RETURN, Disposition.DENY_CLAIM]
    )
    def test_a_refused_claim_is_at_risk_as_a_whole(self, disposition: Disposition) -> None:
        report = report_of(BARRED, edit=of_disposition(disposition))
        assert report.findings["at_risk_amount"].to_list() == [Decimal("130.00")]
        assert report.claims["at_risk_amount"].to_list() == [Decimal("130.00")]

    def test_a_line_with_two_findings_counts_once(self) -> None:
        other = replace(barred(), code="ORG102", name="another")
        job = Job((), Reference.load(), (barred(), other), held=batch_of([BARRED]))
        report = run_whole(job)
        assert report.findings["at_risk_amount"].to_list() == [Decimal("50.00")] * 2
        assert report.summary["at_risk_amount"] == "50.00"
        assert report.summary["charge_amount"] == "130.00"

    def test_a_missing_charge_is_unknown_and_not_zero(self) -> None:
        claim = professional(lines=[{"procedure_code": "97110", "charge_amount": None}])
        report = report_of(claim, edit=barred())
        assert report.findings["at_risk_amount"].to_list() == [None]

    def test_a_fault_of_a_whole_file_puts_nothing_at_risk(self) -> None:
        claims = batch_of([CLEAN])
        found = pl.DataFrame(
            {"claim_key": [None, 0], "line_number": [None, 1], "disposition": ["reject", "warn"]},
            schema_overrides={"claim_key": pl.Int64, "line_number": pl.Int64},
        )
        key = claims.claims["claim_key"][0]
        found = found.with_columns(pl.when(pl.col("claim_key") == 0).then(key).alias("claim_key"))
        amounts = amounts_at_risk(claims, found, Reference.load())
        assert amounts.to_list() == [None, Decimal("80.00")]

    def test_claims_in_any_order_have_the_same_dollars_at_risk(self) -> None:
        """On a cluster, claims and lines arrive in no order."""
        batch = batch_of(
            [{**BARRED, "claim_id": f"BAD-{n}", "member_id": f"W{n}"} for n in range(9)]
        )
        mixed = Batch.of({name: frame.reverse() for name, frame in batch.frames().items()})
        job = Job((), Reference.load(), (barred(),), held=mixed)
        report = run_whole(job)
        assert report.findings["at_risk_amount"].to_list() == [Decimal("50.00")] * 9
        assert report.summary["at_risk_amount"] == "450.00"
