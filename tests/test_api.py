"""The Python interface: whatever holds claims goes in, a report of frames comes out."""

from __future__ import annotations

import doctest
import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import cleanclaim
from cleanclaim import api
from cleanclaim.edits.edit import Disposition, Edit, Source, query_edit, row_edit
from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import interchange, medicare, professional
from cleanclaim.engine import check as engine
from cleanclaim.engine import messages as wording
from cleanclaim.engine.check import check
from cleanclaim.engine.groups import whole_patients
from cleanclaim.engine.messages import render
from cleanclaim.errors import ConfigError, EditError, InputError, TableError, UnknownEdit
from cleanclaim.job import Job
from cleanclaim.pipeline import run_whole
from cleanclaim.read import objects, read
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference

EXAMPLES = Path(__file__).parents[1] / "examples"
BACK_PAIN = {
    "claim_id": "A1",
    "diagnoses": ["M54.5"],
    "lines": [{"procedure_code": "97110", "from_date": "2026-05-12"}],
}
SOURCE = Source("A rule of this test", "", "the test", date(2026, 11, 23))


@dataclass
class Line:
    procedure_code: str
    from_date: date


@dataclass
class Claim:
    claim_id: str
    diagnoses: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def codes(report: cleanclaim.Report) -> list[str]:
    return report.findings["code"].to_list()


@pytest.mark.parametrize("module", [api, objects], ids=["api", "objects"])
def test_examples_in_the_documentation(module: object) -> None:
    tried = doctest.testmod(module)  # type: ignore[arg-type]
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


def test_mappings_dataclasses_and_frames_are_one() -> None:
    claim = Claim("A1", ["M54.5"], [Line("97110", date(2026, 5, 12))])
    frames = {
        "claims": pl.DataFrame({"claim_id": ["A1"], "diagnosis_code_1": ["M54.5"]}),
        "lines": pl.DataFrame(
            {"claim_id": ["A1"], "procedure_code": ["97110"], "from_date": [date(2026, 5, 12)]}
        ),
    }
    reports = [cleanclaim.check(given, select=["DX102"]) for given in (BACK_PAIN, claim, frames)]
    messages = [report.findings["message"].to_list() for report in reports]
    assert messages == [["M54.5 ended 2021-09-30 and is not valid on 2026-05-12."]] * 3


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


def test_every_fault_of_a_mapping_is_told() -> None:
    wrong = {
        "claim_id": "A1",
        "patient_birth_day": "1980-01-01",
        "lines": [
            {"procedure_code": "97110", "units": "two", "modifiers": ["1", "2", "3", "4", "5"]}
        ],
    }
    with pytest.raises(TableError) as told:
        cleanclaim.check(wrong)
    assert [fault.split(", found")[0] for fault in told.value.faults] == [
        "claim 1: lines.modifiers expects a list of at most 4",
        "claim 1: claims has no column 'patient_birth_day'; did you mean 'patient_birth_date'?",
        "claim 1: lines.units expects a number",
    ]
    with pytest.raises(TableError, match="must be a mapping or a dataclass, not int"):
        cleanclaim.check([7])
    with pytest.raises(TableError) as told:
        cleanclaim.check({"claim_id": "A1", "patient_birth_date": "in the spring"})
    assert "spring" not in str(told.value)


