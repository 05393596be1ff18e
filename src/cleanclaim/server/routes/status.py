"""Whether the service runs, is ready, and what it has done."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from cleanclaim.server.access.permissions import OPEN, needs
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import answered, in_thread, service_of
from cleanclaim.version import VERSION

router = APIRouter(tags=["status"])


@router.get("/healthz", dependencies=[OPEN], summary="Whether the process runs")
async def healthz() -> dict[str, str]:
    """Answers as long as the process does."""
    return {"status": "ok"}


@router.get("/readyz", dependencies=[OPEN], summary="Whether requests can be answered")
async def readyz(request: Request) -> dict[str, str]:
    """Answers 200 if the reference is loaded and the database answers, else 503."""
    service = service_of(request)
    if not await in_thread(service.database.is_ready):
        raise Problem(503, "database", "the database doesn't answer")
    return {"status": "ready", "version": VERSION, "lock": service.engine.held.digest}


@router.get(
    "/metrics",
    dependencies=[needs("admin")],
    summary="Counts and times for Prometheus",
    response_class=PlainTextResponse,
)
async def metrics(request: Request) -> Response:
    """Counts of requests by route and status, their times, and jobs by state. With keys, it needs the scope admin."""
    service = service_of(request)
    jobs = await in_thread(service.jobs.counts)
    return PlainTextResponse(service.metrics.text(jobs), media_type="text/plain; version=0.0.4")


@router.get(
    "/v1/reference",
    dependencies=[needs("codes")],
    tags=["reference"],
    summary="The releases in use",
)
async def reference(request: Request) -> Response:
    """Every reference table's releases: the days that they cover, their rows and hashes."""
    held = service_of(request).engine.held
    found = await in_thread(held.reference.releases)
    rows: list[dict[str, Any]] = [
        {name: str(value) if name.startswith(("covers", "published")) and value is not None else value for name, value in row.items()}
        for row in found.iter_rows(named=True)
    ]  # fmt: skip
    return answered({"lock": held.digest, "releases": rows}, held)


@router.post(
    "/v1/reference/reload",
    dependencies=[needs("admin")],
    tags=["reference"],
    summary="Load the reference again",
)
async def reload(request: Request) -> Response:
    """Loads the store and the edits again, after an import. Requests that have begun keep the former tables."""
    held = await in_thread(service_of(request).engine.reload)
    return answered({"lock": held.digest}, held)
