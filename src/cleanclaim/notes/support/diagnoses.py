"""Whether a note supports a diagnosis code.

Sources: ICD-10-CM Official Guidelines I.A.15, I.A.18, I.B.2 (specificity), I.B.5 (integral
symptoms), I.B.13 (laterality), I.C.21.c.4 (history), IV.H (uncertain), IV.J (conditions that affect
care). Family history, a suspicion and a precaution don't say that the patient has the condition, so
the code is unsupported; what the note denies, calls past, or says otherwise contradicts it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from cleanclaim.encoder.systems import ICD10, plain, printed
from cleanclaim.notes import assertion as said
from cleanclaim.notes.level.extras import is_treated
from cleanclaim.notes.level.problems import has_status, kind_of, why_not_addressed
from cleanclaim.notes.level.units import Unit
from cleanclaim.notes.level.wording import is_denied, matches, pattern
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.procedures import procedures_done
from cleanclaim.notes.suggestion import CODE, CONSIDER, NOT_CODED, Evidence, Suggestion
from cleanclaim.notes.support import answer as verdict
from cleanclaim.notes.support.answer import Support
from cleanclaim.notes.support.compare import Billed, compared, contradicted
from cleanclaim.notes.support.reading import Reading
from cleanclaim.notes.support.titles import Titles, stems
from cleanclaim.notes.tables import mapping, rows, words

_WEAK: Final = frozenset(("pmh", "ros", "exam", "results", "social", "psh"))
_SILENT: Final = frozenset(("medications", "allergies", "instructions"))
_MEANINGS: Final = {
    said.FAMILY: (verdict.UNSUPPORTED, verdict.FAMILY, "only a relative has it"),
    said.OTHER: (verdict.UNSUPPORTED, verdict.FAMILY, "it is about another person"),
    said.UNCERTAIN: (verdict.UNSUPPORTED, verdict.UNCERTAIN, "it is only suspected; an outpatient claim codes the symptom instead (IV.H)"),
    said.HYPOTHETICAL: (verdict.UNSUPPORTED, verdict.HYPOTHETICAL, "it is only a risk or a precaution"),
    said.DENIED: (verdict.CONTRADICTED, verdict.DENIED, "the note denies it"),
    said.PAST: (verdict.CONTRADICTED, verdict.PAST, "it is past; a history code may apply"),
}  # fmt: skip
_WHY: Final = (
    ("denied", said.DENIED), ("family history", said.FAMILY), ("about another", said.OTHER), ("past history", said.PAST),
    ("uncertain", said.UNCERTAIN), ("a risk", said.HYPOTHETICAL),
)  # fmt: skip
_QUIT: Final = re.compile(
    r"\b(?:quit|former|ex|stopped|no longer|sober)\b[^.;]{0,25}", re.IGNORECASE
)
_DIABETES: Final = ("E08", "E09", "E10", "E11", "E13")
_COMPLICATIONS: Final = {
    ".62": ("foot ulcers?|skin ulcers?|ulcers?|ulceration|dermatitis",), ".21": ("nephropathy|kidney|albuminuria|proteinuria",), ".22": ("kidney disease|ckd",),
    ".31": ("retinopathy",), ".32": ("retinopathy|npdr",), ".33": ("retinopathy|npdr",), ".34": ("retinopathy|npdr",), ".35": ("retinopathy|pdr",),
    ".36": ("cataracts?",), ".40": ("neuropathy",), ".42": ("neuropathy|polyneuropathy",), ".43": ("gastroparesis",),
    ".51": ("peripheral (?:artery|arterial|vascular) disease|pad|pvd|claudication",),
    ".52": ("gangrene",), ".64": ("hypoglycemi\\w+",), ".65": ("hyperglycemi\\w+",), ".10": ("ketoacidosis|dka",), ".00": ("hyperosmolar\\w*|hhs",),
}  # fmt: skip
"""What notes call the complications that a code of diabetes says."""
_BMI: Final = re.compile(
    r"\bbmi\b[^\d\n]{0,20}(\d{2}(?:\.\d+)?)|body mass index[^\d\n]{0,20}(\d{2}(?:\.\d+)?)",
    re.IGNORECASE,
)


def judged(code: str, reading: Reading, titles: Titles) -> Support:
    """Return the verdict on a diagnosis code."""
    dotted = printed(ICD10, plain(code))
    if not titles.is_known(dotted):
        return Support(
            code, verdict.NOT_CHECKED, verdict.ABSENT, "not an ICD-10-CM code that is loaded"
        )
    if (weight := _of_weight(code, dotted, reading)) is not None:
        return weight
    for judge in (_same, _of_drug, _combined, _related, _by_words):
        found = judge(code, dotted, reading, titles)
        if found is not None:
            return found
    if words := _telling(dotted, reading, titles):
        why = "the note has a word of it, and doesn't name it as it is coded: read the note"
        return Support(code, verdict.UNSUPPORTED, verdict.PARTLY_NAMED, why, (words,))
    return Support(code, verdict.UNSUPPORTED, verdict.ABSENT, "the note doesn't name it")


def _telling(dotted: str, reading: Reading, titles: Titles) -> Evidence | None:
    """Return a word of the note that tells of a code: one of its terms, and not a plain one."""
    own = frozenset().union(*map(stems, titles.terms(dotted))) - _plain_stems()
    for sentence in reading.passages:
        if sentence.section in _SILENT or sentence.section in {"family", "ros"}:
            continue
        for match in re.finditer(r"[A-Za-z]{5,}", reading.note[sentence.start : sentence.end]):
            if stems(match[0]) & own:
                return Evidence.of(reading.note, sentence.start + match.start(), sentence.start + match.end())  # fmt: skip
    return None


@cache
def _plain_stems() -> frozenset[str]:
    """Return the stems of words that tell nothing by themselves."""
    return stems(" ".join(words("plain") | words("body") | words("state") | words("joint")))


def _of_weight(code: str, dotted: str, reading: Reading) -> Support | None:
    """Return the verdict on a code for the body mass index."""
    if not dotted.startswith("Z68.") or dotted.startswith("Z68.5"):
        return None
    match = _BMI.search(reading.note)
    if match is None:
        return Support(
            code, verdict.UNSUPPORTED, verdict.ABSENT, "the note gives no body mass index"
        )
    value = float(match[1] or match[2])
    own = _weight_code(value)
    evidence = (Evidence.of(reading.note, match.start(), match.end()),)
    if own == dotted:
        return Support(
            code, verdict.SUPPORTED, verdict.FINE, "the body mass index of the note", evidence
        )
    return Support(
        code, verdict.CONTRADICTED, verdict.CONFLICT, f"the note gives {value}", evidence, own
    )


def _weight_code(value: float) -> str:
    if value < 20:
        return "Z68.1"
    if value < 40:
        return f"Z68.{int(value)}"
    return next(
        f"Z68.4{n}" for n, limit in ((1, 45), (2, 50), (3, 60), (4, 70), (5, 999)) if value < limit
    )


def _same(code: str, dotted: str, reading: Reading, titles: Titles) -> Support | None:
    """Return the verdict if the note names the very code."""
    del titles
    own = next((one for one in reading.suggestions if one.code == dotted), None)
    if own is None:
        return None
    return _of_suggestion(code, own, reading)


def _of_suggestion(code: str, own: Suggestion, reading: Reading) -> Support:
    """Return the verdict on a code that the note names."""
    evidence = tuple(own.evidence)
    if own.disposition == NOT_CODED:
        return _not_coded(code, own)
    words = " ".join(reading.around(own)).lower()
    if other := contradicted(own.title.lower(), words):
        return Support(
            code, verdict.CONTRADICTED, verdict.CONFLICT, f"the note says {other}", evidence
        )
    history = mapping("past").get(own.code[:3])
    is_past = any(
        one.code == history and one.disposition != NOT_CODED for one in reading.suggestions
    )
    if own.disposition == CONSIDER and history and (is_past or _has_quit(own, reading)):
        kind, reason, why = _MEANINGS[said.PAST]
        return Support(code, kind, reason, why, evidence, history)
    unit = next(
        (one for one in reading.units if any(each.code == own.code for each in one.codes)), None
    )
    if unit is not None and kind_of(plain(own.code)) in {"chronic", "worse", "severe"}:
        gap = why_not_addressed(reading.note, unit)
        if gap is not None and not _is_cared_for(reading, unit):
            return Support(code, verdict.PARTLY, verdict.NOT_ASSESSED, gap, evidence)
    if own.disposition == CONSIDER and unit is None and not own.code.startswith("Z"):
        sections = {reading.section_of(one) for one in evidence}
        is_symptom = own.code[0] == "R"
        if sections <= _WEAK or (
            not is_symptom and reading.main not in sections and "plan" not in sections
        ):
            why = "named outside the assessment only: code it if it was treated or affected care (IV.J)"
            return Support(code, verdict.PARTLY, verdict.NOT_ASSESSED, why, evidence)
    return Support(code, verdict.SUPPORTED, verdict.FINE, own.why, evidence)


def _is_cared_for(reading: Reading, unit: Unit) -> bool:
    """Return true if the history of the illness says how a condition is, or a procedure treats it."""
    if any(has_status(reading.note, one) for one in unit.elsewhere):
        return True
    words = [one for found in procedures_done(reading.note, reading.passages).values() for one in found]  # fmt: skip
    return bool(words) and is_treated(reading.note, unit.name, words)


def _has_quit(own: Suggestion, reading: Reading) -> bool:
    """Return true if a habit is over."""
    return own.code.startswith(("F17", "F10", "F11")) and any(
        _QUIT.search(words) for words in reading.around(own)
    )


def _not_coded(code: str, own: Suggestion) -> Support:
    """Return the verdict on a code that the note rules out."""
    evidence = tuple(own.evidence)
    if own.why.startswith("integral"):
        disease = own.why.partition(": ")[2]
        better: str | None = disease if re.fullmatch(r"[A-Z]\d[\dA-Z](?:\.\w+)?", disease) else None
        return Support(
            code,
            verdict.PARTLY,
            verdict.INTEGRAL,
            "a symptom that belongs to a coded condition (I.B.5)",
            evidence,
            better,
        )
    meaning = next((meaning for words, meaning in _WHY if own.why.startswith(words)), said.DENIED)
    kind, reason, why = _MEANINGS[meaning]
    table = {said.PAST: "past", said.FAMILY: "family"}.get(meaning)
    history = mapping(table).get(own.code[:3]) if table else None
    return Support(code, kind, reason, why, evidence, history)


def _of_drug(code: str, dotted: str, reading: Reading, titles: Titles) -> Support | None:
    """Return the verdict on a code for long-term drug therapy, by the drugs that the note names."""
    del titles
    row = next((one for one in rows("drug_codes") if one["code"] == dotted), None)
    if row is None:
        return None
    for sentence in reading.passages:
        if sentence.section in {"allergies", "family"}:
            continue
        for match in matches(reading.note, sentence, pattern(row["names"])):
            if not is_denied(reading.note, sentence, *match.span()):
                evidence = (Evidence.of(reading.note, match.start(), match.end()),)
                return Support(
                    code, verdict.SUPPORTED, verdict.FINE, "the note names the drug", evidence
                )
    return None


def _combined(code: str, dotted: str, reading: Reading, titles: Titles) -> Support | None:
    """Return the verdict if the note's code combines the billed one with another condition."""
    del titles
    if any(one.code[:3] == dotted[:3] and one.disposition == CODE for one in reading.suggestions):
        return None
    for one in reading.suggestions:
        if one.rule.startswith("combination") and one.disposition == CODE:
            parts = re.findall(r"[A-Z]\d[\dA-Z](?:\.\w+)?", one.why)
            if any(dotted[:3] == part[:3] for part in parts):
                why = f"the note links it with another condition: {one.why} (I.A.15)"
                return Support(
                    code, verdict.PARTLY, verdict.COMBINED, why, tuple(one.evidence), one.code
                )
    return None


