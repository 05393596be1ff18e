"""Codes that a sentence asks for beside its conditions: long-term drugs, pregnancy, external causes.

Sources: ICD-10-CM Official Guidelines, sections I.C.15 (pregnancy), I.C.20 (external causes;
optional unless a payer or state requires them), I.C.21.c.3 (drugs, body mass index).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final

from cleanclaim.notes.coding import Coder
from cleanclaim.notes.passages import ASSESSMENT, Sentence
from cleanclaim.notes.sides import said_side
from cleanclaim.notes.suggestion import CODE, CONSIDER, NOT_CODED, Evidence, Suggestion
from cleanclaim.notes.tables import mapping, rows

_WEEKS: Final = re.compile(
    r"(\d{1,2})(?:\s*(?:and|\+|w)?\s*\d?(?:/7)?d?)?[\s-]*(?:weeks?|wks?)[\s-]+(?:pregnant|gestation|gestational|iup|intrauterine|along|"
    r"estimated gestational)"
    r"|pregnan\w+ at (\d{1,2}) weeks|gestation(?:al age)?(?: of| is|:)? (\d{1,2}) weeks?"
    r"|\b(?:iup|ega|ga|at|pregnancy)\b[:,]?\s*(?:at\s+|of\s+)?(\d{1,2})(?:\s?w(?:ks?|eeks?)?\s?[0-6]\s?d(?:ays?)?\b|\s?\+\s?[0-6]\b|\s[0-6]/7\b)"
    r"|\b(\d{1,2})\s?w(?:ks?)?\s?[0-6]\s?d\b",
    re.IGNORECASE,
)
_PREGNANT: Final = re.compile(r"\b(?:pregnant|pregnancy|gravid)\b", re.IGNORECASE)
_NOT_PREGNANT: Final = re.compile(
    r"\b(?:not|isn't|never|denies|negative|no|prior|previous|ectopic|possible|if|last|avoid|planning|test)\b[^.]{0,30}pregnan|"
    r"pregnancy (?:test )?(?:is |was )?negative",
    re.IGNORECASE,
)
_HEALING: Final = re.compile(
    r"\b(?:healing (?:well|nicely|routinely|appropriately|normally|as expected)|(?:is|are|well|routine|good|progressive|normal) healing|"
    r"healing\b[^.;\n]{0,40}\bfracture|fracture\b[^.;\n]{0,30}\bheal(?:ing|ed)\b|healed well|aftercare|"
    r"cast removal|suture removal|post-?operative (?:visit|check|follow)|s/p orif|"
    r"status post orif|subsequent encounter|"
    r"follow[- ]up (?:visit )?(?:for|of|on) (?:\w+ ){0,4}(?:fracture|sprain|strain|laceration|injury|burn))\b",
    re.IGNORECASE,
)
_SEQUELA: Final = re.compile(
    r"\b(?:sequelae?|late effects?|residual (?:of|from)|due to (?:an |his |her )?old|from (?:an |his |her )?old)\b",
    re.IGNORECASE,
)
_BEFORE_NOW: Final = frozenset(("family", "pmh", "psh", "instructions", "allergies", "ros"))
_IN_YEAR: Final = re.compile(r"\W*(?:in |\()?(?:19|20)\d\d\b|\s+(?:test|category|prevention|planning|history|screen\w*)\b", re.IGNORECASE)  # fmt: skip
_TRIMESTERS: Final = {1: "first", 2: "second", 3: "third"}
_INCIDENTAL: Final = "the patient is pregnant; Z33.1 instead if it is incidental"
_JOINT: Final = re.compile(
    r"\b(?:knee|hip|shoulder|ankle|wrist|elbow|hand|thumb)s?\b", re.IGNORECASE
)
_AT_JOINT: Final = {"M19.90": "osteoarthritis", "M25.50": "pain"}
LONG_TERM: Final = "long-term drugs (I.C.21.c.3)"
"""The rule for drugs that a patient takes."""
_SURE: Final = 0.5
_OF_STAY: Final = re.compile(r"^(?:C|I1[0-3]|E08|E09|E1[013]|J4[34]|G20|G35|N18|I50|Z66)")
"""Systemic diseases that affect the care of every stay, and the order not to resuscitate."""
_HYPERTENSIVE: Final = ("I11", "I12", "I13", "I16", "O1")
_STAY: Final = "other diagnoses of a stay (III.A)"
_NAMED: Final = "named in "
_WEAKLY: Final = ("named in ros", "named in results", "named in exam")
_BMI: Final = re.compile(
    r"\b(?:BMI|body mass index)\b(?:\s+(?:of|is|was)|:|=|\s*\(|\s+today)?\s*(\d{2})(?:\.\d+)?(?!\d|th)",
    re.IGNORECASE,
)
_OF_WEIGHT: Final = (
    "E66",
    "E43",
    "E44",
    "E45",
    "E46",
    "E64",
    "R63.4",
    "R63.5",
    "R63.6",
    "R64",
    "F50",
)
_DIABETES: Final = ("E08", "E09", "E10", "E11", "E13", "O24")
_FOR_DIABETES: Final = ("Z79.4", "Z79.84", "Z79.85")
_ON_DRUG: Final = re.compile(
    r"\b(?:high[- ]risk (?:medication|drug)|long[- ]term (?:\(current\) )?(?:use"
    r"|drug|medication|anticoag\w+)|chronic (?:anticoag\w+|opioid|steroid))",
    re.IGNORECASE,
)
_IF_LASTING: Final = "a drug that the patient takes; code it if it is long-term"
_INSULIN: Final = "Z79.4"
_BY_INSULIN: Final = ("E08", "E09", "E11", "E13")
_TEMPORARY: Final = re.compile(
    r"\b(?:temporar\w+|sliding scale|drip|infusion|one dose|in the (?:ed"
    r"|er)|resistance|fasting insulin|insulin level|consider)\b",
    re.IGNORECASE,
)
_NOT_TAKEN: Final = frozenset(("family", "allergies", "instructions", "ros"))
_STOPPED: Final = re.compile(
    r"\b(?:stop|stopped|discontinue[ds]?|allerg\w+|avoid|hold|off|no|not|never|declin\w+|if)\b",
    re.IGNORECASE,
)
_INJURY: Final = re.compile(r"^(?:S\d\d|T[0-3]\d|M80|M84\.[3-6])")


def is_sequela(note: str, sentence: Sentence) -> bool:
    """Return true if a sentence says that something is what an earlier condition left."""
    return _SEQUELA.search(note, sentence.start, sentence.end) is not None


def of_external_causes(note: str, sentences: list[Sentence], coder: Coder) -> Iterator[Suggestion]:
    """Yield the first external cause that a note names."""
    for sentence in sentences:
        if sentence.section in {"family", "instructions", "social", "pmh", "psh", "ros"}:
            continue
        for row in rows("external"):
            match = re.compile(row["pattern"], re.IGNORECASE).search(
                note, sentence.start, sentence.end
            )
            before = note[sentence.start : match.start()] if match else ""
            if match is None or re.search(r"\b(?:no|not|denies|never|without|if)\b", before, re.IGNORECASE):  # fmt: skip
                continue
            if result := coder.named(row["code"]):
                yield Suggestion(
                    result.code, result.title or "", CONSIDER, 0.4, "external cause: optional unless the payer or state requires it",
                    "external cause (I.C.20)", (Evidence.of(note, match.start(), match.end()),),
                )  # fmt: skip
                return


def _now_pregnant(note: str, sentences: list[Sentence]) -> re.Match[str] | None:
    """Return the words that say that the patient is pregnant now."""
    for sentence in sentences:
        if sentence.section in _BEFORE_NOW:
            continue
        for match in _PREGNANT.finditer(note, sentence.start, sentence.end):
            if not _IN_YEAR.match(note, match.end(), sentence.end):
                return match
    return None


def in_pregnancy(
    note: str, sentences: list[Sentence], found: list[Suggestion], coder: Coder
) -> list[Suggestion]:
    """Return the suggestions with the codes of a pregnant patient: chapter 15 first, then the weeks."""
    weeks = _WEEKS.search(note)
    pregnant = weeks or (_now_pregnant(note, sentences) if not _NOT_PREGNANT.search(note) else None)
    if pregnant is None or _NOT_PREGNANT.search(note):
        return found
    week = int(next((one for one in weeks.groups() if one), "0")) if weeks else 0
    trimester = 1 if 0 < week < 14 else 2 if 14 <= week < 28 else 3 if week >= 28 else 9
    kept = [
        _in_trimester(each, trimester, coder)
        for one in found
        for each in _during(one, trimester, coder)
    ]
    has_chapter = any(one.code.startswith(("O", "Z34")) and one.disposition == CODE for one in kept)
    evidence = (Evidence.of(note, pregnant.start(), pregnant.end()),)
    if not has_chapter and (normal := coder.named(f"Z34.9{trimester % 9}")):
        kept.append(Suggestion(normal.code, normal.title or "", CONSIDER, 0.4, _INCIDENTAL, "pregnancy (I.C.15)", evidence))  # fmt: skip
    number = f"Z3A.{week:02d}" if 8 <= week <= 42 else "Z3A.00"
    if weeks and (result := coder.named(number)):
        kept.append(Suggestion(result.code, result.title or "", CODE, 0.7, "weeks of gestation", "pregnancy (I.C.21.c.11)", evidence))  # fmt: skip
    return kept


def _in_trimester(one: Suggestion, trimester: int, coder: Coder) -> Suggestion:
    """Return a code of chapter 15 that leaves the trimester open with the trimester of the weeks (I.C.15.a.3)."""
    name = _TRIMESTERS.get(trimester)
    if name is None or one.code[0] != "O" or "unspecified trimester" not in one.title:
        return one
    wanted = one.title.replace("unspecified trimester", f"{name} trimester")
    same = next(
        (each for each in coder.below(one.code[:-1].rstrip(".")) if each.title == wanted), None
    )
    return replace(one, code=same.code, title=wanted, query=None, rule=f"{one.rule}; trimester (I.C.15.a.3)") if same else one  # fmt: skip


def _during(one: Suggestion, trimester: int, coder: Coder) -> Iterator[Suggestion]:
    """Yield a condition's code in pregnancy, and the condition's own if the chapter asks for it (O99: use additional code)."""
    stem = mapping("pregnancy").get(one.code) or mapping("pregnancy").get(one.code[:3])
    result = (coder.named(f"{stem}{trimester}") or coder.named(stem)) if stem else None
    if result is None or one.disposition == NOT_CODED:
        yield one
        return
    yield replace(
        one,
        code=result.code,
        title=result.title or "",
        rule="pregnancy (I.C.15.a)",
        why=f"{one.why}; in pregnancy",
        alternatives=((one.code, one.title), *one.alternatives),
    )
    if result.code.startswith("O99") and not _words(one.title) <= _words(result.title or ""):
        yield one


def of_joint(
    note: str, sentences: list[Sentence], found: list[Suggestion], coder: Coder
) -> Iterator[Suggestion]:
    """Yield the suggestions, an arthritis or joint pain without a site at the only joint that its item of the assessment or the complaint names (I.B.2)."""
    complaint = " ".join(
        note[one.start : one.end] for one in sentences if one.section == "complaint"
    )
    for one in found:
        term = _AT_JOINT.get(one.code) if one.disposition == CODE else None
        options = (_item_of(note, sentences, one), complaint) if term else ()
        said = next((words for words in options if len(_joints(words)) == 1), None)
        side = said_side(said) or "" if said else ""
        coded = coder.code(f"{side} {next(iter(_joints(said)))} {term}".strip()) if said else None
        if coded is None or coded.score < _SURE or coded.result.code == one.code:
            yield one
            continue
        for result in (coded.result, *coded.also):
            yield replace(one, code=result.code, title=result.title or "", query=None, rule="site of the complaint (I.B.2)")  # fmt: skip


def _joints(words: str) -> set[str]:
    return {one.lower().rstrip("s") for one in _JOINT.findall(words)}


def _item_of(note: str, sentences: list[Sentence], one: Suggestion) -> str:
    """Return the words of the items of the assessment that a suggestion is from."""
    items = {each.item for each in sentences if each.section == ASSESSMENT and any(each.start <= words.start < each.end for words in one.evidence)}  # fmt: skip
    return " ".join(
        note[each.start : each.end]
        for each in sentences
        if each.item in items
        or (each.item - 1 in items and each.section == ASSESSMENT and not each.leads)
    )


def _words(title: str) -> set[str]:
    return set(re.findall(r"[a-z]+", title.lower())) - {"unspecified"}


def of_bmi(note: str, found: list[Suggestion], coder: Coder) -> list[Suggestion]:
    """Return the body mass index of an adult whose weight is coded (I.B.14, I.C.21.c.3)."""
    match = _BMI.search(note)
    if match is None or not any(one.disposition == CODE and one.code.startswith(_OF_WEIGHT) for one in found):  # fmt: skip
        return []
    index = int(match[1])
    steps = ((20, "Z68.1"), (40, f"Z68.{index}"), (45, "Z68.41"), (50, "Z68.42"), (60, "Z68.43"), (70, "Z68.44"))  # fmt: skip
    code = next((code for below, code in steps if index < below), "Z68.45")
    result = coder.named(code)
    if result is None:
        return []
    evidence = (Evidence.of(note, match.start(), match.end()),)
    why, rule = "the body mass index beside a coded weight", "body mass index (I.B.14)"
    return [Suggestion(result.code, result.title or "", CODE, 0.8, why, rule, evidence)]


def of_long_term_drugs(
    note: str, sentences: list[Sentence], found: list[Suggestion], coder: Coder
) -> list[Suggestion]:
    """Return the long-term use of drugs that the note names as taken: to consider, but for insulin of a type 2 diabetic (I.C.4.a.3, I.C.21.c.3)."""
    known = {one.code for one in found}
    has_diabetes = any(one.disposition == CODE and one.code.startswith(_DIABETES) for one in found)
    has_type_2 = any(one.disposition == CODE and one.code.startswith(_BY_INSULIN) for one in found)
    added: list[Suggestion] = []
    for code, pattern in _drugs():
        if code in known or (code.startswith(_FOR_DIABETES) and not has_diabetes):
            continue
        match = _taken(note, sentences, pattern)
        result = coder.named(code) if match else None
        if match and result:
            evidence = (Evidence.of(note, match.start(), match.end()),)
            sentence = next(one for one in sentences if one.start <= match.start() < one.end)
            is_said = sentence.section == ASSESSMENT and _ON_DRUG.search(note, sentence.start, sentence.end)  # fmt: skip
            is_treated = is_said or (code == _INSULIN and has_type_2 and not _TEMPORARY.search(note, max(0, match.start() - 60), match.end() + 60))  # fmt: skip
            kind, sure, why = (CODE, 0.7, "a drug that the patient takes for long") if is_treated else (CONSIDER, 0.4, _IF_LASTING)  # fmt: skip
            added.append(Suggestion(result.code, result.title or "", kind, sure, why, LONG_TERM, evidence))  # fmt: skip
    return added


def _taken(note: str, sentences: list[Sentence], pattern: re.Pattern[str]) -> re.Match[str] | None:
    """Return where a note names a drug as taken."""
    for sentence in sentences:
        if sentence.section in _NOT_TAKEN:
            continue
        match = pattern.search(note, sentence.start, sentence.end)
        if match and not _STOPPED.search(note, max(0, match.start() - 40), match.start()):
            return match
    return None


@cache
def _drugs() -> list[tuple[str, re.Pattern[str]]]:
    """Return the code of each group of drugs, and the names that it is found by."""
    return [
        (row["code"], re.compile(rf"\b(?:{row['names']})\b", re.IGNORECASE))
        for row in rows("drug_codes")
    ]


def of_stay(found: list[Suggestion]) -> Iterator[Suggestion]:
    """Yield the suggestions of a stay: lasting systemic diseases and an order not to resuscitate, wherever the record has them (III.A, I.C.21.c.3)."""
    for one in found:
        has_combination = one.code == "I10" and any(
            other.disposition == CODE and other.code.startswith(_HYPERTENSIVE) for other in found
        )
        is_named = not has_combination and one.disposition == CONSIDER and one.why.startswith(_NAMED) and not one.why.startswith(_WEAKLY)  # fmt: skip
        if is_named and _OF_STAY.match(one.code):
            one = replace(one, disposition=CODE, confidence=0.6, why="affects the care of a stay", rule=_STAY)  # fmt: skip  # noqa: PLW2901
        yield one


def of_encounter(note: str, found: list[Suggestion], coder: Coder) -> Iterator[Suggestion]:
    """Yield the suggestions with the seventh character that the note asks for."""
    healing, sequela = _HEALING.search(note), _SEQUELA.search(note)
    for one in found:
        letter = "S" if sequela else "D" if healing else None
        if letter is None or not _INJURY.match(one.code) or not one.code.endswith(("A", "B")):
            yield one
            continue
        result = coder.named(one.code[:-1] + letter)
        if result is None or result.code != one.code[:-1] + letter:
            yield one
            continue
        said = healing if letter == "D" else sequela
        evidence = (*one.evidence, Evidence.of(note, said.start(), said.end())) if said else one.evidence  # fmt: skip
        rule = f"{one.rule}; seventh character {letter} (I.C.19.a)"
        yield replace(one, code=result.code, title=result.title or "", evidence=evidence, rule=rule)
