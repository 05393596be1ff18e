"""The claims of an 837 as a corrector: values, envelopes, and one claim alone."""

from __future__ import annotations

from collections import Counter

import polars as pl

from cleanclaim.correct.apply import Claim, X12Changes
from cleanclaim.correct.corrector import Terms
from cleanclaim.correct.decisions import Decision
from cleanclaim.correct.envelope import envelope_faults
from cleanclaim.correct.replacement import build
from cleanclaim.correct.safe import OURS, safe_repairs


class X12Claims(X12Changes):
    """The claims of an 837, by number, and what is changed in them."""

    def safe(self, findings: pl.DataFrame) -> list[Decision]:
        """The safe repairs of the file."""
        return safe_repairs(self, findings)

    def finish(self, *, safe: bool) -> tuple[bytes, list[Decision]]:
        """The file with its changes, and the counts and control numbers that were corrected."""
        inserted = Counter(self.file.inserted)
        envelope = []
        if safe or inserted:
            for number, element, old, new in list(envelope_faults(self.names, inserted)):
                self.file.replace(number, element, new)
                envelope.append(Decision("", None, None, "ENV001", element, old, new, OURS))
        return self.file.to_bytes(), envelope

    def again(self, claim: Claim, decisions: list[Decision], terms: Terms) -> bytes:
        """An 837 with this claim alone, below its own provider, subscriber and patient."""
        return build(self, claim, decisions, terms)

    def payer_number(self, claim: Claim) -> str | None:
        """The payer's number that the claim has already (REF F8); None if it has none."""
        for number in claim.spans.own:
            if self.names[number] == "REF" and self.file.element(number, "REF01") == "F8":
                return self.file.element(number, "REF02") or None
        return None
