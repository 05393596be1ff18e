"""The page of a note: what it supports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from cleanclaim.encoder.systems import ICD10
from cleanclaim.notes.level.leveler import Leveler
from cleanclaim.notes.level.leveler import Options as LevelOptions
from cleanclaim.notes.queries import letter_of
from cleanclaim.notes.suggest import Options
from cleanclaim.notes.support.supporter import Options as SupportOptions
from cleanclaim.server.access.permissions import needs
from cleanclaim.server.engine import Held
from cleanclaim.server.forms import fields_of
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.pages.form import LETTERS
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import day_of, in_thread, service_of

router = APIRouter(include_in_schema=False)
LONGEST_NOTE: Final = 50_000
_LINES: Final = 6
_POINTERS: Final = 4
_EXAMPLE: Final = (
    "Established patient.\nHPI: Follow-up of type 2 diabetes and high blood pressure. Denies chest pain. Mother had breast cancer.\n"
    "Assessment and plan:\n1. Type 2 diabetes with diabetic chronic kidney disease, stage 3a. A1c 8.1, above goal. Increase metformin. Recheck in 3 months.\n"
    "2. Hypertension, at goal. Continue lisinopril.\n"
)
"""An invented note."""


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
    if not text.strip() or len(text) > LONGEST_NOTE:
        return page(request, "_read.html", error=f"expected a note of up to {LONGEST_NOTE:,} characters")  # fmt: skip
    try:
        day = day_of(given.get("on")) or date.today()  # noqa: DTZ011
        codes = [code.strip() for code in given.get("codes", "").split(",") if code.strip()]
        return page(request, "_read.html", error=None, **await in_thread(read, held, text, day, given.get("patient") or None, codes))  # fmt: skip
    except Problem as problem:
        return page(request, "_read.html", error="; ".join([problem.detail, *problem.faults]))


def read(
    held: Held, text: str, day: date, patient: str | None, codes: Sequence[str]
) -> dict[str, Any]:
    """What a note supports: suggested codes, the visit level, support for billed codes, and the words they are based on."""
    found = held.suggester.suggest(text, Options(day))
    suggestions = [one.as_dict() for one in found]
    level = Leveler(held.suggester).level(text, LevelOptions(day, patient)).as_dict()
    support = held.supporter.support(text, list(codes), SupportOptions(day)) if codes else []
    marked = [words for one in suggestions if one["disposition"] != "not-coded" for words in one["evidence"]]  # fmt: skip
    return {
        "note": text, "suggestions": suggestions, "level": level, "support": [one.as_dict() for one in support], "evidence": marked,
        "letter": letter_of(found, day), "claim_query": _claim(suggestions, level["code"], day),
    }  # fmt: skip


def _claim(suggestions: Sequence[Mapping[str, Any]], level: str | None, day: date) -> str:
    """The query of the claim form that has a note's codes filled in; empty if the note has none."""
    billed = [one for one in suggestions if one["disposition"] == "code"]
    reasons = [one["code"] for one in billed if one["system"] == ICD10][: len(LETTERS)]
    services = [
        *([level] if level else []),
        *(one["code"] for one in billed if one["system"] != ICD10),
    ]
    given = {f"diagnosis_{letter}": code for letter, code in zip(LETTERS, reasons, strict=False)}
    for number, code in enumerate(services[:_LINES], start=1):
        given |= {f"procedure_code_{number}": code, f"from_date_{number}": day.isoformat(), f"units_{number}": "1"}  # fmt: skip
        given |= {f"diagnosis_pointers_{number}": LETTERS[: min(len(reasons), _POINTERS)]}
    return urlencode(given) if reasons or services else ""
