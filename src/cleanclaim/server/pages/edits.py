"""The pages of edits: all of them, one with its explanation, and its own examples run."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from cleanclaim.derived.availability import TABLES
from cleanclaim.edits import registry
from cleanclaim.edits.edit import Disposition, Edit, Fails, Passes, Unchecked
from cleanclaim.engine.examples import faults_of
from cleanclaim.engine.trial import faults_of as wrong_with
from cleanclaim.report.locations import paragraphs, what_to_do
from cleanclaim.server.access.permissions import needs
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import in_thread, service_of

router = APIRouter(include_in_schema=False)
_KINDS: Final = ((Fails, "Flagged"), (Passes, "Not flagged"), (Unchecked, "Not checked"))


@router.get("/edits", dependencies=[needs("codes")])
async def edits(request: Request, words: str = "", family: str = "", disposition: str = "") -> Response:  # fmt: skip
    """All edits, or those that fit some words, a family or a disposition."""
    every = service_of(request).engine.held.edits
    wanted, built_in = words.lower().split(), {one.code for one in registry.own_edits()}
    found = [
        one.as_dict() | {"is_own": one.code not in built_in}
        for one in every
        if (not family or one.family == family) and (not disposition or one.disposition.value == disposition) and _fits(one, wanted)
    ]  # fmt: skip
    return page(
        request, "edits.html", edits=found, words=words, family=family, disposition=disposition, total=len(every),
        families=sorted({one.family for one in every}), dispositions=[one.value for one in Disposition],
    )  # fmt: skip


@router.get("/edits/{code}", dependencies=[needs("codes")])
async def edit(request: Request, code: str) -> Response:
    """One edit: what it flags, why it matters, what to do, its examples and sources."""
    found = _edit(request, code)
    told = [text for text in paragraphs(found) if not text.startswith("What to do:")]
    groups = [(words, [one.title for one in found.examples if isinstance(one, kind)]) for kind, words in _KINDS]  # fmt: skip
    tables = [TABLES[name].words if name in TABLES else name.replace("_", " ") for name in found.needs]  # fmt: skip
    is_own = found.code not in {one.code for one in registry.own_edits()}
    return page(
        request, "edit.html", edit=found, told=told, todo=what_to_do(found), groups=[one for one in groups if one[1]], tables=tables, is_own=is_own,
    )  # fmt: skip


@router.get("/edits/{code}/tested", dependencies=[needs("codes")])
async def tested(request: Request, code: str) -> Response:
    """Whether an edit's own examples hold."""
    found, reference = _edit(request, code), service_of(request).engine.held.reference

    def faults() -> list[str]:
        return [*wrong_with(found, reference)] or faults_of(found, reference)

    return page(request, "_tested.html", edit=found, faults=await in_thread(faults))


def _edit(request: Request, code: str) -> Edit:
    every = service_of(request).engine.held.edits
    found = next((one for one in every if code.lower() in {one.code.lower(), one.name}), None)
    if found is None:
        raise Problem(404, "edit", "no edit has that code or name")
    return found


def _fits(one: Edit, wanted: list[str]) -> bool:
    text = f"{one.code} {one.name} {one.documentation}".lower()
    return all(word in text for word in wanted)
