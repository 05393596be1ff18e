"""The worker's side: collect arriving rows into batches of whole patients and check each."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa

from cleanclaim.edits import registry
from cleanclaim.edits.edit import Edit
from cleanclaim.engine.not_checked import NOT_CHECKED
from cleanclaim.errors import InputError, ReferenceProblem
from cleanclaim.failures import Failure
from cleanclaim.job import Job
from cleanclaim.look_back import with_outcomes
from cleanclaim.model import Batch
from cleanclaim.model.spans import Spans
from cleanclaim.pipeline import run_whole
from cleanclaim.read.prepare import Reading
from cleanclaim.read.styles import Styles
from cleanclaim.read.table import read_set
from cleanclaim.reference import Reference
from cleanclaim.report.result import Report
from cleanclaim.settings import Settings
from cleanclaim.spark.rows import GROUP, NAMES, TABLE
from cleanclaim.verdicts import FINDINGS
from cleanclaim.verdicts.claims import CLAIMS
from cleanclaim.version import VERSION

FINDING: Final = "finding"
UNJUDGED: Final = "not checked"
CLAIM: Final = "claim"
FAULT: Final = "fault"
BATCH: Final = "batch"
RESULT: Final[dict[str, Any]] = {
    "kind": pl.String,
    **CLAIMS,
    **NOT_CHECKED,
    **FINDINGS,
    "lines": pl.Int64,
}
"""The columns of a worker's output.

