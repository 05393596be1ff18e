"""Suggest codes for a note.

The lines of the assessment are read as problems; conditions named elsewhere are considered. Each
is judged by what its sentence says about it (`assertion`), coded by the search (`coding`), and
then the rules for sets of codes run (`guidelines`, `special`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

from cleanclaim.encoder import Encoder
from cleanclaim.errors import ConfigError
from cleanclaim.notes import assertion as said
from cleanclaim.notes import details, drugs, guidelines, queries, sequelae, special
from cleanclaim.notes.assistant import Proposal
from cleanclaim.notes.coding import Coded, Coder
from cleanclaim.notes.confidence import LEAST, is_whole, of_finding, of_problem
from cleanclaim.notes.found import Found, assertion_of
from cleanclaim.notes.lines import ENCOUNTER, is_line, of_line
from cleanclaim.notes.mentions import Lexicon, Mention, overlaps
from cleanclaim.notes.other_meanings import means_other
from cleanclaim.notes.passages import ASSESSMENT, NARRATIVE, Sentence, has_section, sentences
from cleanclaim.notes.problems import phrase
from cleanclaim.notes.sides import side_in_note, side_near
from cleanclaim.notes.statuses import of_procedures
from cleanclaim.notes.suggestion import CODE, CONSIDER, NOT_CODED, Evidence, Suggestion
from cleanclaim.notes.tables import mapping, words

OUTPATIENT: Final = "outpatient"
INPATIENT: Final = "inpatient"
BILLING: Final = "billing"
INDEX: Final = "index"
_FEW: Final = 6
"""The most words of a sentence that is a heading wherever it stands."""
_ELSEWHERE: Final = 0.75
_SILENT: Final = frozenset(("medications", "allergies", "instructions"))
"""Sections whose words name no condition of the patient."""
_DASH: Final = re.compile(r"\s+[-\u2013\u2014]+\s+")
"""What is between a heading and a condition that says more of it: abnormal bleeding - leiomyoma."""
_PROBLEMS: Final = ("a problem of the visit", "named in the assessment")
"""How the reasons begin of suggestions whose confidence is calibrated."""
_CAPITALIZED: Final = re.compile(r"[A-Z][a-z]+")
_CALLED: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Nurse|Prof)\.?\s+(?:[A-Z][\w.]*\s+)?$")
_FORENAME: Final = re.compile(r"(?:^|[a-z,:(]\s+)[A-Z][a-z]+\s+(?:[A-Z]\.\s+)?$")
_WEAK: Final = frozenset(("ros", "exam", "results", "social", "procedure"))
_CHRONIC: Final = re.compile(
    r"^(?:E0[0-79]|E1[013]|E2[0-8]|E66|E78|F0[13]|F2|F3[0-3]|F4[0-3]|F84|F90|G20|G30|G35|G40|G43|G47|G6[0-3]|H40|I1[0-3]|I25|I27|I34|I35|"
    r"I4[28]|I50|I7[013]|"
    r"J4[1-57]|J84|K2[1]|K50|K51|K58|K7[0-4]|L40|M05|M06|M1[1-9]|M3[0-5]|M45|M79\.7|M81|N18|N40|B20|B18|D5[67]|Q)"
)
"""Conditions that last: a "history of" them doesn't mean that they are over."""
_REPAIRED: Final = re.compile(
    r"\s+(?:repair|resection|excision|surgery|removal|ablation|reconstruction|decompression)\b",
    re.IGNORECASE,
)
"""An operation after a condition's name: the condition is over."""
_REASONS: Final = ("Z00", "Z01", "Z02", "Z11", "Z12", "Z13", "Z23", "Z30", "Z71")
"""Reasons for a visit: screening and prevention are what they are about."""
_WATCHED: Final = re.compile(r"\b(?:genetic\w*|high[- ]risk|increased risk|early screening|screen\w*|surveillance)\b", re.IGNORECASE)  # fmt: skip
"""Why a relative's disease matters at a visit."""
_WHY: Final = {
    said.DENIED: "denied",
    said.FAMILY: "family history",
    said.OTHER: "about another person",
    said.PAST: "past history",
    said.UNCERTAIN: "uncertain in an outpatient note",
    said.INTEGRAL: "integral to another condition: its cause is named",
    said.HYPOTHETICAL: "a risk or a precaution, not a condition of the patient",
}
_RULES: Final = {
    said.DENIED: "denied",
    said.FAMILY: "family history (I.C.21.c.4)",
    said.OTHER: "another person",
    said.PAST: "past history (IV.I, I.C.21.c.4)",
    said.UNCERTAIN: "uncertain diagnosis (IV.H)",
    said.INTEGRAL: "integral symptoms (I.B.4, I.B.5)",
    said.HYPOTHETICAL: "not a condition",
}
_BY_MODEL: Final = "proposed by the language model"
_ORDER: Final = {CODE: 0, CONSIDER: 1, NOT_CODED: 2}


