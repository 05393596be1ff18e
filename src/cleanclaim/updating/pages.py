"""The links of a publisher's page."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from cleanclaim.errors import ReferenceProblem
from cleanclaim.updating.publications import Publication


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def file_name(address: str) -> str:
    """The last part of an address, without what follows a question mark."""
    return unquote(urlsplit(address).path).rsplit("/", 1)[-1]


def newest(publication: Publication, page: str, address: str) -> list[str]:
    """The addresses of the newest release on a page.

    Args:
        publication: what is looked for.
        page: the page's text.
        address: its own address, from which relative links go on.

    Returns:
        One address a file, in order of name.

    Raises:
        ReferenceProblem: no link on the page has the name that is expected.
    """
    links = _Links()
    links.feed(page)
    ranked = {
        urljoin(address, link): rank
        for link in links.found
        if (rank := publication.rank(file_name(link))) is not None
    }
    if not ranked:
        raise ReferenceProblem(
            f"{publication.name}: no link on {address} is named as its files were, {publication.pattern.pattern}; the page has changed: "
            "download the file by hand, and use `reference import`"
        )
    best = max(ranked.values())
    return sorted(link for link, rank in ranked.items() if rank == best)
