"""One update: each publication's page, its newest files, the downloads and the import."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from cleanclaim.errors import ReferenceProblem
from cleanclaim.importing import Imported, import_files
from cleanclaim.reference.store import Store
from cleanclaim.updating.download import fetch
from cleanclaim.updating.pages import file_name, newest
from cleanclaim.updating.publications import PUBLICATIONS, Publication
from cleanclaim.updating.web import Hosts, Refused, host_of, page_text

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Updated:
    """The result of an update.

    Attributes:
        downloaded: files that were downloaded.
        present: files that were already there.
        skipped: publications that were skipped, and why.
        failed: what couldn't be downloaded, and why.
        imported: the result of the import; None for a dry run.
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
    plain_http: Collection[str] = (),
) -> Updated:
    """Download and import the newest releases.

    Args:
        store: where releases are stored.
        only: names of publications; all if empty.
        accept_terms: the user accepts the CMS and AMA terms for files with CPT codes.
        mirror: an https address to use in place of the publishers' hosts.
        dry_run: only report what would be downloaded.
        folder: where downloads are kept; by default next to the store's releases.
        progress: called with the progress.
        plain_http: servers on this machine, such as `127.0.0.1:8080`, that may be contacted over http;
            for tests. No option or variable sets it.

    Returns:
        The result; a problem with one publication doesn't stop the others.

    Raises:
        ReferenceProblem: a name in `only` isn't a publication, or the mirror's address can't be
            used.
    """
    mirrors = _mirror_hosts(mirror, frozenset(plain_http))
    place = folder or store.path / "downloads"
    downloaded: list[str] = []
    present: list[str] = []
    skipped: list[str] = []
    failed: list[str] = []
    files: list[Path] = []
    for publication in _chosen(only):
        if publication.needs_terms and not accept_terms:
            skipped.append(
                f"{publication.name}: its files have CPT codes; add --accept-cms-ama-terms to accept the terms of CMS and the AMA"
            )
            continue
        hosts = Hosts(publication.hosts | mirrors.names, mirrors.plain)
        try:
            addresses = _addresses(publication, mirror, hosts)
        except ReferenceProblem as error:
            failed.append(_failure(publication, error))
            continue
        for address in addresses:
            target = place / publication.name / file_name(address)
            if target.exists() and not publication.fixed:
                present.append(target.name)
                files.append(target)
            elif dry_run:
                downloaded.append(address)
            else:
                try:
                    files.append(fetch(address, target, hosts, progress))
                    downloaded.append(address)
                except ReferenceProblem as error:
                    failed.append(_failure(publication, error))
    done = None if dry_run else import_files(files, store, progress)
    return Updated(tuple(downloaded), tuple(present), tuple(skipped), tuple(failed), done)


def _failure(publication: Publication, error: ReferenceProblem) -> str:
    """Return what went wrong with a publication, and what to do."""
    by_hand = f"; download the files yourself from {publication.page} and use `cleanclaim reference import`"
    return f"{publication.name}: {error}{by_hand if isinstance(error, Refused) else ''}"


def _mirror_hosts(mirror: str | None, plain: frozenset[str]) -> Hosts:
    """Return the mirror's host, if there is one, and the servers on this machine.

    Raises:
        ReferenceProblem: its address can't be used.
    """
    if mirror is None:
        return Hosts(frozenset(), plain)
    try:
        hosts = Hosts(frozenset({host_of(mirror)}), plain)
    except ValueError:
        raise ReferenceProblem(f"--mirror {mirror}: it isn't a valid address") from None
    fault = hosts.fault(mirror)
    if fault:
        raise ReferenceProblem(f"--mirror {mirror}: {fault}")
    return hosts


def _chosen(only: Sequence[str]) -> list[Publication]:
    known = {publication.name: publication for publication in PUBLICATIONS}
    for word in only:
        if not any(_is_chosen(name, word) for name in known):
            near = get_close_matches(word, list(known), n=1)
            raise ReferenceProblem(
                f"'{word}' isn't a known publication"
                + (f"; did you mean {near[0]}?" if near else "")
                + f"; choose from {', '.join(known)}"
            )
    return [
        p for name, p in known.items() if not only or any(_is_chosen(name, word) for word in only)
    ]


def _is_chosen(name: str, word: str) -> bool:
    return name == word or name.startswith(f"{word}-")


def _addresses(publication: Publication, mirror: str | None, hosts: Hosts) -> list[str]:
    if publication.fixed:
        return [_mirrored(address, mirror) for address in publication.fixed]
    page = _mirrored(publication.page, mirror)
    return newest(publication, page_text(page, hosts), page, hosts)


def _mirrored(address: str, mirror: str | None) -> str:
    """Return the address on the mirror, with the same path."""
    return mirror.rstrip("/") + urlsplit(address).path if mirror else address
