"""The answer to each claim: X12 277CA (005010X214).

A finding that a payer would reject is status A7, one that it would return A3; everything else is accepted (A2), and told as information (A1). Status
21 says that something is missing or invalid, 54 that it is a duplicate, 85 that another payer comes first; the edit and its message are in the free
text of the claim's statuses, and a line at fault has its own. Amounts and counts balance from the claim up to the submitter.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Final

from cleanclaim.errors import RewriteError
from cleanclaim.read.x837.spans import Names, Span
from cleanclaim.report.result import Report
from cleanclaim.report.x12_out import Envelope, Interchange, Transaction, Writer, envelopes

GUIDE: Final = "005010X214"
_CATEGORIES: Final = {"reject": "A7", "return": "A3"}
_STATUSES: Final = {"18": "54", "22": "85"}
_INVALID: Final = "21"
_ACCEPTED: Final = "20"
_TOLD: Final = "19"
_LONGEST: Final = 264
_MOST: Final = 50
_MORE_OF_LINE: Final = 2


@dataclass(frozen=True, slots=True)
class _Claim:
    """A claim with its findings and the provider level that it is below."""

    row: dict[str, Any]
    findings: list[dict[str, Any]]
    billing: int

    @property
    def is_accepted(self) -> bool:
        return not any(one["disposition"] in _CATEGORIES for one in self.findings)

    @property
    def amount(self) -> Decimal:
        return self.row["charge_amount"] or Decimal(0)


def write(results: Report, out: BinaryIO) -> None:
    """Write one interchange for each interchange of the files.

    Raises:
        InputError: no 837 file was checked, or one can't be read again.
    """
    made = datetime.now().astimezone()
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in results.findings.iter_rows(named=True):
        if row["claim_key"] is not None:
            found[row["claim_key"]].append(row)
    claims = results.batch.claims.rows(named=True)
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in results.batch.lines.iter_rows(named=True):
        lines[row["claim_key"]].append(row)
    for envelope in envelopes(results):
        own = [row for row in claims if row["file"] == envelope.name and not row["is_history"]]
        out.writelines(
            _interchange(envelope, interchange, (own, found, lines), made)
            for interchange in envelope.interchanges
        )


def _interchange(envelope: Envelope, interchange: Interchange, of: tuple[Any, ...], made: datetime) -> bytes:  # fmt: skip
    claims, found, lines = of
    groups = [group for group in interchange.groups if group.transactions]
    writer = Writer(interchange, groups[0] if groups else None, made)
    sets = []
    for one in (one for group in groups for one in group.transactions):
        own = [
            _Claim(row, found[row["claim_key"]], _billing(envelope.names, row["segment_number"]))
            for row in claims
            if one.first <= row["segment_number"] <= one.last
        ]
        sets += [(one, own)] if own else []
    if not sets:
        return writer.to_bytes(0)
    writer.open_group("HN", GUIDE)
    for one, own in sets:
        _transaction(writer, envelope, one, own, lines)
    writer.close_group()
    return writer.to_bytes(1)


def _billing(names: Names, clm: int) -> int:
    try:
        return names.claim(clm).billing.start
    except RewriteError:
        return 0


def _transaction(
    writer: Writer,
    envelope: Envelope,
    one: Transaction,
    claims: list[_Claim],
    lines: dict[int, list[dict[str, Any]]],
) -> None:
    file, names = envelope.file, envelope.names
    header = range(one.first, names.after(one.first, ("HL", "SE")))
    bht = next((n for n in header if names[n] == "BHT"), 0)
    batch = (file.element(bht, "BHT03") if bht else "") or one.control
    today = f"{writer.made:%Y%m%d}"
    receiver, submitter = (
        (_name(envelope, header, kind, 3) or name, "", "", "", "", "46", _name(envelope, header, kind, 9) or "1")
        for kind, name in (("40", "RECEIVER"), ("41", "SUBMITTER"))
    )  # fmt: skip
    writer.open_set("277", GUIDE)
    writer.segment("BHT", "0085", "08", batch, today, f"{writer.made:%H%M}", "TH")
    writer.segment("HL", 1, "", 20, 1)
    writer.segment("NM1", "AY", 2, *receiver)
    writer.segment("TRN", 1, writer.control)
    writer.segment("DTP", "050", "D8", today)
    writer.segment("DTP", "009", "D8", today)
    writer.segment("HL", 2, 1, 21, 1)
    writer.segment("NM1", "41", 2, *submitter)
    writer.segment("TRN", 2, batch)
    total = sum((claim.amount for claim in claims), Decimal(0))
    writer.segment("STC", writer.composite("A1", _TOLD, "PR"), today, "WQ", _money(total))
    _totals(writer, claims, ("90", "AA"))
    level = 2
    providers: dict[int, list[_Claim]] = defaultdict(list)
    for claim in claims:
        providers[claim.billing].append(claim)
    for billing, own in providers.items():
        level += 1
        provider = level
        span = names.level(billing) if billing else range(0)
        writer.segment("HL", provider, 2, 19, 1)
        npi, tax_id = own[0].row["billing_npi"], own[0].row["billing_tax_id"]
        kind, name = _name(envelope, span, "85", 2) or 2, _name(envelope, span, "85", 3)
        identifier = ("XX", npi) if npi else ("FI", tax_id) if tax_id else ()
        writer.segment("NM1", "85", kind, name or "PROVIDER", "", "", "", "", *identifier)
        writer.segment("TRN", 1, 0)
        charged = sum((claim.amount for claim in own), Decimal(0))
        writer.segment("STC", writer.composite("A1", _TOLD, "PR"), "", "WQ", _money(charged))
        _totals(writer, own, ("QA", "QC"))
        for claim in own:
            level += 1
            writer.segment("HL", level, provider, "PT")
            _claim(writer, claim, lines[claim.row["claim_key"]])
    writer.close_set()


def _totals(writer: Writer, claims: list[_Claim], codes: tuple[str, str]) -> None:
    """Counts and amounts, accepted and rejected."""
    accepted = [claim.amount for claim in claims if claim.is_accepted]
    rejected = [claim.amount for claim in claims if not claim.is_accepted]
    for code, amounts in zip(codes, (accepted, rejected), strict=True):
        if amounts:
            writer.segment("QTY", code, len(amounts))
    for code, amounts in zip(("YU", "YY"), (accepted, rejected), strict=True):
        if amounts:
            writer.segment("AMT", code, _money(sum(amounts, Decimal(0))))


def _claim(writer: Writer, claim: _Claim, lines: list[dict[str, Any]]) -> None:
    row = claim.row
    today = f"{writer.made:%Y%m%d}"
    amount = _money(claim.amount)
    member = row["member_id"]
    writer.segment("NM1", "QC", 1, row["patient_last_name"], row["patient_first_name"], "", "", "", *(("MI", member) if member else ()))  # fmt: skip
    writer.segment("TRN", 2, row["claim_id"] or 0)
    action = "WQ" if claim.is_accepted else "U"
    if claim.is_accepted:
        writer.segment("STC", writer.composite("A2", _ACCEPTED), today, action, amount)
    for one in claim.findings[:_MOST]:
        text = f"{_place(one)}{one['code']} {one['message']}"[:_LONGEST]
        writer.segment("STC", _status(writer, one), today, action, amount, *[""] * 7, text)
    _day(writer, row["from_date"], row["to_date"])
    for line in lines:
        of_line = [one for one in claim.findings if one["line_number"] == line["line_number"]]
        rejected = [one for one in of_line if one["disposition"] in _CATEGORIES]
        if rejected:
            _line(writer, line, rejected, today)


def _line(writer: Writer, line: dict[str, Any], findings: list[dict[str, Any]], today: str) -> None:
    """A line that is at fault; its STC has room for three statuses, and none for text."""
    amount = _money(line["charge_amount"] or Decimal(0))
    modifiers = [line[f"modifier_{n}"] for n in range(1, 5)]
    code = line["procedure_code"]
    qualifier = line["procedure_qualifier"] or "HC"
    revenue = line["revenue_center_code"]
    service = (
        writer.composite(qualifier, code, *modifiers) if code else writer.composite("NU", revenue)
    )
    units = "" if line["units"] is None else f"{line['units'].normalize():f}"
    writer.segment("SVC", service, amount, "", revenue if code else "", "", "", units)
    first, *others = dict.fromkeys(_status(writer, one) for one in findings)
    writer.segment("STC", first, today, "U", *[""] * 6, *others[:_MORE_OF_LINE])
    writer.segment("REF", "FJ", line["line_control_number"] or line["line_number"])
    _day(writer, line["from_date"], line["to_date"])


def _status(writer: Writer, finding: dict[str, Any]) -> str:
    category = _CATEGORIES.get(finding["disposition"], "A1")
    status = _TOLD if category == "A1" else _STATUSES.get(finding["carc"] or "", _INVALID)
    return writer.composite(category, status)


def _place(finding: dict[str, Any]) -> str:
    return f"line {finding['line_number']}, " if finding["line_number"] else ""


def _day(writer: Writer, first: date | None, last: date | None) -> None:
    if first is None:
        return
    if last is None or last == first:
        writer.segment("DTP", "472", "D8", f"{first:%Y%m%d}")
    else:
        writer.segment("DTP", "472", "RD8", f"{first:%Y%m%d}-{last:%Y%m%d}")


def _name(envelope: Envelope, span: Span, kind: str, number: int) -> str:
    """An element of the NM1 of a kind in a span; empty if there is none."""
    for n in span:
        if envelope.names[n] == "NM1" and envelope.file.element(n, "NM101") == kind:
            return envelope.file.element(n, f"NM1{number:02d}") or ""
    return ""


def _money(amount: Decimal) -> str:
    text = f"{amount:.2f}"
    return text.rstrip("0").rstrip(".")
