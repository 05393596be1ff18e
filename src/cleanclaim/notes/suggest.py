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
from itertools import pairwise
from typing import Any, Final, NamedTuple

from cleanclaim.encoder import Encoder
from cleanclaim.encoder.defaults import side_of
from cleanclaim.errors import ConfigError
from cleanclaim.notes import assertion as said
from cleanclaim.notes import guidelines, special
from cleanclaim.notes.coding import Coded, Coder
from cleanclaim.notes.mentions import Lexicon, Mention
from cleanclaim.notes.passages import ASSESSMENT, NARRATIVE, Sentence, has_section, sentences
from cleanclaim.notes.problems import (
    follows_cause,
    is_bare,
    is_doubtful,
    joins_equals,
    phrase,
    pieces,
    stripped,
)
from cleanclaim.notes.suggestion import CODE, CONSIDER, NOT_CODED, Evidence, Suggestion
from cleanclaim.notes.tables import mapping, rows
from cleanclaim.notes.tables import words as words_of

OUTPATIENT: Final = "outpatient"
INPATIENT: Final = "inpatient"
BILLING: Final = "billing"
INDEX: Final = "index"
_WHOLE: Final = 0.8
"""The score from which a whole phrase is one condition."""
_PIECE: Final = 0.6
_SHORT: Final = 8
"""The most words of a short sentence."""
_SIDED: Final = ("side", "eye", "knee", "hip", "shoulder", "ear", "limb")
_ASKED: Final = {"trimester": "which trimester", "stage": "which stage", "severity": "how severe"}
_TOGETHER: Final = 4
"""The most parts of a phrase that are tried as one condition."""
_COMBINED: Final = ("E08", "E09", "E10", "E11", "E13", "I11", "I12", "I13")
_ENCOUNTER: Final = re.compile(
    r"\b(?:screening|encounter for|aftercare|annual|well[- ]child|immunization)\b", re.IGNORECASE
)
_ELSEWHERE: Final = 0.75
_SILENT: Final = frozenset(("medications", "allergies", "instructions"))
"""Sections whose words name no condition of the patient."""
_WEAK: Final = frozenset(("ros", "exam", "results", "social", "procedure"))
_IN_PLACE: Final = re.compile(r"\s+(?:in place|in situ|status|dependent)\b", re.IGNORECASE)
_CHRONIC: Final = re.compile(
    r"^(?:E0[0-79]|E1[013]|E2[0-8]|E66|E78|F0[13]|F2|F3[0-3]|F4[0-3]|F84|F90|G20|G30|G35|G40|G43|G47|G6[0-3]|H40|I1[0-3]|I25|I27|I34|I35|"
    r"I4[28]|I50|I7[013]|"
    r"J4[1-57]|J84|K2[1]|K50|K51|K58|K7[0-4]|L40|M05|M06|M1[1-9]|M3[0-5]|M45|M79\.7|M81|N18|N40|B20|B18|D5[67]|Q)"
)
"""Conditions that last: a "history of" them doesn't mean that they are over."""
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
_ORDER: Final = {CODE: 0, CONSIDER: 1, NOT_CODED: 2}


