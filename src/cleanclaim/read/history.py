"""A history: claims that were sent, kept for looking back, of which those of some patients are read quickly.

A history is a folder with a ledger (`history.json`) and a folder for each addition to it (`additions/000001`). An addition holds Parquet files, a table of the
model each (`claims-0000.parquet`, `lines-0000.parquet` …), in order of the patient, whose number, hashed with the history's key, is in each of them: a look
back reads only the row groups that may hold its patients. Columns without a value are left out, and so is what identifies a patient. The ledger says which
files were added and which Parquet files count; it's replaced in one step, and anything it doesn't name doesn't count.

`cleanclaim.write.history` adds to it and takes from it; this module reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim.errors import HistoryError, UnreadableFile
from cleanclaim.model import TABLES, Batch
from cleanclaim.model.keys import found_in, keys_of, numbered
from cleanclaim.storage.folder_lock import being_read
from cleanclaim.storage.history_key import Held, Key, Keys

MARK: Final = "history.json"
ADDITIONS: Final = "additions"
FORMAT: Final = 2
SOURCE: Final = "source"
"""The column of claims that tells which added file a claim is from."""
PATIENT: Final = "patient_key"
KEPT_TABLES: Final = tuple(name for name in TABLES if name != "syntax_faults")
DAMAGE: Final = (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException)
"""What Polars raises at a damaged file, or at a disk that refuses to read or write."""
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
        sizes: how many bytes the file of each table has.
    """

    number: int
    rows: dict[str, int]
    sizes: dict[str, int]

    def path(self, folder: Path, name: str) -> Path:
        """Where a table of it lies in the addition's folder."""
        return folder / f"{name}-{self.number:04}.parquet"


@dataclass(frozen=True, slots=True)
class Addition:
    """What was added at once.

    Attributes:
        number: its number in the history.
        files: what it was made of.
        parts: what it consists of.
    """

    number: int
    files: tuple[Added, ...]
    parts: tuple[Part, ...]

    def folder(self, history: Path) -> Path:
        """Where it lies."""
        return history / ADDITIONS / f"{self.number:06}"


@dataclass(frozen=True, slots=True)
class Ledger:
    """What counts in a history.

    Attributes:
        key: the fingerprint of the key that its patients are hashed with.
        next_addition: the number of the next addition; no number is used twice.
        next_file: the number of the next file.
        next_claim: the key of the next claim.
        additions: what was added, in order.
    """

    key: str
    next_addition: int = 1
    next_file: int = 1
    next_claim: int = 0
    additions: tuple[Addition, ...] = ()

    @property
    def files(self) -> list[Added]:
        """Every file whose claims are in it."""
        return [added for one in self.additions for added in one.files]


@dataclass(frozen=True)
class Past:
    """Which earlier claims are looked back at.

    Attributes:
        patients: keys of the patients whose claims are asked for; None for all.
        but: hashes of files whose claims in a history are left out: those that are checked.
        counts_all: read the claims of all other patients too, because an edit counts them.
    """

    patients: pl.Series | None = None
    but: frozenset[str] = frozenset()
    counts_all: bool = False

    @property
    def reads_all(self) -> bool:
        """Whether the claims of all patients are read."""
        return self.patients is None or self.counts_all

    def of(self, batch: Batch, first_claim_key: int) -> Batch:
        """Those claims of a batch, numbered from a key."""
        if self.patients is None or self.counts_all:
            return batch
        return numbered(of_patients(batch, self.patients), first_claim_key)


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
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from None
    except ValueError:
        raise _damaged_ledger(path) from None
    written = told.get("format") if isinstance(told, dict) else None
    if isinstance(written, int) and written != FORMAT:
        raise UnreadableFile(f"{history}: {_other_format(written)}")
    try:
        return _ledger(told)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _damaged_ledger(path) from None


def text_of(ledger: Ledger) -> str:
    """A ledger as `ledger_of` reads it."""
    return json.dumps({"format": FORMAT, **asdict(ledger)}, indent=1) + "\n"


@contextmanager
def opened(history: Path) -> Iterator[Ledger]:
    """The ledger of a history, all of whose files stay in place until the end, whatever other runs do.

    Raises:
        UnreadableFile: the ledger can't be read.
    """
    with being_read(history):
        yield ledger_of(history)


def key_of(history: Path, ledger: Ledger) -> Held:
    """The key that a history's patients are hashed with.

    Raises:
        UnreadableFile: it isn't here.
    """
    keys = Keys()
    try:
        held = keys.find(ledger.key)
    except HistoryError as error:
        raise UnreadableFile(str(error)) from None
    if held is None:
        raise UnreadableFile(
            f"{history}: its patients are hashed with the key {ledger.key}, which isn't in {keys.folder};"
            " export it where the history was made and bring it here: cleanclaim history key --import FILE"
        )
    return held


