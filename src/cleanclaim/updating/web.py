"""Asking publishers' servers: over https, on their own hosts, with bounds on redirects, size and time."""

from __future__ import annotations

import http.client
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from cleanclaim.errors import ReferenceProblem
from cleanclaim.version import VERSION

_BLOCK: Final = 1 << 16
_TIMEOUT: Final = 60
"""Seconds without a byte."""
_MOST_REDIRECTS: Final = 5
_LARGEST_PAGE: Final = 4 << 20
_LONGEST_PAGE: Final = 300.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LATER: Final = frozenset({408, 425, 429})
"""With those from 500 on: answers that another try may change."""
_TAKEN: Final = frozenset({200, 206, 416})
_LONGEST_SHOWN: Final = 200
_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})


class Refused(ReferenceProblem):
    """What a server sent, or where it points, isn't used."""


class Broken(Exception):  # noqa: N818 - reads as the fact it states
    """An answer didn't come, or not to its end; another try may get it."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """The servers that may be asked.

    Attributes:
        names: hosts, asked over https.
        plain: hosts on this machine, with their port, that may be asked over http: for tests.
    """

    names: frozenset[str]
    plain: frozenset[str] = frozenset()

    def fault(self, address: str) -> str | None:
        """Why an address isn't asked; None if it may be."""
        try:
            parts = urlsplit(address)
            host = host_of(address)
        except ValueError:
            return "it isn't a valid address"
        if parts.scheme == "http" and host in self.plain and parts.hostname in _LOOPBACK:
            return None
        if parts.scheme != "https":
            return "only https is used"
        if parts.username is not None or host not in self.names:
            return f"only {', '.join(sorted(self.names))} may be asked"
        return None


def host_of(address: str) -> str:
    """The host of an address, with its port unless that is the usual one.

    Raises:
        ValueError: it isn't a valid address.
    """
    parts = urlsplit(address)
    port = "" if parts.port in {None, 443} else f":{parts.port}"
    return f"{parts.hostname or ''}{port}"


def joined(base: str, link: str) -> str:
    """Where a link on a page leads, without characters that an address can't have.

    Raises:
        ValueError: it isn't a valid address.
    """
    return quote(urljoin(base, link.strip()), safe="%/:=&?~#+!$,;'@()*[]")


def page_text(address: str, hosts: Hosts) -> str:
    """A page.

    Raises:
        ReferenceProblem: it can't be had, or is no page.
    """
    try:
        with opened(address, hosts, {}) as answer:
            kind = content_type(answer)
            if kind is not None and kind not in _HTML:
                raise Refused(f"{address}: expected a web page, found {kind}")
            length_of(answer, address)
            content = b"".join(blocks(answer, address, _LARGEST_PAGE, _LONGEST_PAGE))
    except Broken as error:
        raise ReferenceProblem(f"{address}: {error}; run the update again later") from None
    return content.decode("utf-8", "replace")


def opened(address: str, hosts: Hosts, headers: dict[str, str]) -> http.client.HTTPResponse:
    """The answer to a request, a few redirects on the same hosts followed: status 200, 206 or 416.

    Raises:
        Refused: it leads elsewhere, or the server won't give it.
        Broken: no answer came.
    """
    asked = address
    for _ in range(_MOST_REDIRECTS + 1):
        fault = hosts.fault(asked)
        if fault:
            on = f"it redirects to {asked[:_LONGEST_SHOWN]}: " if asked != address else ""
            raise Refused(f"{address[:_LONGEST_SHOWN]}: {on}{fault}")
        answer = _asked(asked, address, headers)
        if answer.status in _TAKEN:
            return answer
        answer.close()
        if answer.status not in _REDIRECTS:
            said = f"the server answers {answer.status} {http.client.responses.get(answer.status, '')}".rstrip()
            if answer.status in _LATER or answer.status >= 500:
                raise Broken(said)
            raise Refused(f"{address}: {said}")
        try:
            asked = joined(asked, answer.headers.get("Location") or "")
        except ValueError:
            raise Refused(f"{address}: it redirects to no valid address") from None
    raise Refused(f"{address}: it redirects more than {_MOST_REDIRECTS} times")


def blocks(
    answer: http.client.HTTPResponse, address: str, most: int, seconds: float
) -> Iterator[bytes]:
    """The body of an answer as it comes.

    Args:
        answer: the answer.
        address: where it is from.
        most: bytes.
        seconds: how long it may take in all.

    Raises:
        Refused: it is longer.
        Broken: it breaks off or takes too long.
    """
    until = time.monotonic() + seconds
    done = 0
    while True:
        try:
            block = answer.read1(_BLOCK)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Broken(_reason(error)) from None
        if not block:
            return
        done += len(block)
        if done > most:
            raise Refused(f"{address}: it is larger than expected ({most:,} bytes at most)")
        if time.monotonic() > until:
            raise Broken(f"it takes longer than {seconds:,.0f} seconds")
        yield block


def length_of(answer: http.client.HTTPResponse, address: str) -> int | None:
    """The bytes of a body by its header; None if it doesn't say.

    Raises:
        Refused: the header isn't one number.
    """
    told = {text.strip() for text in answer.headers.get_all("Content-Length") or ()}
    if not told or answer.chunked:
        return None
    if len(told) > 1 or not re.fullmatch(r"[0-9]{1,15}", next(iter(told))):
        raise Refused(f"{address}: the server's Content-Length isn't a number")
    return int(told.pop())


def content_type(answer: http.client.HTTPResponse) -> str | None:
    """What the server says it sends, such as `text/html`; None if it doesn't say, or not in that form."""
    told = (answer.headers.get("Content-Type") or "").split(";")[0].strip().lower()
    return told if re.fullmatch(r"[a-z]+/[a-z0-9.+-]{1,80}", told) else None


def _asked(asked: str, address: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    """One request, no redirect followed."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=_certificates()),
    ):
        opener.add_handler(handler)
    own = {"User-Agent": f"cleanclaim/{VERSION}", **headers}
    request = urllib.request.Request(asked, headers=own)  # noqa: S310 - `Hosts` checked the scheme
    try:
        answer: http.client.HTTPResponse = opener.open(request, timeout=_TIMEOUT)
    except (OSError, http.client.HTTPException, ValueError) as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise Refused(
                f"{address}: the server's certificate isn't valid ({cause.verify_message})"
            ) from None
        raise Broken(f"it can't be reached ({_reason(cause)})") from None
    return answer


@cache
def _certificates() -> ssl.SSLContext:
    """The authorities whose certificates count: the system's."""
    return ssl.create_default_context()


def _reason(error: object) -> str:
    said = (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:_LONGEST_SHOWN]
    return "".join(letter if letter.isprintable() else "?" for letter in said)
