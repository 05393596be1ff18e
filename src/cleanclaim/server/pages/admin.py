"""The pages of those who manage the service: users, keys, what is kept, and the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cleanclaim.server import audit
from cleanclaim.server.access import keys, users
from cleanclaim.server.access.permissions import needs, principal_of
from cleanclaim.server.access.principals import ROLES, SCOPES
from cleanclaim.server.forms import fields_of
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import in_thread, number_of, service_of

router = APIRouter(include_in_schema=False)
_SEE_OTHER: Final = 303
_ROWS: Final = 100
_FIRST: Final = "the first user manages the service: choose the role admin"


@router.get("/admin", dependencies=[needs("admin")])
async def admin(request: Request) -> Response:
    """Users, keys and what is kept."""
    return await _shown(request)


@router.post("/admin/users", dependencies=[needs("admin")])
async def add_user(request: Request) -> Response:
    """Add a user; after the first one, everyone has to sign in."""
    service, who, given = service_of(request), principal_of(request), await fields_of(request)
    role = given.get("role", "")
    if role != "admin" and not await in_thread(users.any_active, service.database):
        return await _shown(request, 422, error=_FIRST)
    work = partial(users.add, service.database, who, given.get("name", ""), role, given.get("password") or None)  # fmt: skip
    answer = await _done(request, work)
    await service.gate.look_again()
    return answer


@router.post("/admin/users/{user_id}/role", dependencies=[needs("admin")])
async def change_role(request: Request, user_id: str) -> Response:
    """Give a user another role."""
    role = (await fields_of(request)).get("role", "")
    database = service_of(request).database
    return await _done(request, partial(users.change_role, database, principal_of(request), user_id, role))  # fmt: skip


@router.post("/admin/users/{user_id}/password", dependencies=[needs("admin")])
async def set_password(request: Request, user_id: str) -> Response:
    """Give a user another password."""
    password = (await fields_of(request)).get("password", "")
    database = service_of(request).database
    return await _done(request, partial(users.set_password, database, principal_of(request), user_id, password))  # fmt: skip


@router.post("/admin/users/{user_id}/remove", dependencies=[needs("admin")])
async def remove_user(request: Request, user_id: str) -> Response:
    """End a user's access."""
    service = service_of(request)
    return await _done(request, partial(users.remove, service.database, principal_of(request), user_id))  # fmt: skip


@router.post("/admin/keys", dependencies=[needs("admin")])
async def add_key(request: Request) -> Response:
    """Make a key, and show it this once."""
    service, given = service_of(request), await fields_of(request)
    scopes = [scope for scope in SCOPES if given.get(f"scope-{scope}")]
    try:
        days = number_of(given.get("days"), "days", 0, 3650) or None
        made = await in_thread(keys.add, service.database, principal_of(request), given.get("name", ""), scopes, days)  # fmt: skip
    except Problem as problem:
        return await _shown(request, 422, error="; ".join(problem.faults or (problem.detail,)))
    return await _shown(request, made=made)


@router.post("/admin/keys/{key_id}/revoke", dependencies=[needs("admin")])
async def revoke_key(request: Request, key_id: str) -> Response:
    """End a key."""
    service = service_of(request)
    return await _done(request, partial(keys.revoke, service.database, principal_of(request), key_id))  # fmt: skip


@router.post("/admin/purge", dependencies=[needs("admin")])
async def purge(request: Request) -> Response:
    """Delete the results of all finished jobs of the organization."""
    service = service_of(request)
    now = datetime.max.replace(tzinfo=UTC)
    await in_thread(service.jobs.purge, now, principal_of(request))
    return RedirectResponse("/admin", _SEE_OTHER)


@router.get("/admin/audit", dependencies=[needs("audit")])
async def trail(request: Request, before: str = "") -> Response:
    """Who saw and changed what, the latest first."""
    service, own = service_of(request), principal_of(request).organization
    number = number_of(before, "before", 0, 999_999_999) or None
    rows = await in_thread(audit.latest, service.database, own, number, _ROWS + 1)
    following = rows[_ROWS - 1]["number"] if len(rows) > _ROWS else None
    return page(request, "audit.html", rows=rows[:_ROWS], following=following)


@router.get("/admin/audit/verified", dependencies=[needs("audit")])
async def verified(request: Request) -> Response:
    """Whether an entry was changed or removed."""
    database = service_of(request).database
    wrong, last = await in_thread(audit.first_wrong, database), await in_thread(audit.head, database)  # fmt: skip
    return page(request, "_verified.html", wrong=wrong, last=last)


async def _done(request: Request, work: partial[Any]) -> Response:
    """Do something, then show the page again; what was refused is said there."""
    try:
        found = await in_thread(work)
    except Problem as problem:
        return await _shown(request, 422, error="; ".join(problem.faults or (problem.detail,)))
    if found is False:
        raise Problem(404, "request", "the organization has no such user or key")
    return RedirectResponse("/admin", _SEE_OTHER)


async def _shown(request: Request, status: int = 200, error: str | None = None, made: str | None = None) -> Response:  # fmt: skip
    service, own = service_of(request), principal_of(request).organization
    now = datetime.now(UTC)
    shown: Mapping[str, Any] = {
        "users": await in_thread(users.listed, service.database, own),
        "keys": [_key(one, now) for one in await in_thread(keys.listed, service.database, own)],
        "jobs": await in_thread(service.jobs.counts, own),
        "keep_hours": service.settings.keep_hours,
        "keep_days": service.settings.keep_days,
        "roles": list(ROLES),
        "scopes": SCOPES,
    }
    return page(request, "admin.html", status, error=error, made=made, **shown)


def _key(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {**row, "state": "revoked" if row["revoked"] else "ended" if keys.is_over(row, now) else "valid"}  # fmt: skip
