"""The pages of codes: one search box, and everything about a code on a date of service."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from cleanclaim.encoder import glossary
from cleanclaim.encoder.lookup import Page
from cleanclaim.encoder.systems import SYSTEMS
from cleanclaim.encoder.text import HEADINGS
from cleanclaim.server.access.permissions import KNOWN, needs, principal_of
from cleanclaim.server.engine import Held
from cleanclaim.server.forms import fields_of
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import day_of, in_thread, number_of, service_of

router = APIRouter(include_in_schema=False)
_MOST_WORDS: Final = 1_000
_MOST_MAPPINGS: Final = 100
_SEE_OTHER: Final = 303
_IN_NOTES: Final = re.compile(r"\b[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?\b")
_IS_CODE: Final = re.compile(r"[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?")
_BEGINNERS: Final = ("ICD-10-CM", "CPT")
"""The terms that newcomers see side by side."""


@router.get("/codes", dependencies=[needs("codes")])
async def codes(request: Request, q: str = "", on: str = "", system: str = "") -> Response:
    """One search box for every kind of code."""
    service = service_of(request)
    shown = await _results(service.engine.held, q, on, system)
    favorites = await in_thread(service.favorites.listed, principal_of(request))
    beside = [found for name in _BEGINNERS if (found := glossary.find(name)) is not None]
    return page(
        request, "codes.html", q=q, system=system, systems=SYSTEMS, favorites=favorites, beside=beside, labels=glossary.LABELS,
        meeting=glossary.meeting(beside), **shown,
    )  # fmt: skip


@router.get("/codes/results", dependencies=[needs("codes")])
async def results(request: Request, q: str = "", on: str = "", system: str = "") -> Response:
    """The results of a search as it is typed."""
    held = service_of(request).engine.held
    return page(request, "_results.html", **await _results(held, q, on, system))


@router.get("/codes/{system}/{code}", dependencies=[needs("codes")])
async def code(request: Request, system: str, code: str) -> Response:
    """Everything about a code on a day, and next to it another one if `beside` names it."""
    service, query = service_of(request), request.query_params
    on, beside = query.get("on", ""), query.get("beside", "")[:_MOST_WORDS].strip()
    pairs = number_of(query.get("pairs"), "pairs", 1, 100_000)
    day = day_of(on)
    held = service.engine.held
    found = await in_thread(_found, held, code, system, day, pairs)
    if not found:
        raise Problem(404, "code", "no list has that code")
    other = await in_thread(_found, held, beside, "any", day, 1) if beside else []
    mapped = await in_thread(lambda: held.encoder.crosswalk(code, on=day))
    favorites = await in_thread(service.favorites.listed, principal_of(request))
    return page(
        request, "code.html", pages=found, other=other[:1], beside=beside, code=code, system=system, on=on,
        mappings=[one.as_dict() for one in mapped.mappings[:_MOST_MAPPINGS]], more_mappings=len(mapped.mappings) - _MOST_MAPPINGS, not_mapped=mapped.not_loaded,
        favorites={(one["system"], one["code"]) for one in favorites}, headings=HEADINGS, linked=_linked(on),
        is_code=lambda text: _IS_CODE.fullmatch(text) is not None,
    )  # fmt: skip


@router.post("/codes/{system}/{code}/favorite", dependencies=[KNOWN])
async def favorite(request: Request, system: str, code: str) -> Response:
    """Make a code a favorite, or no longer."""
    service, given = service_of(request), await fields_of(request)
    pages = await in_thread(service.engine.held.encoder.lookup, code[:_MOST_WORDS], pairs=0)
    own = next((one for one in pages if one.system == system), None)
    if own is None:
        raise Problem(404, "code", "no list has that code")
    is_one = given.get("favorite") == "1"
    await in_thread(lambda: service.favorites.put(principal_of(request), system, own.code, is_one=is_one))  # fmt: skip
    query = urlencode({"on": day.isoformat()} if (day := day_of(given.get("on"))) else {})
    return RedirectResponse(f"/codes/{system}/{own.code}?{query}", _SEE_OTHER)


def _found(held: Held, code: str, system: str, day: date | None, pairs: int) -> list[dict[str, Any]]:  # fmt: skip
    """The pages of a code: of one system, or of all if that has none."""
    pages = held.encoder.lookup(code[:_MOST_WORDS], on=day, page=pairs)
    own = [one for one in pages if system in {"any", one.system}] or pages
    return [one.as_dict() | {"siblings": _siblings(held, one, day)} for one in own]


def _siblings(held: Held, one: Page, day: date | None) -> Sequence[dict[str, Any]]:
    """The codes next to a code: those that the code above it divides into."""
    above = [parent for parent, _ in one.parents if _IS_CODE.fullmatch(parent)]
    pages = held.encoder.lookup(above[-1], on=day, pairs=0) if above else []
    own = next((each for each in pages if each.system == one.system), None)
    return own.as_dict()["divides_into"] if own is not None else ()


def _linked(on: str) -> Any:
    """Turns the codes in a note into links."""
    day = urlencode({"on": on}) if on else ""

    def linked(text: str) -> Markup:
        parts, at = [], 0
        for match in _IN_NOTES.finditer(text):
            link = Markup('<a href="/codes/ICD-10-CM/{0}?{1}">{0}</a>').format(match[0], day)
            parts += [escape(text[at : match.start()]), link]
            at = match.end()
        return Markup("").join([*parts, escape(text[at:])])

    return linked


async def _results(held: Held, q: str, on: str, system: str) -> dict[str, Any]:
    words = q.strip()[:_MOST_WORDS]
    shown: dict[str, Any] = {"answer": None, "pages": [], "terms": [], "error": None, "on": on}
    if not words:
        return shown
    try:
        day = day_of(on)
        answer = await in_thread(lambda: held.encoder.answer(words, system=system or None, on=day, limit=25))  # fmt: skip
        pages = await in_thread(lambda: held.encoder.lookup(words, on=day, pairs=0))
    except Problem as problem:
        return shown | {"error": problem.detail}
    return shown | {"answer": answer.as_dict(), "pages": [one.as_dict() for one in pages], "terms": glossary.find_all(words)}  # fmt: skip
