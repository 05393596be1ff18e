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

from cleanclaim.encoder.index import Index
from cleanclaim.encoder.stems import STOP, spelled, stem
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.tables import rows, words

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
    r"|,?\s+(?:stage|type|grade|class)\s+(?:[IV]+[ab]?|\d[ab]?)\b|,?\s+(?:left|right|bilateral|bilaterally)\b)",
    re.IGNORECASE,
)
_BODY: Final = words("body")


class _Word(NamedTuple):
    """A word of a note: its place and its stem."""

    start: int
    end: int
    stem: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where a condition is named.

    Attributes:
        start, end: its place in the note, with the side, acuity or stage beside it.
        sentence: the sentence that it is in.
        node: the place in the code lists that the term leads to.
        heading: true if it is what a line of the assessment is about.
    """

    start: int
    end: int
    sentence: Sentence
    node: int = -1
    heading: bool = False


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
        self._terms = self._laid_out(index)
        self._stem_of = lru_cache(50_000)(self._stem)

    def find(self, note: str, sentence: Sentence) -> Iterator[Mention]:
        """Yield the conditions that a sentence names, each at its longest."""
        found = list(self._words(note, sentence))
        at = 0
        while at < len(found):
            length, node = self._longest(note, found, at)
            if not length:
                at += 1
                continue
            start, end = found[at].start, found[at + length - 1].end
            start, end = _widened(note, start, end, sentence)
            yield Mention(start, end, sentence, node)
            at += length

    def _words(self, note: str, sentence: Sentence) -> Iterator[_Word]:
        for match in _WORD.finditer(note, sentence.start, sentence.end):
            word = match[0].lower()
            if word == "s" and match.start() and note[match.start() - 1] in "'\u2019":
                continue
            if word not in STOP:
                yield _Word(match.start(), match.end(), self._stem_of(word))

    def _stem(self, word: str) -> int:
        one = stem(spelled(word))
        return self._stem_at.get(self._known.words.get(one, one), -1)

    def _longest(self, note: str, found: list[_Word], at: int) -> tuple[int, int]:
        """Return the number of words of the longest term at a place, and where it leads; 0 if there is none."""
        for length in range(min(_MOST, len(found) - at), 0, -1):
            part = found[at : at + length]
            key = frozenset(word.stem for word in part)
            if -1 in key or len(key) < length or (length == 1 and part[0].stem in self._plain):
                continue
            if length == 1 and not self._is_word(part[0], note):
                continue
            node = self._terms.get(key)
            if node is not None and not re.search(
                r"[.;:()\n,]", note[part[0].start : part[-1].end]
            ):
                return length, node
        return 0, -1

    def _is_word(self, word: _Word, note: str) -> bool:
        """Return true if a single word is the term itself, not only of its stem: arterial is no arteritis."""
        text = note[word.start : word.end]
        terms = self._single.get(word.stem)
        if (
            len(text) <= _ABBREVIATION and not text.isupper()
        ):  # mg and Ms. are no diseases, MG and MS are
            return False
        if stem(spelled(text.lower())) in self._known.words:  # a synonym of a term
            return True
        return terms is None or any(_is_same(text.lower(), term) for term in terms)

    def _laid_out(self, index: Index) -> dict[frozenset[int], int]:
        """Return the terms of diagnoses by their words; if several share their words, the surest."""
        untold = {self._stem_at.get(stem(word), -1) for word in _UNTOLD}
        other = {self._stem_at.get(stem(word), -1) for word in _OTHER}
        found: dict[frozenset[int], int] = {}
        starts = index.word_starts.tolist()
        nodes, stems = index.term_nodes.tolist(), index.term_words.tolist()
        for term, node in enumerate(nodes):
            if index.node_keys[node][:2] in _LEFT_OUT or index.node_keys[node][0] != "0":
                continue
            own = frozenset(stems[starts[term] : starts[term + 1]])
            if other & own:
                continue
            own -= untold
            if len(own) == 1:
                names = _WORD.findall(index.term_texts[term].lower())
                self._single.setdefault(next(iter(own)), set()).update(names)
            if own and len(own) <= _MOST:
                found.setdefault(own, node)
        self._add_phrases(found)
        self._add_defaults(found)
        return found

    def _add_defaults(self, found: dict[frozenset[int], int]) -> None:
        """Add the everyday terms that have a default code."""
        for row in rows("defaults"):
            if row["code"].startswith("Z"):
                continue
            for term in row["terms"].split("|"):
                names = [one for one in _WORD.findall(term.lower()) if one not in STOP]
                key = frozenset(self._stem(one) for one in names)
                if -1 not in key and len(key) == len(names) <= _MOST:
                    found.setdefault(key, -1)
                    if len(key) == 1:
                        self._single.setdefault(next(iter(key)), set()).update(names)

    def _add_phrases(self, found: dict[frozenset[int], int]) -> None:
        """Add abbreviations and other names for terms."""
        for phrase, meanings in self._known.phrases.items():
            key = frozenset(self._stem_at.get(one, -1) for one in phrase)
            for meaning in meanings:
                node = found.get(frozenset(self._stem_at.get(one, -1) for one in meaning))
                if node is not None and -1 not in key:
                    if len(key) == 1 and key not in found:
                        self._single.pop(next(iter(key)), None)
                    found.setdefault(key, node)


def _is_same(word: str, term: str) -> bool:
    """Return true if a word is a term, but for its ending: allergies and allergy."""
    return word[: len(term) - 2] == term[:-2] and abs(len(word) - len(term)) <= _ENDING


_ENDING: Final = 3
_ABBREVIATION: Final = 3
_LEFT_OUT: Final = frozenset(("0V", "0W", "0X", "0Y", "0Z", "0T"))
"""Chapters whose terms aren't looked for word by word: external causes, reasons for a visit, poisonings by drug."""


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
