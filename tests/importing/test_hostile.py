"""Hostile files of a publisher are refused one by one: a workbook that would fill the memory, endless nesting, odd zips."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from cleanclaim.importing import Imported
from cleanclaim.read import workbook as books
from cleanclaim.reference.store import Store

NAME: Final = "NOC codes_APR2026.xlsx"
_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def relation(kind: str, target: str) -> str:
    return f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'


def workbook(rows: str, **more: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_TYPES}"/>')
        archive.writestr("_rels/.rels", relation("officeDocument", "xl/workbook.xml"))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr("xl/_rels/workbook.xml.rels", relation("worksheet", "worksheets/s.xml"))
        archive.writestr(
            "xl/worksheets/s.xml",
            f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>',
        )
        for name, content in more.items():
            archive.writestr(name, content)
    return packed.getvalue()


def row(number: int, *cells: str) -> str:
    inside = "".join(f'<c r="{c}" t="inlineStr"><is><t>x</t></is></c>' for c in cells)
    return f'<row r="{number}">{inside}</row>'


def test_a_small_workbook_is_opened(load: Callable[..., Imported]) -> None:
    [refused] = load({NAME: workbook(row(1, "A1", "C1"))}).refused
    assert "header" in refused  # it was read, and isn't a list of NOC codes


@pytest.mark.parametrize("last", ["Z10", "XFD1048576"])
def test_a_sheet_with_a_far_cell_is_refused(
    last: str, load: Callable[..., Imported], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "MOST_CELLS", 250)
    [refused] = load({NAME: workbook(row(1, "A1") + row(10, last))}).refused
    assert NAME in refused
    assert "a sheet of the workbook spans" in refused
    assert store.releases() == []


def test_a_workbook_that_unpacks_without_bound_is_refused(
    load: Callable[..., Imported], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "_LARGEST", 1 << 20)
    [refused] = load({NAME: workbook(row(1, "A1"), bomb=bytes(2 << 20))}).refused
    assert "would unpack to" in refused


@pytest.mark.parametrize("content", [b"PK\x03\x04", workbook("")[:-40], workbook("<row")])
def test_a_damaged_workbook_is_refused(content: bytes, load: Callable[..., Imported]) -> None:
    [refused] = load({NAME: content}).refused
    assert NAME in refused


INDEX: Final = '<?xml version="1.0"?><ICD10CM.index><letter><title>A</title><mainTerm><title>a</title><code>L02.91</code>{}</mainTerm></letter></ICD10CM.index>'


def test_endless_nesting_does_not_stop_other_files(
    load: Callable[..., Imported], store: Store
) -> None:
    deep = "<term><title>b</title>" * 5_000 + "</term>" * 5_000
    aoc = "1" + "11111" + " " * 7 + "22222" + " " * 7 + "2013091" + " " * 7 + "\n"
    done = load({"icd10cm_index_2027.xml": INDEX.format(deep), "AOC_V2026Q3-MCR.txt": aoc})
    [refused] = done.refused
    assert "icd10cm_index_2027.xml: not in the expected layout (RecursionError)" in refused
    assert [release.table for release in store.releases()] == [r.table for r in done.stored]
    assert len(done.stored) == 1


def test_entities_that_grow_are_refused(load: Callable[..., Imported]) -> None:
    entities = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    text = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{entities}]>{INDEX.format("&j;")[21:]}'
    [refused] = load({"icd10cm_index_2027.xml": text}).refused
    assert "well-formed XML" in refused


def test_names_in_a_zip_write_nothing_outside(
    load: Callable[..., Imported], tmp_path: Path
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("../../AOC_V2026Q3-MCR.txt", "/AOC_V2026Q3-MCR.txt", "C:\\x.txt"):
            archive.writestr(name, "x")
    before = set(tmp_path.parent.rglob("*"))
    assert load({"a.zip": packed.getvalue()}).stored == ()
    assert {path.name for path in set(tmp_path.parent.rglob("*")) - before} <= {"in", "a.zip"}


def packed_otherwise(method: int, flags: int) -> bytes:
    """A zip that claims a compression method for its file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "a" * 100)
    whole = packed.getvalue()
    at = whole.index(b"PK\x01\x02")
    shown = struct.pack("<HH", flags, method)
    return whole[:6] + shown + whole[10 : at + 8] + shown + whole[at + 12 :]


@pytest.mark.parametrize(
    ("method", "flags"),
    [(99, 0), (0, 0x40), (0, 0x20), (0, 1), (8, 0), (12, 0), (14, 0), (14, 2)],
    ids=["unknown", "strong encryption", "patch", "encrypted", "deflate", "bzip2", "lzma", "lzma end"],
)  # fmt: skip
def test_odd_packings_are_refused(method: int, flags: int, load: Callable[..., Imported]) -> None:
    [refused] = load({"a.zip": packed_otherwise(method, flags)}).refused
    assert "a.zip!a.txt: " in refused
