"""The risk of what was decided: drugs, surgery, hospitalization and the rest.

Sources: CPT E/M guidelines 2021 and 2023 (table of medical decision making, risk), CMS MLN006764,
in our own words. A procedure that is billed by itself brings no risk to the visit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cleanclaim.notes.level.answer import HIGH, LOW, MINIMAL, MODERATE, Element, Item
from cleanclaim.notes.level.units import Unit, is_general
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
_LIMITS: Final = cue("risk.limits")
_STRONG: Final = cue("risk.strong")
_LOW: Final = cue("risk.low")
_REST: Final = cue("risk.rest")
_FOR_SURGERY: Final = cue("risk.for_surgery")
_THEIRS: Final = cue("risk.theirs")
_PAPERS: Final = cue("risk.papers")
_DONE_BEFORE: Final = cue("risk.done_before")
_DECLINED: Final = cue("risk.declined")
_NO_RISKS: Final = cue("risk.no_risks")
_TAKEN: Final = cue("risk.taken")
_STOPS: Final = cue("risk.stops")
_NO_DRUG: Final = cue("risk.no_drug")
_WAS_GIVEN: Final = cue("risk.was_given")
_TODAY: Final = cue("risk.today")
_RX_WHY: Final = "prescription drug management"
_BILLED_APART: Final = "billed by itself: its risk isn't that of the visit"
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
    decided = [
        one
        for one in passages
        if one.section in DECISIONS and one not in billed and not is_general(note, one)
    ]
    items = [
        *_hospital(note, decided),
        *_surgery(note, decided),
        *_watched(note, decided, units),
        *(_parenteral(note, decided) if year >= _PARENTERAL_FROM else ()),
        *_drugs(note, passages, decided, units),
        *_social(note, passages),
        *_low(note, decided),
    ]
    items += [Item("procedure", _BILLED_APART, counts=False, evidence=(Evidence.of(note, one.start, one.end),)) for one in billed]  # fmt: skip
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


def _item(note: str, match: re.Match[str], why: str, rank: int = MINIMAL, what: str = "") -> Item:
    """Return a decision that counts."""
    return Item(what or match[0], why, counts=True, evidence=(evidence_of(note, match),), rank=rank)


def _aside(note: str, match: re.Match[str], why: str, *others: re.Match[str]) -> Item:
    """Return what doesn't count."""
    evidence = tuple(evidence_of(note, one) for one in (match, *others))
    return Item(match[0], why, counts=False, evidence=evidence)


def _may_be(note: str, sentence: Sentence, match: re.Match[str]) -> bool:
    """Return true if an act isn't done, or may be."""
    span = match.span()
    return is_denied(note, sentence, *span) or is_conditional(note, sentence, *span)


def _is_now(note: str, sentence: Sentence, match: re.Match[str]) -> bool:
    """Return true if an act is decided at this visit."""
    return not _may_be(note, sentence, match) and not is_earlier(note, sentence, *match.span())


def _hospital(note: str, decided: Sequence[Sentence]) -> Iterator[Item]:
    """Yield decisions about hospital care and its limits."""
    for sentence in decided:
        for match in matches(note, sentence, _ADMIT):
            before = note[sentence.start : match.start()]
            if _FOR_SURGERY.search(before) or (
                _SINCE.search(before) and not _WEIGHED.search(before)
            ):
                continue
            is_open = is_conditional(note, sentence, *match.span())
            if is_open and "considered" not in before.lower():
                continue
            if not _PAPERS.match(note, match.end()):
                why = "decision about hospitalization or more intensive hospital care"
                yield _item(note, match, why, HIGH, "hospital")
        for match in matches(note, sentence, _DNR):
            if not is_conditional(note, sentence, *match.span()):
                why = "decision not to resuscitate or to de-escalate care because of poor prognosis"
                yield _item(note, match, why, HIGH, "limits of care")


def _surgery(note: str, decided: Sequence[Sentence]) -> Iterator[Item]:
    """Yield decisions about surgery."""
    for n, sentence in enumerate(decided):
        text = note[sentence.start : sentence.end]
        around = " ".join(note[one.start : one.end] for one in decided[n : n + 2])
        if _SURGERY_DECIDED.search(text):
            for match in matches(note, sentence, _SURGERY):
                if _is_major_now(note, sentence, match):
                    rank, why = _of_major(text, around)
                    yield _item(note, match, why, rank, match["what"])
        for match in matches(note, sentence, _MINOR):
            if _is_now(note, sentence, match) and (
                _SURGERY_DECIDED.search(text) or sentence.listed
            ):
                rank, with_risk = (MODERATE, " with risk factors") if _is_risky(text) else (LOW, "")
                yield _item(note, match, f"decision about minor surgery{with_risk}", rank)


