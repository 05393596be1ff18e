"""What may be shown of a value, and what is shown in its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import professional
from cleanclaim.engine.check import check
from cleanclaim.errors import TableError
from cleanclaim.model import TABLES
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from cleanclaim.text.masking import FORMS, kind_of, showable

LINE = [{"procedure_code": "99213"}]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "nothing"), ("  ", "blank"), ("19310704", "a date"), ("1931-07-04", "a date"), ("7/4/1931", "a date"), ("07041931", "a date"),
        ("4 July 1931", "a date"), ("284719365", "a number of 9 digits"), ("$12.50", "a number"), ("QUIXWOOD", "text of 8 characters"),
        ("x", "text of 1 character"), (12, "a number"), (Decimal(1), "a number"), (date(1931, 7, 4), "a date"), (True, "true or false"),
        (b"x", "binary data"), (["QUIXWOOD"], "a list"), ({"QUIXWOOD": 1}, "a mapping"), (object(), "another object"),
    ],
)  # fmt: skip
def test_a_kind_in_words(value: object, kind: str) -> None:
    assert kind_of(value) == kind


@pytest.mark.parametrize("column", sorted(FORMS))
def test_a_name_a_date_and_an_address_have_no_form_of_a_code(column: str) -> None:
    table = next(table for table in TABLES.values() if column in table)
    for count in (1, 600):  # few values are looked at one by one
        for planted in ("19310704", "1931-07-04", "QUIXWOOD", "4711 Marmalade Lane", "W28471936"):
            frame = pl.DataFrame({"claim_key": range(count), column: [planted] * count})
            batch = showable(batch_of([]).__class__.of({table.name: frame}))
            shown = batch.frames()[table.name][column].unique().to_list()
            assert shown == [kind_of(planted)], planted


@pytest.mark.parametrize(
    ("column", "codes"),
    [
        ("procedure_code", ["99213", "J1885", "0075T", "G0463", "D2391", "9921"]),
        ("diagnosis_code", ["I10", "S52501A", "E119", "4019", "V0481", "25000"]),
        ("code", ["0210083", "0TY00Z0", "5569", "45"]),
        ("billing_npi", ["1234567893", "1234567890"]),
        ("patient_sex", ["F", "X", "9"]),
        ("billing_taxonomy_code", ["207Q00000X", "08"]),
        ("ndc", ["00409379501", "0409-3795-01"]),
    ],
)
def test_codes_are_shown_wrong_ones_too(column: str, codes: list[str]) -> None:
    table = next(table for table in TABLES.values() if column in table)
    frame = pl.DataFrame({"claim_key": range(len(codes)), column: codes})
    batch = batch_of([]).__class__.of({table.name: frame})
    assert showable(batch) is batch


def test_edits_are_given_what_may_be_shown(reference: Reference) -> None:
    batch = batch_of([professional(patient_sex="19310704", lines=LINE)])
    assert Claims.of(batch, reference).lines["patient_sex"].to_list() == ["a date"]
    assert batch.claims["patient_sex"].to_list() == ["19310704"]


@pytest.mark.parametrize(
    ("claim", "code", "says"),
    [
        ({"patient_sex": "19310704"}, "CLM105", "The patient's sex is a date; expected F, M or U."),
        ({"billing_npi": "284719365"}, "CLM101", "is not valid: a number of 9 digits."),
        ({"charge_amount": "19310704"}, "CLM107", "$(more than seven digits) is not the sum of the lines, $125"),
        ({"lines": [{"units": "19310704.5"}]}, "CLM108", "are (more than seven digits); expected whole units"),
        ({"lines": [{"procedure_code": "QUIXWOOD"}]}, "PX101", "text of 8 characters isn't a valid format"),
        ({"lines": [{"diagnosis_pointers": [1, 19310704]}]}, "LNK102", "(pointers 1, (more than seven digits))"),
        ({"diagnoses": ["QUIXWOOD"]}, "DX101", "text of 8 characters isn't an ICD-10-CM code"),
    ],
)  # fmt: skip
def test_a_finding_names_the_kind(
    claim: dict[str, Any], code: str, says: str, reference: Reference
) -> None:
    found = check(batch_of([professional(**claim)]), reference, own_edits()).findings
    [message] = found.filter(pl.col("code") == code)["message"].to_list()
    assert says in message
    told = found.select("message", "suggestion", "evidence").write_json()
    assert not [word for word in ("19310704", "QUIXWOOD", "284719365") if word in told]


@pytest.mark.parametrize(
    ("claim", "fault"),
    [
        ({"QUIXWOOD": 1}, "claims has no column with the given name (text of 8 characters)"),
        ({"patient_sexx": "F"}, "claims has no column 'patient_sexx'; did you mean 'patient_sex'?"),
        ({"from_date": "QUIXWOOD"}, "claims.from_date expects a date (YYYY-MM-DD), found text of 8 characters"),
        ({"from_date": 284719365}, "claims.from_date expects a date (YYYY-MM-DD), found a number"),
        ({"charge_amount": "NaN"}, "claims.charge_amount expects a number, found text of 3 characters"),
        ({"charge_amount": "1.234"}, "claims.charge_amount expects a number, found a number"),
        ({"charge_amount": True}, "claims.charge_amount expects a number, found true or false"),
        ({"payer_id": ["QUIXWOOD"]}, "claims.payer_id expects text, found a list"),
        ({"payer_id": 1.5}, "claims.payer_id expects text, found a number"),
        ({"lines": [{"modifiers": "QUIXWOOD"}]}, "lines.modifiers expects a list of at most 4, found text of 8 characters"),
        ({"lines": [{"pointers": "QUIXWOOD"}]}, "lines.diagnosis_pointers expects a list of at most 4, found text of 8 characters"),
        ({"lines": [{"line_number": 2**70}]}, "lines.line_number expects a number, found a number"),
    ],
)  # fmt: skip
def test_objects_that_do_not_fit_are_told_by_kind(claim: dict[str, object], fault: str) -> None:
    with pytest.raises(TableError) as told:
        batch_of([{"claim_id": "A1"} | claim])
    assert list(told.value.faults) == [f"claim 1: {fault}"]


def test_numbers_are_taken_as_codes() -> None:
    batch = batch_of([{"claim_id": 7, "lines": [{"procedure_code": 99213.0, "units": 2}]}])
    assert batch.claims["claim_id"].to_list() == ["7"]
    assert batch.lines["procedure_code"].to_list() == ["99213"]
