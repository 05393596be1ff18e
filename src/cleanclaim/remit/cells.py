"""The values in a block of claim payments, with the place of each."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl

from cleanclaim.model import MONEY
from cleanclaim.remit.spans import Spans
from cleanclaim.x12.index import Rows, Segments, Slices, first_in, tag
from cleanclaim.x12.strings import Ints, nulls
from cleanclaim.x12.values import Values

_NAMES: Final = {
    tag(name): name for name in ("BPR", "CLP", "SVC", "CAS", "AMT", "PLB")
}  # fmt: skip


class PaymentCells(Values):
    """The cells of one block of claim payments.

    Attributes:
        spans: which segment belongs to which claim payment and service.
        first_check: key of the block's first transaction.
        first_payment: key of the block's first claim payment.
        faults: the elements that should be numbers and aren't.
    """

    def __init__(
        self, segments: Segments, origin: tuple[Ints, Ints], first_check: int, first_payment: int
    ) -> None:
        """Find the spans of a block.

        Args:
            segments: its index.
            origin: for each segment, the difference between its offset in the file and in the
                block, and its ordinal in the file.
            first_check: key of the block's first transaction.
            first_payment: key of the block's first claim payment.
        """
        super().__init__(segments)
        self.spans = Spans(segments)
        self.first_check = first_check
        self.first_payment = first_payment
        self.faults: list[dict[str, Any]] = []
        self._offsets, self._numbers = origin

    def place(self, rows: Rows) -> dict[str, object]:
        """The offset and ordinal in the file of each segment."""
        return {
            "position": self.s.start[rows] + self._offsets[rows],
            "segment_number": self._numbers[rows],
        }

    def check_key(self, rows: Rows) -> Ints:
        """The transaction of each segment; -1 outside any."""
        owner = self.spans.transaction_of(rows)
        return np.where(owner >= 0, owner + self.first_check, -1)

    def payment_key(self, rows: Rows) -> Ints:
        """The claim payment of each segment; -1 outside any."""
        owner = self.spans.claim_of(rows)
        return np.where(owner >= 0, owner + self.first_payment, -1)

    def first(self, name: str, low: Ints, high: Ints, *codes: str) -> Rows:
        """For each span its first segment of a name whose first element is one of these codes, or -1."""
        return first_in(self.qualified(name, *codes), low, high)

    def amount(self, rows: Rows, number: int, dtype: pl.Decimal = MONEY) -> pl.Series:
        """Element `number` of each row as an exact amount; one that isn't a number is a fault."""
        slices = self.s.element(rows, number)
        if not slices[1].any():
            return nulls(len(rows), dtype)
        values = self.number(slices, dtype)
        if values.null_count():
            self._note(rows, number, slices, values)
        return values

    def _note(self, rows: Rows, number: int, slices: Slices, values: pl.Series) -> None:
        length = self.s.block.trimmed(slices)[1]
        wrong = rows[values.is_null().to_numpy() & (length > 0)]
        for row in wrong.tolist():
            at = np.array([row])
            name = _NAMES.get(int(self.s.tags[row]), "")
            self.faults.append(
                {
                    "check_key": int(self.check_key(at)[0]),
                    "payment_key": int(self.payment_key(at)[0]),
                    "service_number": int(self.spans.service_of(at)[0]),
                    "position": int(self.s.start[row] + self._offsets[row]),
                    "segment_number": int(self._numbers[row]),
                    "element": f"{name}{number:02d}",
                }
            )

    def day(self, rows: Rows, number: int) -> pl.Series:
        """Element `number` of each row as a date."""
        return self.days(self.s.element(rows, number))
