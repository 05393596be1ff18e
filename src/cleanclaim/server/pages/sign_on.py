"""The way to the provider of single sign-on and back."""

from __future__ import annotations

import hmac
from typing import Final

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cleanclaim.server.access import cookies
from cleanclaim.server.access.permissions import OPEN
from cleanclaim.server.access.principals import Principal
from cleanclaim.server.access.sign_on import Asking, Provider, SignOnError
from cleanclaim.server.access.sign_on_users import user_of
from cleanclaim.server.guards import LOG
from cleanclaim.server.pages.signing import asking_page, own_path, welcome
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import service_of

router = APIRouter(include_in_schema=False)
_SEE_OTHER: Final = 303
_SECONDS: Final = 600
_FAILED: Final = "The sign-in didn't succeed. Try again, or ask who manages this service."
_THREADS: Final = anyio.CapacityLimiter(4)
"""How many requests wait for the provider at the same time, so that a slow one keeps nothing else waiting."""
_BACK: Final = "/sign-in/callback"


@router.get("/sign-in/provider", dependencies=[OPEN])
async def to_provider(request: Request, next: str = "/") -> Response:  # noqa: A002 - the parameter's name in the address
    """Go to the provider."""
    provider, asking = _provider(request), Asking.new(own_path(next))
    try:
        place = await anyio.to_thread.run_sync(
            provider.address, asking, _back(request), limiter=_THREADS
        )
    except SignOnError as error:
        return _failed(request, error)
    request.state.cookie = cookies.written(request, cookies.SIGN_ON, asking.text(), service_of(request).settings, _SECONDS)  # fmt: skip
    return RedirectResponse(place, _SEE_OTHER)


@router.get(_BACK, dependencies=[OPEN])
async def from_provider(request: Request, code: str = "", state: str = "", iss: str = "") -> Response:  # fmt: skip
    """Come back from the provider, with a code for what it says about the user."""
    service, provider = service_of(request), _provider(request)
    kept = cookies.read(request, cookies.SIGN_ON, service.settings)
    request.state.cookie = cookies.written(request, cookies.SIGN_ON, "", service.settings)

    def found(asking: Asking) -> Principal:
        claims = provider.claims(code, asking, _back(request))
        return user_of(service.database, provider.settings, claims)

    try:
        asking = Asking.of(kept)
        _check(provider, asking, code, state, iss)
        who = await anyio.to_thread.run_sync(found, asking, limiter=_THREADS)
    except SignOnError as error:
        return _failed(request, error)
    return await welcome(request, who, own_path(asking.place), "signed in at the provider")


def _check(provider: Provider, asking: Asking, code: str, state: str, iss: str) -> None:
    """Make sure that an answer is for this browser's request.

    Raises:
        SignOnError: it isn't, or the provider refused.
    """
    if not hmac.compare_digest(state.encode(), asking.state.encode()):
        raise SignOnError("the answer is for another request")
    if iss and iss != provider.settings.issuer:
        raise SignOnError("the answer comes from another provider")
    if not code:
        raise SignOnError("the provider refused")


def _failed(request: Request, error: SignOnError) -> Response:
    LOG.warning("single sign-on: %s", error)
    return asking_page(request, "/", 401, _FAILED)


def _provider(request: Request) -> Provider:
    """The provider.

    Raises:
        Problem: the service has none.
    """
    found = service_of(request).provider
    if found is None:
        raise Problem(404, "request", "this service has no single sign-on")
    return found


def _back(request: Request) -> str:
    """The address to which the provider sends a browser back."""
    settings = service_of(request).settings
    base = settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
    return base.rstrip("/") + _BACK
