"""All tables of one block, for every claim that isn't in carried segments."""

from __future__ import annotations

import polars as pl

from cleanclaim.read.x837.cells import Cells
from cleanclaim.read.x837.claims import claims_table, service_days
from cleanclaim.read.x837.codes import code_tables
from cleanclaim.read.x837.lines import lines_table
from cleanclaim.read.x837.payers import other_payers_table

Frames = dict[str, pl.DataFrame]


def claims_and_lines(cells: Cells, kinds: pl.Series) -> Frames:
    """The tables `claims` and `lines`.

    Args:
        cells: the block's cells.
        kinds: the kind of each of its claims.
    """
    claims = claims_table(cells, kinds)
    lines = lines_table(cells, claims)
    return {"claims": claims.with_columns(service_days(cells, lines)), "lines": lines}


def codes_and_payers(cells: Cells) -> Frames:
    """The tables `diagnoses`, `claim_codes` and `other_payers`."""
    diagnoses, codes = code_tables(cells)
    return {
        "diagnoses": diagnoses,
        "claim_codes": codes,
        "other_payers": other_payers_table(cells),
    }
