"""The ICD-10-CM tabular list, compiled from the official XML to tables.

The XML (NCHS/CDC, April 2026) comes with the package simple-icd-10-cm, which is read as a data file and never imported. Compiling takes a second or
two and happens once: the tables are kept in the user's cache directory, written to a temporary directory and renamed, so that a half-written
cache is never seen. Where nothing can be written the tables are compiled in memory, with a warning.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
import warnings
import xml.etree.ElementTree as ET  # noqa: S405 - the file is part of an installed package
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import polars as pl
from platformdirs import user_cache_path

from cleanclaim.errors import ReferenceProblem
from cleanclaim.reference.notes import CodeList, parse

PACKAGE: Final = "simple-icd-10-cm"
TABLES: Final = (
    "icd10cm_tabular",
    "icd10cm_seventh",
    "icd10cm_notes",
    "icd10cm_note_scopes",
    "icd10cm_note_targets",
)
FORMAT: Final = 1
"""Raised whenever the compiled tables change, so that an older cache is not read."""

_NOTE_KINDS: Final = {
    "includes": "includes",
    "inclusionTerm": "inclusion_term",
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code_first",
    "useAdditionalCode": "use_additional",
    "codeAlso": "code_also",
    "notes": "note",
}
_BINDING: Final = frozenset({"excludes1", "excludes2", "code_first", "use_additional", "code_also"})

Progress = Callable[[str], None]


def load(name: str, progress: Progress | None = None) -> pl.DataFrame:
    """One of the compiled tables.

    Args:
        name: one of `TABLES`.
        progress: told in words when compiling starts and ends, for a progress bar.

    Returns:
        The table.

    Raises:
        ReferenceProblem: the XML is not installed.
    """
    folder = cache_folder()
    path = folder / f"{name}.parquet"
    if path.exists():
        return pl.read_parquet(path)
    if progress:
        progress("Compiling the ICD-10-CM tabular list (once)")
    tables = compile_tabular(xml_path())
    try:
        _keep(tables, folder)
    except OSError as error:
        warnings.warn(
            f"the compiled tabular list cannot be kept in {folder} ({error.strerror}); it is compiled at every start",
            stacklevel=2,
        )
    if progress:
        progress("")
    return tables[name]


def is_compiled() -> bool:
    """True where the tables are in the cache already."""
    return all((cache_folder() / f"{name}.parquet").exists() for name in TABLES)


def cache_folder() -> Path:
    """Where the compiled tables are kept: `$CLEANCLAIM_HOME/cache`, else the user's cache directory."""
    home = os.environ.get("CLEANCLAIM_HOME")
    base = Path(home) / "cache" if home else user_cache_path("cleanclaim", appauthor=False)
    path = xml_path()
    mark = hashlib.sha256(f"{path.name} {path.stat().st_size} {FORMAT}".encode()).hexdigest()[:16]
    return base / f"icd10cm-tabular-{mark}"


def xml_path() -> Path:
    """The tabular list's XML inside the installed package."""
    spec = importlib.util.find_spec("simple_icd_10_cm")
    found = (
        sorted((Path(spec.origin).parent / "data").glob("icd10*tabular*.xml"))
        if spec and spec.origin
        else []
    )
    if not found:
        raise ReferenceProblem(f"the tabular list is missing: install the package {PACKAGE}")
    return found[-1]


def release_name() -> str:
    """What findings name as the release of notes and titles."""
    return f"ICD-10-CM tabular list, April 2026 (NCHS; {PACKAGE} {importlib.metadata.version(PACKAGE)})"


def compile_tabular(path: Path) -> dict[str, pl.DataFrame]:
    """Every table of `TABLES` from the XML.

    Args:
        path: the tabular XML.

    Returns:
        `icd10cm_tabular` (code, kind, parent, title, order, has_children), `icd10cm_seventh` (code, padded, character, meaning),
        `icd10cm_notes` (note_id, code, kind, text, status, heading), `icd10cm_note_scopes` (note_id, prefix) and
        `icd10cm_note_targets` (note_id, prefix, char_position, characters).
    """
    root = ET.parse(path).getroot()  # noqa: S314 - see the import
    walker = _Walker(root)
    return walker.tables()