@dataclass(frozen=True, slots=True)
class Options:
    """How notes are read.

    Attributes:
        on: the date of service.
        setting: outpatient or inpatient.
        mode: billing, or index for every finding that is named.
    """

    on: date
    setting: str = OUTPATIENT
    mode: str = BILLING

    def __post_init__(self) -> None:
        """Check the words.

        Raises:
            ConfigError: one isn't known.
        """
        for name, value, known in (
            ("setting", self.setting, (OUTPATIENT, INPATIENT)),
            ("mode", self.mode, (BILLING, INDEX)),
        ):
            if value not in known:
                raise ConfigError([f"{name}: expected {known[0]} or {known[1]}, found {value!r}"])


class Suggester:
    """Suggests codes for notes; keeps what it read for the next note.

    Args:
        encoder: the code lists and their search.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._lexicon = lru_cache(1)(lambda: Lexicon(encoder.index))
        self._coder_of = lru_cache(8)(lambda on: Coder(encoder, on))

    def _coder(self, on: date) -> Coder:
        """Return the coder for a day: the same one as long as no code changes."""
        found: Coder = self._coder_of(self._encoder.searcher.period(on))
        return found

    def suggest(self, note: str, options: Options) -> list[Suggestion]:
        """Return the codes for a note: to code, to consider, and not coded with the reason.

        Args:
            note: the text.
            options: the date, the setting and the mode.
        """
        coder = self._coder(options.on)
        passages = sentences(note)
        main = _main_sections(note, passages)
        found = list(self._found(note, passages, main, coder, options.mode))
        suggestions = list(_decided(note, found, main, options, coder))
        for sentence in passages:
            if sentence.section in main:
                suggestions += drugs.of_drugs(note, sentence, coder)
        suggestions = _merged(suggestions)
        if options.mode == INDEX:
            suggestions = [_weighed(one) for one in guidelines.without_general(suggestions)]
        if options.mode == BILLING:
            suggestions = _for_billing(note, passages, main, suggestions, options, coder)
        if any(one.disposition == CODE and one.code[0] in "ST" for one in suggestions):
            suggestions += special.of_external_causes(note, passages, coder)
        whole = list(queries.completed(_merged(suggestions), coder))
        if options.mode == BILLING:
            whole = [_calibrated(note, one) for one in whole]
        return sorted(whole, key=lambda one: _ORDER[one.disposition])

    def add(
        self, note: str, options: Options, found: list[Suggestion], proposals: Iterable[Proposal]
    ) -> list[Suggestion]:
        """Return suggestions with those that a language model proposed: to consider at most, and never instead of one that is there.

        Args:
            note: the text.
            options: the date, the setting and the mode.
            found: the suggestions made without the model.
            proposals: what the model found, each with its place in the note.
        """
        coder = self._coder(options.on)
        passages = sentences(note)
        known = {one.code for one in found}
        extra: list[Suggestion] = []
        for one in proposals:
            sentence = next((each for each in passages if each.start <= one.start < each.end), None)
            proposed = _proposed(note, one, sentence, coder) if sentence else None
            if proposed is not None and proposed.code not in known:
                extra.append(_within_setting(proposed, options))
        whole = [*found, *queries.completed(_merged(extra), coder)]
        return sorted(guidelines.without_symptoms(whole), key=lambda one: _ORDER[one.disposition])

    def _found(
        self, note: str, passages: list[Sentence], main: frozenset[str], coder: Coder, mode: str
    ) -> Iterator[Found]:
        """Yield the conditions of a note with their codes."""
        lines = main if mode == BILLING else main & {ASSESSMENT}
        for sentence in passages:
            if sentence.section in _SILENT and sentence.section not in main:
                continue
            aftercare = sentence.section in main and ENCOUNTER.search(note, sentence.start, sentence.end)  # fmt: skip
            statuses = [] if aftercare else list(of_procedures(note, sentence, coder))
            yield from statuses
            had = [(one.mention.start, one.mention.end) for one in statuses]
            span = phrase(note, sentence) if sentence.section in lines else None
            own = of_line(note, span, sentence, coder, passages) if span and is_line(note, sentence, span) else ()  # fmt: skip
            listed = [one for one in own if not overlaps(one.mention, had)]
            yield from listed
            taken = had + [(one.mention.start, one.mention.end) for one in listed]
            is_short = len(note[sentence.start : sentence.end].split()) <= _FEW
            heading = span if (sentence.leads or is_short) and taken == had else None
            for one in self._in_text(note, sentence, taken, heading, span, coder):
                if mode == INDEX or not guidelines.is_general(one.coded.result.code):
                    yield one

    def _in_text(
        self,
        note: str,
        sentence: Sentence,
        taken: list[tuple[int, int]],
        heading: tuple[int, int] | None,
        line: tuple[int, int] | None,
        coder: Coder,
    ) -> Iterator[Found]:
        """Yield the conditions that a sentence names word by word, outside the places that are taken."""
        for each in self._lexicon().find(note, sentence):
            if (
                overlaps(each, taken)
                or _is_name(note, each)
                or means_other(note, each.start, each.end)
            ):
                continue
            is_heading = heading is not None and heading[0] <= each.start and each.end <= heading[1]
            is_heading |= (
                line is not None and _DASH.fullmatch(note, line[1], each.start) is not None
            )
            mention = replace(each, heading=is_heading)
            coded = _coded(note, mention, coder, plain=sentence.section != ASSESSMENT)
            if coded is not None and coded.score >= _ELSEWHERE and coded.result.code[0] not in "VWXY":  # fmt: skip
                yield Found(mention, coded, assertion_of(note, mention))


def _is_name(note: str, mention: Mention) -> bool:
    """Return true if a word is somebody's name: Mrs. Graves, Anna Bell."""
    if not _CAPITALIZED.fullmatch(note[mention.start : mention.end]):
        return False
    before = note[max(mention.sentence.start, mention.start - 25) : mention.start]
    is_called = _CALLED.search(before) is not None
    return is_called or (
        note[mention.start : mention.end].lower() in words("eponym")
        and _FORENAME.search(before) is not None
    )


