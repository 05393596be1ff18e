"""The worklist: findings of all batches, worked on by several people at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cleanclaim.edits.edit import Disposition
from cleanclaim.report.labels import counted
from cleanclaim.server.access.permissions import needs, principal_of
from cleanclaim.server.forms import form_of
from cleanclaim.server.pages.checks import begun_again
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import Service, in_thread, service_of
from cleanclaim.server.worklist.findings import MOST_AT_ONCE
from cleanclaim.server.worklist.query import NAMES, SORTS, Wanted
from cleanclaim.server.worklist.states import RESOLUTIONS, STATES, TODO

router = APIRouter(include_in_schema=False)
_SEE_OTHER: Final = 303
_SHOWN: Final = 50
_DUE: Final = {"0": "past or today", "7": "7 days", "30": "30 days", "90": "90 days"}
_ACTIONS: Final = ("assign", "snooze", "resolve", "reopen", "comment")


@router.get("/worklist", dependencies=[needs("results")])
async def worklist(request: Request) -> Response:
    """The findings that fit a filter, or the open ones."""
    service = service_of(request)
    return page(request, "worklist.html", **await in_thread(listing, service, request, request.query_params))  # fmt: skip


@router.get("/worklist/rows", dependencies=[needs("results")])
async def rows(request: Request) -> Response:
    """The part of the page that a filter changes."""
    service = service_of(request)
    return page(request, "_worklist_rows.html", **await in_thread(listing, service, request, request.query_params, is_part=True))  # fmt: skip


@router.post("/worklist/changes", dependencies=[needs("worklist")])
async def change_several(request: Request) -> Response:
    """Change the findings that are chosen."""
    service = service_of(request)
    async with form_of(request) as form:
        query = {name: str(value) for name in NAMES if (value := form.get(name))}
        try:
            notices, alarms = await _changed(service, request, form)
        except Problem as problem:
            notices, alarms = [], ["; ".join([problem.detail, *problem.faults])]
    shown = await in_thread(listing, service, request, query)
    name = "_worklist_rows.html" if "hx-request" in request.headers else "worklist.html"
    return page(request, name, **shown | {"notices": notices, "alarms": list(dict.fromkeys(alarms))})  # fmt: skip


@router.post("/worklist/views", dependencies=[needs("worklist")])
async def save_view(request: Request) -> Response:
    """Give the present filter and order a name."""
    service = service_of(request)
    async with form_of(request) as form:
        given = {name: str(value) for name, value in form.items()}
    wanted = Wanted.of(given)
    await in_thread(service.views.save, principal_of(request), given.get("name", ""), wanted)
    return RedirectResponse(f"/worklist?{urlencode({**wanted.given, 'sort': wanted.sort})}", _SEE_OTHER)  # fmt: skip


@router.post("/worklist/views/{view_id}/remove", dependencies=[needs("worklist")])
async def remove_view(request: Request, view_id: str) -> Response:
    """Remove a saved view."""
    service = service_of(request)
    await in_thread(service.views.remove, principal_of(request), view_id)
    return RedirectResponse("/worklist", _SEE_OTHER)


@router.get("/worklist/{finding_id}", dependencies=[needs("results")])
async def one(request: Request, finding_id: str) -> Response:
    """One finding, with its history and what can be done."""
    service = service_of(request)
    found = await in_thread(service.findings.get, principal_of(request), finding_id)
    return page(request, "finding.html", **await in_thread(_choices, service, request), row=found, problem=None, comment="")  # fmt: skip


@router.post("/worklist/{finding_id}", dependencies=[needs("worklist")])
async def change(request: Request, finding_id: str) -> Response:
    """Change one finding; if somebody was faster, say what they changed."""
    service, who = service_of(request), principal_of(request)
    async with form_of(request) as form:
        version = str(form.get("version") or "")
        try:
            given, comment = _asked(form)
            number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0  # fmt: skip
            await in_thread(service.findings.change, who, finding_id, number, given, comment)
            return RedirectResponse(f"/worklist/{finding_id}", _SEE_OTHER)
        except Problem as problem:
            if problem.status == 404:
                raise
            found = await in_thread(service.findings.get, who, finding_id)
            kept = "" if problem.status == 409 else str(form.get("comment") or "")
            shown = await in_thread(_choices, service, request)
            return page(request, "finding.html", problem.status, **shown, row=found, problem=problem, comment=kept)  # fmt: skip


def listing(
    service: Service, request: Request, query: Mapping[str, str], *, is_part: bool = False
) -> dict[str, Any]:
    """What the list shows.

    Args:
        service: the service.
        request: the request.
        query: the filter, the order and the page.
        is_part: without the values to filter by, which only the whole page needs.

    Raises:
        Problem: the query isn't valid.
    """
    who = principal_of(request)
    asked = {"state": TODO, **query} if not query.get("batch") else dict(query)
    wanted = Wanted.of(asked, _SHOWN)
    found = service.findings.listed(who, wanted)
    kept = {**wanted.given, "sort": wanted.sort}

    def link(**changed: str) -> str:
        return "/worklist?" + urlencode({**kept, **changed})

    following, before = wanted.after + len(found.rows), max(wanted.after - wanted.limit, 0)
    return _choices(service, request) | {
        "rows": found.rows, "count": found.count, "at_risk": f"{found.cents / 100}", "given": wanted.given, "sort": wanted.sort, "sorts": SORTS, "due": _DUE,
        "after": wanted.after,
        "next": link(after=str(following)) if following < found.count else None,
        "previous": link(after=str(before)) if wanted.after else None,
        "facets": {} if is_part else service.findings.facets(who, wanted.given.get("batch")),
        "counts": found.states, "views": service.views.listed(who), "batches": service.jobs.batches(who),
        "dispositions": [one.value for one in Disposition], "states": (TODO, *STATES), "here": link(), "notices": [], "alarms": [],
    }  # fmt: skip


def _choices(service: Service, request: Request) -> dict[str, Any]:
    """What the forms that change findings offer."""
    who = principal_of(request)
    today = date.today()  # noqa: DTZ011 - the office's own day
    return {
        "resolutions": RESOLUTIONS,
        "people": service.findings.people(who),
        "me": "" if who.kind == "local" else who.name,
        "tomorrow": (today + timedelta(days=1)).isoformat(),
        "next_week": (today + timedelta(days=7)).isoformat(),
    }


async def _changed(service: Service, request: Request, form: FormData) -> tuple[list[str], list[str]]:  # fmt: skip
    """Do what was asked with the findings that are chosen: what was done, and what wasn't and why."""
    who = principal_of(request)
    chosen = [_pair(str(value)) for value in form.getlist("chosen")]
    if form.get("action") == "recheck":
        ids = [name for name, _ in chosen][:MOST_AT_ONCE]
        batches = {(await in_thread(service.findings.get, who, one))["batch"] for one in ids}
        for job_id in batches:
            await begun_again(service, request, job_id)
        if not batches:
            raise Problem(422, "findings", "choose findings first")
        return [f"{counted(len(batches), 'batch', 'batches')} to be checked again; the worklist follows when it is done"], []  # fmt: skip
    change, comment = _asked(form)
    done, refused = await in_thread(service.findings.change_all, who, chosen, change, comment)
    alarms = [": ".join([problem.detail, *problem.faults]) for problem in refused.values()]
    return [f"{counted(len(done), 'finding')} changed"] if done else [], alarms


def _pair(text: str) -> tuple[str, int]:
    """An id and the version that the person saw."""
    name, _, version = text.partition(":")
    return name, int(version) if version.isascii() and version.isdigit() and len(
        version
    ) < 10 else 0


def _asked(form: FormData) -> tuple[dict[str, Any], str]:
    """The change that a form asks for, and its comment.

    Raises:
        Problem: no button that the page has was pressed, or something is missing.
    """
    action, comment = form.get("action"), str(form.get("comment") or "")
    if action not in _ACTIONS:
        raise Problem(422, "change", f"action: expected {', '.join(_ACTIONS)}")
    if action == "comment" and not comment.strip():
        raise Problem(422, "comment", "write a comment first")
    changes: dict[object, dict[str, Any]] = {
        "assign": {"assignee": str(form.get("assign_to") or "")},
        "snooze": {"state": "snoozed", "until": str(form.get("until") or "")},
        "resolve": {"state": "resolved", "resolution": str(form.get("resolution") or "")},
        "reopen": {"state": "open"},
    }
    return changes.get(action, {}), comment
