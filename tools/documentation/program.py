"""What the program prints, and pages that show it."""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Final

from cleanclaim.cli import main

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
    """What the program prints; it runs in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with _as_in_a_plain_terminal(), redirect_stdout(out), redirect_stderr(err):
        status = _status_of(arguments)
    if status not in {0, 1}:
        raise SystemExit(f"cleanclaim {' '.join(arguments)}: {_text_of(err)}")
    return "\n".join(line.rstrip() for line in _text_of(out).splitlines()) + "\n"


def _status_of(arguments: list[str]) -> object:
    try:
        main.run(arguments)
    except SystemExit as stopped:
        return stopped.code
    return 0


def _text_of(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@contextmanager
def _as_in_a_plain_terminal() -> Iterator[None]:
    """The project's folder, 100 columns and no colour; all is as before in the end."""
    before = dict(os.environ)
    os.environ.update({"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"})
    try:
        with chdir(ROOT), warnings.catch_warnings():
            warnings.simplefilter("default", UserWarning)  # those for the user, on the error stream
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)
