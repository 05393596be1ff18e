"""Jobs: large inputs, checked in the background."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl
from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from cleanclaim.errors import CleanclaimError
from cleanclaim.report.formats import TABLES
from cleanclaim.report.result import finding_dict
from cleanclaim.server.access.permissions import needs, principal_of
from cleanclaim.server.answers import MEDIA
from cleanclaim.server.choices import NAMES, Choices
from cleanclaim.server.description import answers
from cleanclaim.server.engine import Held
from cleanclaim.server.jobs import Batch
from cleanclaim.server.problems import Problem, problem_of
from cleanclaim.server.routes.shared import (
    answered,
    body_of,
    in_thread,
    number_of,
    parameters,
    query_of,
    service_of,
)
from cleanclaim.server.work import report_name, table_name

router = APIRouter(tags=["jobs"])
_LONGEST_KEY: Final = 200
_MOST_ROWS: Final = 1_000
_OF_BATCH: Final = ("worklist", "replaces", "name")


@router.post(
    "/v1/jobs", dependencies=[needs("jobs")],
    status_code=202,
    summary="Check a large file in the background",
    openapi_extra={
        **body_of("application/edi-x12", "text/csv", MEDIA["xlsx"], MEDIA["parquet"], "application/zip", "application/gzip"),
        "parameters": parameters(
            format="The format of the report: " + ", ".join(MEDIA) + ". Default: json.",
            worklist="1 to make it a batch: its claims are kept, and its findings are in /v1/findings.",
            replaces="The batch whose claims are checked again; what people did about its findings carries over.",
            name="What people call the batch.",
            **dict.fromkeys(NAMES, "As for /v1/check."),
        ),
    },
)  # fmt: skip
async def add(request: Request) -> Response:
    """Stores the body and checks it in a process of its own; the answer says where to look.

    With the header Idempotency-Key, the same request again is the same job.
    """
    who = principal_of(request)
    service = service_of(request)
    query = query_of(request, *NAMES, *_OF_BATCH, "format")
    wanted = query.get("format") or "json"
    if wanted not in MEDIA:
        raise Problem(400, "option", f"format: expected {', '.join(MEDIA)}")
    choices = Choices.of(query, (*_OF_BATCH, "format"))
    await in_thread(_try, choices, service.engine.held)
    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= _LONGEST_KEY and key.isprintable()):
        raise Problem(400, "idempotency", f"Idempotency-Key: expected 1 to {_LONGEST_KEY} characters")  # fmt: skip
    job = await service.jobs.submit(
        who, choices, wanted, request.stream(), key, batch=_batch(query)
    )
    response = answered(job, service.engine.held, 202)
    response.headers["Location"] = f"/v1/jobs/{job['id']}"
    return response


@router.get("/v1/jobs", dependencies=[needs("results")], summary="Your jobs")
async def listed(request: Request) -> Response:
    """The jobs of this key, the newest first."""
    who = principal_of(request)
    query_of(request)
    service = service_of(request)
    return answered({"jobs": await in_thread(service.jobs.listed, who)}, service.engine.held)


@router.get("/v1/jobs/{job_id}", dependencies=[needs("results")], summary="One job")
async def one(request: Request, job_id: str) -> Response:
    """Its state (queued, running, done, failed, cancelled or expired), progress and summary."""
    who = principal_of(request)
    query_of(request)
    service = service_of(request)
    return answered(await in_thread(service.jobs.get, who, job_id), service.engine.held)


@router.delete(
    "/v1/jobs/{job_id}",
    dependencies=[needs("jobs")],
    status_code=204,
    summary="Cancel a job, or delete its results",
)
async def remove(request: Request, job_id: str) -> Response:
    """A job that runs is stopped. Its input and results are deleted."""
    who = principal_of(request)
    query_of(request)
    await service_of(request).jobs.remove(who, job_id)
    return Response(status_code=204)


@router.get(
    "/v1/jobs/{job_id}/report",
    dependencies=[needs("results")],
    summary="A job's report",
    response_class=FileResponse,
    openapi_extra=answers(*MEDIA.values()),
)
async def report(request: Request, job_id: str) -> Response:
    """The report in the format that the job was added with."""
    who = principal_of(request)
    query_of(request)
    service = service_of(request)
    folder, name = await in_thread(service.jobs.results, who, job_id)
    return FileResponse(folder / report_name(name), media_type=MEDIA[name], headers=service.engine.held.headers)  # fmt: skip


@router.get(
    "/v1/jobs/{job_id}/findings", dependencies=[needs("results")],
    summary="A job's findings, page by page",
    openapi_extra={"parameters": parameters(after="How many findings to skip. Default: 0.", limit="How many findings, up to 1,000. Default: 100.")},
)  # fmt: skip
async def findings(request: Request, job_id: str) -> Response:
    """Findings in the order of the claims. `next` is the value of `after` for the next page, or null."""
    who = principal_of(request)
    service = service_of(request)
    query = query_of(request, "after", "limit")
    limit = number_of(query.get("limit"), "limit", 100, _MOST_ROWS)
    after = query.get("after") or "0"
    if not after.isascii() or not after.isdigit() or len(after) > 12:
        raise Problem(400, "option", "after: expected a whole number")
    folder, _ = await in_thread(service.jobs.results, who, job_id)
    rows = await in_thread(_rows, folder / table_name("findings"), int(after), limit + 1)
    following = int(after) + limit if len(rows) > limit else None
    return answered({"findings": rows[:limit], "next": following}, service.engine.held)


@router.get(
    "/v1/jobs/{job_id}/tables/{table}",
    dependencies=[needs("results")],
    summary="One of a job's tables as Parquet",
)
async def table(request: Request, job_id: str, table: str) -> Response:
    """The tables findings, claims and not-checked."""
    who = principal_of(request)
    query_of(request)
    service = service_of(request)
    if table not in TABLES:
        raise Problem(404, "table", f"expected {', '.join(TABLES)}")
    folder, _ = await in_thread(service.jobs.results, who, job_id)
    return FileResponse(folder / table_name(table), media_type=MEDIA["parquet"], headers=service.engine.held.headers)  # fmt: skip


def _batch(query: Mapping[str, str]) -> Batch | None:
    """What makes a job a batch, if it is to be one."""
    asked = query.get("worklist", "")
    if asked not in {"", "0", "1"}:
        raise Problem(400, "option", "worklist: expected 1 or 0")
    replaces = query.get("replaces") or None
    if asked != "1" and not replaces:
        return None
    return Batch(query.get("name") or "", replaces)


def _try(choices: Choices, held: Held) -> None:
    """Refuse wrong options before anything is stored."""
    try:
        choices.settings()
        choices.edits(held)
        choices.tables()
    except CleanclaimError as error:
        raise problem_of(error) from None


def _rows(path: Path, after: int, limit: int) -> list[dict[str, object]]:
    rows = pl.scan_parquet(path).slice(after, limit).collect()
    return [finding_dict(row) for row in rows.iter_rows(named=True)]
