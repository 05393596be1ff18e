"""Codes: look up, search, map."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from cleanclaim.encoder.systems import SYSTEMS
from cleanclaim.server.access.permissions import needs
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import (
    answered,
    day_of,
    in_thread,
    number_of,
    parameters,
    query_of,
    service_of,
)

router = APIRouter(tags=["codes"])
_ON: Final = "The date of service, YYYY-MM-DD. Default: today."
_MOST_WORDS: Final = 1_000
_MOST_RESULTS: Final = 100
_MOST_PAIRS: Final = 500
_LONGEST_CODE: Final = 40


@router.get(
    "/v1/codes/search",
    dependencies=[needs("codes")],
    summary="Find codes by words",
    openapi_extra={
        "parameters": parameters(
            q="The words, or the start of a code.",
            system=f"Only this code system: {', '.join(SYSTEMS)}.",
            on=_ON,
            limit="How many results, 1 to 100. Default: 10.",
        )
    },
)
async def search(request: Request) -> Response:
    """Finds codes as `cleanclaim search` does; `unmatched` names the words that it didn't understand."""
    query = query_of(request, "q", "system", "on", "limit")
    words = query.get("q", "").strip()
    if not words or len(words) > _MOST_WORDS:
        raise Problem(400, "option", f"q: expected words, up to {_MOST_WORDS:,} characters")
    held = service_of(request).engine.held
    found = await in_thread(
        lambda: held.encoder.answer(
            words, system=query.get("system"), on=day_of(query.get("on")), limit=number_of(query.get("limit"), "limit", 10, _MOST_RESULTS),
        )
    )  # fmt: skip
    return answered(found.as_dict(), held)


@router.get(
    "/v1/codes/{system}/{code}",
    dependencies=[needs("codes")],
    summary="Everything about a code",
    openapi_extra={
        "parameters": parameters(
            on=_ON,
            locality="MAC and locality to price for, such as 0111205.",
            indicator="Only NCCI pairs with this modifier indicator.",
            pairs="How many NCCI pairs, up to 500. Default: 20.",
            page="Which page of pairs.",
        )
    },
)
async def code(request: Request, system: str, code: str) -> Response:
    """What `cleanclaim lookup` shows. The system is icd10cm, icd9cm, hcpcs, cpt, another list's name, or `any`."""
    query = query_of(request, "on", "locality", "indicator", "pairs", "page")
    held = service_of(request).engine.held
    if len(code) > _LONGEST_CODE:
        raise Problem(404, "code", "no list has that code")
    indicator = query.get("indicator")
    if indicator not in {None, "", "0", "1", "9"}:
        raise Problem(400, "option", "indicator: expected 0, 1 or 9")
    pages = await in_thread(
        lambda: held.encoder.lookup(
            code, on=day_of(query.get("on")), locality=query.get("locality") or None, indicator=int(indicator) if indicator else None,
            pairs=number_of(query.get("pairs"), "pairs", 20, _MOST_PAIRS), page=number_of(query.get("page"), "page", 1, 1_000_000),
        )
    )  # fmt: skip
    wanted = _plain(system)
    found = [page.as_dict() for page in pages if wanted in {"any", _plain(page.system)}]
    if not found:
        near = await in_thread(held.encoder.near, code) if not pages else []
        also = [f"did you mean {other}?" for other in near]
        also += [f"{page.system} has it" for page in pages]
        raise Problem(404, "code", "this list doesn't have that code", also)
    return answered({"codes": found}, held)


@router.get(
    "/v1/crosswalk", dependencies=[needs("codes")],
    summary="Map a code to others",
    openapi_extra={"parameters": parameters(code="The code, with or without its dot.", to="Map to this code system only.", on=_ON)},
)  # fmt: skip
async def crosswalk(request: Request) -> Response:
    """Every mapping that `cleanclaim crosswalk` shows, and the tables that weren't loaded."""
    query = query_of(request, "code", "to", "on")
    held = service_of(request).engine.held
    given = query.get("code", "").strip()
    if not given or len(given) > _LONGEST_CODE:
        raise Problem(400, "option", "code: expected a code")
    found = await in_thread(lambda: held.encoder.crosswalk(given, to=query.get("to") or None, on=day_of(query.get("on"))))  # fmt: skip
    if not found.mappings and not await in_thread(held.encoder.lookup, given, pairs=0):
        raise Problem(404, "code", "no list has that code")
    return answered({"mappings": [one.as_dict() for one in found.mappings], "not_checked": list(found.not_loaded)}, held)  # fmt: skip


def _plain(system: str) -> str:
    """A code system's name as addresses have it: icd10cm for ICD-10-CM."""
    return "".join(filter(str.isalnum, system)).lower()
