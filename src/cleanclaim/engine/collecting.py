"""Work out lazy frames: together and optimized for many claims, each as it is written for few.

Optimizing a query over a few rows takes several times as long as running it. So the queries of a small batch are run as Polars runs the methods of a
`DataFrame`: one after the other, without looking for a better order. The rows are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

_FEW: Final = 1_000
"""The most claims for which optimizing costs more than it saves (measured: the two cross at about 4,000)."""
_AS_WRITTEN: Final[pl.QueryOptFlags] = getattr(pl.QueryOptFlags, "_eager", pl.QueryOptFlags)()
"""What the methods of a `DataFrame` use. Polars has no public name for it; without it, queries are optimized."""


def collected(queries: Sequence[pl.LazyFrame], claims: int) -> list[pl.DataFrame]:
    """The rows of each query.

    Args:
        queries: the queries.
        claims: how many claims they look at.
    """
    if claims > _FEW:
        return pl.collect_all(queries)
    return [query.collect(optimizations=_AS_WRITTEN) for query in queries]
