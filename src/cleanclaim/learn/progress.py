"""What a learner knows: cards of spaced repetition and every answer, kept on this machine only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cleanclaim.errors import ConfigError
from cleanclaim.learn.cases import Case
from cleanclaim.parsing import json_of
from cleanclaim.read.sources import reason
from cleanclaim.storage.durable import whole_file
from cleanclaim.storage.home import home

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass
class Progress:
    """A learner's cards and answers.

    Attributes:
        name: the learner.
        path: the file.
        cards: by case, the card of `fsrs` as it stores itself.
        answers: each answer: case, topic, day, right, hints.
    """

    name: str
    path: Path
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def turns(self, case: str) -> int:
        """How often a case was answered."""
        return sum(answer["case"] == case for answer in self.answers)

    def is_due(self, case: str, now: datetime) -> bool:
        """Whether a case that was answered is to be asked again."""
        card = self.cards.get(case)
        return card is not None and datetime.fromisoformat(card["due"]) <= now

    def record(self, case: Case, *, is_right: bool, hints: int, now: datetime | None = None) -> str:
        """Note an answer; the day on which the case comes again."""
        from fsrs import Card, Rating, Scheduler  # noqa: PLC0415 - start-up

        moment = now or datetime.now(UTC)
        card = Card.from_dict(self.cards[case.id]) if case.id in self.cards else Card()  # type: ignore[arg-type]
        rating = Rating.Again if not is_right else Rating.Hard if hints else Rating.Good
        card, _ = Scheduler(enable_fuzzing=False).review_card(card, rating, moment)
        self.cards[case.id] = dict(card.to_dict())
        self.answers.append({"case": case.id, "topic": case.topic, "day": moment.date().isoformat(), "right": is_right, "hints": hints})  # fmt: skip
        return card.due.date().isoformat()

    def save(self) -> None:
        """Write the file; only its owner can read it."""
        content = {"learner": self.name, "cards": self.cards, "answers": self.answers}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(self.path) as out:
                out.write((json.dumps(content, indent=1) + "\n").encode())
        except OSError as error:
            raise ConfigError([f"{self.path}: {error.strerror}"]) from None


def progress_of(name: str) -> Progress:
    """A learner's progress on this machine; empty if there is none yet.

    Raises:
        ConfigError: the name can't be one, or the file can't be read.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError([f"--name: expected letters, digits, - and _, found {name[:40]!r}"])
    path = home() / "learn" / f"{name}.json"
    return read_progress(path) if path.exists() else Progress(name, path)


def read_progress(path: Path) -> Progress:
    """Read a file of progress.

    Raises:
        ConfigError: it isn't one.
    """
    try:
        content = json_of(path.read_text(encoding="utf-8"))
        answers = [{key: one[key] for key in ("case", "topic", "day", "right", "hints")} for one in content["answers"]]  # fmt: skip
        return Progress(str(content["learner"]), path, dict(content["cards"]), answers)
    except OSError as error:
        raise ConfigError([f"{path}: {reason(error)}"]) from None
    except (ValueError, KeyError, TypeError):
        raise ConfigError([f"{path}: it isn't a file of progress"]) from None


def difficulty(case: Case, answers: Iterable[Mapping[str, Any]]) -> float:
    """How hard a case is, 0 to 1: the share of wrong answers, drawn towards what it looks like while there are few."""
    own = [answer["right"] for answer in answers if answer["case"] == case.id]
    return (2 * case.prior + sum(not right for right in own)) / (2 + len(own))


def next_cases(
    every: Sequence[Case], progress: Progress, count: int, now: datetime | None = None
) -> list[Case]:
    """The cases to ask: those that are due, then new ones, easy ones first and topics in turn."""
    moment = now or datetime.now(UTC)
    due = [case for case in every if progress.is_due(case.id, moment)]
    due.sort(key=lambda case: progress.cards[case.id]["due"])
    new = [case for case in every if case.id not in progress.cards]
    ranked: dict[str, int] = {}
    places: list[tuple[int, int, Case]] = []
    for case in sorted(new, key=lambda one: (difficulty(one, progress.answers), _mixed(one.id))):
        ranked[case.topic] = ranked.get(case.topic, 0) + 1
        places.append((ranked[case.topic], len(places), case))
    return [*due, *(case for _, _, case in sorted(places, key=lambda place: place[:2]))][:count]


def _mixed(name: str) -> str:
    """An order in which cases of one edit don't follow each other."""
    return name[::-1]


def report_of(learners: Sequence[Progress]) -> list[dict[str, Any]]:
    """Answers and the share that was right, by learner and topic, and of all topics."""
    rows = []
    for one in learners:
        for topic in ["all", *sorted({answer["topic"] for answer in one.answers})]:
            own = [answer for answer in one.answers if topic in {"all", answer["topic"]}]
            right = sum(answer["right"] for answer in own)
            rows.append(
                {
                    "learner": one.name,
                    "topic": topic,
                    "answers": len(own),
                    "right": right,
                    "share": round(right / len(own), 4) if own else None,
                    "cases": len({answer["case"] for answer in own}),
                }
            )
    return rows
