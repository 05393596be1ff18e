"""Check claims, price them, and say what the edits are."""

from __future__ import annotations

import asyncio
import io
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from cleanclaim import api, explain_page
from cleanclaim.server.access.permissions import needs
from cleanclaim.server.answers import MEDIA, claims_in, format_of
from cleanclaim.server.checking import Asked, answer
from cleanclaim.server.choices import NAMES, Choices
from cleanclaim.server.description import answers
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import (
    answered,
    as_it_is,
    body_of,
    day_of,
    in_thread,
    parameters,
    query_of,
    service_of,
)

router = APIRouter(tags=["claims"])
EXAMPLE: Final = {
    "claim_id": "A1",
    "member_id": "1EG4TE5MK72",
    "patient_birth_date": "1950-02-14",
    "patient_sex": "F",
    "claim_filing_code": "MB",
    "diagnoses": ["M54.5"],
    "lines": [
        {
            "procedure_code": "97110",
            "from_date": "2026-05-12",
            "units": 2,
            "charge_amount": "80.00",
            "place_of_service_code": "11",
            "diagnosis_pointers": [1],
        }
    ],
}
_CLAIM: Final = {
    "type": "object",
    "description": "A claim: the columns of the model, diagnoses and lines.",
}
_CLAIMS: Final = {"anyOf": [_CLAIM, {"type": "array", "items": _CLAIM, "minItems": 1}]}
_IN: Final = ("application/json", "application/edi-x12", MEDIA["fhir"], "text/csv", MEDIA["xlsx"], MEDIA["parquet"])  # fmt: skip
OPTIONS: Final = parameters(
    payer_class="Treat every claim as this payer class, such as medicare.",
    as_of="The day as of which claims are judged, YYYY-MM-DD. Default: the day each was sent.",
    select="Codes, families or names of the edits to run, separated by commas.",
    ignore="Codes, families or names of edits not to run.",
    min_disposition="The mildest disposition to report: info, warn, deny-line, return or reject.",
    policy_state="The state whose coverage policies apply to claims without a state.",
    adopts="Payers and whose rules they adopted: 60054:medicare,commercial:medicare.",
    sheet="The sheet of a workbook.",
    format="The format of the answer, instead of the header Accept: " + ", ".join(MEDIA) + ".",
)


@router.post(
    "/v1/check",
    dependencies=[needs("check")],
    summary="Check claims",
    response_class=Response,
    openapi_extra={
        **body_of(*_IN, schema=_CLAIMS, example=EXAMPLE),
        "parameters": OPTIONS,
        **answers(*MEDIA.values()),
    },
)
async def check(request: Request) -> Response:
    """Checks claims as `cleanclaim check` does. The body is an 837 file, CSV, a workbook, Parquet, or JSON: a claim, a list of claims, or {"claims": […]}.

    The answer's format follows the header Accept or the parameter format. Claims that are checked together with yours never change your answer.
    """
    service = service_of(request)
    query = query_of(request, *NAMES, "format")
    choices = Choices.of(query, ("format",))
    wanted = format_of(request.headers.get("accept", ""), query.get("format"))
    claims = claims_in(await request.body(), request.headers.get("content-type", "").lower())
    asked = Asked(claims, choices, wanted, service.engine.held)
    if asked.is_small:
        body = await service.together.answer(asked)
    else:
        body = await asyncio.get_running_loop().run_in_executor(service.executor, answer, asked)
    return as_it_is(body, MEDIA[wanted], asked.held)


@router.post(
    "/v1/price",
    dependencies=[needs("check")],
    summary="Say what Medicare would allow",
    openapi_extra={
        **body_of(*_IN, schema=_CLAIMS, example=EXAMPLE),
        "parameters": parameters(as_of="The day as of which claims are judged, YYYY-MM-DD."),
    },
)
async def price(request: Request) -> Response:
    """The allowed amount of each line by the Medicare fee schedule, or why there is none."""
    held = service_of(request).engine.held
    as_of = day_of(query_of(request, "as_of").get("as_of"), "as_of")
    claims = claims_in(await request.body(), request.headers.get("content-type", "").lower())
    given = io.BytesIO(claims) if isinstance(claims, bytes) else claims
    lines = await in_thread(api.price, given, as_of=as_of, reference=held.reference)
    rows: list[dict[str, Any]] = [
        {name: value if value is None or isinstance(value, (int, str)) else str(value) for name, value in row.items()}
        for row in lines.iter_rows(named=True)
    ]  # fmt: skip
    return answered({"lines": rows}, held)


@router.get(
    "/v1/edits",
    dependencies=[needs("codes")],
    tags=["edits"],
    summary="All edits",
    openapi_extra={"parameters": parameters(family="Only this family, such as DX.")},
)
async def edits(request: Request) -> Response:
    """Every edit: its code, name, disposition, what it flags and its source."""
    held = service_of(request).engine.held
    family = query_of(request, "family").get("family", "").upper()
    return answered({"edits": [edit.as_dict() for edit in held.edits if edit.code.startswith(family)]}, held)  # fmt: skip


@router.get("/v1/edits/{code}", dependencies=[needs("codes")], tags=["edits"], summary="One edit")
async def edit(request: Request, code: str) -> Response:
    """One edit by its code or name, with its explanation as plain text."""
    query_of(request)
    held = service_of(request).engine.held
    found = [one for one in held.edits if code.lower() in {one.code.lower(), one.name}]
    if not found:
        raise Problem(404, "edit", "no edit has that code or name")
    text = await in_thread(explain_page.explain, [found[0].code], held.edits, held.reference, None)
    return answered({**found[0].as_dict(), "explanation": text}, held)
