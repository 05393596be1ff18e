"""Looking back: earlier claims of the patients, which edits see and reports don't."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.derived.shown_pairs import pairs_shown, pairs_together
from cleanclaim.derived.tables import Derived
from cleanclaim.engine.claim_order import renumbered
from cleanclaim.errors import UnreadableFile
from cleanclaim.model import Batch, concat
from cleanclaim.read import FileRead, Past, read
from cleanclaim.read.history import Added, is_history, ledger_of
from cleanclaim.read.inputs import digest_of, files_below
from cleanclaim.read.sources import is_stream
from cleanclaim.reference import Reference

_FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Earlier:
    """Earlier claims that are looked back at and never reported on.

    Attributes:
        paths: files, folders and histories.
        but: hashes of the files that are checked: their claims are left out of a history that has them already.
    """

    paths: tuple[str | Path, ...] = ()
    but: frozenset[str] = frozenset()

    @classmethod
    def before(cls, inputs: Iterable[str | Path], paths: Iterable[str | Path]) -> Earlier:
        """Those of some paths that are not the inputs themselves."""
        given = tuple(paths)
        if not _histories(given):
            return cls(given)
        named = [Path(path) for path in inputs if not is_stream(path)]
        return cls(given, frozenset(digest for path in named for digest in _digests(path)))

    def read(
        self,
        files: list[FileRead],
        patients: pl.Series,
        first_key: int,
        *,
        counts_all: bool = False,
        skip: int = 0,
        at_once: int,
    ) -> Iterator[Batch]:
        """The claims of some patients, and of all others if they are counted; `files` is filled as they are read."""
        past = Past(patients, self.but, counts_all)
        return read(self.paths, files, first_key, form=False, skip=skip, at_once=at_once, past=past)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader must know of it: which of the inputs are in a history already."""
        known = [
            added.name
            for history in _histories(self.paths)
            for added in _files_of(history)
            if added.sha256 in self.but
        ]
        if not known:
            return ()
        return (
            f"In the history already, and not looked back at: {', '.join(known[:_FEW])}"
            + (f" and {len(known) - _FEW} more" if len(known) > _FEW else "")
            + ".",
        )


def _histories(paths: Iterable[str | Path]) -> list[Path]:
    return [Path(path) for path in paths if not is_stream(path) and is_history(Path(path))]


def _files_of(history: Path) -> list[Added]:
    """What was added to a history; nothing if it is damaged: reading it says so."""
    try:
        return ledger_of(history).files
    except UnreadableFile:
        return []


def _digests(path: Path) -> Iterator[str]:
    """The hashes of the files below an input. Files that can't be read are left out: reading them says so."""
    with suppress(OSError):
        for file in files_below(path):
            with suppress(OSError):
                yield digest_of(file)


@dataclass(frozen=True, slots=True)
class Known:
    """What every group of patients knows of the earlier claims of all.

    Attributes:
        has_history: whether there are any.
        pairs: what they show of pairs of codes, if an edit asks (`cleanclaim.derived.shown_pairs.pairs_shown`).
    """

    has_history: bool
    pairs: pl.DataFrame | None

    @classmethod
    def of(
        cls, files: Iterable[FileRead], past: Iterable[Batch], reference: Reference, *, counts: bool
    ) -> Known:
        """What earlier claims show.

        Args:
            files: the files they were read from.
            past: the claims, in groups of whole patients; asked for only if an edit counts pairs.
            reference: the dated tables.
            counts: whether an edit counts pairs.
        """
        has_history = any(entry.claims for entry in files)
        if not counts:
            return cls(has_history, None)
        shown = [pairs_of(batch, reference) for batch in past if batch.claims.height]
        return cls(has_history, pairs_together(shown) if shown else None)


def pairs_of(batch: Batch, reference: Reference) -> pl.DataFrame:
    """What claims of whole patients show of pairs of codes, whatever the order in which they were read."""
    derived = Derived(renumbered(batch).batch, reference)
    return pairs_shown(derived.claims, derived.line_diagnoses)


def with_past(batch: Batch, past: Batch, known: Known) -> Batch:
    """Claims together with the earlier ones of the same patients, which are marked as history.

    Args:
        batch: the claims that are checked.
        past: earlier claims of any patients.
        known: what every group knows of them.
    """
    patients = batch.claims.select("patient_key")
    mine = past.claims.join(patients, on="patient_key", how="semi", maintain_order="left")
    mine = mine.with_columns(pl.lit(value=True).alias("is_history"))
    own = mine.select("claim_key")
    frames = {
        name: frame.join(own, on="claim_key", how="semi", maintain_order="left")
        for name, frame in past.frames().items()
        if name != "syntax_faults"
    }
    both = concat([batch, Batch.of({**frames, "claims": mine})])
    return replace(both, has_history=known.has_history, history_pairs=known.pairs)
