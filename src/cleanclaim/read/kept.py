"""A history: claims that were sent, kept for looking back, of which those of some patients are read quickly.

A history is a folder with a mark (`history.json`) and a folder for each addition to it (`additions/000001`). An addition holds Parquet files, a table of the
model each (`claims-0000.parquet`, `lines-0000.parquet` …), in order of the patient, whose key stands in each of them: what asks for some patients reads
only the row groups that may hold them. Columns without a value are left out. Its ledger, `addition.json`, tells which files were added.

`cleanclaim.history` adds to it and takes from it; this module reads it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim.errors import UnreadableFile
from cleanclaim.model import TABLES, Batch
from cleanclaim.positions import found_in, keys_of, numbered

MARK: Final = "history.json"
LEDGER: Final = "addition.json"
FORMAT: Final = 1
SOURCE: Final = "source"
"""The column of claims that tells which added file a claim is from."""
PATIENT: Final = "patient_key"
KEPT_TABLES: Final = tuple(name for name in TABLES if name != "syntax_faults")


@dataclass(frozen=True, slots=True)
class Added:
    """A file whose claims are in a history.

    Attributes:
        number: its number in the history.
        name: as the user named it.
        sha256: the hash of its bytes.
        claims: how many claims it held.
        first_day: the first day of service in it; None where none is told.
        last_day: the last one.
        added: when it was added: an ISO date and time, UTC.
    """

    number: int
    name: str
    sha256: str
    claims: int
    first_day: str | None
    last_day: str | None
    added: str


@dataclass(frozen=True, slots=True)
class Part:
    """Up to some 50,000 claims of an addition.

    Attributes:
        number: its number in the addition.
        rows: how many rows it holds of each table that it has.
    """

    number: int
    rows: dict[str, int]

    def path(self, folder: Path, name: str) -> Path:
        """Where a table of it lies in the addition's folder."""
        return folder / f"{name}-{self.number:04}.parquet"


@dataclass(frozen=True, slots=True)
class Addition:
    """What was added at once.

    Attributes:
        folder: where it lies.
        files: what it was made of.
        parts: what it consists of.
        next_key: greater than the key of any claim in it; keys are unique in a history.
    """

    folder: Path
    files: tuple[Added, ...]
    parts: tuple[Part, ...]
    next_key: int


def is_history(path: Path) -> bool:
    """True for the folder of a history."""
    return (path / MARK).is_file()


def additions(history: Path) -> list[Addition]:
    """What was added, in order.

    Raises:
        UnreadableFile: the mark or a ledger cannot be read, or a later version of cleanclaim wrote it.
    """
    told = _json(history / MARK).get("format")
    if told != FORMAT:
        raise UnreadableFile(
            f"{history}: a history of format {told}; this version reads format {FORMAT}"
        )
    folders = sorted((history / "additions").glob("[0-9]*"))
    return [addition_of(folder) for folder in folders]


def read_kept(
    history: Path,
    first_claim_key: int,
    *,
    patients: pl.Series | None = None,
    but: Collection[str] = (),
    at_once: int,
) -> Iterator[Batch]:
    """The claims of a history, in the order in which they were added.

    Args:
        history: its folder.
        first_claim_key: the key of the first claim.
        patients: keys of the patients that are asked for; None for all.
        but: hashes of files whose claims are left out.
        at_once: about how many claims a batch holds, where all are asked for.

    Yields:
        Batches with unique claim keys.

    Raises:
        UnreadableFile: something of it is missing or damaged.
    """
    key = first_claim_key
    every = additions(history)
    without = [added.number for one in every for added in one.files if added.sha256 in but]
    for parts in _together(every, at_once if patients is None else None):
        batch = numbered(_load(history, parts, patients, without), key)
        key += batch.claims.height
        yield batch


def of_patients(batch: Batch, patients: pl.Series) -> Batch:
    """The claims of some patients, without faults of form: those are of the file."""
    own = batch.claims.filter(pl.col(PATIENT).is_in(patients.drop_nulls().implode()))
    keys = own.select("claim_key")
    frames = {
        name: getattr(batch, name).join(keys, on="claim_key", how="semi", maintain_order="left")
        for name in KEPT_TABLES
    }
    return Batch.of({**frames, "claims": own})


def _together(every: Iterable[Addition], at_once: int | None) -> Iterator[list[tuple[Path, Part]]]:
    """Parts that are read at once: all, or about so many claims."""
    pending: list[tuple[Path, Part]] = []
    claims = 0
    for addition in every:
        for part in addition.parts:
            held = part.rows["claims"]
            if at_once is not None and pending and claims + held > at_once:
                yield pending
                pending, claims = [], 0
            pending.append((addition.folder, part))
            claims += held
    if pending:
        yield pending


def _load(
    history: Path, parts: list[tuple[Path, Part]], patients: pl.Series | None, without: list[int]
) -> Batch:
    scans = {
        name: _scan(name, paths)
        for name in KEPT_TABLES
        if (paths := [part.path(folder, name) for folder, part in parts if name in part.rows])
    }
    if patients is not None:
        wanted = patients.drop_nulls().implode()
        scans = {name: scan.filter(pl.col(PATIENT).is_in(wanted)) for name, scan in scans.items()}
    try:
        frames = dict(zip(scans, pl.collect_all(list(scans.values())), strict=True))
    except (OSError, pl.exceptions.PolarsError):
        raise UnreadableFile(
            f"{history}: a file of it is missing or damaged; remove what was added with it and add it again"
        ) from None
    claims = frames["claims"]
    if without:
        claims = claims.filter(~pl.col(SOURCE).is_in(without))
        own = claims.select("claim_key")
        frames = {name: f.join(own, on="claim_key", how="semi") for name, f in frames.items()}
    return Batch.of({**frames, "claims": claims})


def _scan(name: str, paths: list[Path]) -> pl.LazyFrame:
    """A table of several parts; what has no value there, or was not known to an earlier version, is null."""
    return pl.scan_parquet(
        paths,
        schema=stored_schema(name),
        missing_columns="insert",
        extra_columns="ignore",
        glob=False,
    )


def stored_schema(name: str) -> dict[str, Any]:
    """A table's columns as they are stored: those of the model, the patient's key, and of claims the file they are from."""
    own: dict[str, Any] = {**TABLES[name].schema, PATIENT: pl.UInt64}
    return {**own, SOURCE: pl.Int64} if name == "claims" else own


def patients_of(frame: pl.DataFrame, claims: pl.DataFrame) -> pl.Series:
    """The patient of each row's claim; the claims stand in order."""
    return claims[PATIENT].gather(found_in(keys_of(claims), keys_of(frame)))


def addition_of(folder: Path) -> Addition:
    """An addition, as its ledger tells it.

    Raises:
        UnreadableFile: the ledger is damaged.
    """
    told = _json(folder / LEDGER)
    try:
        files = tuple(Added(**entry) for entry in told["files"])
        parts = tuple(Part(int(part["number"]), dict(part["rows"])) for part in told["parts"])
        return Addition(folder, files, parts, int(told["next_key"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UnreadableFile(f"{folder / LEDGER}: the ledger is damaged") from None


def _json(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UnreadableFile(f"{path}: it cannot be read") from None
    return told if isinstance(told, dict) else {}
