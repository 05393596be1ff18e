"""What Medicare would allow for a line: physician fee schedule, laboratory fees, drug payment limits, anesthesia."""

from __future__ import annotations

from cleanclaim.fees.allowed import PRICED, allowed

__all__ = ["PRICED", "allowed"]
