"""Findings: what is written of the rows that edits hit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim.edits.edit import Edit
from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import interchange, professional
from cleanclaim.engine.check import check
from cleanclaim.engine.findings import FINDINGS
from cleanclaim.job import Job
from cleanclaim.model import TABLES, concat
from cleanclaim.pipeline import run_whole
from cleanclaim.read.objects import batch_of
from cleanclaim.read.x837 import read_x12
from cleanclaim.reference import Reference
from one_edit import BACK_PAIN, SOURCE, barred

CROWDED: dict[str, Any] = {
    "diagnoses": ["M54.5", "E11", "E10.9"],
    "lines": [
        {"procedure_code": "99999", "units": 0},
        {"procedure_code": "97110", "modifiers": ["ZZ"], "diagnosis_pointers": (4,)},
    ],
}
"""What is found on several lines and diagnoses."""


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
    edit = barred(payers=("medicare",), others=others)
    found = run_whole(Job((), reference, (edit,), held=batch)).findings
    assert found["disposition"].cast(pl.String).to_list() == expected


def made(edit: Edit, frame: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """The findings of a query edit that gives these rows, on two claims of one line."""
    claims = batch_of([BACK_PAIN, {**BACK_PAIN, "claim_id": "A2"}])
    query = replace(edit, table=None, function=lambda _claims, _reference: frame)
    checked = check(claims, reference, [query])
    assert checked.failures == ()
    return checked.findings


def test_the_order_of_an_edits_rows_does_not_matter(reference: Reference) -> None:
    """Several findings at one place, as of several modifiers of a line, are always in the same order."""
    rows = pl.DataFrame(
        {
            "claim_key": [0, 0, 0, 0],
            "line_number": [1, 1, 1, 1],
            "column": ["lines.modifier_2", "lines.modifier_1", "lines.modifier_1", None],
            "procedure_code": ["B", "C", "A", "D"],
        },
        schema_overrides={"claim_key": pl.Int64, "line_number": pl.Int64},
    )
    first = made(barred(), rows, reference)
    assert first.height == 4
    for seed in range(5):
        assert_frame_equal(
            made(barred(), rows.sample(fraction=1, shuffle=True, seed=seed), reference), first
        )


class TestColumns:
    def test_without_findings_they_are_there(self, reference: Reference) -> None:
        clean = check(batch_of([professional()]), reference, own_edits())
        assert clean.findings.is_empty()
        assert clean.findings.schema == pl.Schema(FINDINGS)

    def test_with_findings_they_are_the_same(self, reference: Reference) -> None:
        found = check(batch_of([BACK_PAIN]), reference, own_edits()).findings
        assert found.height > 1
        assert found.schema == pl.Schema(FINDINGS)

    def test_each_says_what_its_edit_says(self, reference: Reference) -> None:
        edit = barred(
            carc="11", rarc="M76", suggestion="Leave {procedure_code} out.", fix="proposed"
        )
        [row] = check(batch_of([BACK_PAIN]), reference, [edit]).findings.to_dicts()
        assert (row["code"], row["name"], row["fix"]) == ("ORG101", "of-the-test", "proposed")
        assert (row["carc"], row["rarc"]) == ("11", "M76")
        assert row["message"] == "97110 is barred."
        assert row["suggestion"] == "Leave 97110 out."
        assert json.loads(row["evidence"]) == {"procedure_code": "97110"}
        assert row["source"] == str(SOURCE)
        assert (row["claim_id"], row["line_number"], row["diagnosis_number"]) == ("A1", 1, None)
        assert (row["file"], row["position"]) == ("python", 1)
        assert row["field"]["element"] == "SV101-2"

    def test_without_a_suggestion_it_is_null(self, reference: Reference) -> None:
        found = check(batch_of([BACK_PAIN]), reference, [barred()]).findings
        assert found["suggestion"].to_list() == [None]

    def test_a_row_may_say_otherwise(self, reference: Reference) -> None:
        rows = pl.DataFrame(
            {
                "claim_key": [0, 1],
                "procedure_code": ["97110", "97112"],
                "disposition": ["info", None],
                "carc": ["16", None],
                "suggestion": ["Look again.", None],
            }
        )
        found = made(barred(carc="11"), rows, reference)
        assert found.select("disposition", "carc", "suggestion").rows() == [
            ("info", "16", "Look again."),
            ("deny-line", "11", None),
        ]


class TestEvidence:
    def test_a_patients_data_is_never_shown(self, reference: Reference) -> None:
        private = [c.name for t in TABLES.values() for c in t.columns if c.private]
        assert "member_id" in private
        rows = pl.DataFrame({"claim_key": [0], "procedure_code": ["97110"], "count": [2]})
        rows = rows.with_columns(pl.lit("W1").alias(name) for name in private)
        [row] = made(barred(), rows, reference).to_dicts()
        assert json.loads(row["evidence"]) == {"procedure_code": "97110", "count": 2}

    def test_numbers_that_may_identify_somebody_are_not_shown(self, reference: Reference) -> None:
        rows = pl.DataFrame(
            {
                "claim_key": [0],
                "procedure_code": ["97110"],
                "units": [123_456_789],
                "several": [[1, 123_456_789]],
                "_own": ["used by the edit alone"],
            }
        )
        [row] = made(barred(), rows, reference).to_dicts()
        shown = {"procedure_code": "97110", "units": None, "several": [1]}
        assert json.loads(row["evidence"]) == shown


class TestOrder:
    def test_by_claim_line_diagnosis_and_code(self, reference: Reference) -> None:
        claims = batch_of([professional(**CROWDED), professional(**CROWDED, claim_id="A2")])
        found = check(claims, reference, own_edits()).findings
        order = ["claim_key", "line_number", "diagnosis_number", "code", "position"]
        assert found["line_number"].n_unique() > 1
        assert found["diagnosis_number"].n_unique() > 1
        assert_frame_equal(found, found.sort(order, nulls_last=False, maintain_order=True))

    def test_whatever_the_order_of_the_edits(self, reference: Reference) -> None:
        claims = batch_of([professional(**CROWDED)])
        one = check(claims, reference, own_edits())
        other = check(claims, reference, own_edits()[::-1])
        assert_frame_equal(one.findings, other.findings)

    def test_claims_of_the_history_have_none(self, reference: Reference) -> None:
        claims = batch_of([BACK_PAIN, {**BACK_PAIN, "claim_id": "A2"}])
        past = claims.claims.with_columns(pl.Series("is_history", [True, False]))
        found = check(replace(claims, claims=past), reference, [barred()]).findings
        assert found["claim_id"].to_list() == ["A2"]


def test_it_stands_where_its_line_diagnosis_or_claim_stands(reference: Reference) -> None:
    data = interchange(("HI*ABK", "HI*ABK:M545"), ("SV1*", "SV1*HC:9921X*125*UN*1***1")).encode()
    batch = concat(list(read_x12(data, file="day.837")))
    found = check(batch, reference, own_edits()).findings
    at = {row["code"]: data[row["position"] :] for row in found.to_dicts()}
    assert at["DX102"].startswith(b"M545")
    of_line = found.filter(pl.col("line_number").is_not_null())
    assert of_line.height
    for row in of_line.to_dicts():
        assert data[row["position"] :].startswith((b"SV1", b"HC:", b"9921X", b"LX")), row
