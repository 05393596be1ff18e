"""A history: sent claims, stored so that some patients' claims can be read quickly.

A history is a folder with a ledger (`history.json`) and a folder for each addition
(`additions/000001`). An addition holds Parquet files, one for each of the model's tables
(`claims-0000.parquet`, `lines-0000.parquet` …), sorted by patient. Every row has the patient's
number, hashed with the history's key, so looking back reads only the row groups that may contain
its patients. Empty columns and columns that identify a patient are left out. The ledger lists the
added files and the valid Parquet files. It is replaced in one step, and files it doesn't list don't
count.

`cleanclaim.write.history` adds to a history and removes from it; this module reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim.errors import HistoryError, UnreadableFile
from cleanclaim.model import TABLES, Batch
from cleanclaim.model.keys import found_in, keys_of, numbered
from cleanclaim.model.spans import Spans, from_json, spans_together
from cleanclaim.parsing import json_of
from cleanclaim.storage.folder_lock import read_lock
from cleanclaim.storage.history_key import Key, Keys, StoredKey

MARK: Final = "history.json"
ADDITIONS: Final = "additions"
FORMAT: Final = 3
SOURCE: Final = "source"
"""The column of claims with the number of the added file that a claim came from."""
PATIENT: Final = "patient_key"
STORED_TABLES: Final = tuple(name for name in TABLES if name != "syntax_faults")
DAMAGE: Final = (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException)
"""What Polars raises for a damaged file, or if the disk can't be read or written."""
_STORED: Final[Any] = pl.UInt64
_MOST_WORDS: Final = 100


@dataclass(frozen=True, slots=True)
class Added:
    """A file whose claims are in a history.

    Attributes:
        number: its number in the history.
        name: as the user named it.
        sha256: the hash of its bytes.
        claims: how many claims it held.
        days: the days of service in it, as spans of ISO dates (`cleanclaim.model.spans`).
        added: when it was added: an ISO date and time, UTC.
    """

    number: int
    name: str
    sha256: str
    claims: int
    days: tuple[tuple[str, str], ...]
    added: str

    @property
    def covered(self) -> Spans:
        """The days of service in it."""
        return from_json(self.days)

    @property
    def first_day(self) -> str | None:
        """The first day of service in it; None if no claim has one."""
        return self.days[0][0] if self.days else None

    @property
    def last_day(self) -> str | None:
        """The last day of service."""
        return self.days[-1][1] if self.days else None


@dataclass(frozen=True, slots=True)
class Part:
    """Up to about 50,000 claims of an addition.

    Attributes:
        number: its number in the addition.
        rows: how many rows it holds of each of its tables.
        sizes: the size of each table's file in bytes.
    """

    number: int
    rows: dict[str, int]
    sizes: dict[str, int]

    def path(self, folder: Path, name: str) -> Path:
        """The path of one of its tables in the addition's folder."""
        return folder / f"{name}-{self.number:04}.parquet"


@dataclass(frozen=True, slots=True)
class Addition:
    """What was added together.

    Attributes:
        number: its number in the history.
        files: the files it was made from.
        parts: its parts.
    """

    number: int
    files: tuple[Added, ...]
    parts: tuple[Part, ...]

    def folder(self, history: Path) -> Path:
        """Its folder."""
        return history / ADDITIONS / f"{self.number:06}"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The valid content of a history.

    Attributes:
        key: the fingerprint of the key that hashes its patients.
        next_addition: the number of the next addition; numbers are never reused.
        next_file: the number of the next file.
        next_claim: the key of the next claim.
        additions: the additions, in order.
    """

    key: str
    next_addition: int = 1
    next_file: int = 1
    next_claim: int = 0
    additions: tuple[Addition, ...] = ()

    @property
    def files(self) -> list[Added]:
        """Every file whose claims are in the history."""
        return [added for one in self.additions for added in one.files]


@dataclass(frozen=True)
class Past:
    """Which earlier claims to read.

    Attributes:
        patients: keys of the patients whose claims to read; None for all.
        but: hashes of files whose claims to skip in a history: the files being checked.
        counts_all: read all other patients' claims too, because an edit counts them.
    """

    patients: pl.Series | None = None
    exclude: frozenset[str] = frozenset()
    counts_all: bool = False

    @property
    def reads_all(self) -> bool:
        """Whether all patients' claims are read."""
        return self.patients is None or self.counts_all

    def of(self, batch: Batch, first_claim_key: int) -> Batch:
        """The claims of a batch to keep, numbered from a key."""
        if self.patients is None or self.counts_all:
            return batch
        own = numbered(of_patients(batch, self.patients), first_claim_key)
        return replace(own, covered=batch.days)


def is_history(path: Path) -> bool:
    """True for the folder of a history."""
    return (path / MARK).is_file()


