"""A worker's job for a seed: generate its case, read or check it, and return the failure."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal

from fuzzing.cases import Case, case_of, load
from fuzzing.command import Command, Faults, ending
from fuzzing.oracle import check_wrong, read_wrong, standing_in

Mode = Literal["read", "check"]
Target = Callable[[int], str | None]
"""For a seed: the failure, or None."""
AGAIN: Final = 20
"""Every so many cases, one is checked twice."""


class Fuzzed:
    """The cases of seeds.

    Args:
        mode: read them, or check them from the command line.
        others: files to break, in addition to generated ones.
    """

    def __init__(self, mode: Mode, others: Sequence[str] = ()) -> None:
        self._mode = mode
        self._others = [Path(name).read_bytes() for name in others]
        self._tried = Tried(mode)

    def __call__(self, seed: int) -> str | None:
        return self._tried(case_of(seed, self._others), again=seed % AGAIN == 0)


class Replayed:
    """The cases of a corpus, by number.

    Args:
        folder: the corpus: one file or folder for each case.
    """

    def __init__(self, folder: str) -> None:
        self._cases = [load(path) for path in entries(Path(folder))]
        self._read, self._check = Tried("read"), Tried("check")

    def __call__(self, number: int) -> str | None:
        case = self._cases[number]
        return self._read(case) or self._check(case, again=True)


def entries(corpus: Path) -> list[Path]:
    """The cases of a corpus, sorted by name."""
    return sorted(path for path in corpus.iterdir() if not path.name.startswith("."))


class Tried:
    """Reads or checks cases, each in its own folder."""

    def __init__(self, mode: Mode) -> None:
        self._faults = Faults()
        self._command = Command(self._faults) if mode == "check" else None
        self._folder = Path(tempfile.mkdtemp(prefix="fuzz-"))

    def __call__(self, case: Case, *, again: bool = False) -> str | None:
        folder = self._folder / "case"
        self._faults.taken()  # errors of others in this process
        try:
            with standing_in(case, folder):
                if self._command is None:
                    wrong = read_wrong(case)
                    return self._faults.taken() or wrong
                return check_wrong(case, self._command, again=again)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - any error is a result; a panic isn't an Exception
            return ending(error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Remove its folder."""
        os.chdir("/")
        shutil.rmtree(self._folder, ignore_errors=True)
