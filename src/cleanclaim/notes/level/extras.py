"""What goes with a visit code: prolonged service, G2211, and modifier 25.

Sources: CPT E/M guidelines (99417, 99418); CMS, PFS final rule CY2021 (G2212), CY2023 and CY2024
(G0316 to G0318), CY2024 and CY2025 (G2211, and with modifier 25 for preventive services),
CY2026 (G2211 with home visits); NCCI Policy Manual, chapter I, section D (modifier 25).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Final

from cleanclaim.notes.level.answer import Element, Extra, Time
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.procedures import done, procedures_done, services
from cleanclaim.notes.suggestion import Evidence
from cleanclaim.notes.tables import cue, rows

MEDICARE: Final = "medicare"
LONGITUDINAL: Final = "G2211"
_LONG_TERM: Final = cue("extras.long_term")
_HOME_FROM: Final = date(2026, 1, 1)
_G2211_FROM: Final = date(2024, 1, 1)
_PREVENTIVE_FROM: Final = date(2025, 1, 1)


def prolonged(code: str | None, time: Time, payer: str | None, on: date) -> tuple[Extra, ...]:
    """Return the prolonged service that goes with a visit chosen by time."""
    if code is None or time.minutes is None:
        return ()
    kind = MEDICARE if payer == MEDICARE else "cpt"
    for row in rows("prolonged_times"):
        if (
            row["payer"] == kind
            and row["extends"] == code
            and row["valid_from"] <= on.isoformat() <= row["valid_to"]
        ):
            units = (time.minutes - int(row["minutes"])) // 15 + 1
            if units > 0:
                why = f"{time.minutes} minutes; from {row['minutes']} minutes, one unit for each full 15 minutes"
                return (Extra(row["code"], why, time.evidence, units),)
    return ()


def longitudinal(
    note: str,
    passages: Sequence[Sentence],
    code: str | None,
    on: date,
    payer: str | None,
    *,
    with_25: bool,
    preventive: bool,
) -> tuple[Extra, ...]:
    """Return G2211, if the note tells of a lasting relationship and Medicare pays it."""
    is_office = code is not None and code.startswith(("9920", "9921"))
    is_home = code is not None and code.startswith(("9934", "9935")) and on >= _HOME_FROM
    if payer != MEDICARE or on < _G2211_FROM or not (is_office or is_home):
        return ()
    if with_25 and not (preventive and on >= _PREVENTIVE_FROM):
        return ()
    for sentence in passages:
        match = _LONG_TERM.search(note, sentence.start, sentence.end)
        if match and sentence.section not in {"family", "instructions"}:
            why = "the visit is part of lasting care of the patient by this practice"
            return (Extra(LONGITUDINAL, why, (Evidence.of(note, match.start(), match.end()),)),)
    return ()


def preventive_services(note: str, passages: Sequence[Sentence]) -> list[Evidence]:
    """Return the words that say that a preventive visit or a vaccine was given at the same visit."""
    found = []
    for service in services():
        if service.kind == "preventive":
            for sentence in passages:
                match = service.pattern.search(note, sentence.start, sentence.end)
                before = note[max(0, sentence.start) : match.start()] if match else ""
                if (
                    match
                    and sentence.section in {"complaint", "hpi", "narrative", "assessment"}
                    and not re.search(
                        r"\b(?:last|schedul\w*|due|return|next|plan|had|no|not)\b",
                        before + note[match.end() : match.end() + 20],
                        re.IGNORECASE,
                    )
                ):
                    found.append(Evidence.of(note, match.start(), match.end()))
        if service.name == "vaccine given":
            found += done(note, passages, service)
    return found


def separate_work(
    note: str, passages: Sequence[Sentence], problems: Element
) -> tuple[Extra | None, list[Evidence]]:
    """Return modifier 25 if the visit is separate from a procedure of the day, and the words about the procedure.

    The decision to do a minor procedure belongs to the procedure, so a problem counts as separate
    only if it isn't what the procedure treats.
    """
    acts = procedures_done(note, passages)
    words = [one for found in acts.values() for one in found]
    if not words:
        return None, []
    separate = [
        one for one in problems.items if one.counts and not is_treated(note, one.evidence[0], words)
    ]
    if not separate:
        return None, words
    evidence = tuple(one.evidence[0] for one in separate)
    why = f"a problem was evaluated that the procedure doesn't treat: {next(iter(acts))}"
    return Extra("25", why, evidence), words


_PARTS: Final = cue("extras.parts")


def is_treated(note: str, problem: Evidence, acts: Sequence[Evidence]) -> bool:
    """Return true if a problem is what a procedure treats: they share a part of the body or a lesion."""
    own = _parts(problem.text) or _parts(_line_of(note, problem))
    return bool(own & {part for one in acts for part in _parts(_line_of(note, one))})


def _line_of(note: str, words: Evidence) -> str:
    start = max(note.rfind(".", 0, words.start), note.rfind("\n", 0, words.start)) + 1
    ends = [place for place in (note.find(".", words.end), note.find("\n", words.end)) if place > 0]
    return note[start : min(ends, default=len(note))]


def _parts(text: str) -> set[str]:
    found = {one.lower() for one in _PARTS.findall(text)}
    return {_alike().get(one, one)[:6] for one in found}


@cache
def _alike() -> dict[str, str]:
    """Return words for parts of the body, and the part that each belongs to."""
    return {row["word"]: row["part"] for row in rows("alike_parts")}