def _related(code: str, dotted: str, reading: Reading, titles: Titles) -> Support | None:
    """Return the verdict if the note names a code of the same category or its rivals."""
    rivals = _rivals(dotted[:3])
    found = [one for one in reading.suggestions if one.code[:3] in rivals]
    if not found:
        return None
    order = {CODE: 0, CONSIDER: 1, NOT_CODED: 2}
    best = min(
        found,
        key=lambda one: (
            order[one.disposition],
            one.code[:3] != dotted[:3],
            -_shared(one.code, dotted),
        ),
    )
    if dotted.startswith(_DIABETES) and dotted[:5] not in {one.code[:5] for one in found}:
        return _of_complication(code, dotted, best, reading, titles)
    if best.disposition == NOT_CODED:
        if best.code[:3] != dotted[:3]:
            return None
        return _not_coded(code, best)
    return compared(Billed(code, dotted, titles), best, reading)


def _of_complication(
    code: str, dotted: str, best: Suggestion, reading: Reading, titles: Titles
) -> Support | None:
    """Return the verdict on a complication of diabetes: the note must name it, each has a code of its own (I.C.4.a)."""
    if best.code[:3] != dotted[:3] or dotted.endswith((".9", ".8")):
        return compared(Billed(code, dotted, titles), best, reading)
    by_words = _by_words(code, dotted, reading, titles)
    if by_words is not None:
        return by_words
    kind, reason, why = _MEANINGS[said.DENIED]
    for names in _COMPLICATIONS.get(dotted[3:6], ()):
        for sentence in reading.passages:
            match = pattern(names).search(reading.note, sentence.start, sentence.end)
            place = (sentence.start, sentence.end, sentence.section)
            if match and said.assertion(reading.note, *match.span(), place).meaning == said.DENIED:
                return Support(
                    code, kind, reason, why, (Evidence.of(reading.note, *match.span()),), best.code
                )
    if best.code.endswith((".8", ".9")):
        return compared(Billed(code, dotted, titles), best, reading)
    why = "the note doesn't name this complication"
    return Support(code, verdict.UNSUPPORTED, verdict.ABSENT, why, tuple(best.evidence), best.code)


