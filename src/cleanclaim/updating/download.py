"""Download one file from a publisher: resume it if interrupted, check it, and put it in place in one step."""

from __future__ import annotations

import hashlib
import http.client
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from cleanclaim.errors import ReferenceProblem
from cleanclaim.updating.web import Broken, Hosts, Refused, blocks, content_type, length_of, opened

_TRIES: Final = 4
_PAUSE: Final = 0.2
_LARGEST: Final = 4 << 30
_LONGEST: Final = 4 * 3600.0
_LARGEST_UNPACKED: Final = 16 << 30
_GROWTH: Final = 400
"""If a zip's files are this many times larger than the zip, it isn't a publication."""
_ZIP: Final = b"PK\x03\x04"
_OTHER_KINDS: Final = re.compile(
    r"(text|image|audio|video)/|application/(pdf|json|xml|xhtml\+xml)$"
)
"""Content types that aren't a zip.

Zips have too many content types to list, so the first bytes decide.
"""
_RANGE: Final = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15}|\*)")
_TAG: Final = re.compile(r"[\x20-\x7e]{1,200}")
Progress = Callable[[str, float], None]


def fetch(
    address: str,
    target: Path,
    hosts: Hosts,
    progress: Progress | None = None,
    sha256: str | None = None,
) -> Path:
    """Download a zip, resuming an earlier download of it.

    Args:
        address: where it is.
        target: where to put it; until it is complete, its name ends in `.part`. The folder is
            created if needed.
        hosts: the servers that may be contacted.
        progress: called with the share done.
        sha256: the expected hash, if known.

    Returns:
        The target.

    Raises:
        ReferenceProblem: it can't be downloaded, is incomplete, isn't the expected file, isn't a
            valid zip, or can't be written.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _with_retries(address, part, hosts, progress)
        _check(part, address, sha256)
        part.replace(target)
    except OSError as error:  # network errors are reported separately
        raise ReferenceProblem(
            f"{error.filename or part}: it can't be written ({error.strerror}); free up space, or choose another folder with --to, and run the update again"
        ) from None
    return target


def _with_retries(address: str, part: Path, hosts: Hosts, progress: Progress | None) -> None:
    """Download, and retry a few times if it breaks off."""
    for attempt in range(_TRIES):
        try:
            _resume(address, part, hosts, progress)
        except Broken as error:
            if attempt < _TRIES - 1:
                time.sleep(_PAUSE * 2**attempt)
                continue
            done = part.stat().st_size if part.exists() else 0
            raise ReferenceProblem(
                f"{address}: {error}; run the update again later: it resumes after {done:,} bytes"
            ) from None
        return


def _resume(address: str, part: Path, hosts: Hosts, progress: Progress | None) -> None:
    """Append what is missing; start over if the server can't resume or its file has changed."""
    mark = part.with_name(f"{part.name}.mark")
    known = _tag(mark.read_text(encoding="utf-8", errors="replace")) if mark.exists() else ""
    begun = part.stat().st_size if known and part.exists() else 0
    headers = {"Range": f"bytes={begun}-", "If-Range": known} if begun else {}
    with opened(address, hosts, headers) as answer:
        begun, whole = _extent(answer, address, part, begun)
        kind = content_type(answer)
        if kind and _OTHER_KINDS.match(kind):
            raise Refused(f"{address}: expected a zip, found {kind}")
        if not begun:  # first, so that old bytes never get the new mark
            part.unlink(missing_ok=True)
        tag = _tag(answer.headers.get("ETag") or answer.headers.get("Last-Modified") or "")
        mark.write_text(tag, encoding="utf-8")
        done = begun
        with part.open("ab") as out:
            for block in _zip_blocks(answer, address, begun):
                out.write(block)
                done += len(block)
                if progress and whole:
                    progress(f"downloading {part.name.removesuffix('.part')}", done / whole)
        if whole is not None and done < whole:
            raise Broken(f"the download stopped after {done:,} of {whole:,} bytes")
    mark.unlink(missing_ok=True)


def _extent(
    answer: http.client.HTTPResponse, address: str, part: Path, begun: int
) -> tuple[int, int | None]:
    """Return the byte at which the answer starts, and the file's size if it is known."""
    length = length_of(answer, address)
    start, whole = 0, length
    if answer.status != http.client.OK:
        found = _RANGE.fullmatch(answer.headers.get("Content-Range") or "")
        start = int(found[1]) if found else -1
        whole = int(found[2]) + 1 if found else 0
        fits = found is not None and found[3] in {"*", str(whole)}
        if not begun or start != begun or not fits or length not in {None, whole - start}:
            part.unlink(missing_ok=True)
            raise Broken("the server sent a different part of the file than requested")
    if whole is not None and whole > _LARGEST:
        raise Refused(f"{address}: {whole:,} bytes is larger than any publication")
    return start, whole


def _zip_blocks(answer: http.client.HTTPResponse, address: str, begun: int) -> Iterator[bytes]:
    """Yield the bytes as they arrive, as long as they are a zip's."""
    head = _ZIP if begun else b""
    for block in blocks(answer, address, _LARGEST - begun, _LONGEST):
        head += block[: len(_ZIP) - len(head)]
        if not _ZIP.startswith(head):
            raise Refused(f"{address}: expected a zip, found {_kind(block)}")
        yield block


def _kind(block: bytes) -> str:
    start = block.lstrip()[:9].lower()
    if start.startswith((b"<!doctype", b"<html")):
        return "a web page"
    return "a PDF" if start.startswith(b"%pdf") else "something else"


def _tag(text: str) -> str:
    """Return a version's mark, if it is valid in a header."""
    return text if _TAG.fullmatch(text) else ""


def _check(part: Path, address: str, sha256: str | None) -> None:
    with part.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    fault = (
        f"its sha256 is {digest}, expected {sha256}"
        if sha256 and digest != sha256.lower()
        else _zip_fault(part)
    )
    if fault:
        part.unlink()
        raise Refused(f"{address}: {fault}; the file was deleted")


def _zip_fault(path: Path) -> str | None:
    """Return what is wrong with a zip, before it is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
            if unpacked > _LARGEST_UNPACKED or unpacked > path.stat().st_size * _GROWTH:
                return f"unpacked, it would be {unpacked:,} bytes, larger than any publication"
            damaged = archive.testzip()
    except Exception as error:  # noqa: BLE001 - the errors of zipfile and its decoders have no common root
        return f"it isn't a valid zip ({type(error).__name__})"
    return "a file in it is damaged" if damaged else None
