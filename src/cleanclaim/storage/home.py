"""Where cleanclaim keeps what belongs to its user: reference tables, keys, and prepared tables."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path, user_data_path

_NOWHERE: Final = Path(os.devnull) / "cleanclaim"
"""Below a device nothing is found, and nothing can be written."""


def home() -> Path:
    """The folder of the user's own data: `$CLEANCLAIM_HOME`, or the usual place on this system."""
    given = os.environ.get("CLEANCLAIM_HOME")
    return Path(given) if given else _usual(user_data_path)


def cache_home() -> Path:
    """The folder of what can be made again: `$CLEANCLAIM_HOME/cache`, or the usual place on this system."""
    given = os.environ.get("CLEANCLAIM_HOME")
    return Path(given) / "cache" if given else _usual(user_cache_path)


def _usual(place: Callable[..., Path]) -> Path:
    """The usual place; nowhere for a user without a home, never a folder below the working folder."""
    try:
        usual = place("cleanclaim", appauthor=False)
    except RuntimeError:  # how some versions of platformdirs say that there is no home
        return _NOWHERE
    return usual if usual.is_absolute() else _NOWHERE
