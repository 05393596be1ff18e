"""A job's own process: checks an upload, and leaves the report and its tables in the job's folder.

It runs as `python -m cleanclaim.server.work` in that folder. If it is killed, the next run continues
where it stopped (see `cleanclaim.pipeline.run`). `summary.json` is written last: a folder with it is done.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Final

from cleanclaim import pipeline
from cleanclaim.errors import CleanclaimError, ConfigError, InputError
from cleanclaim.failures import reason_of
from cleanclaim.job import Job
from cleanclaim.plan import Plan
from cleanclaim.report.formats import FORMATS, TABLES, format_of
from cleanclaim.report.result import Results, file_dict
from cleanclaim.server.choices import Choices
from cleanclaim.server.engine import loaded
from cleanclaim.server.settings import ServerSettings
from cleanclaim.server.worklist import files
from cleanclaim.storage.durable import whole_file
from cleanclaim.storage.folder_lock import locked

UPLOAD: Final = "upload"
TASK: Final = "task.json"
PROGRESS: Final = "progress.json"
SUMMARY: Final = "summary.json"
ERROR: Final = "error.json"
_WORK: Final = "work"
_TELL: Final = 0.5
_PATIENCE: Final = 10.0
_OCCUPIED: Final = 75
"""The status of a process that didn't work on its job, or not to the end."""
MEMORY: Final = "2GB"


@dataclass(frozen=True)
class Task:
    """What a job's process is told.

    Attributes:
        choices: how the claims are judged.
        format: the format of the report.
        store: the reference store.
        lock: a lock file.
        edits: folders of custom edits.
        is_batch: whether people work on its findings.
    """

    choices: Choices
    format: str
    store: str | None
    lock: str | None
    edits: tuple[str, ...]
    is_batch: bool = False

    def text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> Task:
        """From JSON."""
        content: dict[str, Any] = json.loads(text)
        content["choices"] = Choices(**content["choices"])
        content["edits"] = tuple(content["edits"])
        return cls(**content)


def report_name(name: str) -> str:
    """The file of a job's report."""
    return f"report{format_of(name).ending}"


def table_name(table: str) -> str:
    """The file of one of a job's tables."""
    return f"{table}.parquet"


def content_of(path: Path) -> dict[str, Any] | None:
    """What one of a job's small files says; None if it isn't there."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content


def main() -> int:
    """Check the upload in the working folder.

    Returns:
        0 if the report was written, 1 if the claims can't be read or an option isn't valid; anything else is a fault.
    """
    task = Task.of(Path(TASK).read_text(encoding="utf-8"))
    try:
        with locked(Path(), _PATIENCE):
            return _checked(task)
    except ConfigError:  # an earlier process still works here
        return _OCCUPIED


def _checked(task: Task) -> int:
    try:
        _check(task)
    except CleanclaimError as error:
        _put(ERROR, {"detail": str(error)})
        return 1
    except OSError as error:
        _put(ERROR, {"detail": f"the results can't be stored: {error.strerror}"})
        return 1
    except Exception as error:  # noqa: BLE001 - its words could hold claim data
        _put(ERROR, {"detail": f"the check failed: {reason_of(error)}"})
        return 1
    return 0


def _check(task: Task) -> None:
    places = ServerSettings(
        store=Path(task.store) if task.store else None,
        lock=Path(task.lock) if task.lock else None,
        edits=task.edits,
    )
    held = loaded(places)
    job = Job(
        (UPLOAD,), held.reference, task.choices.edits(held), task.choices.settings(),
        plan=Plan.within(MEMORY), progress=_Progress().tell, tables=task.choices.tables(),
    )  # fmt: skip
    if task.is_batch:
        report = pipeline.run_whole(job)
        files.write(report, Path())
        _write(report, task)
        return
    if format_of(task.format).is_whole:
        _write(pipeline.run_whole(job), task)
        return
    with pipeline.run(job, Path(_WORK)) as results:
        _write(results, task)


def _write(results: Results, task: Task) -> None:
    if results.unread and not results.summary["claims"]:
        raise InputError("; ".join(str(entry.error) for entry in results.unread))
    with whole_file(Path(report_name(task.format))) as out:
        format_of(task.format).write(results, out)
    for table in TABLES:
        with whole_file(Path(table_name(table))) as out:
            FORMATS["parquet"].write_table(table, results, out)
    unread = [file_dict(entry) for entry in results.unread]
    _put(SUMMARY, {"summary": results.summary, "not_read": unread})


class _Progress:
    """Leaves the progress in a file now and then."""

    def __init__(self) -> None:
        self._told = 0.0

    def tell(self, doing: str, claims: int, share: float | None) -> None:
        if time.monotonic() - self._told >= _TELL:
            self._told = time.monotonic()
            _put(PROGRESS, {"step": doing, "claims": claims, "share": share})


def _put(name: str, content: dict[str, Any]) -> None:
    with whole_file(Path(name)) as out:
        out.write(json.dumps(content).encode())


def end_with_the_service() -> None:
    """End this process as soon as the service that began it has ended, since the next one begins the job again."""

    def wait() -> None:
        while os.read(0, 1):  # not by way of sys.stdin, which can't be closed while it is read
            pass
        os._exit(_OCCUPIED)

    Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    end_with_the_service()
    sys.exit(main())