def _rivals(category: str) -> frozenset[str]:
    """Return the categories of which a note supports one."""
    for row in rows("rivals"):
        if category in row["categories"].split():
            return frozenset(row["categories"].split())
    return frozenset((category,))


def _shared(one: str, other: str) -> int:
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def _by_words(code: str, dotted: str, reading: Reading, titles: Titles) -> Support | None:
    """Return the verdict if a sentence of the note has all words of one of the code's terms."""
    terms = [one for one in map(stems, titles.terms(dotted)) if one]
    best: Support | None = None
    for sentence in reading.passages:
        if sentence.section in _SILENT:
            continue
        text = reading.note[sentence.start : sentence.end]
        own = stems(text)
        term = max((one for one in terms if one <= own), key=len, default=None)
        if term is None:
            continue
        found = _of_words(code, sentence, term, reading)
        if best is None or _RANK[found.verdict] < _RANK[best.verdict]:
            best = found
    return best


_RANK: Final = {
    verdict.SUPPORTED: 0,
    verdict.PARTLY: 1,
    verdict.CONTRADICTED: 2,
    verdict.UNSUPPORTED: 3,
}


def _of_words(code: str, sentence: Sentence, term: frozenset[str], reading: Reading) -> Support:
    """Return the verdict on a code by words of a sentence."""
    note = reading.note
    places = [
        m.span()
        for m in re.finditer(r"[A-Za-z0-9'-]+", note[sentence.start : sentence.end])
        if stems(m[0]) & term
    ]
    start, end = sentence.start + places[0][0], sentence.start + places[-1][1]
    meaning = said.assertion(
        note, start, end, (sentence.start, sentence.end, sentence.section)
    ).meaning
    evidence = (Evidence.of(note, start, end),)
    if meaning == said.UNCERTAIN and reading.inpatient:
        meaning = said.PRESENT
    if meaning in _MEANINGS:
        kind, reason, why = _MEANINGS[meaning]
        return Support(code, kind, reason, why, evidence)
    if sentence.section in _WEAK and not code.upper().startswith("Z"):
        why = "named outside the assessment only: code it if it was treated or affected care (IV.J)"
        return Support(code, verdict.PARTLY, verdict.NOT_ASSESSED, why, evidence)
    return Support(code, verdict.SUPPORTED, verdict.FINE, "the note names it", evidence)
