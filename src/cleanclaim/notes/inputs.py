"""Read notes: a text file, a folder of text files, or JSON Lines with a note on each line.

No error shows what a note says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.parsing import json_of

_JSONL: Final = (".jsonl", ".ndjson")
_TEXT: Final = (".txt", ".text", ".md", ".note")
_FIELDS: Final = ("note", "text")
_X12: Final = re.compile(r"\s*ISA[^\w\s]")


@dataclass(frozen=True, slots=True)
class Note:
    """A note.

    Attributes:
        name: what it is called in answers: `id` or `file`.
        value: its ID or file name; None for standard input.
        text: the text; None if it couldn't be read.
        error: why it couldn't be read.
    """

    name: str
    value: str | None
    text: str | None
    error: str | None = None


def read(path: str, stdin: BinaryIO) -> Iterator[Note]:
    """Yield the notes of a file, a folder or standard input (-).

    Raises:
        InputError: the path doesn't exist, or a folder has no notes.
    """
    if path == "-":
        yield from _of(stdin.read(), None)
        return
    given = Path(path)
    if not given.exists():
        raise UnreadableFile(f"{path}: no such file or folder")
    if not given.is_dir():
        yield from _file(given, given.name)
        return
    files = sorted(one for one in given.rglob("*") if one.is_file() and one.suffix.lower() in (*_TEXT, *_JSONL))  # fmt: skip
    if not files:
        raise UnreadableFile(f"{path}: no notes in this folder (looked for {', '.join((*_TEXT, *_JSONL))})")  # fmt: skip
    for file in files:
        yield from _file(file, file.relative_to(given).as_posix())


def is_batch(path: str) -> bool:
    """Return true if a path can have several notes."""
    given = Path(path)
    return path != "-" and (given.is_dir() or given.suffix.lower() in _JSONL)


def _file(file: Path, name: str) -> Iterator[Note]:
    try:
        data = file.read_bytes()
    except OSError as error:
        yield Note("file", name, None, f"{error.strerror}")
        return
    yield from _of(data, name, is_lines=file.suffix.lower() in _JSONL)


def _of(data: bytes, name: str | None, *, is_lines: bool = False) -> Iterator[Note]:
    """Yield the notes in some content."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield Note("file", name, None, f"byte {error.start} isn't UTF-8 text; save the note as UTF-8")  # fmt: skip
        return
    if is_lines:
        yield from _lines(text, str(name))
    elif why := _is_no_note(text):
        yield Note("file", name, None, why)
    else:
        yield Note("file", name, text)


def _is_no_note(text: str) -> str | None:
    """Why a text can't be a note; None if it can."""
    if not text.strip():
        return "the file is empty"
    if "\0" in text:
        return "it isn't text, or isn't UTF-8: it has zero bytes"
    return "it is an X12 file, such as claims or payments; expected a note" if _X12.match(text) else None  # fmt: skip


def _lines(text: str, name: str) -> Iterator[Note]:
    """Yield the notes of JSON Lines; a line that can't be read is named, and the others go on."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            found = json_of(line)
        except ValueError:
            yield Note("file", where, None, "not valid JSON")
            continue
        note = next((found[one] for one in _FIELDS if one in found), None) if isinstance(found, dict) else None  # fmt: skip
        if not isinstance(note, str) or not note.strip():
            yield Note("file", where, None, 'expected an object with a text in "note"')
            continue
        own = found.get("id")
        yield (
            Note("id", str(own), note) if isinstance(own, str | int) else Note("file", where, note)
        )


def text_of(note: object) -> str:
    """Return the text of a note given in Python: a text, or a path.

    Raises:
        InputError: it is neither, or the file can't be read.
    """
    if isinstance(note, Path):
        found = next(_file(note, note.name)) if note.exists() else None
        if found is None or found.text is None:
            raise InputError(f"{note.name}: {found.error if found else 'no such file'}")
        return found.text
    if not isinstance(note, str):
        raise InputError(f"a note is a text or a path; found {type(note).__name__}")
    return note
