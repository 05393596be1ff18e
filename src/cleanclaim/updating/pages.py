"""Find the links on a publisher's page."""

from __future__ import annotations

import re
from contextlib import suppress
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote, urlsplit

from cleanclaim.updating.publications import Publication
from cleanclaim.updating.web import Hosts, Refused, joined

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._() -]{0,150}")
"""A file name that can't mean a folder on any system."""
_LONGEST_SHOWN: Final = 200


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def file_name(address: str) -> str:
    """Return the last part of an address, without what follows a question mark."""
    return unquote(urlsplit(address).path).rsplit("/", 1)[-1]


def newest(publication: Publication, page: str, address: str, hosts: Hosts) -> list[str]:
    """Return the addresses of the newest release on a page.

    Args:
        publication: what to look for.
        page: the page's text.
        address: the page's address, the base for relative links.
        hosts: the servers that may be contacted; links to others don't count.

    Returns:
        One address per file, sorted by name.

    Raises:
        Refused: no link on the page has the expected name, or all such links lead to other servers.
    """
    ranked: dict[str, tuple[int, int]] = {}
    elsewhere: list[str] = []
    for link in _links(page):
        try:
            there = joined(address, link)
            name = file_name(there)
        except ValueError:
            continue
        rank = publication.rank(name) if _PLAIN.fullmatch(name) else None
        if rank is not None and hosts.fault(there):
            elsewhere.append(there)
        elif rank is not None:
            ranked[there] = rank
    if elsewhere and not ranked:
        raise Refused(
            f"{address}: its links lead to {elsewhere[0][:_LONGEST_SHOWN]}: {hosts.fault(elsewhere[0])}"
        )
    if not ranked:
        raise Refused(
            f"no link on {address} matches the expected file name ({publication.pattern.pattern}); the page has changed"
        )
    best = max(ranked.values())
    return sorted(link for link, rank in ranked.items() if rank == best)


def _links(page: str) -> list[str]:
    """Return the links on a page, as far as it can be parsed."""
    links = _Links()
    with suppress(AssertionError):  # the parser raises it for a declaration it doesn't know
        links.feed(page)
    return links.found
