"""The pages of one batch: its progress and findings, its corrected file, its payments, and each claim."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import FileResponse, RedirectResponse, Response

from cleanclaim.server import corrections
from cleanclaim.server.access.permissions import needs, principal_of
from cleanclaim.server.answers import MEDIA
from cleanclaim.server.forms import form_of
from cleanclaim.server.jobs import Batch
from cleanclaim.server.kept import Kept
from cleanclaim.server.pages.checks import begun
from cleanclaim.server.pages.claim_facts import changed, facts
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.pages.knowledge import LONGEST_NOTE, read
from cleanclaim.server.pages.payments import rows_of
from cleanclaim.server.pages.worklist import listing
from cleanclaim.server.payments import payments
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import Service, in_thread, number_of, service_of
from cleanclaim.server.work import report_name
from cleanclaim.server.worklist.files import WORKBOOK

router = APIRouter(include_in_schema=False)
_SEE_OTHER: Final = 303
_MOST_BATCHES: Final = 30
"""In how many batches the patient's other claims are looked for."""
_AT_ONCE: Final = 25
"""How many proposals are shown at once."""
_KINDS: Final = (
    (b"ISA", "837", "application/edi-x12"),
    ((b"{", b"["), "json", "application/fhir+json"),
    (b"PK", "xlsx", MEDIA["xlsx"]),
    (b"PAR1", "parquet", MEDIA["parquet"]),
    (b"", "csv", "text/csv; charset=utf-8"),
)
"""How a corrected file begins, its ending and its media type."""


@router.get("/batches/{job_id}", dependencies=[needs("results")])
async def batch(request: Request, job_id: str) -> Response:
    """One batch: its progress, then its findings."""
    return page(
        request, "batch.html", **await in_thread(_shown, service_of(request), request, job_id)
    )


@router.get("/batches/{job_id}/part", dependencies=[needs("results")])
async def part(request: Request, job_id: str) -> Response:
    """The part of a batch's page that changes."""
    return page(
        request, "_batch.html", **await in_thread(_shown, service_of(request), request, job_id)
    )


@router.get("/batches/{job_id}/report", dependencies=[needs("results")])
async def report(request: Request, job_id: str) -> Response:
    """The whole report as the command line writes it: a page that loads nothing."""
    service = service_of(request)
    folder, name = await in_thread(service.jobs.results, principal_of(request), job_id)
    return FileResponse(folder / report_name(name), media_type="text/html")


@router.get("/batches/{job_id}/workbook", dependencies=[needs("results")])
async def workbook(request: Request, job_id: str) -> Response:
    """The whole report as a workbook."""
    kept = await _kept(request, job_id)
    return FileResponse(kept.folder / WORKBOOK, media_type=MEDIA["xlsx"], filename="findings.xlsx")


@router.post("/batches/{job_id}/remove", dependencies=[needs("jobs")])
async def remove(request: Request, job_id: str) -> Response:
    """Delete a batch."""
    await service_of(request).jobs.remove(principal_of(request), job_id)
    return RedirectResponse("/batches", _SEE_OTHER)


@router.get("/batches/{job_id}/correct", dependencies=[needs("results")])
async def correct(request: Request, job_id: str, after: str = "", words: str = "") -> Response:
    """What can be corrected in a batch's file."""
    kept = await _kept(request, job_id)
    start = number_of(after, "after", 0, 10_000_000)
    return page(request, "correct.html", **await in_thread(_correctable, kept, start, words), job_id=job_id, problem=None)  # fmt: skip


