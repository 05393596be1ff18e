"""Claims on disk, sorted by patient, so that all claims of some patients can be read together.

Each patient falls into a bucket. A piece is a folder with a file for each table (Arrow IPC; columns
without values are left out), sorted by bucket, and the row at which each bucket starts. A group of
patients is a range of buckets: one slice of each table in each piece.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from cleanclaim.model import Batch
from cleanclaim.model.arrays import Ints
from cleanclaim.model.keys import in_order, numbers_of

BUCKETS: Final = 4096
_ROWS_APART: Final = 4096
"""Rows that are read together; a slice reads few rows besides its own."""
_STARTS: Final = "starts.npz"


def bucket_of(claims: pl.DataFrame) -> Ints:
    """The bucket of each claim's patient."""
    return (claims["patient_key"].fill_null(0) % BUCKETS).cast(pl.Int64).to_numpy()


def write_piece(batch: Batch, folder: Path) -> None:
    """Write a batch sorted by bucket.

    Args:
        batch: claims of any patients.
        folder: an empty folder, which becomes the piece.
    """
    batch = in_order(batch)
    of_claim = bucket_of(batch.claims)
    starts: dict[str, Ints] = {}
    for name, frame in batch.frames().items():
        if frame.is_empty():
            continue
        bucket = numbers_of(frame, batch.claims, of_claim)
        order = np.argsort(bucket, kind="stable")
        starts[name] = np.searchsorted(bucket[order], np.arange(BUCKETS + 1))
        there = [column.name for column in frame if column.null_count() < frame.height]
        rows = frame.select(there)[order]
        rows.write_ipc(folder / f"{name}.arrow", record_batch_size=_ROWS_APART)
    np.savez(folder / _STARTS, allow_pickle=False, **starts)


class Spill:
    """Pieces on disk.

    Attributes:
        pieces: their folders, in reading order.
    """

    def __init__(self, pieces: list[Path]) -> None:
        self.pieces = pieces
        self._starts = [_starts_of(piece) for piece in pieces]

    def claims(self) -> Ints:
        """How many claims each bucket holds."""
        counts = np.zeros(BUCKETS, dtype=np.int64)
        for starts in self._starts:
            if "claims" in starts:
                counts += np.diff(starts["claims"])
        return counts

    def patients(self) -> pl.Series:
        """The patients' keys."""
        scans = [
            pl.scan_ipc(piece / "claims.arrow").select("patient_key")
            for piece, starts in zip(self.pieces, self._starts, strict=True)
            if "claims" in starts
        ]
        found = [frame["patient_key"] for frame in pl.collect_all(scans)]
        return pl.concat(found).unique() if found else pl.Series("patient_key", [], pl.UInt64)

    def load(self, first: int, last: int) -> Batch:
        """The claims in a range of buckets, without `last`."""
        asked = [
            (name, pl.scan_ipc(piece / f"{name}.arrow").slice(int(starts[name][first]), rows))
            for piece, starts in zip(self.pieces, self._starts, strict=True)
            for name in starts
            if (rows := int(starts[name][last] - starts[name][first]))
        ]
        slices: dict[str, list[pl.DataFrame]] = {}
        for (name, _), frame in zip(
            asked, pl.collect_all([rows for _, rows in asked]), strict=True
        ):
            slices.setdefault(name, []).append(frame)
        tables = {
            name: pl.concat(parts, how="diagonal", rechunk=True) for name, parts in slices.items()
        }
        return in_order(Batch.of(tables))


def _starts_of(piece: Path) -> dict[str, Ints]:
    with np.load(piece / _STARTS) as held:
        return {name: held[name] for name in held.files}


def groups(counts: Ints, at_once: int) -> list[tuple[int, int]]:
    """Divide the buckets into ranges of about the same number of claims.

    A range holds more if a single bucket does.

    Args:
        counts: claims in each bucket.
        at_once: about how many claims a range holds.

    Returns:
        Ranges (first, last), without last, that cover all buckets.
    """
    ranges = max(-(-int(counts.sum()) // at_once), 1)
    share = counts.sum() / ranges
    ends = np.searchsorted(np.cumsum(counts), share * np.arange(1, ranges)) + 1
    bounds = [0, *sorted({int(end) for end in ends if end < len(counts)}), len(counts)]
    return list(pairwise(bounds))
