"""How much is worked on at once, from the memory that a run may take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from cleanclaim.errors import ConfigError

_STANDING: Final = 850_000_000
"""Bytes that the program and CMS's tables at full size take, whatever the claims."""
_A_CLAIM: Final = 12_500
"""Bytes that a claim takes while its group is checked, with what is found on it."""
_LEAST: Final = 1_000
_MOST: Final = 50_000
"""Larger groups are no faster."""
_WORKERS: Final = 2
"""Groups at the same time; more find no work beside Polars' own threads."""
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(KB|MB|GB|TB|B)?", re.IGNORECASE)
_UNITS: Final = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of a run.

    Attributes:
        at_once: about how many claims a group holds.
        in_memory: up to so many claims are held in memory as a whole, and nothing is put on disk.
        workers: groups that are worked on at the same time.
    """

    at_once: int = 50_000
    in_memory: int = 100_000
    workers: int = _WORKERS

    @property
    def at_rest(self) -> int:
        """About how many claims are put on disk together: fewer and larger pieces are quicker to read from."""
        return 3 * self.at_once

    @classmethod
    def within(cls, memory: str) -> Plan:
        """The sizes that keep a run within some memory.

        Args:
            memory: such as 2GB or 800MB.

        Raises:
            ConfigError: it is no size.
        """
        free = max(_bytes_of(memory) - _STANDING, 0)
        at_once = min(max(int(free / (_WORKERS * _A_CLAIM)), _LEAST), _MOST)
        return cls(at_once, 2 * at_once)


def _bytes_of(text: str) -> float:
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ConfigError([f"memory: {text!r}; expected a size such as 2GB or 800MB"])
    return float(found[1]) * _UNITS[(found[2] or "").upper()]
