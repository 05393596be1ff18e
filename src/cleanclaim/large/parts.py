"""Findings on disk, one part for each group of claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim.edits.edit import Edit
from cleanclaim.failures import Failure, merge_failures
from cleanclaim.read import FileRead
from cleanclaim.report.tally import Tally
from cleanclaim.verdicts import Judged

_FINDINGS: Final = "findings.arrow"
_NOT_CHECKED: Final = "not_checked.arrow"
_CLAIMS: Final = "claims.arrow"


def write_part(judged: Judged, folder: Path) -> None:
    """Write one group's findings, and its claims."""
    judged.findings.write_ipc(folder / _FINDINGS)
    judged.not_checked.write_ipc(folder / _NOT_CHECKED)
    judged.claims.write_ipc(folder / _CLAIMS)


@dataclass(frozen=True)
class Large:
    """The result of a run on disk, available as long as the run's folder exists.

    Attributes:
        folders: the folders of its parts, in order.
        records: the `claims`, `lines` and `failures` of each part.
        files: one entry for each input.
        edits: the edits that ran.
        notes: other notes for the reader.
        broken: edits that couldn't be loaded.
    """

    folders: tuple[Path, ...]
    records: tuple[dict[str, Any], ...]
    files: tuple[FileRead, ...]
    edits: tuple[Edit, ...]
    notes: tuple[str, ...] = ()
    broken: tuple[Failure, ...] = ()

    def findings_parts(self) -> Iterator[pl.DataFrame]:
        """The findings, one group at a time; each part holds whole claims."""
        for folder in self.folders:
            yield pl.read_ipc(folder / _FINDINGS)

    def not_checked_parts(self) -> Iterator[pl.DataFrame]:
        """What wasn't checked, one group at a time."""
        for folder in self.folders:
            yield pl.read_ipc(folder / _NOT_CHECKED)

    def claims_parts(self) -> Iterator[pl.DataFrame]:
        """The claims with their verdicts, one group at a time."""
        for folder in self.folders:
            yield pl.read_ipc(folder / _CLAIMS)

    @property
    def unread(self) -> list[FileRead]:
        """Inputs that couldn't be read, or not to the end."""
        return [entry for entry in self.files if entry.error]

    @property
    def is_clean(self) -> bool:
        """True if everything was checked and no finding is more severe than info."""
        return not self.failures and self._tally.is_clean

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """Edits that failed, and groups of claims that couldn't be checked."""
        failures = (Failure(**failure) for record in self.records for failure in record["failures"])
        return merge_failures([*self.broken, *failures])

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Counts of claims, clean claims, findings by disposition and edit, and what wasn't checked."""
        return self._tally.summary(self.files, self.notes, self.failures)

    @cached_property
    def _tally(self) -> Tally:
        tally = Tally()
        for folder, record in zip(self.folders, self.records, strict=True):
            found = (pl.read_ipc(folder / name) for name in (_CLAIMS, _FINDINGS, _NOT_CHECKED))
            tally.add(record["lines"], *found)
        return tally
