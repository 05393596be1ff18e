"""How many days are left to correct a claim or to appeal.

The user's own table of resubmission limits comes first, by payer ID, then by payer class. Otherwise
Medicare's own rules apply to Medicare, and a payer's filing limit applies to corrected claims.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from cleanclaim.reference import Reference
from cleanclaim.remit.records import Paid, Sent

STEPS: Final = {
    "correct-and-resend": "corrected-claim",
    "bill-other-payer": None,
    "appeal": "appeal",
    "send-records": "appeal",
}
"""What limits a next step."""
_MEDICARE_APPEAL: Final = 120
"""Days to ask for a redetermination (42 CFR 405.942(a)), counted cautiously from the day of the remittance."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that are loaded.

    Attributes:
        own: rows of `resubmission_limits`.
        filing: rows of `filing_limits`.
    """

    own: tuple[dict[str, Any], ...]
    filing: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, reference: Reference) -> Limits:
        """The limits in a reference."""
        return cls(*(_rows(reference, name) for name in ("resubmission_limits", "filing_limits")))

    def last_day(self, step: str, paid: Paid, claim: Sent) -> date | None:
        """The last day for a next step; None if no limit of the payer is loaded."""
        kind = STEPS.get(step)
        if kind is None:
            return None
        days = {
            "check_date": paid.check.day,
            "from_date": claim.first_day,
            "to_date": claim.last_day or claim.first_day,
        }
        own = [row for row in self.own if row["step"] == kind]
        for rows in (own, self.filing if kind == "corrected-claim" else ()):
            row = _of_payer(rows, claim)
            start = days[row["counted_from"]] if row else None
            if row and start:
                return start + timedelta(days=row["days"])
        return _of_medicare(kind, days) if claim.payer_class == "medicare" else None


def _of_payer(rows: tuple[dict[str, Any], ...] | list[dict[str, Any]], claim: Sent) -> dict[str, Any] | None:  # fmt: skip
    day = claim.last_day or claim.first_day
    for payer in (claim.payer_id, claim.payer_class):
        for row in rows:
            if row["code"] == payer and (day is None or row["valid_from"] <= day <= row["valid_to"]):  # fmt: skip
                return row
    return None


def _of_medicare(kind: str, days: dict[str, date | None]) -> date | None:
    if kind == "appeal":
        sent = days["check_date"]
        return sent + timedelta(days=_MEDICARE_APPEAL) if sent else None
    last = days["to_date"]
    if last is None:
        return None
    try:
        return last.replace(year=last.year + 1)  # one calendar year: 42 CFR 424.44
    except ValueError:  # 29 February
        return last.replace(year=last.year + 1, day=28)


def _rows(reference: Reference, table: str) -> tuple[dict[str, Any], ...]:
    if table not in reference.names():
        return ()
    return tuple(reference.table(table).iter_rows(named=True))