@router.post("/batches/{job_id}/correct", dependencies=[needs("jobs")])
async def corrected(request: Request, job_id: str) -> Response:
    """Keep what was chosen; then the corrected file, the check of it, or more to decide."""
    service, who = service_of(request), principal_of(request)
    kept = await _kept(request, job_id)
    async with form_of(request) as form:
        given, action = _values(form), str(form.get("action") or "")
        start, words = number_of(str(form.get("after") or ""), "after", 0, 10_000_000), str(form.get("words") or "")  # fmt: skip
    try:
        chosen = await in_thread(kept.choose, given)
        if action.startswith("to:"):
            query = urlencode({"after": number_of(action[3:], "action", 0, 10_000_000) or "", "words": words})  # fmt: skip
            return RedirectResponse(f"/batches/{job_id}/correct?{query}", _SEE_OTHER)
        done = await in_thread(corrections.corrected, kept, chosen, who.name)
        if action == "check":
            earlier = await in_thread(service.jobs.batch, who, job_id)
            fresh = await begun(service, request, earlier["choices"], done.content, Batch(earlier["name"] or "", job_id))  # fmt: skip
            return RedirectResponse(f"/batches/{fresh}", _SEE_OTHER)
    except Problem as problem:
        shown = await in_thread(_correctable, kept, start, words)
        return page(request, "correct.html", problem.status, **shown, job_id=job_id, problem=problem)  # fmt: skip
    return _file(done.content, "corrected")


@router.get("/batches/{job_id}/claims/{key}", dependencies=[needs("results")])
async def claim(request: Request, job_id: str, key: int) -> Response:
    """The whole claim with its findings, history, note, remittance and changes."""
    return page(request, "whole_claim.html", **await in_thread(_claim, service_of(request), request, job_id, key))  # fmt: skip


@router.post("/batches/{job_id}/claims/{key}/note", dependencies=[needs("worklist")])
async def put_note(request: Request, job_id: str, key: int) -> Response:
    """Keep the note of a claim."""
    kept = await _kept(request, job_id)
    async with form_of(request) as form:
        text = str(form.get("note") or "").replace("\r\n", "\n")
    if len(text) > LONGEST_NOTE:
        raise Problem(422, "note", f"expected a note of up to {LONGEST_NOTE:,} characters")
    await in_thread(kept.claim, key)
    await in_thread(kept.put_note, key, text)
    return RedirectResponse(f"/batches/{job_id}/claims/{key}#note", _SEE_OTHER)


@router.get("/batches/{job_id}/claims/{key}/again", dependencies=[needs("results")])
async def again(request: Request, job_id: str, key: int) -> Response:
    """What a replacement or void of a claim would say."""
    kept = await _kept(request, job_id)
    return page(request, "again.html", **await in_thread(_again, kept, job_id, key), problem=None, given={})  # fmt: skip


@router.post("/batches/{job_id}/claims/{key}/again", dependencies=[needs("jobs")])
async def send_again(request: Request, job_id: str, key: int) -> Response:
    """A replacement or void of a claim as an 837."""
    kept, who = await _kept(request, job_id), principal_of(request)
    async with form_of(request) as form:
        given, frequency, number = _values(form), str(form.get("frequency") or ""), str(form.get("reference") or "")  # fmt: skip
    try:
        content = await in_thread(corrections.sent_again, kept, key, frequency, number, given, who.name)  # fmt: skip
    except Problem as problem:
        if problem.status == 404:
            raise
        shown = await in_thread(_again, kept, job_id, key)
        return page(request, "again.html", problem.status, **shown, problem=problem, given=given)
    return _file(content, "replacement" if frequency == "7" else "void")


def _shown(service: Service, request: Request, job_id: str) -> dict[str, Any]:
    job = service.jobs.get(principal_of(request), job_id)
    shown: dict[str, Any] = {"job": job, "fixed_batch": job_id, "newer": _newer(service, request, job_id)}  # fmt: skip
    if job["state"] == "done" and job["is_batch"]:
        shown |= listing(service, request, {**request.query_params, "batch": job_id})
    return shown


def _newer(service: Service, request: Request, job_id: str) -> list[dict[str, Any]]:
    """The checks of a batch's claims that came after it."""
    return [job for job in service.jobs.batches(principal_of(request)) if job["replaces"] == job_id]


