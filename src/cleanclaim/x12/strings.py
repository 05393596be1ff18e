"""Slices of a block as a Polars string column, without a Python object for each value.

Polars stores strings as 16-byte views (Arrow's `utf8view`): the length and either the bytes
themselves, up to twelve, or a four-byte prefix and the position in a buffer. Views for any number
of slices of one block take only a few numpy operations. The column is passed through the Arrow C
data interface (https://arrow.apache.org/docs/format/CDataInterface.html), which needs no Arrow
library on this side.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
_PAD: Final = 64
_ZEROS: Final = np.uint64(0x3030303030303030)
_LOW_BITS: Final = np.uint64(0x7F7F7F7F7F7F7F7F)
_HIGH_BITS: Final = np.uint64(0x8080808080808080)
_ABOVE_NINE: Final = np.uint64(0x7676767676767676)
_LOWER_BIT: Final = np.uint64(0x2020202020202020)
_BLANK: Final = ord(" ")
_MOST_BLANKS: Final = 20
_FEW: Final = 64
"""Up to this many values, a Python object for each is faster."""
_MASKS: Final = np.array(
    [(1 << (8 * n)) - 1 for n in range(8)] + [0xFFFFFFFFFFFFFFFF], dtype=np.uint64
)


def nulls(count: int, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """A column without values (`pl.repeat` would start an engine for it)."""
    return _null(dtype).new_from_index(0, count)


@cache
def _null(dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    return pl.Series([None], dtype=dtype)


class Block:
    """A block of bytes to cut columns from.

    Attributes:
        bytes: the block as unsigned bytes followed by `_PAD` zeros, so that no slice reads past the
            end; bytes outside ASCII become question marks.
        is_padded: whether any value may have blanks around it; only then are blanks removed.
    """

    def __init__(self, data: bytes) -> None:
        """Copy the bytes of a block."""
        padded = np.frombuffer(data + b"\0" * _PAD, dtype=np.uint8)
        self.is_padded = True
        if not data.isascii():  # codes are ASCII, and other text must still be a valid string
            padded = np.where(padded < 128, padded, np.uint8(ord("?")))
        self.bytes: npt.NDArray[np.uint8] = padded
        self._words = np.ndarray((len(data) + _PAD - 7,), dtype="<u8", buffer=padded, strides=(1,))

    def words(self, starts: Ints, lengths: Ints) -> npt.NDArray[np.uint64]:
        """The first up to eight bytes of each slice as one little-endian number."""
        return np.asarray(self._words[starts] & _MASKS.take(lengths, mode="clip"))

    def all_digits(self, starts: Ints, lengths: Ints) -> npt.NDArray[np.bool_]:
        """True if a slice of one to eight bytes is digits only."""
        away = self._words[starts] ^ _ZEROS
        other = ((away & _LOW_BITS) + _ABOVE_NINE) | away
        used = _MASKS.take(lengths, mode="clip") & _HIGH_BITS
        return np.asarray(((other & used) == 0) & (lengths > 0) & (lengths <= 8))

    def whole_numbers(self, starts: Ints, lengths: Ints) -> Ints:
        """The value of slices that are `all_digits`, eight digits at a time (https://lemire.me/blog/2022/01/21/)."""
        digits = (self._words[starts] ^ _ZEROS) & _MASKS.take(lengths, mode="clip")
        digits <<= (8 * (8 - lengths)).astype(np.uint64)
        with np.errstate(over="ignore"):
            pairs = (digits * np.uint64(10) + (digits >> np.uint64(8))) & np.uint64(
                0xFF00FF00FF00FF
            )
            fours = (pairs * np.uint64(100) + (pairs >> np.uint64(16))) & np.uint64(0xFFFF0000FFFF)
            eights = (fours * np.uint64(10000) + (fours >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
        return eights.astype(np.int64)

    def has_lower(self, starts: Ints, lengths: Ints) -> bool:
        """True if the first eight bytes of any slice have a lower-case letter (or one of five rare marks)."""
        words = self.words(starts, lengths)
        return bool(((words >> np.uint64(1)) & words & _LOWER_BIT).any())

    def trimmed(self, slices: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
        """The slices without surrounding blanks (up to twenty on each side: no code or number has more)."""
        start, length = slices
        if not self.is_padded:
            return slices
        raw = self.bytes
        for _ in range(_MOST_BLANKS):
            pad = (length > 0) & (raw[start] == _BLANK)
            if not pad.any():
                break
            start, length = start + pad, length - pad
        for _ in range(_MOST_BLANKS):
            pad = (length > 0) & (raw[start + length - 1] == _BLANK)
            if not pad.any():
                break
            length = length - pad
        return start, length

    def strings(self, starts: Ints, lengths: Ints, *, strip: bool = True) -> pl.Series:
        """The slices as a String column; empty and blank slices are null.

        Args:
            starts: first byte of each slice.
            lengths: bytes in each slice.
            strip: remove blanks around the text.

        Returns:
            The column, in the given order, with its own memory.
        """
        if not lengths.any():
            return nulls(len(starts), pl.String)
        if strip and self.is_padded:
            starts, lengths = self.trimmed((starts, lengths))
        if len(starts) <= _FEW:
            return self._few(starts, lengths)
        head = self.words(starts, lengths)
        longest = int(lengths.max())
        if 0 < longest <= 8 and (head == head[0]).all() and (lengths == longest).all():
            text = int(head[0]).to_bytes(8, "little")[:longest].decode("ascii")
            return pl.Series([text]).new_from_index(0, len(starts))
        views = np.zeros((len(starts), 2), dtype="<u8")
        views[:, 0] = lengths.astype(np.uint64) | (head << np.uint64(32))
        if longest > 4:
            views[:, 1] = self._words[np.minimum(starts + 4, len(self.bytes) - _PAD)] & _MASKS.take(
                lengths - 4, mode="clip"
            )
        if longest > 12:
            long = lengths > 12
            views[long, 1] = starts[long].astype(np.uint64) << np.uint64(32)
        lent = pl.Series(_Export(views, self.bytes, lengths > 0))
        # Both ways copy the data, so the borrowed memory is released here and not later in another thread.
        if longest > 12:
            return pl.select(pl.concat_str(lent, pl.lit(""))).to_series()
        column = pl.Series([""])
        column.append(lent)
        return column.rechunk(in_place=True).slice(1)

    def _few(self, starts: Ints, lengths: Ints) -> pl.Series:
        """A few slices as a String column: an object for each costs less than lending the block."""
        texts = [
            self.bytes[start : start + length].tobytes().decode("ascii") if length else None
            for start, length in zip(starts.tolist(), lengths.tolist(), strict=True)
        ]
        return pl.Series(texts, dtype=pl.String)


class _Schema(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("format", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("metadata", ctypes.c_char_p),
        ("flags", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


class _Array(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.c_void_p),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


_FORMAT: Final = b"vu"
_RELEASE: Final = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_ALIVE: Final[dict[int, tuple[Any, ...]]] = {}
"""What an exported array points to, by the array's address, until the receiver releases it."""
_NEW_CAPSULE: Final = ctypes.pythonapi.PyCapsule_New
_NEW_CAPSULE.restype = ctypes.py_object
_NEW_CAPSULE.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


def _release_schema(address: int) -> None:
    _Schema.from_address(address).release = None


def _release_array(address: int) -> None:
    given = _Array.from_address(address)
    _ALIVE.pop(int(given.private_data or 0), None)
    given.release = None


_RELEASE_SCHEMA: Final = _RELEASE(_release_schema)
_RELEASE_ARRAY: Final = _RELEASE(_release_array)


class _Export:
    """One column of string views, exported through the Arrow PyCapsule protocol."""

    def __init__(
        self,
        views: npt.NDArray[np.uint64],
        data: npt.NDArray[np.uint8],
        there: npt.NDArray[np.bool_],
    ) -> None:
        self._views = views
        self._data = data
        self._nulls = int(len(there) - np.count_nonzero(there))
        self._valid = np.packbits(there, bitorder="little")
        # The schema is read while the capsule lives and owns nothing, so it can live as long as this object.
        self._schema = _Schema(
            format=_FORMAT, flags=2, release=ctypes.cast(_RELEASE_SCHEMA, ctypes.c_void_p)
        )

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        sizes = np.array([self._data.nbytes], dtype=np.int64)
        valid = self._valid.ctypes.data if self._nulls else None
        pointers = (ctypes.c_void_p * 4)(
            valid, self._views.ctypes.data, self._data.ctypes.data, sizes.ctypes.data
        )
        array = _Array(
            length=len(self._views),
            null_count=self._nulls,
            n_buffers=4,
            buffers=ctypes.addressof(pointers),
        )
        array.release = ctypes.cast(_RELEASE_ARRAY, ctypes.c_void_p)
        address = ctypes.addressof(array)
        array.private_data = address
        _ALIVE[address] = (array, pointers, sizes, self._valid, self._views, self._data)
        return (
            _NEW_CAPSULE(ctypes.addressof(self._schema), b"arrow_schema", None),
            _NEW_CAPSULE(address, b"arrow_array", None),
        )
