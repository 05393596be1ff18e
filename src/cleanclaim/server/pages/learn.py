"""The pages to learn: cases played in the page, progress, and a report of everybody who learns at this machine."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cleanclaim.learn.cases import KINDS, TOPICS, Case
from cleanclaim.learn.interface import practice_cases, practice_question
from cleanclaim.learn.progress import Progress, next_cases, progress_of, read_progress, report_of
from cleanclaim.server.access.permissions import KNOWN, needs, principal_of
from cleanclaim.server.forms import form_of
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import Service, in_thread, service_of

router = APIRouter(include_in_schema=False)
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_-]")


@router.get("/learn", dependencies=[needs("codes")])
async def learn(request: Request) -> Response:
    """Topics, kinds and progress."""
    return page(request, "learn.html", **await in_thread(_overview, request))


@router.get("/learn/play", dependencies=[needs("codes")])
async def play(request: Request, topic: str = "", kind: str = "") -> Response:
    """The next case: one that is due, else a new one."""
    shown = await in_thread(_next, service_of(request), request, topic, kind)
    if shown is None:
        return RedirectResponse("/learn", 303)
    return page(request, "case.html", **shown, topic=topic, kind=kind, answer=None)


@router.post("/learn/play", dependencies=[KNOWN])
async def answer(request: Request) -> Response:
    """Whether an answer is right, and why."""
    service = service_of(request)
    async with form_of(request) as form:
        given = {name: str(value) for name, value in form.items()}
    shown = await in_thread(_answered, service, request, given)
    return page(request, "case.html", **shown, topic=given.get("topic", ""), kind=given.get("kind", ""))  # fmt: skip


def _learner(request: Request) -> Progress:
    return progress_of(_NOT_IN_NAMES.sub("-", principal_of(request).id)[:40] or "me")


def _overview(request: Request) -> dict[str, Any]:
    learner = _learner(request)
    now = datetime.now(UTC)
    cases = practice_cases()
    counts = {"topic": Counter(case.topic for case in cases), "kind": Counter(case.kind for case in cases)}  # fmt: skip
    own = {row["topic"]: row for row in report_of([learner])}
    others = [read_progress(path) for path in sorted(learner.path.parent.glob("*.json"))] if learner.path.parent.is_dir() else []  # fmt: skip
    return {
        "topics": [(key, words, counts["topic"][key], own.get(key)) for key, words in TOPICS.items() if counts["topic"][key]],
        "kinds": [(key, words, counts["kind"][key]) for key, words in KINDS.items() if counts["kind"][key]],
        "due": sum(learner.is_due(case, now) for case in learner.cards),
        "all": own["all"], "total": len(cases),
        "learners": [row for row in report_of(others) if row["topic"] == "all"],
    }  # fmt: skip


def _chosen(topic: str, kind: str) -> list[Case]:
    if topic not in {"", *TOPICS} or kind not in {"", *KINDS}:
        raise Problem(404, "case", "there is no such topic or kind")
    return practice_cases(topics=[topic] if topic else [], kinds=[kind] if kind else [])


def _next(service: Service, request: Request, topic: str, kind: str) -> dict[str, Any] | None:
    learner = _learner(request)
    cases = _chosen(topic, kind)
    asked = next_cases(cases, learner, 1)
    if not asked:
        return None
    return _shown(service, asked[0], learner.turns(asked[0].id))


def _shown(service: Service, case: Case, turn: int) -> dict[str, Any]:
    question = practice_question(case, turn=turn, reference=service.engine.held.reference)
    return {"case": case, "question": question, "turn": turn, "topic_words": TOPICS[case.topic]}


def _answered(service: Service, request: Request, given: dict[str, str]) -> dict[str, Any]:
    case = next((one for one in practice_cases() if one.id == given.get("case")), None)
    numbers = [given.get(name, "") for name in ("turn", "choice", "hints")]
    if case is None or not all(one.isascii() and one.isdigit() and len(one) < 6 for one in numbers):
        raise Problem(422, "case", "choose an answer")
    turn, choice, hints = map(int, numbers)
    shown = _shown(service, case, turn)
    question = shown["question"]
    if choice >= len(question.choices):
        raise Problem(422, "case", "choose an answer")
    learner = _learner(request)
    again = None
    if learner.turns(case.id) == turn:  # not the same form sent twice
        again = learner.record(case, is_right=choice == question.answer, hints=min(hints, len(question.hints)))  # fmt: skip
        learner.save()
    return shown | {"answer": choice, "is_right": choice == question.answer, "again": again}
