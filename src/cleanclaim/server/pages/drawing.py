"""Templates, what every page has, and the headers that keep a page from loading or running anything else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from cleanclaim.reference.icd10cm import dotted
from cleanclaim.report.locations import place_words, what_to_do
from cleanclaim.server.access.principals import Principal
from cleanclaim.server.access.sessions import Session
from cleanclaim.server.pages.marking import marked
from cleanclaim.text.escaping import visible
from cleanclaim.version import VERSION

HERE: Final = Path(__file__).parent
TABS: Final = (
    ("/", "Check", "jobs"),
    ("/claim", "One claim", "check"),
    ("/batches", "Batches", "results"),
    ("/worklist", "Worklist", "results"),
    ("/codes", "Codes", "codes"),
    ("/note", "Note", "notes"),
    ("/denials", "Denials", "check"),
    ("/payers", "Payers", "codes"),
    ("/audits", "Audits", "audit"),
    ("/analysis", "Analysis", "results"),
    ("/learn", "Learn", "codes"),
    ("/edits", "Edits", "codes"),
    ("/reference", "Reference", "codes"),
    ("/admin/audit", "Audit trail", "audit"),
    ("/admin", "Admin", "admin"),
)
"""The pages, in the order of the day, and the scope that each needs."""
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

    >>> money("1234.5"), money("-1"), money(None)
    ('$1,234.50', '-$1.00', '')
    """
    if amount is None or amount == "":
        return ""
    dollars = float(str(amount))
    return f"{'-' if dollars < 0 else ''}${abs(dollars):,.2f}"


def plain(number: Decimal | None) -> str:
    """A number without idle zeros; nothing for a missing one.

    >>> plain(Decimal("2.000")), plain(Decimal("0.5")), plain(None)
    ('2', '0.5', '')
    """
    return "" if number is None else f"{number.normalize():f}"


def visible_lines(text: str) -> str:
    """A text with its line ends, and every other unseen character escaped."""
    return "\n".join(map(visible, text.splitlines()))


_TEMPLATES.filters.update(money=money, visible=visible, visible_lines=visible_lines, marked=marked, dotted=dotted, plain=plain)  # fmt: skip
_TEMPLATES.globals.update(version=VERSION, place_words=place_words, zip=zip)


def _nothing(_scope: str) -> bool:
    """What someone may do who isn't known."""
    return False


def _advice(request: Request) -> Callable[[str], str]:
    """What to do about a finding of an edit, by the edit's code."""
    edits = {edit.code: edit for edit in request.app.state.service.engine.held.edits}

    def told(code: str) -> str:
        return what_to_do(edits[code]) if code in edits else ""

    return told


def page(request: Request, name: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page, or the part of one that a request of the page itself asked for.

    Args:
        request: the request.
        name: the template; a part begins with an underscore.
        status: the HTTP status.
        **shown: what the template shows.
    """
    who: Principal | None = getattr(request.state, "principal", None)
    session: Session | None = getattr(request.state, "session", None)
    tabs = [(path, words) for path, words, scope in TABS if who is not None and who.may(scope)]
    common = {
        "tab": max((path for path, _, _ in TABS if request.url.path.startswith(path)), key=len, default="/"),
        "tabs": tabs,
        "user": who if session is not None else None,
        "may": who.may if who is not None else _nothing,
        "csrf": session.csrf if session is not None else "",
        "advice": _advice(request),
    }  # fmt: skip
    text = _TEMPLATES.get_template(name).render(**common, **shown)
    return HTMLResponse(text, status, headers={"Content-Security-Policy": _POLICY})