class _Walker:
    def __init__(self, root: ET.Element) -> None:
        self.codes = CodeList(_undotted(diag) for diag in root.iter("diag"))
        self.nodes: list[tuple[str, str, str | None, str, int, bool]] = []
        self.seventh: list[tuple[str, str, str, str]] = []
        self.notes: list[tuple[int, str, str, str, str, str | None]] = []
        self.scopes: list[tuple[int, str]] = []
        self.targets: list[tuple[int, str, int | None, str | None]] = []
        for chapter in root.iter("chapter"):
            self._chapter(chapter)

    def tables(self) -> dict[str, pl.DataFrame]:
        frames = (
            pl.DataFrame(
                self.nodes,
                schema=["code", "kind", "parent", "title", "order", "has_children"],
                orient="row",
                infer_schema_length=None,
            ),
            pl.DataFrame(
                self.seventh, schema=["code", "padded", "character", "meaning"], orient="row"
            ),
            pl.DataFrame(
                self.notes,
                schema=["note_id", "code", "kind", "text", "status", "heading"],
                orient="row",
                infer_schema_length=None,
            ),
            pl.DataFrame(self.scopes, schema=["note_id", "prefix"], orient="row"),
            pl.DataFrame(
                self.targets,
                schema={
                    "note_id": pl.Int64,
                    "prefix": pl.String,
                    "char_position": pl.Int64,
                    "characters": pl.String,
                },
                orient="row",
            ),
        )
        sort = ("code", "padded", "code", "prefix", "prefix")
        return {
            name: frame.sort(by, maintain_order=True)
            for name, frame, by in zip(TABLES, frames, sort, strict=True)
        }

    def _chapter(self, chapter: ET.Element) -> None:
        code = f"CHAPTER {chapter.findtext('name')}"
        self._node(code, "chapter", None, chapter, has_children=True)
        categories: list[str] = []
        for section in chapter.findall("section"):
            own = [_undotted(diag) for diag in section.findall("diag")]
            categories += own
            section_code = str(section.get("id"))
            if section_code in own:  # a section of one category carries the category's name
                section_code = f"{section_code}-{section_code}"
            self._node(section_code, "section", code, section, has_children=True)
            self._notes(section, section_code, own)
            for diag in section.findall("diag"):
                self._diag(diag, section_code, seventh=None)
        self._notes(chapter, code, categories)

    def _diag(self, diag: ET.Element, parent: str, seventh: list[tuple[str, str]] | None) -> None:
        code = _undotted(diag)
        below = diag.findall("diag")
        seventh = _seventh(diag) or seventh
        kind = "category" if len(code) == 3 else "subcategory" if below or seventh else "code"
        self._node(code, kind, parent, diag, has_children=bool(below))
        self._notes(diag, code, [code])
        if seventh and not below:
            self.seventh += [
                (code, code.ljust(6, "X"), character, meaning) for character, meaning in seventh
            ]
        for child in below:
            self._diag(child, code, seventh)

    def _node(
        self, code: str, kind: str, parent: str | None, element: ET.Element, *, has_children: bool
    ) -> None:
        self.nodes.append(
            (
                code,
                kind,
                parent,
                (element.findtext("desc") or "").strip(),
                len(self.nodes),
                has_children,
            )
        )

    def _notes(self, element: ET.Element, owner: str, scope: list[str]) -> None:
        for child in element:
            kind = _NOTE_KINDS.get(child.tag)
            if kind is not None:
                self._container(child, owner, kind, scope)

    def _container(self, container: ET.Element, owner: str, kind: str, scope: list[str]) -> None:
        heading: str | None = None
        for text in _texts(container):
            note_id = len(self.notes)
            status, targets = parse(text, self.codes) if kind in _BINDING else ("prose", [])
            self.notes.append((note_id, owner, kind, text, status, heading))
            if status == "heading":
                heading = text
            if targets:
                self.scopes += [(note_id, prefix) for prefix in scope]
                self.targets += [
                    (note_id, target.prefix, target.position, target.characters)
                    for target in targets
                ]


def _texts(container: ET.Element) -> Iterator[str]:
    for note in container.findall("note"):
        text = " ".join("".join(note.itertext()).split())
        if text:  # some originals hold an empty note
            yield text


def _seventh(diag: ET.Element) -> list[tuple[str, str]] | None:
    found = diag.find("sevenChrDef")
    if found is None:
        return None
    return [
        (str(extension.get("char")), (extension.text or "").strip())
        for extension in found.findall("extension")
    ]


def _undotted(diag: ET.Element) -> str:
    return (diag.findtext("name") or "").replace(".", "").strip()


def _keep(tables: dict[str, pl.DataFrame], folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix="compiling-", dir=folder.parent))
    try:
        for name, table in tables.items():
            table.write_parquet(temporary / f"{name}.parquet", compression="lz4")
        try:
            temporary.rename(folder)
        except OSError:
            if not folder.exists():  # somebody else compiled it meanwhile
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
