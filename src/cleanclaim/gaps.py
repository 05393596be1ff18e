"""What this version cannot check on any claim, since it reads no table for it; told in every report, so that nothing passes silently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from cleanclaim.edit import Edit
from cleanclaim.engine import NOT_CHECKED

_LATER: Final = "this version reads no such table yet"
GAPS: Final[tuple[tuple[str, str], ...]] = (
    ("PX102", "whether procedure codes are in force: no table of CPT and HCPCS codes is loaded"),
    ("PX107", "whether the fee schedule pays a code: no Medicare Physician Fee Schedule is loaded"),
    (
        "LNK103",
        "whether a diagnosis supports a procedure: no local coverage policy (LCD) is loaded",
    ),
    (
        "LNK104",
        "whether a diagnosis supports a procedure: no national coverage policy (NCD) is loaded",
    ),
    (
        "MOD102",
        "whether a modifier may go with a code: no Medicare Physician Fee Schedule is loaded",
    ),
    (
        "MOD104",
        "whether a visit beside a procedure needs modifier 25: no fee schedule and no NCCI table is loaded",
    ),
    ("QTY101", "units against the most allowed: no MUE table is loaded"),
    ("NCCI101", "bundling of procedure pairs: no NCCI table is loaded"),
    ("NCCI104", "add-on codes without their primary code: no add-on table is loaded"),
    ("HX101", "services inside a global period: no Medicare Physician Fee Schedule is loaded"),
)
"""Edit and reason; each disappears when the edit itself is there."""


def gaps(edits: Sequence[Edit]) -> pl.DataFrame:
    """One row of `not_checked`, without a claim, for each gap that no edit fills.

    Args:
        edits: every edit that there is, whether or not it was chosen.

    Returns:
        The rows, columns `cleanclaim.engine.NOT_CHECKED`.
    """
    there = {edit.code for edit in edits}
    rows = [
        {"code": code, "reason": reason, "supply": _LATER}
        for code, reason in GAPS
        if code not in there
    ]
    return pl.DataFrame(rows, schema=NOT_CHECKED)
