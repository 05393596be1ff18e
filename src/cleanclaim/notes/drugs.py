"""Codes for what drugs did: a poisoning, an adverse effect, an underdosing.

Source: ICD-10-CM Official Guidelines, section I.C.19.e, and the Table of Drugs and Chemicals. `data/drug_classes.csv` has the
table's place of everyday drugs; the search finds the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from cleanclaim.encoder.result import Result
from cleanclaim.notes import assertion as said
from cleanclaim.notes.coding import Coder
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.suggestion import CODE, Evidence, Suggestion
from cleanclaim.notes.tables import rows, words

_POISONED: Final = re.compile(
    r"(?:overdos\w+ (?:of|on|with)|poisoning (?:by|from|due to)|took too (?:much|many)(?: of)?(?: (?:her|his))?|(?:accidentally|"
    r"intentionally) (?:took|ingested|swallowed)(?: (?:too much|too many|her|his|some|a bottle of|the wrong dose of))*)"
    r"\s+(?P<drug>[a-z][\w-]+)"
    r"|(?P<known>(?!))|\b(?!accidental|unintentional|intentional|drug|an?\b|the\b"
    r"|possible|suspected|his\b|her\b)(?P<before>[a-z][\w-]+) (?:overdose|poisoning)\b",
    re.IGNORECASE,
)
_ADVERSE: Final = re.compile(
    r"(?:due to|from taking|secondary to|caused by|reaction to|side effect of|adverse effect of|after starting|induced by|after taking)\s+(?:the |"
    r"her |his |taking )?(?P<drug>[a-z][\w-]+)|(?P<before>[a-z][\w-]+)-induced|(?P<known>(?!))",
    re.IGNORECASE,
)
_FROM: Final = (
    r"\b(?:from|2/2|related to|attributed to)\s+(?:the |her |his |taking )?(?P<drug>{names})\b"
)
_STATED: Final = frozenset((said.PRESENT, said.PAST))
_MENTAL: Final = re.compile(
    r"[\s-]*(?:psycho\w+|mood|anxiety|depress\w+|bipolar|sleep|sexual"
    r"|mental|delirium|dementia|neurocognitive)",
    re.IGNORECASE,
)
"""Mental disorders by a substance, whose codes say the substance (F10 to F19)."""
_NOT_TAKEN: Final = r"(?:non-?\s?adherence|non-?\s?compliance|underdosing)"
_OFF: Final = re.compile(
    r"\b(?:we+[an]\w*|switch\w*|chang\w*|transition\w*|taper\w*"
    r"|mov\w+|benefit\w*|relief|improve\w*)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
"""Words before "from" and a drug that don't speak of what it did."""
_LESS: Final = r"\bunderdos\w+ (?:of|with)?\s*(?:the |her |his )?(?P<drug>[a-z][\w-]+)"
_INTENT: Final = (
    (re.compile(r"suicid|(?<!un)intentional|self-harm|on purpose|tried to kill", re.IGNORECASE), "intentional self-harm"),
    (re.compile(r"assault|given by", re.IGNORECASE), "assault"),
    (re.compile(r"unclear (?:whether|if)|undetermined", re.IGNORECASE), "undetermined"),
)  # fmt: skip
_CHARACTERS: Final = {
    "accidental": "1", "intentional self-harm": "2", "assault": "3", "undetermined": "4",
    "adverse effect of": "5", "underdosing of": "6",
}  # fmt: skip
"""The sixth character for what a drug did."""
_NOT_ON_PURPOSE: Final = re.compile(
    r"\b(?:not|wasn't|without|no|denies)\b[^.;]{0,25}(?:suicid|intent|self-harm|on purpose|tr(?:ied|ying) to (?:kill|hurt))",
    re.IGNORECASE,
)
_REASONS: Final = (
    (
        re.compile(r"\bfinanc\w+|\bcosts?\b|\bafford|\bexpens\w+|\binsurance\b", re.IGNORECASE),
        "Z91.120",
    ),
    (re.compile(r"\bforg[eo]t\w*|\bunintentional\w*|\bran out\b", re.IGNORECASE), "Z91.138"),
    (
        re.compile(r"\bintentional\w*|\brefus\w+|\bside effects?\b|\bstopped\b", re.IGNORECASE),
        "Z91.128",
    ),
)
"""Why a drug was taken less than prescribed (Z91.12, Z91.13)."""
_GROUPS: Final = {"chemotherapy": "antineoplastic", "chemo": "antineoplastic"}
"""Groups of drugs as the table of drugs calls them."""
_NO_DRUG: Final = words("no-drug")
"""Words after "due to" that name no drug."""
_DRUG: Final = re.compile(r"^T(?:3[6-9]|4\d|50|51)")
_SURE: Final = 0.5
_RULE: Final = "drugs (I.C.19.e)"


