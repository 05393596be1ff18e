"""The options of the Python functions, checked: each wrong value becomes one clear error."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from cleanclaim.edits.edit import Disposition, Edit
from cleanclaim.errors import ConfigError
from cleanclaim.read.dates import parse
from cleanclaim.read.table_options import AS_FOUND, TableOptions, load_options, options_of
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings
from cleanclaim.text.masking import kind_of

_LONGEST: Final = 60


@dataclass(frozen=True)
class Options:
    """The options of a check as Python code gives them; see `cleanclaim.check`."""

    history: object = ()
    payer_class: object = None
    as_of: object = None
    select: object = ()
    ignore: object = ()
    min_disposition: object = "info"
    adopts: object = None
    policy_state: object = None
    edits: object = None
    reference: object = None
    sheet: object = None
    columns: object = None
    payers: object = ()
    remit: object = ()

    def settings(self) -> Settings:
        """How claims are judged.

        Raises:
            ConfigError: a value isn't valid; every fault is listed.
        """
        faults: list[str] = []
        as_of = _day("as_of", self.as_of, faults)
        disposition = _disposition(self.min_disposition, faults)
        payer_class = _text("payer_class", self.payer_class, faults)
        policy_state = _text("policy_state", self.policy_state, faults)
        adopts = {} if self.adopts is None else self.adopts
        if not isinstance(adopts, Mapping):
            faults.append(f"adopts: expected whose rules each payer adopted, such as {{'60054': 'medicare'}}, found {_kind(adopts)}")  # fmt: skip
            adopts = {}
        if faults:
            raise ConfigError(faults)
        return Settings(payer_class, as_of, disposition, adopts, policy_state)

    def words(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The edits to run, and those not to run.

        Raises:
            ConfigError: they aren't texts.
        """
        faults: list[str] = []
        found = _words("select", self.select, faults), _words("ignore", self.ignore, faults)
        if faults:
            raise ConfigError(faults)
        return found

    def past(self) -> tuple[str | Path, ...]:
        """The paths of earlier claims.

        Raises:
            ConfigError: they aren't paths.
        """
        return _paths("history", self.history)

    def remittances(self) -> tuple[str | Path, ...]:
        """The paths of remittances.

        Raises:
            ConfigError: they aren't paths.
        """
        return _paths("remit", self.remit)

    def own_edits(self) -> list[Edit] | None:
        """The edits to choose from; None for those that are installed.

        Raises:
            ConfigError: they aren't edits.
        """
        if self.edits is None:
            return None
        items = [self.edits] if isinstance(self.edits, Edit) else self.edits
        if isinstance(items, Iterable) and not isinstance(items, (str, bytes)):
            found = list(items)
            if all(isinstance(item, Edit) for item in found):
                return found
        raise ConfigError([f"edits: expected a list of edits, found {_kind(self.edits)}"])

    def own_reference(self) -> Reference | None:
        """The dated tables; None for the built-in ones and the user's store.

        Raises:
            ConfigError: they aren't a reference.
        """
        if self.reference is None or isinstance(self.reference, Reference):
            return self.reference
        raise ConfigError([f"reference: expected a cleanclaim.Reference, found {_kind(self.reference)}"])  # fmt: skip

    def packs(self) -> tuple[Path, ...]:
        """The folders of the user's own payer packs.

        Raises:
            ConfigError: they aren't paths.
        """
        return _paths("payers", self.payers)

    def tables(self) -> TableOptions:
        """What the user says about tables.

        Raises:
            ConfigError: a value isn't valid.
        """
        faults: list[str] = []
        sheet = str(self.sheet) if type(self.sheet) is int else self.sheet
        name = _text("sheet", sheet, faults)
        if faults:
            raise ConfigError(faults)
        if self.columns is None:
            return AS_FOUND.with_sheet(name)
        if isinstance(self.columns, (str, os.PathLike)):
            return load_options(Path(os.fsdecode(self.columns))).with_sheet(name)
        return options_of({"columns": self.columns}, "columns").with_sheet(name)


def _paths(name: str, given: object) -> tuple[Path, ...]:
    """One or several paths.

    Raises:
        ConfigError: it's something else.
    """
    listed = [given] if isinstance(given, (str, os.PathLike)) else given
    if isinstance(listed, Iterable) and not isinstance(listed, (bytes, Mapping)):
        items = list(listed)
        if all(isinstance(item, (str, os.PathLike)) for item in items):
            return tuple(Path(os.fsdecode(item)) for item in items)
    raise ConfigError([f"{name}: expected paths, found {_kind(given)}"])


def _kind(value: object) -> str:
    return f"{kind_of(value)} in it" if isinstance(value, (list, tuple, set)) and value else kind_of(value)  # fmt: skip


def _text(name: str, value: object, faults: list[str]) -> str | None:
    if value is None or isinstance(value, str):
        return value
    faults.append(f"{name}: expected text, found {kind_of(value)}")
    return None


def day(name: str, value: object) -> date | None:
    """A day given as a date or as text; None if none is given.

    Raises:
        ConfigError: it is neither.
    """
    faults: list[str] = []
    found = _day(name, value, faults)
    if faults:
        raise ConfigError(faults)
    return found


def _day(name: str, value: object, faults: list[str]) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    day = parse(value) if isinstance(value, str) else None
    if day is None:
        faults.append(f"{name}: expected a date (YYYY-MM-DD), found {kind_of(value)}")
        return None
    return day.date


def _disposition(value: object, faults: list[str]) -> Disposition:
    allowed = [one.value for one in Disposition]
    if isinstance(value, str) and value in allowed:
        return Disposition(value)
    found = repr(value[:_LONGEST]) if isinstance(value, str) else kind_of(value)
    faults.append(f"min_disposition: expected one of {', '.join(allowed)}, found {found}")
    return Disposition.INFO


def _words(name: str, value: object, faults: list[str]) -> tuple[str, ...]:
    """Words in a list, or in a text, separated by commas."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    if value is None:
        return ()
    if isinstance(value, Iterable) and not isinstance(value, (bytes, Mapping)):
        items = list(value)
        if all(isinstance(item, str) for item in items):
            return tuple(items)
        wrong = next(item for item in items if not isinstance(item, str))
        faults.append(f"{name}: expected codes, families or names of edits, found {kind_of(wrong)} among them")  # fmt: skip
        return ()
    faults.append(f"{name}: expected codes, families or names of edits, found {kind_of(value)}")
    return ()
