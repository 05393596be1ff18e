"""Many small 837 files read as one.

Reading a file costs a hundred times what its few claims cost: a mailbox of 20,000 files with a claim each would take minutes. Files that follow one another
are therefore put together, read at once, and what was found is told apart again by the place where each file began. That is done only where it cannot be told
from reading each by itself: files that look whole and alike before they are read, and show no fault of their envelope afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.model import Batch
from cleanclaim.read.x837 import read_x12

SMALL: Final = 1 << 16
"""Bytes up to which a file is read together with others."""
_MOST_FILES: Final = 200
_MOST_BYTES: Final = 1 << 20
_ISA: Final = 106
_OF_ONE_FILE: Final = frozenset({"ENV001", "ENV005", "ENV006"})
"""Faults of a file as a whole, some of which are told once a file: whoever reads several as one cannot tell whose they are."""
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Small:
    """A small 837 file.

    Attributes:
        name: what findings name as the file.
        data: its bytes.
        separators: its four separators.
        segments: how many segments it holds.
    """

    name: str
    data: bytes
    separators: bytes
    segments: int


@dataclass(frozen=True, slots=True)
class Together:
    """What was read of several files: their claims, and how many each of them holds."""

    batch: Batch
    claims: tuple[int, ...]


def small(name: str, data: bytes) -> Small | None:
    """A file that can be read together with others; None for one that cannot.

    Args:
        name: what findings name as the file.
        data: its bytes.
    """
    if not (data.startswith(b"ISA") and data.isascii() and len(data) > _ISA):
        return None
    element, terminator = data[3:4], data[105:106]
    separators = element + data[82:83] + data[104:105] + terminator
    if any(byte.isalnum() or byte in b" \r" for byte in (element, terminator)):
        return None
    whole = rb"ISA.{102}%b\s*GS%b[^%b]*%b\s*ST%b837%b.*%b\s*GE%b[^%b]*%b\s*IEA%b[^%b]*%b\s*"
    e, t = re.escape(element), re.escape(terminator)
    if not re.fullmatch(whole % (t, e, t, t, e, e, t, e, t, t, e, t, t), data, re.DOTALL):
        return None
    if data.count(b"ISA") > 1 or re.search(rb"%b\s*%b" % (t, t), data):
        return None
    return Small(name, data, separators, data.count(terminator))


def fits(group: Sequence[Small | None], one: Small | None, at_once: int) -> bool:
    """True where a file can be read together with those of a group.

    Args:
        group: at least one.
        one: the file that follows them.
        at_once: about how many claims a batch holds.
    """
    first = group[0]
    return (
        one is not None
        and first is not None
        and one.separators == first.separators
        and len(group) < min(_MOST_FILES, at_once)
        and sum(len(held.data) for held in group if held) + len(one.data) <= _MOST_BYTES
    )


def read_together(files: Sequence[Small], first_claim_key: int, *, form: bool) -> Together | None:
    """The claims of files in their order, as if each were read by itself.

    Args:
        files: alike in their separators.
        first_claim_key: the key of the first claim.
        form: look at the form of segments and elements too.

    Returns:
        All of them; None where that would not be the same as reading each by itself.
    """
    batches = list(
        read_x12(
            b"".join(file.data for file in files),
            file="",
            first_claim_key=first_claim_key,
            form=form,
        )
    )
    if len(batches) != 1:
        return None
    (batch,) = batches
    starts = _before([len(file.data) for file in files])
    of_claim = _file_at(batch.claims["position"], starts)
    claims = np.bincount(of_claim, minlength=len(files))
    if not claims.all() or _are_of_files(batch):
        return None
    own = _Own([file.name for file in files], starts, _before([file.segments for file in files]))
    tables = {name: own.rebased(frame) for name, frame in batch.frames().items()}
    return Together(Batch.of(tables), tuple(claims.tolist()))


def _before(sizes: Sequence[int]) -> _Ints:
    """What all files before each of them hold together."""
    return np.cumsum([0, *sizes[:-1]], dtype=np.int64)


def _file_at(positions: pl.Series, starts: _Ints) -> _Ints:
    """The file that holds each offset."""
    return np.asarray(np.searchsorted(starts, positions.to_numpy(), side="right") - 1)


def _are_of_files(batch: Batch) -> bool:
    """True where what was read depends on the file as a whole: a patient known by the place in it alone, a fault told once for all of it."""
    faults = batch.syntax_faults
    return (
        batch.claims["member_id"].has_nulls()
        or faults["position"].has_nulls()
        or not _OF_ONE_FILE.isdisjoint(faults["fault"])
    )


@dataclass(frozen=True, slots=True)
class _Own:
    """What rows say in their own file: its name, where each file begins among all bytes, and among all segments."""

    names: Sequence[str]
    starts: _Ints
    segments: _Ints

    def rebased(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of all files, file after file, as each file has them."""
        if "position" not in frame.columns or frame.is_empty():
            return frame
        file = pl.Series("_file", _file_at(frame["position"], self.starts))
        rows = frame.with_columns(file)
        if not file.is_sorted():
            rows = rows.sort("_file", maintain_order=True)
        at = rows["_file"].to_numpy()
        own: list[pl.Expr | pl.Series] = [pl.col("position") - pl.Series(self.starts[at])]
        if "segment_number" in frame.columns:
            own.append(pl.col("segment_number") - pl.Series(self.segments[at]))
        if "file" in frame.columns:
            own.append(pl.Series("file", self.names)[at])
        if "ordinal" in frame.columns:
            own.append(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("_file").alias("ordinal"))
        return rows.with_columns(own).drop("_file")
