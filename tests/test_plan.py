"""How much is worked on at once."""

from __future__ import annotations

import pytest

from cleanclaim.errors import ConfigError
from cleanclaim.plan import Plan


@pytest.mark.parametrize(
    ("memory", "at_once"), [("2GB", 46_000), ("1.2 GB", 14_000), ("100MB", 1_000), ("1TB", 50_000)]
)
def test_memory_bounds_the_groups(memory: str, at_once: int) -> None:
    assert Plan.within(memory).at_once == at_once


@pytest.mark.parametrize("memory", ["much", "2 gigs", "-1GB", ""])
def test_memory_that_is_no_size(memory: str) -> None:
    with pytest.raises(ConfigError, match="expected a size such as 2GB"):
        Plan.within(memory)
