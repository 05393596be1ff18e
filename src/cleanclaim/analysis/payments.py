"""Denials and payments, from remittances: rates, dollars, days, and how often each edit is right.

Each claim has first answers and last answers of its first payer. First answers are payments that
correct no earlier one; last answers are payments that weren't taken back or replaced. Second
payers, claims that aren't the payer's, and reversals don't count. A claim that the first payer
decided and passed on (CLP02 = 19) does.

- denied: a first answer denies or reduces a line, or denies the claim;
- denied amount: what a first answer didn't pay for a reason that isn't routine;
- recovered: what was paid later on a claim that was denied;
- lost and open: what the last answers still deny, with nothing left to do, or with a step in time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import polars as pl

from cleanclaim.remit.reasons import categories, is_routine
from cleanclaim.remit.records import Adjustment, Paid, Sent
from cleanclaim.remit.result import Entry, reason_name
from cleanclaim.remit.run import Traced
from cleanclaim.remit.summary import is_denial, lost_on

_LATER_PAYERS: Final = frozenset({"2", "3", "20", "21", "23", "25"})
"""Statuses (CLP02) of second and third payers, and of claims that aren't the payer's."""
_UNKNOWN: Final = "unknown"
_NOTHING_LEFT: Final = "write-off"
_NO_STEP: Final = "none"
"""For what needs no step, such as a duplicate: nothing is lost, and nothing is open."""
_ZERO: Final = Decimal(0)
_DOLLARS: Final = ("charge_amount", "denied_charges", "denied_amount", "recovered_amount", "lost_amount", "open_amount", "underpaid_amount")  # fmt: skip
_SUMS: Final = {"lines": pl.Int64, "claims": pl.Int64, "denied_amount": pl.Float64}
_OUTCOMES: Final = ("denied", "denied_otherwise", "paid")
_COUNTS: Final = ("claims", "denied", "denied_whole", "first_pass")


@dataclass(slots=True)
class Answered:
    """A claim with its answers.

    Attributes:
        claim: the claim.
        first: its first answers: payment and entry.
        last: its last answers.
    """

    claim: Sent
    first: list[tuple[Paid, Entry]] = field(default_factory=list)
    last: list[tuple[Paid, Entry]] = field(default_factory=list)

    @property
    def is_denied(self) -> bool:
        """Whether a first answer denies or reduces something."""
        return any(is_denial(one) for _, entry in self.first for one in (entry, *entry["lines"]))

    @property
    def is_denied_whole(self) -> bool:
        """Whether the first answers pay nothing: a zero-pay denial."""
        return all(entry["status"] == "denied" for _, entry in self.first)

    @property
    def is_first_pass(self) -> bool:
        """Whether the first answer settled the claim."""
        return not self.is_denied and len(self.last) == len(self.first) and self.last == self.first

    @property
    def charge(self) -> Decimal:
        """The charge of the claim."""
        return self.claim.charge or sum((paid.charge for paid, _ in self.first), _ZERO)

    @property
    def denied(self) -> Decimal:
        """What the first answers didn't pay for a reason that isn't routine."""
        return sum((lost_on(line) for _, line in _denials(self.first)), _ZERO)

    @property
    def recovered(self) -> Decimal:
        """What was paid later, if the first answers denied something."""
        more = sum((paid.paid for paid, _ in self.last), _ZERO) - sum((paid.paid for paid, _ in self.first), _ZERO)  # fmt: skip
        return max(more, _ZERO) if self.is_denied else _ZERO

    def still_denied(self, *, is_lost: bool) -> Decimal:
        """What the last answers deny: without a step left to take, or with one."""
        lines = [line for _, line in _denials(self.last) if line["next_step"] != _NO_STEP]
        return sum((lost_on(line) for line in lines if _is_lost(line) == is_lost), _ZERO)

    @property
    def days(self) -> int | None:
        """Days from sending the claim to the first payment; None if it wasn't paid or has no date."""
        paid = [one.check.day for one, _ in self.last if one.paid and one.check.day]
        return (min(paid) - self.claim.submitted).days if paid and self.claim.submitted else None

    @property
    def month(self) -> str:
        """The month of the first answer."""
        days = [paid.check.day for paid, _ in self.first if paid.check.day]
        return f"{min(days):%Y-%m}" if days else _UNKNOWN


def _denials(answers: Iterable[tuple[Paid, Entry]]) -> Iterator[tuple[Entry, Entry]]:
    """The lines that are denied or reduced, each with its claim; the claim itself if it has no such line."""
    for _, entry in answers:
        lines = [line for line in entry["lines"] if is_denial(line)]
        yield from ((entry, line) for line in lines)
        if not lines and is_denial(entry) and entry["adjustments"]:
            yield entry, entry


def _is_lost(line: Entry) -> bool:
    days = line["days_left"]
    return line["next_step"] == _NOTHING_LEFT or (days is not None and days < 0)


