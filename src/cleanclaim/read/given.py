"""Claims as Python code gives them: paths, content, data frames, mappings or dataclasses."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any, Final

from cleanclaim.errors import InputError
from cleanclaim.model import Batch
from cleanclaim.read.columns import SET_FILES
from cleanclaim.read.frames import is_frame, of_rows, to_polars
from cleanclaim.read.names import model_name
from cleanclaim.read.objects import CHILDREN, batch_of
from cleanclaim.read.prepare import Reading
from cleanclaim.read.sources import Held
from cleanclaim.read.table import read_flat, read_set
from cleanclaim.read.table_options import AS_FOUND, TableOptions

_CONTENT: Final = ("ISA", "GS*", "ST*")
_EXPECTED: Final = "paths, bytes, files, mappings, dataclasses or data frames"
_LINE_COLUMNS: Final = frozenset({"procedure_code", "revenue_center_code"})


@dataclass(frozen=True, slots=True)
class Given:
    """Claims that were given: inputs still to be read, or claims.

    Attributes:
        inputs: paths and content.
        batch: the claims; None if there are inputs.
        notes: what the reader of the report must know about tables.
    """

    inputs: tuple[str | Path | Held, ...] = ()
    batch: Batch | None = None
    notes: tuple[str, ...] = ()


def given_claims(claims: object, tables: TableOptions = AS_FOUND) -> Given:
    """Tell apart what was given.

    Args:
        claims: see `cleanclaim.check`.
        tables: what the user says about tables.

    Raises:
        InputError: claims can't be given in this way, or they don't fit.
    """
    one = _input(claims)
    if one is not None:
        return Given((one,))
    if is_frame(claims):
        return _flat(claims, "data frame", tables)
    if isinstance(claims, Mapping) and claims and all(map(is_frame, claims.values())):
        return _set(claims, tables)
    several = [claims] if isinstance(claims, Mapping) or is_dataclass(claims) else claims
    if not isinstance(several, Iterable):
        raise InputError(f"claims must be {_EXPECTED}, not {type(claims).__name__}")
    items = list(several)
    inputs = [_input(item) for item in items]
    if items and all(found is not None for found in inputs):
        return Given(tuple(_numbered([found for found in inputs if found is not None])))
    if any(found is not None for found in inputs) or any(map(is_frame, items)):
        raise InputError("claims: expected a list of one kind; give several tables as a mapping by name: claims, lines, diagnoses")  # fmt: skip
    if _are_rows(items):
        return _flat(of_rows(items), "rows", tables)
    return Given(batch=batch_of(items))


def _input(given: object) -> str | Path | Held | None:
    """A path or content; None for anything else."""
    if isinstance(given, str):
        if "\n" in given or given.lstrip().startswith(_CONTENT):
            raise InputError("claims: this text is the content of a file, not its path: pass bytes, such as text.encode()")  # fmt: skip
        return given
    if isinstance(given, os.PathLike):
        return Path(os.fsdecode(given))
    if isinstance(given, (bytes, bytearray, memoryview)):
        return Held("bytes", io.BytesIO(bytes(given)))
    if hasattr(given, "read"):
        return _of_file(given)
    return None


def _of_file(file: Any) -> Held:
    name = getattr(file, "name", None)
    words = name if isinstance(name, str) else "file"
    try:
        content = file.read()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is closed, or not open for reading"  # fmt: skip
        raise InputError(f"{words}: {why}") from None
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogateescape")
    if not isinstance(content, bytes):
        raise InputError(f"{words}: expected a file of bytes or text, found {type(content).__name__}")  # fmt: skip
    return Held(words, io.BytesIO(content))


def _numbered(inputs: Sequence[str | Path | Held]) -> list[str | Path | Held]:
    """The inputs; if several are bytes, each has its own name."""
    several = sum(isinstance(one, Held) for one in inputs) > 1
    return [
        Held(f"{one.name} {number}", one.stream) if several and isinstance(one, Held) else one
        for number, one in enumerate(inputs, start=1)
    ]


def _flat(frame: object, name: str, tables: TableOptions) -> Given:
    reading = Reading(name, tables)
    batch = read_flat(to_polars(frame), file=name, reading=reading)
    return Given(batch=batch, notes=_notes(reading))


def _set(frames: Mapping[Any, Any], tables: TableOptions) -> Given:
    unknown = [name for name in frames if name not in SET_FILES]
    if unknown:
        raise InputError(f"claims: expected data frames by the names {', '.join(SET_FILES)}, found another name")  # fmt: skip
    reading = Reading("tables", tables)
    batch = read_set({n: to_polars(f) for n, f in frames.items()}, file="tables", reading=reading)
    return Given(batch=batch, notes=_notes(reading))


def _notes(reading: Reading) -> tuple[str, ...]:
    return tuple(f"{reading.file}: {note}." for note in reading.notes)


def _are_rows(items: Sequence[object]) -> bool:
    """True for mappings that are rows of a flat table: a line's columns, and no lines inside."""
    if not items or not all(isinstance(item, Mapping) for item in items):
        return False
    names = {str(name) for item in items if isinstance(item, Mapping) for name in item}
    return names.isdisjoint(CHILDREN) and any(model_name(name) in _LINE_COLUMNS for name in names)
