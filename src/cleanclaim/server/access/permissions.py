"""What each endpoint needs: declared where the endpoint is, and asked before it runs.

Every endpoint has `needs(scope)` or `OPEN` among its dependencies; the application isn't made if one has neither.
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
    who: Principal = await request.app.state.service.gate.who(request)
    request.state.principal = who
    for scope in wanted.scopes:
        if not who.may(scope):
            words = f"this API key doesn't have the scope {scope}" if who.kind == "key" else f"the role {who.role} may not do this"  # fmt: skip
            raise Problem(403, "scope", words)


async def _anyone() -> None:
    """Let every request pass."""


OPEN: Final = Depends(_anyone)
"""For endpoints that answer everyone."""


def needs(scope: str) -> params.Security:
    """For endpoints that need a scope."""
    found: params.Security = Security(_asked, scopes=[scope])
    return found


def principal_of(request: Request) -> Principal:
    """Who asks, in an endpoint that needs a scope."""
    who: Principal = request.state.principal
    return who


def permission_of(route: APIRoute) -> str | None:
    """The scope that a route needs; `open` if it answers everyone, None if it declares nothing."""
    for one in route.dependencies:
        if isinstance(one, params.Security) and one.dependency is _asked and one.scopes:
            return one.scopes[0]
        if one.dependency is _anyone:
            return "open"
    return None


def all_declared(routes: Iterable[Any]) -> None:
    """Refuse an application with an endpoint of which nobody said what it needs.

    Raises:
        ValueError: an endpoint declares nothing.
    """
    bare = [route.path for route in routes if isinstance(route, APIRoute) and not permission_of(route)]  # fmt: skip
    if bare:
        raise ValueError(f"no permission is declared for {', '.join(bare)}")
