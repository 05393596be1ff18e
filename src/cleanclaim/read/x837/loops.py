"""Which claim and line each segment belongs to: the spans of the loops that matter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cleanclaim.x12.index import Rows, Segments, first_in, last_before, next_after, tag
from cleanclaim.x12.strings import Ints

ENVELOPE = ("ISA", "GS", "ST", "SE", "GE", "IEA")
SERVICES = ("SV1", "SV2", "SV3")


class Loops:
    """Spans of segments [start, end), as segment numbers.

    Attributes:
        claim: each claim's CLM; `claim_end` is past its last segment.
        own_end: past the claim's own segments, before its providers, other payers and lines.
        providers_end: past the claim's providers, before its other payers and lines.
        header_end: past everything before the claim's lines.
        line: each line's first segment (LX, or the service segment if LX is missing); `line_end` is
            past its last.
        line_claim: the claim of each line, counted from 0.
        service: each line's SV1, SV2 or SV3, or -1.
        transaction: each claim's ST, or -1.
        billing, subscriber, patient: each claim's levels, or the transaction's header if a level is
            missing; each with its end.
        has_subscriber: whether the claim has a subscriber level.
        is_dependent: whether the patient has their own level.
    """

    def __init__(self, segments: Segments, carried: int) -> None:
        """Find the spans of the claims, without those in carried segments."""
        self._s = segments
        self._size = len(segments)
        claims = segments.find("CLM")
        self.claim = (
            claims if not len(claims) or claims[0] >= carried else claims[claims >= carried]
        )
        self._spans_below()
        self._levels_above()

    def _spans_below(self) -> None:
        s, size = self._s, self._size
        stops = s.find("CLM", "HL", *ENVELOPE)
        self.claim_end = next_after(stops, self.claim, size)
        services = s.find(*SERVICES)
        alone = services[s.tags[np.maximum(services - 1, 0)] != tag("LX")]
        anchors = np.sort(np.concatenate([s.find("LX"), alone]))
        inside, owner = self.owner_of(anchors)
        self.line, self.line_claim = anchors[inside], owner
        self.line_end = next_after(np.sort(np.concatenate([stops, anchors])), self.line, size)
        service = first_in(services, self.line, self.line_end)
        # Use the same array, so that cached results for it can be reused.
        self.service = services if np.array_equal(service, services) else service
        self.header_end = np.minimum(next_after(anchors, self.claim, size), self.claim_end)
        self.providers_end = np.minimum(
            next_after(s.find("SBR"), self.claim, size), self.header_end
        )
        self.own_end = np.minimum(next_after(s.find("NM1"), self.claim, size), self.providers_end)

    def _levels_above(self) -> None:
        s, size = self._s, self._size
        levels = s.find("HL")
        code = s.element(levels, 3)
        self.transaction = last_before(s.find("ST"), self.claim)
        billing = last_before(levels[s.is_code(code, "20")], self.claim)
        subscriber = last_before(levels[s.is_code(code, "22")], self.claim)
        dependent = last_before(levels[s.is_code(code, "23")], self.claim)
        self.billing = np.maximum(billing, self.transaction)
        self.has_subscriber = subscriber > self.billing
        self.subscriber = np.maximum(subscriber, self.billing)
        self.is_dependent: npt.NDArray[np.bool_] = dependent > self.subscriber
        self.patient = np.maximum(dependent, self.subscriber)
        below = s.find("HL", "CLM", "SE", "ST")
        self.billing_end = self._end_of_level(below, self.billing, size)
        self.subscriber_end = self._end_of_level(below, self.subscriber, size)
        self.patient_end = self._end_of_level(below, self.patient, size)

    @staticmethod
    def _end_of_level(below: Rows, level: Rows, size: int) -> Ints:
        return next_after(below, level, size)

    def owner_of(self, rows: Rows) -> tuple[npt.NDArray[np.bool_], Ints]:
        """Which of these segments are in a claim, and the claim of each that is."""
        if not len(self.claim):
            return np.zeros(len(rows), dtype=bool), np.zeros(0, np.int64)
        owner = np.searchsorted(self.claim, rows, side="right") - 1
        inside = (owner >= 0) & (rows < self.claim_end[np.maximum(owner, 0)])
        return inside, owner[inside]

    def below(self, row: int) -> Ints:
        """The claims of the subscriber or patient level that a segment is in, counted from 0."""
        of_subscriber = (self.subscriber <= row) & (row < self.subscriber_end) & self.has_subscriber
        of_patient = (self.patient <= row) & (row < self.patient_end) & self.is_dependent
        return np.flatnonzero(of_subscriber | of_patient)

    def line_of(self, rows: Rows) -> Ints:
        """The number of the line that each of these segments is in, or 0."""
        if not len(self.line):
            return np.zeros(len(rows), np.int64)
        at = np.maximum(np.searchsorted(self.line, rows, side="right") - 1, 0)
        inside = (rows >= self.line[at]) & (rows < self.line_end[at])
        number = at - np.searchsorted(self.line_claim, self.line_claim[at]) + 1
        return np.where(inside, number, 0)
