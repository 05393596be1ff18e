"""The code for the words of a note: the default of an everyday term, or the best that the search finds.

Source of the defaults: the ICD-10-CM Alphabetic Index (the code after a main term is its default,
Official Guidelines I.A.18), and the guidelines' own: I.C.4.a.2 (type 2 diabetes), I.C.19.c (closed,
displaced).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

from cleanclaim.encoder import Encoder
from cleanclaim.encoder.result import Result
from cleanclaim.encoder.stems import STOP, stem, tokens
from cleanclaim.encoder.systems import ICD10
from cleanclaim.notes.diabetic import diabetes, diabetic_retinopathy
from cleanclaim.notes.problems import is_bare
from cleanclaim.notes.sides import said_side
from cleanclaim.notes.tables import rows
from cleanclaim.notes.tables import words as words_of
from cleanclaim.notes.written import as_listed, as_spelled

_SEVERITY: Final = re.compile(
    r"\b(?:non-?healing|mild|moderate|severe|acute|chronic|worsening|stable|improving|improved|persistent|intermittent|ongoing|recent|new|new[- ]onset|"
    r"well[- ]controlled|"
    r"controlled|uncontrolled|poorly controlled|likely|recurrent|symptomatic|asymptomatic|known|significant|longstanding|early|advanced|likely|"
    r"left|right|bilateral|bilaterally|both|essential|exacerbated?|closed|today|currently|unspecified"
    r"|generalized|diffuse|post-traumatic|status|healing|complete|partial|high[- ]grade|low[- ]grade|infected)\b",
    re.IGNORECASE,
)
_SIDE: Final = re.compile(r"\b(?:left|right|bilateral(?:ly)?|both)\b", re.IGNORECASE)
_ASIDE: Final = re.compile(r"\s*\([^)]*\)")
BY_DEFAULT: Final = "default of the index (I.A.18)"
BY_TERM: Final = "term of the code lists"
BY_SEARCH: Final = "closest term of the code lists"
_CAPITALS: Final = re.compile(r"\b[A-Z]{3,6}\b")
_ALONE: Final = "for '"
"""The role of a code that is for a part of a query only."""
_TAKEN: Final = 0.55
"""The score from which a search's result is used."""
_SEVERAL: Final = re.compile(
    r"\b(?:with|w/|and|plus|due to|secondary to|complicated by|on|taking|using)\b|[,;+&]",
    re.IGNORECASE,
)
_GERM: Final = re.compile(
    r"\b(?:e\.? ?coli|escherichia coli|klebsiella(?: pneumoniae)?|proteus(?: mirabilis)?"
    r"|enterococc\w+(?: faecalis)?|pseudomonas(?: aeruginosa)?|gram[- ]negative|"
    r"mrsa|mssa|staph\w*(?: aureus)?)\s+(?=uti\b|urin|cyst|pyelo|cellulitis|abscess|wound|bacteremia|sepsis)",
    re.IGNORECASE,
)
"""A germ before the infection that it causes."""
_AT: Final = re.compile(r"\s+(?:at|over|near|around|along)\s+", re.IGNORECASE)
_DIABETIC: Final = re.compile(
    r"\b(?:diabetic|diabetes(?: mellitus)?(?: type \d)?(?: with)?|non-?healing)\b", re.IGNORECASE
)
_DIABETIC_ULCER: Final = re.compile(r"\bdiabetic\b[^,;]*\bulcers?\b", re.IGNORECASE)
_PIECE: Final = 0.7
_BODY: Final = words_of("joint")
"""Parts of the body that may be named again beside a term."""
_WITHOUT: Final = re.compile(r"\bwithout (?:foreign body|damage to nail|\w+)", re.IGNORECASE)
_WHOLE: Final = 8
"""The length of a code with a seventh character and its dot."""
_SHORT: Final = 5
"""The length of a code whose last character is the side: C64.1."""
_ENDING: Final = 7
"""Where the seventh character of a code with its dot is."""
_ORGANS: Final = frozenset(stem(one) for one in ("eye", "eyes", "ear", "ears"))
"""Organs that a term such as conjunctivitis means without naming them."""
_SIDED: Final = frozenset(("left", "right", "bilateral", "unspecified", "both", "eye", "eyes", "ear", "ears", "side"))  # fmt: skip
"""Words of a title that differ between the sides of a condition."""
_ASIDE_TITLE: Final = re.compile(r"\([^)]*\)")
_OPEN: Final = frozenset(stem(one) for one in words_of("open"))
"""Words of a title that a more specific title lacks."""
_IMPLIED: Final = frozenset(stem(one) for one in ("displaced", "closed", "initial", "encounter", "fracture"))  # fmt: skip
"""Words of a title that the guidelines assume (I.C.19.c)."""
_LOOSE: Final = 0.5
"""The share of a query that counts as lacking if the term found says much more."""
_FILLING: Final = words_of("filling")
_UNSPECIFIED: Final = re.compile(
    r"\bunspecified\b|\buncomplicated\b|\bwithout\b|\bnot otherwise\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Coded:
    """The code for a phrase.

    Attributes:
        result: the code.
        score: how well it fits, 0 to 1.
        rule: what led to it: `BY_DEFAULT`, `BY_TERM` or `BY_SEARCH`.
        others: the next best codes.
        also: the code of the other side, if both have the condition and no code says both.
    """

    result: Result
    score: float
    rule: str
    others: tuple[Result, ...] = ()
    also: tuple[Result, ...] = ()


class Coder:
    """Finds codes for phrases on a day.

    Args:
        encoder: the code lists and their search.
        on: the day on which codes must be valid.
    """

    def __init__(self, encoder: Encoder, on: date) -> None:
        self._encoder = encoder
        self.on = on
        self.code = lru_cache(20_000)(self._with_ulcer)
        self.named = lru_cache(20_000)(self._named)
        self.below = lru_cache(2_000)(self._all_below)

    def _named(self, code: str) -> Result | None:
        """Return a billable code by its number; a category leads to its least specific code."""
        found = self._encoder.search(code, system="icd10cm", on=self.on, limit=30)
        codes = [
            one for one in found if one.billable and one.code.startswith(code.removesuffix("-"))
        ]
        exact = next((one for one in codes if one.code == code), None)
        plain = next((one for one in codes if _UNSPECIFIED.search(one.title or "")), None)
        return exact or plain or next(iter(codes), None)

    def first_of(self, codes: tuple[str, ...]) -> Result | None:
        """Return the first of some codes that is valid on the day."""
        return next((found for code in codes if (found := self.named(code)) and found.code == code), None) or self.named(codes[0])  # fmt: skip

    def of_term(
        self, codes: tuple[str, ...], node: int, words: str, side: str | None
    ) -> Coded | None:
        """Return the code of a term that a note names word by word.

        Args:
            codes: its default codes.
            node: its place in the code lists, if it has no default.
            words: the words of the note.
            side: the side that the note says near it.
        """
        own = said_side(words) or side
        if codes:
            found = self.first_of(codes)
            return self._specified(Coded(found, 0.95, BY_DEFAULT), words, own) if found else None
        result = self._encoder.searcher.at(node, words, on=self.on)
        if result is None or not result.billable:
            return None
        coded = Coded(result, max(0.0, min(1.0, _worth(result, words))), BY_TERM)
        return self._on_side(coded, words, own) if own else coded

    def _with_ulcer(
        self, phrase: str, side: str | None = None, *, plain: bool = False
    ) -> Coded | None:
        """Return the code for a phrase; with a diabetic ulcer, also the ulcer's own code (E11.621: use additional code)."""
        coded = self._code(phrase, side, plain=plain)
        is_ulcer = coded is not None and coded.result.code.endswith((".621", ".622"))
        if not is_ulcer and not _DIABETIC_ULCER.search(phrase):
            return coded
        ulcer = self._code(_DIABETIC.sub(" ", phrase), said_side(phrase) or side)
        if ulcer is None or not ulcer.result.code.startswith("L97"):
            return coded
        if coded is None or not is_ulcer:
            is_foot = ulcer.result.code.startswith(("L97.4", "L97.5"))
            found = self.named(f"{diabetes(phrase)}.62{'1' if is_foot else '2'}")
            coded = Coded(found, 0.95, BY_DEFAULT) if found else coded
        return replace(coded, also=(ulcer.result,)) if coded else None

    def _code(self, phrase: str, side: str | None = None, *, plain: bool = False) -> Coded | None:
        """Return the code for a phrase; None if nothing fits.

        Args:
            phrase: the words of the note.
            side: the side that the note says elsewhere, if the phrase has none.
            plain: only search for the phrase as it is.
        """
        words = self._understood(as_spelled(_ASIDE.sub("", phrase).strip(" .,;:-*")))
        if not words or is_bare(words):
            return None
        own = said_side(words) or side
        listed = as_listed(words)
        if (retina := diabetic_retinopathy(listed, own)) and (found := self.named(retina)):
            return Coded(found, 0.95, BY_DEFAULT)
        codes = _default_of(words) or _default_of(listed)
        if codes and (found := self.first_of(codes)):
            return self._specified(Coded(found, 0.95, BY_DEFAULT), words, own)
        best: Coded | None = None
        for n, query in enumerate(_rewrites(words, listed, own)):
            found_here = self._searched(query, f"{words} {listed}" if listed in query else words)
            if found_here is None:
                continue
            found_here = self._on_side(found_here, words, own) if own else found_here
            score = found_here.score * (1 - 0.05 * n)
            if best is None or score > best.score + 0.05:
                best = replace(found_here, score=score)
            if best.score >= 0.9 or plain:
                break
        simpler = _key(_SEVERITY.sub(" ", listed))
        if (best is None or best.score < 0.9 or best.result.missed) and (codes := _defaults().get(simpler)) and (found := self.first_of(codes)):  # fmt: skip
            return self._specified(Coded(found, 0.85, BY_DEFAULT), words, own)
        plainest = simpler - _BODY
        if (best is None or best.score < _PIECE) and (codes := _defaults().get(plainest)) and (found := self.first_of(codes)):  # fmt: skip
            return self._specified(Coded(found, 0.75, BY_DEFAULT), words, own)
        return best

    def _understood(self, words: str) -> str:
        """Return words without abbreviations that no list has: CPAP is no misspelling of CAP."""
        reads = self._encoder.searcher.has
        return _CAPITALS.sub(
            lambda match: (
                match[0]
                if reads(match[0])
                or _key(match[0]) <= _vocabulary()
                or as_listed(match[0]) != match[0]
                else " "
            ),
            words,
        ).strip()

    def specified(self, coded: Coded, words: str, side: str | None) -> Coded:
        """Return a code found by default, or the one beside it that the whole line is specific about."""
        return self._specified(coded, words, side) if coded.rule == BY_DEFAULT else coded

    def _specified(self, coded: Coded, words: str, side: str | None) -> Coded:
        """Return a default code, or the one beside it that says more of the words: the index finger, stage 2."""
        said = _key(f"{words} {side or ''}") | _IMPLIED
        own = _key(_ASIDE_TITLE.sub("", coded.result.title or ""))
        closer = [
            (len(more - _IMPLIED), one)
            for one in self.below(coded.result.code[:5])
            if one.code[_ENDING:] == coded.result.code[_ENDING:]
            and (more := _key(_ASIDE_TITLE.sub("", one.title or "")) - own)
            and more - _IMPLIED
            and more <= said
            and own - _key(_ASIDE_TITLE.sub("", one.title or "")) <= _OPEN
        ]
        if closer:
            best = max(closer, key=lambda pair: pair[0])[1]
            coded = replace(coded, result=best)
        return self._on_side(coded, words, side)

    def _on_side(self, coded: Coded, words: str, side: str | None) -> Coded:
        """Return the code for the side that was said, if the code has sides."""
        title = coded.result.title or ""
        if side is None or "unspecified" not in title:
            return coded
        if same := self._same(coded.result, side):
            return replace(coded, result=same)
        if side == "bilateral" and (left := self._same(coded.result, "left")) and (right := self._same(coded.result, "right")):  # fmt: skip
            return replace(coded, result=right, also=(left,))
        if coded.rule == BY_SEARCH or said_side(words) is None:
            return coded
        again = self._searched(f"{side} {_SIDE.sub('', words)}", words)
        is_same = again is not None and again.result.code[:3] == coded.result.code[:3]
        if again and is_same and side in (again.result.title or "").lower() and again.score > 0.7:
            return replace(again, rule=coded.rule)
        return coded

    def on_side(self, code: str, side: str) -> tuple[Result, ...]:
        """Return the code for a side of a code that leaves it open; two for both sides if no code says both."""
        result = self.named(code)
        coded = self._on_side(Coded(result, 1.0, BY_SEARCH), "", side) if result else None
        if coded is None or coded.result.code == code:
            return ()
        return (coded.result, *coded.also)

    def _results(self, query: str) -> Sequence[Result]:
        """Return what a search finds; combinations of codes are looked for if several things are named."""
        if _SEVERAL.search(query):
            return self._encoder.answer(query, system="icd10cm", on=self.on, limit=10).results
        return self._encoder.searcher.search(query, on=self.on, systems=(ICD10,), limit=10)

    def _same(self, one: Result, side: str) -> Result | None:
        """Return the code with the same title, but for the side."""
        wanted = _without_sides(one.title or "")
        ending = one.code[-1] if len(one.code) == _WHOLE else ""
        stem = one.code[:5] if len(one.code) > _SHORT else one.code[:4]
        for other in self.below(stem):
            title = (other.title or "").lower()
            if side in title and _without_sides(title) == wanted and other.code.endswith(ending):
                return other
        return None

    def _all_below(self, stem: str) -> list[Result]:
        found = self._encoder.search(stem, system="icd10cm", on=self.on, limit=200)
        return [one for one in found if one.billable]

    def _searched(self, query: str, words: str) -> Coded | None:
        """Return the best result of a search, weighed by what each assumes."""
        results = self._results(query)
        found = [
            one
            for one in results
            if one.billable
            and one.score >= _TAKEN
            and one.fits
            and not (one.role or "").startswith(_ALONE)
        ]
        if not found:
            return None
        combined = next((one for one in found if one.role == "combination code"), None)
        ranked = sorted(found, key=lambda one: -_worth(one, words))
        best = combined or ranked[0]
        others = tuple(one for one in ranked if one.code != best.code)[:4]
        lacks = len(best.missed) / max(1, len(tokens(words))) + _LOOSE * _is_loose(best)
        return Coded(
            best,
            max(0.0, min(1.0, best.score, _worth(best, words)) - 0.3 * lacks),
            BY_SEARCH,
            others,
        )


def _is_loose(one: Result) -> bool:
    """Return true if a term has more than twice the words that a query shares with it."""
    own = [word for word in tokens(one.term or "") if word not in _FILLING]
    return 2 * len(one.matched) < len(own)


def _worth(one: Result, words: str) -> float:
    """Return a result's score, less for what it assumes that the words don't say."""
    title = one.title or ""
    found = one.score - 0.1 * len(one.missed)
    states = _WITHOUT.sub("", title)
    for assumes, says, value in _assumed():
        if assumes.search(states) and not says.search(words):
            found *= value
    return found * (1.03 if _UNSPECIFIED.search(title) else 1.0)


def _rewrites(words: str, listed: str, side: str | None) -> Iterator[str]:
    """Yield a phrase and simpler ways to say it."""
    seen = set()
    options = [words]
    if side and said_side(words) is None:
        options.insert(0, f"{side} {words}")
    if listed.lower() != words.lower():
        options += [f"{side} {listed}" if side and said_side(listed) is None else listed]
    options.append(_SEVERITY.sub(" ", words))
    if (place := _GERM.sub("", words)) != words:
        options.append(place)
    if (head := _AT.split(words)[0]) != words:
        options.append(head)
    if side:
        options.append(f"{side} {_SEVERITY.sub(' ', words)}")
    for one in options:
        plain = " ".join(one.split())
        if plain and plain.lower() not in seen:
            seen.add(plain.lower())
            yield plain + " "


@lru_cache(maxsize=1)
def _assumed() -> list[tuple[re.Pattern[str], re.Pattern[str], float]]:
    """Return what a title assumes, what a phrase must say for it, and the value of the code if it doesn't."""
    return [
        (re.compile(row["title"], re.IGNORECASE), re.compile(row["said"], re.IGNORECASE), float(row["value"]))
        for row in rows("assumed")
    ]  # fmt: skip


def _without_sides(title: str) -> list[str]:
    """Return a title's words without those that differ between sides."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    return [one.removesuffix("s") for one in words if one not in _SIDED]  # fmt: skip


@lru_cache(maxsize=20_000)
def _key(words: str) -> frozenset[str]:
    return frozenset(
        stem("bilateral" if one == "both" else one) for one in tokens(words) if one not in STOP
    )


def _default_of(words: str) -> tuple[str, ...] | None:
    """Return the default codes of a term, with or without a side or the organ that it is about."""
    unsided = _key(_SIDE.sub(" ", words))
    own = _defaults().get(_key(words)) or _defaults().get(unsided)
    of_organ = _defaults().get(unsided - _ORGANS, ("",))
    return of_organ if own is None and of_organ[0].startswith(("H", "B30")) else own


@lru_cache(maxsize=1)
def _defaults() -> dict[frozenset[str], tuple[str, ...]]:
    """Return the default codes of each everyday term, by the term's words."""
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for row in rows("defaults"):
        for term in row["terms"].split("|"):
            found.setdefault(_key(term), tuple(row["code"].split()))
    return found


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    """Return the words of the everyday terms."""
    return frozenset(one for term in _defaults() for one in term)
