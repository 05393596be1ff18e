"""The cookies of the pages: for this host and the whole site only, out of the reach of scripts, and over https only if it is used."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any, Final

from starlette.requests import Request

from cleanclaim.server.settings import ServerSettings

SESSION: Final = "cleanclaim"
SIGNING_IN: Final = "cleanclaim-signing-in"
SIGN_ON: Final = "cleanclaim-sign-on"


def read(request: Request, name: str, settings: ServerSettings) -> str:
    """A cookie's value; empty if the request has none."""
    return request.cookies.get(_full(request, name, settings), "")


def written(request: Request, name: str, value: str, settings: ServerSettings, seconds: int | None = None) -> str:  # fmt: skip
    """A cookie as the header Set-Cookie has it.

    Args:
        request: the request that is answered.
        name: the cookie's name.
        value: its value; an empty one removes it.
        settings: what the operator decided.
        seconds: how long the browser keeps it; None until it is closed.
    """
    full = _full(request, name, settings)
    cookie: SimpleCookie = SimpleCookie({full: value})
    said: dict[str, Any] = {"path": "/", "httponly": True, "samesite": "Lax"}
    if is_secure(request, settings):
        said["secure"] = True
    if not value or seconds is not None:
        said["max-age"] = seconds if value else 0
    cookie[full].update(said)
    return cookie[full].OutputString()


def is_secure(request: Request, settings: ServerSettings) -> bool:
    """Whether the browser uses https, as the operator or a trusted proxy says."""
    return settings.public_url.startswith("https:") or request.url.scheme == "https"


def _full(request: Request, name: str, settings: ServerSettings) -> str:
    """The name with the prefix for which browsers refuse cookies of other hosts and of http."""
    return f"__Host-{name}" if is_secure(request, settings) else name