def _is_major_now(note: str, sentence: Sentence, match: re.Match[str]) -> bool:
    """Return true if major surgery is decided at this visit; that the patient declines it is a decision too."""
    before = note[sentence.start : match.start()]
    if _DONE_BEFORE.search(before) or is_earlier(note, sentence, *match.span()):
        return False
    if is_conditional(note, sentence, *match.span()):
        return False
    is_declined = _DECLINED.search(note, sentence.start, sentence.end) is not None
    return is_declined or not is_denied(note, sentence, *match.span())


def _of_major(text: str, around: str) -> tuple[int, str]:
    """Return the risk of major surgery."""
    if _URGENT.search(text):
        return HIGH, "decision about emergency major surgery"
    if _is_risky(around):
        return HIGH, "decision about elective major surgery with risk factors"
    return MODERATE, "decision about elective major surgery"


def _is_risky(text: str) -> bool:
    """Return true if a text names risk factors."""
    return _RISKS.search(text) is not None and _NO_RISKS.search(text) is None


def _watched(note: str, decided: Sequence[Sentence], units: Sequence[Unit]) -> Iterator[Item]:
    """Yield drugs whose toxicity is monitored."""
    drugs, _ = table_pattern("drugs", "names")
    for sentences in [unit.sentences for unit in units] or [list(decided)]:
        text = " ".join(note[one.start : one.end] for one in sentences)
        if not (_WATCH.search(text) and _LAB.search(text)) or _RARELY.search(text):
            continue
        for sentence in sentences:
            for match in matches(note, sentence, drugs):
                is_toxic = row_of("drugs", "names", match[0])["watch"] == "watch"
                if is_toxic and not _may_be(note, sentence, match):
                    why = "drug therapy with intensive monitoring for toxicity"
                    yield _item(note, match, why, HIGH)


def _parenteral(note: str, decided: Sequence[Sentence]) -> Iterator[Item]:
    """Yield controlled substances by injection."""
    for sentence in decided:
        for match in matches(note, sentence, _PARENTERAL):
            if _is_now(note, sentence, match):
                yield _item(note, match, "a controlled substance by injection", HIGH)


def _drugs(
    note: str, passages: Sequence[Sentence], decided: Sequence[Sentence], units: Sequence[Unit]
) -> Iterator[Item]:
    """Yield drugs about which something was decided."""
    drugs, _ = table_pattern("drugs", "names")
    for sentence in decided:
        is_apart = sentence.section == "narrative" and not _DECIDES.search(note, sentence.start, sentence.end)  # fmt: skip
        if is_apart and units and not any(sentence in unit.sentences for unit in units):
            continue
        named = list(matches(note, sentence, drugs))
        for match in named:
            yield from _drug(note, sentence, match, units)
        if not named:
            yield from _unnamed(note, sentence)
            yield from _same_drugs(note, passages, sentence, units)


def _drug(
    note: str, sentence: Sentence, match: re.Match[str], units: Sequence[Unit]
) -> Iterator[Item]:
    """Yield what is decided about a drug."""
    if _skipped(note, sentence, match):
        yield _aside(note, match, "no decision about it at this visit")
    elif _is_decided(note, sentence, match, units):
        is_rx = row_of("drugs", "names", match[0])["kind"] == "rx"
        if is_rx or _STRONG.match(note, match.start()):
            yield _item(note, match, _RX_WHY, MODERATE)
        else:
            yield _item(note, match, "an over-the-counter drug", LOW)


def _unnamed(note: str, sentence: Sentence) -> Iterator[Item]:
    """Yield prescriptions of drugs that aren't in the table of drugs."""
    text = note[sentence.start : sentence.end]
    if _EXCEPT.search(text):
        return
    for pattern in (_RX, _DOSE):
        for match in matches(note, sentence, pattern):
            is_decided = pattern is _RX or _DECIDES.search(text)
            if is_decided and _is_now(note, sentence, match):
                yield _item(note, match, _RX_WHY, MODERATE)


