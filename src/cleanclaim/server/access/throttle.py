"""How many failed sign-ins are taken, before the next one has to wait."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

_FREE: Final = 5
_FIRST_WAIT: Final = 30.0
_LONGEST_WAIT: Final = 900.0
_MOST_OF_ADDRESS: Final = 50
_MOST_OF_NAME: Final = 100
_MOST_KEPT: Final = 10_000


class Throttle:
    """Counts failed sign-ins by name and address, whether the name exists or not.

    After five failures of a name from an address, each further one makes the wait twice as long, up to a quarter of an hour.
    An address, or a name from whatever addresses, may fail more often in a quarter of an hour, since colleagues share an address
    and strangers must not lock a user out.

    Args:
        clock: the seconds now.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[Hashable, tuple[int, float, float]] = OrderedDict()

    def wait(self, name: str, address: str) -> int:
        """The seconds until a sign-in is tried; 0 for now."""
        until = max(self._after_own(name, address), *(self._after_all(key, most) for key, most in _totals(name, address)))  # fmt: skip
        left = until - self._clock()
        return int(left) + 1 if left > 0 else 0

    def failed(self, name: str, address: str) -> None:
        """Count a failure."""
        now = self._clock()
        for key in ((name, address), *(key for key, _ in _totals(name, address))):
            count, first, last = self._failures.pop(key, (0, now, now))
            since = last if key == (name, address) else first
            self._failures[key] = (1, now, now) if now - since > _LONGEST_WAIT else (count + 1, first, now)  # fmt: skip
        while len(self._failures) > _MOST_KEPT:
            self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of a name from an address, and that this attempt was counted."""
        self._failures.pop((name, address), None)
        for key, _ in _totals(name, address):
            if key in self._failures:
                count, first, last = self._failures[key]
                self._failures[key] = (max(count - 1, 0), first, last)

    def _after_own(self, name: str, address: str) -> float:
        count, _, last = self._failures.get((name, address), (0, 0.0, 0.0))
        return last + min(_FIRST_WAIT * 2.0 ** min(count - _FREE, 20), _LONGEST_WAIT) if count >= _FREE else 0.0  # fmt: skip

    def _after_all(self, key: Hashable, most: int) -> float:
        count, first, _ = self._failures.get(key, (0, 0.0, 0.0))
        return first + _LONGEST_WAIT if count >= most else 0.0


def _totals(name: str, address: str) -> tuple[tuple[Hashable, int], ...]:
    return (("address", None, address), _MOST_OF_ADDRESS), (("name", None, name), _MOST_OF_NAME)