By `kind`, a row is a claim with its verdict; a finding; a row of what wasn't checked; a fault of the
input (`message`, and the number of `lines` affected); or the number of `lines` of a batch.
"""
_ROWS: Final = 10_000


@dataclass(frozen=True)
class Task:
    """What every worker receives.

    Attributes:
        packed: returns the packed tables (a broadcast variable's value); None if every worker can
            read `store`.
        digest: the hash of the packed tables.
        store: a folder of tables that every worker can read.
        codes: the edits of cleanclaim and of installed packages.
        files: name and text of the files of other edits.
        settings: how claims are judged.
        is_model: whether the tables are the model's own.
        covered: the days that all claims are from.
        at_once: about how many claims a batch holds.
        version: the version of cleanclaim on the driver.
        styles: how dates in text are written.
        outcomes: what payers decided on earlier claims; None if it isn't known.
    """

    packed: Callable[[], bytes] | None
    digest: str
    store: Path | None
    codes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    settings: Settings
    is_model: bool
    covered: Spans
    at_once: int
    version: str
    styles: Styles = field(default_factory=dict)
    outcomes: pl.DataFrame | None = None

    def __call__(self, arrived: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Process the rows of a partition."""
        if self.version != VERSION:
            raise InputError(
                f"cleanclaim {VERSION} is installed on this worker, and {self.version} on the driver"
            )
        reference = _reference(self)
        schema = self.schema()
        for rows in _whole_groups(arrived, self.at_once):
            table = self.result(rows, reference).to_arrow().cast(schema)
            yield from table.to_batches(max_chunksize=_ROWS)

    def schema(self) -> pa.Schema:
        """The columns of the output."""
        return arrow_schema(RESULT)

    def result(self, rows: pl.DataFrame, reference: Reference) -> pl.DataFrame:
        """The output for some whole patients."""
        return self._checked(rows, reference, _edits(self.codes, self.files))

    def batch(self, rows: pl.DataFrame) -> tuple[Batch | None, list[tuple[str, int]]]:
        """The claims of some rows, if they can be read, and what is wrong with rows."""
        frames = {
            name: rows.filter(pl.col(TABLE) == number).select(name).unnest(name)
            for number, name in enumerate(NAMES)
            if name in rows.columns
        }
        faults = _without_claim(frames, "claim_key" if self.is_model else "claim_id")
        try:
            batch = _batch(frames, self.styles, is_model=self.is_model)
        except InputError as error:
            return None, [*faults, (str(error), frames["claims"].height)]
        return replace(batch, covered=self.covered), faults

    def _checked(
        self, rows: pl.DataFrame, reference: Reference, edits: Sequence[Edit]
    ) -> pl.DataFrame:
        held, faults = self.batch(rows)
        if held is None:
            return _fault_rows(faults)
        if self.outcomes is not None:
            held = _decided(held, self.outcomes)
        report = run_whole(Job((), reference, tuple(edits), self.settings, held=held))
        faults += [(_failed(failure), failure.claims or 0) for failure in report.failures]
        return pl.concat(
            [
                _rows_of_kind(CLAIM, self._own(report.claims)),
                _rows_of_kind(FINDING, self._own(report.findings)),
                _rows_of_kind(UNJUDGED, self._own(report.not_checked)),
                _fault_rows(faults),
                _counts(report),
            ]
        )

    def _own(self, found: pl.DataFrame) -> pl.DataFrame:
        """Clear keys and positions that were made on this worker, since they mean nothing elsewhere."""
        if self.is_model:
            return found
        made = [name for name in ("claim_key", "position") if name in found.columns]
        return found.with_columns(pl.lit(None, pl.Int64).alias(name) for name in made)


def arrow_schema(columns: Mapping[str, Any]) -> pa.Schema:
    """Columns as an Arrow schema."""
    return pa.schema([pa.field(name, _arrow(dtype)) for name, dtype in columns.items()])


_ARROW: Final = {pl.Int64: pa.int64(), pl.Date: pa.date32()}


def _arrow(dtype: Any) -> pa.DataType:
    if isinstance(dtype, pl.Struct):
        return pa.struct([pa.field(field.name, _arrow(field.dtype)) for field in dtype.fields])
    if isinstance(dtype, pl.List):
        return pa.list_(_arrow(dtype.inner))
    if isinstance(dtype, pl.Decimal):
        return pa.decimal128(dtype.precision, dtype.scale)
    return _ARROW.get(dtype, pa.string())


def _whole_groups(arrived: Iterator[pa.RecordBatch], at_once: int) -> Iterator[pl.DataFrame]:
    """Collect rows of whole groups, about `at_once` claims at a time; rows arrive sorted by group."""
    pending: list[pl.DataFrame] = []
    claims = 0
    for rows in arrived:
        frame = pl.DataFrame(pa.Table.from_batches([rows]))
        pending.append(frame)
        claims += int((frame[TABLE] == 0).sum())
        if claims < at_once:
            continue
        held = pl.concat(pending)
        last = held[GROUP][-1]
        cut = int((held[GROUP] != last).sum())
        if cut:
            yield held.head(cut)
            pending = [held.slice(cut)]
            claims = int((pending[0][TABLE] == 0).sum())
    if pending:
        yield pl.concat(pending)


def _without_claim(frames: dict[str, pl.DataFrame], key: str) -> list[tuple[str, int]]:
    """Remove the rows that belong to no claim, and report them."""
    faults = []
    claims = frames["claims"].select(key)
    for name, frame in frames.items():
        if name == "claims":
            continue
        frames[name] = frame.join(claims, on=key, how="semi", maintain_order="left")
        lost = frame.height - frames[name].height
        if name == "syntax_faults":  # a fault of the file as a whole belongs to no claim
            whole = frame.filter(pl.col(key).is_null())
            frames[name] = pl.concat([whole, frames[name]])
            lost -= whole.height
        if lost:
            faults.append((f"{name}: rows belong to no claim", lost))
    return faults


def _decided(batch: Batch, outcomes: pl.DataFrame) -> Batch:
    """Claims whose earlier lines say what the payer decided."""
    past = batch.claims.filter(pl.col("is_history").fill_null(value=False))
    return replace(batch, lines=with_outcomes(replace(batch, claims=past), outcomes).lines)


def _batch(frames: Mapping[str, pl.DataFrame], styles: Styles, *, is_model: bool) -> Batch:
    if is_model:
        return Batch.of(frames)
    ordered = {
        name: frame.sort(["claim_id", *_NUMBERS.get(name, ())]) for name, frame in frames.items()
    }
    return read_set(ordered, file="DataFrames", reading=Reading("DataFrames", styles=styles))


_NUMBERS: Final = {"lines": ("line_number",), "diagnoses": ("diagnosis_number",)}


def _rows_of_kind(kind: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the columns of the result."""
    return rows.select(
        pl.lit(kind).alias(name)
        if name == "kind"
        else pl.col(name).cast(pl.String if isinstance(dtype, pl.Enum) else dtype)
        if name in rows.columns
        else pl.lit(None, pl.String if isinstance(dtype, pl.Enum) else dtype).alias(name)
        for name, dtype in RESULT.items()
    )


def _fault_rows(faults: Sequence[tuple[str, int]]) -> pl.DataFrame:
    rows = {"message": [what for what, _ in faults], "lines": [rows for _, rows in faults]}
    return _rows_of_kind(
        FAULT, pl.DataFrame(rows, schema={"message": pl.String, "lines": pl.Int64})
    )


def _failed(failure: Failure) -> str:
    """What failed, in the same words for every batch, so that the counts add up."""
    if failure.kind == "edit":
        return f"edit {failure.name} failed and didn't check these claims: {failure.reason}"
    return f"these claims couldn't be checked: {failure.reason}"


def _counts(report: Report) -> pl.DataFrame:
    own = report.claims.select("claim_key")
    lines = report.batch.lines.join(own, on="claim_key", how="semi")
    return _rows_of_kind(BATCH, pl.DataFrame({"lines": [lines.height]}))


_references: dict[str, Reference] = {}


def _reference(task: Task) -> Reference:
    """The dated tables, loaded once for each worker process and unpacked once for each machine."""
    known = _references.get(task.digest)
    if known is None:
        known = _references[task.digest] = _loaded(task)
    return known


def _loaded(task: Task) -> Reference:
    if task.packed is None:
        return Reference.load(store=task.store)
    packed = task.packed()
    if hashlib.sha256(packed).hexdigest() != task.digest:
        raise ReferenceProblem(
            "the tables that arrived at this worker differ from those that were sent"
        )
    place = Path(tempfile.gettempdir()) / f"cleanclaim-{os.getuid()}"
    place.mkdir(mode=0o700, exist_ok=True)
    if place.stat().st_uid != os.getuid():
        raise ReferenceProblem(f"{place} belongs to another user")
    return Reference.unpacked(packed, place / f"reference-{task.digest[:32]}")


@cache
def _edits(codes: tuple[str, ...], files: tuple[tuple[str, str], ...]) -> tuple[Edit, ...]:
    """The edits, always the same objects in a worker process, since the engine caches by them."""
    own: list[Edit] = []
    if files:
        with tempfile.TemporaryDirectory(prefix="cleanclaim-edits-") as folder:
            for name, text in files:
                (Path(folder) / name).write_text(text, encoding="utf-8")
            own, errors = registry.folder_edits(Path(folder))
        if errors:
            raise errors[0]
    installed, _ = registry.entry_point_edits()
    every = registry.together(registry.own_edits(), installed, own)
    return tuple(registry.choose(every, codes))
