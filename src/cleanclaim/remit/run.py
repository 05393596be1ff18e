"""Match payments to claims: read → check the claims → match → trace → report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim import pipeline
from cleanclaim.job import Job
from cleanclaim.read import Held
from cleanclaim.read.history import is_history, ledger_of
from cleanclaim.remit.balance import Imbalance, imbalances
from cleanclaim.remit.chains import Chains, chains, in_order
from cleanclaim.remit.contracts import Contracts, read_contracts
from cleanclaim.remit.entries import Context, claim_entry, unmatched_entry
from cleanclaim.remit.limits import Limits
from cleanclaim.remit.match import Match, matches
from cleanclaim.remit.prices import Compared, compared
from cleanclaim.remit.read import RemitFile
from cleanclaim.remit.records import Index, Paid, Sent, paid_claims, sent_claims
from cleanclaim.remit.result import Entry, RemitReport, money
from cleanclaim.remit.summary import summary_of
from cleanclaim.remit.tables import Remittance
from cleanclaim.remit.trace import Fired, fired_before, fired_by_claim
from cleanclaim.report.result import Report, file_dict

_SUPPLY: Final = "cleanclaim reference import: a table of resubmission limits, one row a payer and step"  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What to match.

    Attributes:
        remittance: the payments.
        files: the files that they are from.
        job: the claims that were sent, and the edits to run on them.
        as_of: the day from which days are counted; today by default.
        report: an earlier JSON report of the claims.
        contracts: a contract table.
        manual: matches made by hand; see `cleanclaim.remit.match.matches`.
    """

    remittance: Remittance
    files: Sequence[RemitFile]
    job: Job
    as_of: date | None = None
    report: Path | None = None
    contracts: Path | None = None
    manual: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Traced:
    """Payments with their claims, and why less was paid.

    Attributes:
        checked: the check of the claims.
        claims: the claims that were sent.
        payments: the payments, in the order of check dates.
        found: the claim of each payment, by its key.
        entries: the report's entry of each payment that has a claim, by its key.
        fired: the edits that fire on each claim, by claim key.
        priced: what was allowed next to what was expected.
    """

    checked: Report
    claims: list[Sent]
    payments: list[Paid]
    found: Mapping[int, Match]
    entries: Mapping[int, Entry]
    fired: Mapping[int, list[Fired]]
    priced: Compared


@dataclass(frozen=True)
class Terms:
    """What payments are judged with.

    Attributes:
        before: the edits of an earlier report, by claim number; None without one.
        contracts: what payers agreed to pay; None if that isn't known.
        limits: the limits that are loaded.
        as_of: the day from which days are counted.
    """

    before: Mapping[str, list[tuple[str, Fired]]] | None
    contracts: Contracts | None
    limits: Limits
    as_of: date

    @classmethod
    def of(cls, question: Question) -> Terms:
        """What a question says.

        Raises:
            InputError: the earlier report or the contract table can't be read.
        """
        return cls(
            fired_before(question.report) if question.report else None,
            read_contracts(question.contracts) if question.contracts else None,
            Limits.of(question.job.reference),
            question.as_of or datetime.now().astimezone().date(),
        )


def match_payments(question: Question) -> RemitReport:
    """Match payments to claims, trace each denial, and compare what was allowed with the price.

    Raises:
        InputError: the earlier report or the contract table can't be read.
    """
    return matched(question)[0]


def matched(question: Question) -> tuple[RemitReport, Traced]:
    """Match payments to claims, and keep what the report was made of.

    Raises:
        InputError: the earlier report or the contract table can't be read.
    """
    terms = Terms.of(question)
    report = pipeline.run_whole(replace(question.job, sent=True))
    payments = in_order(paid_claims(question.remittance))
    claims = sent_claims(report.batch)
    found = matches(payments, Index(claims), question.manual)
    traced, context, anonymous = trace(question.job, terms, report, (claims, payments, found))
    result = _report(question, report, (payments, claims, found), [*traced.entries.values()], traced.priced, context)  # fmt: skip
    unsure = sum(bool(one.claim and one.claim.key in anonymous) for one in found.values())
    result.not_checked.extend(_of_patient(unsure))
    return result, traced


def trace(
    job: Job,
    terms: Terms,
    report: Report,
    matched: tuple[list[Sent], list[Paid], Mapping[int, Match]],
) -> tuple[Traced, Context, frozenset[int]]:
    """Trace each denial of payments that have their claims; also what it was made with, and the claims from histories."""
    claims, payments, found = matched
    anonymous = _anonymous(job, claims)
    fired = fired_by_claim(report.findings, anonymous)
    context = Context(fired, terms.before, terms.limits, terms.as_of, {})
    linked = chains(payments, found)
    entries = {
        paid.key: claim_entry(paid, found[paid.key], linked, context)
        for paid in payments
        if found[paid.key].claim
    }
    priced = _priced(payments, found, linked, terms.contracts, report)
    return Traced(report, claims, payments, found, entries, fired, priced), context, anonymous


