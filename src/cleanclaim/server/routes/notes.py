"""Clinical notes: which codes they support. A note is never kept or logged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from cleanclaim.notes.level.leveler import Leveler
from cleanclaim.notes.level.leveler import Options as LevelOptions
from cleanclaim.notes.suggest import Options
from cleanclaim.notes.support.supporter import Options as SupportOptions
from cleanclaim.server.access.permissions import needs
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import (
    answered,
    body_of,
    day_of,
    in_thread,
    query_of,
    service_of,
)

router = APIRouter(tags=["notes"])
_LONGEST: Final = 50_000
_VISIT: Final = ("patient", "place", "payer")


def _schema(*names: str) -> dict[str, Any]:
    """What a body with a note and options is like."""
    texts: dict[str, Any] = {name: {"type": "string"} for name in names}
    note = {"type": "string", "minLength": 1, "maxLength": _LONGEST}
    return {"type": "object", "required": ["note"], "additionalProperties": False, "properties": {"note": note, **texts}}  # fmt: skip


_EXAMPLE: Final = {"note": "Assessment: Type 2 diabetes. Denies chest pain.", "on": "2026-05-12"}


@router.post(
    "/v1/suggest",
    dependencies=[needs("notes")],
    summary="Suggest diagnosis codes for a note",
    openapi_extra=body_of(
        "application/json", "text/plain", schema=_schema("on", "setting", "mode"), example=_EXAMPLE
    ),
)
async def suggest(request: Request) -> Response:
    """What `cleanclaim suggest` answers. The body is {"note", "on", "setting", "mode"}, or the note as plain text."""
    query_of(request)
    held = service_of(request).engine.held
    given = await _given(request, "on", "setting", "mode")
    options = await in_thread(
        Options,
        _day(given),
        given.get("setting") or "outpatient",
        given.get("mode") or "billing",
    )
    found = await in_thread(lambda: held.suggester.suggest(given["note"], options))
    return answered({"suggestions": [one.as_dict() for one in found]}, held)


@router.post(
    "/v1/level", dependencies=[needs("notes")],
    summary="The visit level that a note supports",
    openapi_extra=body_of("application/json", "text/plain", schema=_schema("on", *_VISIT, "billed"), example={**_EXAMPLE, "billed": "99214"}),
)  # fmt: skip
async def level(request: Request) -> Response:
    """What `cleanclaim level` answers. The body is {"note", "on", "patient", "place", "payer", "billed"}, or the note as plain text."""
    query_of(request)
    held = service_of(request).engine.held
    given = await _given(request, "on", *_VISIT, "billed")
    billed = (given.get("billed") or "").upper() or None
    patient, place, payer = (given.get(name) or None for name in _VISIT)
    options = await in_thread(LevelOptions, _day(given), patient, place, payer, billed)
    found = await in_thread(lambda: Leveler(held.suggester).level(given["note"], options))
    return answered(found.as_dict(), held)


@router.post(
    "/v1/support",
    dependencies=[needs("notes")],
    summary="Whether a note supports billed codes",
    openapi_extra=body_of(
        "application/json",
        schema=_schema("codes", "on", "setting", *_VISIT),
        example={**_EXAMPLE, "codes": "E11.9,99213"},
    ),
)
async def support(request: Request) -> Response:
    """What `cleanclaim support` answers. The body is {"note", "codes", "on", "setting", "patient", "place", "payer"}; codes are separated by commas."""
    query_of(request)
    held = service_of(request).engine.held
    given = await _given(request, "codes", "on", "setting", *_VISIT)
    codes = [code for code in (given.get("codes") or "").split(",") if code.strip()]
    if not codes:
        raise Problem(422, "note", "codes: expected codes, separated by commas")
    patient, place, payer = (given.get(name) or None for name in _VISIT)
    setting = given.get("setting") or "outpatient"
    options = await in_thread(SupportOptions, _day(given), setting, patient, place, payer)
    found = await in_thread(lambda: held.supporter.support(given["note"], codes, options))
    return answered({"codes": [one.as_dict() for one in found]}, held)


def _day(given: Mapping[str, Any]) -> date:
    return day_of(given.get("on")) or date.today()  # noqa: DTZ011 - the service's own day


async def _given(request: Request, *names: str) -> Mapping[str, Any]:
    """A note and its options.

    Raises:
        Problem: the body isn't such a note.
    """
    body = await request.body()
    is_json = "json" in request.headers.get("content-type", "")
    try:
        content = json.loads(body) if is_json else {"note": body.decode("utf-8")}
    except (ValueError, RecursionError):
        what = "JSON" if is_json else "UTF-8 text"
        raise Problem(422, "note", f"the body isn't valid {what}") from None
    if not isinstance(content, Mapping) or not isinstance(content.get("note"), str):
        raise Problem(422, "note", "expected an object with note, a text")
    faults = [f"expected {', '.join(names)} beside note"] if set(content) - {"note", *names} else []
    faults += [f"{name}: expected text" for name in names if not isinstance(content.get(name, ""), str)]  # fmt: skip
    if faults:
        raise Problem(422, "note", "the body has other fields than expected", faults)
    if not content["note"].strip() or len(content["note"]) > _LONGEST:
        raise Problem(422, "note", f"note: expected 1 to {_LONGEST:,} characters")
    return content
