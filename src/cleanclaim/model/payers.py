"""Payer classes, and whose rules a payer may have adopted."""

from __future__ import annotations

from typing import Final

PAYER_CLASSES: Final = (
    "medicare",
    "medicaid",
    "commercial",
    "tricare",
    "va",
    "workers_comp",
    "auto",
    "other",
)
PROGRAMMES: Final = ("medicare", "medicaid")
"""Whose rules a payer may have adopted."""


EVERYWHERE: Final = "*"
"""In place of a state: a policy applies in every state."""


def is_state(value: object) -> bool:
    """True for a state as claims write it: two capital letters."""
    return isinstance(value, str) and len(value) == 2 and value.isalpha() and value.isupper()
