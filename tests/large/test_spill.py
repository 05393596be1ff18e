"""Claims put on disk by patient."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cleanclaim.large.spill import BUCKETS, groups


@pytest.mark.parametrize(
    "shares", [[0] * BUCKETS, [1] * BUCKETS, [0, 900, 1, *[2] * (BUCKETS - 3)]]
)
@pytest.mark.parametrize("at_once", [1, 7, 100, 10**6])
def test_groups_cover_every_bucket_once(shares: list[int], at_once: int) -> None:
    counts = np.array(shares)
    ranges = groups(counts, at_once)
    assert ranges[0][0] == 0
    assert ranges[-1][1] == BUCKETS
    assert all(a[1] == b[0] and a[0] < a[1] for a, b in pairwise(ranges))
    most = max(int(counts[first:last].sum()) for first, last in ranges)
    assert most <= at_once + max(shares)
