"""What the codes of one note do to each other: combinations, integral symptoms, specificity, order.

Sources: ICD-10-CM Official Guidelines for Coding and Reporting, sections I.A.15, I.A.17, I.B.4,
I.B.5, I.B.9, I.C.4.a, I.C.9.a; the pairs are those of the edits DX122 and DX128.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from cleanclaim.encoder.systems import plain
from cleanclaim.notes.coding import Coder
from cleanclaim.notes.suggestion import CODE, CONSIDER, NOT_CODED, Suggestion
from cleanclaim.notes.tables import mapping, rows
from cleanclaim.reference.sets import load_set

_INFECTIONS: Final = ("J12", "J13", "J14", "J15", "J16", "J18", "J20", "J22")
"""Acute infections of the lower airways."""
KEPT: Final = ("N18", "I50", "L97", *_INFECTIONS, "M86", "I51", "R35", "R33", "R39.1", "R32", "N13.8")  # fmt: skip
"""Codes that stay beside the combination code."""
_CODE: Final = re.compile(r"[A-Z]\d[\dA-Z](?:\.[\dA-Z]+)?")
_SYMPTOM: Final = re.compile(r"^(?:R(?!73|91|92|87|03|64|65|57|18)|M25\.5|M79\.6)")
_VAGUE: Final = re.compile(r"\bunspecified\b|\buncomplicated\b", re.IGNORECASE)
_NAMED: Final = 0.3
"""The confidence from which a condition elsewhere counts: not the review of systems alone."""
_SPECIFIC: Final = 0.9
_CHRONIC: Final = re.compile(r"\bchronic\b", re.IGNORECASE)
_CHRONIC_PAIN: Final = 0.6
_PAINS: Final = ("M25.5", "M54.2", "M54.5", "M54.6", "M54.9", "M79.6")
_DIABETES: Final = ("E08", "E09", "E10", "E11", "E13")
"""A code for each complication: one doesn't replace another (I.C.4.a)."""
_ANGINA: Final = {
    "I20.0": "I25.110",
    "I20.1": "I25.111",
    "I20.2": "I25.112",
    "I20.8": "I25.118",
    "I20.81": "I25.118",
    "I20.89": "I25.118",
}
_GERMS: Final = {"A49.01": "B95.61", "A49.02": "B95.62", "A49.1": "B95.5", "A49.3": "B96.0", "A49.2": "B96.3"}  # fmt: skip
"""Infections by a germ at no known place, and the germ as the cause of an infection."""
_OF_GERM: Final = {"A49.02": frozenset(("A41.02", "J15.212", "B95.62")), "A49.01": frozenset(("A41.01", "J15.211", "B95.61"))}  # fmt: skip
"""Infections whose code says the germ."""
_PLACED: Final = ("L0", "N39.0", "N30", "M00", "M86", "T81.4", "H66", "K65", "J36", "K61")
"""Infections whose code says their place."""
_MIXED: Final = (
    "E87",
    "E83",
    "R19",
    "R41",
    "R10",
    "H35",
    "H18",
    "H02",
    "K59",
    "N39",
    "D68",
    "E78",
    "F43",
    "M35",
    "I82",
    "G89",
)
"""Categories of several conditions: one of them doesn't say another more closely."""
_WITHOUT_MENTION: Final = ("G20.A1",)
"""Codes for what a note doesn't mention."""
_UNKNOWN_TUMORS: Final = ("C80.1", "C79.9", "D49.9", "D36.9")
_SEPSES: Final = (
    "A40",
    "A41",
    "A02.1",
    "A22.7",
    "A26.7",
    "A32.7",
    "A42.7",
    "A54.86",
    "B37.7",
    "O85",
    "O86.04",
    "P36",
    "T81.44",
)
_POISONING: Final = re.compile(r"^T(?:3[6-9]|4\d|50)\..{2}[1-4]")
_END_STAGE: Final = ("N18.5", "N18.6")