def of_drugs(note: str, sentence: Sentence, coder: Coder) -> Iterator[Suggestion]:
    """Yield the code for a poisoning, or for the adverse effect or the underdosing of a drug."""
    text = note[sentence.start : sentence.end]
    for pattern, kind in (
        (_POISONED, "poisoning by"),
        (_ADVERSE, "adverse effect of"),
        (_from_known(), "adverse effect of"),
        (_less(), "underdosing of"),
    ):
        for match in pattern.finditer(text):
            place = (sentence.start, sentence.end, sentence.section)
            meaning = said.assertion(
                note, sentence.start + match.start(), sentence.start + match.end(), place
            ).meaning
            if (
                _OFF.search(text[: match.start()])
                or _MENTAL.match(text, match.end())
                or meaning not in _STATED
            ):
                continue
            drug = _whole_name(text, match) or match["drug"] or match["before"] or match["known"]
            result = _of_drug(drug, kind, _intent(note, sentence), coder)
            if result is None:
                continue
            evidence = (Evidence.of(note, sentence.start + match.start(), sentence.start + match.end()),)  # fmt: skip
            yield Suggestion(result.code, result.title or "", CODE, 0.75, "drug named as the cause", _RULE, evidence)  # fmt: skip
            if kind == "underdosing of":
                yield from _reason(note, sentence, coder)
            if kind.startswith("p"):
                return


def names_drug(note: str, sentence: Sentence) -> bool:
    """Return true if a sentence is about a poisoning or the adverse effect of a drug, which `of_drugs` codes."""
    return any(one.search(note, sentence.start, sentence.end) for one in (_POISONED, _ADVERSE))


def _of_drug(drug: str, kind: str, intent: str, coder: Coder) -> Result | None:
    """Return the code for what a drug did; None if the word is no drug."""
    if stem := _classes().get(drug.lower()):
        code = f"{stem}{_CHARACTERS[intent if kind.startswith('p') else kind]}A"
        result = coder.named(code)
        return result if result is not None and result.code == code else None
    if drug.lower() in _NO_DRUG:
        return None
    named = _GROUPS.get(drug.lower(), drug)
    coded = coder.code(f"{kind} {named}" + (f" {intent}" if kind.startswith("p") else ""))
    title = (coded.result.title or "").lower() if coded else ""
    if coded is None or coded.score < _SURE or kind.split(maxsplit=1)[0] not in title:
        return None
    if not _DRUG.match(coded.result.code) or named.lower() in coded.result.missed:
        return None
    is_other = kind.startswith("p") and intent.split("-", maxsplit=1)[0] not in title
    return None if is_other else coded.result


def _whole_name(text: str, match: re.Match[str]) -> str | None:
    """Return the name of a known drug of several words at a place."""
    known = _names().match(text, match.start("drug")) if match["drug"] else None
    return known[0] if known else None


def _intent(note: str, sentence: Sentence) -> str:
    """Return how a poisoning came about: accidental, unless the sentence says otherwise."""
    text = _NOT_ON_PURPOSE.sub(" ", note[sentence.start : sentence.end])
    return next((name for says, name in _INTENT if says.search(text)), "accidental")


def _reason(note: str, sentence: Sentence, coder: Coder) -> Iterator[Suggestion]:
    """Yield the code for why a drug was taken less than prescribed (use additional code)."""
    for says, code in _REASONS:
        match = says.search(note, sentence.start, sentence.end)
        result = coder.named(code) if match else None
        if match and result:
            why = "why the drug was taken less than prescribed"
            evidence = (Evidence.of(note, *match.span()),)
            yield Suggestion(result.code, result.title or "", CODE, 0.7, why, _RULE, evidence)
            return


@cache
def _classes() -> dict[str, str]:
    """Return the code of everyday drugs, without what they did."""
    return {name: row["stem"] for row in rows("drug_classes") for name in row["names"].split("|")}


@cache
def _names() -> re.Pattern[str]:
    names = "|".join(re.escape(one) for one in sorted(_classes(), key=len, reverse=True))
    return re.compile(rf"(?:{names})\b", re.IGNORECASE)


@cache
def _from_known() -> re.Pattern[str]:
    names = "|".join(re.escape(one) for one in sorted(_classes(), key=len, reverse=True))
    return re.compile(
        f"{_FROM.format(names=names)}|(?P<before>(?!))|(?P<known>(?!))", re.IGNORECASE
    )


@cache
def _less() -> re.Pattern[str]:
    names = "|".join(re.escape(one) for one in sorted(_classes(), key=len, reverse=True))
    return re.compile(
        rf"{_LESS}|\b(?P<before>{names}) {_NOT_TAKEN}|{_NOT_TAKEN} (?:with|to) (?:her |his |the )?(?P<known>{names})\b",
        re.IGNORECASE,
    )