def _of_patient(count: int) -> list[Entry]:
    """What isn't known of payments for claims from a history."""
    if not count:
        return []
    return [
        {
            "what": "patient",
            "payer": None,
            "step": None,
            "count": count,
            "reason": "a history keeps nothing that identifies a patient, so the patients of payments and claims weren't compared",
            "supply": "--claims with the files that were sent",
        }
    ]


def _anonymous(job: Job, claims: Sequence[Sent]) -> frozenset[int]:
    """The claims from histories, which keep nothing that identifies a patient."""
    named = [Path(given) for given in job.inputs if not isinstance(given, Held)]
    names = {added.name for path in named if is_history(path) for added in ledger_of(path).files}
    return frozenset(one.key for one in claims if one.file in names)


def _priced(
    payments: list[Paid],
    found: Mapping[int, Match],
    linked: Chains,
    contracts: Contracts | None,
    report: Report,
) -> Compared:
    counting = [
        (paid, claim)
        for paid in payments
        if (claim := found[paid.key].claim)
        and not paid.is_reversal
        and paid.key not in linked.superseded
    ]
    is_asked = contracts is not None or any(claim.payer_class == "medicare" for _, claim in counting)  # fmt: skip
    if not is_asked:
        return Compared()
    prices = report.lines.select("claim_key", "line_number", "allowed", "reason")
    medicare = {(row[0], row[1]): (row[2], row[3]) for row in prices.iter_rows()}
    return compared(counting, contracts, medicare)


def _report(
    question: Question,
    report: Report,
    matched: tuple[list[Paid], list[Sent], Mapping[int, Match]],
    entries: list[Entry],
    priced: Compared,
    context: Context,
) -> RemitReport:
    payments, claims, found = matched
    answered = {match.claim.key for match in found.values() if match.claim}
    unanswered = [one for one in claims if one.key not in answered]
    faults = imbalances(question.remittance)
    unpaid = [unmatched_entry(paid, found[paid.key]) for paid in payments if not found[paid.key].claim]  # fmt: skip
    of_provider = _provider_adjustments(question.remittance)
    result = RemitReport(
        entries,
        unpaid,
        [{"claim_id": one.claim_id, "claim_file": one.file} for one in unanswered],
        priced.underpaid,
        priced.overpaid,
        [_imbalance(one, question.remittance) for one in faults],
        of_provider,
        {},
        _not_checked(priced, context),
        [*map(_file, question.files), *map(file_dict, report.files)],
    )
    result.summary.update(summary_of(result, claims, found, payments))
    return result


def _file(one: RemitFile) -> Entry:
    return {"file": one.file, "format": one.format, "claims": one.payments, "error": one.error}


def _imbalance(one: Imbalance, remittance: Remittance) -> Entry:
    check = _row(remittance.checks, "check_key", one.place.check_key)
    payment = _row(remittance.payments, "payment_key", one.place.payment_key)
    difference = None if one.expected is None or one.found is None else one.expected - one.found
    return {
        "rule": one.rule,
        "remit_file": check.get("file"),
        "transaction": check.get("transaction"),
        "remit_claim_id": payment.get("remit_claim_id"),
        "service_number": one.place.service_number or None,
        "expected_amount": money(one.expected),
        "found_amount": money(one.found),
        "difference": money(difference),
        "position": one.place.position,
        "message": one.message,
    }


def _row(frame: pl.DataFrame, key: str, value: int) -> Entry:
    found = frame.filter(pl.col(key) == value)
    return found.row(0, named=True) if len(found) else {}


def _provider_adjustments(remittance: Remittance) -> list[Entry]:
    checks = remittance.checks.select("check_key", "file", "transaction", "trace", "check_date", "production_date")  # fmt: skip
    rows = remittance.provider_adjustments.join(checks, on="check_key", how="left")
    return [
        {
            "remit_file": row["file"],
            "transaction": row["transaction"],
            "trace": row["trace"],
            "check_date": _iso(row["check_date"] or row["production_date"]),
            "provider_id": row["provider_id"],
            "reason": row["reason"],
            "amount": money(row["amount"]),
            "position": row["position"],
        }
        for row in rows.sort("segment_number", "number").iter_rows(named=True)
    ]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _not_checked(priced: Compared, context: Context) -> list[Entry]:
    limits = [
        {
            "what": "days_left",
            "payer": payer or None,
            "step": step,
            "count": len(keys),
            "reason": f"no limit of the payer for {_STEP_WORDS[step]} is loaded",
            "supply": _SUPPLY,
        }
        for (payer, step), keys in sorted(context.unlimited.items())
    ]
    prices = [
        {"what": "price", "payer": None, "step": None, "count": count, "reason": reason, "supply": None}
        for reason, count in sorted(priced.unpriced.items())
    ]  # fmt: skip
    return [*limits, *prices]


_STEP_WORDS: Final = {"corrected-claim": "corrected claims", "appeal": "appeals"}