def apply(found: list[Suggestion], coder: Coder) -> list[Suggestion]:
    """Return the suggestions of a note after the rules for sets of codes."""
    found = list(_as_specific(found))
    found = [*_sepsis(found, coder), *found]
    found = _combined(found, coder)
    found = [*found, *_infected_lung(found, coder)]
    found = list(_without_unknown_drug(_as_causes(found, coder)))
    found = list(_without_vague(found))
    own = {one.code for one in _codes(found)}
    found = [one for one in found if not own & _OF_GERM.get(one.code, frozenset())]
    found = [one for one in found if one.code not in _UNKNOWN_TUMORS or not _has_tumor(found, one)]
    found = list(_without_history(found))
    found = list(without_symptoms(found))
    return [*found, *_chronic_pain(found, coder)]


def _as_specific(found: list[Suggestion]) -> Iterator[Suggestion]:
    """Replace a vague code of a problem by the one that the rest of the note is specific about (I.B.2)."""
    for one in found:
        closer = [
            other
            for other in found
            if other.disposition == CONSIDER
            and other.code[:3] == one.code[:3]
            and not _VAGUE.search(other.title)
            and other.confidence >= _NAMED
            and _words_of(one) & _words_of(other)
        ]
        if one.disposition != CODE or not _VAGUE.search(one.title) or len(closer) != 1:
            yield one
            continue
        other = closer[0]
        evidence = tuple(dict.fromkeys((*one.evidence, *other.evidence)))
        yield replace(
            one, code=other.code, title=other.title, evidence=evidence, query=None, confidence=one.confidence * _SPECIFIC,
            why=f"{one.why}; the note is more specific elsewhere", rule="highest specificity (I.B.2)",
        )  # fmt: skip


def _words_of(one: Suggestion) -> set[str]:
    """Return the words that a suggestion is based on."""
    return {word for words in one.evidence for word in re.findall(r"[a-z]{4,}", words.text.lower())}


def _chronic_pain(found: list[Suggestion], coder: Coder) -> Iterator[Suggestion]:
    """Yield the code that says that a pain is chronic, which the code of its site doesn't (I.C.6.b.1.b.ii)."""
    for one in _codes(found):
        chronic = next((words for words in one.evidence if _CHRONIC.search(words.text)), None)
        if chronic is None or not one.code.startswith(_PAINS) or any(other.code.startswith("G89") for other in found):  # fmt: skip
            continue
        if result := coder.named("G89.29"):
            yield replace(
                one, code=result.code, title=result.title or "", evidence=(chronic,), query=None, alternatives=(), confidence=_CHRONIC_PAIN,
                why=f"chronic, which {one.code} doesn't say", rule="chronic pain (I.C.6.b.1.b.ii)",
            )  # fmt: skip
            return


def _has_tumor(found: list[Suggestion], general: Suggestion) -> bool:
    """Return true if a note says what and where the tumor is that it calls a malignancy elsewhere."""
    specific = _general().get(general.code, ())
    return any(
        one.code.startswith(specific) and one.code not in _UNKNOWN_TUMORS for one in _codes(found)
    )


def _sepsis(found: list[Suggestion], coder: Coder) -> Iterator[Suggestion]:
    """Yield the sepsis that severe sepsis and septic shock are codes beside (R65.2: code first the infection, I.C.1.d)."""
    shock = next((one for one in _codes(found) if one.code.startswith("R65.2")), None)
    is_known = any(one.code.startswith(_SEPSES) for one in _codes(found))
    if shock and not is_known and (result := coder.named("A41.9")):
        yield replace(
            shock, code=result.code, title=result.title or "", query=None, alternatives=(), why=f"the infection of {shock.code}",
            rule="sepsis (I.C.1.d)",
        )  # fmt: skip


def _infected_lung(found: list[Suggestion], coder: Coder) -> Iterator[Suggestion]:
    """Yield the code of COPD with an acute infection of the lower airways beside that of its exacerbation (J44.0, J44.1: code both)."""
    worse = next((one for one in _codes(found) if one.code == "J44.1"), None)
    infection = next((one for one in _codes(found) if one.code.startswith(_INFECTIONS)), None)
    if worse and infection and all(one.code != "J44.0" for one in found) and (result := coder.named("J44.0")):  # fmt: skip
        yield replace(worse, code=result.code, title=result.title or "", query=None, alternatives=(), why=f"{worse.code} and {infection.code} are linked",
                      rule="combination (I.A.15, I.B.9)", evidence=(*worse.evidence, *infection.evidence))  # fmt: skip


