"""Reading a payer pack: a folder with `pack.toml` and CSV tables. Every fault is named with its file, row and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from importlib.resources.abc import Traversable
from typing import Any, Final

from cleanclaim.errors import PackError
from cleanclaim.model import PAYER_CLASSES
from cleanclaim.parsing import toml_of
from cleanclaim.payers.cells import CellError, parsed, shown, source_day
from cleanclaim.payers.kinds import CODE_LISTS, KINDS, Column, Kind
from cleanclaim.text.hints import hint

FILE: Final = "pack.toml"
TESTS: Final = "tests.toml"
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_KNOWN: Final = (
    "id",
    "name",
    "version",
    "ids",
    "names",
    "payer_classes",
    "whole_classes",
    "sources",
    "note",
)
_MOST_FAULTS: Final = 50
_CODE_LIST_COLUMNS: Final = ("list", "code")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a pack's table.

    Attributes:
        kind: the table.
        key: its name in the pack.
        values: its cells by column, parsed; blank cells are left out.
        where: the file and row it is written in.
    """

    kind: str
    key: str
    values: Mapping[str, Any]
    where: str

    @property
    def days(self) -> tuple[date, date]:
        """The first and last date of service."""
        return (
            self.values.get("valid_from", date(1900, 1, 1)),
            self.values.get("valid_to", date(9999, 12, 31)),
        )


@dataclass(frozen=True, slots=True)
class Pack:
    """A payer's rules.

    Attributes:
        id: its name in files and findings.
        name: the payer.
        version: what the pack's author calls this state of it.
        ids: the payer's numbers in a claim (NM109 of loop 2010BB).
        names: the payer's names in a claim, without regard to case and punctuation; one that ends in `*` is the beginning of a name.
        payer_classes: its lines of business.
        whole_classes: payer classes whose claims it binds if no other pack has their payer.
        rows: its rules.
        tests: its examples, as `tests.toml` has them.
        sha256: the hash of its files, without its examples.
        is_shipped: True if it comes with cleanclaim.
        note: what else a reader should know.
        files: its files as they are, by name.
    """

    id: str
    name: str
    version: str = ""
    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    payer_classes: tuple[str, ...] = ()
    whole_classes: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    tests: tuple[Mapping[str, Any], ...] = ()
    sha256: str = ""
    is_shipped: bool = False
    note: str = ""
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)

    @property
    def label(self) -> str:
        """What findings call it."""
        return f"pack {self.id}" + (f" {self.version}" if self.version else "")


@dataclass(slots=True)
class _Reading:
    """A pack that is being read."""

    folder: Traversable
    faults: list[str] = field(default_factory=list)
    digest: Any = field(default_factory=sha256)
    files: list[tuple[str, bytes]] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        """A file's text; None if there is no such file."""
        path = self.folder / name
        if not path.is_file():
            return None
        try:
            content = path.read_bytes()
        except OSError as error:
            self.faults.append(f"{name}: {error.strerror}")
            return None
        self.digest.update(name.encode() + b"\0" + content)
        self.files.append((name, content))
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.faults.append(f"{name}: isn't UTF-8 text; save it as CSV UTF-8")
            return None


def load_pack(folder: Traversable, *, is_shipped: bool = False, with_tests: bool = True) -> Pack:
    """Read a pack.

    Args:
        folder: its folder.
        is_shipped: True if it comes with cleanclaim.
        with_tests: False to leave its examples unread, which a run doesn't need.

    Raises:
        PackError: something in it can't be right; every fault is listed.
    """
    reading = _Reading(folder)
    head = _toml(reading, FILE)
    if head is None:
        why = reading.faults or [f"there is no {FILE}"]
        raise PackError(str(folder), why)
    lists = _code_lists(reading)
    sources = _sources(reading, head)
    rows: list[Row] = []
    for name in _tables(reading):
        rows += _rows(reading, KINDS[name], lists, sources)
    digest = reading.digest.hexdigest()
    tests = (_toml(reading, TESTS) or {}) if with_tests else {}
    examples = _tests(reading, tests)
    about = _about(reading, head)
    reading.faults += _twice(rows)
    if reading.faults:
        raise PackError(str(folder), reading.faults[:_MOST_FAULTS])
    return Pack(
        **about,
        rows=tuple(rows),
        tests=examples,
        sha256=digest,
        is_shipped=is_shipped,
        files=() if is_shipped else tuple(reading.files),
    )


