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
    An address, or a name from whatever addresses, may fail more often, since colleagues share an address and strangers must not lock a user out.

    Args:
        clock: the seconds now.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()

    def wait(self, name: str, address: str) -> int:
        """The seconds until a sign-in is tried; 0 for now."""
        now = self._clock()
        waits = [self._until(key, most) - now for key, most in _keys(name, address)]
        return max(0, int(max(waits)) + 1) if max(waits) > 0 else 0

    def failed(self, name: str, address: str) -> None:
        """Count a failure."""
        now = self._clock()
        for key, _ in _keys(name, address):
            count, last = self._failures.pop(key, (0, now))
            is_over = now - last > _LONGEST_WAIT
            self._failures[key] = (1 if is_over else count + 1, now)
        while len(self._failures) > _MOST_KEPT:
            self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of a name from an address."""
        self._failures.pop((name, address), None)

    def _until(self, key: Hashable, most: int) -> float:
        count, last = self._failures.get(key, (0, 0.0))
        if count < most:
            return 0.0
        return last + min(_FIRST_WAIT * 2.0 ** min(count - most, 20), _LONGEST_WAIT)


def _keys(name: str, address: str) -> tuple[tuple[Hashable, int], ...]:
    return (((name, address), _FREE), (("address", None, address), _MOST_OF_ADDRESS), (("name", None, name), _MOST_OF_NAME))  # fmt: skip
