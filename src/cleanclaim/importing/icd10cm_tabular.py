"""ICD-10-CM's tabular list: the official XML with chapters, categories, notes and seventh characters.

It provides the titles and the notes (includes, Excludes1 and 2, code first, use additional, code
also) that edits read. It never decides which codes are billable: the codes file does. A list later
than the one that comes with cleanclaim replaces it.

Source: NCHS and CMS, "ICD-10-CM Tabular List of Diseases and Injuries", XML with its schema.
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
from cleanclaim.reference.tabular import compile_tabular


def recognizes(part: Part) -> bool:
    """Return True for the tabular XML, based on its root."""
    return b"<ICD10CM.tabular" in part.head


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield the five tables of each list.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    for part in parts:
        began, last = fiscal_span(part)
        try:
            tables = compile_tabular(io.BytesIO(part.read()))
        except ET.ParseError as error:
            refuse(part, error.position[0], str(error), "well-formed XML")
        if tables["icd10cm_tabular"].is_empty():
            refuse(part, None, "no codes", "chapters with sections and diagnoses")
        for name, table in tables.items():
            release = Release(
                name=f"ICD-10-CM tabular list {began:%Y-%m-%d}",
                table=name,
                publisher="NCHS and CMS, ICD-10-CM",
                covers_from=began,
                covers_to=last,
                licence="US Government work",
                published=began,
                embedded=False,
            )
            key = "code" if "code" in table.columns else "prefix"
            yield (
                release,
                table.with_columns(
                    pl.col(key).alias("code"),
                    pl.lit(began).alias("valid_from"),
                    pl.lit(last).alias("valid_to"),
                ),
            )


TABULAR: Final = Importer(
    "ICD-10-CM tabular list",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    files=(
        "2027-code-tables-tabular-index.zip",
        "icd10cm_tabular_2027.xml",
        "icd10c-tabular-April-1-2026.xml",
    ),
    tables={
        "icd10cm_tabular": "a chapter, section, category or code",
        "icd10cm_seventh": "a stem and a seventh character",
        "icd10cm_notes": "a note",
        "icd10cm_note_scopes": "a note and the codes that carry it",
        "icd10cm_note_targets": "a note and the codes that it names",
    },
    columns={
        "kind, parent, title, order": "about a place in the list",
        "padded, character, meaning": "about a seventh character",
        "note_id, text, status, heading, container, is_exhaustive": "about a note",
        "prefix, char_position, characters": "the codes that are meant",
    },
)
