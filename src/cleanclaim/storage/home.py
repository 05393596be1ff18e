"""Where cleanclaim keeps the user's reference tables, keys and prepared tables."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path, user_data_path

_NOWHERE: Final = Path(os.devnull) / "cleanclaim"
"""A path below a device: no file exists there, and none can be written."""


def home() -> Path:
    """The folder of the user's own data: `$CLEANCLAIM_HOME`, or this system's usual folder."""
    given = os.environ.get("CLEANCLAIM_HOME")
    return Path(given) if given else _usual(user_data_path)


def cache_home() -> Path:
    """The folder of data that can be made again: `$CLEANCLAIM_HOME/cache`, or this system's usual folder."""
    given = os.environ.get("CLEANCLAIM_HOME")
    return Path(given) / "cache" if given else _usual(user_cache_path)


def _usual(place: Callable[..., Path]) -> Path:
    """The usual folder. For a user without a home directory, `_NOWHERE` and never the working folder."""
    try:
        usual = place("cleanclaim", appauthor=False)
    except RuntimeError:  # some versions of platformdirs report a missing home this way
        return _NOWHERE
    return usual if usual.is_absolute() else _NOWHERE
