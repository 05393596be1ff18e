"""ICD-10-CM's indexes in XML: the alphabetic index, external causes, drugs and chemicals, neoplasms.

Terms are nested; each path from the main term down becomes a row with its code, which can end in a
dash if more characters are needed. The tables of drugs and of neoplasms have one code per column:
each becomes a row, with the column's heading at the end of the path. The index is a search aid,
never an authority.

Source: NCHS and CMS, "ICD-10-CM Index to Diseases and Injuries", XML with its schema.
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from cleanclaim.importing.icd10cm import fiscal_span
from cleanclaim.importing.layout import Importer, Loaded, Part, refuse
from cleanclaim.reference.release import Release

_KINDS: Final = {
    "eindex": "external cause",
    "drug": "drug",
    "neoplasm": "neoplasm",
    "index": "disease",
}
_NONE: Final = {"", "--", "-"}
Row = tuple[str, str, str | None, str | None]


def recognizes(part: Part) -> bool:
    """Return True for an index XML, based on its root."""
    return b"<ICD10CM.index" in part.head


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release with all the indexes for the same dates.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    by_span: dict[tuple[object, object], list[Part]] = {}
    for part in parts:
        by_span.setdefault(fiscal_span(part), []).append(part)
    for own in by_span.values():
        began, last = fiscal_span(own[0])
        tables = [_table(part) for part in own]
        release = Release(
            name=f"ICD-10-CM index {began:%Y-%m-%d}",
            table="icd10cm_index",
            publisher="NCHS and CMS, ICD-10-CM",
            covers_from=began,
            covers_to=last,
            licence="US Government work",
            published=began,
            embedded=False,
        )
        yield (
            release,
            pl.concat(tables).with_columns(
                pl.lit(began).alias("valid_from"), pl.lit(last).alias("valid_to")
            ),
        )


def _table(part: Part) -> pl.DataFrame:
    kind = next((words for mark, words in _KINDS.items() if mark in part.own_name.lower()), None)
    if kind is None:
        refuse(part, None, part.own_name, "index, eindex, drug or neoplasm in the name")
    try:
        root = ET.parse(io.BytesIO(part.read())).getroot()  # noqa: S314 - no entities are resolved
    except ET.ParseError as error:
        refuse(part, error.position[0], str(error), "well-formed XML")
    heads = {head.get("col", ""): _text(head) for head in root.iter("head")}
    rows = [row for main in root.iter("mainTerm") for row in _rows(main, "", heads)]
    if not rows:
        refuse(part, None, "no terms", "letters with main terms")
    schema = {"code": pl.String, "term": pl.String, "see": pl.String, "manifestation": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.lit(kind).alias("kind"))


def _rows(term: ET.Element, path: str, heads: dict[str, str]) -> Iterator[Row]:
    title = term.find("title")
    words = _text(title) if title is not None else ""
    here = f"{path}, {words}" if path else words
    see = next(
        (
            _text(found)
            for tag in ("see", "seeAlso", "seecat", "subcat")
            if (found := term.find(tag)) is not None
        ),
        None,
    )
    manifestation = term.find("manif")
    code = term.find("code")
    own_code = _undotted(_text(code)) if code is not None else ""
    if own_code or see:
        yield (
            own_code,
            here,
            see,
            _undotted(_text(manifestation)) if manifestation is not None else None,
        )
    for cell in term.findall("cell"):
        if (value := _text(cell)) not in _NONE:
            yield _undotted(value), f"{here}, {heads.get(cell.get('col', ''), '')}", None, None
    for below in term.findall("term"):
        yield from _rows(below, here, heads)


def _text(element: ET.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def _undotted(code: str) -> str:
    return code.replace(".", "").upper()


INDEX: Final = Importer(
    "ICD-10-CM index",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    files=(
        "icd10cm_index_2027.xml",
        "icd10cm_eindex_2027.xml",
        "icd10cm_drug_2027.xml",
        "icd10cm_neoplasm_2027.xml",
    ),
    tables={"icd10cm_index": "a path of terms and the code at its end"},
    columns={
        "term": "the path, from the main term down",
        "kind": "disease, external cause, drug or neoplasm",
        "see": "another term to look up",
        "manifestation": "the manifestation code that goes with it (printed in brackets)",
    },
)
