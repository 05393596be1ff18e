"""Templates, what every page has, and the headers that keep a page from loading or running anything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from cleanclaim.report.locations import place_words
from cleanclaim.server.pages.marking import marked
from cleanclaim.text.escaping import visible
from cleanclaim.version import VERSION

HERE: Final = Path(__file__).parent
TABS: Final = (
    ("/", "Check"),
    ("/claim", "One claim"),
    ("/batches", "Batches"),
    ("/codes", "Codes"),
    ("/note", "Note"),
    ("/denials", "Denials"),
    ("/edits", "Edits"),
    ("/reference", "Reference"),
)
"""The pages, in the order of the day."""
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_TEMPLATES: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def money(amount: object) -> str:
    """An amount in dollars; nothing for a missing one.

    >>> money("1234.5"), money(None)
    ('$1,234.50', '')
    """
    return "" if amount is None or amount == "" else f"${float(str(amount)):,.2f}"


_TEMPLATES.filters.update(money=money, visible=visible, marked=marked)
_TEMPLATES.globals.update(version=VERSION, tabs=TABS, place_words=place_words)


def page(request: Request, name: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page, or the part of one that a request of the page itself asked for.

    Args:
        request: the request.
        name: the template; a part begins with an underscore.
        status: the HTTP status.
        **shown: what the template shows.
    """
    tab = next((path for path, _ in reversed(TABS) if request.url.path.startswith(path)), "/")
    text = _TEMPLATES.get_template(name).render(tab=tab, **shown)
    return HTMLResponse(text, status, headers={"Content-Security-Policy": _POLICY})
