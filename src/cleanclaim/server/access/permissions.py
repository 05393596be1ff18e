"""What each endpoint needs: declared where the endpoint is, and asked before it runs.

Every endpoint has `needs(scope)`, `KNOWN` or `OPEN` among its dependencies; the application isn't made if one has none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from fastapi import Depends, Security, params
from fastapi.routing import APIRoute
from fastapi.security import SecurityScopes
from starlette.requests import Request

from cleanclaim.server.access.principals import Principal
from cleanclaim.server.problems import Problem


async def _asked(request: Request, wanted: SecurityScopes) -> None:
    """Let a request pass if its principal may do what the endpoint needs.

    Raises:
        Problem: who asks isn't known, or may not do this.
    """
    try:
        who: Principal = await request.app.state.service.gate.admit(request)
        _permit(who, wanted.scopes)
    except Problem:
        await request.close()  # the files of a form that was read for its token
        raise


def _permit(who: Principal, scopes: Iterable[str]) -> None:
    for scope in scopes:
        if not who.may(scope):
            words = f"this API key doesn't have the scope {scope}" if who.kind == "key" else f"the role {who.role} doesn't allow this"  # fmt: skip
            raise Problem(403, "scope", words)


async def _anyone() -> None:
    """Let every request pass."""


OPEN: Final = Depends(_anyone)
"""For endpoints that answer everyone."""


KNOWN: Final = Security(_asked)
"""For endpoints that answer everyone who has a key or is signed in."""


def needs(scope: str) -> params.Security:
    """For endpoints that need a scope."""
    found: params.Security = Security(_asked, scopes=[scope])
    return found


def principal_of(request: Request) -> Principal:
    """Who asks, in an endpoint that needs a scope."""
    who: Principal = request.state.principal
    return who


def permission_of(route: APIRoute) -> str | None:
    """The scope that a route needs; `open` if it answers everyone, `known` if it needs no scope, None if it declares nothing."""
    for one in route.dependencies:
        if isinstance(one, params.Security) and one.dependency is _asked:
            return one.scopes[0] if one.scopes else "known"
        if one.dependency is _anyone:
            return "open"
    return None


def all_declared(routes: Iterable[Any]) -> None:
    """Refuse an application with an endpoint of which nobody said what it needs.

    Raises:
        ValueError: an endpoint declares nothing.
    """
    bare = [route.path for route in routes if not isinstance(route, APIRoute) or not permission_of(route)]  # fmt: skip
    if bare:
        raise ValueError(f"no permission is declared for {', '.join(bare)}")
