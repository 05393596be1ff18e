"""Record ten practice cases in a terminal, as an asciicast (https://docs.asciinema.org/manual/asciicast/v2/).

Usage: python tools/record_learn.py [docs/images/learn.cast]

The learner is invented: it answers with the first choice, and asks for one hint.
"""

from __future__ import annotations

import json
import os
import pty
import select
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

_KEYS: Final = ("h", *"aabacabdab")
_WIDE: Final = 110
_HIGH: Final = 40
_PATIENCE: Final = 60.0
_PAUSE: Final = 1.5
"""Seconds between an answer and the next, in the recording."""


def main() -> None:
    """Play, and write the recording."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images/learn.cast")
    head = {"version": 2, "width": _WIDE, "height": _HIGH, "title": "cleanclaim learn play"}
    events = [json.dumps([round(at, 2), "o", text], ensure_ascii=False) for at, text in _played()]
    target.write_text("\n".join([json.dumps(head), *events]) + "\n", encoding="utf-8")
    print(f"{target}: {len(events)} events")


def _played() -> list[tuple[float, str]]:
    with tempfile.TemporaryDirectory() as home:
        child, terminal = pty.fork()
        if child == 0:
            os.environ |= {"CLEANCLAIM_HOME": home, "COLUMNS": str(_WIDE)}
            os.execv(sys.executable, [sys.executable, "-m", "cleanclaim", "learn", "play"])  # noqa: S606
        found = _typed(terminal)
        os.waitpid(child, 0)
    return found


def _typed(terminal: int) -> list[tuple[float, str]]:
    """What appears, with an answer typed at every prompt."""
    keys, events, at, shown = list(_KEYS), list[tuple[float, str]](), 0.0, ""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 1.0)[0]:
            try:
                text = os.read(terminal, 65536).decode("utf-8", "replace")
            except OSError:
                break
            if not text:
                break
            events.append((at, text))
            shown += text
        if shown.endswith("> ") and keys:
            at += _PAUSE
            os.write(terminal, f"{keys.pop(0)}\n".encode())
            shown = ""
    return events


if __name__ == "__main__":
    main()
