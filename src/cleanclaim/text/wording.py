"""Sentence templates as Polars expressions."""

from __future__ import annotations

from typing import Final

import polars as pl

_GAP: Final = "{}"


def worded(template: str, *values: pl.Expr | str) -> pl.Expr:
    """Fill the gaps of a template with a row's values.

    It replaces `pl.format`, which in Polars 2.1 panics on a frame with several chunks if a filter
    emptied the first one.

    Args:
        template: text in which each `{}` is a gap.
        values: expressions or column names, one for each gap.

    Returns:
        A String expression; null if one of the values is null.

    Raises:
        ValueError: the number of gaps and values differs.
    """
    texts = template.split(_GAP)
    if len(texts) != len(values) + 1:
        raise ValueError(f"{len(texts) - 1} gaps and {len(values)} values in {template!r}")
    parts = [pl.lit(texts[0])]
    for value, text in zip(values, texts[1:], strict=True):
        column = pl.col(value) if isinstance(value, str) else value
        parts += [column.cast(pl.String), pl.lit(text)]
    return pl.concat_str(parts)
