"""Decode each Parquet file in another process first.

A damaged Parquet file can make Polars request more memory than any machine has. The operating
system then kills the process, and no error can be caught. So each file from outside is first
decoded in a separate process. If that process dies, the file is reported as not read, and
everything else is read.
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
"""After a file of this size in bytes, the process is ended, since it may hold on to memory."""
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
        if not sys.executable:
            return True  # Python is embedded in another program, so no process can be started
        process = self._started()
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
        """End the process, if it is running."""
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