def _coded(note: str, mention: Mention, coder: Coder, *, plain: bool) -> Coded | None:
    """Return the code of a condition that is named in the text."""
    words, side = (
        note[mention.start : mention.end],
        side_near(note, mention.start, mention.end, mention.sentence),
    )
    if not mention.is_whole:
        coded = coder.code(words, side, plain=plain)
        if coded is not None and coded.score >= _ELSEWHERE:
            return coded
    if mention.heading:
        words = note[mention.sentence.start : mention.sentence.end]
    return coder.of_term(mention.codes, mention.node, words, side)


def _proposed(note: str, one: Proposal, sentence: Sentence, coder: Coder) -> Suggestion | None:
    """Return a model's proposal as a suggestion; None if its words lead to no code."""
    mention = Mention(one.start, min(one.end, sentence.end), sentence)
    words, side = (
        note[mention.start : mention.end],
        side_near(note, mention.start, mention.end, sentence),
    )
    options = [each for each in (coder.code(words, side), coder.code(one.condition, side) if one.condition else None) if each]  # fmt: skip
    coded = max(options, key=lambda each: each.score, default=None)
    if coded is None or coded.score < _ELSEWHERE:
        return None
    if one.code in {other.code for other in coded.others}:
        chosen = next(other for other in coded.others if other.code == one.code)
        coded = replace(coded, result=chosen, others=(coded.result, *(other for other in coded.others if other.code != one.code)))  # fmt: skip
    assertion = assertion_of(note, mention)
    meaning = assertion.meaning
    if meaning == said.PRESENT or (meaning == said.PAST and _CHRONIC.match(coded.result.code)):
        return _suggestion(
            note,
            Found(mention, coded, assertion),
            CONSIDER,
            0.3 * coded.score,
            _BY_MODEL,
            "language model",
        )
    return _suggestion(
        note,
        Found(mention, coded, assertion),
        NOT_CODED,
        0.9,
        _WHY[meaning],
        f"{_RULES[meaning]}; {_BY_MODEL}",
    )