def _as_causes(found: list[Suggestion], coder: Coder) -> list[Suggestion]:
    """Return the suggestions, a germ beside the infection that it causes by its code as a cause (B95, B96: use additional code)."""
    has_place = any(one.code.startswith(_PLACED) for one in _codes(found))
    changed = []
    for one in found:
        code = _GERMS.get(one.code) if has_place and one.disposition == CODE else None
        result = coder.named(code) if code else None
        changed.append(replace(one, code=result.code, title=result.title or "", query=None, rule="combination (I.B.9)") if result else one)  # fmt: skip
    return changed


def _without_unknown_drug(found: list[Suggestion]) -> Iterator[Suggestion]:
    """Drop a poisoning by an unknown drug if the drug is known."""
    is_known = any(_POISONING.match(one.code) and not one.code.startswith("T50.9") for one in _codes(found))  # fmt: skip
    yield from (one for one in found if not (is_known and one.code.startswith("T50.9")))


def _codes(found: list[Suggestion]) -> list[Suggestion]:
    return [one for one in found if one.disposition == CODE]


def _combined(found: list[Suggestion], coder: Coder) -> list[Suggestion]:
    """Replace two codes that the classification links by the linked code."""
    for _ in range(6):
        step = next(_linked(found, coder), None)
        if step is None:
            return found
        first, other, code = step
        result = coder.named(code)
        if result is None:
            return found
        linked = replace(
            first, code=result.code, title=result.title or "", rule="combination (I.A.15, I.B.9)",
            why=f"{first.code} and {other.code} are linked", evidence=tuple(dict.fromkeys((*first.evidence, *other.evidence))),
        )  # fmt: skip
        stays = other.code.startswith(KEPT)
        known = [
            one
            for one in found
            if one is first or one.code != linked.code or one.disposition != CODE
        ]
        known = [linked if one is first else one for one in known if one is not other or stays]
        if first.code.startswith(_DIABETES) and not first.code.endswith(".9") and first.code != linked.code:  # fmt: skip
            known.insert(known.index(linked), first)
        before = next(n for n, one in enumerate(known) if one is linked)
        if stays and (at := known.index(other)) < before:
            known.insert(at, known.pop(before))
        found = known
    return found


def _linked(found: list[Suggestion], coder: Coder) -> Iterator[tuple[Suggestion, Suggestion, str]]:
    """Yield two suggestions that are linked, and the code for both."""
    own = _codes(found)
    has_heart = any(one.code.startswith("I50") for one in own)
    for first in own:
        for other in own:
            if first is other:
                continue
            for code, with_code, unless, instead in _pairs():
                if not plain(first.code).startswith(code) or not plain(other.code).startswith(with_code):  # fmt: skip
                    continue
                if any(plain(one.code).startswith(tuple(unless.split())) for one in own if unless):
                    continue
                named = _instead(instead, other.code, has_heart=has_heart)
                if (
                    named
                    and (named != first.code or not other.code.startswith(KEPT))
                    and coder.named(named)
                ):
                    yield first, other, named


def _instead(instead: str, other: str, *, has_heart: bool) -> str | None:
    """Return the linked code that a row of the table means."""
    if instead.startswith("I12"):
        if has_heart:
            return "I13.2" if other.startswith(_END_STAGE) else "I13.0"
        return "I12.0" if other.startswith(_END_STAGE) else "I12.9"
    if "621" in instead and other.startswith("L97") and not other.startswith(("L97.4", "L97.5")):
        return instead.partition(" or ")[2][:7].strip(" ,")
    if instead.startswith("I25.11") and other in _ANGINA:
        return _ANGINA[other]
    match = _CODE.match(instead)
    return match[0] if match else None


@lru_cache(maxsize=1)
def _pairs() -> list[tuple[str, str, str, str]]:
    table = load_set("combined_diagnoses").select("code", "other", "unless", "instead")
    own = [(row["code"], row["other"], row["unless"], row["instead"]) for row in rows("linked")]
    return [
        *((a, b, c or "", d) for a, b, c, d in table.iter_rows()),
        *((plain(a), plain(b), c, d) for a, b, c, d in own),
    ]


