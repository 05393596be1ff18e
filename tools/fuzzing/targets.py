"""What a worker does with a seed: make its case, read or check it, and say what is wrong."""

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
"""Of a seed: what went wrong, None for nothing."""
AGAIN: Final = 20
"""Every so many cases are checked twice."""


class Fuzzed:
    """The cases of seeds.

    Args:
        mode: read them, or check them by the command line.
        others: files that are broken too.
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
        folder: the corpus: a file or folder a case.
    """

    def __init__(self, folder: str) -> None:
        self._cases = [load(path) for path in entries(Path(folder))]
        self._read, self._check = Tried("read"), Tried("check")

    def __call__(self, number: int) -> str | None:
        case = self._cases[number]
        return self._read(case) or self._check(case, again=True)


def entries(corpus: Path) -> list[Path]:
    """The cases of a corpus, in order of name."""
    return sorted(path for path in corpus.iterdir() if not path.name.startswith("."))


class Tried:
    """Reads or checks cases, each in a folder of its own."""

    def __init__(self, mode: Mode) -> None:
        self._faults = Faults()
        self._command = Command(self._faults) if mode == "check" else None
        self._folder = Path(tempfile.mkdtemp(prefix="fuzz-"))

    def __call__(self, case: Case, *, again: bool = False) -> str | None:
        folder = self._folder / "case"
        self._faults.taken()  # those of others in this process
        try:
            with standing_in(case, folder):
                if self._command is None:
                    wrong = read_wrong(case)
                    return self._faults.taken() or wrong
                return check_wrong(case, self._command, again=again)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is looked for; a panic is no Exception
            return ending(error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Remove its folder."""
        os.chdir("/")
        shutil.rmtree(self._folder, ignore_errors=True)
