"""Looking back: patients' earlier claims, which edits can see and reports leave out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim.derived.shown_pairs import pairs_shown, pairs_together
from cleanclaim.derived.tables import Derived
from cleanclaim.engine.claim_order import renumbered
from cleanclaim.errors import UnreadableFile
from cleanclaim.model import MONEY, Batch, concat
from cleanclaim.model.spans import Spans, spans_together
from cleanclaim.read import AS_FOUND, FileRead, Past, TableOptions, read
from cleanclaim.read.history import Added, is_history, ledger_of
from cleanclaim.read.inputs import digest_of, files_below
from cleanclaim.read.sources import is_stream
from cleanclaim.reference import Reference

_FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Earlier:
    """Earlier claims, which edits look back at and reports leave out.

    Attributes:
        paths: files, folders and histories.
        but: hashes of the files being checked: a history's claims from these files are skipped.
    """

    paths: tuple[str | Path, ...] = ()
    exclude: frozenset[str] = frozenset()

    @classmethod
    def before(cls, inputs: Iterable[str | Path], paths: Iterable[str | Path]) -> Earlier:
        """The earlier claims in some paths, without the inputs themselves."""
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
        tables: TableOptions = AS_FOUND,
    ) -> Iterator[Batch]:
        """Read the claims of some patients, and of all others if they are counted; adds to `files`."""
        past = Past(patients, self.exclude, counts_all)
        return read(
            self.paths,
            files,
            first_key,
            form=False,
            skip=skip,
            at_once=at_once,
            past=past,
            tables=tables,
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes for the report: which of the inputs are already in a history."""
        known = [
            added.name
            for history in _histories(self.paths)
            for added in _files_of(history)
            if added.sha256 in self.exclude
        ]
        if not known:
            return ()
        return (
            f"Already in the history, so not used for looking back: {', '.join(known[:_FEW])}"
            + (f" and {len(known) - _FEW} more" if len(known) > _FEW else "")
            + ".",
        )


def _histories(paths: Iterable[str | Path]) -> list[Path]:
    return [Path(path) for path in paths if not is_stream(path) and is_history(Path(path))]


def _files_of(history: Path) -> list[Added]:
    """The files that were added to a history; none if it is damaged, which is reported when it is read."""
    try:
        return ledger_of(history).files
    except UnreadableFile:
        return []


def _digests(path: Path) -> Iterator[str]:
    """The hashes of the files in an input; unreadable ones are skipped and reported when they are read."""
    with suppress(OSError):
        for file in files_below(path):
            with suppress(OSError):
                yield digest_of(file)


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier claims show, the same for every group of patients.

    Attributes:
        covered: the days that all claims are from, those being checked included.
        pairs: which pairs of codes they show, if an edit asks
            (`cleanclaim.derived.shown_pairs.pairs_shown`).
    """

    covered: Spans
    pairs: pl.DataFrame | None

    @classmethod
    def of(
        cls, days: Iterable[Spans], past: Iterable[Batch], reference: Reference, *, counts: bool
    ) -> Known:
        """Summarize earlier claims.

        Args:
            days: the days that groups of claims are from, earlier ones and those being checked.
            past: the claims, in groups of whole patients; read only if an edit counts pairs.
            reference: the dated tables.
            counts: whether an edit counts pairs.
        """
        covered = spans_together(days)
        if not counts:
            return cls(covered, None)
        shown = [pairs_of(batch, reference) for batch in past if batch.claims.height]
        return cls(covered, pairs_together(shown) if shown else None)


def pairs_of(batch: Batch, reference: Reference) -> pl.DataFrame:
    """The pairs of codes in the claims of whole patients, whatever their reading order."""
    derived = Derived(renumbered(batch).batch, reference)
    return pairs_shown(derived.claims, derived.lines, derived.line_diagnoses)


OUTCOMES: Final[dict[str, Any]] = {
    "claim_id": pl.String,
    "procedure_code": pl.String,
    "from_date": pl.Date,
    "charge_amount": MONEY,
    "outcome": pl.String,
}
"""What payers decided: one row a line, or a claim as a whole without a code. A missing day fits every day."""


def with_outcomes(past: Batch, outcomes: pl.DataFrame) -> Batch:
    """Earlier claims whose lines say what the payer decided.

    A line is found by its claim's number, its code, its day and its charge; a claim by its number,
    its first day and its charge. If several outcomes fit a line, it counts as paid if one of them is.

    Args:
        past: earlier claims.
        outcomes: what payers decided, as `OUTCOMES` lists its columns.
    """
    claims = past.claims.select(
        "claim_key",
        pl.col("claim_id").str.strip_chars().str.to_uppercase(),
        pl.col("from_date").alias("_day"),
        pl.col("charge_amount").alias("_charge"),
    ).join(outcomes, on="claim_id")
    if claims.is_empty():
        return past
    lines = past.lines.select(
        "claim_key",
        "line_number",
        pl.coalesce("procedure_code", "revenue_center_code").alias("_code"),
        pl.col("from_date").alias("_line_day"),
        pl.col("charge_amount").alias("_line_charge"),
    )
    met = lines.join(claims, on="claim_key")
    is_whole = pl.col("procedure_code").is_null()
    found = met.filter(
        pl.when(is_whole).then(True).otherwise(pl.col("procedure_code") == pl.col("_code")),  # noqa: FBT003
        pl.col("charge_amount") == pl.when(is_whole).then("_charge").otherwise("_line_charge"),
        pl.col("from_date").is_null()
        | (pl.col("from_date") == pl.when(is_whole).then("_day").otherwise("_line_day")),
    )
    decided = found.group_by("claim_key", "line_number").agg(
        pl.when((pl.col("outcome") == "paid").any())
        .then(pl.lit("paid"))
        .otherwise(pl.col("outcome").last())
        .alias("_outcome")
    )
    whole = past.lines.join(decided, on=["claim_key", "line_number"], how="left", maintain_order="left")  # fmt: skip
    return replace(
        past,
        lines=whole.with_columns(pl.coalesce("_outcome", "outcome").alias("outcome")).drop(
            "_outcome"
        ),
    )


def with_past(batch: Batch, past: Batch, known: Known) -> Batch:
    """Combine claims with the same patients' earlier claims, which are marked as history.

    Args:
        batch: the claims being checked.
        past: earlier claims of any patients.
        known: what earlier claims show.
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
    return replace(both, covered=known.covered, history_pairs=known.pairs)
