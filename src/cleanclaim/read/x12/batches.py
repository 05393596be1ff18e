"""An X12 file as batches of claims."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, Final

import polars as pl

from cleanclaim.errors import UnknownFormat
from cleanclaim.model import Batch
from cleanclaim.read.x12.cells import Cells, Origin
from cleanclaim.read.x12.stream import Stream
from cleanclaim.read.x12.syntax import Syntax
from cleanclaim.read.x12.tables import tables

CHUNK: Final = 4 << 20


def read_x12(
    source: BinaryIO | bytes,
    *,
    file: str,
    first_claim_key: int = 0,
    chunk_size: int = CHUNK,
    batch_claims: int = 50_000,
) -> Iterator[Batch]:
    """The claims of an 837 file, and the faults of its form.

    Memory is bounded by the batch, not by the file.

    Args:
        source: the file's bytes, or a stream of them.
        file: what findings name as the file.
        first_claim_key: key of the first claim; the others follow in the file's order.
        chunk_size: bytes worked on at a time.
        batch_claims: a batch ends after the chunk in which it reaches this many claims.

    Yields:
        Batches in the file's order, at least one. `as_of` and `payer_class` are null. Faults are in `syntax_faults`; those
        of the file as a whole come with the last batch. A file without claims yields one batch that says why.

    Raises:
        UnknownFormat: there is no interchange header in the file.
    """
    stream = Stream(io.BytesIO(source) if isinstance(source, bytes) else source, chunk_size)
    syntax = Syntax(file)
    key = first_claim_key
    waiting: list[dict[str, pl.DataFrame]] = []
    claims = 0
    for piece in stream.pieces():
        if claims >= batch_claims:
            yield _joined(waiting, syntax.take(is_last=False))
            waiting, claims = [], 0
        cells = Cells(
            piece.segments, piece.carried, Origin(file, key, piece.offsets, piece.numbers)
        )
        count = len(cells.loops.claim)
        frames = tables(cells) if count else None
        if frames:
            waiting.append(frames)
        syntax.check(piece, cells, frames["claims"]["claim_type"] if frames else _NO_KINDS)
        claims += count
        key += count
    if not stream.outside.interchanges:
        raise UnknownFormat(f"{file}: no interchange header (ISA) was found")
    syntax.finish(stream.outside)
    yield _joined(waiting, syntax.take(is_last=True))


_NO_KINDS: Final = pl.Series(dtype=pl.String)


def _joined(parts: list[dict[str, pl.DataFrame]], faults: pl.DataFrame) -> Batch:
    names = parts[0] if parts else ()
    frames = {
        name: parts[0][name]
        if len(parts) == 1
        else pl.concat([part[name] for part in parts], how="diagonal")
        for name in names
    }
    return Batch.of({**frames, "syntax_faults": faults})