def _within_setting(one: Suggestion, options: Options) -> Suggestion:
    """Return a proposal to consider if the setting codes what is uncertain (II.H)."""
    if options.setting == INPATIENT and one.why == _WHY[said.UNCERTAIN]:
        return replace(
            one,
            disposition=CONSIDER,
            confidence=0.2,
            why=_BY_MODEL,
            rule="language model; uncertain diagnosis (II.H)",
        )
    return one


def _main_sections(note: str, passages: list[Sentence]) -> frozenset[str]:
    """Return the sections that say what the visit was about."""
    if has_section(passages, ASSESSMENT):
        return frozenset((ASSESSMENT,))
    if has_section(passages, "plan") and any(one.section == "plan" and phrase(note, one) for one in passages):  # fmt: skip
        return frozenset(("plan",))
    if has_section(passages, NARRATIVE):
        return frozenset((NARRATIVE,))
    return frozenset(("hpi", "complaint"))


def _decided(
    note: str, found: Iterable[Found], main: frozenset[str], options: Options, coder: Coder
) -> Iterator[Suggestion]:
    """Yield each condition with what to do about it."""
    found = list(found)
    listed = any(one.mention.heading and one.mention.sentence.section in main for one in found)
    for one in found:
        meaning = one.assertion.meaning
        if meaning == said.HYPOTHETICAL and one.coded.result.code.startswith(_REASONS):
            meaning = said.PRESENT
        is_repaired = _REPAIRED.match(note, one.mention.end) is not None
        if meaning == said.PAST and not is_repaired and _CHRONIC.match(one.coded.result.code):
            meaning = said.PRESENT
        if meaning == said.PAST and options.mode == INDEX:
            meaning = said.PRESENT
        if meaning == said.UNCERTAIN and (options.setting == INPATIENT or options.mode == INDEX):
            meaning = said.PRESENT
        if meaning == said.PRESENT:
            yield from _present(note, one, main, options, listed=listed)
            continue
        yield _suggestion(note, one, NOT_CODED, 0.9, _WHY[meaning], _RULES[meaning])
        yield from _instead(note, one, meaning, main, coder)


def _present(
    note: str, one: Found, main: frozenset[str], options: Options, *, listed: bool
) -> Iterator[Suggestion]:
    """Yield a condition that is there, and its other side."""
    section, score = one.mention.sentence.section, one.coded.score
    in_main = section in main
    if options.mode == INDEX:
        kind, confidence, why = CODE, 0.4 + 0.4 * score, f"named in {section}"
    elif in_main and one.mention.heading:
        kind, confidence, why = CODE, 0.2 + 0.7 * score, "a problem of the visit"
    elif in_main and not listed and (section != ASSESSMENT or one.mention.sentence.leads):
        kind, confidence, why = CODE, 0.6 * score, "named in the assessment"
    elif in_main:
        kind, confidence, why = CONSIDER, 0.4 * score, "named in the text of the assessment"
    else:
        weight = 0.2 if section in _WEAK else 0.35
        kind, confidence = CONSIDER, weight * score
        why = f"named in {section} only; code it if it was treated or affected care"
    rule = one.coded.rule if in_main or options.mode == INDEX else "coexisting conditions (IV.J)"
    for result in (one.coded.result, *one.coded.also):
        coded = replace(one.coded, result=result)
        yield _suggestion(note, one._replace(coded=coded), kind, confidence, why, rule)


def _instead(
    note: str, one: Found, meaning: str, main: frozenset[str], coder: Coder
) -> Iterator[Suggestion]:
    """Yield the history code for a condition that is past, or a relative's."""
    table = {said.PAST: "past", said.FAMILY: "family"}.get(meaning)
    code = mapping(table).get(one.coded.result.code[:3]) if table else None
    result = coder.named(code) if code else None
    if result is None:
        return
    sentence = one.mention.sentence
    is_named = (
        meaning == said.PAST
        or one.mention.heading
        or _WATCHED.search(note, sentence.start, sentence.end) is not None
    )
    in_main = one.mention.sentence.section in main and is_named
    history = one._replace(coded=Coded(result, one.coded.score, "history (I.C.21.c.4)"))
    kind, confidence = (CODE, 0.6) if in_main else (CONSIDER, 0.3)
    yield _suggestion(note, history, kind, confidence, _WHY[meaning], "history (I.C.21.c.4)")


