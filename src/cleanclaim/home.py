"""Where cleanclaim keeps what belongs to its user: reference tables and keys."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path


def home() -> Path:
    """The folder of the user's own data: `$CLEANCLAIM_HOME`, or the usual place on this system."""
    given = os.environ.get("CLEANCLAIM_HOME")
    return Path(given) if given else user_data_path("cleanclaim", appauthor=False)
