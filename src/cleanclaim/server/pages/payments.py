"""The pages about payments: a remittance matched to claims that are given with it, or to those of a batch, which keeps it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from cleanclaim import api
from cleanclaim.server.access.permissions import needs, principal_of
from cleanclaim.server.forms import form_of
from cleanclaim.server.kept import Kept
from cleanclaim.server.pages.drawing import money, page
from cleanclaim.server.payments import payments
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import Service, in_thread, service_of

router = APIRouter(include_in_schema=False)
_SEE_OTHER: Final = 303
_COLUMNS: Final = ("status", "category", "adjustments", "caught_by", "next_step", "days_left", "charge_amount", "paid_amount")  # fmt: skip
_LONGEST_NUMBER: Final = 100


@router.get("/denials", dependencies=[needs("check")])
async def denials(request: Request, batch: str = "") -> Response:
    """Where to give a remittance."""
    batches = await in_thread(service_of(request).jobs.batches, principal_of(request))
    return page(request, "denials.html", error=None, result=None, batches=batches, chosen=batch)


@router.post("/denials", dependencies=[needs("check")])
async def trace(request: Request) -> Response:
    """Payments matched to claims, and denials traced."""
    service = service_of(request)
    batches = await in_thread(service.jobs.batches, principal_of(request))
    async with form_of(request) as form:
        content, sent = await _content(form.get("remittance")), await _content(form.get("claims"))
        batch = str(form.get("batch") or "")
    faults = [] if content else ["remittance: choose a file"]
    faults += [] if batch or sent else ["claims: choose a batch or a file"]
    if batch and not principal_of(request).may("worklist"):
        raise Problem(403, "scope", "this role doesn't keep remittances with a batch")
    if faults:
        return page(request, "denials.html", 422, error="; ".join(faults), result=None, batches=batches)  # fmt: skip
    try:
        if batch:
            await in_thread(_add, service, request, batch, content)
            return RedirectResponse(f"/batches/{batch}/payments", _SEE_OTHER)
        found = await _traced(service, content, sent)
    except Problem as problem:
        words = "; ".join([problem.detail, *problem.faults])
        return page(request, "denials.html", problem.status, error=words, result=None, batches=batches)  # fmt: skip
    shown: dict[str, Any] = {
        "rows": rows_of(found["claims"]),
        "tiles": _tiles(found),
        "job_id": None,
    }
    return page(request, "denials.html", error=None, result=found, batches=batches, **shown)


@router.get("/batches/{job_id}/payments", dependencies=[needs("results")])
async def of_batch(request: Request, job_id: str) -> Response:
    """The payments of a batch's claims."""
    service = service_of(request)
    found, keys = await in_thread(_payments, service, request, job_id)
    rows = [row | {"key": keys.get(row["claim_id"])} for row in rows_of(found["claims"])] if found else []  # fmt: skip
    return page(request, "payments.html", job_id=job_id, result=found, rows=rows, tiles=_tiles(found) if found else [])  # fmt: skip


@router.post("/batches/{job_id}/match", dependencies=[needs("worklist")])
async def match(request: Request, job_id: str) -> Response:
    """Match a payment to a claim by hand."""
    service = service_of(request)
    async with form_of(request) as form:
        number, claim_id = (str(form.get(name) or "").strip() for name in ("number", "claim_id"))
    if not number or max(len(number), len(claim_id)) > _LONGEST_NUMBER or not (number + claim_id).isprintable():  # fmt: skip
        raise Problem(422, "match", "expected the payment's number and the claim's number")
    await in_thread(_match, service, request, job_id, (number, claim_id))
    return RedirectResponse(f"/batches/{job_id}/payments", _SEE_OTHER)


def rows_of(claims: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Claims and lines that weren't paid in full, and claims that were."""
    rows = []
    for claim in claims:
        rows += [
            {"claim_id": claim["claim_id"], "line_number": None, "payer_claim_id": claim["payer_claim_id"], "check_date": claim["check_date"],
             **{name: claim.get(name) for name in _COLUMNS}, **row}
            for row in [claim, *claim["lines"]]
            if row.get("category")
        ]  # fmt: skip
    return rows


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


async def _traced(service: Service, remittance: bytes, claims: bytes) -> dict[str, Any]:
    """Payments of claims that are given with them; nothing is kept."""
    held = service.engine.held
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as name:
        folder = Path(name)
        await run_in_threadpool((folder / "remittance").write_bytes, remittance)
        await run_in_threadpool((folder / "claims").write_bytes, claims)
        try:
            return await in_thread(
                lambda: api.remit_match(folder / "remittance", folder / "claims", edits=held.edits, reference=held.reference).to_dict()
            )  # fmt: skip
        except Problem as problem:
            raise Problem(problem.status, problem.kind, problem.detail.replace(f"{folder}/", ""), problem.faults) from None  # fmt: skip


def _folder(service: Service, request: Request, job_id: str) -> tuple[Kept, dict[str, Any]]:
    who = principal_of(request)
    job = service.jobs.batch(who, job_id)
    folder, _ = service.jobs.results(who, job_id)
    return Kept(folder), job


def _payments(service: Service, request: Request, job_id: str) -> tuple[dict[str, Any] | None, dict[str, int]]:  # fmt: skip
    """A batch's payments, and the key of each claim by its number."""
    kept, job = _folder(service, request, job_id)
    found = payments(kept, service.engine.held, job["choices"])
    claims = kept.batch().claims.select("claim_id", "claim_key") if found else None
    return found, dict(claims.iter_rows()) if claims is not None else {}


def _add(service: Service, request: Request, job_id: str, content: bytes) -> None:
    """Keep a remittance with a batch; one that can't be read isn't kept."""
    kept, job = _folder(service, request, job_id)
    added = kept.add_remittance(content)
    try:
        payments(kept, service.engine.held, job["choices"])
    except Exception:
        if added is not None:
            added.unlink(missing_ok=True)
        raise


def _match(service: Service, request: Request, job_id: str, pair: tuple[str, str]) -> None:
    kept, _ = _folder(service, request, job_id)
    number, claim_id = pair
    if claim_id and kept.key_of(claim_id) is None:
        raise Problem(422, "match", "no claim of the batch has this number, or several have it")
    kept.put_match(number, claim_id)


async def _content(part: object) -> bytes:
    """A file of a form; empty if there is none."""
    return await part.read() if isinstance(part, UploadFile) else b""