class _Found(NamedTuple):
    """A condition in the note, with its code."""

    mention: Mention
    coded: Coded
    assertion: said.Assertion


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
        self._coder = lru_cache(8)(lambda on: Coder(encoder, on))

    def suggest(self, note: str, options: Options) -> list[Suggestion]:
        """Return the codes for a note: to code, to consider, and not coded with the reason.

        Args:
            note: the text.
            options: the date, the setting and the mode.
        """
        coder: Coder = self._coder(options.on)
        passages = sentences(note)
        main = _main_sections(note, passages)
        found = list(self._found(note, passages, main, coder))
        if options.mode == INDEX:
            found += _findings(note, passages, found, coder)
        suggestions = list(_decided(note, found, main, options, coder))
        for sentence in passages:
            if sentence.section in main:
                suggestions += special.of_drugs(note, sentence, coder)
        suggestions = _merged(suggestions)
        if options.mode == BILLING:
            suggestions = _with_reason(guidelines.apply(suggestions, coder))
            suggestions = special.in_pregnancy(note, suggestions, coder)
            suggestions = list(special.of_encounter(note, suggestions, coder))
        if any(one.disposition == CODE and one.code[0] in "ST" for one in suggestions):
            suggestions += special.of_external_causes(note, passages, coder)
        return sorted(_merged(suggestions), key=lambda one: _ORDER[one.disposition])

    def _found(
        self, note: str, passages: list[Sentence], main: frozenset[str], coder: Coder
    ) -> Iterator[_Found]:
        """Yield the conditions of a note with their codes."""
        for sentence in passages:
            if sentence.section in _SILENT and sentence.section not in main:
                continue
            aftercare = sentence.section in main and _ENCOUNTER.search(note, sentence.start, sentence.end)  # fmt: skip
            statuses = [] if aftercare else list(_procedures(note, sentence, coder))
            yield from statuses
            had = [(one.mention.start, one.mention.end) for one in statuses]
            taken = list(had)
            span = phrase(note, sentence) if sentence.section in main else None
            if span and _is_line(note, sentence):
                for one in _problem(note, span, sentence, coder, passages):
                    if _overlaps(one.mention, had):
                        continue
                    taken.append((one.mention.start, one.mention.end))
                    yield one
            for mention in self._lexicon().find(note, sentence):
                if _overlaps(mention, taken):
                    continue
                coded = coder.code(
                    note[mention.start : mention.end],
                    _side_near(note, mention),
                    plain=sentence.section not in main,
                )
                if coded is not None and coded.score >= _ELSEWHERE and coded.result.code[0] not in "VWXY":  # fmt: skip
                    yield _Found(mention, coded, _assertion(note, mention))


def _is_line(note: str, sentence: Sentence) -> bool:
    """Return true if a sentence is a line of its own, or short."""
    few = len(note[sentence.start : sentence.end].split()) <= _SHORT
    return sentence.leads or sentence.listed or few


def _overlaps(mention: Mention, taken: list[tuple[int, int]]) -> bool:
    return any(start < mention.end and mention.start < end for start, end in taken)


def _main_sections(note: str, passages: list[Sentence]) -> frozenset[str]:
    """Return the sections that say what the visit was about."""
    if has_section(passages, ASSESSMENT):
        return frozenset((ASSESSMENT,))
    if has_section(passages, "plan") and any(one.section == "plan" and phrase(note, one) for one in passages):  # fmt: skip
        return frozenset(("plan",))
    if has_section(passages, NARRATIVE):
        return frozenset((NARRATIVE,))
    return frozenset(("hpi", "complaint"))


def _problem(
    note: str, span: tuple[int, int], sentence: Sentence, coder: Coder, passages: list[Sentence]
) -> Iterator[_Found]:
    """Yield the conditions of a line of the assessment."""
    text = note[span[0] : span[1]]
    if _ENCOUNTER.search(text):
        coded = coder.code(text)
        if coded and coded.result.code.startswith("Z") and coded.score >= _PIECE:
            mention = Mention(*span, sentence, heading=True)
            yield _Found(mention, coded, said.Assertion(said.PRESENT))
            return
    parts = [stripped(note, part) for part in pieces(note, stripped(note, span))]
    parts = [part for part in parts if part[0] < part[1]]
    at = 0
    found: list[_Found] = []
    while at < len(parts):
        length, one = _longest(note, parts[at : at + _TOGETHER], sentence, coder, passages)
        at += length
        if one is not None:
            found.append(one)
    yield from _with_causes(note, found)


def _longest(
    note: str,
    parts: list[tuple[int, int]],
    sentence: Sentence,
    coder: Coder,
    passages: list[Sentence],
) -> tuple[int, _Found | None]:
    """Return the most parts that are one condition, and it; one part if none is."""
    for length in range(len(parts), 1, -1):
        span = (parts[0][0], parts[length - 1][1])
        if is_doubtful(note[span[0] : span[1]]):
            continue
        one = _as_found(note, span, sentence, coder, passages, _WHOLE)
        if one is None or one.coded.result.missed or _are_apart(note, parts[:length], coder):
            continue
        is_caused = any(follows_cause(note, part) for part in parts[1:length])
        if not (is_caused and guidelines.is_symptom(one.coded.result.code)):
            return (1, one) if _needs_more(one, note, parts[1:length], coder) else (length, one)
    return 1, _as_found(note, parts[0], sentence, coder, passages, _PIECE)


def _are_apart(note: str, parts: list[tuple[int, int]], coder: Coder) -> bool:
    """Return true if a list names conditions of different categories."""
    pairs = [(a, b) for a, b in pairwise(parts) if joins_equals(note, a, b)]
    for before, after in pairs:
        if is_bare(note[after[0] : after[1]]):
            continue
        codes = [coder.code(note[start:end]) for start, end in (before, after)]
        sure = {each.result.code[:3] for each in codes if each and each.score >= _WHOLE}
        if len(sure) > 1:
            return True
    return False


