"""Findings of batches: list, change, comment; several people may work on them at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from cleanclaim.server.access.permissions import needs, principal_of
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import (
    answered,
    body_of,
    in_thread,
    parameters,
    query_of,
    service_of,
)
from cleanclaim.server.worklist.query import NAMES, SORTS, Wanted
from cleanclaim.server.worklist.states import STATES, TODO

router = APIRouter(tags=["findings"])
_CHANGE: Final = {"version": 1, "state": "resolved", "resolution": "corrected", "comment": "resent with M54.50"}  # fmt: skip
_SEVERAL: Final = {"findings": [{"id": "0123456789abcdef", "version": 1}], "change": {"assignee": "maria"}, "comment": ""}  # fmt: skip
_FIELDS: Final = ("state", "resolution", "assignee", "until")


@router.get(
    "/v1/findings",
    dependencies=[needs("results")],
    summary="Findings of batches",
    openapi_extra={
        "parameters": parameters(
            words="Words in the claim's number, the edit or the message.",
            state=f"{TODO} (open or assigned), {', '.join(STATES)}.",
            payer="A payer, as findings name it.",
            provider="A provider's NPI.",
            disposition="A disposition, such as reject.",
            code="An edit.",
            assignee="Whose findings; - for nobody's.",
            batch="A batch's id.",
            days_left="At most so many days left to file.",
            sort=f"{', '.join(SORTS)}. Default: dollars.",
            after="How many findings to skip. Default: 0.",
            limit="How many findings, up to 1,000. Default: 100.",
        )
    },
)
async def listed(request: Request) -> Response:
    """Findings of your batches that fit, in order.

    `count` and `at_risk_amount` are of all that fit, and `next` is the value of `after` for the next page, or null.
    """
    who = principal_of(request)
    service = service_of(request)
    wanted = Wanted.of(query_of(request, *NAMES))
    found = await in_thread(service.findings.listed, who, wanted)
    following = wanted.after + len(found.rows)
    content = {
        "findings": found.rows, "count": found.count, "at_risk_amount": f"{found.cents / 100:.2f}",
        "next": following if following < found.count else None,
    }  # fmt: skip
    return answered(content, service.engine.held)


@router.get("/v1/findings/{finding_id}", dependencies=[needs("results")], summary="One finding")
async def one(request: Request, finding_id: str) -> Response:
    """One finding of a batch, with its history. The header ETag is its version."""
    who = principal_of(request)
    query_of(request)
    service = service_of(request)
    found = await in_thread(service.findings.get, who, finding_id)
    return _tagged(answered(found, service.engine.held), found)


@router.patch(
    "/v1/findings/{finding_id}",
    dependencies=[needs("worklist")],
    summary="Change a finding",
    openapi_extra=body_of("application/json", example=_CHANGE),
)
async def change(request: Request, finding_id: str) -> Response:
    """Changes `state` (with `resolution` or `until`) or `assignee`, and adds a `comment`.

    The header If-Match, or `version` in the body, is the version that you saw. If somebody else changed the finding since, the answer is 409 and says what
    changed; a comment is kept anyway.
    """
    who = principal_of(request)
    query_of(request)
    service = service_of(request)
    given = await _object(request, ("version", "comment", *_FIELDS))
    version = _version(request.headers.get("if-match"), given.pop("version", None))
    comment = given.pop("comment", "")
    if not given and not comment:
        raise Problem(422, "change", "nothing to change", [f"expected {', '.join(_FIELDS)} or comment"])  # fmt: skip
    found = await in_thread(service.findings.change, who, finding_id, version, given, comment)
    return _tagged(answered(found, service.engine.held), found)


@router.post(
    "/v1/findings/{finding_id}/comments",
    dependencies=[needs("worklist")],
    status_code=201,
    summary="Comment a finding",
    openapi_extra=body_of(
        "application/json", example={"comment": "asked Dr. Example for the note"}
    ),
)
async def comment(request: Request, finding_id: str) -> Response:
    """Adds a comment, whatever others do at the same time."""
    who = principal_of(request)
    query_of(request)
    service = service_of(request)
    words = (await _object(request, ("comment",))).get("comment", "")
    if not isinstance(words, str) or not words.strip():
        raise Problem(422, "comment", "comment: expected a text")
    found = await in_thread(service.findings.change, who, finding_id, 0, {}, words)
    return _tagged(answered(found, service.engine.held, 201), found)


@router.post(
    "/v1/findings/changes",
    dependencies=[needs("worklist")],
    summary="Change several findings",
    openapi_extra=body_of("application/json", example=_SEVERAL),
)
async def several(request: Request) -> Response:
    """Makes the same change to up to 500 findings, each by itself: `changed` lists those that were, and `refused` says why the others weren't."""
    who = principal_of(request)
    query_of(request)
    service = service_of(request)
    given = await _object(request, ("findings", "change", "comment"))
    chosen = given.get("findings")
    if not isinstance(chosen, list) or not all(_is_chosen(entry) for entry in chosen):
        raise Problem(422, "findings", "findings: expected a list of objects with id and version")
    pairs = [(entry["id"], entry["version"]) for entry in chosen]
    done, refused = await in_thread(service.findings.change_all, who, pairs, given.get("change", {}), given.get("comment", ""))  # fmt: skip
    content = {"changed": done, "refused": [{"id": key, **problem.body()} for key, problem in refused.items()]}  # fmt: skip
    return answered(content, service.engine.held)


def _is_chosen(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str) and type(entry.get("version")) is int  # fmt: skip


async def _object(request: Request, names: tuple[str, ...]) -> dict[str, Any]:
    try:
        content = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Problem(422, "change", "the body isn't valid JSON") from None
    if not isinstance(content, Mapping) or set(content) - set(names):
        raise Problem(422, "change", f"expected an object with {', '.join(names)}")
    return dict(content)


def _version(header: str | None, given: object) -> int:
    """The version that the caller saw.

    Raises:
        Problem: it is missing or isn't one.
    """
    if header is not None:
        text = header.strip().removeprefix("W/").strip('"')
        given = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else text
    if given is None:
        raise Problem(428, "version", "say which version you saw: the header If-Match, or version in the body")  # fmt: skip
    if type(given) is not int or not 0 < given < 10**9:
        raise Problem(400, "version", "version: expected a whole number from 1")
    return given


def _tagged(response: Response, found: Mapping[str, Any]) -> Response:
    response.headers["ETag"] = f'"{found["version"]}"'
    return response