def _suggestion(note: str, one: Found, kind: str, confidence: float, why: str, rule: str) -> Suggestion:  # fmt: skip
    coded, mention = one.coded, one.mention
    spans = [Evidence.of(note, mention.start, mention.end)]
    if kind == NOT_CODED and one.assertion.end:
        spans.insert(0, Evidence.of(note, one.assertion.start, one.assertion.end))
    return Suggestion(
        coded.result.code, coded.result.title or "", kind, min(0.95, confidence), why, rule, tuple(spans),
        tuple((other.code, other.title or "") for other in coded.others),
    )  # fmt: skip


def _merged(found: list[Suggestion]) -> list[Suggestion]:
    """Join suggestions of the same code; what says most wins."""
    by_code: dict[str, Suggestion] = {}
    for one in found:
        known = by_code.get(one.code)
        if known is None:
            by_code[one.code] = one
            continue
        if (known.disposition == NOT_CODED) != (one.disposition == NOT_CODED):
            by_code[one.code] = known if known.disposition != NOT_CODED else one
            continue
        best = min((known, one), key=lambda each: (_ORDER[each.disposition], -each.confidence))
        evidence = tuple(dict.fromkeys((*known.evidence, *one.evidence)))
        by_code[one.code] = replace(best, evidence=evidence)
    return list(by_code.values())


def _on_side(
    note: str, passages: list[Sentence], found: Iterable[Suggestion], coder: Coder
) -> Iterator[Suggestion]:
    """Yield the suggestions, those of a problem without a side on the side that the note says elsewhere."""
    for one in found:
        side = side_in_note(note, one.title, passages) if one.disposition == CODE else None
        for result in coder.on_side(one.code, side) if side else ():
            yield replace(
                one,
                code=result.code,
                title=result.title or "",
                query=None,
                rule=f"{one.rule}; side (I.B.13)",
            )
        if not side or not coder.on_side(one.code, side):
            yield one


def _weighed(one: Suggestion) -> Suggestion:
    """Return a finding with how sure it is; an unsure one is only to be considered."""
    if one.disposition != CODE:
        return one
    sure = of_finding(one.code, one.rule, len(one.evidence))
    return replace(one, confidence=sure, disposition=CODE if sure >= LEAST else CONSIDER)


def _for_billing(
    note: str,
    passages: list[Sentence],
    main: frozenset[str],
    found: list[Suggestion],
    options: Options,
    coder: Coder,
) -> list[Suggestion]:
    """Return the suggestions after the rules for codes that are billed together."""
    found = list(_on_side(note, passages, found, coder))
    if options.setting == INPATIENT:
        found = list(special.of_stay(found))
    found = sequelae.of_stroke(note, passages, found, main, coder)
    found = _with_reason(guidelines.apply(found, coder))
    found = list(details.of_items(note, passages, found, coder))
    found = details.of_exams(found, coder)
    found = list(special.of_joint(note, passages, found, coder))
    found += special.of_bmi(note, found, coder)
    found += special.of_long_term_drugs(note, passages, found, coder)
    found = special.in_pregnancy(note, passages, found, coder)
    found = list(details.without_included(found))
    return list(special.of_encounter(note, found, coder))


def _calibrated(note: str, one: Suggestion) -> Suggestion:
    """Return a problem of the visit with how sure it is."""
    if one.disposition != CODE or not one.why.startswith(_PROBLEMS):
        return one
    said_by = one.evidence[0]
    words, whole = len(said_by.text.split()), is_whole(note, said_by.start, said_by.end)
    return replace(one, confidence=of_problem(one.title, one.rule, words, whole=whole))


def _with_reason(found: list[Suggestion]) -> list[Suggestion]:
    """Return the suggestions with at least one code: else the likeliest of what the note names becomes it."""
    if any(one.disposition == CODE for one in found):
        return found
    reasons = tuple(f"named in {section}" for section in ("complaint", "hpi", NARRATIVE))
    options = [one for one in found if one.disposition == CONSIDER and one.why.startswith(reasons)]
    if not options:
        return found
    best = max(options, key=lambda one: (one.why.startswith(reasons[0]), one.confidence))
    return [replace(best, disposition=CODE, confidence=0.5, why="the reason for the visit") if one is best else one for one in found]  # fmt: skip
