"""The description of the API in OpenAPI: what FastAPI knows of it, and what our own reading and writing of bodies adds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from cleanclaim.server.access.permissions import permission_of
from cleanclaim.server.problems import FHIR, MEDIA

_PROBLEM: Final = {
    "type": "object",
    "description": "RFC 9457: what went wrong. It never holds a value from the request.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}},
        },
    },
}  # fmt: skip
_OUTCOME: Final = {
    "type": "object",
    "description": "FHIR's OperationOutcome: what went wrong.",
    "required": ["resourceType", "issue"],
    "properties": {"resourceType": {"const": "OperationOutcome"}, "issue": {"type": "array"}},
}
_KEY: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key. A session of the pages counts too, and a service without users answers this machine without either.",
}


def described(app: FastAPI, routes: Iterable[APIRoute]) -> dict[str, Any]:
    """The description, with what each endpoint needs and what it answers if something is wrong.

    Args:
        app: the application.
        routes: its endpoints.
    """
    content = _of_fastapi(app)
    content["components"] = {
        "schemas": {"Problem": _PROBLEM, "OperationOutcome": _OUTCOME},
        "securitySchemes": {"key": _KEY},
    }
    needed = {(method.lower(), route.path): permission_of(route) for route in routes for method in route.methods or ()}  # fmt: skip
    for path, methods in content["paths"].items():
        for method, operation in methods.items():
            _complete(operation, path, needed[method, path])
    return content


def _complete(operation: dict[str, Any], path: str, scope: str | None) -> None:
    """Add what an endpoint needs, and its errors."""
    is_fhir = path.startswith("/fhir/")
    schema, media = ("OperationOutcome", FHIR) if is_fhir else ("Problem", MEDIA)
    error = {"content": {media: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}
    responses: dict[str, Any] = operation["responses"]
    responses.pop("422", None)  # FastAPI's own, which isn't used
    responses["default"] = {"description": "What went wrong.", **error}
    if scope in {None, "open"}:
        return
    operation["security"] = [{"key": []}]
    operation["description"] = f"{operation['description']}\n\nIt needs the scope `{scope}`."
    responses["401"] = {"description": "No key or session, or one that isn't valid.", **error}
    responses["403"] = {"description": "The key or role doesn't have the scope.", **error}


def _of_fastapi(app: FastAPI) -> dict[str, Any]:
    """What FastAPI knows; always a new object."""
    app.openapi_schema = None
    return FastAPI.openapi(app)


def answers(*media: str) -> dict[str, Any]:
    """How an endpoint describes the formats of its answer, where they aren't only JSON."""
    return {"responses": {"200": {"content": {name: {"schema": {}} for name in media}}}}
