"""Which transaction, claim payment and service each segment of an 835 belongs to."""

from __future__ import annotations

import numpy as np

from cleanclaim.x12.index import Rows, Segments, last_before, next_after
from cleanclaim.x12.strings import Ints

_ENVELOPE = ("ISA", "GS", "ST", "SE", "GE", "IEA")
_AFTER_CLAIM = ("CLP", "LX", "TS3", "TS2", "PLB", *_ENVELOPE)


class Spans:
    """Spans of segments [start, end), as segment numbers of a block.

    Attributes:
        transaction: the ST segments, carried ones included.
        claim: each claim payment's CLP; `claim_end` is past its last segment.
        service: each service's SVC; `service_end` is past its last segment.
        service_claim: the claim payment of each service, counted from 0.
        own_end: past each claim payment's own segments, before its services.
    """

    def __init__(self, s: Segments) -> None:
        """Find the spans of a block."""
        self._s = s
        size = len(s)
        self.transaction = s.find("ST")
        self.claim = s.find("CLP")
        self.claim_end = next_after(s.find(*_AFTER_CLAIM), self.claim, size)
        owner = self.claim_of(s.find("SVC"))
        self.service = s.find("SVC")[owner >= 0]
        self.service_claim = owner[owner >= 0]
        ends = np.sort(np.concatenate([s.find("SVC"), s.find(*_AFTER_CLAIM)]))
        self.service_end = next_after(ends, self.service, size)
        self.own_end = np.minimum(next_after(self.service, self.claim, size), self.claim_end)
        self.service_number = (
            np.arange(len(self.service))
            - np.searchsorted(self.service_claim, self.service_claim)
            + 1
        )

    def claim_of(self, rows: Rows) -> Ints:
        """The claim payment that each segment is in, counted from 0; -1 outside any."""
        return _owner(rows, self.claim, self.claim_end)

    def service_of(self, rows: Rows) -> Ints:
        """The number of the service that each segment is in; 0 outside any."""
        owner = _owner(rows, self.service, self.service_end)
        if not len(self.service):
            return owner + 1
        return np.where(owner >= 0, self.service_number[np.maximum(owner, 0)], 0)

    def transaction_of(self, rows: Rows) -> Ints:
        """The transaction that each segment is in, counted from 0 in the block; -1 outside any."""
        start = last_before(self.transaction, rows)
        closed = last_before(self._s.find("SE", "GE", "IEA", "ISA", "GS"), rows - 1)
        inside = (start >= 0) & (closed < start)
        return np.where(inside, np.searchsorted(self.transaction, start), -1)


def _owner(rows: Rows, starts: Rows, ends: Ints) -> Ints:
    if not len(starts):
        return np.full(len(rows), -1, dtype=np.int64)
    owner = np.searchsorted(starts, rows, side="right") - 1
    inside = (owner >= 0) & (rows < ends[np.maximum(owner, 0)])
    return np.where(inside, owner, -1)
