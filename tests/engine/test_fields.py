"""Where a column at fault is: on an 837, on the paper form, in FHIR."""

from __future__ import annotations

import polars as pl
import pytest

from cleanclaim.engine.fields import fields_of, place
from cleanclaim.model import TABLES

COLUMNS = [f"{table.name}.{name}" for table in TABLES.values() for name in table.schema]


@pytest.mark.parametrize(
    ("column", "claim_type", "element", "box"),
    [
        ("claims.place_of_service_code", "professional", "CLM05-1", "24B"),
        ("claims.bill_type_code", "institutional", "CLM05-1 + CLM05-3", "FL 4"),
        ("lines.procedure_code", "professional", "SV101-2", "24D"),
        ("lines.procedure_code", "institutional", "SV202-2", None),
    ],
)
def test_a_column_on_each_kind_of_claim(
    column: str, claim_type: str, element: str, box: str | None
) -> None:
    field = place(column, claim_type)
    assert field is not None
    assert (field["element"], field["box"]) == (element, box)


def test_no_column_and_one_that_the_model_has_not() -> None:
    assert place(None, "professional") is None
    assert place("claims", "professional") is None
    unknown = {"column": "claims.colour", "element": None, "box": None, "fhir": None}
    assert place("claims.colour", "professional") == unknown


def test_the_number_of_the_diagnosis_is_in_the_place_of_a_professional_claim() -> None:
    asked = pl.DataFrame(
        {
            "column": ["diagnoses.diagnosis_code"] * 3,
            "claim_type": ["professional", "professional", "institutional"],
            "diagnosis_number": [2, 12, 2],
        }
    )
    places = [(one["element"], one["box"]) for one in fields_of(asked)["field"]]
    assert places[:2] == [("HI02-2", "21B"), ("HI12-2", "21L")]
    assert places[2] not in places[:2]


def test_many_findings_are_placed_as_each_alone() -> None:
    """Few are looked up one by one, many are joined."""
    asked = pl.DataFrame(
        [
            (column, claim_type, number)
            for column in [*COLUMNS, None]
            for claim_type in ("professional", "institutional", "dental", None)
            for number in (None, 1, 13)
        ],
        schema=["column", "claim_type", "diagnosis_number"],
        orient="row",
    )
    whole = fields_of(asked)["field"]
    for at in range(0, asked.height, 19):
        part = fields_of(asked.slice(at, 19))["field"]
        assert part.to_list() == whole.slice(at, 19).to_list()
