"""The pages that check: a file in the background, one claim as it is typed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import resources
from typing import Any, Final

import polars as pl
from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import FileResponse, RedirectResponse, Response

from cleanclaim.edits.edit import Disposition
from cleanclaim.model import PAYER_CLASSES
from cleanclaim.report.result import finding_dict
from cleanclaim.server.access.permissions import needs, principal_of
from cleanclaim.server.checking import Asked, report_of
from cleanclaim.server.choices import Choices
from cleanclaim.server.forms import fields_of, form_of
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.pages.form import (
    DIAGNOSES,
    EXAMPLE,
    HEAD,
    LINE,
    LINES,
    boxes_of,
    claim_of,
    field_of,
)
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import in_thread, service_of
from cleanclaim.server.work import report_name, table_name

router = APIRouter(include_in_schema=False)
_SHOWN: Final = 200
_AT_ONCE: Final = 1 << 20
_ORDERS: Final = {"dollars": ("at_risk_amount", True), "hardest": ("rank", False)}
"""By what the worklist is sorted, and whether the highest is first; otherwise it is in the order of the file."""
_SEE_OTHER: Final = 303


@router.get("/", dependencies=[needs("results")])
async def check(request: Request) -> Response:
    """Where to begin: drop a file, paste, or fill in a claim; for those who add nothing, what was checked."""
    if not principal_of(request).may("jobs"):
        return RedirectResponse("/batches", _SEE_OTHER)
    return page(request, "check.html", error=None, payer_classes=PAYER_CLASSES)


@router.get("/batches", dependencies=[needs("results")])
async def batches(request: Request) -> Response:
    """What was checked."""
    service = service_of(request)
    return page(
        request, "batches.html", jobs=await in_thread(service.jobs.listed, principal_of(request))
    )


@router.post("/batches", dependencies=[needs("jobs")])
async def add(request: Request) -> Response:
    """Check a file or pasted text in the background."""
    async with form_of(request) as form:
        try:
            job_id = await _added(request, form)
        except Problem as problem:
            words = "; ".join([problem.detail, *problem.faults])
            return page(request, "check.html", problem.status, error=words, payer_classes=PAYER_CLASSES)  # fmt: skip
    return RedirectResponse(f"/batches/{job_id}", _SEE_OTHER)


@router.post("/batches/example", dependencies=[needs("jobs")])
async def example(request: Request) -> Response:
    """Check a day at an invented clinic."""
    content = (resources.files("cleanclaim.server.pages") / "clinic-day.837").read_bytes()
    job_id = await _begun(request, Choices(), content)
    return RedirectResponse(f"/batches/{job_id}", _SEE_OTHER)


@router.get("/batches/{job_id}", dependencies=[needs("results")])
async def batch(request: Request, job_id: str) -> Response:
    """One batch: its progress, then its worklist."""
    service = service_of(request)
    job = await in_thread(service.jobs.get, principal_of(request), job_id)
    return page(request, "batch.html", job=job, dispositions=[one.value for one in Disposition])


@router.get("/batches/{job_id}/part", dependencies=[needs("results")])
async def part(request: Request, job_id: str) -> Response:
    """The part of a batch's page that changes."""
    service = service_of(request)
    job = await in_thread(service.jobs.get, principal_of(request), job_id)
    return page(request, "_batch.html", job=job, dispositions=[one.value for one in Disposition])


@router.get("/batches/{job_id}/rows", dependencies=[needs("results")])
async def rows(
    request: Request, job_id: str, words: str = "", disposition: str = "", sort: str = "dollars"
) -> Response:
    """A batch's findings that fit some words, in some order."""
    service = service_of(request)
    folder, _ = await in_thread(service.jobs.results, principal_of(request), job_id)
    found, count = await in_thread(_fitting, folder / table_name("findings"), words, disposition, sort)  # fmt: skip
    return page(request, "_rows.html", rows=found, count=count)


