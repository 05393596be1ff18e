"""The application: its parts, its endpoints, and what surrounds them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final
from urllib.parse import quote

import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp

from cleanclaim.errors import CleanclaimError
from cleanclaim.server.access.gate import Gate
from cleanclaim.server.access.permissions import all_declared
from cleanclaim.server.access.principals import LOCAL
from cleanclaim.server.access.sign_on import Provider
from cleanclaim.server.access.throttle import Throttle
from cleanclaim.server.batching import Together
from cleanclaim.server.checkers import Checkers
from cleanclaim.server.database import Database, opened
from cleanclaim.server.description import described
from cleanclaim.server.engine import Engine
from cleanclaim.server.example import check_example, is_new
from cleanclaim.server.failing import problem_of_machine
from cleanclaim.server.guards import LOG, Guard
from cleanclaim.server.jobs import Jobs
from cleanclaim.server.metrics import Metrics
from cleanclaim.server.pages import (
    admin,
    analysis,
    audits,
    batch,
    checks,
    edits,
    files,
    knowledge,
    learn,
    one_claim,
    payers,
    payments,
    reference,
    sign_on,
    signing,
    worklist,
)  # fmt: skip
from cleanclaim.server.pages import codes as code_pages
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.problems import Problem, internal, problem_of
from cleanclaim.server.routes import check, codes, fhir, findings, jobs, notes, remittances, status
from cleanclaim.server.routes.shared import Service
from cleanclaim.server.settings import ServerSettings
from cleanclaim.version import VERSION

_THREADS: Final = 2
"""How many runs of the engine take place at the same time; Polars uses more threads itself."""
PARTS: Final = (
    check, fhir, codes, notes, jobs, findings, remittances, status, checks, one_claim, worklist, batch, payments, payers, audits, analysis, learn, code_pages,
    knowledge, edits, reference,     signing, sign_on, admin, files,
)  # fmt: skip
"""The modules that hold the endpoints; there are no others."""
_UNKNOWN: Final = 401
_SEE_OTHER: Final = 303
_NOT_SO: Final = 405
_WORDS: Final = {404: "there is nothing at this path", 405: "this path doesn't take this method"}


def make_app(
    settings: ServerSettings, database: Database | None = None, *, with_example: bool = False
) -> ASGIApp:
    """The service as an ASGI application.

    Args:
        settings: what the operator decided.
        database: an open database; by default the one that the settings name.
        with_example: check an invented clinic's day at the start if nothing was ever checked.

    Raises:
        ConfigError: the database can't be opened.
        ReferenceProblem: the reference store can't be read.
    """
    metrics = Metrics()
    executor = ThreadPoolExecutor(_THREADS, "check")
    held = database or opened(settings)
    gate = Gate(settings, held)
    provider = Provider(settings.sign_on) if settings.sign_on else None
    engine = Engine(settings)
    checkers = Checkers(settings, executor, lambda: engine.held)
    service = Service(
        settings, engine, held, gate, Throttle(), provider, Jobs(settings, held), checkers, Together(checkers, metrics.run), executor, metrics
    )  # fmt: skip
    app = FastAPI(
        title="cleanclaim",
        version=VERSION,
        description="Check US medical claims, and look up their codes.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    app.state.service = service
    app.state.with_example = with_example and is_new(held)
    for part in PARTS:
        all_declared(part.router.routes)
        app.include_router(part.router)
    routes = [route for part in PARTS for route in part.router.routes if isinstance(route, APIRoute)]  # fmt: skip
    app.state.endpoints = routes
    app.openapi = partial(described, app, routes)  # type: ignore[method-assign]
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(CleanclaimError, _refused)
    app.add_exception_handler(sa.exc.SQLAlchemyError, _of_machine)
    app.add_exception_handler(OSError, _of_machine)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _fault)
    return Guard(app, settings, metrics, gate.is_open)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    service.checkers.start()
    service.together.start()
    service.jobs.start()
    if app.state.with_example:
        await check_example(service.jobs, LOCAL)
    with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread, or Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, _reload, service)
    yield
    await service.jobs.stop()
    await service.together.stop()
    service.checkers.stop()
    service.executor.shutdown(wait=False, cancel_futures=True)
    service.database.engine.dispose()


def _reload(service: Service) -> None:
    """Load the reference again, in a thread; a failure leaves the former one."""

    def load() -> None:
        try:
            service.engine.reload()
        except CleanclaimError as error:
            LOG.warning("the reference was not loaded again: %s", error)

    asyncio.get_running_loop().run_in_executor(None, load)


def _id(request: Request) -> str | None:
    found: str | None = request.scope.get("state", {}).get("request_id")
    return found


async def _problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        raise error
    if request.url.path.startswith("/fhir/"):
        return error.outcome(_id(request))
    if error.status == _UNKNOWN and _is_of_page(request):
        return _to_sign_in(request)
    if _wants_page(request):
        shown = error.body()
        return page(request, "problem.html", error.status, title=shown["title"], detail=error.detail, faults=error.faults)  # fmt: skip
    return error.response(_id(request))


def _is_of_page(request: Request) -> bool:
    """Whether a page asked, or a browser for one."""
    return _wants_page(request) or "hx-request" in request.headers


def _to_sign_in(request: Request) -> Response:
    """Go and sign in, then come back."""
    if "hx-request" in request.headers:  # a part of a page can't show where to sign in
        return Response(status_code=_UNKNOWN, headers={"HX-Redirect": "/sign-in"})
    place = request.url.path if request.method == "GET" else "/"
    query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
    return RedirectResponse(f"/sign-in?next={quote(place + query)}", _SEE_OTHER)


def _wants_page(request: Request) -> bool:
    """Whether a person's browser asked, and not a program."""
    is_page = not request.url.path.startswith("/v1/")
    return is_page and "text/html" in request.headers.get("accept", "")


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, CleanclaimError):
        raise error
    return await _problem(request, problem_of(error))


async def _of_machine(request: Request, error: Exception) -> Response:
    problem = problem_of_machine(error)
    if problem is None:
        raise error
    LOG.warning("%s: %s", problem.kind, type(error).__name__)
    return await _problem(request, problem)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    words = _WORDS.get(error.status_code, "the request can't be answered")
    headers = {**(error.headers or {}), **({"Allow": _methods(request)} if error.status_code == _NOT_SO else {})}  # fmt: skip
    return await _problem(request, Problem(error.status_code, "request", words, headers=headers))


def _methods(request: Request) -> str:
    """The methods that a request's path takes; Starlette names those of one endpoint only."""
    fitting = [route for route in request.app.state.endpoints if route.path_regex.match(request.url.path)]  # fmt: skip
    return ", ".join(sorted({method for route in fitting for method in route.methods}))


async def _invalid(request: Request, error: Exception) -> Response:
    del error  # it repeats what was given
    return await _problem(request, Problem(400, "request", "the request isn't as described in /v1/openapi.json"))  # fmt: skip


async def _fault(request: Request, error: Exception) -> Response:
    del error  # the guard logs its kind
    return await _problem(request, internal())
