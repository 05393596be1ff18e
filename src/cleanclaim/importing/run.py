"""One import: every file below what the user named, told apart, read, and stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from cleanclaim.errors import ReferenceProblem, UnreadableFile
from cleanclaim.importing.hcpcs import HCPCS
from cleanclaim.importing.layout import Importer, Part
from cleanclaim.importing.ncci_add_on import NCCI_ADD_ON
from cleanclaim.importing.ncci_mue import NCCI_MUE
from cleanclaim.importing.ncci_ptp import NCCI_PTP
from cleanclaim.read.sources import Source, sources
from cleanclaim.reference.release import Release
from cleanclaim.reference.store import Store

IMPORTERS: Final[tuple[Importer, ...]] = (NCCI_PTP, NCCI_MUE, NCCI_ADD_ON, HCPCS)

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


def import_files(
    paths: Iterable[str | Path], store: Store, progress: Progress | None = None
) -> Imported:
    """Import publishers' files.

    Args:
        paths: files, folders, zips.
        store: where releases are kept.
        progress: told what is being worked on.

    Returns:
        What was stored, what was there already, what was refused; a release is stored whole or not at all.
    """
    refused: list[str] = []
    passed_over: list[str] = []
    groups: dict[str, list[Part]] = {importer.name: [] for importer in IMPORTERS}
    for source in sources(paths):
        if isinstance(source, UnreadableFile):
            refused.append(str(source))
            continue
        try:
            with source.open() as stream:
                part = Part(source.name, stream.read(_HEAD), partial(_whole, source))
        except UnreadableFile as error:
            refused.append(str(error))
            continue
        known = next((importer for importer in IMPORTERS if importer.recognises(part)), None)
        if known is None:
            passed_over.append(part.name)
            continue
        groups[known.name].append(part)
    stored: list[Release] = []
    unchanged: list[Release] = []
    before = {(r.table, r.name): r.sha256 for r in store.releases()}
    for importer in IMPORTERS:
        if not groups[importer.name]:
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


def _whole(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read()