def test_history_is_looked_at_and_not_reported_on(tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.837"
    earlier.write_text(interchange(("HI*ABK", "HI*ABK:M545")))
    now = tmp_path / "now.837"
    now.write_text(interchange())
    report = cleanclaim.check(now, history=earlier)
    assert codes(report) == ["HX103"]
    assert report.summary["claims"] == 1


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_groups_of_whole_patients_find_the_same(at_once: int, reference: Reference) -> None:
    batches = list(read([EXAMPLES / "clinic-day.837"], []))
    assert len(batches) == 1
    whole = check(batches[0], reference, own_edits())
    groups = list(whole_patients(batches[0], at_once))
    assert len(groups) > 1
    patients = [set(group.claims["patient_key"]) for group in groups]
    assert sum(map(len, patients)) == len(set.union(*patients))
    apart = [check(group, reference, own_edits()) for group in groups]
    order = ["claim_key", "line_number", "diagnosis_number", "code", "message"]
    assert (
        pl.concat([found.findings for found in apart])
        .sort(order)
        .equals(whole.findings.sort(order))
    )


def own(**said: object) -> Edit:
    @row_edit(
        table="lines",
        code="ORG101",
        name="of-the-test",
        disposition=Disposition.DENY_LINE,
        source=SOURCE,
        message="{procedure_code} is barred.",
        examples=(),
        evidence=("procedure_code",),
        column="lines.procedure_code",
        **said,
    )
    def barred() -> pl.Expr:
        """A barred code."""
        return pl.col("procedure_code") == "97110"

    return barred


@pytest.mark.parametrize(
    ("others", "payer_class", "expected"),
    [
        ("warn", "medicare", ["deny-line"]),
        ("warn", "commercial", ["warn"]),
        ("off", "commercial", []),
        ("off", None, []),
    ],
)
def test_a_payers_own_rule_is_milder_for_others(
    others: str, payer_class: str | None, expected: list[str], reference: Reference
) -> None:
    batch = batch_of([{**BACK_PAIN, "payer_class": payer_class}])
    edit = own(payers=("medicare",), others=others)
    found = run_whole(Job((), reference, (edit,), held=batch)).findings
    assert found["disposition"].cast(pl.String).to_list() == expected


def failure_of(edit: Edit, reference: Reference) -> str:
    """Why an edit fails; the edits around it still find what they find."""
    checked = check(batch_of([BACK_PAIN]), reference, [own(), edit])
    assert "ORG101" in checked.findings["code"].to_list()
    assert [(f.kind, f.name, f.claims) for f in checked.failures] == [("edit", edit.code, 1)]
    return checked.failures[0].reason


def test_an_edit_that_does_not_keep_the_contract_is_named(reference: Reference) -> None:
    other = replace(own(), code="ORG102", name="other")
    unknown = replace(other, function=lambda: pl.col("no_such_column") == 1)
    assert "no_such_column" in failure_of(unknown, reference)
    assert "no_such_evidence" in failure_of(replace(other, message="{no_such_evidence}"), reference)
    mild = replace(other, disposition="warm")  # type: ignore[arg-type]
    assert failure_of(mild, reference) == "an internal error (AttributeError)"
    not_a_test = replace(other, function=lambda: True)
    assert failure_of(not_a_test, reference) == "an internal error (AttributeError)"
    by_row = replace(other, evidence=("procedure_code", pl.lit("warm").alias("disposition")))
    assert failure_of(by_row, reference) == "an internal error (InvalidOperationError)"
    panics = replace(other, function=lambda: pl.col("procedure_code").map_batches(_panic))
    assert failure_of(panics, reference) == "an internal error (PanicException)"

    @query_edit(
        code="ORG102",
        name="without-key",
        disposition=Disposition.WARN,
        source=SOURCE,
        message="x",
        examples=(),
    )
    def without_key(claims: object, reference: Reference) -> pl.DataFrame:
        """Rows that say not which claim."""
        return pl.DataFrame({"line_number": [1]})

    assert failure_of(without_key, reference) == "the rows at fault have no claim_key"
    late = replace(without_key, function=lambda claims, _: claims.lines.lazy().select("nowhere"))
    assert "nowhere" in failure_of(late, reference)
    raises = replace(without_key, function=lambda _claims, _: 1 // 0)
    assert failure_of(raises, reference) == "an internal error (ZeroDivisionError)"


def _panic(column: pl.Series) -> pl.Series:
    raise pl.exceptions.PanicException(column.to_list())


def test_claims_that_cannot_be_checked_at_all_are_named(
    reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "findings_of", lambda *_: 1 // 0)
    report = run_whole(Job((), reference, (own(),), held=batch_of([BACK_PAIN])))
    assert [str(f) for f in report.failures] == [
        "1 claim couldn't be checked; the first is A1: an internal error (ZeroDivisionError)"
    ]
    assert not report.is_clean
    assert report.summary["clean_claims"] == 0
    assert report.summary["failures"] == 1


def test_a_stop_by_the_user_is_no_failure(reference: Reference) -> None:
    def stop(_claims: object, _reference: object) -> pl.DataFrame:
        raise KeyboardInterrupt

    edit = replace(own(), table=None, function=stop)
    with pytest.raises(KeyboardInterrupt):
        check(batch_of([BACK_PAIN]), reference, [edit])


def said(template: str, **values: object) -> str:
    frame = pl.DataFrame({name: [value] for name, value in values.items()})
    return str(frame.select(render(template, frame.schema)).item())


def test_messages_write_values_as_a_biller_would() -> None:
    assert said("{code:icd} {day}", code="M545", day=date(2026, 5, 12)) == "M54.5 2026-05-12"
    assert said("{codes:icd}", codes=["M545", "I10"]) == "M54.5, I10"
    assert said("{codes}", codes=["25", "59"]) == "25, 59"
    amount = pl.Series([1250], dtype=pl.Int64).cast(pl.Decimal(15, 2))[0]
    assert said("{a:money} {a}", a=amount) == "$1250.00 1250"
    assert said("found {a}", a=None) == "found (nothing)"
    assert said("wrong[: found {a}][, expected {b}].", a=None, b="x") == "wrong, expected x."
    with pytest.raises(EditError, match="unknown form 'loud'"):
        said("{a:loud}", a="x")
    assert wording.NOTHING == "(nothing)"


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
