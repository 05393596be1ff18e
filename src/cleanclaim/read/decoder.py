"""The program that decodes Parquet files in its own process; see `cleanclaim.read.trial`.

Its argument is the folder of Polars. It answers "ready" first. For each file, it reads a line of
JSON from standard input: the path, or how many bytes of content follow; and whether only the
columns matter. It answers each with the line "done", whether or not Polars raised an error. It
imports nothing from cleanclaim, so that it starts quickly.
"""

import io
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

sys.path.append(sys.argv[1])

import polars as pl

with suppress(ImportError, ValueError, OSError):
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would contain patients' data

os.environ.setdefault("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")


def main() -> None:
    """Decode files until the input ends."""
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(b"ready\n")
    answers.flush()
    while line := given.readline():
        what, columns_only = json.loads(line)
        source = Path(what) if isinstance(what, str) else io.BytesIO(given.read(what))
        try:
            decode(source, columns_only=columns_only)
        except Exception:  # noqa: BLE001, S110 - the process that reads the file reports errors
            pass
        except BaseException as error:  # a panic isn't an Exception
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
        answers.write(b"done\n")
        answers.flush()


def decode(source: Path | io.BytesIO, *, columns_only: bool) -> None:
    """Decode every value of a file, a few rows at a time, or only column names and types."""
    if columns_only:
        pl.read_parquet_schema(source)
        return
    pl.scan_parquet(source, glob=False).sink_batches(lambda _rows: None)


if __name__ == "__main__":
    main()
