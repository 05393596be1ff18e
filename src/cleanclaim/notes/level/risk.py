"""The risk of what was decided: drugs, surgery, hospitalization and the rest.

Sources: CPT E/M guidelines 2021 and 2023 (table of medical decision making, risk), CMS MLN006764,
in our own words. A procedure that is billed by itself brings no risk to the visit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cleanclaim.notes.level.answer import HIGH, LOW, MINIMAL, MODERATE, Element, Item
from cleanclaim.notes.level.units import Unit
from cleanclaim.notes.level.wording import (
    evidence_of,
    is_conditional,
    is_denied,
    is_earlier,
    matches,
    row_of,
    table_pattern,
)
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.procedures import done_sentences
from cleanclaim.notes.suggestion import Evidence
from cleanclaim.notes.tables import cue

DECISIONS: Final = frozenset(("plan", "assessment", "narrative"))
_DECIDES: Final = cue("risk.decides")
_SAME: Final = cue("risk.same")
_DOSE: Final = cue("risk.dose")
_RX: Final = cue("risk.rx")
_EXCEPT: Final = cue("risk.except")
_ADMIT: Final = cue("risk.admit")
_SINCE: Final = cue("risk.since")
_WEIGHED: Final = cue("risk.weighed")
_DNR: Final = cue("risk.dnr")
_SURGERY: Final = cue("risk.surgery")
_SURGERY_DECIDED: Final = cue("risk.surgery_decided")
_RISKS: Final = cue("risk.risks")
_URGENT: Final = cue("risk.urgent")
_MINOR: Final = cue("risk.minor")
_SOCIAL: Final = cue("risk.social")
_WATCH: Final = cue("risk.watch")
_RARELY: Final = cue("risk.rarely")
_LAB: Final = cue("risk.lab")
_PARENTERAL: Final = cue("risk.parenteral")
_LOW: Final = cue("risk.low")
_REST: Final = cue("risk.rest")
_PARENTERAL_FROM: Final = 2023


def risk_of(note: str, passages: Sequence[Sentence], units: Sequence[Unit], year: int) -> Element:
    """Return the element of risk.

    Args:
        note: the note.
        passages: its sentences.
        units: the problems, each with the text about it.
        year: the year of service.
    """
    billed = done_sentences(note, passages)
    decided = [one for one in passages if one.section in DECISIONS and one not in billed]
    items = [
        *_hospital(note, decided),
        *_surgery(note, decided),
        *_watched(note, decided, units),
        *(_parenteral(note, decided) if year >= _PARENTERAL_FROM else ()),
        *_drugs(note, passages, decided, units),
        *_social(note, passages),
        *_low(note, decided),
    ]
    items += [Item("procedure", "billed by itself: its risk isn't that of the visit", counts=False, evidence=(Evidence.of(note, one.start, one.end),)) for one in billed]  # fmt: skip
    counted = [one for one in items if one.counts]
    best = max(counted, key=lambda one: one.rank, default=None)
    why = best.why if best else "no treatment beyond advice"
    return Element(best.rank if best else MINIMAL, why, tuple(_once(items)))


def _once(items: list[Item]) -> Iterator[Item]:
    seen = set()
    for one in items:
        if (one.what.lower(), one.counts, one.why) not in seen:
            seen.add((one.what.lower(), one.counts, one.why))
            yield one


def is_emergency(risk: Element) -> bool:
    """Return true if the plan sends the patient to a hospital."""
    return any(one.what == "hospital" and one.counts for one in risk.items)


def _hospital(note: str, decided: Sequence[Sentence]) -> Iterator[Item]:
    for sentence in decided:
        for match in matches(note, sentence, _ADMIT):
            before = note[sentence.start : match.start()]
            if _SINCE.search(before) and not _WEIGHED.search(before):
                continue
            if is_conditional(note, sentence, match.start(), match.end()) and not re.search(
                r"\bconsidered\b", before, re.IGNORECASE
            ):
                continue
            if re.search(
                r"\b(?:diagnosis|date|medications?|labs?|orders? reviewed|note|h&p)\b",
                note[match.end() : match.end() + 14],
                re.IGNORECASE,
            ):
                continue
            yield Item(
                "hospital",
                "decision about hospitalization or more intensive hospital care",
                counts=True,
                evidence=(evidence_of(note, match),),
                rank=HIGH,
            )
        for match in matches(note, sentence, _DNR):
            if not is_conditional(note, sentence, match.start(), match.end()):
                yield Item(
                    "limits of care",
                    "decision not to resuscitate or to de-escalate care because of poor prognosis",
                    counts=True,
                    evidence=(evidence_of(note, match),),
                    rank=HIGH,
                )


def _surgery(note: str, decided: Sequence[Sentence]) -> Iterator[Item]:
    for n, sentence in enumerate(decided):
        text = note[sentence.start : sentence.end]
        for match in matches(note, sentence, _SURGERY):
            if (
                is_earlier(note, sentence, match.start(), match.end())
                or not _SURGERY_DECIDED.search(text)
                or re.search(
                    r"\b(?:s/p|status post|had|underwent|after|following|refer\w*)\b",
                    text[: match.start() - sentence.start],
                    re.IGNORECASE,
                )
            ):
                continue
            if is_denied(note, sentence, match.start(), match.end()) and not re.search(
                r"\bdeclin|\brefus", text, re.IGNORECASE
            ):
                continue
            if is_conditional(note, sentence, match.start(), match.end()):
                continue
            around = " ".join(note[one.start : one.end] for one in decided[n : n + 2])
            if _URGENT.search(text):
                rank, why = HIGH, "decision about emergency major surgery"
            elif _RISKS.search(around) and not re.search(
                r"\bno (?:\w+ ){0,3}risk", around, re.IGNORECASE
            ):
                rank, why = HIGH, "decision about elective major surgery with risk factors"
            else:
                rank, why = MODERATE, "decision about elective major surgery"
            yield Item(
                match["what"], why, counts=True, evidence=(evidence_of(note, match),), rank=rank
            )
        for match in matches(note, sentence, _MINOR):
            if (
                is_earlier(note, sentence, match.start(), match.end())
                or is_denied(note, sentence, match.start(), match.end())
                or is_conditional(note, sentence, match.start(), match.end())
            ):
                continue
            if not (_SURGERY_DECIDED.search(text) or sentence.listed):
                continue
            is_risky = _RISKS.search(text) is not None and not re.search(
                r"\bno (?:\w+ ){0,3}risk", text, re.IGNORECASE
            )
            why = "decision about minor surgery" + (" with risk factors" if is_risky else "")
            yield Item(
                match[0],
                why,
                counts=True,
                evidence=(evidence_of(note, match),),
                rank=MODERATE if is_risky else LOW,
            )


def _watched(note: str, decided: Sequence[Sentence], units: Sequence[Unit]) -> Iterator[Item]:
    """Yield drugs whose toxicity is monitored."""
    drugs, _ = table_pattern("drugs", "names")
    for sentences in [unit.sentences for unit in units] or [list(decided)]:
        text = " ".join(note[one.start : one.end] for one in sentences)
        for sentence in sentences:
            for match in matches(note, sentence, drugs):
                if row_of("drugs", "names", match[0])["watch"] != "watch":
                    continue
                if is_conditional(note, sentence, match.start(), match.end()) or is_denied(
                    note, sentence, match.start(), match.end()
                ):
                    continue
                watch = re.search(
                    r"\b(?:monitor\w*|toxicity|surveillance|safety)\b", text, re.IGNORECASE
                )
                if watch and _LAB.search(text) and not _RARELY.search(text):
                    yield Item(
                        match[0],
                        "drug therapy with intensive monitoring for toxicity",
                        counts=True,
                        evidence=(evidence_of(note, match),),
                        rank=HIGH,
                    )


def _parenteral(note: str, decided: Sequence[Sentence]) -> Iterator[Item]:
    for sentence in decided:
        for match in matches(note, sentence, _PARENTERAL):
            if (
                not is_denied(note, sentence, match.start(), match.end())
                and not is_conditional(note, sentence, match.start(), match.end())
                and not is_earlier(note, sentence, match.start(), match.end())
            ):
                yield Item(
                    match[0],
                    "a controlled substance by injection",
                    counts=True,
                    evidence=(evidence_of(note, match),),
                    rank=HIGH,
                )


def _drugs(
    note: str, passages: Sequence[Sentence], decided: Sequence[Sentence], units: Sequence[Unit]
) -> Iterator[Item]:
    """Yield drugs about which something was decided."""
    drugs, _ = table_pattern("drugs", "names")
    addressed = {id(one) for unit in units for one in unit.sentences}
    for sentence in decided:
        text = note[sentence.start : sentence.end]
        if (
            units
            and sentence.section == "narrative"
            and id(sentence) not in addressed
            and not _DECIDES.search(text)
        ):
            continue
        named = list(matches(note, sentence, drugs))
        for match in named:
            if _skipped(note, sentence, match):
                yield Item(
                    match[0],
                    "no decision about it at this visit",
                    counts=False,
                    evidence=(evidence_of(note, match),),
                )
                continue
            is_rx = row_of("drugs", "names", match[0])["kind"] == "rx" or _strong(note, match)
            if not _is_decided(note, sentence, match, units):
                continue
            rank, why = (
                (MODERATE, "prescription drug management")
                if is_rx
                else (LOW, "an over-the-counter drug")
            )
            yield Item(match[0], why, counts=True, evidence=(evidence_of(note, match),), rank=rank)
        for pattern in (_RX, _DOSE):
            for match in matches(note, sentence, pattern):
                if (
                    named
                    or _EXCEPT.search(text)
                    or is_denied(note, sentence, match.start(), match.end())
                    or is_conditional(note, sentence, match.start(), match.end())
                    or is_earlier(note, sentence, match.start(), match.end())
                ):
                    continue
                if pattern is _DOSE and not _DECIDES.search(text):
                    continue
                yield Item(
                    match[0],
                    "prescription drug management",
                    counts=True,
                    evidence=(evidence_of(note, match),),
                    rank=MODERATE,
                )
        if not named:
            yield from _same_drugs(note, passages, sentence, units)


def _is_decided(note: str, sentence: Sentence, match: re.Match[str], units: Sequence[Unit]) -> bool:
    """Return true if something is decided about a drug: a verb says so, or the plan names it by itself."""
    text = note[sentence.start : sentence.end]
    if _DECIDES.search(text) or _SAME.search(text) or _SAME.search(_of_unit(note, sentence, units)):
        return True
    before = note[sentence.start : match.start()]
    if re.search(
        r"\b(?:on|with|despite|taking|takes|using|uses|from|of|to)\s+(?:\w+\s+){0,2}$",
        before,
        re.IGNORECASE,
    ):
        return False
    names_problem = any(sentence.start <= unit.name.start < sentence.end for unit in units)
    return not names_problem or re.search(r"[:,-]\s*(?:\w+\s+){0,2}$", before) is not None


def _strong(note: str, match: re.Match[str]) -> bool:
    """Return true if an over-the-counter drug is prescribed in prescription strength."""
    after = note[match.end() : match.end() + 20]
    return (re.match(r"\s*(?:600|800|500)\s?mg", after) is not None and match[0].lower() in {"ibuprofen", "naproxen", "motrin"}) or (re.match(r"\s*40\s?mg", after) is not None and "prazole" in match[0].lower())  # fmt: skip


def _skipped(note: str, sentence: Sentence, match: re.Match[str]) -> bool:
    """Return true if nothing was decided about a drug."""
    text = note[sentence.start : sentence.end]
    before = note[sentence.start : match.start()].lower()
    if re.search(r"\b(?:stop\w*|discontinu\w*|hold|no changes? (?:to|in))\b", before):
        return False
    if re.search(
        r"\b(?:allerg\w+|allergic|levels?|trough)\b",
        note[match.end() : match.end() + 10] + before[-12:],
        re.IGNORECASE,
    ):
        return True
    if re.search(
        r"\b(?:took|tried|treated with|was (?:given|started|placed|prescribed)|were prescribed|completed|finished)\b[^.;]*$",
        before,
    ) and not re.search(r"\b(?:today|in (?:the )?(?:office|clinic|ed))\b", text, re.IGNORECASE):
        return True
    return is_denied(note, sentence, match.start(), match.end()) or is_conditional(
        note, sentence, match.start(), match.end()
    )


def _of_unit(note: str, sentence: Sentence, units: Sequence[Unit]) -> str:
    return next((unit.text(note) for unit in units if sentence in unit.sentences), "")


def _same_drugs(
    note: str, passages: Sequence[Sentence], sentence: Sentence, units: Sequence[Unit]
) -> Iterator[Item]:
    """Yield "continue current medications", if the note names a prescription drug for the problem."""
    match = next(matches(note, sentence, _SAME), None)
    if match is None or (
        is_denied(note, sentence, match.start(), match.start())
        and "no change" not in match[0].lower()
    ):
        return
    drugs, _ = table_pattern("drugs", "names")
    codes = [code for unit in units if sentence in unit.sentences for code in unit.plain_codes]
    for other in passages:
        if other.section in {"family", "allergies", "pmh"}:
            continue
        for drug in matches(note, other, drugs):
            row = row_of("drugs", "names", drug[0])
            prefixes = tuple(row["conditions"].replace(".", "").split())
            if (
                row["kind"] == "rx"
                and prefixes
                and any(code.startswith(prefixes) for code in codes)
            ):
                yield Item(
                    drug[0],
                    "prescription drug management",
                    counts=True,
                    evidence=(evidence_of(note, match), evidence_of(note, drug)),
                    rank=MODERATE,
                )
                return
    yield Item(
        match[0],
        "no prescription drug is named for the problem",
        counts=False,
        evidence=(evidence_of(note, match),),
    )


def _social(note: str, passages: Sequence[Sentence]) -> Iterator[Item]:
    for sentence in passages:
        if sentence.section not in {*DECISIONS, "hpi"}:
            continue
        for match in matches(note, sentence, _SOCIAL):
            if is_denied(note, sentence, match.start(), match.start()) or is_earlier(
                note, sentence, match.start(), match.end()
            ):
                continue
            text = note[sentence.start : sentence.end]
            is_limited = re.search(
                r"\b(?:medic\w+|insulin|inhaler|drug|treat\w*|therapy|prescri\w+|refill\w*|follow[- ]?up|appointment\w*|visit\w*|diet|test\w*|mri|care|dose[sd]?|store|refrigerat\w+|skip\w*|afford\w*|"
                r"pharmacy|limit\w*|missed|so)\b",
                text.replace(match[0], ""), re.IGNORECASE,
            )  # fmt: skip
            if is_limited:
                yield Item(
                    match[0],
                    "treatment limited by social determinants of health",
                    counts=True,
                    evidence=(evidence_of(note, match),),
                    rank=MODERATE,
                )
            else:
                yield Item(
                    match[0],
                    "the note doesn't say that it limits diagnosis or treatment",
                    counts=False,
                    evidence=(evidence_of(note, match),),
                )


def _low(note: str, decided: Sequence[Sentence]) -> Iterator[Item]:
    for sentence in decided:
        for pattern, rank, why in (
            (_LOW, LOW, "therapy, a referral or another treatment of low risk"),
            (_REST, MINIMAL, "rest or advice"),
        ):
            for match in matches(note, sentence, pattern):
                if not is_denied(note, sentence, match.start(), match.end()) and not is_conditional(
                    note, sentence, match.start(), match.end()
                ):
                    yield Item(
                        match[0], why, counts=True, evidence=(evidence_of(note, match),), rank=rank
                    )