@router.get("/batches/{job_id}/report", dependencies=[needs("results")])
async def report(request: Request, job_id: str) -> Response:
    """The whole report as the command line writes it: a page that loads nothing."""
    service = service_of(request)
    folder, name = await in_thread(service.jobs.results, principal_of(request), job_id)
    return FileResponse(folder / report_name(name), media_type="text/html")


@router.post("/batches/{job_id}/remove", dependencies=[needs("jobs")])
async def remove(request: Request, job_id: str) -> Response:
    """Delete a batch."""
    await service_of(request).jobs.remove(principal_of(request), job_id)
    return RedirectResponse("/batches", _SEE_OTHER)


@router.get("/claim", dependencies=[needs("check")])
async def claim(request: Request, example: str = "") -> Response:
    """The form of one claim."""
    given = EXAMPLE if example else {}
    return page(request, "claim.html", head=HEAD, line=LINE, letters=DIAGNOSES, numbers=range(1, LINES + 1), given=given)  # fmt: skip


@router.post("/claim/check", dependencies=[needs("check")])
async def check_claim(request: Request) -> Response:
    """What is wrong with the claim in the form."""
    service = service_of(request)
    given = await fields_of(request)
    shown: dict[str, Any] = {"error": None, "faults": (), "claim": None, "findings": [], "not_checked": [], "boxes": {}}  # fmt: skip
    built = claim_of(given)
    if not built["lines"]:
        return page(request, "_found.html", **shown)
    asked = Asked([built], Choices(), "json", service.engine.held)
    try:
        found = await in_thread(lambda: report_of(asked).to_dict())
    except Problem as problem:
        shown |= {"error": problem.detail, "faults": problem.faults}
        return page(request, "_found.html", **shown)
    findings = [{**one, "field_name": field_of(one)} for one in found["findings"]]
    shown |= {"claim": found["claims"][0], "findings": findings, "boxes": boxes_of(findings)}
    shown["not_checked"] = found["summary"]["not_checked_by_reason"]
    return page(request, "_found.html", **shown)


async def _added(request: Request, form: FormData) -> str:
    """Store what the form gives as a job; its id."""
    choices = Choices(payer_class=str(form.get("payer_class") or "") or None)
    file, text = form.get("file"), form.get("text")
    if isinstance(file, UploadFile) and file.size:
        return await _begun(request, choices, file)
    if isinstance(text, str) and text.strip():
        return await _begun(request, choices, text.encode())
    raise Problem(422, "claims", "choose a file, or paste claims")


async def _begun(request: Request, choices: Choices, content: UploadFile | bytes) -> str:
    job = await service_of(request).jobs.submit(
        principal_of(request), choices, "html", _parts(content)
    )
    return str(job["id"])


async def _parts(content: UploadFile | bytes) -> AsyncIterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    while part := await content.read(_AT_ONCE):
        yield part


def _fitting(
    path: Any, words: str, disposition: str, sort: str
) -> tuple[list[dict[str, Any]], int]:
    """The first findings that fit, and how many do."""
    ranks = {one.value: one.rank for one in Disposition}
    rows = pl.scan_parquet(path).with_columns(
        pl.col("disposition").cast(pl.String).replace_strict(ranks, return_dtype=pl.Int64).alias("rank")
    )  # fmt: skip
    if disposition:
        rows = rows.filter(pl.col("disposition").cast(pl.String) == disposition)
    for word in words.lower().split()[:10]:
        texts = pl.concat_str([pl.col(name).fill_null("") for name in ("claim_id", "code", "name", "message")], separator=" ")  # fmt: skip
        rows = rows.filter(texts.str.to_lowercase().str.contains(word, literal=True))
    if sort in _ORDERS:
        column, descending = _ORDERS[sort]
        rows = rows.sort(column, descending=descending, nulls_last=True, maintain_order=True)
    found = rows.collect()
    return [finding_dict(row) for row in found.head(_SHOWN).iter_rows(named=True)], found.height
