"""Remittances: payments matched to claims, and denials traced. Nothing is kept."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from cleanclaim import api
from cleanclaim.errors import CleanclaimError
from cleanclaim.server.access.permissions import needs
from cleanclaim.server.engine import Held
from cleanclaim.server.problems import Problem, problem_of
from cleanclaim.server.routes.shared import (
    answered,
    body_of,
    day_of,
    in_thread,
    query_of,
    service_of,
)

router = APIRouter(tags=["remittances"])
_FIELDS: Final = ("remittances", "claims", "as_of")
_SCHEMA: Final = {
    "type": "object",
    "required": ["remittances", "claims"],
    "additionalProperties": False,
    "properties": {
        "remittances": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "claims": {"anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "object"}, "minItems": 1}]},
        "as_of": {"type": ["string", "null"], "format": "date"},
    },
}  # fmt: skip
_EXAMPLE: Final = {"remittances": ["ISA*…~ST*835*…"], "claims": "ISA*…~ST*837*…", "as_of": "2026-06-30"}  # fmt: skip


@router.post(
    "/v1/remittances",
    dependencies=[needs("check")],
    summary="Match payments to claims, and trace denials",
    openapi_extra=body_of("application/json", schema=_SCHEMA, example=_EXAMPLE),
)
async def match(request: Request) -> Response:
    """What `cleanclaim remit match` answers.

    The body is {"remittances", "claims", "as_of"}: the texts of 835 files; the claims that were sent, as the text of an 837 or CSV file or as a list of claims;
    and the day from which the days left are counted.
    """
    query_of(request)
    held = service_of(request).engine.held
    given = _given(await request.body())
    return answered(await in_thread(_matched, held, given), held)


def _given(body: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(422, "remittances", "the body isn't valid JSON") from None
    if not isinstance(content, Mapping) or set(content) - set(_FIELDS):
        raise Problem(422, "remittances", f"expected an object with {', '.join(_FIELDS)}")
    texts, claims = content.get("remittances"), content.get("claims")
    faults = []
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) for one in texts):
        faults.append("remittances: expected a list with the text of at least one 835")
    if not isinstance(claims, (str, list)) or not claims:
        faults.append("claims: expected the text of a file, or a list of claims")
    if faults:
        raise Problem(422, "remittances", "the body can't be read", faults)
    return content


def _matched(held: Held, given: Mapping[str, Any]) -> dict[str, Any]:
    claims = given["claims"]
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as name:
        paths = []
        for number, text in enumerate(given["remittances"], start=1):
            path = Path(name) / f"remittance-{number}.835"
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
            paths.append(path)
        content = claims.encode("utf-8", "surrogateescape") if isinstance(claims, str) else claims
        day = day_of(given.get("as_of"), "as_of")
        try:
            found = api.remit_match(
                paths, content, as_of=day, edits=held.edits, reference=held.reference
            )
        except CleanclaimError as error:
            raise problem_of(error).without(f"{name}/") from None
        told: dict[str, Any] = json.loads(found.to_json().replace(f"{name}/", ""))
    return told
