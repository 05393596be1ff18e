"""Invented 837 files."""

from __future__ import annotations

import pytest

from invented import (
    BILLING,
    DENTAL,
    INSTITUTIONAL,
    PROFESSIONAL,
    dependents,
    many,
    subscriber,
    transaction,
)


@pytest.fixture(scope="session")
def invented() -> dict[str, bytes]:
    """One file of each kind, by name."""
    current = "005010X222A1"
    return {
        "professional": transaction(current, BILLING + subscriber(2) + PROFESSIONAL),
        "institutional": transaction("005010X223A2", BILLING + subscriber(2) + INSTITUTIONAL),
        "dental": transaction("005010X224A2", BILLING + subscriber(2) + DENTAL),
        "dependents": transaction(current, dependents()),
        "old": transaction(
            "004010X098A1",
            (BILLING + subscriber(2) + PROFESSIONAL).replace("ABK:", "BK:").replace("ABF:", "BF:"),
            "00401",
            "U",
        ),
        "many": transaction(current, many(300)),
    }