@lru_cache(maxsize=1)
def _symptoms() -> list[tuple[str, tuple[str, ...]]]:
    table = load_set("integral_symptoms").select("code", "diseases")
    return [(code, tuple(diseases.split())) for code, diseases in table.iter_rows()]


def _without_vague(found: list[Suggestion]) -> Iterator[Suggestion]:
    """Drop a code if a more specific one of the same category is there."""
    own = [one for one in found if one.disposition != NOT_CODED]
    for one in found:
        is_vague = (
            "unspecified" in one.title.lower()
            or one.code.endswith(".9")
            or one.code in _WITHOUT_MENTION
        )
        if one.code.startswith(_DIABETES):  # a code for each complication
            is_vague = one.code.endswith(".9")
        better = next(
            (
                other
                for other in own
                if other is not one
                and other.code[:3] == one.code[:3]
                and (one.code[:3] not in _MIXED or other.code[:5] == one.code[:5])
                and ("unspecified" not in other.title.lower() or other.code.startswith(_DIABETES))
                and not (other.code.startswith(_DIABETES) and other.code.endswith(".9"))
                and (other.disposition == CODE or one.disposition == CONSIDER)
            ),
            None,
        )
        if one.disposition != NOT_CODED and is_vague and better:
            continue
        yield one


def without_general(found: list[Suggestion]) -> Iterator[Suggestion]:
    """Drop a general term's code if the note says it more closely elsewhere: the tumor, a carcinoma of the kidney."""
    own = [one.code for one in found if one.disposition == CODE]
    for one in found:
        specific = _general().get(one.code)
        if (
            specific
            and one.disposition != NOT_CODED
            and any(code.startswith(specific) and code != one.code for code in own)
        ):
            continue
        yield one


def is_general(code: str) -> bool:
    """Return true if a code is that of a general term, such as pain or disease."""
    return code in _general()


@lru_cache(maxsize=1)
def _general() -> dict[str, tuple[str, ...]]:
    return {row["code"]: tuple(row["specific"].split("|")) for row in rows("general")}


def _without_history(found: list[Suggestion]) -> Iterator[Suggestion]:
    """Drop the history of a condition that is there now."""
    now = {mapping("past").get(one.code[:3]) for one in _codes(found)}
    for one in found:
        if one.code not in now or one.code[0] != "Z":
            yield one


def without_symptoms(found: list[Suggestion]) -> Iterator[Suggestion]:
    """Set symptoms that belong to a coded disease apart."""
    own = _codes(found)
    for one in found:
        disease = next(
            (other for other in own if _belongs(one.code, other.code) or _is_local(one, other)),
            None,
        )
        if one.disposition == NOT_CODED or disease is None:
            yield one
            continue
        yield replace(
            one, disposition=NOT_CODED, rule="integral symptoms (I.B.5)",
            why=f"integral to another condition: {disease.code}",
        )  # fmt: skip


def _belongs(symptom: str, disease: str) -> bool:
    return any(
        plain(symptom).startswith(code) and plain(disease).startswith(diseases)
        for code, diseases in _symptoms()
    )


def _is_local(pain: Suggestion, disease: Suggestion) -> bool:
    """Return true if a pain is that of a disorder or an injury of the same part and side of the body (I.B.5)."""
    diseases = next(
        (diseases for code, diseases in _local_pains() if pain.code.startswith(code)), ()
    )
    if not disease.code.startswith(diseases or ("?",)):
        return False
    sides = [set(re.findall(r"\b(?:left|right)\b", one.title.lower())) for one in (pain, disease)]
    return not all(sides) or sides[0] == sides[1]


@lru_cache(maxsize=1)
def _local_pains() -> list[tuple[str, tuple[str, ...]]]:
    return [(row["pain"], tuple(row["diseases"].split())) for row in rows("local_pains")]


def is_symptom(code: str) -> bool:
    """Return true if a code is for a symptom or a sign."""
    return _SYMPTOM.match(code) is not None
