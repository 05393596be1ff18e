"""Zip and gzip files around other inputs, valid and broken."""

from __future__ import annotations

import gzip
import io
import random
import struct
import warnings
import zipfile
import zlib
from typing import Final

from fuzzing.tables import odd_bytes

_METHODS: Final = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
)
_NAMES: Final = (
    "claims.837", "claims.837", "a/b.csv", "../up.837", "/etc/x.837", "C:\\x.837", "con", "\x1b[31mred.837", "line\nend.837", "x" * 250, "\xe9.837", ".hidden",
    "!", "a!b.csv", "claims.csv", "lines.csv", "__MACOSX/._a.837", "inner.zip", "x.gz", "x.xlsx", " ", "\u202egpj.837", "claims.parquet",
)  # fmt: skip
_MADE: Final = (2026, 6, 1, 12, 0, 0)
_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


def zipped(dice: random.Random, members: list[bytes], depth: int = 0) -> bytes:
    """A zip of some files; sometimes with zips inside, up to five levels deep."""
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two members with the same name are intended
        with zipfile.ZipFile(out, "w") as archive:
            for data in members:
                _put(archive, dice, dice.choice(_NAMES), data)
            if dice.random() < 0.1:
                archive.writestr(zipfile.ZipInfo("folder/", _MADE), b"")
            if dice.random() < 0.1:
                archive.comment = dice.randbytes(dice.randint(1, 300))
            if dice.random() < 0.02:
                _put(archive, dice, "zeros.837", bytes(dice.choice((1, 30)) << 20))
    data = out.getvalue()
    if dice.random() < 0.4:
        data = _odd_fields(dice, data)
    if depth < 5 and dice.random() < 0.2:
        return zipped(dice, [data, *members[:1]], depth + 1)
    return data


def _put(archive: zipfile.ZipFile, dice: random.Random, name: str, data: bytes) -> None:
    """Add a member; a zip inside gets a name that says so."""
    name = f"{name}.zip" if data.startswith(_LOCAL) and dice.random() < 0.8 else name
    info = zipfile.ZipInfo(name, _MADE)
    info.compress_type = dice.choice(_METHODS)
    archive.writestr(info, data)


def _odd_fields(dice: random.Random, data: bytes) -> bytes:
    """Change a field in a member's two headers: its method, flags, checksum, sizes, or the lengths of its name and extra field."""
    changed = bytearray(data)
    at = data.find(_CENTRAL)
    if at < 0:
        return data
    local = data.find(_LOCAL)
    value = dice.choice((0, 1, 6, 9, 93, 98, 99, 255, 0xFFFF))
    offset, size = dice.choice(((8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (42, 4), (6, 2)))  # fmt: skip
    packed = struct.pack("<H" if size == 2 else "<I", value)
    changed[at + offset : at + offset + size] = packed
    if (
        dice.random() < 0.5 and local >= 0 and offset in {8, 10}
    ):  # the local header has the same fields
        changed[local + offset - 2 : local + offset - 2 + size] = packed
    return bytes(changed)


def gzipped(dice: random.Random, data: bytes) -> bytes:
    """A gzip file: valid, of several members, with trailing junk, with a wrong checksum, truncated, or in another gzip."""
    out = gzip.compress(data, mtime=0)
    kinds = (
        lambda: out,
        lambda: out,
        lambda: out + out,
        lambda: out + dice.randbytes(20),
        lambda: out[:-8] + dice.randbytes(8),
        lambda: out[: dice.randrange(2, len(out))],
        lambda: gzip.compress(out, mtime=0),
        lambda: zlib.compress(data),
    )
    return dice.choice(kinds)()


def packed(dice: random.Random, members: list[bytes]) -> bytes:
    """Some files in a zip, or the first one in a gzip; every third has broken bytes."""
    data = zipped(dice, members) if dice.random() < 0.75 else gzipped(dice, members[0])
    return odd_bytes(dice, data) if dice.random() < 0.33 else data
