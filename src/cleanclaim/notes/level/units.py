"""The problems of a visit, each with the text about it: its line of the assessment, the plan for it, and what else names it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from cleanclaim.encoder.systems import plain
from cleanclaim.notes.guidelines import is_symptom
from cleanclaim.notes.level.wording import matches, row_of, table_pattern
from cleanclaim.notes.passages import ASSESSMENT, NARRATIVE, Sentence, sentences
from cleanclaim.notes.problems import phrase
from cleanclaim.notes.suggestion import CODE, CONSIDER, NOT_CODED, Evidence, Suggestion
from cleanclaim.notes.tables import cue, rows

_UNCERTAIN: Final = "uncertain"
_INTEGRAL: Final = "integral"
_HISTORY: Final = frozenset(("pmh", "psh", "family", "medications", "allergies", "social", "instructions", "ros"))  # fmt: skip
_TOGETHER: Final = cue("units.together")
_ADVICE: Final = cue("units.advice")
_NUMBERED: Final = re.compile(r"\(?\d{1,2}[.)]\s+(?=\S)")
_MANY: Final = 1_000_000
"""More than the items of any note."""
_LONG: Final = 14
"""The most words of a line that names a problem without a code."""
_GENERAL: Final = cue("units.general")
"""Sentences about the visit as a whole: signature, time, return."""
_LINKED: Final = cue("units.linked")
_PLAIN: Final = frozenset(
    [
        "with",
        "type",
        "stage",
        "chronic",
        "acute",
        "right",
        "left",
        "bilateral",
        "mild",
        "moderate",
        "severe",
        "pain",
        "disease",
        "disorder",
        "stable",
        "history",
        "unspecified",
        "essential",
        "primary",
        "due",
        "new",
    ]
)
_WHERE: Final = cue("units.where")
_ACT: Final = cue("units.act")


@dataclass(slots=True)
class Unit:
    """A problem of the visit.

    Attributes:
        name: the words that name it.
        codes: the suggested codes.
        sentences: the sentences of the assessment and plan about it.
        elsewhere: other sentences that name it.
        is_suspected: it is only suspected.
        siblings: the names of the other problems of its item.
    """

    name: Evidence
    codes: tuple[Suggestion, ...]
    sentences: list[Sentence]
    elsewhere: list[Sentence] = field(default_factory=list)
    is_suspected: bool = False
    siblings: tuple[Evidence, ...] = ()

    @property
    def plain_codes(self) -> tuple[str, ...]:
        """The codes without their dots."""
        return tuple(plain(one.code) for one in self.codes)

    def reach(self, note: str, sentence: Sentence) -> tuple[int, int]:
        """Return the part of a sentence that is about this problem, if the sentence names others too."""
        others = [one.start for one in self.siblings if sentence.start <= one.start < sentence.end]
        own = self.name.start if sentence.start <= self.name.start < sentence.end else None
        if not others or own is None or _TOGETHER.search(note, sentence.start, sentence.end):
            return sentence.start, sentence.end
        after = min((one for one in others if one > own), default=sentence.end)
        is_list = not note[self.name.end : after].strip(" ,;/&+") or note[self.name.end : after].strip(" ,;").lower() in {"and", "with"}  # fmt: skip
        first = sentence.start if own < min(others) else own
        return (first, sentence.end) if is_list else (first, after)

    def text(self, note: str) -> str:
        """Return the sentences about it."""
        return " ".join(note[one.start : one.end] for one in self.sentences)


def units_of(note: str, passages: list[Sentence], suggestions: Sequence[Suggestion]) -> list[Unit]:
    """Return the problems that an assessment names, with the plan for each."""
    passages = [one for one in passages if not is_general(note, one)]
    naming = naming_section(passages)
    mine = [one for one in passages if one.section == naming]
    problems = [one for one in suggestions if _is_problem(one)]
    is_list = naming in {ASSESSMENT, "plan"}
    found: list[Unit] = []
    for item in dict.fromkeys(one.item for one in mine):
        own = [one for one in mine if one.item == item]
        units = list(_of_item(note, own, problems, is_list=is_list))
        if units:
            found += units
        elif found:
            found[-1].sentences += own
    found = _joined(found)
    _add_plan(note, passages, naming, found)
    _add_elsewhere(passages, naming, found)
    return found


def is_general(note: str, sentence: Sentence) -> bool:
    """Return true if a sentence is about the visit as a whole: its signature, time or return."""
    return _GENERAL.search(note[sentence.start : sentence.end]) is not None


def sentences_of(note: str) -> list[Sentence]:
    """Return the sentences of a note; one that begins with a number inside a line begins an item of its own."""
    return list(_items(note, sentences(note)))


def _items(note: str, passages: list[Sentence]) -> Iterator[Sentence]:
    last, number, shift = -1, 0, 0
    for one in passages:
        if one.item != last:
            last, shift = one.item, 0
        match = _NUMBERED.match(note, one.start, one.end)
        if match and not one.leads:
            number += 1
            shift = _MANY + number
            yield replace(one, start=match.end(), item=shift, leads=True, listed=True)
            continue
        yield replace(one, item=shift) if shift else one


def naming_section(passages: list[Sentence]) -> str:
    """Return the kind of section that names the problems of the visit."""
    there = {one.section for one in passages}
    return next((one for one in (ASSESSMENT, "plan", NARRATIVE, "hpi") if one in there), ASSESSMENT)


def _is_problem(one: Suggestion) -> bool:
    """Return true if a suggestion is a condition that the patient has, or is suspected to have."""
    if one.disposition in {CODE, CONSIDER}:
        return one.code[0] not in "VWXY"
    return _UNCERTAIN in one.why


def _of_item(
    note: str, sentences: list[Sentence], problems: list[Suggestion], *, is_list: bool
) -> list[Unit]:
    """Return the problems of an item of the assessment."""
    start, end = sentences[0].start, sentences[-1].end
    places: list[tuple[int, int, Suggestion]] = []
    for one in problems:
        inside = [each for each in one.evidence if start <= each.start and each.end <= end]
        if inside:
            words = (
                inside[-1]
                if one.disposition == NOT_CODED
                else max(inside, key=lambda each: each.end - each.start)
            )
            places.append((words.start, words.end, one))
    if is_list:
        places = list(_leading(places, sentences[0]))
    groups = _grouped(note, sorted(places, key=lambda place: place[:2]))
    if not groups and not is_list:
        return []
    if not groups:
        span = phrase(note, sentences[0])
        is_act = span is None or _ACT.match(note[span[0] : span[1]]) is not None
        if is_act or not (sentences[0].listed or len(note[span[0] : span[1]].split()) <= _LONG):  # type: ignore[index]
            return []
        assert span is not None  # noqa: S101 - is_act is true of none
        return [Unit(Evidence.of(note, *span), (), list(sentences))]
    units = []
    for n, group in enumerate(groups):
        first = 0 if n == 0 else group[0][0]
        last = groups[n + 1][0][0] if n + 1 < len(groups) else end
        own = [one for one in sentences if one.end > first and one.start < last]
        name = Evidence.of(note, min(place[0] for place in group), max(place[1] for place in group))
        codes = tuple(place[2] for place in group)
        units.append(
            Unit(name, codes, own, is_suspected=all(one.disposition == NOT_CODED for one in codes))
        )
    for unit in units:
        unit.siblings = tuple(one.name for one in units if one is not unit)
    return units


def _leading(
    places: list[tuple[int, int, Suggestion]], lead: Sentence
) -> Iterator[tuple[int, int, Suggestion]]:
    """Yield the suggestions that are problems of an item: those of its first sentence if it is listed, and what is coded or suspected."""
    first = [place for place in places if place[0] < lead.end]
    own = first if first and lead.listed else places
    for place in own:
        words = place[2].evidence[-1].text
        if _ADVICE.fullmatch(words):
            continue
        if place[2].disposition != CONSIDER or place[0] < lead.end:
            yield place


def _grouped(
    note: str, places: list[tuple[int, int, Suggestion]]
) -> list[list[tuple[int, int, Suggestion]]]:
    """Join suggestions of the same words, of one category, or linked by "due to" or "with"."""
    groups: list[list[tuple[int, int, Suggestion]]] = []
    for place in places:
        last = groups[-1] if groups else None
        if last is not None:
            end = max(one[1] for one in last)
            between = note[end : place[0]] if place[0] > end else ""
            is_linked = _LINKED.fullmatch(between)
            if _WHERE.fullmatch(note[place[0] : place[1]]) or _is_symptom_of(note, last, place):
                continue
            if (
                place[0] < end
                or is_linked
                or any(one[2].code[:3] == place[2].code[:3] for one in last)
            ):
                last.append(place)
                continue
        groups.append([place])
    return groups


def _is_symptom_of(
    note: str, before: list[tuple[int, int, Suggestion]], place: tuple[int, int, Suggestion]
) -> bool:
    """Return true if a symptom follows a disease in the same sentence."""
    is_near = not re.search(r"[.;\n]", note[before[-1][1] : place[0]])
    return (
        is_near and is_symptom(place[2].code) and not any(is_symptom(one[2].code) for one in before)
    )


def _joined(found: list[Unit]) -> list[Unit]:
    """Join units with the same code."""
    kept: list[Unit] = []
    for unit in found:
        own = _own_codes(unit)
        same = next((one for one in kept if own and own & _own_codes(one)), None)
        if same is None:
            kept.append(unit)
        else:
            same.sentences += [one for one in unit.sentences if one not in same.sentences]
    return kept


def _own_codes(unit: Unit) -> set[str]:
    """Return the codes of a unit's own words, not those of combinations with other words."""
    return {one.code for one in unit.codes if not one.rule.startswith("combination")}


