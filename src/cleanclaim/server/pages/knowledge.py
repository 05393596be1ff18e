"""The pages to look things up: codes, edits, the reference, a note, a remittance."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from cleanclaim import api, explain_page
from cleanclaim.encoder import text as written
from cleanclaim.encoder.systems import SYSTEMS
from cleanclaim.notes.level.leveler import Leveler
from cleanclaim.notes.level.leveler import Options as LevelOptions
from cleanclaim.notes.suggest import Options
from cleanclaim.notes.support.supporter import Options as SupportOptions
from cleanclaim.server.access.permissions import needs
from cleanclaim.server.engine import Held
from cleanclaim.server.forms import fields_of, form_of
from cleanclaim.server.pages.drawing import money, page
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import day_of, in_thread, service_of

router = APIRouter(include_in_schema=False)
_MOST_WORDS: Final = 1_000
_LONGEST_NOTE: Final = 50_000
_EXAMPLE: Final = (
    "Established patient.\nHPI: Follow-up of type 2 diabetes and high blood pressure. Denies chest pain. Mother had breast cancer.\n"
    "Assessment and plan:\n1. Type 2 diabetes with diabetic chronic kidney disease, stage 3a. A1c 8.1, above goal. Increase metformin. Recheck in 3 months.\n"
    "2. Hypertension, at goal. Continue lisinopril.\n"
)
"""An invented note."""


@router.get("/codes", dependencies=[needs("codes")])
async def codes(request: Request, q: str = "", on: str = "", system: str = "") -> Response:
    """One search box for every kind of code."""
    held = service_of(request).engine.held
    shown = await _results(held, q, on, system)
    return page(request, "codes.html", q=q, system=system, systems=SYSTEMS, **shown)


@router.get("/codes/results", dependencies=[needs("codes")])
async def results(request: Request, q: str = "", on: str = "", system: str = "") -> Response:
    """The results of a search as it is typed."""
    held = service_of(request).engine.held
    return page(request, "_results.html", **await _results(held, q, on, system))


@router.get("/codes/{system}/{code}", dependencies=[needs("codes")])
async def code(request: Request, system: str, code: str, on: str = "") -> Response:
    """Everything about a code."""
    held = service_of(request).engine.held
    day = day_of(on)
    pages = await in_thread(lambda: held.encoder.lookup(code[:_MOST_WORDS], on=day))
    found = [{**one.as_dict(), "text": written.page(one)} for one in pages if system in {"any", one.system}] or [
        {**one.as_dict(), "text": written.page(one)} for one in pages
    ]  # fmt: skip
    if not found:
        raise Problem(404, "code", "no list has that code")
    mapped = await in_thread(lambda: held.encoder.crosswalk(code, on=day))
    return page(request, "code.html", pages=found, code=code, on=on, mappings=[one.as_dict() for one in mapped.mappings[:100]])  # fmt: skip


async def _results(held: Held, q: str, on: str, system: str) -> dict[str, Any]:
    words = q.strip()[:_MOST_WORDS]
    shown: dict[str, Any] = {"answer": None, "pages": [], "error": None, "on": on}
    if not words:
        return shown
    try:
        day = day_of(on)
        answer = await in_thread(lambda: held.encoder.answer(words, system=system or None, on=day, limit=25))  # fmt: skip
        pages = await in_thread(lambda: held.encoder.lookup(words, on=day, pairs=0))
    except Problem as problem:
        return shown | {"error": problem.detail}
    return shown | {"answer": answer.as_dict(), "pages": [one.as_dict() for one in pages]}


@router.get("/edits", dependencies=[needs("codes")])
async def edits(request: Request, words: str = "") -> Response:
    """All edits, or those that fit some words."""
    held = service_of(request).engine.held
    wanted = words.lower().split()
    every = [edit.as_dict() for edit in held.edits]
    found = [one for one in every if all(word in f"{one['code']} {one['name']} {one['summary']}".lower() for word in wanted)]  # fmt: skip
    return page(request, "edits.html", edits=found, words=words)


@router.get("/edits/{code}", dependencies=[needs("codes")])
async def edit(request: Request, code: str) -> Response:
    """One edit."""
    held = service_of(request).engine.held
    found = next((one for one in held.edits if code.lower() in {one.code.lower(), one.name}), None)
    if found is None:
        raise Problem(404, "edit", "no edit has that code or name")
    text = await in_thread(explain_page.explain, [found.code], held.edits, held.reference, None)
    return page(request, "edit.html", edit=found.as_dict(), text=text)


@router.get("/reference", dependencies=[needs("codes")])
async def reference(request: Request) -> Response:
    """The releases in use."""
    held = service_of(request).engine.held
    found = await in_thread(held.reference.releases)
    return page(request, "reference.html", releases=list(found.iter_rows(named=True)), lock=held.digest)  # fmt: skip


@router.get("/note", dependencies=[needs("notes")])
async def note(request: Request, example: str = "") -> Response:
    """Where to paste a note."""
    today = date.today().isoformat()  # noqa: DTZ011 - the user's own day
    return page(request, "note.html", on=today, example=_EXAMPLE if example else "")


@router.post("/note/read", dependencies=[needs("notes")])
async def read_note(request: Request) -> Response:
    """What a note supports."""
    held = service_of(request).engine.held
    given = await fields_of(request)
    text = given.get("note", "").replace("\r\n", "\n")
    if not text.strip() or len(text) > _LONGEST_NOTE:
        return page(request, "_read.html", error=f"expected a note of up to {_LONGEST_NOTE:,} characters")  # fmt: skip
    try:
        return page(request, "_read.html", error=None, note=text, **await in_thread(_read, held, text, given))  # fmt: skip
    except Problem as problem:
        return page(request, "_read.html", error="; ".join([problem.detail, *problem.faults]))


def _read(held: Held, text: str, given: dict[str, str]) -> dict[str, Any]:
    day = day_of(given.get("on")) or date.today()  # noqa: DTZ011
    suggestions = [one.as_dict() for one in held.suggester.suggest(text, Options(day))]
    patient = given.get("patient") or None
    level = Leveler(held.suggester).level(text, LevelOptions(day, patient)).as_dict()
    codes = [code.strip() for code in given.get("codes", "").split(",") if code.strip()]
    support = held.supporter.support(text, codes, SupportOptions(day)) if codes else []
    marked = [words for one in suggestions if one["disposition"] != "not-coded" for words in one["evidence"]]  # fmt: skip
    return {"suggestions": suggestions, "level": level, "support": [one.as_dict() for one in support], "evidence": marked}  # fmt: skip


@router.get("/denials", dependencies=[needs("check")])
async def denials(request: Request) -> Response:
    """Where to give a remittance."""
    return page(request, "denials.html", error=None, result=None)


@router.post("/denials", dependencies=[needs("check")])
async def trace(request: Request) -> Response:
    """Payments matched to claims, and denials traced."""
    service = service_of(request)
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as name:
        folder = Path(name)
        async with form_of(request) as form:
            for part in ("remittance", "claims"):
                file = form.get(part)
                if not isinstance(file, UploadFile) or not file.size:
                    return page(request, "denials.html", 422, error=f"{part}: choose a file", result=None)  # fmt: skip
                await run_in_threadpool((folder / part).write_bytes, await file.read())
        held = service.engine.held
        try:
            found = await in_thread(
                lambda: api.remit_match(folder / "remittance", folder / "claims", edits=held.edits, reference=held.reference).to_dict()
            )  # fmt: skip
        except Problem as problem:
            words = "; ".join([problem.detail, *problem.faults]).replace(f"{folder}/", "")
            return page(request, "denials.html", problem.status, error=words, result=None)
    return page(request, "denials.html", error=None, result=found, rows=_rows(found), tiles=_tiles(found))  # fmt: skip


def _rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Claims and lines that weren't paid in full, the denied ones."""
    rows = []
    for claim in found["claims"]:
        rows += [
            {"claim_id": claim["claim_id"], "line_number": None, **{name: claim.get(name) for name in _COLUMNS}, **row}
            for row in [claim, *claim["lines"]]
            if row.get("category")
        ]  # fmt: skip
    return rows


_COLUMNS: Final = ("status", "category", "adjustments", "caught_by", "next_step", "days_left", "charge_amount", "paid_amount")  # fmt: skip


def _tiles(found: dict[str, Any]) -> list[tuple[str, str]]:
    claims = found["claims"]
    denied = [one for one in claims if one["status"] in {"denied", "partly-denied"}]
    paid = sum(float(one["paid_amount"]) for one in claims)
    return [
        ("payments", f"{len(claims):,}"),
        ("denied or partly denied", f"{len(denied):,}"),
        ("paid", money(paid)),
        ("without a claim", f"{len(found['unmatched_payments']):,}"),
    ]
