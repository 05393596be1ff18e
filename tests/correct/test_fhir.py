"""FHIR claims corrected in place: the values that were decided change, and no other byte."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanclaim.correct import fix
from cleanclaim.correct.decisions import Decision
from cleanclaim.correct.json_spans import parsed
from cleanclaim.engine.findings import FINDINGS
from cleanclaim.errors import InputError, TableError
from cleanclaim.model import concat
from cleanclaim.read import read
from cleanclaim.read.x837 import read_x12
from command import run
from fhir_claims import bundle_of, contained
from places import ROOT

NOTHING = pl.DataFrame(schema=FINDINGS)
DAY = concat(read_x12(io.BytesIO((ROOT / "examples" / "clinic-day.837").read_bytes()), file="x"))
BUNDLE = json.dumps(bundle_of(DAY), indent=1).encode()
LINES = "\n".join(json.dumps(one) for one in contained(DAY)).encode() + b"\n"


def decided(claim_id: str, field: str, before: str, after: str, line: int | None = None, diagnosis: int | None = None) -> Decision:  # fmt: skip
    return Decision(claim_id, line, diagnosis, "", field, before, after, "Robin")


def fixed(path: Path, *decisions: Decision) -> fix.Repaired:
    _, corrector = fix.read_file(path)
    return fix.repaired(corrector, NOTHING, decisions, safe=False)


@pytest.fixture
def made(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "claims.json"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("content", [BUNDLE, LINES, b"\xef\xbb\xbf" + LINES.rstrip(), b"[" + LINES.rstrip().replace(b"\n", b",") + b"]"])  # fmt: skip
def test_an_untouched_file_comes_back_byte_for_byte(
    content: bytes, made: Callable[[bytes], Path]
) -> None:
    assert fixed(made(content)).content == content


CHANGES = [
    (decided("CD-001", "diagnoses.diagnosis_code", "M545", "M5451", diagnosis=1), b'"M54.5"', b'"M54.51"'),
    (decided("CD-001", "lines.modifier_1", "GP", "GO", line=1), b'"GP"', b'"GO"'),
    (decided("CD-001", "lines.procedure_code", "97110", "97112", line=1), b'"97110"', b'"97112"'),
    (decided("CD-001", "lines.from_date", "2026-05-12", "2026-05-11", line=1), b'"servicedDate": "2026-05-12"', b'"servicedDate": "2026-05-11"'),
    (decided("CD-001", "lines.units", "2", "3", line=1), b'"quantity": {"value": 2.0}', b'"quantity": {"value": 3}'),
    (decided("CD-001", "lines.place_of_service_code", "11", "22", line=1), b'"11"', b'"22"'),
    (decided("CD-001", "lines.modifier_2", "", "KX", line=1), b'"modifier": [{"coding": [{"code": "GP"}]}]', b'"modifier": [{"coding": [{"code": "GP"}]},{"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "KX"}]}]'),
    (decided("CD-001", "lines.modifier_1", "GP", "", line=1), b' "modifier": [{"coding": [{"code": "GP"}]}],', b""),
    (decided("CD-001", "claims.prior_authorization_number", "", "PA1"), b'{"reference": "#Coverage0"}}', b'{"reference": "#Coverage0"}, "preAuthRef": ["PA1"]}'),
    (decided("CD-001", "claims.patient_birth_date", "1980-02-14", "1980-12-14"), b'"1980-02-14"', b'"1980-12-14"'),
    (decided("CD-001", "claims.patient_sex", "F", "M"), b'"female"', b'"male"'),
    (decided("CD-001", "claims.member_id", "W100000001", "W7"), b'"W100000001"', b'"W7"'),
    (decided("CD-001", "claims.rendering_npi", "1245319599", "1093718892"), b'"value": "1245319599"', b'"value": "1093718892"'),
]  # fmt: skip
FIRST = LINES.splitlines(keepends=True)[0]


@pytest.mark.parametrize(("one", "old", "new"), CHANGES, ids=[f"{one.field}-{n}" for n, (one, _, _) in enumerate(CHANGES)])  # fmt: skip
def test_a_decision_changes_its_value_and_nothing_else(one: Decision, old: bytes, new: bytes, made: Callable[[bytes], Path]) -> None:  # fmt: skip
    assert FIRST.count(old) == 1
    done = fixed(made(LINES), one)
    changed, rest = done.content[: -len(LINES) + len(FIRST)], LINES[len(FIRST) :]
    assert changed == FIRST.replace(old, new)
    assert done.content == changed + rest
    assert [change.by for change in done.decided] == ["Robin"]


def test_a_value_of_another_resource_changes_there(made: Callable[[bytes], Path]) -> None:
    birth = decided("CD-001", "claims.patient_birth_date", "1980-02-14", "1980-12-14")
    added = decided("CD-001", "diagnoses.diagnosis_code", "", "Z79.4", diagnosis=2)
    done = fixed(made(BUNDLE), birth, added)
    before, after = json.loads(BUNDLE), json.loads(done.content)
    differing = [n for n, (a, b) in enumerate(zip(before["entry"], after["entry"], strict=True)) if a != b]  # fmt: skip
    assert [before["entry"][n]["resource"]["resourceType"] for n in differing] == ["Patient", "Claim"]  # fmt: skip
    assert after["entry"][differing[1]]["resource"]["diagnosis"][1]["sequence"] == 2


def test_a_resource_of_several_claims_is_not_changed_for_one(made: Callable[[bytes], Path]) -> None:
    shared: dict[str, Any] = json.loads(BUNDLE)
    claims = [one["resource"] for one in shared["entry"] if one["resource"]["resourceType"] == "Claim"]  # fmt: skip
    claims[1]["patient"] = claims[0]["patient"]
    path = made(json.dumps(shared).encode())
    with pytest.raises(TableError, match="another place of the file would change too"):
        fixed(path, decided("CD-001", "claims.patient_birth_date", "1980-02-14", "1980-12-14"))


def test_words_that_no_longer_fit_a_code_are_removed(made: Callable[[bytes], Path]) -> None:
    worded = FIRST.replace(b'"code": "97110"}', b'"code": "97110", "display": "Exercise"}')
    done = fixed(made(worded), decided("CD-001", "lines.procedure_code", "97110", "97112", line=1))
    assert done.content == FIRST.replace(b"97110", b"97112")


def test_what_cannot_be_done_is_refused(made: Callable[[bytes], Path]) -> None:
    with pytest.raises(TableError) as told:
        fixed(
            made(LINES),
            decided("CD-001", "lines.modifier_1", "GT", "59", line=1),
            decided("CD-001", "lines.modifier_1", "GP", "59", line=7),
            decided("CD-001", "claims.bill_type_code", "", "131"),
        )
    assert [fault.partition(": ")[2] for fault in told.value.faults] == [
        "lines.modifier_1: the file has another value than `from`",
        "lines.modifier_1: the claim has no line 7",
        "claims.bill_type_code: cleanclaim can't change this field of a FHIR claim; correct it in your billing system",
    ]  # fmt: skip
    with pytest.raises(InputError):
        fix.read_file(made(b'{"resourceType": "Patient", "id": "1"}'))


def test_the_order_of_modifiers_is_a_safe_repair(tmp_path: Path) -> None:
    path, output = tmp_path / "late.json", tmp_path / "fixed.json"
    late = FIRST.replace(b'"97110"', b'"71046"').replace(b'"modifier": [{"coding": [{"code": "GP"}]}]', b'"modifier": [{"coding": [{"code": "RT"}]}, {"coding": [{"code": "26"}]}]')  # fmt: skip
    path.write_bytes(late)
    assert run("fix", path, "--output", output).returncode == 0
    assert output.read_bytes() == late.replace(b'"RT"', b'"??"').replace(b'"26"', b'"RT"').replace(b'"??"', b'"26"')  # fmt: skip


@pytest.mark.parametrize(("content", "frequency"), [(LINES, "7"), (BUNDLE, "7"), (LINES, "8"), (BUNDLE, "8")])  # fmt: skip
def test_a_claim_is_sent_again(content: bytes, frequency: str, tmp_path: Path) -> None:
    path, output = tmp_path / "claims.json", tmp_path / "again.json"
    path.write_bytes(content)
    done = run("correct", "CD-002", "--claims", path, "--frequency", frequency, "--reference-number", "ICN7", "--output", output)  # fmt: skip
    assert done.returncode == 0, done.stderr
    before = concat(read([path], [])).claims.filter(pl.col("claim_id") == "CD-002").to_dicts()[0]
    [after] = concat(read([output], [])).claims.to_dicts()
    names = ("claim_frequency_code", "original_reference_number", "claim_key", "position", "file")
    assert [after[name] for name in names[:2]] == [frequency, "ICN7"]
    rest = {name: value for name, value in after.items() if name not in {*names, "patient_key"}}
    assert rest == {name: before[name] for name in rest}


PICKED = [CHANGES[n] for n in (0, 1, 2, 3, 4, 5, 9, 11)]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(picks=st.lists(st.sampled_from(PICKED), unique_by=lambda one: one[0].field))
def test_any_changes_leave_all_other_bytes(
    picks: list[tuple[Decision, bytes, bytes]], made: Callable[[bytes], Path]
) -> None:
    expected = FIRST
    for _, old, new in picks:
        expected = expected.replace(old, new)
    done = fixed(made(FIRST), *(one for one, _, _ in picks))
    assert done.content == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(value=JSON, indent=st.sampled_from([None, 2]))
def test_values_are_where_the_json_library_puts_them(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    node = parsed(text)
    assert json.loads(text[node.start : node.end]) == value
    for leaf in node.leaves():
        raw = json.loads(text[leaf.start : leaf.end])
        assert raw == leaf.value if leaf.is_text else not isinstance(raw, str)


def test_every_sample_can_be_corrected(data_dir: Path) -> None:
    changed = 0
    for path in sorted((data_dir / "data" / "fhir").rglob("*.json"))[:200]:
        try:
            content, corrector = fix.read_file(path)
        except InputError:  # it has no claims
            continue
        assert fix.repaired(corrector, NOTHING, [], safe=False).content == content
        rows = concat(read([path], []))
        ids = rows.claims["claim_id"]
        [first, *_] = [one for one in ids if ids.to_list().count(one) == 1]
        key = rows.claims.filter(pl.col("claim_id") == first)["claim_key"][0]
        codes = rows.diagnoses.filter(pl.col("claim_key") == key)["diagnosis_code"].to_list()
        if not codes or codes[0] is None:
            continue
        one = decided(first, "diagnoses.diagnosis_code", codes[0], "Z9989", diagnosis=1)
        after = fixed(path, one).content
        assert json.loads(after) != json.loads(content)
        changed += 1
    assert changed > 2
