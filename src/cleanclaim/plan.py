"""How much to process at once, given the memory that a run may use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from cleanclaim.errors import ConfigError

_STANDING: Final = 850_000_000
"""Bytes that the program and CMS's full tables take, regardless of the claims."""
_A_CLAIM: Final = 12_500
"""Bytes for each claim while its group is checked, including its findings."""
_LEAST: Final = 1_000
_MOST: Final = 50_000
"""Larger groups aren't faster."""
_WORKERS: Final = 2
"""Groups checked at the same time; Polars' own threads use the other processors."""
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(KB|MB|GB|TB|B)?", re.IGNORECASE)
_UNITS: Final = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


@dataclass(frozen=True, slots=True)
class Plan:
    """The sizes of a run.

    Attributes:
        at_once: about how many claims a group holds.
        in_memory: up to this many claims, everything is held in memory and nothing is put on disk.
        workers: how many groups are processed at the same time.
    """

    at_once: int = 50_000
    in_memory: int = 100_000
    workers: int = _WORKERS

    @property
    def at_rest(self) -> int:
        """About how many claims are written to disk together: fewer, larger pieces are faster to read."""
        return 3 * self.at_once

    @classmethod
    def within(cls, memory: str) -> Plan:
        """The sizes that keep a run within a memory limit.

        Args:
            memory: such as 2GB or 800MB.

        Raises:
            ConfigError: it isn't a valid size.
        """
        free = max(_bytes_of(memory) - _STANDING, 0)
        at_once = min(max(int(free / (_WORKERS * _A_CLAIM)), _LEAST), _MOST)
        return cls(at_once, 2 * at_once)


def _bytes_of(text: str) -> float:
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ConfigError([f"memory: {text!r}; expected a size such as 2GB or 800MB"])
    return float(found[1]) * _UNITS[(found[2] or "").upper()]
