"""The pages to learn: cases played in the page, progress, and a report of everybody who learns at this machine."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cleanclaim.learn.cases import KINDS, TOPICS, Case
from cleanclaim.learn.interface import practice_cases, practice_question
from cleanclaim.learn.progress import Progress, next_cases, progress_of, report_of
from cleanclaim.server.access import users
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


@router.get("/learn/class", dependencies=[needs("audit")])
async def class_report(request: Request) -> Response:
    """What everybody who learns at this service answered, by topic."""
    rows = await in_thread(_class, request)
    topics = [(key, words) for key, words in TOPICS.items() if any(row["topic"] == key for row in rows)]  # fmt: skip
    people: dict[str, dict[str, Any]] = {}
    for row in rows:
        people.setdefault(row["learner"], {})[row["topic"]] = row
    return page(request, "class.html", people=people, topics=topics)


@router.get("/learn/class.csv", dependencies=[needs("audit")])
async def class_table(request: Request) -> Response:
    """The same as a table."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, ("learner", "topic", "answers", "right", "share", "cases"), lineterminator="\n")  # fmt: skip
    writer.writeheader()
    writer.writerows(await in_thread(_class, request))
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="class.csv"'})  # fmt: skip


@router.post("/learn/play", dependencies=[KNOWN])
async def answer(request: Request) -> Response:
    """Whether an answer is right, and why."""
    service = service_of(request)
    async with form_of(request) as form:
        given = {name: str(value) for name, value in form.items()}
    shown = await in_thread(_answered, service, request, given)
    return page(request, "case.html", **shown, topic=given.get("topic", ""), kind=given.get("kind", ""))  # fmt: skip


def _learner(request: Request) -> Progress:
    return progress_of(_kept_as(principal_of(request).id))


def _overview(request: Request) -> dict[str, Any]:
    learner = _learner(request)
    now = datetime.now(UTC)
    cases = practice_cases()
    counts = {"topic": Counter(case.topic for case in cases), "kind": Counter(case.kind for case in cases)}  # fmt: skip
    own = {row["topic"]: row for row in report_of([learner])}
    return {
        "topics": [(key, words, counts["topic"][key], own.get(key)) for key, words in TOPICS.items() if counts["topic"][key]],
        "kinds": [(key, words, counts["kind"][key]) for key, words in KINDS.items() if counts["kind"][key]],
        "due": sum(learner.is_due(case, now) for case in learner.cards),
        "all": own["all"], "total": len(cases),
    }  # fmt: skip


def _class(request: Request) -> list[dict[str, Any]]:
    """The report of everybody of the organization who has learned here, by name."""
    service, who = service_of(request), principal_of(request)
    names = {one["id"]: one["name"] for one in users.listed(service.database, who.organization)}
    names |= {who.id: who.name}
    known = [progress_of(_kept_as(key)) for key in names]
    by_file = {_kept_as(key): name for key, name in names.items()}
    rows = report_of([one for one in known if one.answers])
    return sorted(({**row, "learner": by_file[row["learner"]]} for row in rows), key=lambda row: row["learner"])  # fmt: skip


def _kept_as(user_id: str) -> str:
    """The name that somebody's progress is kept by."""
    return _NOT_IN_NAMES.sub("-", user_id)[:40] or "me"


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
