"""Where a note names a condition: terms of the code lists, found word by word.

The terms are those of the search index: titles, inclusion terms, synonyms, and the alphabetic
index if it is imported. The longest term at a place wins; a side, an acuity or a stage beside it
belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from cleanclaim.encoder.index import NOTE, Index
from cleanclaim.encoder.stems import STOP, spelled, stem
from cleanclaim.notes import sites
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.tables import words
from cleanclaim.notes.terms import Token, is_abbreviation_only, plain, terms, tokens

_WORD: Final = re.compile(r"[A-Za-z]+\d*|\d+(?:\.\d+)?[a-z]?")
_MOST: Final = 6
"""The most words of a term."""
_UNTOLD: Final = ("unspecified", "nos", "unspec")
_OTHER: Final = frozenset(("other", "nec", "elsewhere", "classified", "specified"))
_TOO_PLAIN: Final = words("plain")
"""Words that mean no condition by themselves."""
_MODIFIER: Final = re.compile(
    r"(?:acute on chronic|acute|chronic|subacute|recurrent|severe|mild|moderate|left|right|bilateral|upper|lower|type|stage|primary|secondary|"
    r"displaced|nondisplaced|non-displaced|open|closed|uncontrolled|controlled|persistent|intermittent|paroxysmal|permanent|essential|"
    r"congestive|diastolic|systolic|uncomplicated|major|single|malignant|benign|metastatic|diabetic|hypertensive|alcoholic|viral|bacterial|"
    r"allergic|seasonal|post-traumatic|traumatic|pediatric|gestational|morbid|iron deficiency|first-degree|second-degree|third-degree)[\s-]+$",
    re.IGNORECASE,
)
_AFTER: Final = re.compile(
    r"^(?:,?\s+(?:of|in|to|on|involving|affecting)\s+(?:the |her |his |their )?(?:(?:left|right|bilateral|both|distal|proximal|upper|lower|"
    r"lateral|medial|anterior|posterior)\s+)*"
    r"[a-z]+(?: (?:finger|toe|joint|bone|region|lobe|breast|colon|extremity|knee|shoulder|thumb))?"
    r"|\s+(?:stage|type|grade|class)\s+(?:[IV]+[ab]?|\d[ab]?)\b|,?\s+(?:left|right|bilateral|bilaterally)\b)",
    re.IGNORECASE,
)
_BODY: Final = words("body")
_JOINED: Final = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)
_SHORT: Final = 6
"""The most letters of a word that stands for a phrase by itself."""
_ENDING: Final = re.compile(r"(itis|osis|oma|emia|uria|pathy|algia|ectomy)(?:es|s|ta)?\b")
_BREAK: Final = re.compile(r"[.;:()\[\],]")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where a condition is named.

    Attributes:
        start, end: its place in the note, with the side, acuity or stage beside it.
        sentence: the sentence that it is in.
        node: the place in the code lists that the term leads to; -1 if it isn't in them.
        codes: the default codes of the term, the newest first.
        heading: true if it is what a line of the assessment is about.
        is_whole: true if it is the term and no other words.
    """

    start: int
    end: int
    sentence: Sentence
    node: int = -1
    codes: tuple[str, ...] = ()
    heading: bool = False
    is_whole: bool = False


class _Term(NamedTuple):
    """A term of the code lists: its place, the endings of its words, and whether it counts in capitals only."""

    node: int
    endings: frozenset[str] | None
    in_capitals: bool


