"""A search query as the index's words, with typos fixed and abbreviations and lay words expanded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from cleanclaim.encoder import synonyms
from cleanclaim.encoder.index import Index
from cleanclaim.encoder.stems import stem, tokens

_VARIANTS: Final = 6
"""The most readings of a query to try."""
_LONGEST: Final = 5
"""The most words in a phrase that has another name."""
_OTHER_NAME: Final = 0.97
"""How certain another name is."""
_UNKNOWN: Final = 5.0
"""The weight of a word that isn't like any known word."""
_OPTIONS: Final = 5
_TWO_SLIPS: Final = 6
"""The fewest letters for which two typos are considered."""
_MANY_LETTERS: Final = 8
"""The fewest letters for which two typos are considered even if one typo also fits."""
_COMPLETIONS: Final = 30


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of a query and the stems it could be.

    Attributes:
        stems: rows of the index's stems, the likeliest first; empty if no stem is similar.
        fits: how well each stem fits, 0 to 1.
        weight: how informative the word is.
        word: the word as typed, or the words that it stands for.
    """

    stems: tuple[int, ...]
    fits: tuple[float, ...]
    weight: float
    word: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """One reading of a query.

    Attributes:
        slots: its words.
        fit: how certain the reading is, 0 to 1.
    """

    slots: tuple[Slot, ...]
    fit: float

    @property
    def weight(self) -> float:
        """The total weight of its words."""
        return sum(slot.weight for slot in self.slots)


OtherName = tuple[int, int, tuple[str, ...]]
"""A part of a query, as its first word and the one after its last, and the stems of its other name."""


class Reader:
    """Reads queries with an index's words.

    Args:
        index: the index.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known = index.known
        self._stem_at = {one: n for n, one in enumerate(index.stems)}
        self._by_length: dict[int, list[str]] = {}
        for word in index.words:
            self._by_length.setdefault(len(word), []).append(word)
        self._of_length = lru_cache(64)(self._words_of_length)
        self._options = lru_cache(4096)(self._corrected)

    def variants(self, text: str) -> list[Variant]:
        """Return the readings of a query, the plain one first.

        Args:
            text: the query as typed. If it doesn't end in a blank, the last word may be unfinished.
        """
        words = [
            part
            for word in tokens(self._known.written_out(text))
            for part in self._split_joined(word)
        ]
        is_open = text[-1:].isalnum()
        slots = [
            replace(self._slot(word, is_open=is_open and n == len(words) - 1), word=word)
            for n, word in enumerate(words)
        ]
        meant = [self._likeliest(slot, word) for slot, word in zip(slots, words, strict=True)]
        names = list(self._other_names(words, meant))[: _VARIANTS - 1]
        found = [Variant(tuple(slots), 1.0), *(self._renamed(slots, words, [one]) for one in names)]
        for one, other in combinations(sorted(names, key=lambda name: name[0]), 2):
            if one[1] <= other[0] and len(found) < _VARIANTS:
                found.append(self._renamed(slots, words, [one, other]))
        return found

    def has(self, word: str) -> bool:
        """Return True if a word is in the index, or has another name, as it is spelled."""
        found = tokens(self._known.written_out(word))
        return all(
            self._is_known(one)
            or (self._stem(one),) in self._known.phrases
            or self._known.numbered(one)
            for one in found
        )

    def _renamed(
        self, slots: Sequence[Slot], words: Sequence[str], names: Sequence[OtherName]
    ) -> Variant:
        """Return a reading with parts of the query under their other names."""
        found: list[Slot] = []
        at = 0
        for first, last, instead in names:
            typed = " ".join(words[first:last])
            found += slots[at:first]
            found += (replace(self._stem_slot(one), word=typed) for one in instead)
            at = last
        return Variant((*found, *slots[at:]), _OTHER_NAME ** len(names))

    def _split_joined(self, word: str) -> list[str]:
        """Split a word that is two words run together, such as angleclosure."""
        if len(word) < 9 or not word.isalpha() or self._is_known(word):
            return [word]
        for cut in range(4, len(word) - 3):
            if self._is_known(word[:cut]) and self._is_known(word[cut:]):
                return [word[:cut], word[cut:]]
        return [word]

    def _is_known(self, word: str) -> bool:
        at = bisect_left(self._index.words, word)
        return at < len(self._index.words) and self._index.words[at] == word

    def _likeliest(self, slot: Slot, word: str) -> str:
        """Return the stem that a word most likely means."""
        return self._index.stems[slot.stems[0]] if slot.stems else self._stem(word)

    def _stem(self, word: str) -> str:
        one = stem(word)
        return self._known.words.get(one, one)

    def _other_names(self, words: Sequence[str], meant: Sequence[str]) -> Iterator[OtherName]:
        """Yield the parts of the query that have another name, the longest first: from, to, the stems to use."""
        own = [self._stem(word) for word in words]
        for length in range(min(_LONGEST, len(words)), 0, -1):
            for first in range(len(words) - length + 1):
                part = slice(first, first + length)
                names = self._known.phrases.get(tuple(own[part])) or self._known.phrases.get(tuple(meant[part]), [])  # fmt: skip
                yield from ((first, first + length, name) for name in names)
        for n, word in enumerate(words):
            if numbered := self._known.numbered(word):
                yield n, n + 1, numbered

    def _slot(self, word: str, *, is_open: bool) -> Slot:
        one = self._stem(word)
        if one in self._stem_at:
            return self._stem_slot(one)
        options = self._options(word, is_open)
        if not options:
            return Slot((), (), synonyms.weight(one, _UNKNOWN))
        weight = max(float(self._index.stem_weights[at]) for at, _ in options)
        return Slot(tuple(at for at, _ in options), tuple(fit for _, fit in options), weight)

    def _stem_slot(self, one: str) -> Slot:
        at = self._stem_at.get(one)
        if at is None:
            return Slot((), (), synonyms.weight(one, _UNKNOWN))
        return Slot((at,), (1.0,), float(self._index.stem_weights[at]))

    def _corrected(self, word: str, is_open: bool) -> list[tuple[int, float]]:  # noqa: FBT001 - a key of the cache
        """Return the stems that an unknown word could mean and how well each fits, the likeliest first."""
        if not word.isalpha():
            return []
        found = self._completed(word) if is_open else {}
        for other, fit in (*self._near(word), *(() if found else self._parts(word))):
            self._put(found, other, fit)
        return sorted(found.items(), key=lambda item: -item[1])[:_OPTIONS]

    def _completed(self, word: str) -> dict[int, float]:
        """Return known words that start with this one: the user may still be typing it."""
        found: dict[int, float] = {}
        if len(word) < 3:
            return found
        at = bisect_left(self._index.words, word)
        for other in self._index.words[at : at + _COMPLETIONS]:
            if not other.startswith(word):
                break
            self._put(found, other, 0.6 + 0.35 * len(word) / len(other))
        return found

    def _near(self, word: str) -> Iterator[tuple[str, float]]:
        """Yield words that are one or two typos away."""
        most = 0 if len(word) < 3 else 1 if len(word) < _TWO_SLIPS else 2
        if not most:
            return
        near = self._of_length(len(word), most)
        hits = process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=6)
        least = min((slips for _, slips, _ in hits), default=0)
        for other, slips, _ in hits:
            if slips > least and len(word) < _MANY_LETTERS:
                continue
            same_start = 0.04 if other[0] == word[0] else 0.0
            yield other, 0.96 + same_start - 0.18 * slips - 0.5 * slips / len(word)

    def _words_of_length(self, length: int, most: int) -> list[str]:
        """Return the words of about the same length."""
        lengths = range(length - most, length + most + 1)
        return [other for n in lengths for other in self._by_length.get(n, ())]

    def _parts(self, word: str) -> Iterator[tuple[str, float]]:
        """Yield a known word at the end or start of a long one: leukodystrophy in ovarioleukodystrophy."""
        for cut in range(2, len(word) - 4):
            if self._is_known(word[cut:]):
                yield word[cut:], 0.35 + 0.5 * (len(word) - cut) / len(word)
                break
        for cut in range(len(word) - 1, 5, -1):
            if self._is_known(word[:cut]):
                yield word[:cut], 0.2 + 0.5 * cut / len(word)
                break

    def _put(self, found: dict[int, float], other: str, fit: float) -> None:
        at = int(self._index.word_stems[bisect_left(self._index.words, other)])
        found[at] = max(found.get(at, 0.0), min(fit, 0.99))
