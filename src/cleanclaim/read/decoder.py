"""The program that decodes Parquet files in a process of its own; see `cleanclaim.read.trial`.

Reads a line of JSON from standard input for each file: its path, or how many bytes of it follow; and whether only its columns are of interest. Answers each
with the line "done", whether or not Polars raised an error. Imports nothing of cleanclaim, so that it starts quickly.
"""

import io
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import polars as pl

with suppress(ImportError, ValueError, OSError):
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold patients' data

os.environ.setdefault("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")


def main() -> None:
    """Decode until there is nothing more to read."""
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    while line := given.readline():
        what, columns_only = json.loads(line)
        source = Path(what) if isinstance(what, str) else io.BytesIO(given.read(what))
        try:
            decode(source, columns_only=columns_only)
        except Exception:  # noqa: BLE001, S110 - errors are for the process that reads the file
            pass
        except BaseException as error:  # a panic is no Exception
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
        answers.write(b"done\n")
        answers.flush()


def decode(source: Path | io.BytesIO, *, columns_only: bool) -> None:
    """Decode every value of a file, a few rows at a time, or only the columns' names and types."""
    if columns_only:
        pl.read_parquet_schema(source)
        return
    pl.scan_parquet(source, glob=False).sink_batches(lambda _rows: None)


if __name__ == "__main__":
    main()
