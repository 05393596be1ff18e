"""An X12 file as batches of claims."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import BinaryIO, Final

import polars as pl

from cleanclaim.errors import InputError, UnknownFormat
from cleanclaim.model import Batch
from cleanclaim.read.x837.cells import Cells, Origin
from cleanclaim.read.x837.claims import claim_types
from cleanclaim.read.x837.form.checks import FormChecks
from cleanclaim.read.x837.layout import CLAIMS
from cleanclaim.read.x837.tables import Frames, claims_and_lines, codes_and_payers
from cleanclaim.x12.stream import MOST_SWITCHES, Stream

CHUNK: Final = 4 << 20
_WORTH_A_THREAD: Final = 1 << 21


def read_x12(
    source: BinaryIO | bytes,
    *,
    file: str,
    first_claim_key: int = 0,
    chunk_size: int = CHUNK,
    batch_claims: int = 50_000,
    form: bool = True,
) -> Iterator[Batch]:
    """Read the claims of an 837 file and the faults of its form.

    Memory is limited by the batch, not by the file.

    Args:
        source: the file's bytes, or a stream of them.
        file: the file name in findings.
        first_claim_key: key of the first claim; the others follow in file order.
        chunk_size: how many bytes to process at a time.
        form: check the form of segments and elements too, not only the envelope.
        batch_claims: a batch ends after the chunk in which it reaches this many claims.

    Yields:
        Batches in file order, at least one. `as_of` and `payer_class` are null. Faults are in
        `syntax_faults`; those of the file as a whole come with the last batch. A file without
        claims yields one batch that says why.

    Raises:
        UnknownFormat: the file has no interchange header.
        InputError: after the last batch, if too many small interchanges must be read separately.
    """
    stream = Stream(io.BytesIO(source) if isinstance(source, bytes) else source, chunk_size, CLAIMS)
    checks = FormChecks(file, form=form)
    key = first_claim_key
    waiting: list[_Tables] = []
    with ThreadPoolExecutor(1) as worker:
        for piece in stream.pieces():
            if key - first_claim_key >= batch_claims:
                yield _joined(waiting, checks.take(is_last=False))
                waiting, first_claim_key = [], key
            cells = Cells(
                piece.segments, piece.carried, Origin(file, key, piece.offsets, piece.numbers)
            )
            kinds = claim_types(cells)
            if len(kinds):
                # numpy releases the interpreter's lock, so one thread cuts claims and lines while this one does the rest.
                is_large = len(piece.segments.data) >= _WORTH_A_THREAD
                work = partial(claims_and_lines, cells, kinds)
                claims = worker.submit(work) if is_large else work()
                waiting.append((claims, codes_and_payers(cells)))
            _hold_back(waiting)
            checks.check(piece, cells, kinds)
            key += len(kinds)
        if not stream.outside.interchanges:
            raise UnknownFormat(f"{file}: no interchange header (ISA) was found")
        checks.finish(stream.outside)
        yield _joined(waiting, checks.take(is_last=True))
    if stream.outside.unread is not None:
        raise InputError(
            f"{file}: byte {stream.outside.unread:,}: more than {MOST_SWITCHES:,} interchanges are truncated or change their separators; "
            "the rest of the file isn't read. Split it into smaller files"
        )


_Tables = tuple[Frames | Future[Frames], Frames]
"""Claims and lines, possibly still in progress, and the other tables of a block."""


def _hold_back(waiting: Sequence[_Tables]) -> None:
    """Let the worker be at most one block behind, which limits memory."""
    for part in waiting[-2:-1]:
        _done(part)


def _done(part: _Tables) -> Frames:
    claims, others = part
    return (claims.result() if isinstance(claims, Future) else claims) | others


def _joined(waiting: Sequence[_Tables], faults: pl.DataFrame) -> Batch:
    parts = [_done(part) for part in waiting]
    names = parts[0] if parts else ()
    frames = {
        name: parts[0][name]
        if len(parts) == 1
        else pl.concat([part[name] for part in parts], how="diagonal")
        for name in names
    }
    return Batch.of({**frames, "syntax_faults": faults})