def _needs_more(one: _Found, note: str, parts: list[tuple[int, int]], coder: Coder) -> bool:
    """Return true if a combination code needs the code of one of its parts beside it."""
    own = one.coded.result.code
    if not own.startswith(_COMBINED):
        return False
    codes = (coder.code(note[start:end]) for start, end in parts)
    return any(each is not None and each.result.code.startswith(guidelines.KEPT) for each in codes)


def _with_causes(note: str, found: list[_Found]) -> Iterator[_Found]:
    """Yield the conditions of a line; a symptom before its cause is integral to it."""
    for n, one in enumerate(found):
        after = found[n + 1] if n + 1 < len(found) else None
        is_explained = (
            after is not None
            and guidelines.is_symptom(one.coded.result.code)
            and not guidelines.is_symptom(after.coded.result.code)
            and after.assertion.meaning == said.PRESENT
            and not special.is_sequela(note, one.mention.sentence)
            and follows_cause(note, (after.mention.start, after.mention.end))
        )
        yield one._replace(assertion=said.Assertion(said.INTEGRAL)) if is_explained else one


def _as_found(
    note: str,
    span: tuple[int, int],
    sentence: Sentence,
    coder: Coder,
    passages: list[Sentence],
    least: float,
) -> _Found | None:
    mention = Mention(*span, sentence, heading=True)
    words = note[span[0] : span[1]]
    if len(words.strip()) < 2 or not re.search(r"[A-Za-z]{2}", words) or is_bare(words):
        return None
    side = _side_near(note, mention) or _side_of_note(note, words, passages)
    coded = coder.code(words, side)
    if coded is None or coded.score < least:
        return None
    if coded.result.code[0] in "VWXY" or (coded.result.code[0] == "T" and special.names_drug(note, sentence)):  # fmt: skip
        return None
    assertion = _assertion(note, mention)
    if assertion.meaning == said.PAST and special.is_sequela(note, sentence):
        assertion = said.Assertion(said.PRESENT)
    return _Found(mention, coded, assertion)


def _assertion(note: str, mention: Mention) -> said.Assertion:
    sentence = mention.sentence
    return said.assertion(
        note, mention.start, mention.end, (sentence.start, sentence.end, sentence.section)
    )


def _side_near(note: str, mention: Mention) -> str | None:
    """Return the side that a mention's sentence names."""
    return side_of(note[mention.sentence.start : mention.sentence.end])


def _side_of_note(note: str, words: str, passages: list[Sentence]) -> str | None:
    """Return the side of the complaint or the assessment, if they name only one and the same part of the body."""
    text = [
        note[one.start : one.end] for one in passages if one.section in {"complaint", ASSESSMENT}
    ]
    parts = set(re.findall(r"[a-z]{3,}", words.lower())) & _BODY
    sides = {
        side
        for one in text
        if (side := side_of(one))
        and (not parts or parts & set(re.findall(r"[a-z]{3,}", one.lower())))
    }
    return sides.pop() if len(sides) == 1 else None


_BODY: Final = words_of("joint")


def _procedures(note: str, sentence: Sentence, coder: Coder) -> Iterator[_Found]:
    """Yield past procedures and implants, as status codes."""
    if sentence.section in {"family", "plan", "instructions"}:
        return
    for pattern, codes in _statuses("history"):
        for match in pattern.finditer(note, sentence.start, sentence.end):
            mention = Mention(match.start(), match.end(), sentence, heading=True)
            assertion = _assertion(note, mention)
            is_past = assertion.meaning == said.PAST or sentence.section == "psh"
            is_past |= assertion.meaning == said.PRESENT and _IN_PLACE.match(note, match.end()) is not None  # fmt: skip
            result = coder.named(codes[" ".join(match[0].lower().split())])
            if is_past and result is not None:
                yield _Found(
                    mention,
                    Coded(result, 0.85, "status (I.C.21.c.3)"),
                    said.Assertion(said.PRESENT),
                )


