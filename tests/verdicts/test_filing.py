"""The last day to file each claim."""

from __future__ import annotations

from datetime import date
from typing import Any

import cleanclaim
from batches import claim
from cleanclaim.derived.claims import Claims
from cleanclaim.verdicts.filing import last_filing_days


def last_days(*claims: dict[str, Any]) -> dict[str, date]:
    report = cleanclaim.check(list(claims), select="DX102")
    assert report.reference is not None
    days = last_filing_days(Claims.of(report.batch, report.reference), report.reference)
    return dict(report.claims.join(days, on="claim_key").select("claim_id", "last_day").iter_rows())


def test_the_last_day_is_the_payers() -> None:
    found = last_days(
        claim("medicare"),
        claim("leap", lines=[{"procedure_code": "97110", "from_date": "2024-02-29"}]),
        claim("cigna", claim_filing_code="CI", payer_id="62308", payer_name="CIGNA"),
        claim("unknown", claim_filing_code="CI", payer_id="0", payer_name="NOBODY"),
        claim("replacement", claim_frequency_code="7", original_reference_number="X"),
    )
    assert found == {
        "medicare": date(2027, 5, 12),  # 42 CFR 424.44: one calendar year
        "leap": date(2025, 2, 28),
        "cigna": date(2026, 8, 10),  # the pack's 90 days of the network, the shorter limit
    }
