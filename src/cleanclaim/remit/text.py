"""The report as text and as CSV, for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from cleanclaim.reference.sets import load_set
from cleanclaim.remit.reasons import categories
from cleanclaim.remit.result import Entry, RemitReport, reason_name
from cleanclaim.remit.summary import is_denial
from cleanclaim.report.csv import harmless
from cleanclaim.report.labels import counted, dollars

_STEPS: Final = {
    "correct-and-resend": "correct the claim and send it again",
    "appeal": "appeal",
    "send-records": "send the records",
    "bill-patient": "bill the patient",
    "bill-other-payer": "bill the other payer",
    "write-off": "write it off",
    "none": "nothing to do",
}
_STATUS: Final = {"partly-denied": "partly denied"}
_CSV: Final = (
    "claim_id", "claim_file", "remit_claim_id", "payer_claim_id", "remit_file", "trace", "check_date", "matched_by", "score", "status", "corrects",
    "superseded", "line_number", "procedure_code", "adjudicated_code", "reduced", "charge_amount", "allowed_amount", "paid_amount", "patient_amount",
    "adjustments", "remarks", "category", "avoidable", "caught_by", "fired_before", "next_step", "days_left",
)  # fmt: skip


def text_of(report: RemitReport, limit: int = 50) -> str:
    """The report as text: the denied and reduced claims, what is unmatched, and the totals.

    Args:
        report: the report.
        limit: the most claims to list; 0 for all.
    """
    trouble = [one for one in report.claims if _is_trouble(one)]
    shown = trouble[:limit] if limit else trouble
    parts = [line for claim in shown for line in _claim(claim)]
    if len(trouble) > len(shown):
        parts += [f"{len(trouble) - len(shown):,} more (--limit 0 lists all)", ""]
    parts += [*_unmatched(report), *_prices(report), *_imbalances(report), *_not_checked(report)]
    return "\n".join([*parts, *_totals(report)]) + "\n"


def csv_of(report: RemitReport) -> str:
    """One row for each line, and for each claim that was paid without lines."""
    rows = [
        {
            name: _cell((line if name in line else claim).get(name))
            for name in _CSV
        }
        for claim in report.claims
        for line in claim["lines"] or [{}]
    ]  # fmt: skip
    return (
        pl.DataFrame(rows, schema=dict.fromkeys(_CSV, pl.String))
        .with_columns(harmless())
        .write_csv()
    )


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(_adjustment(one) if isinstance(one, dict) else str(one) for one in value)
    return str(value)


def _adjustment(one: Entry) -> str:
    return f"{reason_name(one)}:{one['amount']}"


def _is_trouble(claim: Entry) -> bool:
    if claim["superseded"] or claim["status"] == "reversal":
        return False
    return any(is_denial(one) for one in (claim, *claim["lines"]))


def _claim(claim: Entry) -> Iterator[str]:
    status = _STATUS.get(claim["status"], claim["status"])
    corrected = ", a correction" if claim["corrects"] else ""
    yield (
        f"{claim['claim_id']}  {status}{corrected}  charged {dollars(claim['charge_amount'])}, paid {dollars(claim['paid_amount'])}"
        f"  (check {claim['trace'] or 'without a number'} of {claim['check_date'] or 'an unknown day'}, matched by {claim['matched_by'].replace('_', ' ')})"
    )
    lines = [line for line in claim["lines"] if is_denial(line)]
    of_claim = [line for line in lines if not line["adjustments"]]
    for entry in [claim] if of_claim == lines else lines:
        yield from _entry(entry)
    yield ""


def _entry(entry: Entry) -> Iterator[str]:
    number = entry.get("line_number")
    where = f"line {number}, {entry['procedure_code']}" if number else "the claim"
    label = categories()[entry["category"]].label
    yield f"  {where}: {entry['category']}: {label}"
    for one in entry["adjustments"]:
        yield f"    {reason_name(one)} {dollars(one['amount'])}: {_label('carc', one['carc'])}"
    for remark in entry["remarks"]:
        yield f"    {remark}: {_label('rarc', remark)}"
    if entry["caught_by"]:
        ignored = entry["fired_before"]
        told = (
            "" if ignored is None else ", and did" if ignored else ", and didn't run or fire then"
        )
        yield f"    {', '.join(entry['caught_by'])} would have caught it{told}"
    elif entry["avoidable"]:
        yield "    no edit explains it"
    left = entry["days_left"]
    days = (
        ""
        if left is None
        else f", {counted(left, 'day')} left"
        if left >= 0
        else f", {counted(-left, 'day')} too late"
    )
    yield f"    next: {_STEPS[entry['next_step']]}{days}"


def _label(kind: str, code: str) -> str:
    found = load_set(kind).filter(pl.col("code") == code)["label"]
    return str(found[0]) if len(found) else "not in cleanclaim's list"


def _unmatched(report: RemitReport) -> Iterator[str]:
    if report.unmatched_payments:
        yield "Payments without a claim:"
    for one in report.unmatched_payments:
        near = ", ".join(f"{c['claim_id']} ({c['score']:.2f})" for c in one["candidates"])
        payer = f"payer's number {one['payer_claim_id'] or 'missing'}"
        nearest = f"; nearest: {near}" if near else ""
        yield f"  {one['remit_claim_id'] or 'no number'} ({payer}): {one['reason']}{nearest}"
    if report.unmatched_claims:
        yield "Claims without a payment:"
        yield f"  {', '.join(str(one['claim_id']) for one in report.unmatched_claims)}"
    if report.unmatched_payments or report.unmatched_claims:
        yield ""


def _prices(report: RemitReport) -> Iterator[str]:
    for title, entries in (("Underpaid", report.underpaid), ("Overpaid", report.overpaid)):
        if entries:
            yield f"{title}:"
        for one in entries:
            yield (
                f"  {one['claim_id']} line {one['line_number']}: {dollars(one['allowed_amount'])} allowed, {dollars(one['expected_amount'])} expected"
                f" by {'the contract' if one['basis'] == 'contract' else 'Medicare' + chr(39) + 's fee schedule'}"
            )
        if entries:
            yield ""


def _imbalances(report: RemitReport) -> Iterator[str]:
    if report.imbalances:
        yield "Doesn't balance:"
    for one in report.imbalances:
        claim = f" claim {one['remit_claim_id']}" if one["remit_claim_id"] else ""
        line = f" service {one['service_number']}" if one["service_number"] else ""
        yield f"  {one['remit_file']}, byte {one['position']:,}:{claim}{line}: {one['message']}"
    if report.imbalances:
        yield ""


def _not_checked(report: RemitReport) -> Iterator[str]:
    if report.not_checked:
        yield "Not checked:"
    for one in report.not_checked:
        what, noun = _UNCHECKED[one["what"]]
        yield f"  {what}: {counted(one['count'], noun)}: {one['reason']}"
    if report.not_checked:
        yield ""


_UNCHECKED: Final = {
    "price": ("price", "line"),
    "days_left": ("days left", "claim"),
    "patient": ("patient", "payment"),
}
"""What wasn't checked, and what is counted."""


def _totals(report: RemitReport) -> Iterator[str]:
    summary = report.summary
    answered = f"{summary['claims_answered']:,} of {counted(summary['claims'], 'claim')}"
    yield f"Payments: {summary['payments']:,}, for {answered}; {summary['unmatched_payments']:,} without a claim"
    yield f"Charged {dollars(summary['charge_amount'])}, paid {dollars(summary['paid_amount'])}, patients owe {dollars(summary['patient_amount'])}"
    yield (
        f"Denied or reduced: {counted(summary['denied_lines'], 'line')}, {dollars(summary['denied_amount'])};"
        f" avoidable {dollars(summary['avoidable_amount'])}; an edit would have caught {dollars(summary['caught_amount'])}"
    )
    for name, found in summary["by_category"].items():
        yield f"  {name}: {counted(found['lines'], 'line')}, {dollars(found['amount'])}"
    if report.underpaid or report.overpaid:
        yield f"Underpaid {dollars(summary['underpaid_amount'])}, overpaid {dollars(summary['overpaid_amount'].removeprefix('-'))}"