def read_kept(
    history: Path, ledger: Ledger, first_claim_key: int, *, past: Past, at_once: int
) -> Iterator[Batch]:
    """The claims of a history that is open, in the order in which they were added.

    Args:
        history: its folder.
        ledger: its ledger.
        first_claim_key: the key of the first claim.
        past: which claims are asked for.
        at_once: about how many claims a batch holds, if all patients' are read.

    Yields:
        Batches with unique claim keys. Patients that weren't asked for have another number than elsewhere.

    Raises:
        UnreadableFile: something of it is missing or damaged, or its key isn't here.
    """
    key = first_claim_key
    asked = None if past.patients is None else _asked(past.patients, key_of(history, ledger).key)
    names = {added.number: added.name for added in ledger.files}
    without = [added.number for added in ledger.files if added.sha256 in past.but]
    for parts in _together(ledger.additions, at_once if past.reads_all else None):
        frames = _load(history, parts, None if past.reads_all else asked)
        batch = numbered(_batch(frames, asked, names, without), key)
        key += batch.claims.height
        yield batch


def _asked(patients: pl.Series, key: Key) -> pl.DataFrame:
    """The patients asked for, each with the number that it's stored under."""
    distinct = patients.drop_nulls().unique()
    return pl.DataFrame({"asked": distinct.cast(_STORED), PATIENT: key.hashed(distinct)})


def of_patients(batch: Batch, patients: pl.Series) -> Batch:
    """The claims of some patients, without faults of form: those are of the file."""
    own = batch.claims.filter(pl.col(PATIENT).is_in(patients.drop_nulls().implode()))
    keys = own.select("claim_key")
    frames = {
        name: getattr(batch, name).join(keys, on="claim_key", how="semi", maintain_order="left")
        for name in KEPT_TABLES
    }
    return Batch.of({**frames, "claims": own})


def _together(
    every: Iterable[Addition], at_once: int | None
) -> Iterator[list[tuple[Addition, Part]]]:
    """Parts that are read at once: all, or about so many claims."""
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
        sound(history, addition, part)
    scans = {
        name: _scan(name, paths)
        for name in KEPT_TABLES
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
    """Tables as the model has them: patients under the numbers that the run knows, claims with the names of their files."""
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


def sound(history: Path, addition: Addition, part: Part) -> None:
    """See that the files of a part are there, with as many bytes as were written.

    Raises:
        UnreadableFile: one is missing or cut short.
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
    """The error for a damaged file of a history: which it is, and what to do."""
    numbers = _ranges([added.number for added in addition.files])
    return UnreadableFile(
        f"{path}: missing or damaged ({why}); take everything added with it out of the history and add it again: {numbers}"
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
        f"{history}: a file of it is damaged; restore the history from a backup, or add the files to a new one"
    )


def why_of(error: BaseException) -> str:
    """Why a file can't be read or written, in a few words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, OSError):
        return str(error).split("\n", 1)[0][:_MOST_WORDS]
    return "it isn't sound Parquet"


def _ranges(numbers: list[int]) -> str:
    """Numbers of files in words: files 3 to 5 and 9."""
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
    """A table of several parts; what has no value there, or was not known to an earlier version, is null."""
    return pl.scan_parquet(
        paths,
        schema=stored_schema(name),
        missing_columns="insert",
        extra_columns="ignore",
        glob=False,
    )


def stored_columns(name: str) -> list[str]:
    """The columns of a table of the model that are stored: neither what identifies a patient nor the file's name, which the ledger holds."""
    return [
        column.name
        for column in TABLES[name].columns
        if not column.private and column.name not in {PATIENT, "file"}
    ]


def stored_schema(name: str) -> dict[str, Any]:
    """A table's columns as they are stored: the patient's hashed number too, and of claims the file they are from."""
    own: dict[str, Any] = {column: TABLES[name].schema[column] for column in stored_columns(name)}
    own[PATIENT] = _STORED
    return {**own, SOURCE: pl.Int64} if name == "claims" else own


def patients_of(frame: pl.DataFrame, claims: pl.DataFrame) -> pl.Series:
    """The patient of each row's claim; the claims stand in order."""
    return claims[PATIENT].gather(found_in(keys_of(claims), keys_of(frame)))


def _ledger(told: dict[str, Any]) -> Ledger:
    return Ledger(
        str(told["key"]),
        int(told["next_addition"]),
        int(told["next_file"]),
        int(told["next_claim"]),
        tuple(_addition(one) for one in told["additions"]),
    )


def _addition(told: dict[str, Any]) -> Addition:
    files = tuple(Added(**entry) for entry in told["files"])
    parts = tuple(
        Part(int(part["number"]), dict(part["rows"]), dict(part["sizes"])) for part in told["parts"]
    )
    return Addition(int(told["number"]), files, parts)


def _damaged_ledger(path: Path) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: the ledger is damaged; restore the history from a backup, or add the files to a new one"
    )


def _other_format(written: int) -> str:
    if written > FORMAT:
        return f"a later version of cleanclaim wrote it (format {written}); this one reads format {FORMAT}: update cleanclaim"
    return f"an earlier version of cleanclaim wrote it (format {written}); make it anew: add the files that were sent to a new history"