def _findings(
    note: str, passages: list[Sentence], known: list[_Found], coder: Coder
) -> Iterator[_Found]:
    """Yield findings that are only named in general, such as pain, where no condition says more."""
    taken = sorted((one.mention.start, one.mention.end) for one in known)
    for sentence in passages:
        for pattern, codes in _statuses("findings"):
            for match in pattern.finditer(note, sentence.start, sentence.end):
                mention = Mention(match.start(), match.end(), sentence)
                result = coder.named(codes[" ".join(match[0].lower().split())])
                if result is not None and not _overlaps(mention, taken):
                    yield _Found(mention, Coded(result, 0.7, "default"), _assertion(note, mention))


@lru_cache(maxsize=2)
def _statuses(table: str) -> list[tuple[re.Pattern[str], dict[str, str]]]:
    codes = {words: row["code"] for row in rows(table) for words in row["words"].split("|")}
    options = "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in sorted(codes, key=len, reverse=True))  # fmt: skip
    return [(re.compile(rf"\b(?:{options})\b", re.IGNORECASE), codes)]


def _decided(
    note: str, found: Iterable[_Found], main: frozenset[str], options: Options, coder: Coder
) -> Iterator[Suggestion]:
    """Yield each condition with what to do about it."""
    found = list(found)
    listed = any(one.mention.heading and one.mention.sentence.section in main for one in found)
    for one in found:
        meaning = one.assertion.meaning
        if meaning == said.PAST and _CHRONIC.match(one.coded.result.code):
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
    note: str, one: _Found, main: frozenset[str], options: Options, *, listed: bool
) -> Iterator[Suggestion]:
    """Yield a condition that is there, and its other side."""
    section, score = one.mention.sentence.section, one.coded.score
    in_main = section in main
    if options.mode == INDEX:
        kind, confidence, why = CODE, 0.4 + 0.4 * score, f"named in {section}"
    elif in_main and one.mention.heading:
        kind, confidence, why = CODE, 0.2 + 0.7 * score, "a problem of the visit"
    elif in_main and not listed:
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
    note: str, one: _Found, meaning: str, main: frozenset[str], coder: Coder
) -> Iterator[Suggestion]:
    """Yield the history code for a condition that is past, or a relative's."""
    table = {said.PAST: "past", said.FAMILY: "family"}.get(meaning)
    code = mapping(table).get(one.coded.result.code[:3]) if table else None
    result = coder.named(code) if code else None
    if result is None:
        return
    in_main = one.mention.sentence.section in main and meaning == said.PAST
    history = one._replace(coded=Coded(result, one.coded.score, "history (I.C.21.c.4)"))
    kind, confidence = (CODE, 0.6) if in_main else (CONSIDER, 0.3)
    yield _suggestion(note, history, kind, confidence, _WHY[meaning], "history (I.C.21.c.4)")


def _suggestion(note: str, one: _Found, kind: str, confidence: float, why: str, rule: str) -> Suggestion:  # fmt: skip
    coded, mention = one.coded, one.mention
    spans = [Evidence.of(note, mention.start, mention.end)]
    if kind == NOT_CODED and one.assertion.end:
        spans.insert(0, Evidence.of(note, one.assertion.start, one.assertion.end))
    return Suggestion(
        coded.result.code, coded.result.title or "", kind, min(0.95, confidence), why, rule, tuple(spans),
        tuple((other.code, other.title or "") for other in coded.others), _query(coded),
    )  # fmt: skip


def _query(coded: Coded) -> str | None:
    """Return a question for the provider, if the code says that something wasn't documented."""
    title = (coded.result.title or "").lower()
    if "unspecified" not in title:
        return None
    asked = next((words for word, words in _ASKED.items() if f"unspecified {word}" in title), None)
    sided = "which side" if any(f"unspecified {word}" in title for word in _SIDED) else None
    what = asked or sided or "the type, cause or site"
    return f"Can you document {what}, if known?"


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


def _with_reason(found: list[Suggestion]) -> list[Suggestion]:
    """Return the suggestions with at least one code: else the likeliest of what the note names becomes it."""
    if any(one.disposition == CODE for one in found):
        return found
    reasons = tuple(f"named in {section}" for section in ("complaint", "hpi"))
    options = [one for one in found if one.disposition == CONSIDER and one.why.startswith(reasons)]
    if not options:
        return found
    best = max(options, key=lambda one: (one.why.startswith(reasons[0]), one.confidence))
    return [replace(best, disposition=CODE, confidence=0.5, why="the reason for the visit") if one is best else one for one in found]  # fmt: skip


def as_dicts(found: Iterable[Suggestion]) -> dict[str, Any]:
    """Return the suggestions as the JSON contract defines them."""
    return {"suggestions": [one.as_dict() for one in found]}