def _is_decided(note: str, sentence: Sentence, match: re.Match[str], units: Sequence[Unit]) -> bool:
    """Return true if something is decided about a drug: a verb says so, or the plan names it by itself."""
    text = note[sentence.start : sentence.end]
    of_unit = _of_unit(note, sentence, units)
    is_same = _SAME.search(of_unit) and not _THEIRS.search(of_unit)
    if _DECIDES.search(text) or _SAME.search(text) or is_same:
        return True
    before = note[sentence.start : match.start()]
    if _TAKEN.search(before):
        return False
    names_problem = any(sentence.start <= unit.name.start < sentence.end for unit in units)
    return not names_problem or re.search(r"[:,-]\s*(?:\w+\s+){0,2}$", before) is not None


def _skipped(note: str, sentence: Sentence, match: re.Match[str]) -> bool:
    """Return true if nothing was decided about a drug."""
    before = note[sentence.start : match.start()]
    if _STOPS.search(before):
        return False
    if _NO_DRUG.search(before[-12:]) or _NO_DRUG.search(note[match.end() : match.end() + 10]):
        return True
    if _WAS_GIVEN.search(before) and not _TODAY.search(note, sentence.start, sentence.end):
        return True
    return _may_be(note, sentence, match)


def _of_unit(note: str, sentence: Sentence, units: Sequence[Unit]) -> str:
    return next((unit.text(note) for unit in units if sentence in unit.sentences), "")


def _same_drugs(
    note: str, passages: Sequence[Sentence], sentence: Sentence, units: Sequence[Unit]
) -> Iterator[Item]:
    """Yield "continue current medications", if the note names a prescription drug for the problem."""
    match = next(matches(note, sentence, _SAME), None)
    if match is None or _THEIRS.search(note, sentence.start, sentence.end):
        return
    if is_denied(note, sentence, match.start(), match.start()) and "no change" not in match[0].lower():  # fmt: skip
        return
    codes = [code for unit in units if sentence in unit.sentences for code in unit.plain_codes]
    drug = next(_for_codes(note, passages, codes), None)
    if drug is None:
        yield _aside(note, match, "no prescription drug is named for the problem")
        return
    evidence = (evidence_of(note, match), evidence_of(note, drug))
    yield Item(drug[0], _RX_WHY, counts=True, evidence=evidence, rank=MODERATE)


def _for_codes(
    note: str, passages: Sequence[Sentence], codes: Sequence[str]
) -> Iterator[re.Match[str]]:
    """Yield the prescription drugs of a note that are for some conditions."""
    drugs, _ = table_pattern("drugs", "names")
    for sentence in passages:
        if sentence.section in {"family", "allergies", "pmh"}:
            continue
        for match in matches(note, sentence, drugs):
            row = row_of("drugs", "names", match[0])
            prefixes = tuple(row["conditions"].replace(".", "").split())
            if row["kind"] == "rx" and prefixes and any(one.startswith(prefixes) for one in codes):
                yield match


def _social(note: str, passages: Sequence[Sentence]) -> Iterator[Item]:
    """Yield social circumstances that limit the treatment."""
    for sentence in passages:
        if sentence.section not in {*DECISIONS, "hpi"}:
            continue
        for match in matches(note, sentence, _SOCIAL):
            if is_denied(note, sentence, match.start(), match.start()) or is_earlier(note, sentence, *match.span()):  # fmt: skip
                continue
            rest = note[sentence.start : match.start()] + note[match.end() : sentence.end]
            if _LIMITS.search(rest):
                yield _item(note, match, "treatment limited by social determinants of health", MODERATE)  # fmt: skip
            else:
                yield _aside(note, match, "the note doesn't say that it limits diagnosis or treatment")  # fmt: skip


def _low(note: str, decided: Sequence[Sentence]) -> Iterator[Item]:
    """Yield treatment of low or minimal risk."""
    kinds = (
        (_LOW, LOW, "therapy, a referral or another treatment of low risk"),
        (_REST, MINIMAL, "rest or advice"),
    )
    for sentence in decided:
        for pattern, rank, why in kinds:
            for match in matches(note, sentence, pattern):
                if not _may_be(note, sentence, match):
                    yield _item(note, match, why, rank)
