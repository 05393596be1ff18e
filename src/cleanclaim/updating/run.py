"""One update: for each publication its page, the newest files on it, the download, the import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from cleanclaim.errors import ReferenceProblem
from cleanclaim.importing import Imported, import_files
from cleanclaim.reference.store import Store
from cleanclaim.updating.download import fetch, fetch_text
from cleanclaim.updating.pages import file_name, newest
from cleanclaim.updating.publications import PUBLICATIONS, Publication

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Updated:
    """What became of an update.

    Attributes:
        downloaded: files that were fetched.
        present: files that were there already.
        skipped: publications that were left out, and why.
        failed: what could not be had, and why.
        imported: what the import did; None for a dry run.
    """

    downloaded: tuple[str, ...]
    present: tuple[str, ...]
    skipped: tuple[str, ...]
    failed: tuple[str, ...]
    imported: Imported | None


def update(
    store: Store,
    *,
    only: Sequence[str] = (),
    accept_terms: bool = False,
    mirror: str | None = None,
    dry_run: bool = False,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Updated:
    """Fetch and import what publishers have newest.

    Args:
        store: where releases are kept.
        only: names of publications; all where empty.
        accept_terms: the user accepts the terms of CMS and the AMA under which files with CPT codes are given out.
        mirror: an address that stands for the publishers' hosts.
        dry_run: only say what would be fetched.
        folder: where downloads are kept; beside the store's releases where not given.
        progress: told what is done.

    Returns:
        What was done; the fault of one publication stops no other.

    Raises:
        ReferenceProblem: a name in `only` is no publication.
    """
    place = folder or store.path / "downloads"
    downloaded: list[str] = []
    present: list[str] = []
    skipped: list[str] = []
    failed: list[str] = []
    files: list[Path] = []
    for publication in _chosen(only):
        if publication.needs_terms and not accept_terms:
            skipped.append(
                f"{publication.name}: its files hold CPT codes; --accept-cms-ama-terms says that you accept the terms of CMS and the AMA"
            )
            continue
        try:
            addresses = _addresses(publication, mirror)
        except ReferenceProblem as error:
            failed.append(str(error))
            continue
        for address in addresses:
            target = place / publication.name / file_name(address)
            if target.exists() and not publication.fixed:
                present.append(target.name)
                files.append(target)
            elif dry_run:
                downloaded.append(address)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    files.append(fetch(address, target, progress))
                    downloaded.append(address)
                except ReferenceProblem as error:
                    failed.append(str(error))
    done = None if dry_run else import_files(files, store, progress)
    return Updated(tuple(downloaded), tuple(present), tuple(skipped), tuple(failed), done)


def _chosen(only: Sequence[str]) -> list[Publication]:
    known = {publication.name: publication for publication in PUBLICATIONS}
    for word in only:
        if not any(_asked(name, word) for name in known):
            near = get_close_matches(word, list(known), n=1)
            raise ReferenceProblem(
                f"no publication '{word}'"
                + (f"; did you mean {near[0]}?" if near else "")
                + f"; there are {', '.join(known)}"
            )
    return [p for name, p in known.items() if not only or any(_asked(name, word) for word in only)]


def _asked(name: str, word: str) -> bool:
    return name == word or name.startswith(f"{word}-")


def _addresses(publication: Publication, mirror: str | None) -> list[str]:
    if publication.fixed:
        return [_mirrored(address, mirror) for address in publication.fixed]
    page = _mirrored(publication.page, mirror)
    return newest(publication, fetch_text(page), page)


def _mirrored(address: str, mirror: str | None) -> str:
    """The address on another host, its path kept."""
    return mirror.rstrip("/") + urlsplit(address).path if mirror else address