def _add_plan(note: str, passages: list[Sentence], naming: str, units: list[Unit]) -> None:
    """Give each sentence of a plan apart to the problem that it is about."""
    plan = [one for one in passages if one.section == "plan"]
    if naming == "plan" or not plan or not units:
        return
    items = list(dict.fromkeys(one.item for one in plan))
    is_parallel = len(items) == len(units) > 1 and all(one.listed for one in plan if one.leads)
    for sentence in plan:
        if is_parallel:
            units[items.index(sentence.item)].sentences.append(sentence)
            continue
        owners = [units[0]] if len(units) == 1 else [one for one in units if _is_about(note, sentence, one)]  # fmt: skip
        for unit in owners:
            unit.sentences.append(sentence)


def _is_about(note: str, sentence: Sentence, unit: Unit) -> bool:
    """Return true if a sentence of the plan is about a problem: it names it, or a drug or test for it."""
    if any(
        sentence.start <= each.start < sentence.end for one in unit.codes for each in one.evidence
    ):
        return True
    text = note[sentence.start : sentence.end].lower()
    words = [one for one in re.findall(r"[a-z]{4,}", unit.name.text.lower()) if one not in _PLAIN]
    if any(re.search(rf"\b{re.escape(one)}", text) for one in words):
        return True
    drugs, _ = table_pattern("drugs", "names")
    for match in matches(note, sentence, drugs):
        prefixes = tuple(row_of("drugs", "names", match[0])["conditions"].replace(".", "").split())
        if prefixes and any(code.startswith(prefixes) for code in unit.plain_codes):
            return True
    return any(
        test in text and any(code.startswith(prefix) for code in unit.plain_codes)
        for test, prefix in _tests_for()
    )


@cache
def _tests_for() -> tuple[tuple[str, str], ...]:
    """Return words of a plan and the start of the codes that they are for."""
    return tuple((row["test"], row["prefix"]) for row in rows("tests_for"))


def _add_elsewhere(passages: list[Sentence], naming: str, units: list[Unit]) -> None:
    """Add the sentences of the history of the illness that name each problem."""
    for sentence in passages:
        if sentence.section in _HISTORY or sentence.section in {naming, "plan"}:
            continue
        for unit in units:
            places = (each.start for one in unit.codes for each in one.evidence)
            if any(sentence.start <= place < sentence.end for place in places):
                unit.elsewhere.append(sentence)
