"""The `other_payers` table: loops 2320, 2330 and 2430."""

from __future__ import annotations

import numpy as np
import polars as pl

from cleanclaim.model import MONEY
from cleanclaim.read.x837.cells import Cells
from cleanclaim.x12.index import Rows, count_in, first_in, next_after
from cleanclaim.x12.strings import Ints
from cleanclaim.x12.values import frame


def other_payers_table(c: Cells) -> pl.DataFrame:
    """The other payers of a block's claims, in the order sent."""
    s, loops = c.s, c.loops
    every = s.find("SBR")
    inside, owner = loops.owner_of(every)
    is_header = every[inside] < loops.header_end[owner]
    sbr, owner = every[inside][is_header], owner[is_header]
    end = np.minimum(next_after(every, sbr, len(s)), loops.header_end[owner])

    def amount(*codes: str) -> pl.Series:
        rows = first_in(c.qualified("AMT", *codes), sbr, end)
        return c.number(s.element(rows, 2), MONEY)

    payer = c.named(sbr, end, "PR")
    decided = first_in(c.qualified("DTP", "573"), sbr, end)
    return frame(
        {
            "claim_key": owner + c.origin.first_claim_key,
            "payer_number": np.arange(len(owner)) - np.searchsorted(owner, owner) + 1,
            "payer_sequence_code": c.element(sbr, 1),
            "claim_filing_code": c.element(sbr, 9),
            "insurance_type_code": c.element(sbr, 5),
            "payer_id": c.element(payer, 9),
            "paid_amount": amount("D"),
            "non_covered_amount": amount("A8"),
            "patient_owes_amount": amount("EAF", "F2"),
            "adjustment_count": count_in(s.find("CAS"), sbr, end),
            "adjudication_date": c.days(s.element(decided, 3)),
            "line_count": _lines_decided(c, payer, owner),
            "position": c.position(s.start[sbr], sbr),
        }
    )


def _lines_decided(c: Cells, payer: Rows, owner: Ints) -> Ints:
    """How many of the claim's lines have a decision (SVD01) by this payer (2330B NM109)."""
    s, loops = c.s, c.loops
    svd = s.find("SVD")
    inside, of_claim = loops.owner_of(svd)
    if not len(of_claim):
        return np.zeros(len(owner), np.int64)
    decided = (
        pl.DataFrame({"claim": pl.Series(of_claim), "payer_id": c.element(svd[inside], 1)})
        .group_by("claim", "payer_id")
        .len()
    )
    asked = pl.DataFrame({"claim": pl.Series(owner), "payer_id": c.element(payer, 9)})
    counted = asked.join(decided, on=["claim", "payer_id"], how="left", maintain_order="left")
    return counted["len"].fill_null(0).cast(pl.Int64).to_numpy()
