"""A job: what one run of the pipeline does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.edits.edit import Edit
from cleanclaim.engine.check import check
from cleanclaim.failures import Failure
from cleanclaim.look_back import Earlier, with_outcomes
from cleanclaim.model import Batch
from cleanclaim.plan import Plan
from cleanclaim.read import AS_FOUND, FileRead, Held, Past, TableOptions, read
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings
from cleanclaim.verdicts import Judged, judged

_MOST_PATIENTS: Final = 5_000_000
"""Above this, reading all earlier claims is faster than finding those of certain patients."""

Progress = Callable[[str, int, float | None], None]
"""Called with the current step, the number of claims so far, and the share of all claims if known."""
NoteReader = Callable[[Batch], pl.DataFrame]
"""Returns what the notes of claims show, as rows of `cleanclaim.model.NOTE_FACTS`."""
Read = tuple[Batch, int]
"""A batch, and how many files had been started when it was read."""


@dataclass(frozen=True)
class Job:
    """What one run of the pipeline does.

    Attributes:
        inputs: files, folders, "-" for standard input.
        reference: the dated tables.
        edits: the edits to run.
        settings: how claims are judged.
        history: earlier claims, used for looking back and never reported on.
        plan: how much to process at once.
        progress: called as the work proceeds.
        tell: called with messages the user should see right away.
        broken: edits that couldn't be loaded, for the report.
        held: claims already read, checked in place of `inputs`.
        tables: what the user says about tables.
        notes: reads the notes of claims; None without notes.
        outcomes: what payers decided on earlier claims (`cleanclaim.look_back.OUTCOMES`); None if it isn't known.
        sent: histories among the inputs are read as claims that were sent.
    """

    inputs: tuple[str | Path | Held, ...]
    reference: Reference
    edits: tuple[Edit, ...]
    settings: Settings = field(default_factory=Settings)
    history: tuple[str | Path, ...] = ()
    plan: Plan = field(default_factory=Plan)
    progress: Progress = lambda _doing, _done, _share: None
    tell: Callable[[str], None] = lambda _words: None
    broken: tuple[Failure, ...] = ()
    held: Batch | None = None
    tables: TableOptions = AS_FOUND
    notes: NoteReader | None = None
    outcomes: pl.DataFrame | None = None
    sent: bool = False

    @property
    def looks_across(self) -> bool:
        """Whether a patient's claims must be brought together.

        They must if an edit looks at several of them, or if there are earlier claims to read.
        """
        return bool(self.history) or any(edit.looks_across for edit in self.edits)

    @property
    def counts_pairs(self) -> bool:
        """Whether an edit needs what all patients' earlier claims show."""
        return any(edit.scope == "all" for edit in self.edits)

    @property
    def form(self) -> bool:
        """Whether the form of segments and elements is checked."""
        return any(edit.table == "syntax_faults" for edit in self.edits)

    @cached_property
    def earlier(self) -> Earlier:
        """The earlier claims, without the inputs themselves."""
        named = [given for given in self.inputs if not isinstance(given, Held)]
        return Earlier.before(named, self.history)

    def check(self, batch: Batch) -> Judged:
        """Check a group of whole patients and judge its claims."""
        if self.notes is not None:
            batch = replace(batch, note_facts=self.notes(batch))
        checked = check(batch, self.reference, self.edits)
        return judged(batch, checked, self.reference, self.settings, self.broken)

    def read(self, files: list[FileRead], first_key: int = 0) -> Iterator[Read]:
        """Read the inputs, skipping the files already listed in `files`."""
        if self.held is not None:
            yield self.held, 0
            return
        for batch in read(
            self.inputs,
            files,
            first_key,
            form=self.form,
            skip=len(files),
            at_once=self.plan.at_once,
            past=Past() if self.sent else None,
            tables=self.tables,
        ):
            yield batch, len(files)

    def read_earlier(
        self, files: list[FileRead], first_key: int, patients: pl.Series
    ) -> Iterator[Read]:
        """Read the earlier claims of some patients, skipping the files already listed in `files`.

        The claims of all other patients are read too if an edit counts them, or if that is as fast.
        """
        batches = self.earlier.read(
            files,
            patients,
            first_key,
            counts_all=self.counts_pairs or patients.len() > _MOST_PATIENTS,
            skip=len(files),
            at_once=self.plan.at_once,
            tables=self.tables,
        )
        for batch in batches:
            own = batch if self.outcomes is None else with_outcomes(batch, self.outcomes)
            yield own, len(files)