def ledger_of(history: Path) -> Ledger:
    """The ledger of a history.

    Raises:
        UnreadableFile: it can't be read, or another version of cleanclaim wrote it.
    """
    path = history / MARK
    try:
        data = json_of(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from None
    except ValueError:
        raise _damaged_ledger(path) from None
    written = data.get("format") if isinstance(data, dict) else None
    if isinstance(written, int) and written != FORMAT:
        raise UnreadableFile(f"{history}: {_other_format(written)}")
    try:
        return _ledger(data)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _damaged_ledger(path) from None


def text_of(ledger: Ledger) -> str:
    """A ledger as text that `ledger_of` can read."""
    return json.dumps({"format": FORMAT, **asdict(ledger)}, indent=1) + "\n"


@contextmanager
def open_history(history: Path) -> Iterator[Ledger]:
    """Open a history and keep all its files in place until the end, whatever other runs do.

    Raises:
        UnreadableFile: the ledger can't be read.
    """
    with read_lock(history):
        yield ledger_of(history)


def key_of(history: Path, ledger: Ledger) -> StoredKey:
    """The key that hashes a history's patients.

    Raises:
        UnreadableFile: the key isn't here.
    """
    keys = Keys()
    try:
        held = keys.find(ledger.key)
    except HistoryError as error:
        raise UnreadableFile(str(error)) from None
    if held is None:
        raise UnreadableFile(
            f"{history}: its patients are hashed with key {ledger.key}, which isn't in {keys.folder};"
            " export the key on the machine that made the history and import it here: cleanclaim history key --import FILE"
        )
    return held


def read_history(
    history: Path, ledger: Ledger, first_claim_key: int, *, past: Past, at_once: int
) -> Iterator[Batch]:
    """Read the claims of an open history, in the order they were added.

    Args:
        history: its folder.
        ledger: its ledger.
        first_claim_key: the key of the first claim.
        past: which claims to read.
        at_once: about how many claims a batch holds, if all patients' claims are read.

    Yields:
        Batches with unique claim keys. Patients that weren't requested have a different number than
        elsewhere.

    Raises:
        UnreadableFile: a file is missing or damaged, or the key isn't here.
    """
    key = first_claim_key
    asked = (
        None if past.patients is None else _requested(past.patients, key_of(history, ledger).key)
    )
    names = {added.number: added.name for added in ledger.files}
    without = [added.number for added in ledger.files if added.sha256 in past.exclude]
    covered = spans_together(a.covered for a in ledger.files if a.number not in without)
    for parts in _together(ledger.additions, at_once if past.reads_all else None):
        frames = _load(history, parts, None if past.reads_all else asked)
        batch = numbered(_batch(frames, asked, names, without), key)
        key += batch.claims.height
        yield replace(batch, covered=covered)


def _requested(patients: pl.Series, key: Key) -> pl.DataFrame:
    """The requested patients, each with the number it is stored under."""
    distinct = patients.drop_nulls().unique()
    return pl.DataFrame({"asked": distinct.cast(_STORED), PATIENT: key.hashed(distinct)})


def of_patients(batch: Batch, patients: pl.Series) -> Batch:
    """The claims of some patients, without faults of form, which belong to the file."""
    own = batch.claims.filter(pl.col(PATIENT).is_in(patients.drop_nulls().implode()))
    keys = own.select("claim_key")
    frames = {
        name: getattr(batch, name).join(keys, on="claim_key", how="semi", maintain_order="left")
        for name in STORED_TABLES
    }
    return Batch.of({**frames, "claims": own})


def _together(
    every: Iterable[Addition], at_once: int | None
) -> Iterator[list[tuple[Addition, Part]]]:
    """Parts to read together: all of them, or about `at_once` claims."""
    pending: list[tuple[Addition, Part]] = []
    claims = 0
    for addition in every:
        for part in addition.parts:
            held = part.rows["claims"]
            if at_once is not None and pending and claims + held > at_once:
                yield pending
                pending, claims = [], 0
            pending.append((addition, part))
            claims += held
    if pending:
        yield pending


def _load(
    history: Path, parts: list[tuple[Addition, Part]], asked: pl.DataFrame | None
) -> dict[str, pl.DataFrame]:
    for addition, part in parts:
        check_files(history, addition, part)
    scans = {
        name: _scan(name, paths)
        for name in STORED_TABLES
        if (
            paths := [
                part.path(addition.folder(history), name)
                for addition, part in parts
                if name in part.rows
            ]
        )
    }
    if asked is not None:
        wanted = asked[PATIENT].implode()
        scans = {name: scan.filter(pl.col(PATIENT).is_in(wanted)) for name, scan in scans.items()}
    try:
        return dict(zip(scans, pl.collect_all(list(scans.values())), strict=True))
    except DAMAGE:
        raise _first_damaged(history, parts) from None


def _batch(
    frames: dict[str, pl.DataFrame],
    asked: pl.DataFrame | None,
    names: dict[int, str],
    without: list[int],
) -> Batch:
    """Tables in the model's form: patients under the run's numbers, claims with the names of their files."""
    claims = frames["claims"]
    if without:
        claims = claims.filter(~pl.col(SOURCE).is_in(without))
        own = claims.select("claim_key")
        frames = {name: f.join(own, on="claim_key", how="semi") for name, f in frames.items()}
    if asked is not None:
        claims = claims.join(asked, on=PATIENT, how="left", maintain_order="left").with_columns(
            pl.coalesce("asked", PATIENT).alias(PATIENT)
        )
    named = pl.col(SOURCE).replace_strict(names, default=None, return_dtype=pl.String)
    return Batch.of({**frames, "claims": claims.with_columns(named.alias("file"))})


def check_files(history: Path, addition: Addition, part: Part) -> None:
    """Check that a part's files exist and have the size that was written.

    Raises:
        UnreadableFile: one is missing or truncated.
    """
    for name, size in part.sizes.items():
        path = part.path(addition.folder(history), name)
        try:
            found = path.stat().st_size
        except OSError as error:
            raise damaged(path, addition, str(error.strerror)) from None
        if found != size:
            raise damaged(path, addition, f"expected {size:,} bytes, found {found:,}")


def damaged(path: Path, addition: Addition, why: str) -> UnreadableFile:
    """The error for a damaged file of a history: which one it is, and what to do."""
    numbers = _ranges([added.number for added in addition.files])
    return UnreadableFile(
        f"{path}: missing or damaged ({why}); remove everything added with it from the history and add it again: {numbers}"
    )


def _first_damaged(history: Path, parts: list[tuple[Addition, Part]]) -> UnreadableFile:
    """The error for the first file that can't be read."""
    for addition, part in parts:
        for name in part.rows:
            path = part.path(addition.folder(history), name)
            try:
                pl.read_parquet(path, glob=False)
            except DAMAGE as error:
                return damaged(path, addition, why_of(error))
    return UnreadableFile(
        f"{history}: one of its files is damaged; restore the history from a backup, or add the files to a new one"
    )


def why_of(error: BaseException) -> str:
    """Why a file can't be read or written, in a few words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, OSError):
        return str(error).split("\n", 1)[0][:_MOST_WORDS]
    return "it isn't valid Parquet"


def _ranges(numbers: list[int]) -> str:
    """File numbers in words: files 3 to 5 and 9."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and spans[-1][-1] == number - 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    words = [" to ".join(map(str, span)) for span in spans]
    listed = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    return f"file{'s' if len(numbers) > 1 else ''} {listed}"


def _scan(name: str, paths: list[Path]) -> pl.LazyFrame:
    """A table of several parts; columns that are empty there, or that an earlier version didn't know, are null."""
    return pl.scan_parquet(
        paths,
        schema=stored_schema(name),
        missing_columns="insert",
        extra_columns="ignore",
        glob=False,
    )


def stored_columns(name: str) -> list[str]:
    """The stored columns of one of the model's tables.

    Columns that identify a patient are left out, and so is the file's name, which is in the ledger.
    """
    return [
        column.name
        for column in TABLES[name].columns
        if not column.private and column.name not in {PATIENT, "file"}
    ]


def stored_schema(name: str) -> dict[str, Any]:
    """A table's stored columns, including the patient's hashed number and, for claims, the source file."""
    own: dict[str, Any] = {column: TABLES[name].schema[column] for column in stored_columns(name)}
    own[PATIENT] = _STORED
    return {**own, SOURCE: pl.Int64} if name == "claims" else own


def patients_of(frame: pl.DataFrame, claims: pl.DataFrame) -> pl.Series:
    """The patient of each row's claim; claims are sorted."""
    return claims[PATIENT].gather(found_in(keys_of(claims), keys_of(frame)))


def _ledger(data: dict[str, Any]) -> Ledger:
    return Ledger(
        str(data["key"]),
        int(data["next_addition"]),
        int(data["next_file"]),
        int(data["next_claim"]),
        tuple(_addition(one) for one in data["additions"]),
    )


def _addition(data: dict[str, Any]) -> Addition:
    files = tuple(_added(entry) for entry in data["files"])
    parts = tuple(
        Part(int(part["number"]), dict(part["rows"]), dict(part["sizes"])) for part in data["parts"]
    )
    return Addition(int(data["number"]), files, parts)


def _added(data: dict[str, Any]) -> Added:
    days = tuple((str(first), str(last)) for first, last in data["days"])
    return Added(**{**data, "days": days})


def _damaged_ledger(path: Path) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: the ledger is damaged; restore the history from a backup, or add the files to a new one"
    )


def _other_format(written: int) -> str:
    if written > FORMAT:
        return f"a later version of cleanclaim wrote it (format {written}); this one reads format {FORMAT}: update cleanclaim"
    return f"an earlier version of cleanclaim wrote it (format {written}); add the original files to a new history"
