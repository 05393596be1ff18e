"""Decode each Parquet file in another process first.

A damaged Parquet file can make Polars request more memory than any machine has. The operating
system then kills the process, and no error can be caught. So each file from outside is first
decoded in a separate process. If that process dies, the file is reported as not read, and
everything else is read.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

import polars as pl

_DECODER: Final = Path(__file__).with_name("decoder.py")
_LIBRARIES: Final = Path(pl.__file__).parents[1]
"""Where Polars is, which the other process may not find by itself."""
_RENEW: Final = 50_000_000
"""After a file of this size in bytes, the process is ended, since it may hold on to memory."""
_READY: Final = b"ready"
_ANSWER: Final = b"done"


def survives(source: Path | bytes, *, columns_only: bool = False) -> bool:
    """Whether a Parquet file can be decoded without killing the process.

    Args:
        source: the file, or its bytes.
        columns_only: only the columns will be read, not their values.

    Returns:
        False if decoding it killed the other process. True doesn't exclude errors that can be
        caught: the caller handles those.
    """
    with _LOCK:
        return _DECODING.survives(source, columns_only)


class _Decoding:
    """The other process, started for the first file."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def survives(self, source: Path | bytes, columns_only: bool) -> bool:  # noqa: FBT001
        process = self._started()
        if process is None:
            return True  # it can't be tried: the caller decodes it without
        try:
            is_done = _asked(process, source, columns_only)
        except OSError:  # it died while decoding
            is_done = False
        except BaseException:
            self.end()
            raise
        if not is_done or (_size(source) > _RENEW and not columns_only):
            self.end()
        return is_done

    def _started(self) -> subprocess.Popen[bytes] | None:
        """The process, ready for a file; None if it can't be started, which says nothing about the file."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.end()
        if not sys.executable or getattr(sys, "frozen", False):
            return None  # Python is part of another program
        with suppress(OSError):
            self._process = subprocess.Popen(  # noqa: S603 - this Python and a file of this package
                [sys.executable, "-I", str(_DECODER), str(_LIBRARIES)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        if self._process is not None and not _is_ready(self._process):
            self.end()
        return self._process

    def end(self) -> None:
        """End the process, if it is running."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        with suppress(OSError):
            process.communicate()


def _is_ready(process: subprocess.Popen[bytes]) -> bool:
    return process.stdout is not None and process.stdout.readline().strip() == _READY


def _asked(process: subprocess.Popen[bytes], source: Path | bytes, columns_only: bool) -> bool:  # noqa: FBT001
    given, answers = process.stdin, process.stdout
    if given is None or answers is None:
        return False
    what = str(source.absolute()) if isinstance(source, Path) else len(source)
    given.write(json.dumps([what, columns_only]).encode() + b"\n")
    if isinstance(source, bytes):
        given.write(source)
    given.flush()
    return answers.readline().strip() == _ANSWER


def _size(source: Path | bytes) -> int:
    """Bytes; 0 for a file that is gone, which the caller reports."""
    if isinstance(source, bytes):
        return len(source)
    with suppress(OSError):
        return source.stat().st_size
    return 0


_LOCK: Final = threading.Lock()
_DECODING: Final = _Decoding()
atexit.register(_DECODING.end)
