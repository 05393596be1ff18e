"""ClaimResponses: one for each claim, with an error for each finding and where it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cleanclaim
from cleanclaim.report.formats import FORMATS
from command import run
from places import ROOT

EXAMPLE = ROOT / "examples" / "clinic-day.837"


@pytest.fixture(scope="module")
def bundle() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FORMATS["fhir"].render(cleanclaim.check(EXAMPLE)))
    return found


def responses(bundle: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = [one["resource"] for one in bundle["entry"]]
    return {one["request"]["identifier"]["value"]: one for one in found if one["resourceType"] == "ClaimResponse"}  # fmt: skip


def test_each_claim_has_a_response(bundle: dict[str, Any]) -> None:
    found = responses(bundle)
    assert len(found) == 28
    assert (found["CD-001"]["outcome"], found["CD-002"]["outcome"]) == ("error", "complete")
    assert "error" not in found["CD-002"]
    needed = {"resourceType", "status", "type", "use", "patient", "created", "insurer", "outcome"}
    assert all(needed <= set(one) for one in found.values())


def test_an_error_says_where_and_what(bundle: dict[str, Any]) -> None:
    found = responses(bundle)
    [error] = found["CD-001"]["error"]
    assert error["code"]["coding"][0]["code"] == "DX102"
    assert error["code"]["text"] == "reject: M54.5 ended 2021-09-30 and is not valid on 2026-05-12."
    told = {one["url"].rpartition("extension-error")[2]: one for one in error["extension"]}
    assert told["Element"]["valueString"] == "HI01-2"
    assert told["Path"]["valueString"] == "Claim.diagnosis[0].diagnosisCodeableConcept"
    assert "M54.50" in told["FollowupAction"]["valueCodeableConcept"]["text"]
    assert [one["itemSequence"] for one in found["CD-016"]["error"]] == [2, 2]


def test_what_was_not_read_is_an_outcome(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("hello")
    done = run("check", EXAMPLE, path, "--format", "fhir", "--select", "DX102")
    last = json.loads(done.stdout)["entry"][-1]["resource"]
    assert (done.returncode, last["resourceType"]) == (2, "OperationOutcome")
    assert "note.txt" in last["issue"][0]["diagnostics"]


def test_another_program_finds_them_valid(bundle: dict[str, Any]) -> None:
    fhirkit = pytest.importorskip("fhirkit")
    for response in responses(bundle).values():
        assert not [one for one in fhirkit.validate(json.dumps(response)) if one.severity == "error"]  # fmt: skip
