"""What endpoints share: who asks, what they are answered with, and how their bodies are described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any, TypeVar

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cleanclaim.errors import CleanclaimError
from cleanclaim.read.dates import parse
from cleanclaim.server.access.gate import Gate
from cleanclaim.server.access.sign_on import Provider
from cleanclaim.server.access.throttle import Throttle
from cleanclaim.server.batching import Together
from cleanclaim.server.checkers import Checkers
from cleanclaim.server.database import Database
from cleanclaim.server.engine import Engine, Held
from cleanclaim.server.favorites import Favorites
from cleanclaim.server.imports import Imports
from cleanclaim.server.jobs import Jobs
from cleanclaim.server.metrics import Metrics
from cleanclaim.server.problems import Problem, problem_of
from cleanclaim.server.settings import ServerSettings
from cleanclaim.server.worklist.findings import Findings
from cleanclaim.server.worklist.views import Views

Found = TypeVar("Found")


@dataclass(frozen=True)
class Service:
    """The parts of a running service.

    Attributes:
        settings: what the operator decided.
        engine: the reference, the edits and the encoder.
        database: keys, jobs and the audit trail.
        gate: finds out who asks.
        throttle: counts failed sign-ins.
        provider: the provider of single sign-on, if there is one.
        jobs: the jobs.
        checkers: the processes that check small requests.
        together: collects small requests.
        executor: where claims are checked.
        metrics: counts and times.
    """

    settings: ServerSettings
    engine: Engine
    database: Database
    gate: Gate
    throttle: Throttle
    provider: Provider | None
    jobs: Jobs
    checkers: Checkers
    together: Together
    executor: Executor
    metrics: Metrics

    @cached_property
    def findings(self) -> Findings:
        """The findings of batches, which people work on."""
        return Findings(self.database)

    @cached_property
    def views(self) -> Views:
        """Saved views of the worklist."""
        return Views(self.database)

    @cached_property
    def imports(self) -> Imports:
        """Imports of publishers' files."""
        return Imports(self.settings.store, self.engine.reload)

    @cached_property
    def favorites(self) -> Favorites:
        """The codes that people want to find again."""
        return Favorites(self.database)


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    service: Service = request.app.state.service
    return service


async def in_thread(work: Callable[..., Found], *arguments: Any, **options: Any) -> Found:
    """Do something that takes a while, without keeping other requests waiting.

    Raises:
        Problem: the library refused what it was given.
    """
    try:
        return await anyio.to_thread.run_sync(partial(work, *arguments, **options))
    except CleanclaimError as error:
        raise problem_of(error) from None


def answered(content: Any, held: Held, status: int = 200) -> JSONResponse:
    """A JSON answer that says what it is based on."""
    return JSONResponse(content, status, headers=held.headers)


def as_it_is(body: bytes, media: str, held: Held) -> Response:
    """An answer that is written already."""
    return Response(body, media_type=media, headers=held.headers)


def query_of(request: Request, *names: str) -> Mapping[str, str]:
    """The query's parameters.

    Raises:
        Problem: one is unknown or given twice.
    """
    query = request.query_params
    pairs = query.multi_items()
    if len({name for name, _ in pairs}) < len(pairs):
        raise Problem(400, "option", "a parameter of the query is given twice")
    if any(name not in names for name, _ in pairs):
        raise Problem(400, "option", "the query has an unknown parameter", [f"expected {', '.join(names) or 'none'}"])  # fmt: skip
    return query


def day_of(given: str | None, name: str = "on") -> date | None:
    """A day in a query or body.

    Raises:
        Problem: it isn't one.
    """
    if given is None or given == "":
        return None
    day = parse(given) if isinstance(given, str) else None
    if day is None:
        raise Problem(400, "option", f"{name}: expected a date (YYYY-MM-DD)")
    return day.date


def number_of(given: str | None, name: str, default: int, most: int) -> int:
    """A whole number from 1 in a query.

    Raises:
        Problem: it isn't one.
    """
    if given is None or given == "":
        return default
    if not given.isascii() or not given.isdigit() or len(given) > 9 or not 1 <= int(given) <= most:
        raise Problem(400, "option", f"{name}: expected a whole number from 1 to {most:,}")
    return int(given)


def body_of(*media: str, schema: dict[str, Any] | None = None, example: Any = None) -> dict[str, Any]:  # fmt: skip
    """How OpenAPI describes a body that the endpoint reads itself.

    Args:
        *media: the media types that it takes.
        schema: what its JSON is like; by default any object.
        example: an example of the first one.
    """
    content: dict[str, dict[str, Any]] = {
        name: {"schema": (schema or {"type": "object"}) if name.endswith("json") else {"type": "string", "format": "binary"}}
        for name in media
    }  # fmt: skip
    if example is not None:
        content[media[0]]["example"] = example
    return {"requestBody": {"required": True, "content": content}}


def parameters(**described: str) -> list[dict[str, Any]]:
    """How OpenAPI describes a query."""
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": words,
            "schema": {"type": "string"},
        }
        for name, words in described.items()
    ]
