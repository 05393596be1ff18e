"""One import: every file below what the user named, told apart, read, and stored."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

from cleanclaim import importing
from cleanclaim.errors import ReferenceProblem, UnreadableFile
from cleanclaim.importing.layout import Importer, Part
from cleanclaim.read.sources import Source, sources
from cleanclaim.reference.release import Release
from cleanclaim.reference.store import Store

_HEAD: Final = 1 << 14
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an import.

    Attributes:
        stored: releases that are now in the store.
        unchanged: releases that were there already, row by row the same.
        refused: what was not imported, and why.
        passed_over: files that no importer knows, such as the notes in a publisher's zip.
    """

    stored: tuple[Release, ...]
    unchanged: tuple[Release, ...]
    refused: tuple[str, ...]
    passed_over: tuple[str, ...] = ()


@cache
def importers() -> tuple[Importer, ...]:
    """Every importer, by name, found by walking this package."""
    found = [
        value
        for module in pkgutil.iter_modules(importing.__path__, "cleanclaim.importing.")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, Importer)
    ]
    return tuple(sorted(found, key=lambda importer: importer.name))


def import_files(
    paths: Iterable[str | Path],
    store: Store,
    progress: Progress | None = None,
    *,
    cpt_licensed: bool = False,
) -> Imported:
    """Import publishers' files.

    Args:
        paths: files, folders, zips.
        store: where releases are kept.
        progress: told what is being worked on.
        cpt_licensed: keep the descriptors of CPT codes, for which the user holds a licence.

    Returns:
        What was stored, what was there already, what was refused; a release is stored whole or not at all.
    """
    refused: list[str] = []
    passed_over: list[str] = []
    stored: list[Release] = []
    unchanged: list[Release] = []
    groups = _told_apart(paths, refused, passed_over, cpt_licensed=cpt_licensed)
    before = {(r.table, r.name): r.sha256 for r in store.releases()}
    for importer in importers():
        if importer.name not in groups:
            continue
        if progress:
            progress(importer.name)
        try:
            for release, table in importer.load(groups[importer.name]):
                kept = store.add(release, table)
                same = before.get((kept.table, kept.name)) == kept.sha256
                (unchanged if same else stored).append(kept)
        except (ReferenceProblem, UnreadableFile) as error:
            refused.append(str(error))
    return Imported(tuple(stored), tuple(unchanged), tuple(refused), tuple(passed_over))


def _told_apart(
    paths: Iterable[str | Path],
    refused: list[str],
    passed_over: list[str],
    *,
    cpt_licensed: bool,
) -> dict[str, list[Part]]:
    """The files by the name of their importer."""
    groups: dict[str, list[Part]] = {}
    for source in sources(paths):
        if isinstance(source, UnreadableFile):
            refused.append(str(source))
            continue
        try:
            with source.open() as stream:
                part = Part(source.name, stream.read(_HEAD), partial(_whole, source), cpt_licensed)
        except UnreadableFile as error:
            refused.append(str(error))
            continue
        known = [importer for importer in importers() if importer.recognises(part)]
        if not known:
            passed_over.append(part.name)
        elif len(known) > 1:
            several = " and ".join(importer.name for importer in known)
            refused.append(f"{part.name}: it could be {several}; nothing of it was imported")
        else:
            groups.setdefault(known[0].name, []).append(part)
    return groups


def _whole(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read()
