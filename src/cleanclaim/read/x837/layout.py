"""How a stream of 837 transactions is divided into blocks of whole claims."""

from __future__ import annotations

from typing import Final

import numpy as np

from cleanclaim.x12.index import Segments
from cleanclaim.x12.stream import Layout, open_envelopes
from cleanclaim.x12.strings import Ints

_LONGEST_HEADER: Final = 100
"""The most segments to carry over from the transaction's header or from one level."""


def _carried(s: Segments) -> Ints:
    """The segments that later claims need: the envelope and the open levels' headers, without claims."""
    rows = open_envelopes(s)
    transactions = s.find("ST")
    if not len(rows) or not len(transactions) or transactions[-1] not in rows:
        return rows
    carried = set(rows.tolist())
    ends = s.find("HL", "CLM")
    levels = s.find("HL")
    levels = levels[levels > transactions[-1]]
    code = s.element(levels, 3)
    starts = [int(transactions[-1])]
    for kind in ("20", "22", "23"):
        found = levels[s.is_code(code, kind)]
        starts += [int(found[-1])] if len(found) and found[-1] > starts[-1] else []
    for start in starts:
        later = ends[ends > start]
        end = int(later[0]) if len(later) else len(s)
        carried.update(range(start, min(end, start + _LONGEST_HEADER)))
    return np.array(sorted(carried), dtype=np.int64)


CLAIMS: Final = Layout(cuts=("CLM", "HL"), composites=("HI", "SV1"), carried=_carried)
"""Blocks end before a claim or a level. The envelope and the open levels are carried over."""
