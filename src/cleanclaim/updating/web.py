"""Ask publishers' servers: only over https and on their own hosts, with limits on redirects, size and time."""

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
"""Together with 500 and above: answers that might change if you try again."""
_TAKEN: Final = frozenset({200, 206, 416})
_LONGEST_SHOWN: Final = 200
_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})


class Refused(ReferenceProblem):
    """A server's answer, or where it leads, can't be used."""


class Broken(Exception):  # noqa: N818 - reads as the fact it states
    """An answer didn't arrive, or didn't arrive completely; trying again may help."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """The servers that updates may contact.

    Attributes:
        names: hosts that are contacted over https.
        plain: hosts on this machine, with their port, that may be contacted over http; for tests.
    """

    names: frozenset[str]
    plain: frozenset[str] = frozenset()

    def fault(self, address: str) -> str | None:
        """Return why an address can't be asked; None if it can."""
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
            return f"only {', '.join(sorted(self.names))} can be used"
        return None


def host_of(address: str) -> str:
    """Return an address's host, with its port unless that is the default.

    Raises:
        ValueError: the address isn't valid.
    """
    parts = urlsplit(address)
    port = "" if parts.port in {None, 443} else f":{parts.port}"
    return f"{parts.hostname or ''}{port}"


def joined(base: str, link: str) -> str:
    """Return where a link on a page leads, with characters that an address can't have quoted.

    Raises:
        ValueError: the address isn't valid.
    """
    return quote(urljoin(base, link.strip()), safe="%/:=&?~#+!$,;'@()*[]")


def page_text(address: str, hosts: Hosts) -> str:
    """Return a page's text.

    Raises:
        ReferenceProblem: it can't be downloaded, or isn't a web page.
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
    """Return the answer to a request, following a few redirects on the same hosts: status 200, 206 or 416.

    Raises:
        Refused: it leads to another host, or the server refuses it.
        Broken: no answer came.
    """
    asked = address
    for _ in range(_MOST_REDIRECTS + 1):
        fault = hosts.fault(asked)
        if fault:
            on = f"it redirects to {asked[:_LONGEST_SHOWN]}: " if asked != address else ""
            raise Refused(f"{address[:_LONGEST_SHOWN]}: {on}{fault}")
        answer = _requested(asked, address, headers)
        if answer.status in _TAKEN:
            return answer
        answer.close()
        if answer.status not in _REDIRECTS:
            problem = f"the server answers {answer.status} {http.client.responses.get(answer.status, '')}".rstrip()
            if answer.status in _LATER or answer.status >= 500:
                raise Broken(problem)
            raise Refused(f"{address}: {problem}")
        try:
            asked = joined(asked, answer.headers.get("Location") or "")
        except ValueError:
            raise Refused(f"{address}: it redirects to an address that isn't valid") from None
    raise Refused(f"{address}: it redirects more than {_MOST_REDIRECTS} times")


def blocks(
    answer: http.client.HTTPResponse, address: str, most: int, seconds: float
) -> Iterator[bytes]:
    """Yield an answer's body as it arrives.

    Args:
        answer: the answer.
        address: where it came from.
        most: the most bytes to accept.
        seconds: the most time it may take.

    Raises:
        Refused: it is too long.
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
    """Return the length of a body in bytes, from its header; None if there is none.

    Raises:
        Refused: the header isn't a single number.
    """
    lengths = {text.strip() for text in answer.headers.get_all("Content-Length") or ()}
    if not lengths or answer.chunked:
        return None
    if len(lengths) > 1 or not re.fullmatch(r"[0-9]{1,15}", next(iter(lengths))):
        raise Refused(f"{address}: the server's Content-Length isn't a number")
    return int(lengths.pop())


def content_type(answer: http.client.HTTPResponse) -> str | None:
    """Return the answer's content type, such as `text/html`; None if it is missing or malformed."""
    kind = (answer.headers.get("Content-Type") or "").split(";")[0].strip().lower()
    return kind if re.fullmatch(r"[a-z]+/[a-z0-9.+-]{1,80}", kind) else None


def _requested(asked: str, address: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    """Send one request, without following redirects."""
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
    """Return the system's certificate authorities."""
    return ssl.create_default_context()


def _reason(error: object) -> str:
    text = (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:_LONGEST_SHOWN]
    return "".join(letter if letter.isprintable() else "?" for letter in text)
