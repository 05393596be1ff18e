"""Read remittances: 835 files, every segment, on the byte index that 837 files are read with; and explanations of benefits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import polars as pl

from cleanclaim.errors import InputError, UnknownFormat
from cleanclaim.failures import reason_of
from cleanclaim.model import QUANTITY
from cleanclaim.read.sources import DAMAGE, Held, Source, peek, sources
from cleanclaim.read.sources import reason as why_not
from cleanclaim.remit.benefits import read_benefits
from cleanclaim.remit.cells import PaymentCells
from cleanclaim.remit.layout import PAYMENTS
from cleanclaim.remit.tables import Remittance
from cleanclaim.text.escaping import encodable
from cleanclaim.x12.index import first_in
from cleanclaim.x12.stream import MOST_SWITCHES, Piece, Stream
from cleanclaim.x12.values import coalesced, frame

_CHUNK: Final = 4 << 20
_MOST_FAULTS: Final = 5
_ADJUSTMENTS: Final = range(2, 20, 3)
"""The reasons in a CAS; each is followed by its amount and quantity."""
_PROVIDER_ADJUSTMENTS: Final = range(3, 14, 2)
"""The reasons in a PLB; each is followed by its amount."""
_REMARKS_OF_CLAIM: Final = {"MOA": (3, 4, 5, 6, 7), "MIA": (5, 20, 21, 22, 23)}
Frames = dict[str, pl.DataFrame]


@dataclass(slots=True)
class RemitFile:
    """What happened to one input.

    Attributes:
        file: its name.
        payments: how many claim payments were read.
        error: why it couldn't be read, or couldn't be read to the end; None if it was.
        format: 835, or fhir for explanations of benefits.
    """

    file: str
    payments: int = 0
    error: str | None = None
    format: str = "835"


@dataclass(slots=True)
class _Keys:
    check: int = 0
    payment: int = 0


@dataclass(slots=True)
class Reading:
    """Files read so far.

    Attributes:
        keeps_text: keep each segment as text.
        files: one entry for each file, read or not.
    """

    keeps_text: bool = True
    files: list[RemitFile] = field(default_factory=list)
    _parts: list[Frames] = field(default_factory=list)
    _keys: _Keys = field(default_factory=_Keys)

    def add(self, source: BinaryIO, file: str) -> None:
        """Read one file; a file that can't be read doesn't stop the others."""
        entry = RemitFile(file)
        self.files.append(entry)
        before = self._keys.payment
        parts: list[Frames] = []
        try:
            head, stream = peek(source)
            if _is_fhir(head):
                entry.format = "fhir"
                _read_benefits(stream, file, self._keys, parts)
            else:
                _read_file(stream, file, self._keys, parts)
        except InputError as error:
            entry.error = encodable(str(error))
        except DAMAGE as error:
            entry.error = f"{file}: {why_not(error)}; the payments read before that are kept"
        except BaseException as error:  # noqa: BLE001 - a panic isn't an Exception
            entry.error = f"{file}: {reason_of(error)}; the payments read before that are kept"
        self._parts += parts if self.keeps_text else [{**one, "segments": one["segments"].clear()} for one in parts]  # fmt: skip
        entry.payments = self._keys.payment - before
        if (
            not entry.error
            and entry.format == "835"
            and not any(len(part["checks"]) for part in parts)
        ):
            entry.error = f"{file}: the file has no remittance (transaction 835)"

    def result(self) -> Remittance:
        """Everything that was read."""
        return Remittance.of(self._parts)


def read_remittances(
    inputs: Iterable[str | Path | Held], *, keeps_text: bool = True
) -> tuple[Remittance, list[RemitFile]]:
    """Read 835 files, and explanations of benefits in FHIR.

    Args:
        inputs: files, folders, zip and gzip files, pipes, and "-" for standard input.
        keeps_text: keep each segment as text, too.

    Returns:
        Their tables, and what happened to each file.
    """
    reading = Reading(keeps_text=keeps_text)
    for given in inputs:
        for source in sources([given]):
            _read_source(source, reading)
    return reading.result(), reading.files


def _read_source(source: Source, reading: Reading) -> None:
    try:
        with source.open() as stream:
            reading.add(stream, source.name)
    except InputError as error:
        reading.files.append(RemitFile(source.name, error=str(error)))


def _is_fhir(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return start in {b"{", b"["} and b'"resourceType"' in head


def _read_benefits(source: BinaryIO, file: str, keys: _Keys, parts: list[Frames]) -> None:
    frames, faults = read_benefits(source, file, keys.check, keys.payment)
    parts.append(frames)
    keys.check += len(frames["checks"])
    keys.payment += len(frames["payments"])
    if faults:
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise InputError(f"{file}: {'; '.join(faults[:_MOST_FAULTS])}{more}")


def _read_file(source: BinaryIO, file: str, keys: _Keys, parts: list[Frames]) -> None:
    stream = Stream(source, _CHUNK, PAYMENTS)
    parts.extend(_block(piece, file, keys) for piece in stream.pieces())
    if not stream.outside.interchanges:
        raise UnknownFormat(f"{file}: no interchange header (ISA) was found")
    if stream.outside.unread is not None:
        raise InputError(
            f"{file}: byte {stream.outside.unread:,}: more than {MOST_SWITCHES:,} interchanges are truncated or change their separators; "
            "the rest of the file isn't read. Split it into smaller files"
        )
    if stream.outside.broken:
        places = ", ".join(f"{at:,}" for at in stream.outside.broken[:5])
        raise InputError(f"{file}: byte {places}: an interchange header (ISA) can't be read")


def _block(piece: Piece, file: str, keys: _Keys) -> Frames:
    s = piece.segments
    carried = len(s.find("ST")) and int((s.find("ST") < piece.carried).sum())
    first_check = keys.check - carried
    c = PaymentCells(s, (piece.offsets, piece.numbers), first_check, keys.payment)
    frames = {
        "checks": _checks(c, file, piece.carried),
        "payments": _payments(c),
        "payment_lines": _lines(c),
        "adjustments": _adjustments(c),
        "remarks": _remarks(c),
        "provider_adjustments": _provider_adjustments(c),
        "segments": _segments(c, piece.carried),
    }
    frames["faults"] = pl.DataFrame(c.faults, infer_schema_length=None)
    keys.check = first_check + len(c.spans.transaction)
    keys.payment += len(c.spans.claim)
    return frames


def _checks(c: PaymentCells, file: str, carried: int) -> pl.DataFrame:
    """The transactions that begin in the block, if they are remittances."""
    s = c.s
    begun = c.spans.transaction[c.spans.transaction >= carried]
    rows = begun[s.is_code(s.element(begun, 1), "835")]
    after = np.append(c.spans.transaction, len(s))
    limit = after[np.searchsorted(after, rows, side="right")] if len(rows) else rows
    end = np.minimum(limit, _first_after(c, rows, "LX", "CLP", "PLB", "SE"))
    bpr, trn = first_in(s.find("BPR"), rows, end), first_in(s.find("TRN"), rows, end)
    payer, payee = c.first("N1", rows, end, "PR"), c.first("N1", rows, end, "PE")
    other = c.element(c.first("REF", rows, end, "2U"), 2)
    own = coalesced(c.element(payer, 4), other)
    return frame(
        {
            "check_key": c.check_key(rows),
            **c.place(rows),
            "transaction": c.element(rows, 2),
            "handling_code": c.element(bpr, 1),
            "paid_amount": c.amount(bpr, 2),
            "credit_or_debit": c.element(bpr, 3),
            "method_code": c.element(bpr, 4),
            "check_date": c.day(bpr, 16),
            "trace": c.element(trn, 2),
            "production_date": c.day(c.first("DTM", rows, end, "405"), 2),
            "payer_name": c.element(payer, 2),
            "payer_id": coalesced(own, c.element(trn, 3)),
            "payee_name": c.element(payee, 2),
            "payee_id": c.element(payee, 4),
        }
    ).with_columns(pl.lit(file).alias("file"), pl.lit("x12").alias("format"))


def _first_after(c: PaymentCells, rows: np.ndarray[tuple[int], np.dtype[np.int64]], *names: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:  # fmt: skip
    size = len(c.s)
    found = c.s.find(*names)
    at = np.searchsorted(found, rows, side="right")
    return np.append(found, size)[at] if len(rows) else rows


def _payments(c: PaymentCells) -> pl.DataFrame:
    spans = c.spans
    clp, low, high = spans.claim, spans.claim, spans.own_end
    patient, insured = c.first("NM1", low, high, "QC"), c.first("NM1", low, high, "IL")
    return frame(
        {
            "payment_key": c.payment_key(clp),
            "check_key": c.check_key(clp),
            **c.place(clp),
            "remit_claim_id": c.element(clp, 1),
            "status_code": c.element(clp, 2),
            "charge_amount": c.amount(clp, 3),
            "paid_amount": c.amount(clp, 4),
            "patient_amount": c.amount(clp, 5),
            "claim_filing_code": c.element(clp, 6),
            "payer_claim_id": c.element(clp, 7),
            "facility_code": c.element(clp, 8),
            "claim_frequency_code": c.element(clp, 9),
            "drg_code": c.element(clp, 11),
            "patient_last_name": c.element(patient, 3),
            "patient_first_name": c.element(patient, 4),
            "patient_id": c.element(patient, 9),
            "insured_last_name": c.element(insured, 3),
            "insured_first_name": c.element(insured, 4),
            "insured_id": c.element(insured, 9),
            "corrected_id": c.element(c.first("NM1", low, high, "74"), 9),
            "rendering_npi": c.element(c.first("NM1", low, high, "82"), 9),
            "crossover_payer": c.element(c.first("NM1", low, high, "TT"), 3),
            "original_reference": c.element(c.first("REF", low, high, "F8"), 2),
            "from_date": c.day(c.first("DTM", low, high, "232"), 2),
            "to_date": c.day(c.first("DTM", low, high, "233"), 2),
            "received_date": c.day(c.first("DTM", low, high, "050"), 2),
            "covered_amount": c.amount(c.first("AMT", low, high, "AU"), 2),
        }
    )


def _lines(c: PaymentCells) -> pl.DataFrame:
    spans, s = c.spans, c.s
    svc, low, high = spans.service, spans.service, spans.service_end
    paid, billed = s.element(svc, 1), s.element(svc, 6)
    whole_day = c.day(c.first("DTM", low, high, "472"), 2)
    first, last = (c.day(c.first("DTM", low, high, code), 2) for code in ("150", "151"))
    return frame(
        {
            "payment_key": c.payment_key(svc),
            "service_number": spans.service_number,
            **c.place(svc),
            "procedure_qualifier": c.text(s.component(paid, 1)),
            "procedure_code": c.code(s.component(paid, 2)),
            **{f"modifier_{n}": c.code(s.component(paid, n + 2)) for n in range(1, 5)},
            "charge_amount": c.amount(svc, 2),
            "paid_amount": c.amount(svc, 3),
            "revenue_center_code": c.element(svc, 4),
            "units": c.amount(svc, 5, QUANTITY),
            "billed_code": c.code(s.component(billed, 2)),
            "billed_units": c.amount(svc, 7, QUANTITY),
            "from_date": coalesced(whole_day, first),
            "to_date": coalesced(coalesced(whole_day, last), first),
            "line_control_number": c.element(c.first("REF", low, high, "6R"), 2),
            "allowed_amount": c.amount(c.first("AMT", low, high, "B6"), 2),
        }
    )


def _adjustments(c: PaymentCells) -> pl.DataFrame:
    rows = c.s.find("CAS")
    owner = c.payment_key(rows)
    rows, owner = rows[owner >= 0], owner[owner >= 0]
    parts = []
    for number, reason in enumerate(_ADJUSTMENTS, start=1):
        held = (c.s.element(rows, reason)[1] > 0) | (c.s.element(rows, reason + 1)[1] > 0)
        if not held.any():
            continue
        own = rows[held]
        parts.append(
            frame(
                {
                    "payment_key": owner[held],
                    "service_number": c.spans.service_of(own),
                    "number": np.full(len(own), number),
                    **c.place(own),
                    "group": c.element(own, 1),
                    "carc": c.element(own, reason),
                    "amount": c.amount(own, reason + 1),
                    "quantity": c.amount(own, reason + 2, QUANTITY),
                }
            )
        )
    return _in_order(parts)


def _in_order(parts: list[pl.DataFrame]) -> pl.DataFrame:
    if not parts:
        return pl.DataFrame()
    whole = pl.concat(parts, how="vertical_relaxed")
    return whole if len(parts) == 1 else whole.sort("segment_number", "number")


def _remarks(c: PaymentCells) -> pl.DataFrame:
    coded = c.qualified("LQ", "HE", "RX")
    parts = [_remark(c, coded, 2, 1)]
    for name, elements in _REMARKS_OF_CLAIM.items():
        rows = c.s.find(name)
        parts += [_remark(c, rows, element, n) for n, element in enumerate(elements, start=1)]
    return _in_order([part for part in parts if len(part)])


def _remark(c: PaymentCells, rows: np.ndarray[tuple[int], np.dtype[np.int64]], element: int, number: int) -> pl.DataFrame:  # fmt: skip
    owner = c.payment_key(rows)
    held = (owner >= 0) & (c.s.element(rows, element)[1] > 0)
    own = rows[held]
    return frame(
        {
            "payment_key": owner[held],
            "service_number": c.spans.service_of(own),
            "number": np.full(len(own), number),
            **c.place(own),
            "rarc": c.element(own, element),
        }
    )


def _provider_adjustments(c: PaymentCells) -> pl.DataFrame:
    rows = c.s.find("PLB")
    parts = []
    for number, reason in enumerate(_PROVIDER_ADJUSTMENTS, start=1):
        held = (c.s.element(rows, reason)[1] > 0) | (c.s.element(rows, reason + 1)[1] > 0)
        own = rows[held]
        parts.append(
            frame(
                {
                    "check_key": c.check_key(own),
                    "number": np.full(len(own), number),
                    **c.place(own),
                    "provider_id": c.element(own, 1),
                    "fiscal_date": c.day(own, 2),
                    "reason": c.component(own, reason, 1),
                    "reference": c.component(own, reason, 2),
                    "amount": c.amount(own, reason + 1),
                }
            )
        )
    return _in_order([part for part in parts if len(part)])


def _segments(c: PaymentCells, carried: int) -> pl.DataFrame:
    s = c.s
    rows = np.arange(carried, len(s))
    text = c.text((s.start[rows], s.end[rows] - s.start[rows]))
    name = text.str.head(3).str.strip_chars(chr(s.separators.element))
    return frame(
        {
            "check_key": c.check_key(rows),
            "payment_key": c.payment_key(rows),
            "service_number": c.spans.service_of(rows),
            **c.place(rows),
            "name": name,
            "text": text,
        }
    )
