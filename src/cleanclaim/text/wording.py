"""Sentences with values filled in, as Polars expressions."""

from __future__ import annotations

from typing import Final

import polars as pl

_GAP: Final = "{}"


def worded(template: str, *values: pl.Expr | str) -> pl.Expr:
    """Text whose gaps are filled with the values of a row.

    It takes the place of `pl.format`, which in Polars 2.1 panics on a frame of several chunks whose first one a filter emptied.

    Args:
        template: text in which each `{}` is a gap.
        values: expressions or names of columns, one for each gap.

    Returns:
        A String expression; null on rows where one of the values is null.

    Raises:
        ValueError: there are more gaps than values, or fewer.
    """
    texts = template.split(_GAP)
    if len(texts) != len(values) + 1:
        raise ValueError(f"{len(texts) - 1} gaps and {len(values)} values in {template!r}")
    parts = [pl.lit(texts[0])]
    for value, text in zip(values, texts[1:], strict=True):
        column = pl.col(value) if isinstance(value, str) else value
        parts += [column.cast(pl.String), pl.lit(text)]
    return pl.concat_str(parts)
