"""Compile the ICD-10-CM tabular list from the official XML to tables.

The XML (NCHS/CDC, April 2026) comes with the package simple-icd-10-cm. It is read as a data file
and the package is never imported, because importing it takes over a second and 190 MB. Compiling
takes a second or two and happens once: the tables are kept in the user's cache (see
`cleanclaim.storage.cache`).
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO, Final

import polars as pl

from cleanclaim.errors import ReferenceProblem
from cleanclaim.reference.notes import BINDING, CodeList, parse
from cleanclaim.reference.release import Release
from cleanclaim.storage import cache
from cleanclaim.storage.home import cache_home

PACKAGE: Final = "simple-icd-10-cm"
VERSION: Final = "1.5.0"
"""The version whose XML is the April 2026 tabular list."""

TABLES: Final = (
    "icd10cm_tabular",
    "icd10cm_seventh",
    "icd10cm_notes",
    "icd10cm_note_scopes",
    "icd10cm_note_targets",
)
FORMAT: Final = 4
"""Raise this whenever the compiled tables change, so that older caches aren't read."""

PUBLISHED: Final = date(2026, 4, 1)
"""The date of the list that comes with cleanclaim; an imported list that is later replaces it."""

RELEASES: Final = {
    name: Release(
        name="ICD-10-CM tabular list, April 2026",
        table=name,
        publisher=f"NCHS/CDC (XML in PyPI {PACKAGE} {VERSION})",
        covers_from=date(2015, 10, 1),
        covers_to=date(2027, 3, 31),
        licence="US Government work",
    )
    for name in TABLES
}
"""One text is used for all the years in `icd10cm`.

Titles and notes change little from year to year, and findings name the release they were read from.
The decision of 2026-11-23 on the embedded reference measures how well that works.
"""

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
_CONDITIONAL: Final = re.compile(
    r"\b(?:such as|if (?:known|applicable|present|appropriate|desired)|any|e\.g\.|for example)\b",
    re.IGNORECASE,
)
"""Words in a note that leave open whether, or which, other code is needed."""

Progress = Callable[[str, float], None]
"""Called with a message and the share done, 0 to 1; 1 ends it."""

_COMPILING: Final = "Compiling the ICD-10-CM tabular list (once)"


def load(name: str, progress: Progress | None = None) -> pl.DataFrame:
    """Return one of the compiled tables.

    Args:
        name: one of `TABLES`.
        progress: called with the progress if the table must be compiled.

    Returns:
        The table, with `release`.

    Raises:
        ReferenceProblem: the XML isn't installed.
    """
    return _compiled(name, progress).with_columns(pl.lit(RELEASES[name].name).alias("release"))


def rows(name: str) -> int | None:
    """Return how many rows a compiled table has; None if it isn't compiled yet."""
    held = cache.load_cached(cache_folder(), lambda kept: _read(kept, name))
    return None if held is None else held[name].height


def cache_folder() -> Path:
    """Return the folder of the compiled tables, in the user's cache."""
    return cache_home() / f"icd10cm-tabular-{sha256(xml_path())[:16]}-{FORMAT}"


def xml_path() -> Path:
    """Return the path of the tabular list's XML in the installed package.

    Raises:
        ReferenceProblem: the package is missing, or its version isn't the expected one.
    """
    spec = importlib.util.find_spec("simple_icd_10_cm")
    folder = Path(spec.origin).parent / "data" if spec and spec.origin else None
    found = sorted(folder.glob("icd10*tabular*.xml")) if folder else []
    if len(found) != 1:
        raise ReferenceProblem(
            f"the ICD-10-CM tabular list is missing: install {PACKAGE}=={VERSION}"
        )
    installed = importlib.metadata.version(PACKAGE)
    if installed != VERSION:
        raise ReferenceProblem(
            f"{PACKAGE} {installed} has a different release of the tabular list:"
            f" install {PACKAGE}=={VERSION}"
        )
    return found[0]


