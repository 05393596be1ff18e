"""Pages are for people at this machine; with access from elsewhere they need a sign-in, which isn't built yet."""

from __future__ import annotations

from starlette.requests import Request

from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import Service, service_of


def here(request: Request) -> Service:
    """The service, for a request from this machine.

    Raises:
        Problem: the service needs keys, which a page can't give.
    """
    service = service_of(request)
    if not service.settings.is_open:
        raise Problem(403, "pages", "the web pages are for this machine only: this service needs API keys")  # fmt: skip
    return service
