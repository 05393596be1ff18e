"""Parquet files are decoded in another process first.

A damaged Parquet file can make Polars ask for more memory than any machine has, and the process that asks is ended by its operating system: no error can be
caught. So each file from outside is decoded once in a process of its own. If that process ends, the file is reported as not read, and everything else is.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

_DECODER: Final = Path(__file__).with_name("decoder.py")
_RENEW: Final = 50_000_000
"""Bytes of a file after which the process, which may hold on to memory, is ended."""
_ANSWER: Final = b"done"


def survives(source: Path | bytes, *, columns_only: bool = False) -> bool:
    """Whether a Parquet file can be decoded without ending the process.

    Args:
        source: the file, or its bytes.
        columns_only: only its columns are read here, not their values.

    Returns:
        False if decoding it ended the other process. True says nothing about errors that can be caught: they are left to the caller.
    """
    with _LOCK:
        return _DECODING.survives(source, columns_only)


class _Decoding:
    """The other process, which is started for the first file."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def survives(self, source: Path | bytes, columns_only: bool) -> bool:  # noqa: FBT001
        if not sys.executable:
            return True  # Python is part of another program; there is nothing to start
        process = self._started()
        try:
            is_done = _asked(process, source, columns_only)
        except OSError:  # it ended while it was asked
            is_done = False
        except BaseException:
            self.end()
            raise
        if not is_done or (_size(source) > _RENEW and not columns_only):
            self.end()
        return is_done

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = subprocess.Popen(  # noqa: S603 - this Python and a file of this package
                [sys.executable, "-I", str(_DECODER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        with suppress(OSError):
            process.communicate()


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
    return source.stat().st_size if isinstance(source, Path) else len(source)


_LOCK: Final = threading.Lock()
_DECODING: Final = _Decoding()
