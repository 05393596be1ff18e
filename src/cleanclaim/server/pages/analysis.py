"""The page of an analysis: diagnoses, services, cost and quality of a batch's claims, with charts that print."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from cleanclaim.analysis.page import sections
from cleanclaim.analysis.run import analyze
from cleanclaim.job import Job
from cleanclaim.server.access.permissions import needs, principal_of
from cleanclaim.server.kept import Kept
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import Service, in_thread, number_of, service_of
from cleanclaim.storage.durable import whole_file

router = APIRouter(include_in_schema=False)
_GROUPINGS: Final = {
    "": "clinical categories, else chapters",
    "ccsr": "clinical categories (CCSR)",
    "chapter": "chapters of ICD-10-CM",
    "code": "codes",
}
_LEAST: Final = 11


@router.get("/analysis", dependencies=[needs("results")])
async def choose(request: Request) -> Response:
    """Which batch to analyze."""
    jobs = await in_thread(service_of(request).jobs.listed, principal_of(request))
    batches = [job for job in jobs if job["is_batch"] and job["state"] == "done"]
    return page(request, "analysis.html", batches=batches, job=None, made=None, groupings=_GROUPINGS, diagnoses="", least=_LEAST)  # fmt: skip


@router.get("/analysis/{job_id}", dependencies=[needs("results")])
async def analysis(request: Request, job_id: str, diagnoses: str = "", least: str = "") -> Response:
    """The analysis of a batch; cells of few patients are suppressed."""
    service = service_of(request)
    job = await in_thread(service.jobs.batch, principal_of(request), job_id)
    fewest = number_of(least, "least", _LEAST, 1_000_000)
    if diagnoses not in _GROUPINGS:
        raise Problem(400, "option", f"diagnoses: expected {', '.join(filter(None, _GROUPINGS))}")
    made = await in_thread(_made, service, request, job, diagnoses, fewest)
    return page(request, "analysis.html", batches=[], job=job, made=Markup(made), groupings=_GROUPINGS, diagnoses=diagnoses, least=fewest)  # noqa: S704 - the library's own page, which escapes  # fmt: skip


def _made(service: Service, request: Request, job: dict[str, Any], diagnoses: str, least: int) -> str:  # fmt: skip
    """The sections of the library's page, kept with the batch for the next time."""
    held = service.engine.held
    folder, _ = service.jobs.results(principal_of(request), job["id"])
    name = hashlib.sha256(f"{held.digest} {diagnoses} {least}".encode()).hexdigest()[:16]
    path = folder / f"analysis-{name}.html"
    if path.exists():
        return path.read_text(encoding="utf-8")
    choices = job["choices"]
    run = Job((str(Kept(folder).upload),), held.reference, choices.edits(held), choices.settings(), tables=choices.tables())  # fmt: skip
    made = "".join(sections(analyze(run, diagnoses=diagnoses or None, least=least)))
    with whole_file(path) as out:
        out.write(made.encode())
    return made
