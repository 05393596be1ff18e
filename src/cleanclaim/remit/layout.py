"""How a stream of 835 transactions is divided into blocks of whole claim payments."""

from __future__ import annotations

from typing import Final

from cleanclaim.x12.stream import Layout, open_envelopes

PAYMENTS: Final = Layout(cuts=("CLP",), composites=("SVC",), carried=open_envelopes)
"""Blocks end before a claim payment. The open envelopes are carried over."""
