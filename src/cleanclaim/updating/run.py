"""One update: for each publication its page, the newest files on it, the download, the import."""

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
    plain_http: Collection[str] = (),
) -> Updated:
    """Fetch and import what publishers have newest.

    Args:
        store: where releases are kept.
        only: names of publications; all where empty.
        accept_terms: the user accepts the terms of CMS and the AMA under which files with CPT codes are given out.
        mirror: an https address that stands for the publishers' hosts.
        dry_run: only say what would be fetched.
        folder: where downloads are kept; beside the store's releases where not given.
        progress: told what is done.
        plain_http: servers on this machine, such as `127.0.0.1:8080`, that may be asked over http: for tests. No option or variable sets it.

    Returns:
        What was done; the fault of one publication stops no other.

    Raises:
        ReferenceProblem: a name in `only` is no publication, or the mirror's address can't be used.
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
                f"{publication.name}: its files hold CPT codes; --accept-cms-ama-terms says that you accept the terms of CMS and the AMA"
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
    """What went wrong with a publication, and what to do."""
    by_hand = f"; download the files by hand from {publication.page} and use `cleanclaim reference import`"
    return f"{publication.name}: {error}{by_hand if isinstance(error, Refused) else ''}"


def _mirror_hosts(mirror: str | None, plain: frozenset[str]) -> Hosts:
    """The mirror's own host, if there is one, and the servers on this machine.

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


def _addresses(publication: Publication, mirror: str | None, hosts: Hosts) -> list[str]:
    if publication.fixed:
        return [_mirrored(address, mirror) for address in publication.fixed]
    page = _mirrored(publication.page, mirror)
    return newest(publication, page_text(page, hosts), page, hosts)


def _mirrored(address: str, mirror: str | None) -> str:
    """The address on another host, its path kept."""
    return mirror.rstrip("/") + urlsplit(address).path if mirror else address
