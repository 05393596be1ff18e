"""What is asked of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.edits.edit import Edit
from cleanclaim.failures import Failure
from cleanclaim.large.plan import Plan
from cleanclaim.model import Batch
from cleanclaim.pipeline import Earlier, Progress, Settings
from cleanclaim.read import FileRead, read
from cleanclaim.reference import Reference

_MOST_PATIENTS: Final = 5_000_000

Read = tuple[Batch, int]
"""A batch as it was read, and how many files were begun by then."""


@dataclass(frozen=True)
class Job:
    """What is asked of a run.

    Attributes:
        inputs: files, folders, "-" for standard input.
        reference: the dated tables.
        edits: the edits to run.
        settings: how claims are judged.
        history: earlier claims, looked back at and never reported on.
        plan: how much is worked on at once.
        progress: told what is done, of how many claims so far, and its share where that is known.
        tell: told, in words, what the user should know at once.
        broken: edits that could not be loaded, for the report.
    """

    inputs: tuple[str | Path, ...]
    reference: Reference
    edits: tuple[Edit, ...]
    settings: Settings
    history: tuple[str | Path, ...] = ()
    plan: Plan = field(default_factory=Plan)
    progress: Progress = lambda _doing, _done, _share: None
    tell: Callable[[str], None] = lambda _words: None
    broken: tuple[Failure, ...] = ()

    @property
    def looks_across(self) -> bool:
        """Whether the claims of a patient must be brought together: an edit looks at several, or there are earlier ones to read."""
        return bool(self.history) or any(edit.looks_across for edit in self.edits)

    @property
    def counts_pairs(self) -> bool:
        """Whether an edit asks what the earlier claims of all patients show."""
        return any(edit.of_all_patients for edit in self.edits)

    @property
    def form(self) -> bool:
        """Whether the form of segments and elements is looked at."""
        return any(edit.table == "syntax_faults" for edit in self.edits)

    @cached_property
    def earlier(self) -> Earlier:
        """The earlier claims, without those of the inputs themselves."""
        return Earlier.before(self.inputs, self.history)

    def read(self, files: list[FileRead], first_key: int = 0) -> Iterator[Read]:
        """Read the inputs, from the file after those that `files` tells of."""
        batches = read(
            self.inputs,
            files,
            first_key,
            form=self.form,
            skip=len(files),
            at_once=self.plan.at_once,
        )
        return ((batch, len(files)) for batch in batches)

    def read_earlier(
        self, files: list[FileRead], first_key: int, patients: pl.Series
    ) -> Iterator[Read]:
        """Read the earlier claims of some patients, from the file after those that `files` tells of.

        Those of all other patients are read too if it's as quick, or if an edit counts them.
        """
        batches = self.earlier.read(
            files,
            patients,
            first_key,
            counts_all=self.counts_pairs or patients.len() > _MOST_PATIENTS,
            skip=len(files),
            at_once=self.plan.at_once,
        )
        return ((batch, len(files)) for batch in batches)
