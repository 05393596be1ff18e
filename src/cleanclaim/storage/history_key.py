"""The keys that hide patients in histories.

A history holds no patient's identity, only a keyed hash of the patient's number. The key is never
stored in the history: it's a file in the user's data folder (`keys/own.json`), made together with
the first history. Each key has a fingerprint, and a history names the fingerprint of its key. Keys
of other installations are stored next to the own one, by fingerprint, so that their histories can
be read here.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from cleanclaim.errors import HistoryError
from cleanclaim.parsing import json_of
from cleanclaim.storage.durable import make_private_folder, sync, write_private
from cleanclaim.storage.home import home

_BYTES: Final = 32
_OWN: Final = "own.json"
_ENTRY: Final = "history_key"
_AT_ONCE: Final = 65_536
"""How many patients are hashed together, to limit memory."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key; its bytes are never shown.

    Attributes:
        secret: its 32 bytes.
    """

    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that identify the key without revealing it."""
        return self._hash(b"fingerprint").hexdigest()

    def hashed(self, patients: pl.Series) -> pl.Series:
        """The keyed hash of each patient's number; a null stays null.

        Args:
            patients: `patient_key` of the model.
        """
        distinct = patients.drop_nulls().unique()
        begins = range(0, max(distinct.len(), 1), _AT_ONCE)
        hashes = [self._hashes(distinct.slice(begin, _AT_ONCE)) for begin in begins]
        found = pl.Series(np.concatenate(hashes), dtype=pl.UInt64)
        known = pl.DataFrame({"patient": distinct.cast(pl.UInt64), "hash": found})
        asked = pl.DataFrame({"patient": patients.cast(pl.UInt64)})
        joined = asked.join(known, on="patient", how="left", maintain_order="left")
        return joined["hash"].alias(patients.name)

    def _hashes(self, patients: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        words = memoryview(patients.to_numpy().astype("<u8").tobytes())
        keyed = self._hash(b"patient")
        hashes = []
        for at in range(0, len(words), 8):
            one = keyed.copy()
            one.update(words[at : at + 8])
            hashes.append(one.digest())
        return np.frombuffer(b"".join(hashes), dtype="<u8").astype(np.uint64)

    def _hash(self, use: bytes) -> hashlib.blake2b:
        return hashlib.blake2b(digest_size=8, key=self.secret, person=use)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A stored key.

    Attributes:
        key: the key.
        path: its file.
        is_own: True for this installation's own key, which new histories use.
    """

    key: Key
    path: Path
    is_own: bool


class Keys:
    """The keys of this installation.

    Args:
        folder: the folder of the keys; by default `keys` in the user's data folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or home() / "keys"

    def all(self) -> Iterator[StoredKey]:
        """Every stored key, the own one first.

        Raises:
            HistoryError: a key's file is damaged or can't be read.
        """
        own = self.folder / _OWN
        if own.exists():
            yield StoredKey(_read(own), own, is_own=True)
        for path in sorted(self.folder.glob("[0-9a-f]*.json")):
            yield StoredKey(_read(path), path, is_own=False)

    def find(self, fingerprint: str) -> StoredKey | None:
        """The key with a fingerprint; None if it isn't here.

        Raises:
            HistoryError: the key's file is damaged or can't be read.
        """
        return next((one for one in self.all() if one.key.fingerprint == fingerprint), None)

    def own(self) -> Key:
        """This installation's own key, made on first use, once, even if several runs ask at the same time.

        Raises:
            HistoryError: the key can't be made, or its file is damaged.
        """
        path = self.folder / _OWN
        if not path.exists():
            self._put(path, Key(secrets.token_bytes(_BYTES)))
        return _read(path)

    def import_key(self, file: Path) -> StoredKey:
        """Import a key that another installation exported.

        Raises:
            HistoryError: the file isn't a key, or the key can't be written.
        """
        key = _read(file)
        there = self.find(key.fingerprint)
        if there:
            return there
        path = self.folder / f"{key.fingerprint}.json"
        self._put(path, key)
        return StoredKey(key, path, is_own=False)

    def export(self, key: Key, file: Path) -> None:
        """Write a key to a new file that only its owner can read.

        Raises:
            HistoryError: the file is there already, or can't be written.
        """
        try:
            if file.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            write_private(file, _text(key).encode())
        except OSError as error:
            raise HistoryError(f"{file}: {error.strerror}") from None

    def _put(self, path: Path, key: Key) -> None:
        """Write a key's file in one step, unless it exists by then."""
        try:
            make_private_folder(self.folder)
            unfinished = self.folder / f".new-{secrets.token_hex(8)}"
            try:
                write_private(unfinished, _text(key).encode())
                with suppress(FileExistsError):  # another run was faster
                    path.hardlink_to(unfinished)
            finally:
                unfinished.unlink(missing_ok=True)
            sync(self.folder)
        except OSError as error:
            raise HistoryError(
                f"{error.filename or self.folder}: {error.strerror}; histories need a key there (set CLEANCLAIM_HOME to"
                " a writable folder)"
            ) from None


def _text(key: Key) -> str:
    return json.dumps({_ENTRY: key.secret.hex()}) + "\n"


def _read(path: Path) -> Key:
    try:
        secret = bytes.fromhex(json_of(path.read_text(encoding="utf-8"))[_ENTRY])
    except OSError as error:
        raise HistoryError(f"{path}: {error.strerror}") from None
    except (KeyError, TypeError, ValueError):
        secret = b""
    if len(secret) != _BYTES:
        raise HistoryError(f"{path}: not a history key; restore it from a backup")
    return Key(secret)
