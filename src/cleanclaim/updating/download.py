"""One file from a publisher: resumed where it broke off, checked when it is whole, in its place in one step."""

from __future__ import annotations

import hashlib
import http.client
import ssl
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cleanclaim.errors import ReferenceProblem
from cleanclaim.version import VERSION

_BLOCK: Final = 1 << 16
_TIMEOUT: Final = 60
_TRIES: Final = 4
_LARGEST: Final = 4 << 30
_LARGEST_UNPACKED: Final = 16 << 30
_GROWTH: Final = 400
"""A zip whose files are so much larger than itself is no publication."""
Progress = Callable[[str, float], None]


def fetch_text(address: str) -> str:
    """A page.

    Raises:
        ReferenceProblem: it cannot be had.
    """
    try:
        with _opened(address, {}) as answer:
            return bytes(answer.read(1 << 24)).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise ReferenceProblem(f"{address}: {_reason(error)}") from None


def fetch(
    address: str, target: Path, progress: Progress | None = None, sha256: str | None = None
) -> Path:
    """Download a file, going on where an earlier download of it broke off.

    Args:
        address: where it is.
        target: where it goes; until it is whole it has `.part` behind its name.
        progress: told the share that is done.
        sha256: what its hash must be, where that is known.

    Returns:
        The target.

    Raises:
        ReferenceProblem: it cannot be had, is not whole, is another than expected, or is no sound zip.
    """
    part = target.with_name(f"{target.name}.part")
    for attempt in range(_TRIES):
        try:
            _go_on(address, part, progress)
            break
        except urllib.error.HTTPError as error:
            if error.code < 500 or attempt == _TRIES - 1:
                raise ReferenceProblem(f"{address}: {_reason(error)}") from None
        except (OSError, http.client.HTTPException) as error:
            if attempt == _TRIES - 1:
                raise ReferenceProblem(
                    f"{address}: {_reason(error)}; the next update goes on from {part.stat().st_size if part.exists() else 0:,} bytes"
                ) from None
        time.sleep(0.2 * 2**attempt)
    _check(part, address, sha256)
    part.replace(target)
    return target


def _opened(address: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    if urlsplit(address).scheme not in {"http", "https"}:
        raise ReferenceProblem(f"{address}: only http and https are fetched")
    own = {"User-Agent": f"cleanclaim/{VERSION}", **headers}
    request = urllib.request.Request(address, headers=own)  # noqa: S310 - the scheme is checked above
    answer: http.client.HTTPResponse = urllib.request.urlopen(  # noqa: S310
        request, timeout=_TIMEOUT, context=_context(address)
    )
    return answer


def _context(address: str) -> ssl.SSLContext | None:
    return ssl.create_default_context() if address.startswith("https") else None


def _go_on(address: str, part: Path, progress: Progress | None) -> None:
    """Append what is missing; from the beginning where the server cannot go on, or has another file by now."""
    mark = part.with_name(f"{part.name}.mark")
    begun = part.stat().st_size if part.exists() else 0
    known = mark.read_text(encoding="utf-8") if mark.exists() else ""
    headers = {"Range": f"bytes={begun}-", "If-Range": known} if begun and known else {}
    try:
        answer = _opened(address, headers)
    except urllib.error.HTTPError as error:
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        part.unlink(missing_ok=True)
        answer, headers = _opened(address, {}), {}
    with answer:
        goes_on = answer.status == http.client.PARTIAL_CONTENT
        begun = begun if goes_on else 0
        length = answer.headers.get("Content-Length")
        whole = begun + int(length) if length else None
        if whole is not None and whole > _LARGEST:
            raise ReferenceProblem(f"{address}: {whole:,} bytes are more than any publication has")
        tag = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        mark.write_text(tag, encoding="utf-8")
        with part.open("ab" if goes_on else "wb") as out:
            done = begun
            while block := answer.read(_BLOCK):
                out.write(block)
                done += len(block)
                if progress and whole:
                    progress(f"downloading {part.name.removesuffix('.part')}", done / whole)
                if done > _LARGEST:
                    raise ReferenceProblem(f"{address}: it has no end")
        if whole is not None and done < whole:
            raise ConnectionError(f"broke off after {done:,} of {whole:,} bytes")
    mark.unlink(missing_ok=True)


def _check(part: Path, address: str, sha256: str | None) -> None:
    with part.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    fault = (
        f"its sha256 is {digest}, expected {sha256}"
        if sha256 and digest != sha256.lower()
        else None
    )
    if fault is None and address.lower().split("?", 1)[0].endswith(".zip"):
        fault = _zip_fault(part)
    if fault:
        part.unlink()
        raise ReferenceProblem(f"{address}: {fault}; it was thrown away")


def _zip_fault(path: Path) -> str | None:
    """What is wrong with a zip, before anything of it is unpacked whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
            if unpacked > _LARGEST_UNPACKED or unpacked > path.stat().st_size * _GROWTH:
                return f"unpacked it would have {unpacked:,} bytes, which no publication has"
            damaged = archive.testzip()
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        return f"it is no sound zip ({error})"
    return f"{damaged} in it is damaged" if damaged else None


def _reason(error: BaseException) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answers {error.code} {error.reason}"
    if isinstance(error, urllib.error.URLError):
        return f"it cannot be reached ({error.reason})"
    return str(error) or type(error).__name__
