"""Read many small 837 files as one.

Reading a file costs a hundred times as much as its few claims: a mailbox of 20,000 files with one
claim each would take minutes. So consecutive files are joined and read at once, and the results are
split by each file's start. This is done only if the result is the same as reading each file
separately: for files that look complete and alike beforehand, and have no envelope faults
afterwards.
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
from cleanclaim.read.x837.layout import CLAIMS
from cleanclaim.x12.separators import Separators, component_in_use

SMALL: Final = 1 << 16
"""Up to this size in bytes, a file is read together with others."""
_MOST_FILES: Final = 200
_MOST_BYTES: Final = 1 << 20
_ISA: Final = 106
_OF_ONE_FILE: Final = frozenset({"ENV001", "ENV005", "ENV006"})
"""Faults of a file as a whole.

Some are reported once for each file, so they can't be attributed when several files are read as
one.
"""
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Small:
    """A small 837 file.

    Attributes:
        name: the file name in findings.
        data: its bytes.
        separators: its four separators.
        segments: how many segments it has.
    """

    name: str
    data: bytes
    separators: bytes
    segments: int


@dataclass(frozen=True, slots=True)
class Together:
    """The result of reading several files: their claims, and how many each file has."""

    batch: Batch
    claims: tuple[int, ...]


def small(name: str, data: bytes) -> Small | None:
    """A file that can be read together with others; None if it can't.

    Args:
        name: the file name in findings.
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
    declared = Separators(element[0], data[104], data[82], terminator[0])
    if component_in_use(data, 0, declared, CLAIMS.composites) != declared.component:
        return None  # it writes another separator than it declares
    if data.count(b"ISA") > 1 or re.search(rb"%b\s*%b" % (t, t), data):
        return None
    return Small(name, data, separators, data.count(terminator))


def fits(group: Sequence[Small | None], one: Small | None, at_once: int) -> bool:
    """True if a file can be read together with a group.

    Args:
        group: at least one file.
        one: the next file.
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
    """Read the claims of files in order, as if each were read separately.

    Args:
        files: files with the same separators.
        first_claim_key: the key of the first claim.
        form: check the form of segments and elements too.

    Returns:
        The result; None if reading each file separately would give another one.
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
    """The total size of all earlier files, for each file."""
    return np.cumsum([0, *sizes[:-1]], dtype=np.int64)


def _file_at(positions: pl.Series, starts: _Ints) -> _Ints:
    """The file that contains each offset."""
    return np.asarray(np.searchsorted(starts, positions.to_numpy(), side="right") - 1)


def _are_of_files(batch: Batch) -> bool:
    """True if a result depends on the file as a whole.

    This is so for a patient known only by position, and for a fault reported once for the whole
    file.
    """
    faults = batch.syntax_faults
    return (
        batch.claims["member_id"].has_nulls()
        or faults["position"].has_nulls()
        or not _OF_ONE_FILE.isdisjoint(faults["fault"])
    )


@dataclass(frozen=True, slots=True)
class _Own:
    """Converts rows to their own file's numbers.

    It knows each file's name, and where the file begins among all bytes and all segments.
    """

    names: Sequence[str]
    starts: _Ints
    segments: _Ints

    def rebased(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of all files, in order, with each file's own numbers."""
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