def answered_claims(matching: Traced) -> list[Answered]:
    """The claims that their first payer answered, in the order of the claims."""
    held = {claim.key: Answered(claim) for claim in matching.claims}
    for paid in matching.payments:
        claim, entry = matching.found[paid.key].claim, matching.entries.get(paid.key)
        if claim is None or entry is None or paid.is_reversal or paid.status_code in _LATER_PAYERS:
            continue
        if not entry["corrects"]:
            held[claim.key].first.append((paid, entry))
        if not entry["superseded"]:
            held[claim.key].last.append((paid, entry))
    return [one for one in held.values() if one.first]


def payment_tables(parts: Iterable[Traced], payments: int) -> dict[str, pl.DataFrame]:
    """The tables of denials and payments, by name.

    Args:
        parts: groups of claims with their payments.
        payments: how many payments there are, with those that have no claim.
    """
    totals = _Totals()
    for part in parts:
        totals.add(part)
    frame = pl.concat([pl.DataFrame(schema=_SCHEMA), *totals.rows])
    return {
        "payment_kpis": _kpis(frame, totals.claims, payments - totals.matched),
        "denials_by_payer": _by(frame, "payer"),
        "denials_by_provider": _by(frame, "provider"),
        "denials_by_month": _by(frame, "month").sort("month"),
        "denials_by_reason": _reasons(totals.reasons),
        "denials_by_edit": _edits(totals.edits),
        "edit_outcomes": _outcomes(totals.outcomes),
    }


@dataclass(slots=True)
class _Sum:
    """Denied lines: how many, in how many claims, and their dollars."""

    lines: int = 0
    claims: int = 0
    amount: Decimal = _ZERO

    def as_row(self) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "claims": self.claims,
            "denied_amount": float(self.amount),
        }


@dataclass(slots=True)
class _Totals:
    """What is kept of each group of claims: a row of numbers a claim, and sums."""

    rows: list[pl.DataFrame] = field(default_factory=list)
    claims: int = 0
    matched: int = 0
    reasons: dict[tuple[str, str], _Sum] = field(default_factory=lambda: defaultdict(_Sum))
    edits: dict[str, _Sum] = field(default_factory=lambda: defaultdict(_Sum))
    outcomes: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # fmt: skip

    def add(self, part: Traced) -> None:
        """Add a group."""
        answered = answered_claims(part)
        underpaid: dict[str | None, Decimal] = defaultdict(Decimal)
        for row in part.priced.underpaid:
            underpaid[row["claim_id"]] += Decimal(row["difference"])
        providers = _providers(part)
        self.rows.append(pl.DataFrame([_row(one, providers, underpaid) for one in answered], schema=_SCHEMA))  # fmt: skip
        self.claims += len(part.claims)
        self.matched += len(part.entries)
        for one in answered:
            self._add_denials(one)
            _add_outcomes(self.outcomes, one, part)

    def _add_denials(self, one: Answered) -> None:
        """Add the denied and reduced lines of a claim, by reason and by edit."""
        reasons: set[tuple[str, str]] = set()
        edits: set[str] = set()
        for claim, line in _denials(one.first):
            for own in line["adjustments"] or claim["adjustments"]:
                if _routine(own):
                    continue
                key = reason_name(own), line["category"] or ""
                self._sum(self.reasons[key], Decimal(own["amount"]) if line["adjustments"] else lost_on(line))  # fmt: skip
                reasons.add(key)
            for code in line["caught_by"] or ["none"]:
                self._sum(self.edits[code], lost_on(line))
                edits.add(code)
        for key in reasons:
            self.reasons[key].claims += 1
        for code in edits:
            self.edits[code].claims += 1

    @staticmethod
    def _sum(total: _Sum, amount: Decimal) -> None:
        total.lines += 1
        total.amount += amount


_SCHEMA: Final = {
    "payer": pl.String,
    "provider": pl.String,
    "month": pl.String,
    **dict.fromkeys(_COUNTS, pl.Int64),
    "days": pl.Int64,
    **dict.fromkeys(_DOLLARS, pl.Float64),
}


def _providers(matching: Traced) -> Mapping[int, str]:
    claims = matching.checked.claims
    who = pl.coalesce("rendering_npi", "billing_npi").fill_null(_UNKNOWN)
    return dict(claims.select("claim_key", who).iter_rows())


def _row(one: Answered, providers: Mapping[int, str], underpaid: dict[str | None, Decimal]) -> dict[str, Any]:  # fmt: skip
    claim, is_denied = one.claim, one.is_denied
    return {
        "payer": claim.payer_name or claim.payer_id or claim.payer_class or _UNKNOWN,
        "provider": providers.get(claim.key, _UNKNOWN),
        "month": one.month,
        "claims": 1,
        "denied": int(is_denied),
        "denied_whole": int(is_denied and one.is_denied_whole),
        "first_pass": int(one.is_first_pass),
        "days": one.days,
        "charge_amount": float(one.charge),
        "denied_charges": float(one.charge) if is_denied else 0.0,
        "denied_amount": float(one.denied),
        "recovered_amount": float(one.recovered),
        "lost_amount": float(one.still_denied(is_lost=True)),
        "open_amount": float(one.still_denied(is_lost=False)),
        "underpaid_amount": float(underpaid.pop(claim.claim_id, _ZERO)),
    }


