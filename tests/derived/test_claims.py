"""Which claims stand where corrections and voids were sent."""

from __future__ import annotations

from typing import Any

import pytest

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.samples import professional
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference


def claim(claim_id: str | None, frequency: str, **said: Any) -> dict[str, Any]:
    return professional(claim_id=claim_id, claim_frequency_code=frequency, **said)


OTHER = {"member_id": "W000000009"}


@pytest.mark.parametrize(
    ("claims", "stand"),
    [
        ([claim("A", "1"), claim("B", "1")], [True, True]),
        ([claim("A", "1"), claim("A", "7")], [False, True]),
        ([claim("A", "1"), claim("A", "8")], [False, False]),
        ([claim("A", "1"), claim("A", "7"), claim("A", "7")], [False, False, True]),
        ([claim("A", "1"), claim("A", "7"), claim("A", "8")], [False, False, False]),
        ([claim("A", "7"), claim("A", "1", is_history=True)], [True, False]),
        ([claim("A", "7"), claim("A", "7", is_history=True)], [True, False]),
        ([claim("A", "1"), claim("A", "7", **OTHER)], [True, True]),
        ([claim(None, "1"), claim(None, "7")], [True, True]),
        ([claim("A", "1"), claim("A", "1"), claim("B", "8")], [True, True, False]),
    ],
)
def test_the_latest_stands(
    claims: list[dict[str, Any]], stand: list[bool], reference: Reference
) -> None:
    assert Claims.of(batch_of(claims), reference).claims["stands"].to_list() == stand
