"""What the program prints, and pages that show it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_OUTPUT: Final = re.compile(
    r"(<!-- output: (?P<command>[^\n]*?) -->\n```text\n).*?(```\n)", re.DOTALL
)
_FILE: Final = re.compile(r"(<!-- file: (?P<path>[^\n]*?) -->\n```\w+\n).*?(```\n)", re.DOTALL)


def with_outputs(text: str) -> str:
    """A page with the outputs and files that it shows put in."""
    text = _OUTPUT.sub(lambda m: m[1] + run(m["command"].split()[1:]) + m[3], text)
    return _FILE.sub(lambda m: m[1] + (ROOT / m["path"]).read_text(encoding="utf-8") + m[3], text)


def run(arguments: list[str]) -> str:
    """What the program prints."""
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-c", "from cleanclaim.cli.main import main; main()", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 1}:
        raise SystemExit(f"cleanclaim {' '.join(arguments)}: {done.stderr}")
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"