def _toml(reading: _Reading, name: str) -> dict[str, Any] | None:
    text = reading.text(name)
    if text is None:
        return None
    try:
        return toml_of(text)
    except ValueError as error:
        reading.faults.append(f"{name}: isn't valid TOML: {error}")
        return None


def _tests(reading: _Reading, content: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The pack's examples: each with a title, and with the keys of the rows that it breaks."""
    given = content.get("test", [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        reading.faults.append(f"{TESTS}: expected tables [[test]]")
        return ()
    for number, one in enumerate(given, start=1):
        where = f"{TESTS}, test {number}"
        unknown = [name for name in one if name not in _TEST_KEYS]
        reading.faults += [
            f"{where}: unknown key {shown(name)}{hint(name, _TEST_KEYS)}" for name in unknown
        ]
        if not isinstance(one.get("title"), str):
            reading.faults.append(f"{where}: title: is missing")
        _texts(one.get("finds", ["x"]) or ["x"], f"{where}: finds", reading.faults)
        _texts(one.get("lines", ["x"]), f"{where}: lines", reading.faults)
        if not isinstance(one.get("claim", {}), dict):
            reading.faults.append(f"{where}: claim: expected a table")
    return tuple(given)


_TEST_KEYS: Final = ("title", "claim", "diagnoses", "lines", "finds")


def _about(reading: _Reading, head: Mapping[str, Any]) -> dict[str, Any]:
    """What `pack.toml` says of the payer."""
    faults = reading.faults
    faults += [
        f"{FILE}: unknown key {shown(key)}{hint(key, _KNOWN)}" for key in head if key not in _KNOWN
    ]
    about: dict[str, Any] = {}
    for name in ("id", "name", "version", "note"):
        about[name] = head.get(name, "")
        if not isinstance(about[name], str):
            faults.append(f"{FILE}: {name}: expected text")
            about[name] = ""
    if not _ID.fullmatch(about["id"]):
        faults.append(
            f"{FILE}: id: expected small letters, digits and hyphens, found {shown(about['id'])}"
        )
    if not about["name"]:
        faults.append(f"{FILE}: name: the payer's name is missing")
    for name in ("ids", "names", "payer_classes", "whole_classes"):
        about[name] = _texts(head.get(name, []), f"{FILE}: {name}", faults)
    wrong = [
        one
        for one in (*about["payer_classes"], *about["whole_classes"])
        if one not in PAYER_CLASSES
    ]
    faults += [
        f"{FILE}: expected one of {', '.join(PAYER_CLASSES)}, found {shown(one)}" for one in wrong
    ]
    if not (about["ids"] or about["names"] or about["whole_classes"]):
        faults.append(
            f"{FILE}: ids, names: a claim's payer is found by its number or name, and there is neither"
        )
    return about  # fmt: skip


def _texts(given: object, where: str, faults: list[str]) -> tuple[str, ...]:
    if isinstance(given, list) and all(isinstance(one, str) and one.strip() for one in given):
        return tuple(one.strip() for one in given)
    faults.append(f'{where}: expected a list of texts, such as ["62308"]')
    return ()


def _sources(reading: _Reading, head: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The titles and dates of the pack's sources, by their keys."""
    given = head.get("sources", {})
    found: dict[str, tuple[str, str]] = {}
    for key, source in given.items() if isinstance(given, dict) else ():
        title = source.get("title") if isinstance(source, dict) else None
        day = str(source.get("date", "")) if isinstance(source, dict) else ""
        if not isinstance(title, str) or not title:
            reading.faults.append(f"{FILE}: sources.{key}: expected a table with title and date")
            continue
        try:
            source_day(day) if day else None
        except CellError as error:
            reading.faults.append(f"{FILE}: sources.{key}: date: {error}")
            continue
        found[key] = (title, day)
    return found


def _tables(reading: _Reading) -> list[str]:
    """The pack's tables of rules; a file that no table is named after is a fault."""
    names = sorted(one.name for one in reading.folder.iterdir() if one.name.endswith(".csv"))
    known = [*KINDS, CODE_LISTS]
    for name in names:
        stem = name.removesuffix(".csv")
        if stem not in known:
            reading.faults.append(
                f"{name}: unknown table{hint(stem, known)}; a pack has {', '.join(known)}"
            )
    return [name for name in KINDS if f"{name}.csv" in names]


def _code_lists(reading: _Reading) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    code = Column("code", "codes", "")
    for where, cells in _cells(reading, f"{CODE_LISTS}.csv", _CODE_LIST_COLUMNS, ("source",)):
        try:
            found.setdefault(cells["list"], []).extend(parsed(code, cells["code"], {}))
        except KeyError as error:
            reading.faults.append(f"{where}, column {error.args[0]}: is missing")
        except CellError as error:
            reading.faults.append(f"{where}, column code: {error}")
    return {name: tuple(codes) for name, codes in found.items()}


def _cells(
    reading: _Reading, file: str, needed: tuple[str, ...], optional: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a table with the place each is at; blank cells are left out."""
    text = reading.text(file)
    if text is None:
        return
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        reading.faults.append(f"{file}: isn't a CSV file: {error}")
        return
    header = [name.strip() for name in (rows[0] if rows else [])]
    faults = _header_faults(header, needed, optional)
    reading.faults += [f"{file}, row 1: {fault}" for fault in faults]
    if faults:
        return
    for number, cells in enumerate(rows[1:], 2):
        where = f"{file}, row {number}"
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            reading.faults.append(f"{where}: {len(cells)} cells under {len(header)} columns; put a value with a comma in quotes")  # fmt: skip
            continue
        yield where, {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}  # fmt: skip


def _header_faults(
    header: list[str], needed: tuple[str, ...], optional: tuple[str, ...]
) -> list[str]:
    """What is wrong with a table's header."""
    known = (*needed, *optional)
    unknown = [name for name in header if name not in known]
    faults = [f"unknown column {shown(name)}{hint(name, known)}" for name in unknown]
    faults += [f"the column {name} is missing" for name in needed if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1})
    return [*faults, *(f"the column {shown(name)} is there twice" for name in twice)]


def _rows(
    reading: _Reading,
    kind: Kind,
    lists: Mapping[str, tuple[str, ...]],
    sources: Mapping[str, tuple[str, str]],
) -> Iterator[Row]:
    columns = kind.every_column
    needed = tuple(name for name, column in columns.items() if column.required)
    optional = tuple(name for name in columns if name not in needed)
    for where, cells in _cells(reading, f"{kind.name}.csv", needed, optional):
        faults = [f"{where}, column {name}: is missing" for name in needed if name not in cells]
        values: dict[str, Any] = {}
        for name, text in cells.items():
            try:
                values[name] = parsed(columns[name], text, lists)
            except CellError as error:
                faults.append(f"{where}, column {name}: {error}")
        faults += _together(kind, cells, values, where)
        reading.faults += faults
        if not faults:
            title, day = sources.get(values["source"], (values["source"], ""))
            known = {"source": title, **({"source_date": day} if day else {})}
            yield Row(kind.name, values["key"], {**known, **values, "source": title}, where)


def _together(
    kind: Kind, cells: Mapping[str, str], values: Mapping[str, Any], where: str
) -> list[str]:
    """What is wrong with values that are right one by one."""
    faults = []
    if kind.one_of and not any(name in cells for name in kind.one_of):
        faults.append(f"{where}: one of {', '.join(kind.one_of)} is needed")
    first, last = values.get("valid_from"), values.get("valid_to")
    if first and last and last < first:
        faults.append(f"{where}, column valid_to: {last} is before valid_from {first}")
    return faults


def _twice(rows: list[Row]) -> list[str]:
    """Rows of a table with one key on the same days."""
    return [
        f"{row.where}, column key: {shown(row.key)} is already in {other.where} for the same days"
        for n, row in enumerate(rows)
        for other in rows[:n]
        if (row.kind, row.key) == (other.kind, other.key) and overlap(row, other)
    ]


def is_id(text: str) -> bool:
    """Whether a text can be a pack's ID."""
    return _ID.fullmatch(text) is not None


def overlap(one: Row, other: Row) -> bool:
    """Whether two rows are in force on some same day."""
    return one.days[0] <= other.days[1] and other.days[0] <= one.days[1]
