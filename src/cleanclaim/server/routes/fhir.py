"""FHIR R4: the operation `Claim/$check`, and what describes it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from cleanclaim.server.access.permissions import OPEN, needs
from cleanclaim.server.answers import MEDIA
from cleanclaim.server.checking import Asked, answer
from cleanclaim.server.choices import NAMES, Choices
from cleanclaim.server.description import answers
from cleanclaim.server.problems import FHIR, Problem
from cleanclaim.server.routes.check import OPTIONS
from cleanclaim.server.routes.shared import as_it_is, body_of, query_of, service_of
from cleanclaim.version import VERSION

router = APIRouter(prefix="/fhir", tags=["fhir"])
_MEDIA: Final = (FHIR, "application/json", "application/*", "*/*", "")
_DEFINITION: Final = "OperationDefinition/Claim-check"
_DATE: Final = "2026-11-28"
_SCHEMA: Final = {
    "type": "object",
    "required": ["resourceType"],
    "properties": {"resourceType": {"enum": ["Claim", "Bundle", "Parameters"]}},
}
_EXAMPLE: Final = {
    "resourceType": "Claim", "status": "active", "use": "claim", "created": "2026-05-12",
    "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "professional"}]},
    "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M54.5"}]}}],
    "item": [{"sequence": 1, "diagnosisSequence": [1], "servicedDate": "2026-05-12",
              "productOrService": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "97110"}]}}],
}  # fmt: skip


@router.post(
    "/Claim/$check",
    response_class=Response,
    dependencies=[needs("check")],
    summary="Check FHIR claims",
    openapi_extra={
        **body_of(FHIR, "application/json", schema=_SCHEMA, example=_EXAMPLE),
        **answers(FHIR),
        "parameters": [one for one in OPTIONS if one["name"] not in {"format", "sheet"}],
    },
)
async def check(request: Request) -> Response:
    """Checks a Claim, a Bundle, or Parameters with the parameter `resource`.

    The answer to a Claim is its ClaimResponse, to others a Bundle with a ClaimResponse for each claim. Errors are OperationOutcomes.
    """
    _check_accept(request.headers.get("accept", ""))
    service = service_of(request)
    choices = Choices.of(query_of(request, *(name for name in NAMES if name != "sheet")))
    resource = _resource(await request.body())
    asked = Asked(json.dumps(resource).encode(), choices, "fhir", service.engine.held)
    body = await asyncio.get_running_loop().run_in_executor(service.executor, answer, asked)
    if resource["resourceType"] == "Claim":
        body = json.dumps(json.loads(body)["entry"][0]["resource"]).encode()
    return as_it_is(body, MEDIA["fhir"], asked.held)


@router.get(
    "/metadata",
    dependencies=[OPEN],
    summary="What this FHIR server can do",
    response_class=Response,
    openapi_extra=answers(FHIR),
)
async def metadata(request: Request) -> Response:
    """The CapabilityStatement."""
    operation = {"name": "check", "definition": f"{request.base_url}fhir/{_DEFINITION}"}
    content = {
        "resourceType": "CapabilityStatement", "status": "active", "date": _DATE, "kind": "instance", "fhirVersion": "4.0.1", "format": ["json"],
        "software": {"name": "cleanclaim", "version": VERSION},
        "implementation": {"description": "Checks claims", "url": f"{request.base_url}fhir"},
        "rest": [{"mode": "server", "resource": [{"type": "Claim", "operation": [operation]}]}],
    }  # fmt: skip
    return _written(content)


@router.get(
    "/OperationDefinition/Claim-check",
    dependencies=[OPEN],
    summary="What $check takes and answers",
    response_class=Response,
    openapi_extra=answers(FHIR),
)
async def definition() -> Response:
    """The OperationDefinition."""
    one: dict[str, Any] = {"min": 1, "max": "1", "type": "Resource"}
    content = {
        "resourceType": "OperationDefinition", "id": "Claim-check", "name": "CheckClaim", "status": "active", "kind": "operation", "date": _DATE,
        "code": "check", "resource": ["Claim"], "system": False, "type": True, "instance": False, "affectsState": False,
        "parameter": [
            {"name": "resource", "use": "in", "documentation": "A Claim, or a Bundle with Claims and what they refer to", **one},
            {"name": "return", "use": "out", "documentation": "The ClaimResponse, or a Bundle of them", **one},
        ],
    }  # fmt: skip
    return _written(content)


def _resource(body: bytes) -> dict[str, Any]:
    """The resource in a request, taken out of Parameters.

    Raises:
        Problem: there is none, or one of a kind that isn't checked.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(422, "claims", "the body isn't valid JSON") from None
    if isinstance(content, dict) and content.get("resourceType") == "Parameters":
        given = content.get("parameter")
        several = given if isinstance(given, list) else []
        found = [one.get("resource") for one in several if isinstance(one, Mapping) and one.get("name") == "resource"]  # fmt: skip
        if len(found) != 1:
            raise Problem(422, "claims", "Parameters: expected one parameter resource")
        content = found[0]
    if not isinstance(content, dict) or content.get("resourceType") not in ("Claim", "Bundle"):
        raise Problem(422, "claims", "expected a Claim, a Bundle, or Parameters with one of them")
    return content


def _check_accept(accept: str) -> None:
    wanted = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    if wanted.isdisjoint(_MEDIA):
        raise Problem(406, "format", f"this operation answers {FHIR}")


def _written(content: dict[str, Any]) -> Response:
    return Response(json.dumps(content), media_type=FHIR)
