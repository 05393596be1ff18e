"""The Medicare Code Editor's table: a protocol buffer in a jar, its fields identified by their content."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date

import polars as pl
import pytest

import cleanclaim
from cleanclaim.edits.samples import institutional
from cleanclaim.importing.mce import ATTRIBUTES
from cleanclaim.importing.run import Imported
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store

Import = Callable[..., Imported]
Entry = tuple[str, str, str, Sequence[str]]

ICD10: list[Entry] = [
    ("N400", "20151001", "20240930", ["male", "adult"]),
    ("N400", "20241001", "", ["adult"]),
    ("O09511", "20151001", "", ["maternity", "unacceptable"]),
    ("D630", "20151001", "", ["manifestation"]),
    ("V0001XA", "20151001", "", ["ecodepdx"]),
    ("I10", "20151001", "", []),
] * 20  # fmt: skip
PROCEDURES: list[Entry] = [("B00B0ZZ", "20151001", "", []), ("0016070", "20151001", "", [])] * 40
ICD9: list[Entry] = [("0010", "19840301", "20150930", []), ("V270", "19840301", "", [])] * 60


def number(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def text(field: int, value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return number(field << 3 | 2) + number(len(data)) + data


def entry(output: Entry) -> bytes:
    code, first, last, words = output
    days = text(3, first) + (text(4, last) if last else b"")
    return text(2, code) + days + b"".join(text(7, word) for word in words)


def listed(entries: Sequence[Entry]) -> bytes:
    return b"".join(text(1, entry(one)) for one in entries)


def mce(icd10: Sequence[Entry] = ICD10, version: str = "431", last: str = "20260930") -> bytes:
    lists = {5: PROCEDURES, 3: icd10, 4: ICD9}
    words = text(1, version) + text(2, "yyyyMMdd") + text(9, last)
    return words + b"".join(text(field, listed(entries)) for field, entries in lists.items())


def jar(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("gov/agency/Editor.class", b"\xca\xfe\xba\xbe")
        archive.writestr("mce.bin", content)
    return packed.getvalue()


def test_the_jar(load: Import, stored: Callable[[str], pl.DataFrame], store: Store) -> None:
    done = load({"MCE-2.0-43.1.0.0.jar": jar(mce())})
    assert done.refused == ()
    [release] = done.stored
    assert (release.name, release.covers_from, release.covers_to) == (
        "MCE v43.1",
        date(2015, 10, 1),
        date(2026, 9, 30),
    )
    rows = stored("icd10cm_attributes").unique().sort("code", "valid_from")
    output = [
        (row["code"], str(row["valid_from"]), [name for name in ATTRIBUTES if row[name]])
        for row in rows.iter_rows(named=True)
    ]
    assert output == [
        ("D630", "2015-10-01", ["manifestation"]),
        ("N400", "2015-10-01", ["adult", "male"]),
        ("N400", "2024-10-01", ["adult"]),
        ("O09511", "2015-10-01", ["maternity", "unacceptable_principal"]),
        ("V0001XA", "2015-10-01", ["external_cause"]),
    ]


def test_it_is_used(load: Import, store: Store) -> None:
    claim = institutional(diagnoses=["I10"], bill_type_code="111", from_date="2026-03-03")
    icd10 = [
        ("I10", "20151001", "", ["manifestation"]),
        *ICD10[:-1:6],
        ("J449", "20151001", "", []),
    ] * 20
    load({"mce.bin": mce(icd10)})
    shown = [
        cleanclaim.check(claim, reference=reference, select=["DX108"]).findings.height
        for reference in (
            Reference.load(store=Store(store.path / "none").path),
            Reference.load(store=store.path),
        )
    ]
    assert shown == [0, 1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (mce()[:-7], "a protocol buffer"),
        (mce(version="43"), "one version such as 431"),
        (mce(last="20269999"), "a last day as YYYYMMDD"),
        (mce([("N400", "20151001", "", ["sharp"])] * 60), "'sharp'"),
        (mce([*ICD10, ("N400", "20251001", "20240930", ["adult"])]), "a last day on or after it"),
        (mce([("N40.0", "20151001", "", ["adult"])] * 60), "one list whose entries"),
        (mce([("B00B0ZZ", "20151001", "", [])] * 60), "one list whose entries"),
        (b"no message at all", "a protocol buffer"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(
    content: bytes, says: str, load: Import, store: Store
) -> None:
    done = load({"mce.bin": content})
    assert says in "\n".join(done.refused)
    assert "it wasn't imported" in "\n".join(done.refused)
    assert store.releases() == []
