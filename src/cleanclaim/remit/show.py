"""What a remittance says, as text and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from cleanclaim.remit.balance import imbalances
from cleanclaim.remit.result import reason_name
from cleanclaim.remit.tables import TABLES, Remittance
from cleanclaim.report.labels import dollars
from cleanclaim.text.escaping import visible


def as_json(remittance: Remittance) -> str:
    """Every table, without what identifies patients, and what doesn't balance."""
    content: dict[str, Any] = {}
    for name, table in TABLES.items():
        shown = [column.name for column in table.columns if not column.private]
        rows = getattr(remittance, name).select(shown)
        content[name] = rows.with_columns(pl.col(pl.Decimal, pl.Date).cast(pl.String)).to_dicts()
    content["imbalances"] = [
        {"rule": one.rule, **one.place._asdict(), "message": one.message}
        for one in imbalances(remittance)
    ]
    return json.dumps(content, indent=1)


def as_text(remittance: Remittance) -> str:
    """Each check with its claims and their services."""
    return "\n".join(visible(line) for line in _lines(remittance))


def _lines(remittance: Remittance) -> Iterator[str]:
    payments = _by(remittance.payments, "check_key")
    services = _by(remittance.payment_lines, "payment_key")
    reasons = _by(remittance.adjustments, "payment_key")
    others = _by(remittance.provider_adjustments, "check_key")
    for check in remittance.checks.iter_rows(named=True):
        day = check["check_date"] or check["production_date"] or "an unknown day"
        yield f"check {check['trace'] or 'without a number'} of {day}, {dollars(check['paid_amount'])}, from {check['payer_name'] or 'an unnamed payer'}"
        for paid in payments.get(check["check_key"], ()):
            key = paid["payment_key"]
            yield (
                f"  claim {paid['remit_claim_id'] or 'without a number'} (payer's number {paid['payer_claim_id'] or 'missing'}, status {paid['status_code']}):"
                f" charged {dollars(paid['charge_amount'])}, paid {dollars(paid['paid_amount'])}{_why(reasons.get(key, ()), 0)}"
            )
            for service in services.get(key, ()):
                number = service["service_number"]
                code = service["procedure_code"] or service["revenue_center_code"] or "no code"
                yield (
                    f"    {number}  {code}: charged {dollars(service['charge_amount'])}, paid {dollars(service['paid_amount'])}"
                    f"{_why(reasons.get(key, ()), number)}"
                )
        for one in others.get(check["check_key"], ()):
            yield f"  provider adjustment {one['reason'] or 'without a reason'}: {dollars(one['amount'])}"
    for fault in imbalances(remittance):
        yield f"doesn't balance, byte {fault.place.position:,}: {fault.message}"


def _why(reasons: Any, number: int) -> str:
    found = [
        f"{reason_name(one)} {dollars(one['amount'])}"
        for one in reasons
        if one["service_number"] == number
    ]
    return f"; {', '.join(found)}" if found else ""


def _by(frame: pl.DataFrame, key: str) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(row[key], []).append(row)
    return found
