"""The pages of audits: draw a sample, fill in its sheet beside the notes, and see the scorecard."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from cleanclaim.audit.interface import audit_plan
from cleanclaim.audit.page import sections
from cleanclaim.audit.population import MEASURES
from cleanclaim.audit.sheet import ASKED
from cleanclaim.audit.text import plan_text
from cleanclaim.server import audits
from cleanclaim.server.access.permissions import needs, principal_of
from cleanclaim.server.answers import MEDIA
from cleanclaim.server.audits import Audit
from cleanclaim.server.forms import form_of
from cleanclaim.server.kept import Kept
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import Service, in_thread, number_of, service_of

router = APIRouter(include_in_schema=False)
_SEE_OTHER: Final = 303
_METHODS: Final = {
    "simple": "simple: each claim has the same chance",
    "stratified": "stratified: by what is chosen beside",
    "pps": "by dollars: each dollar has the same chance",
    "risk": "by risk: outliers and dollars at risk first",
}


@router.get("/audits", dependencies=[needs("audit")])
async def every(request: Request) -> Response:
    """The audits, and where to begin one."""
    return page(request, "audits.html", **await in_thread(_overview, service_of(request), request), error=None)  # fmt: skip


@router.post("/audits", dependencies=[needs("audit")])
async def begin(request: Request) -> Response:
    """Draw a sample of a batch's claims."""
    service = service_of(request)
    async with form_of(request) as form:
        given = {name: str(value) for name, value in form.items()}
        by = [str(value) for value in form.getlist("by")]
    try:
        made = await in_thread(_begun, service, request, given, by)
    except Problem as problem:
        shown = await in_thread(_overview, service, request)
        return page(request, "audits.html", problem.status, **shown, error="; ".join([problem.detail, *problem.faults]))  # fmt: skip
    return RedirectResponse(f"/audits/{given['batch']}/{made.number}", _SEE_OTHER)


@router.get("/audits/{job_id}/{number}", dependencies=[needs("audit")])
async def sheet(request: Request, job_id: str, number: int) -> Response:
    """The sheet, each claim with its note."""
    audit = await _audit(request, job_id, number)
    return page(request, "audit_sheet.html", **await in_thread(_sheet, audit), job_id=job_id, number=number, error=None)  # fmt: skip


@router.post("/audits/{job_id}/{number}", dependencies=[needs("audit")])
async def mark(request: Request, job_id: str, number: int) -> Response:
    """Keep what the auditor filled in."""
    audit = await _audit(request, job_id, number)
    async with form_of(request) as form:
        try:
            await _keep(audit, form)
        except Problem as problem:
            words = "; ".join([problem.detail, *problem.faults])
            return page(request, "audit_sheet.html", problem.status, **await in_thread(_sheet, audit), job_id=job_id, number=number, error=words)  # fmt: skip
    return RedirectResponse(f"/audits/{job_id}/{number}", _SEE_OTHER)


@router.get("/audits/{job_id}/{number}/sheet.xlsx", dependencies=[needs("audit")])
async def workbook(request: Request, job_id: str, number: int) -> Response:
    """The sheet as a workbook."""
    audit = await _audit(request, job_id, number)
    content = await in_thread(audit.workbook)
    return Response(content, media_type=MEDIA["xlsx"], headers={"Content-Disposition": 'attachment; filename="sheet.xlsx"'})  # fmt: skip


@router.get("/audits/{job_id}/{number}/score", dependencies=[needs("audit")])
async def score(request: Request, job_id: str, number: int) -> Response:
    """The scorecard."""
    audit = await _audit(request, job_id, number)
    try:
        made = await in_thread(lambda: "".join(sections(audit.score())))
    except Problem as problem:
        words = "; ".join([problem.detail, *problem.faults])
        return page(request, "score.html", problem.status, job_id=job_id, number=number, made=None, error=words)  # fmt: skip
    return page(request, "score.html", job_id=job_id, number=number, made=Markup(made), error=None)  # noqa: S704 - the library's own page, which escapes


def _overview(service: Service, request: Request) -> dict[str, Any]:
    who = principal_of(request)
    batches = [job for job in service.jobs.listed(who) if job["is_batch"] and job["state"] == "done"]  # fmt: skip
    found = [
        {"batch": job, "number": one.number, "plan": one.plan()}
        for job in batches
        for one in audits.audits_of(Kept(service.jobs.folder(job["id"])))
    ]
    return {"batches": batches, "audits": found, "methods": _METHODS, "measures": MEASURES}


def _begun(service: Service, request: Request, given: dict[str, str], by: list[str]) -> Audit:
    who = principal_of(request)
    service.jobs.batch(who, given.get("batch", ""))
    kept = Kept(service.jobs.results(who, given["batch"])[0])
    size = number_of(given["size"], "size", 1, 1_000_000) if given.get("size") else None
    seed = number_of(given.get("seed"), "seed", 1, 10**8)
    plan = audit_plan(kept.report(), method=given.get("method", "simple"), size=size, seed=seed, by=by)  # fmt: skip
    return audits.begin(kept, plan)


def _sheet(audit: Audit) -> dict[str, Any]:
    plan, rows = audit.plan(), audit.rows()
    claims: dict[str, list[dict[str, Any]]] = {}
    for index, row in enumerate(rows):
        claims.setdefault(row["unit"], []).append(row | {"index": index})
    judged = sum(bool(row["agree"]) for row in rows)
    return {"plan": plan, "text": plan_text(plan), "claims": claims, "asked": ASKED, "judged": judged, "count": len(rows)}  # fmt: skip


async def _keep(audit: Audit, form: FormData) -> None:
    file = form.get("sheet")
    if isinstance(file, UploadFile) and file.size:
        content = await file.read()
        await in_thread(_from_file, audit, content)
        return
    marks: dict[str, dict[str, str]] = {}
    for index, row in enumerate(await in_thread(audit.rows)):
        own = {name: str(form.get(f"{name}_{index}") or "") for name in ASKED}
        if f"agree_{index}" in form or any(own.values()):
            marks[f"{row['unit']}\x1f{row['line_number'] or ''}"] = own
    await in_thread(audit.mark, marks)


def _from_file(audit: Audit, content: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as folder:
        path = Path(folder) / ("sheet.xlsx" if content.startswith(b"PK") else "sheet.csv")
        path.write_bytes(content)
        audit.mark_from(path)


async def _audit(request: Request, job_id: str, number: int) -> Audit:
    service, who = service_of(request), principal_of(request)
    await in_thread(service.jobs.batch, who, job_id)
    folder, _ = await in_thread(service.jobs.results, who, job_id)
    audit = Audit(Kept(folder), number)
    await in_thread(audit.plan)
    return audit
