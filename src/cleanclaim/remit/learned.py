"""What remittances teach about earlier claims: which lines were paid, denied, or taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.errors import InputError
from cleanclaim.look_back import OUTCOMES
from cleanclaim.remit import outcome
from cleanclaim.remit.chains import chains, in_order
from cleanclaim.remit.match import Match
from cleanclaim.remit.read import read_remittances
from cleanclaim.remit.records import Paid, paid_claims
from cleanclaim.remit.store import inputs_of
from cleanclaim.remit.tables import Remittance

_UNDECIDED = frozenset({"23", "25"})
"""Statuses (CLP02) that decide nothing: not this payer's claim, a predetermination."""


def read_outcomes(inputs: Iterable[str | Path]) -> pl.DataFrame:
    """What payers decided, by remittances.

    Args:
        inputs: folders of remittances, 835 files, explanations of benefits.

    Raises:
        InputError: one of them can't be read.
    """
    remittance, files = read_remittances(inputs_of(inputs))
    errors = [one.error for one in files if one.error]
    if errors:
        raise InputError("; ".join(errors))
    return outcomes_of(remittance)


def outcomes_of(remittance: Remittance) -> pl.DataFrame:
    """What payers decided on each line: one row a line, as `cleanclaim.look_back.OUTCOMES` lists its columns.

    The last payment that counts decides; if all payments of a claim were taken back, its lines are
    reversed.
    """
    payments = in_order(paid_claims(remittance))
    unmatched = {paid.key: Match(None) for paid in payments}
    superseded = chains(payments, unmatched).superseded
    answers: dict[tuple[object, ...], list[Paid]] = defaultdict(list)
    for paid in payments:
        if paid.claim_id and not paid.is_reversal and paid.status_code not in _UNDECIDED:
            answers[paid.claim_id, paid.person.ids, paid.check.payer_id].append(paid)
    rows: list[dict[str, Any]] = []
    for own in answers.values():
        counting = [one for one in own if one.key not in superseded]
        for paid in counting or own[-1:]:
            rows += _rows(paid, is_taken_back=not counting)
    return pl.DataFrame(rows, schema=OUTCOMES)


def _rows(paid: Paid, *, is_taken_back: bool) -> list[dict[str, Any]]:
    """The rows of one payment: of its lines, or of the claim as a whole if it lists none."""
    number = (paid.claim_id or "").strip().upper()

    def row(code: str | None, day: object, charge: object, *, is_denied: bool) -> dict[str, Any]:
        word = "reversed" if is_taken_back else "denied" if is_denied else "paid"
        return {
            "claim_id": number,
            "procedure_code": code,
            "from_date": day,
            "charge_amount": charge,
            "outcome": word,
        }

    is_denied = outcome.is_denied_whole(paid)
    if not paid.lines:
        return [row(None, paid.first_day, paid.charge, is_denied=is_denied)]
    return [
        row(
            line.sent_code or line.revenue_code,
            line.first_day,
            line.charge,
            is_denied=is_denied or outcome.is_denied(line, paid),
        )
        for line in paid.lines
        if line.sent_code or line.revenue_code
    ]
