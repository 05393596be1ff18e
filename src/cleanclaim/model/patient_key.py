"""One stable number for each patient, however the claim was read.

The number is a hash of the member id and the birth date (for a dependent also of the first name, so
that twins stay apart). It is the same on every machine, in every run and for every reader. It is
computed for whole columns at once: eight bytes at a time go through the finalizer of MurmurHash3
(Austin Appleby, public domain). It tells patients apart but isn't secret, so it is never printed,
and a history stores it only under a key (`cleanclaim.storage.history_key`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
ID_WORDS: Final = 5
"""How many eight-byte words of an identifier are used: forty characters."""
_SEED: Final = 0x9E3779B97F4A7C15
_FIRST: Final = np.uint64(0xFF51AFD7ED558CCD)
_SECOND: Final = np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT: Final = np.uint64(33)


def patient_keys(words: Sequence[Words]) -> Words:
    """Hash columns of words to one number for each row.

    Args:
        words: columns of equal length from `text_words` and `day_words`; zero words are ignored.

    Returns:
        One number for each row.
    """
    state = np.full(len(words[0]), _SEED, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for word in words:
            mixed = state ^ word
            mixed = (mixed ^ (mixed >> _SHIFT)) * _FIRST
            mixed = (mixed ^ (mixed >> _SHIFT)) * _SECOND
            state = np.where(word == 0, state, mixed ^ (mixed >> _SHIFT))
    return state


def text_words(texts: Sequence[str | None]) -> list[Words]:
    """Texts as columns of words; None and empty text become zeros."""
    width = ID_WORDS * 8
    fixed = np.array([(text or "").encode()[:width] for text in texts], dtype=f"S{width}")
    return (
        list(np.ascontiguousarray(fixed.view("<u8").reshape(len(texts), ID_WORDS).T))
        if len(texts)
        else [np.zeros(0, np.uint64)] * ID_WORDS
    )


def file_word(name: str) -> int:
    """A nonzero number for a file's name, for patients that only their position tells apart."""
    digest = hashlib.blake2b(name.encode(errors="surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


def day_words(days: npt.NDArray[np.int64]) -> Words:
    """Days as YYYYMMDD numbers (0 for none), marked so that a date never equals a text."""
    return np.where(days == 0, np.uint64(0), days.astype(np.uint64) | np.uint64(1 << 63))
