"""One import: find every file in the given paths, recognize it, read it, and store it."""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Final

from cleanclaim import importing
from cleanclaim.errors import ReferenceProblem, UnreadableFile
from cleanclaim.importing.layout import Importer, Loaded, Part
from cleanclaim.read.sources import Source, sources
from cleanclaim.reference.release import Release
from cleanclaim.reference.store import Store

_HEAD: Final = 1 << 14
_FEW: Final = 3
Progress = Callable[[str, float], None]
"""Called with a message and the share of files done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import.

    Attributes:
        stored: releases that are now in the store.
        unchanged: releases that were already there, from the same files or with the same rows.
        refused: what wasn't imported, and why.
        unrecognized: files that no importer recognizes, such as the notes in a publisher's zip.
    """

    stored: tuple[Release, ...]
    unchanged: tuple[Release, ...]
    refused: tuple[str, ...]
    unrecognized: tuple[str, ...] = ()


@cache
def importers() -> tuple[Importer, ...]:
    """Return every importer in this package, by name."""
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
        store: where releases are stored.
        progress: called with the progress.
        cpt_licensed: keep the descriptors of CPT codes; the user has a CPT license.

    Returns:
        What was stored, unchanged or refused. A release is stored completely or not at all, and a
        problem with one release doesn't stop the others.
    """
    refused: list[str] = []
    unrecognized: list[str] = []
    stored: list[Release] = []
    unchanged: list[Release] = []
    groups = _by_importer(paths, refused, unrecognized, cpt_licensed=cpt_licensed)
    before = store.intact()  # damaged releases are imported again
    for importer in importers():
        parts = groups.get(importer.name)
        if not parts:
            continue
        same = _already_imported(before, parts)
        if same:
            unchanged += same
            continue
        report = partial(progress or _ignore, f"importing {importer.name}")
        try:
            for release, table in _loaded(importer, parts, report):
                kept = store.add(release, table)
                is_same = any(
                    (old.table, old.name, old.sha256) == (kept.table, kept.name, kept.sha256)
                    for old in before
                )
                (unchanged if is_same else stored).append(kept)
        except (ReferenceProblem, UnreadableFile) as error:
            refused.append(str(error))
        except OSError as error:
            refused.append(f"{importer.name}: its tables can't be stored ({error.strerror})")
        except Exception as error:  # noqa: BLE001 - a malformed file mustn't stop the other publications
            refused.append(
                f"{importer.name}: {', '.join(part.name for part in parts[:_FEW])}: "
                f"not in the expected layout ({type(error).__name__})"
            )
    return Imported(tuple(stored), tuple(unchanged), tuple(refused), tuple(unrecognized))


def _ignore(message: str, share: float) -> None:
    del message, share


def _already_imported(releases: Sequence[Release], parts: Sequence[Part]) -> list[Release]:
    """Return the stored releases that were read from exactly these files; empty if a file is missing."""
    digests = {part.digest() for part in parts}
    own = [
        release
        for release in releases
        if release.sources and {digest for _, digest in release.sources} <= digests
    ]
    known = {digest for release in own for _, digest in release.sources}
    if known != digests or any(part.cpt_licensed for part in parts):
        return []
    return own


def _loaded(
    importer: Importer, parts: Sequence[Part], report: Callable[[float], None]
) -> Iterator[Loaded]:
    """Yield the releases, each with the files that were read since the previous one."""
    read: list[Part] = []

    def watched(part: Part) -> Part:
        def content() -> bytes:
            report(len({one.name for one in read}) / len(parts))
            read.append(part)
            return part.read()

        return replace(part, read=content)

    since = 0
    last: tuple[tuple[str, str], ...] = ()
    for release, table in importer.load([watched(part) for part in parts]):
        if len(read) > since:
            last = tuple(dict.fromkeys((part.own_name, part.digest()) for part in read[since:]))
            since = len(read)
        yield replace(release, sources=last), table
    report(1.0)


def _by_importer(
    paths: Iterable[str | Path],
    refused: list[str],
    unrecognized: list[str],
    *,
    cpt_licensed: bool,
) -> dict[str, list[Part]]:
    """Return the files by their importer's name."""
    groups: dict[str, list[Part]] = {}
    for source in sources(paths):
        try:
            with source.open() as stream:
                head = stream.read(_HEAD)
        except UnreadableFile as error:
            refused.append(str(error))
            continue
        part = Part(
            source.name,
            head,
            partial(_whole, source),
            cache(partial(_digest, source)),
            source.open,
            cpt_licensed,
        )
        known = [importer for importer in importers() if importer.recognizes(part)]
        if not known:
            unrecognized.append(part.name)
        elif len(known) > 1:
            several = " and ".join(importer.name for importer in known)
            refused.append(f"{part.name}: it could be {several}; it wasn't imported")
        else:
            groups.setdefault(known[0].name, []).append(part)
    return groups


def _whole(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read()


def _digest(source: Source) -> str:
    digest = hashlib.sha256()
    with source.open() as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
