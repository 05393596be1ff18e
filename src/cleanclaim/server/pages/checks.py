"""The pages that begin a check: a file or pasted text in the background, and what was checked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from cleanclaim.model import PAYER_CLASSES
from cleanclaim.server.access.permissions import needs, principal_of
from cleanclaim.server.choices import Choices
from cleanclaim.server.example import EXAMPLE, check_example
from cleanclaim.server.forms import form_of
from cleanclaim.server.jobs import Batch
from cleanclaim.server.kept import Kept
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import Service, in_thread, service_of

router = APIRouter(include_in_schema=False)
_AT_ONCE: Final = 1 << 20
_SEE_OTHER: Final = 303
_LATEST: Final = 4


@router.get("/", dependencies=[needs("results")])
async def check(request: Request) -> Response:
    """Where to begin: drop a file, paste, or fill in a claim; for those who add nothing, what was checked."""
    if not principal_of(request).may("jobs"):
        return RedirectResponse("/batches", _SEE_OTHER)
    return await _start(request)


@router.get("/batches", dependencies=[needs("results")])
async def batches(request: Request) -> Response:
    """What was checked."""
    service = service_of(request)
    return page(request, "batches.html", jobs=await in_thread(service.jobs.listed, principal_of(request)))  # fmt: skip


@router.post("/batches", dependencies=[needs("jobs")])
async def add(request: Request) -> Response:
    """Check a file or pasted text in the background; with `replaces`, the claims of a batch again."""
    service = service_of(request)
    async with form_of(request) as form:  # fmt: skip
        try:
            job_id = await _added(service, request, form)
        except Problem as problem:
            words = "; ".join([problem.detail, *problem.faults])
            return await _start(request, problem.status, words)
    return RedirectResponse(f"/batches/{job_id}", _SEE_OTHER)


@router.post("/batches/example", dependencies=[needs("jobs")])
async def example(request: Request) -> Response:
    """Check a day at an invented clinic."""
    service = service_of(request)
    job_id = await check_example(service.jobs, principal_of(request))
    return RedirectResponse(f"/batches/{job_id}", _SEE_OTHER)


async def _start(request: Request, status: int = 200, error: str | None = None) -> Response:
    """The first page, with the latest checks."""
    latest = await in_thread(service_of(request).jobs.listed, principal_of(request), _LATEST)
    return page(request, "check.html", status, error=error, payer_classes=PAYER_CLASSES, latest=latest, example_name=EXAMPLE)  # fmt: skip


async def _added(service: Service, request: Request, form: FormData) -> str:
    """Store what the form gives as a batch; its id."""
    choices = Choices(payer_class=str(form.get("payer_class") or "") or None)
    replaces = str(form.get("replaces") or "") or None
    name = ""
    if replaces:
        earlier = await in_thread(service.jobs.batch, principal_of(request), replaces)
        choices, name = earlier["choices"], earlier["name"] or ""
    file, text = form.get("file"), form.get("text")
    if isinstance(file, UploadFile) and file.size:
        return await begun(service, request, choices, file, Batch(file.filename or name, replaces))
    if isinstance(text, str) and text.strip():
        return await begun(service, request, choices, text.encode(), Batch("pasted", replaces))
    if replaces and form.get("same"):
        return await begun_again(service, request, replaces)
    raise Problem(422, "claims", "choose a file, or paste claims")


async def begun(
    service: Service, request: Request, choices: Choices, content: UploadFile | bytes, batch: Batch
) -> str:
    """Begin to check some claims; the batch's id."""
    job = await service.jobs.submit(
        principal_of(request), choices, "html", _parts(content), batch=batch
    )
    return str(job["id"])


async def begun_again(service: Service, request: Request, job_id: str) -> str:
    """Begin to check the claims of a batch again, as they are; the new batch's id.

    Raises:
        Problem: there is no such batch of this person.
    """
    earlier = await in_thread(service.jobs.batch, principal_of(request), job_id)
    content = await in_thread(Kept(service.jobs.folder(job_id)).upload.read_bytes)
    return await begun(service, request, earlier["choices"], content, Batch(earlier["name"] or "", job_id))  # fmt: skip


async def _parts(content: UploadFile | bytes) -> AsyncIterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    while part := await content.read(_AT_ONCE):
        yield part