def _aggregated() -> list[pl.Expr]:
    return [
        *(pl.col(name).sum() for name in _COUNTS),
        pl.col("days").median().alias("days_to_payment"),
        *(pl.col(name).sum().round(2) for name in _DOLLARS),
    ]


def _rated(table: pl.DataFrame) -> pl.DataFrame:
    rates = [
        (pl.col("denied") / pl.col("claims")).round(4).alias("denial_rate"),
        (pl.col("denied_charges") / pl.col("charge_amount")).round(4).alias("denial_rate_of_charges"),
        (pl.col("first_pass") / pl.col("claims")).round(4).alias("first_pass_yield"),
    ]  # fmt: skip
    return table.with_columns(pl.when(rate.is_finite()).then(rate).alias(rate.meta.output_name()) for rate in rates)  # fmt: skip


def _by(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    table = _rated(frame.group_by(name).agg(_aggregated()))
    return table.sort("denied_amount", name, descending=[True, False])


def _kpis(frame: pl.DataFrame, claims: int, unmatched: int) -> pl.DataFrame:
    """Each measure of all claims together."""
    if frame.is_empty():
        return pl.DataFrame(schema={"measure": pl.String, "value": pl.Float64})
    row = _rated(frame.select(_aggregated())).row(0, named=True)
    values = {
        "claims": claims,
        "claims_answered": row["claims"],
        **{name: row[name] for name in ("denied", "denied_whole", "denial_rate", "denial_rate_of_charges", "first_pass_yield", "days_to_payment")},
        **{name: row[name] for name in _DOLLARS if name != "denied_charges"},
        "unmatched_payments": unmatched,
    }  # fmt: skip
    return pl.DataFrame(
        {
            "measure": list(values),
            "value": [None if one is None else float(one) for one in values.values()],
        },
        schema={"measure": pl.String, "value": pl.Float64},
    )


def _reasons(found: Mapping[tuple[str, str], _Sum]) -> pl.DataFrame:
    """Denied and reduced lines by reason and category: how many, in how many claims, and the dollars."""
    rows = [
        {
            "reason": reason,
            "category": category,
            "avoidable": categories()[category].is_avoidable if category else None,
            **own.as_row(),
        }
        for (reason, category), own in found.items()
    ]
    schema = {"reason": pl.String, "category": pl.String, "avoidable": pl.Boolean, **_SUMS}
    return pl.DataFrame(rows, schema=schema).sort("denied_amount", "reason", descending=[True, False])  # fmt: skip


def _routine(one: Entry) -> bool:
    return is_routine(Adjustment(one["group"], one["carc"], Decimal(one["amount"]), None))


def _edits(found: Mapping[str, _Sum]) -> pl.DataFrame:
    """Denied and reduced lines by the edit that would have caught them; *none* for those that no edit explains."""
    rows = [{"code": code, **own.as_row()} for code, own in found.items()]
    schema = {"code": pl.String, **_SUMS}
    return pl.DataFrame(rows, schema=schema).sort("denied_amount", "code", descending=[True, False])


def _add_outcomes(counts: dict[tuple[str, str], Counter[str]], one: Answered, part: Traced) -> None:
    """Count what became of each finding of a claim."""
    denied: dict[int | None, set[str]] = defaultdict(set)
    for _, line in _denials(one.first):
        denied[line.get("line_number")] |= set(line["caught_by"])
    fired = {(own.code, own.disposition, own.line_number, own.partner) for own in part.fired.get(one.claim.key, ())}  # fmt: skip
    for code, disposition, number, partner in fired:
        counts[code, disposition][_outcome(code, (number, partner), denied)] += 1


def _outcomes(counts: Mapping[tuple[str, str], Counter[str]]) -> pl.DataFrame:
    """What became of what each edit fires on: denied as it says, denied for another reason, or paid; and its precision."""
    rows = [
        {
            "code": code,
            "disposition": disposition,
            "fired": own.total(),
            **{name: own[name] for name in _OUTCOMES},
            "precision": round(own["denied"] / own.total(), 4),
        }
        for (code, disposition), own in counts.items()
    ]
    counted = dict.fromkeys(("fired", *_OUTCOMES), pl.Int64)
    schema = {"code": pl.String, "disposition": pl.String, **counted, "precision": pl.Float64}
    return pl.DataFrame(rows, schema=schema).sort("fired", "code", descending=[True, False])


def _outcome(code: str, places: tuple[int | None, int | None], denied: Mapping[int | None, set[str]]) -> str:  # fmt: skip
    """What became of a finding: of its line or the other line of its pair, or of the claim if it has none."""
    lines = denied if places[0] is None else {own: codes for own, codes in denied.items() if own in {*places, None}}  # fmt: skip
    if any(code in codes for codes in lines.values()):
        return "denied"
    return "denied_otherwise" if lines else "paid"