@functools.cache
def sha256(path: Path) -> str:
    """Return the hash of a file that doesn't change while the program runs."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def compile_tabular(
    path: Path | BinaryIO, progress: Progress | None = None
) -> dict[str, pl.DataFrame]:
    """Compile every table of `TABLES` from the XML.

    Args:
        path: the tabular XML, a file or a stream.
        progress: called with the progress.

    Returns:
        `icd10cm_tabular`: code (undotted; chapters are "CHAPTER 4", sections "E08-E13"), kind
        (chapter, section, category, subcategory, code), parent, title, order, is_billable (by the
        XML alone: it doesn't divide further or take a seventh character). `icd10cm_seventh`: code
        (the stem), padded (to six characters), character, meaning. `icd10cm_notes`: note_id, code
        (the place that carries it), kind, text, status, heading (the line above it that ends in a
        colon), container (notes in the same box share it), is_exhaustive (the box names only codes,
        without "such as" or "if applicable"). `icd10cm_note_scopes`: note_id, prefix (of the codes
        that carry it). `icd10cm_note_targets`: note_id, prefix, char_position, characters.
    """
    root = ET.parse(path).getroot()  # noqa: S314 - no entities are resolved
    walker = _Walker(root)
    chapters = list(root.iter("chapter"))
    for n, chapter in enumerate(chapters):
        if progress:
            progress(_COMPILING, n / len(chapters))
        walker.chapter(chapter)
    return walker.tables()


_made: Final[dict[str, dict[str, pl.DataFrame]]] = {}
"""What was compiled in this process and can't be cached, by the name of its cache folder."""


def _compiled(name: str, progress: Progress | None) -> pl.DataFrame:
    folder = cache_folder()

    def make() -> dict[str, pl.DataFrame]:
        if folder.name not in _made:
            _made[folder.name] = compile_tabular(xml_path(), progress)
            if progress:
                progress(_COMPILING, 1.0)
        return _made[folder.name]

    held = cache.load_or_make(folder, lambda kept: _read(kept, name), make, _write)
    if folder.is_dir():  # it could be cached, so memory needn't hold it
        _made.pop(folder.name, None)
    return held[name]


def _read(kept: cache.CachedFolder, name: str) -> dict[str, pl.DataFrame]:
    return {name: pl.read_parquet(io.BytesIO(kept.read(f"{name}.parquet")))}


def _write(tables: dict[str, pl.DataFrame], folder: Path) -> None:
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet", compression="lz4")


class _Walker:
    def __init__(self, root: ET.Element) -> None:
        self.codes = CodeList(_undotted(diag) for diag in root.iter("diag"))
        self.nodes: list[tuple[str, str, str | None, str, int, bool]] = []
        self.containers = 0
        self.seventh: list[tuple[str, str, str, str]] = []
        self.notes: list[tuple[int, str, str, str, str, str | None, int, bool]] = []
        self.scopes: list[tuple[int, str]] = []
        self.targets: list[tuple[int, str, int | None, str | None]] = []

    def tables(self) -> dict[str, pl.DataFrame]:
        frames = (
            pl.DataFrame(
                self.nodes,
                schema=["code", "kind", "parent", "title", "order", "is_billable"],
                orient="row",
                infer_schema_length=None,
            ),
            pl.DataFrame(
                self.seventh, schema=["code", "padded", "character", "meaning"], orient="row"
            ),
            pl.DataFrame(
                self.notes,
                schema=[
                    "note_id",
                    "code",
                    "kind",
                    "text",
                    "status",
                    "heading",
                    "container",
                    "is_exhaustive",
                ],
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
        sort = ("code", "code", "code", "prefix", "prefix")
        return {
            name: frame.sort(by, maintain_order=True)
            for name, frame, by in zip(TABLES, frames, sort, strict=True)
        }

    def chapter(self, chapter: ET.Element) -> None:
        """Add a chapter and everything below it."""
        code = f"CHAPTER {chapter.findtext('name')}"
        self._node(code, "chapter", None, chapter, is_billable=False)
        categories: list[str] = []
        for section in chapter.findall("section"):
            own = [_undotted(diag) for diag in section.findall("diag")]
            categories += own
            section_code = str(section.get("id"))
            if section_code in own:  # a section with one category has the category's name
                section_code = f"{section_code}-{section_code}"
            self._node(section_code, "section", code, section, is_billable=False)
            self._notes(section, section_code, own)
            for diag in section.findall("diag"):
                self._diag(diag, section_code, seventh=None)
        self._notes(chapter, code, categories)

    def _diag(self, diag: ET.Element, parent: str, seventh: list[tuple[str, str]] | None) -> None:
        code = _undotted(diag)
        below = diag.findall("diag")
        seventh = _seventh(diag) or seventh
        kind = "category" if len(code) == 3 else "subcategory" if below or seventh else "code"
        self._node(code, kind, parent, diag, is_billable=not below and not seventh)
        self._notes(diag, code, [code])
        if seventh and not below:
            self.seventh += [
                (code, code.ljust(6, "X"), character, meaning) for character, meaning in seventh
            ]
        for child in below:
            self._diag(child, code, seventh)

    def _node(
        self, code: str, kind: str, parent: str | None, element: ET.Element, *, is_billable: bool
    ) -> None:
        self.nodes.append(
            (
                code,
                kind,
                parent,
                (element.findtext("desc") or "").strip(),
                len(self.nodes),
                is_billable,
            )
        )

    def _notes(self, element: ET.Element, owner: str, scope: list[str]) -> None:
        for child in element:
            kind = _NOTE_KINDS.get(child.tag)
            if kind is not None:
                self._container(child, owner, kind, scope)

    def _container(self, container: ET.Element, owner: str, kind: str, scope: list[str]) -> None:
        heading: str | None = None
        own = tuple(scope)
        texts = list(_texts(container))
        read = [parse(text, self.codes) if kind in BINDING else ("prose", []) for text in texts]
        is_exhaustive = all(status in {"parsed", "heading"} for status, _ in read) and not any(
            _CONDITIONAL.search(text) for text in texts
        )
        for text, (status, named) in zip(texts, read, strict=True):
            note_id = len(self.notes)
            self.notes.append(
                (note_id, owner, kind, text, status, heading, self.containers, is_exhaustive)
            )
            if status == "heading":
                heading = text
            # A code can't exclude itself, as D72 does with D72.824.
            is_exclusion = kind.startswith("excludes")
            targets = [one for one in named if not (is_exclusion and one.prefix.startswith(own))]
            if targets:
                self.scopes += [(note_id, prefix) for prefix in scope]
                self.targets += [
                    (note_id, target.prefix, target.position, target.characters)
                    for target in targets
                ]
        self.containers += 1


def _texts(container: ET.Element) -> Iterator[str]:
    for note in container.findall("note"):
        text = " ".join("".join(note.itertext()).split())
        if text:  # some lists have an empty note
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
