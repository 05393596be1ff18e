"""Check that a remittance balances, as the 835 implementation guide (005010X221A1, section 1.10.2.1) requires.

- `line`: a service's charge is what was paid plus its adjustments.
- `claim`: a claim's charge is what was paid plus all its adjustments, the claim's own and its services'.
- `charge`: a claim's charge is the sum of its services' charges, if it lists services.
- `payment`: the total of a transaction is the sum of its claims, less the provider adjustments.

- `envelope`: counts and control numbers of the envelopes agree, and each envelope is closed.

An explanation of benefits isn't checked: it needn't name an adjustment for each difference.

An amount that isn't a number is an imbalance too (`amount`), and what depends on it isn't summed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

import polars as pl

from cleanclaim.remit.envelopes import envelope_faults
from cleanclaim.remit.tables import Remittance

_ZERO: Final = Decimal("0.00")


class Place(NamedTuple):
    """Where a sum is.

    Attributes:
        check_key: the transaction.
        payment_key: the claim payment; -1 for the transaction as a whole.
        service_number: the service; 0 for the claim as a whole.
        position: byte offset of the segment.
    """

    check_key: int
    payment_key: int
    service_number: int
    position: int


@dataclass(frozen=True, slots=True)
class Imbalance:
    """One sum that doesn't hold.

    Attributes:
        rule: line, claim, charge, payment, envelope or amount.
        place: where it is.
        expected: the amount that would balance; None if an amount isn't a number.
        found: the amount in the file; None if it isn't a number.
        message: what is wrong, in words.
    """

    rule: str
    place: Place
    expected: Decimal | None
    found: Decimal | None
    message: str


def imbalances(remittance: Remittance) -> list[Imbalance]:
    """Every sum that doesn't hold, in file order."""
    broken = remittance.faults
    adjusted = remittance.adjustments
    of_service = adjusted.group_by("payment_key", "service_number").agg(pl.col("amount").sum())
    of_claim = adjusted.group_by("payment_key").agg(pl.col("amount").sum())
    benefits = remittance.checks.filter(pl.col("format") == "fhir").select("check_key")
    payments = remittance.payments.join(benefits, on="check_key", how="anti")
    lines = remittance.payment_lines.join(payments, on="payment_key", how="semi")
    keys = payments.select("payment_key", "check_key")
    whole_lines = (
        lines.join(broken, on=["payment_key", "service_number"], how="anti")
        .join(of_service, on=["payment_key", "service_number"], how="left")
        .join(keys, on="payment_key", how="left")
    )
    sound = payments.join(broken, on="payment_key", how="anti").with_columns(
        pl.lit(0, pl.Int64).alias("service_number")
    )
    charged = lines.group_by("payment_key").agg(pl.col("charge_amount").sum().alias("amount"))
    found = [
        *_unequal("line", whole_lines, _LESS_ADJUSTED, _PAID),
        *_unequal(
            "claim", sound.join(of_claim, on="payment_key", how="left"), _LESS_ADJUSTED, _PAID
        ),
        *_unequal("charge", sound.join(charged, on="payment_key"), _AMOUNT, _CHARGE),
        *_unequal("payment", _totals(remittance), _AMOUNT, _PAID),
        *(_not_a_number(row) for row in broken.iter_rows(named=True)),
    ]
    found += [
        Imbalance("envelope", Place(one.check_key, -1, 0, one.position), None, None, one.message)
        for one in envelope_faults(remittance)
    ]
    return sorted(found, key=lambda one: (one.place.check_key, one.place.position))


_CHARGE: Final = pl.col("charge_amount").fill_null(_ZERO)
_PAID: Final = pl.col("paid_amount").fill_null(_ZERO)
_AMOUNT: Final = pl.col("amount").fill_null(_ZERO)
_LESS_ADJUSTED: Final = _CHARGE - _AMOUNT
_WORDS: Final = {
    "line": "the charge less the line's adjustments is {expected}, but {found} was paid",
    "claim": "the charge less all adjustments is {expected}, but {found} was paid",
    "charge": "the lines' charges add up to {expected}, but the claim's charge is {found}",
    "payment": "the claims' payments less the provider adjustments are {expected}, but the payment's total is {found}",
}


def _unequal(rule: str, rows: pl.DataFrame, expected: pl.Expr, found: pl.Expr) -> list[Imbalance]:
    wrong = rows.with_columns(expected.alias("_expected"), found.alias("_found")).filter(
        pl.col("_expected") != pl.col("_found")
    )
    return [
        Imbalance(
            rule,
            _place(row),
            row["_expected"],
            row["_found"],
            _WORDS[rule].format(expected=f"{row['_expected']:,.2f}", found=f"{row['_found']:,.2f}"),
        )
        for row in wrong.iter_rows(named=True)
    ]


def _totals(remittance: Remittance) -> pl.DataFrame:
    """Each transaction with the sum of its claims less its provider adjustments."""
    paid = remittance.payments.group_by("check_key").agg(pl.col("paid_amount").sum().alias("paid"))
    taken = remittance.provider_adjustments.group_by("check_key").agg(
        pl.col("amount").sum().alias("taken")
    )
    checks = remittance.checks.filter(
        pl.col("paid_amount").is_not_null(), pl.col("format") != "fhir"
    )
    return (
        checks.join(remittance.faults, on="check_key", how="anti")
        .join(paid, on="check_key", how="left")
        .join(taken, on="check_key", how="left")
        .with_columns(
            (pl.col("paid").fill_null(_ZERO) - pl.col("taken").fill_null(_ZERO)).alias("amount"),
            pl.lit(-1, pl.Int64).alias("payment_key"),
            pl.lit(0, pl.Int64).alias("service_number"),
        )
    )


def _place(row: dict[str, Any]) -> Place:
    return Place(*(row[name] for name in Place._fields))


def _not_a_number(row: dict[str, Any]) -> Imbalance:
    words = f"{row['element']} should be an amount with at most two decimals and isn't"
    if row["element"] in {"SVC05", "SVC07"}:
        words = f"{row['element']} should be a number with at most three decimals and isn't"
    return Imbalance("amount", _place(row), None, None, words)
