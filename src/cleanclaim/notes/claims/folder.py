"""A folder with one note for each claim, called by its claim ID.

A note is a text file `CLAIM-ID.txt` (or .text, .md, .note), or a line of JSON Lines with the claim ID as
its "id". A character that a file name can't have may be written as _.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cleanclaim.errors import UnreadableFile
from cleanclaim.notes import inputs
from cleanclaim.notes.inputs import Note

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9.\-]")


@dataclass(slots=True)
class NoteFolder:
    """The notes of claims.

    Attributes:
        notes: the notes by claim ID, as it can be written in a file name.
        faults: notes that couldn't be read, and why.
        used: the claim IDs that were asked for and found.
    """

    notes: dict[str, Note]
    faults: tuple[str, ...] = ()
    used: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: str | Path) -> NoteFolder:
        """Read the notes of a folder, or of a JSON Lines file.

        Raises:
            UnreadableFile: there is no such folder, or it has no notes.
        """
        given = Path(path)
        if not given.exists():
            raise UnreadableFile(f"{given}: no such file or folder")
        notes: dict[str, Note] = {}
        faults: list[str] = []
        for note in inputs.read(str(given), io.BytesIO()):
            if note.text is None:
                faults.append(f"{given.name}/{note.value}: {note.error}")
            key = _key(note)
            if key in notes and note.text is not None:
                faults.append(f"{given.name}/{note.value}: another note of this folder is for the same claim; none of the two is used")  # fmt: skip
                note = Note(note.name, note.value, None, "two notes are for this claim")  # noqa: PLW2901
            notes[key] = note
        return cls(notes, tuple(faults))

    def note_of(self, claim_id: str | None) -> Note | None:
        """Return the note of a claim; None if there is none."""
        key = _written(claim_id or "")
        note = self.notes.get(key)
        if note is not None:
            self.used.add(key)
        return note

    def told(self) -> Iterator[str]:
        """Yield what a user must know: notes that couldn't be read, and how many belong to no claim."""
        yield from self.faults
        unused = len(self.notes) - len(self.used)
        if unused:
            yield f"{unused:,} note{'s' if unused > 1 else ''} in the notes folder {'belong' if unused > 1 else 'belongs'} to no claim that was checked."


def _key(note: Note) -> str:
    name = note.value or ""
    return _written(name if note.name == "id" else Path(name).stem)


def _written(claim_id: str) -> str:
    """Return a claim ID as it can be written in a file name."""
    return _NOT_IN_NAMES.sub("_", claim_id.strip())