def _claim(service: Service, request: Request, job_id: str, key: int) -> dict[str, Any]:
    who = principal_of(request)
    job = service.jobs.batch(who, job_id)
    folder, _ = service.jobs.results(who, job_id)
    kept = Kept(folder)
    own = kept.claim(key)
    note = kept.note(key)
    shown: dict[str, Any] = {
        "job": job, "key": key, "claim": own, "facts": facts(own), "findings": service.findings.of_claim(who, job_id, key),
        "others": _others(service, request, job, own), "note": note, "reading": None, "payments": None,
        "decisions": [one for one in kept.changes() if one["claim_id"] == own["claim_id"]],
        "changed": [],
    }  # fmt: skip
    if note:
        day = own["from_date"] or date.today()  # noqa: DTZ011
        codes = [row["diagnosis_code"] for row in own["diagnoses"] if row["diagnosis_code"]]
        codes += [row["procedure_code"] for row in own["lines"] if row["procedure_code"]]
        shown["reading"] = read(service.engine.held, note, day, None, list(dict.fromkeys(codes)))
    found = payments(kept, service.engine.held, job["choices"])
    if found is not None:
        shown["payments"] = rows_of([one for one in found["claims"] if one["claim_id"] == own["claim_id"]])  # fmt: skip
    if job["replaces"]:
        shown["changed"] = _changed_since(service, request, job["replaces"], own)
    return shown


def _others(service: Service, request: Request, job: dict[str, Any], own: dict[str, Any]) -> list[dict[str, Any]]:  # fmt: skip
    """The other claims of a claim's patient: in its batch, and in the latest other batches."""
    found = []
    batches = service.jobs.batches(principal_of(request))
    for one in [job, *(other for other in batches[:_MOST_BATCHES] if other["id"] != job["id"])]:
        kept = Kept(service.jobs.folder(one["id"]))
        rows = kept.of_patient(own["patient_key"], own["claim_key"] if one is job else None)
        found += [{**row, "batch": one["id"], "batch_name": one["name"] if one is not job else None} for row in rows]  # fmt: skip
    return found


def _changed_since(service: Service, request: Request, job_id: str, own: dict[str, Any]) -> list[Any]:  # fmt: skip
    """What a claim says differently than in the batch before."""
    try:
        service.jobs.batch(principal_of(request), job_id)
    except Problem:
        return []
    before = Kept(service.jobs.folder(job_id))
    key = before.key_of(own["claim_id"])
    return [] if key is None else changed(before.claim(key), own)


def _correctable(kept: Kept, start: int, words: str) -> dict[str, Any]:
    """A page of what a person decides, with what was chosen so far."""
    offer = corrections.offer(kept)
    wanted = words.lower().split()
    fitting = [one for one in offer.proposals if all(word in _text(one) for word in wanted)]
    shown = fitting[start : start + _AT_ONCE]
    chosen = kept.chosen()
    return {
        "offer": offer, "shown": shown, "count": len(fitting), "start": start, "words": words, "given": chosen, "chosen": len(chosen), "at_once": _AT_ONCE,
        "next": start + _AT_ONCE if start + _AT_ONCE < len(fitting) else None, "before": max(start - _AT_ONCE, 0) if start else None,
    }  # fmt: skip


def _text(one: corrections.Proposal) -> str:
    """What a search for a proposal looks in."""
    return f"{one.decision.claim_id} {one.finding['code']} {one.finding['message']}".lower()


def _again(kept: Kept, job_id: str, key: int) -> dict[str, Any]:
    own = kept.claim(key)
    offer = corrections.offer(kept, key)
    number = "" if offer.refusal else corrections.payer_number(kept, key)
    return {"job_id": job_id, "key": key, "claim": own, "offer": offer, "shown": offer.proposals, "reference": number}  # fmt: skip


async def _kept(request: Request, job_id: str) -> Kept:
    """The folder of a batch.

    Raises:
        Problem: there is no such batch of this person.
    """
    service, who = service_of(request), principal_of(request)
    await in_thread(service.jobs.batch, who, job_id)
    folder, _ = await in_thread(service.jobs.results, who, job_id)
    return Kept(folder)


def _values(form: FormData) -> dict[int, str]:
    """The new values by proposal: fields are called to_1 and so on."""
    found = {}
    for name, value in form.items():
        number = name.removeprefix("to_")
        if name.startswith("to_") and number.isascii() and number.isdigit() and isinstance(value, str):  # fmt: skip
            found[int(number)] = value
    return found


def _file(content: bytes, name: str) -> Response:
    """A file to download, with the ending of what it is."""
    ending, media = next((ending, media) for start, ending, media in _KINDS if content.lstrip().startswith(start))  # fmt: skip
    return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'})  # fmt: skip
