"""The page of one claim: a paper form that is checked as it is filled in."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cleanclaim.report.formats import FORMATS
from cleanclaim.server.access.permissions import needs, principal_of
from cleanclaim.server.answers import MEDIA
from cleanclaim.server.checking import Asked, report_of
from cleanclaim.server.choices import Choices
from cleanclaim.server.engine import Held
from cleanclaim.server.forms import fields_of
from cleanclaim.server.jobs import Batch
from cleanclaim.server.pages.checks import begun
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.pages.form import Filled, Form, filled
from cleanclaim.server.pages.forms import CMS_1500, FORMS, LISTS
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import in_thread, service_of

router = APIRouter(include_in_schema=False)
_SEE_OTHER: Final = 303
_LONGEST: Final = 100
_DOWNLOADS: Final = {"html": "report.html", "xlsx": "findings.xlsx"}


@router.get("/claim", dependencies=[needs("check")])
async def claim(request: Request, form: str = CMS_1500.name, example: str = "") -> Response:
    """An empty form, or an example."""
    held = service_of(request).engine.held
    drawn = _form(form)
    names = {*(box.name for box in drawn.head), *(name for name, _, _ in drawn.diagnoses)}
    names |= {f"{box.name}_{number}" for box in drawn.line for number in range(1, drawn.lines + 1)}
    query = request.query_params
    given = drawn.example if example else {name: query[name][:_LONGEST] for name in names if name in query}  # fmt: skip
    return page(request, "claim.html", form=drawn, given=given, lists=await in_thread(_lists, held))


@router.post("/claim/check", dependencies=[needs("check")])
async def check(request: Request, form: str = CMS_1500.name) -> Response:
    """What is wrong with the claim in the form."""
    held = service_of(request).engine.held
    own = filled(_form(form), await _given(request))
    shown: dict[str, Any] = {"error": None, "faults": (), "claim": None, "findings": [], "not_checked": [], "boxes": {}}  # fmt: skip
    if not own.claim["lines"]:
        return page(request, "_found.html", **shown)
    asked = Asked([own.claim], Choices(), "json", held)
    try:
        found = await in_thread(lambda: report_of(asked).to_dict())
    except Problem as problem:
        shown |= {"error": problem.detail, "faults": problem.faults}
        return page(request, "_found.html", **shown)
    findings = [{**one, "field_name": own.field_of(one), "choices": own.choices(one)} for one in found["findings"]]  # fmt: skip
    shown |= {"claim": found["claims"][0], "findings": findings, "boxes": own.boxes_of(findings)}
    shown["not_checked"] = found["summary"]["not_checked_by_reason"]
    return page(request, "_found.html", **shown)


@router.post("/claim/download", dependencies=[needs("check")])
async def download(request: Request, form: str = CMS_1500.name) -> Response:
    """The claim as a table, its report, or the claim as a batch on the worklist."""
    service = service_of(request)
    given = await _given(request)
    own = filled(_form(form), given)
    if not own.claim["lines"]:
        raise Problem(422, "claims", "the claim has no line yet")
    wanted = given.get("as", "")
    if wanted == "csv":
        return _file(_table(own), "text/csv; charset=utf-8", "claim.csv")
    if wanted == "worklist" and principal_of(request).may("jobs"):
        name = str(own.claim.get("claim_id") or "one claim")
        job_id = await begun(service, request, Choices(), _table(own), Batch(name))
        return RedirectResponse(f"/batches/{job_id}", _SEE_OTHER)
    if wanted not in _DOWNLOADS:
        raise Problem(422, "option", f"as: expected csv, worklist, {', '.join(_DOWNLOADS)}")
    asked = Asked([own.claim], Choices(), wanted, service.engine.held)
    content = await in_thread(lambda: FORMATS[wanted].render(report_of(asked)))
    return _file(content, MEDIA[wanted], _DOWNLOADS[wanted])


def _form(name: str) -> Form:
    found = FORMS.get(name)
    if found is None:
        raise Problem(404, "form", f"expected {' or '.join(FORMS)}")
    return found


async def _given(request: Request) -> dict[str, str]:
    return await fields_of(request)


def _lists(held: Held) -> dict[str, list[tuple[str, str]]]:
    """The values of the short lists, with their meanings."""
    found = {}
    for name in LISTS:
        table = held.reference.table(name)
        label = "label" if "label" in table.columns else "kind"
        rows = table.select("code", label).unique("code", maintain_order=True).sort("code")
        found[name] = [(str(code), str(meaning or "")) for code, meaning in rows.iter_rows()]
    return found


def _table(own: Filled) -> bytes:
    """The claim as a CSV table with a row for each line, which `cleanclaim check` reads."""
    head = {name: value for name, value in own.claim.items() if isinstance(value, str)}
    for number, one in enumerate(own.claim["diagnoses"], start=1):
        coded = {"diagnosis_code": one} if isinstance(one, str) else one
        head[f"diagnosis_code_{number}"] = coded["diagnosis_code"]
    rows = [{**head, **_flat(line)} for line in own.claim["lines"]]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")  # fmt: skip
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _flat(line: dict[str, Any]) -> dict[str, str]:
    """A line with one column for each modifier and pointer."""
    found = {name: str(value) for name, value in line.items() if name not in {"modifiers", "diagnosis_pointers"}}  # fmt: skip
    for number, one in enumerate(str(line.get("modifiers", "")).replace(",", " ").split(), start=1):
        found[f"modifier_{number}"] = one
    pointers = line.get("diagnosis_pointers", ())
    if isinstance(pointers, str):
        return found | {"diagnosis_pointers": pointers}
    return found | {f"diagnosis_pointer_{number}": str(one) for number, one in enumerate(pointers, start=1)}  # fmt: skip


def _file(content: bytes, media: str, name: str) -> Response:
    return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip
