"""All tables of one block."""

from __future__ import annotations

import polars as pl

from cleanclaim.read.x12.cells import Cells
from cleanclaim.read.x12.claims import claims_table, service_days
from cleanclaim.read.x12.codes import code_tables
from cleanclaim.read.x12.lines import lines_table
from cleanclaim.read.x12.payers import other_payers_table


def tables(cells: Cells, kinds: pl.Series) -> dict[str, pl.DataFrame]:
    """Frames by table name: every claim of the block that does not stand in carried segments.

    Args:
        cells: the block's cells.
        kinds: the kind of each of its claims.
    """
    claims = claims_table(cells, kinds)
    lines = lines_table(cells, claims)
    diagnoses, codes = code_tables(cells)
    return {
        "claims": claims.with_columns(service_days(cells, lines)),
        "lines": lines,
        "diagnoses": diagnoses,
        "claim_codes": codes,
        "other_payers": other_payers_table(cells),
    }
