"""Runs on histories, each in a process of its own, that can be killed at any step; `test_history_stopped.py` starts it.

On standard input: a JSON list of rounds, each a list of runs that go on at the same time. On standard output: what became of each run.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cleanclaim.errors import CleanclaimError
from cleanclaim.read import FileRead, Past, read
from cleanclaim.write.history import History

CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate", "shutil.rmtree"}  # fmt: skip


def killed_at(step: int | None, history: str) -> list[int]:
    """Count what a run does to the files of a history, and kill it before a step."""
    count = [0]

    def see(event: str, arguments: tuple[Any, ...]) -> None:
        if event in CHANGES or (event == "open" and history in str(arguments[0])):
            if count[0] == step:
                os.kill(os.getpid(), signal.SIGKILL)
            count[0] += 1

    sys.addaudithook(see)
    return count


def ids(history: str) -> list[str]:
    """The claims that a look back finds."""
    files: list[FileRead] = []
    batches = list(read([history], files, past=Past()))
    errors = [entry.error for entry in files if entry.error]
    assert not errors, errors
    return sorted(claim for batch in batches for claim in batch.claims["claim_id"])


def add(run: dict[str, Any]) -> object:
    done = History(run["history"]).add(run["inputs"])
    return {"added": [added.name for added in done.added], "refused": done.refused}


def remove(run: dict[str, Any]) -> object:
    return [added.number for added in History(run["history"]).remove(run["numbers"])]


def look(run: dict[str, Any]) -> object:
    files = [added.number for added in History(run["history"]).files()]
    return {"ids": [ids(run["history"]) for _ in range(run.get("times", 1))], "files": files}


def again(run: dict[str, Any]) -> object:
    """Add and remove the same file over and over."""
    history = History(run["history"])
    for _ in range(run["times"]):
        history.remove([added.number for added in history.add(run["inputs"]).added])
    return None


WORK: dict[str, Callable[[dict[str, Any]], object]] = {
    "add": add,
    "remove": remove,
    "look": look,
    "again": again,
}


def child(run: dict[str, Any], told: Path) -> None:
    count = killed_at(run.get("step"), run["history"])
    result: dict[str, Any] = {}
    began = time.monotonic()
    try:
        result["found"] = WORK[run["do"]](run)
    except CleanclaimError as error:
        result["error"] = str(error)
    except BaseException as error:  # noqa: BLE001 - what a user must never see
        result["escaped"] = repr(error)
    signal.setitimer(signal.ITIMER_REAL, 0)
    result["steps"], result["seconds"] = count[0], time.monotonic() - began
    told.write_text(json.dumps(result))


def begun(run: dict[str, Any], told: Path) -> int:
    process = os.fork()
    if process == 0:
        if "seconds" in run:
            signal.signal(
                signal.SIGALRM, signal.SIG_DFL
            )  # ends the process at once, as a kill does
            signal.setitimer(signal.ITIMER_REAL, run["seconds"])
        child(run, told)
        os._exit(0)
    return process


def main() -> None:
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for runs in json.load(sys.stdin):
            for run in runs:
                if "of" in run:
                    shutil.copytree(run["of"], run["history"])
            tolds = [Path(folder) / str(number) for number in range(len(runs))]
            for process in [begun(run, told) for run, told in zip(runs, tolds, strict=True)]:
                os.waitpid(process, 0)
            results.append([json.loads(t.read_text()) if t.exists() else None for t in tolds])
            for told in tolds:
                told.unlink(missing_ok=True)
    print(json.dumps(results))  # noqa: T201


if __name__ == "__main__":
    main()
