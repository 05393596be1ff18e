"""What runs in a process that checks claims for the service.

This module imports nothing heavy, so that `begin` can say how many threads Polars uses before Polars
is imported. Several processes share the cores already.
"""

from __future__ import annotations

import os
import pickle
import signal
from multiprocessing import parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleanclaim.server.choices import Choices
    from cleanclaim.server.engine import Held
    from cleanclaim.server.problems import Problem

_HELD: list[Held] = []
"""What this process checks with: one state for its whole life."""


def begin(settings: bytes) -> None:
    """Load the reference and the edits; runs once in each process.

    Args:
        settings: the pickled `ServerSettings`.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    for name in ("SIGINT", "SIGHUP"):  # the service's process decides when this one ends
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    Thread(target=_end_with_the_service, daemon=True).start()
    from cleanclaim.server.engine import loaded  # noqa: PLC0415 - imports Polars

    _HELD.append(loaded(pickle.loads(settings)))  # noqa: S301 - from the service's own process


def _end_with_the_service() -> None:
    """End when the service's process ends, even by a signal that it can't answer."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(0)


def digest() -> str:
    """The hash of the lock of the reference that is loaded."""
    return _HELD[0].digest


def check(several: list[tuple[list[Any] | bytes, Choices, str]]) -> list[bytes | Problem]:
    """The answers to small requests of one kind, each given by its claims, choices and format."""
    from cleanclaim.server.checking import Asked, answers  # noqa: PLC0415 - imports Polars

    return answers([Asked(claims, choices, form, _HELD[0]) for claims, choices, form in several])
