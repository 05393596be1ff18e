"""Right and wrong NPIs in every role of claim and line, against a plain reading of the check digit."""

from __future__ import annotations

import random

import polars as pl
import pytest

from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference
from sweeping import disagreements, sweep

PROFESSIONAL = {
    "claims.billing_npi": "CLM101",
    "claims.referring_npi": "CLM103",
    "claims.supervising_npi": "CLM103",
    "claims.facility_npi": "CLM103",
    "lines.rendering_npi": "CLM102",
    "lines.referring_npi": "CLM103",
    "lines.ordering_npi": "CLM103",
    "lines.supervising_npi": "CLM103",
    "lines.facility_npi": "CLM103",
}
INSTITUTIONAL = {
    "claims.billing_npi": "CLM101",
    "claims.attending_npi": "CLM103",
    "claims.operating_npi": "CLM103",
    "claims.other_operating_npi": "CLM103",
    "claims.facility_npi": "CLM103",
}


def is_npi(text: str) -> bool:
    """Ten digits that begin with 1 or 2, with the Luhn check digit over 80840 and all ten (45 CFR 162.406)."""
    if len(text) != 10 or not text.isdigit() or text[0] not in "12":
        return False
    digits = [int(digit) for digit in "80840" + text]
    for place in range(len(digits) - 2, -1, -2):
        digits[place] = sum(divmod(2 * digits[place], 10))
    return sum(digits) % 10 == 0


def numbers() -> list[str]:
    """Numbers near and far from valid ones."""
    chance = random.Random(15)  # noqa: S311 - a sample, the same for the same seed
    some = [f"{chance.randrange(1_000_000_000, 3_000_000_000)}" for _ in range(4_000)]
    return [
        *some,
        "0000000000",
        "9999999999",
        "123456789",
        "12345678931",
        "ABCDEFGHIJ",
        "12345678 3",
        "1234567893",
        "1245319599",
    ]


@pytest.mark.parametrize(
    ("claim", "roles"),
    [(professional(), PROFESSIONAL), (institutional(), INSTITUTIONAL)],
    ids=["professional", "institutional"],
)
def test_npis_in_every_role(
    claim: dict[str, object], roles: dict[str, str], reference: Reference
) -> None:
    values = numbers()
    assert 300 < sum(map(is_npi, values)) < 500
    rows = pl.DataFrame({"npi": values, "wrong": [not is_npi(value) for value in values]})
    for place, edit in roles.items():
        found = sweep(claim, rows, {"npi": place}, reference, [edit])
        assert disagreements(found, edit, pl.col("wrong")).rows() == [], place
