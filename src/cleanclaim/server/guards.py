"""What every request passes before it is answered: its size, its speed, its origin, how often; and what is logged of it.

These are plain ASGI middleware, since they must act while a body still arrives.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cleanclaim.server.metrics import Metrics, method_of
from cleanclaim.server.problems import Problem, busy, internal
from cleanclaim.server.settings import Limits, ServerSettings, is_loopback

LOG: Final = logging.getLogger("cleanclaim.server")
_LONGEST_NUMBER: Final = 18
_UPLOADS: Final = ("/v1/jobs", "/batches", "/denials", "/reference/import")
_UPLOAD_TIME: Final = 10
_MOST_CLIENTS: Final = 10_000
_MINUTE: Final = 60.0
_GONE: Final = 499
"""The status that is logged for a client that left before its answer."""


class Guard:
    """The outermost layer.

    It gives each request an id, refuses what is too large, too slow, too often or from another site,
    answers errors as problems, and logs one line: id, method, route, status, milliseconds and sizes.
    Nothing of a request's content, query or path values is logged.

    Args:
        app: the application.
        settings: what the operator decided.
        metrics: counts requests.
        is_open: says whether requests are answered without a key or sign-in.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: ServerSettings,
        metrics: Metrics,
        is_open: Callable[[], Awaitable[bool]],
    ) -> None:
        self._is_open = is_open
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._rates = _Rates(settings.limits.per_minute)
        self._now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Seen(scope, receive, send, self._settings.limits)
        self._now += 1
        try:
            await self._admit(scope)
            await self._app(scope, seen.receive, seen.send)
        except Problem as problem:
            await seen.refuse(problem)
        except ConnectionError:
            seen.status = _GONE
        except Exception as error:
            seen.fault = type(error).__name__
            LOG.debug("request %s", seen.id, exc_info=error)
            await seen.refuse(internal())
        finally:
            self._now -= 1
            self._tell(scope, seen)

    async def _admit(self, scope: Scope) -> None:
        headers = {name.lower(): value for name, value in scope["headers"]}
        limits = self._settings.limits
        if self._now > limits.at_once:
            raise busy()
        client = (scope.get("client") or ("unknown",))[0]
        if wait := self._rates.wait(client):
            raise Problem(429, "rate", "too many requests in this minute", headers={"Retry-After": str(wait)})  # fmt: skip
        if not _is_local(headers) and await self._is_open():
            raise Problem(403, "origin", "this service answers programs and pages of this machine only")  # fmt: skip
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > _LONGEST_NUMBER:
            raise Problem(400, "request", "the header Content-Length isn't a number")
        if int(length) > most_bytes(scope["path"], limits):
            raise too_large(scope["path"], limits)

    def _tell(self, scope: Scope, seen: _Seen) -> None:
        route = getattr(scope.get("route"), "path", None) or "none"
        seconds = time.monotonic() - seen.began
        self._metrics.request(method_of(scope["method"]), route, seen.status, seconds)
        told: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "id": seen.id,
            "method": method_of(scope["method"]),
            "route": route,
            "status": seen.status,
            "ms": round(seconds * 1000, 1),
            "bytes_in": seen.bytes_in,
            "bytes_out": seen.bytes_out,
        }
        if seen.fault:
            told["fault"] = seen.fault
        LOG.info(json.dumps(told))


class _Seen:
    """One request as it arrives and is answered, with its limits."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, limits: Limits) -> None:
        self.id = uuid.uuid4().hex
        self.began = time.monotonic()
        self.status = _GONE
        self.bytes_in = self.bytes_out = 0
        self.fault: str | None = None
        self._receive, self._send = receive, send
        self._path, self._limits = scope["path"], limits
        self._state = scope.setdefault("state", {})
        self._state["request_id"] = self.id
        self._is_whole = self._is_started = False
        seconds = limits.receive_seconds * (_UPLOAD_TIME if is_upload(self._path) else 1)
        self._until = self.began + seconds

    async def receive(self) -> Message:
        """The next part of the request; refused if it is too late or too much."""
        if self._is_whole:
            return await self._receive()
        left = min(self._until - time.monotonic(), self._limits.pause_seconds)
        try:
            message = await asyncio.wait_for(self._receive(), max(left, 0.001))
        except TimeoutError:
            raise Problem(408, "slow", "the request took too long to arrive", headers={"Connection": "close"}) from None  # fmt: skip
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        self.bytes_in += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self.bytes_in > most_bytes(self._path, self._limits):
            raise too_large(self._path, self._limits)
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self._is_started = True
            self.status = message["status"]
            message["headers"] = [*message.get("headers", []), *_ALWAYS, (b"x-request-id", self.id.encode())]  # fmt: skip
            if cookie := self._state.get("cookie"):
                message["headers"].append((b"set-cookie", cookie.encode("latin-1")))
        self.bytes_out += len(message.get("body", b""))
        await self._send(message)

    async def refuse(self, problem: Problem) -> None:
        """Answer with a problem, unless the answer has begun."""
        if self._is_started:
            return
        if not self._is_whole:  # the rest of the body isn't read
            problem.headers["Connection"] = "close"
        is_fhir = self._path.startswith("/fhir/")
        response = problem.outcome(self.id) if is_fhir else problem.response(self.id)
        await response({"type": "http", "method": "GET"}, self._receive, self.send)


_ALWAYS: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (
        b"referrer-policy",
        b"same-origin",
    ),  # without one, a browser sends forms with the origin "null"
    (b"x-frame-options", b"DENY"),
)


class _Rates:
    """How many requests each client made in the present minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait(self, client: str) -> int:
        """Count a request; the seconds to wait if it is one too many."""
        if not self._most:
            return 0
        now = time.monotonic()
        began, count = self._counts.pop(client, (now, 0))
        if now - began >= _MINUTE:
            began, count = now, 0
        self._counts[client] = began, count + 1
        if len(self._counts) > _MOST_CLIENTS:
            self._counts.popitem(last=False)
        return max(int(began + _MINUTE - now), 1) if count >= self._most else 0


def is_upload(path: str) -> bool:
    """Whether a request's body is a job's input."""
    return path.rstrip("/") in _UPLOADS


def most_bytes(path: str, limits: Limits) -> int:
    """The most bytes of a request's body."""
    return limits.upload if is_upload(path) else limits.body


def too_large(path: str, limits: Limits) -> Problem:
    """The problem of a body that is too large."""
    hint = "" if is_upload(path) else "; send larger files as a job (POST /v1/jobs)"
    most = most_bytes(path, limits)
    return Problem(413, "size", f"the body is larger than {most:,} bytes{hint}", headers={"Connection": "close"})  # fmt: skip


def _is_local(headers: dict[bytes, bytes]) -> bool:
    """Whether a request names this machine as its host, and comes from no other site's page."""
    host = _host(headers.get(b"host", b"").decode("latin-1"))
    origin = headers.get(b"origin", b"").decode("latin-1")
    site = headers.get(b"sec-fetch-site", b"")
    is_own = not origin or is_loopback(_host(origin.partition("://")[2]))
    return is_loopback(host) and is_own and site != b"cross-site"


def _host(given: str) -> str:
    """A host without its port."""
    if given.startswith("["):
        return given.partition("]")[0].removeprefix("[")
    return given.partition(":")[0]
