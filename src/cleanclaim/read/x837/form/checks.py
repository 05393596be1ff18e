"""All checks of a file's form, one piece at a time."""

from __future__ import annotations

import polars as pl

from cleanclaim.read.x837.cells import Cells
from cleanclaim.read.x837.form.block import FormBlock
from cleanclaim.read.x837.form.characters import check_characters
from cleanclaim.read.x837.form.elements import check_elements
from cleanclaim.read.x837.form.envelope import Envelopes
from cleanclaim.read.x837.form.faults import Faults
from cleanclaim.read.x837.form.structure import check_structure
from cleanclaim.x12.stream import Outside, Piece


class FormChecks:
    """The faults of one file, as they are found."""

    def __init__(self, file: str, *, form: bool = True) -> None:
        """Start without faults; if `form` is false, only the envelope is checked."""
        self._form = form
        self._faults = Faults(file)
        self._envelopes = Envelopes(self._faults)

    def check(self, piece: Piece, cells: Cells, kinds: pl.Series) -> None:
        """Check the new segments of a piece.

        Args:
            piece: the piece.
            cells: its cells.
            kinds: the kind of each of its claims.
        """
        self._envelopes.read(piece, cells)
        if not self._form:
            return
        block = FormBlock(cells, piece.carried, self._faults, kinds)
        check_structure(block)
        check_elements(block)
        check_characters(block)

    def finish(self, outside: Outside) -> None:
        """Report what can be known only at the end of the file."""
        self._envelopes.finish(outside)

    def take(self, *, is_last: bool) -> pl.DataFrame:
        """The faults found since the last call."""
        return self._faults.take(is_last=is_last)