class Lexicon:
    """The terms of the diagnosis codes, by their words.

    Args:
        index: the search index.
    """

    def __init__(self, index: Index) -> None:
        self._stem_at = {one: n for n, one in enumerate(index.stems)}
        self._known = index.known
        self._plain = frozenset(self._stem(word) for word in _TOO_PLAIN | _BODY)
        self._single: dict[int, set[str]] = {}
        self._spelled: set[str] = set()
        self._terms = self._laid_out(index)
        self._stem_of = lru_cache(50_000)(self._stem)

    def find(self, note: str, sentence: Sentence) -> Iterator[Mention]:
        """Yield the conditions that a sentence names, each at its longest."""
        words = list(tokens(note, sentence.start, sentence.end))
        named = [
            Mention(one.start, one.end, sentence, codes=one.codes, is_whole=True)
            for one in sites.find(note, words)
        ]
        said = [word for word in words if word.word not in STOP]
        taken = [one for one in self._terms_in(note, said, sentence) if not _is_part(one, named)]
        spans = [(one.start, one.end) for one in taken]
        taken += (one for one in dict.fromkeys(named) if not overlaps(one, spans))
        yield from sorted(taken, key=lambda one: (one.start, one.end))

    def _terms_in(self, note: str, words: list[Token], sentence: Sentence) -> Iterator[Mention]:
        """Yield the terms of a sentence, each at its longest."""
        at = 0
        while at < len(words):
            length, node, codes = self._longest(note, words, at)
            if not length:
                at += 1
                continue
            start, end = words[at].start, words[at + length - 1].end
            wide = _widened(note, start, end, sentence)
            yield Mention(*wide, sentence, node, codes, is_whole=wide == (start, end))
            at += length
            if (
                codes
                and length > 1
                and at < len(words)
                and (other := _also(words[at - length : at], words[at]))
            ):
                yield Mention(start, words[at].end, sentence, -1, other, is_whole=True)
                at += 1

    def _stem(self, word: str) -> int:
        one = stem(spelled(word))
        return self._stem_at.get(self._known.words.get(one, one), -1)

    def _longest(self, note: str, words: list[Token], at: int) -> tuple[int, int, tuple[str, ...]]:
        """Return the number of words of the longest term at a place, and where it leads; 0 if there is none."""
        part = words[at : at + _reach(note, words, at)]
        names = tuple(one.word for one in part)
        stems = tuple(self._stem_of(name) for name in names)
        first = note[part[0].start : part[0].end]
        for length in range(len(part), 0, -1):
            codes = terms().get(names[:length], ())
            if codes and not (length == 1 and is_abbreviation_only(first)):
                return length, -1, codes
            term = self._terms.get(frozenset(stems[:length]))
            if term is None or -1 in stems[:length] or len(set(stems[:length])) < length:
                continue
            text = note[part[0].start : part[length - 1].end]
            if self._is_term(text, term, stems[0] if length == 1 else None):
                return length, term.node, ()
        return 0, -1, ()

    def _is_term(self, text: str, term: _Term, alone: int | None) -> bool:
        """Return true if words with a term's stems are the term."""
        if alone is not None and not self._is_word(text, alone):
            return False
        if (term.in_capitals and not text.isupper()) or _JOINED.search(text):
            return False
        return term.endings is None or term.endings == _endings(text)

    def _is_word(self, text: str, stem_at: int) -> bool:
        """Return true if a single word is a term itself, not only of its stem: arterial is no arteritis."""
        if stem_at in self._plain or is_abbreviation_only(text):
            return False
        return plain(text) in self._single.get(stem_at, ()) or (
            len(text) <= _SHORT and stem(spelled(text.lower())) in self._spelled
        )

    def _laid_out(self, index: Index) -> dict[frozenset[int], _Term]:
        """Return the terms of diagnoses by their words; if several share their words, the surest."""
        untold = {self._stem_at.get(stem(word), -1) for word in _UNTOLD}
        other = {self._stem_at.get(stem(word), -1) for word in _OTHER}
        found: dict[frozenset[int], _Term] = {}
        starts = index.word_starts.tolist()
        nodes, stems = index.term_nodes.tolist(), index.term_words.tolist()
        for term, node in enumerate(nodes):
            if index.node_keys[node][:2] in _LEFT_OUT or index.node_keys[node][0] != "0":
                continue
            own = frozenset(stems[starts[term] : starts[term + 1]])
            if other & own or index.term_kinds[term] == NOTE:
                continue
            own -= untold
            text = index.term_texts[term]
            if own and len(own) <= _MOST:
                found.setdefault(own, _Term(node, _endings(text), text.isupper()))
            if len(own) == 1:
                names = (plain(one) for one in _WORD.findall(text))
                self._single.setdefault(next(iter(own)), set()).update(names)
        self._add_phrases(found)
        return found

    def _add_phrases(self, found: dict[frozenset[int], _Term]) -> None:
        """Add abbreviations and other names for terms."""
        for phrase, meanings in self._known.phrases.items():
            key = frozenset(self._stem_at.get(one, -1) for one in phrase)
            for meaning in meanings:
                term = found.get(frozenset(self._stem_at.get(one, -1) for one in meaning))
                if term is not None and -1 not in key and key not in found:
                    found[key] = term._replace(endings=None)
                    self._spelled.update(phrase if len(phrase) == 1 else ())


_LEFT_OUT: Final = frozenset(("0V", "0W", "0X", "0Y", "0Z", "0T"))
"""Chapters whose terms aren't looked for word by word: external causes, reasons for a visit, poisonings by drug."""


def _also(term: list[Token], after: Token) -> tuple[str, ...]:
    """Return the codes of a second term that shares all words but the last: hepatitis B and C."""
    if len(after.word) > 2 or len(term[-1].word) > 2:
        return ()
    return terms().get((*(one.word for one in term[:-1]), after.word), ())


def _endings(text: str) -> frozenset[str]:
    """Return the endings in a text that make a condition of a part of the body: appendicitis, not appendix."""
    return frozenset(_ENDING.findall(text.lower()))


def _reach(note: str, words: list[Token], at: int) -> int:
    """Return how many words a term that starts at a place may have: not beyond a comma, and not too many."""
    last = min(_MOST, len(words) - at)
    for length in range(1, last):
        if _BREAK.search(note, words[at + length - 1].end, words[at + length].start):
            return length
    return last


def _is_part(one: Mention, named: list[Mention]) -> bool:
    """Return true if a longer place shares words with a mention."""
    return any(other.start < one.end and one.start < other.end and other.end - other.start > one.end - one.start for other in named)  # fmt: skip


def overlaps(mention: Mention, taken: list[tuple[int, int]]) -> bool:
    """Return true if a mention shares words with a place that is taken."""
    return any(start < mention.end and mention.start < end for start, end in taken)


def _widened(note: str, start: int, end: int, sentence: Sentence) -> tuple[int, int]:
    """Return a term's place with the words beside it that say its side, acuity, stage or part of the body."""
    while match := _MODIFIER.search(note[sentence.start : start]):
        start = sentence.start + match.start()
    if match := _AFTER.match(note[end : sentence.end]):
        last = match[0].split()[-1].lower()
        numbered = re.search(r"(?:stage|type|grade|class)\s+\S+$|(?:left|right|bilateral|bilaterally)$", match[0], re.IGNORECASE)  # fmt: skip
        if numbered or last in _BODY:
            end += match.end()
    return start, end
