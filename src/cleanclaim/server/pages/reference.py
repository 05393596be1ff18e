"""The pages of the reference: what is loaded and missing, imports, and what an update changes in one's own claims."""

from __future__ import annotations

import re
import tempfile
from datetime import date
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from cleanclaim.derived.availability import wanting
from cleanclaim.encoder.changes import Changes
from cleanclaim.errors import InputError
from cleanclaim.server import audit
from cleanclaim.server.access.permissions import needs, principal_of
from cleanclaim.server.forms import form_of
from cleanclaim.server.imports import folder_for
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import Service, in_thread, service_of

router = APIRouter(include_in_schema=False)
_SEE_OTHER: Final = 303
_AT_ONCE: Final = 1 << 20
_MOST_BATCHES: Final = 20
_MOST_ROWS: Final = 300
_FISCAL_MONTH: Final = 10
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._ -]")


@router.get("/reference", dependencies=[needs("codes")])
async def reference(request: Request) -> Response:
    """What is loaded, what is missing, and where to import more."""
    return await _shown(request)


@router.get("/reference/import", dependencies=[needs("codes")])
async def progress(request: Request) -> Response:
    """How far an import is."""
    return page(request, "_import.html", run=service_of(request).imports.last)


@router.post("/reference/import", dependencies=[needs("admin")])
async def begin(request: Request) -> Response:
    """Import publishers' files in the background."""
    service, who = service_of(request), principal_of(request)
    async with form_of(request) as form:
        files = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]  # fmt: skip
        if not files:
            return await _shown(request, 422, "choose a file first")
        folder = await in_thread(folder_for, service.settings.folder / "imports")
        for number, one in enumerate(files):
            await _store(one, folder, number)
        is_licensed = form.get("cpt_licensed") == "1"
    try:
        await in_thread(lambda: service.imports.begin(folder, cpt_licensed=is_licensed))
    except Problem as problem:
        return await _shown(request, problem.status, problem.detail)
    await in_thread(_record, service, who)
    return RedirectResponse("/reference#import", _SEE_OTHER)


@router.get("/reference/changes", dependencies=[needs("results")])
async def changes(request: Request) -> Response:
    """What changed between two fiscal years, and which of one's own claims and favorites it touches."""
    service, query = service_of(request), request.query_params
    years = await in_thread(_years, service)
    now = _fiscal_year(date.today())  # noqa: DTZ011 - the office's own day
    after = query.get("after") or (now if now in years else years[-1])
    before = query.get("before") or _year_before(after)
    if not {before, after} <= set(years):
        raise Problem(400, "option", f"before and after: expected a fiscal year from {years[0]} to {years[-1]}")  # fmt: skip
    batches = (await in_thread(service.jobs.batches, principal_of(request)))[:_MOST_BATCHES]
    chosen = set(query.getlist("batch"))
    shown: dict[str, Any] = {
        "years": years, "before": before, "after": after, "batches": batches, "chosen": chosen, "favorites": query.get("favorites") == "1",
        "found": None, "rows": [], "problem": None, "uses": 0,
    }  # fmt: skip
    if "after" in query:
        own = [job["id"] for job in batches if job["id"] in chosen]
        shown |= await in_thread(_compared, service, request, (before, after), own, is_with_favorites=shown["favorites"])  # fmt: skip
    return page(request, "changes.html", **shown)


async def _shown(request: Request, status: int = 200, error: str | None = None) -> Response:
    service = service_of(request)
    held = service.engine.held
    releases = await in_thread(lambda: held.releases)
    own, mine = [one for one in releases if not one["embedded"]], [one for one in releases if one["embedded"]]  # fmt: skip
    missing = await in_thread(lambda: list(wanting(held.reference)))
    return page(
        request, "reference.html", status, imported=own, built_in=mine, missing=missing, lock=held.digest, run=service.imports.last, error=error,
        is_pinned=service.settings.lock is not None,
    )  # fmt: skip


async def _store(file: UploadFile, folder: Path, number: int) -> None:
    name = _NOT_IN_NAMES.sub("_", (file.filename or "").replace("\\", "/").rpartition("/")[2])[-120:].lstrip(".")  # fmt: skip
    place = folder / str(number)
    await in_thread(place.mkdir)
    with (place / (name or "file")).open("wb") as out:
        while part := await file.read(_AT_ONCE):
            await in_thread(out.write, part)


def _record(service: Service, who: Any) -> None:
    with service.database.writing() as connection:
        audit.record(connection, who, "reference import begun", "reference")


def _years(service: Service) -> list[str]:
    """The fiscal years that the loaded diagnosis codes cover."""
    spans = service.engine.held.reference.releases_of("icd10cm")
    first, last = min(one.covers_from for one in spans), max(one.covers_to for one in spans)
    return [f"FY{year}" for year in range(int(_fiscal_year(first)[2:]), int(_fiscal_year(last)[2:]) + 1)]  # fmt: skip


def _fiscal_year(day: date) -> str:
    return f"FY{day.year + (day.month >= _FISCAL_MONTH)}"


def _year_before(year: str) -> str:
    return f"FY{int(year[2:]) - 1}"


def _compared(
    service: Service, request: Request, years: tuple[str, str], batches: list[str], *, is_with_favorites: bool
) -> dict[str, Any]:  # fmt: skip
    encoder = service.engine.held.encoder
    found = encoder.changes(*years, tables=["icd10cm"])
    shown: dict[str, Any] = {"found": _counts(found)}
    paths = [service.jobs.folder(job) / "upload" for job in batches]
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as folder:
        favorites = service.favorites.listed(principal_of(request)) if is_with_favorites else []
        if favorites:
            paths.append(Path(folder) / "favorites.csv")
            paths[-1].write_text("code\n" + "".join(f"{one['code']}\n" for one in favorites), encoding="utf-8")  # fmt: skip
        if not paths:
            return shown
        try:
            touched = encoder.impact(found, paths)
        except InputError as error:
            return shown | {"problem": str(error).replace(f"{folder}/", "").replace(f"{service.settings.jobs}/", "")}  # fmt: skip
    return shown | {"rows": touched.rows.head(_MOST_ROWS).to_dicts(), "uses": touched.uses}


def _counts(found: Changes) -> list[tuple[str, int]]:
    """How many codes there are of each kind of change."""
    counts = found.rows.group_by("change", maintain_order=True).len()
    return [(str(kind), int(count)) for kind, count in counts.iter_rows()]
