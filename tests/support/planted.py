"""What workers under watch are given in tests: seeds that hang, take memory, end the process, or fail."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

HANG, HOG, END, WRONG = 3, 5, 7, 9


class Planted:
    """Most seeds are well."""

    def __init__(self) -> None:
        self._kept: list[bytearray] = []

    def __call__(self, seed: int) -> str | None:
        if seed == HANG:
            time.sleep(3_600)
        if seed == HOG:
            while True:
                self._kept.append(bytearray(b"x") * (40 << 20))
        if seed == END:
            os.abort()
        return "planted" if seed == WRONG else None


def never() -> Callable[[int], str | None]:
    """No worker comes of this."""
    raise ValueError("it does not start")
