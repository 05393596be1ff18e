"""Denials that no edit knows, to start an edit from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from cleanclaim.edits.skeleton import Denial
from cleanclaim.remit.reasons import is_routine
from cleanclaim.remit.records import Adjustment, Sent, SentLine
from cleanclaim.remit.result import Entry
from cleanclaim.remit.run import Traced
from cleanclaim.remit.summary import is_denial


def unexplained(matching: Traced) -> list[tuple[str, int, Denial]]:
    """The claim's number, the line and the denial of each line that was denied or reduced and that no edit explains."""
    found = []
    types = dict(matching.checked.claims.select("claim_key", "claim_type").iter_rows())
    for paid in matching.payments:
        claim, entry = matching.found[paid.key].claim, matching.entries.get(paid.key)
        if claim is None or entry is None or entry["superseded"] or entry["status"] == "reversal":
            continue
        for line, sent in _lines(entry, claim):
            denial = _denial(line, entry, (claim, sent), types.get(claim.key), paid.check.day)
            found.append((claim.claim_id or "", sent.number, denial))
    return found


def _lines(entry: Entry, claim: Sent) -> Iterator[tuple[Entry, SentLine]]:
    lines = {line.number: line for line in claim.lines}
    for line in entry["lines"]:
        sent = lines.get(line["line_number"])
        if sent is not None and is_denial(line) and not line["caught_by"]:
            yield line, sent


def _denial(line: Entry, entry: Entry, sent: tuple[Sent, SentLine], kind: str | None, day: date | None) -> Denial:  # fmt: skip
    claim, own = sent
    told = [one for one in line["adjustments"] or entry["adjustments"] if not _routine(one)]
    main = max(told, key=lambda one: abs(Decimal(one["amount"])), default={"group": "", "carc": ""})
    remarks = line["remarks"] or entry["remarks"]
    return Denial(
        kind or "professional",
        own.code,
        own.modifiers,
        own.revenue_code,
        claim.payer_id,
        claim.payer_name,
        main["group"],
        main["carc"],
        tuple(remarks),
        day,
    )


def _routine(one: Entry) -> bool:
    return is_routine(Adjustment(one["group"], one["carc"], Decimal(one["amount"]), None))
