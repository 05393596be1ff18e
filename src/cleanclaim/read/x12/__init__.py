"""Reading X12 837 files: professional, institutional and dental claims, 5010 and (what is common) 4010."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO


from cleanclaim.model import Batch
from cleanclaim.read.x12.claims import Origin, Reader
from cleanclaim.read.x12.stream import CHUNK, Stream
from cleanclaim.read.x12.syntax import Syntax

__all__ = ["read_x12"]


def read_x12(
    source: BinaryIO | bytes, *, file: str, first_claim_key: int = 0, chunk_size: int = CHUNK
) -> Iterator[Batch]:
    """The claims of a file, a batch a block of it.

    Args:
        source: the file's bytes, or a stream of them; memory is bounded by the block, not by the file.
        file: what findings name as the file.
        first_claim_key: key of the first claim.
        chunk_size: bytes read at a time.

    Yields:
        Batches in the file's order. Faults of form are in `syntax_faults`; those of the whole file (counts, envelope) come with the last batch. A
        file without claims yields one batch that says why.

    Raises:
        UnknownFormat: there is no interchange header in the file.
    """
    stream = Stream(io.BytesIO(source) if isinstance(source, bytes) else source, file, chunk_size)
    syntax = Syntax(file)
    key = first_claim_key
    for piece in stream.pieces():
        reader = Reader(piece.segments, piece.carried, Origin(file, key, piece.offsets))
        frames = reader.frames()
        faults = syntax.check(piece, reader)
        if piece.is_last:
            faults += syntax.finish(stream)
        key += frames["claims"].height
        yield Batch.of({**frames, "syntax_faults": syntax.frame(faults)})
    if not syntax.is_finished:
        rest = syntax.finish(stream)
        yield Batch.of({"syntax_faults": syntax.frame(rest)})
