"""Search codes by words or by the start of a code.

Every term in the index (titles, inclusion terms, synonyms, index entries) is scored against the
query: shared words, weighted by how rare they are, minus words that only one side has. Words
missing from a term but present at its place, or in the titles above it, count in part. The best
match is narrowed to a billable code, the one that adds the least to the query.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cleanclaim.encoder.defaults import Asked, Said, denied, fits_side, on_side
from cleanclaim.encoder.index import INDEX, NOTE, Floats, Index, Ints
from cleanclaim.encoder.places import Day, Flags, Places
from cleanclaim.encoder.query import Reader, Slot, Variant
from cleanclaim.encoder.result import Result
from cleanclaim.encoder.stems import tokens
from cleanclaim.encoder.systems import SYSTEMS

_EPOCH: Final = date(1970, 1, 1)
_POOL: Final = 50
"""How many places are scored closely."""
_EXTRA_WORD: Final = 0.3
"""The penalty for a word in the term that isn't in the query."""
_ELSEWHERE: Final = 0.55
"""The value of a word found elsewhere at the same place or above it."""
_SECOND_HAND: Final = 0.97
"""The value of a term that comes from an index or from a note elsewhere."""
_PER_GROUP: Final = 0.9
_COVERED: Final = 0.9
"""The value of each further code in a subcategory, and of a code whose category fits as well."""
_GROUP: Final = 5
"""The characters of a key that make a group: the system's number and a subcategory."""
_CATEGORIES: Final = 5
"""At most one result in this many may be a category."""
_GOOD: Final = 0.8
_DENIED: Final = 0.8
"""The value of a code that says something isn't there which the query says is."""
_CLOSE: Final = 0.8
"""A place that lacks a key word comes after those that have it and are worth at least this share of it."""
_MAY_LACK: Final = 0.25
"""The share of a query that a code which fits may lack."""
_SOURCES: Final = ("title", "inclusion term", "synonym", "index", "note")
_ONE_SIDE: Final = re.compile(r"\b(left|right)\b", re.IGNORECASE)
_BOTH: Final = frozenset(("bilateral", "bilaterally", "both"))
_WORD: Final = re.compile(r"[\w'\u2019]+")
_CODE: Final = re.compile(r"^[A-Za-z]?\d[0-9A-Za-z]{0,3}\.?[0-9A-Za-z]{0,4}$")
_WHOLE: Final = 8
"""The length of a key with a seventh character."""


class _Hit(NamedTuple):
    """A place that fits: its score, the place, the code chosen for it, the term, and the reading of the query."""

    score: float
    node: int
    leaf: int
    term: int
    variant: Variant


class _Fits(NamedTuple):
    """How well the terms that share words with a query fit, and the reading that each fits best."""

    terms: Ints
    fits: Floats
    readings: list[Variant]
    which: Ints

    def best(self, start: int, stop: int) -> tuple[int, Variant]:
        """Return the term between two that fits best, and its reading."""
        first, last = np.searchsorted(self.terms, (start, stop)).tolist()
        row = first + int(self.fits[first:last].argmax())
        return int(self.terms[row]), self.readings[self.which[row]]


class Searcher:
    """Searches one index.

    Args:
        index: the index.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._reader = Reader(index)
        self._places = Places(index)
        self._own = lru_cache(20_000)(self._stems_of)
        self._around = lru_cache(20_000)(self._words_around)
        self._default = lru_cache(50_000)(self._preference)
        self._sevenths_words = lru_cache(20_000)(self._meant)
        self._denied = lru_cache(50_000)(self._denied_by)
        self._said = lru_cache(50_000)(self._said_of)

    def search(
        self, text: str, *, on: date, systems: Collection[str] = SYSTEMS, limit: int = 10
    ) -> list[Result]:
        """Return the codes that fit best.

        Args:
            text: words, or a code or its first characters.
            on: the day on which the codes must be in force.
            systems: some of `SYSTEMS`.
            limit: the most results to return.

        Returns:
            Billable codes, the best first; then categories.
        """
        chosen = frozenset(SYSTEMS.index(one) for one in systems)
        day = self._places.on_day(on)
        if _CODE.match(text.strip()) and (found := self._by_code(text, day, chosen, limit)):
            return found
        return list(self._results(self._hits(text, day.nodes, chosen), day, limit))

    def at(self, node: int, text: str, *, on: date) -> Result | None:
        """Return the code at or below a place that adds the least to a text; None if none is in force.

        Args:
            node: the place, such as that of a term that the text consists of.
            text: the text.
            on: the day on which the code must be in force.
        """
        day = self._places.on_day(on)
        if not day.nodes[node]:
            return None
        asked = Asked(text)
        none = np.zeros(0, dtype=np.float32)
        leaf = self._leaf(node, none, day.nodes, asked)
        leaf = self._on_side(leaf, asked.side, day.nodes)[0]
        stems = {at for word in tokens(text) if (at := self._places.stem_at(word)) is not None}
        return replace(self._places.place(leaf, day, stems), score=1.0, fits=True)

    def period(self, on: date) -> date:
        """Return the first day of the time, around a day, in which the same codes are in force."""
        at = int(np.searchsorted(self._changes, (on - _EPOCH).days, side="right")) - 1
        return on if at < 0 else _EPOCH + timedelta(days=int(self._changes[at]))

    @cached_property
    def _changes(self) -> Ints:
        """The days on which codes come into force or end."""
        return np.unique(np.concatenate([self._index.spans_from, self._index.spans_to + 1]))

    def has(self, word: str) -> bool:
        """Return True if a word is in a list, or a known abbreviation, as it is spelled."""
        return self._reader.has(word)

    def knows(self, word: str) -> bool:
        """Return True if any term has a word, or one like it."""
        return any(slot.stems for variant in self._reader.variants(word) for slot in variant.slots)

    def _by_code(self, text: str, day: Day, systems: frozenset[int], limit: int) -> list[Result]:
        """Return the codes that start with the text, billable ones first."""
        asked = text.strip().replace(".", "").upper()
        nodes = [
            node for system in sorted(systems) for node in self._starting_with(f"{system}{asked}")
        ]
        found = [self._places.place(node, day, set(), asked) for node in nodes[: 50 * limit]]
        codes = [one for one in found if one.billable]
        others = [one for one in found if not one.billable]
        room = limit // _CATEGORIES if len(codes) >= limit else limit - len(codes)
        others = others[:room]
        return [*codes[: limit - len(others)], *others]

    def _starting_with(self, key: str) -> list[int]:
        """Return the places whose key starts with a text; for a seven-character code, its stem."""
        keys = self._index.node_keys
        first = bisect_left(keys, key)
        last = bisect_left(keys, key + "~", first)
        if first < last or len(key) != _WHOLE or bisect_left(self._index.code_keys, key) == len(self._index.code_keys):  # fmt: skip
            return list(range(first, last))
        if self._index.code_keys[bisect_left(self._index.code_keys, key)] != key:
            return []
        for stem in (key[:-1], key[:-1].rstrip("X")):
            at = bisect_left(keys, stem)
            if at < len(keys) and keys[at] == stem:
                return [at]
        return []

    def _hits(self, text: str, valid: Flags, systems: frozenset[int]) -> list[_Hit]:
        """Return the places that fit, the best first; each code appears once."""
        terms, fits, readings, which = self._fits(text)
        if not len(terms):
            return []
        nodes = self._index.term_nodes[terms]
        starts = np.flatnonzero(np.diff(nodes, prepend=-1))
        places = nodes[starts]
        scores = np.zeros(len(self._index.node_keys), dtype=np.float32)
        scores[places] = np.where(valid[places], np.maximum.reduceat(fits, starts), 0)
        best = places[np.argsort(-scores[places], kind="stable")[:_POOL]]
        pool = self._pool(best[scores[best] > 0], scores, _Fits(terms, fits, readings, which))
        pool = [hit for hit in pool if int(self._index.node_keys[hit.node][0]) in systems]
        return self._fitting_first(self._spread(pool, scores, valid, text))

    def _fitting_first(self, found: list[_Hit]) -> list[_Hit]:
        """Put the places that have the query's key words before those that don't, if they are about as good."""
        least = _CLOSE * found[0].score if found else 0.0
        fits = [hit for hit in found if hit.score >= least and self._fit(hit)[1]]
        first = {hit.leaf for hit in fits}
        return [*fits, *(hit for hit in found if hit.leaf not in first)]

    def _fits(self, text: str) -> tuple[Ints, Floats, list[Variant], Ints]:
        """Return the terms that share words with the query, their best fit, and the reading that gives that fit."""
        readings = [one for one in self._reader.variants(text) if one.weight]
        stems = {at for variant in readings for slot in variant.slots for at in slot.stems}
        terms = self._terms_with_any(stems)
        best = np.zeros(len(terms), dtype=np.float32)
        which = np.zeros(len(terms), dtype=np.int32)
        mass = self._index.term_mass[terms]
        for n, variant in enumerate(readings):
            shared = self._shared(variant, terms)
            extra = np.maximum(mass - shared, 0)
            fit = shared / (variant.weight + _EXTRA_WORD * extra) * variant.fit
            better = fit > best
            best[better] = fit[better]
            which[better] = n
        return terms, best, readings, which

    def _terms_with_any(self, stems: Collection[int]) -> Ints:
        """Return the terms with at least one of some stems, in order."""
        shares = np.zeros(len(self._index.term_nodes), dtype=np.bool_)
        for at in stems:
            shares[self._terms_with(at)] = True
        return np.flatnonzero(shares).astype(np.int32)

    def _shared(self, variant: Variant, terms: Ints) -> Floats:
        """Return the weight of the words that each term shares with a reading."""
        shared = np.zeros(len(terms), dtype=np.float32)
        for slot in variant.slots:
            if len(slot.stems) == 1:
                shared[self._rows(slot.stems[0], terms)] += slot.weight * slot.fits[0]
            elif slot.stems:
                own = np.zeros(len(shared), dtype=np.float32)
                for at, fit in sorted(zip(slot.stems, slot.fits, strict=True), key=lambda one: one[1]):  # fmt: skip
                    own[self._rows(at, terms)] = slot.weight * fit
                shared += own
        return shared

    def _rows(self, at: int, terms: Ints) -> npt.NDArray[np.intp]:
        """Return the rows of some terms that have a stem."""
        return np.searchsorted(terms, self._terms_with(at))

    def _terms_with(self, at: int) -> npt.NDArray[np.int32]:
        starts = self._index.posting_starts
        return self._index.postings[starts[at] : starts[at + 1]]

    def _pool(self, places: Ints, scores: Floats, fits: _Fits) -> list[_Hit]:
        """Return places with the words around them counted in, the best first."""
        index = self._index
        found = []
        for node in places.tolist():
            term, variant = fits.best(index.term_starts[node], index.term_starts[node + 1])
            score = float(scores[node])
            if index.term_kinds[term] in {INDEX, NOTE}:
                score *= _SECOND_HAND
            own = self._own(term)
            lacking = [slot for slot in variant.slots if slot.stems and own.isdisjoint(slot.stems)]
            if lacking:
                score += max(0.0, 1 - score) * _ELSEWHERE * self._elsewhere(node, lacking) / variant.weight  # fmt: skip
            found.append(_Hit(score, node, node, term, variant))
        return sorted(found, key=lambda hit: (-hit.score, hit.node))

    def _stems_of(self, term: int) -> frozenset[int]:
        starts = self._index.word_starts
        return frozenset(self._index.term_words[starts[term] : starts[term + 1]].tolist())

    def _elsewhere(self, node: int, lacking: list[Slot]) -> float:
        """Return the weight of the words that a term lacks but its place has."""
        around = self._around(node)
        found = 0.0
        for slot in lacking:
            if not around.isdisjoint(slot.stems):
                held = zip(slot.stems, slot.fits, strict=True)
                found += slot.weight * max(fit for at, fit in held if at in around)
        return found

    def _words_around(self, node: int) -> frozenset[int]:
        """Return the stems in a place's terms and in the titles above it."""
        index = self._index
        first, last = index.term_starts[node], index.term_starts[node + 1]
        words = set(index.term_words[index.word_starts[first] : index.word_starts[last]].tolist())
        above = int(index.node_parents[node])
        while above >= 0:
            title = index.term_starts[above]
            words.update(index.term_words[index.word_starts[title] : index.word_starts[title + 1]].tolist())  # fmt: skip
            above = int(index.node_parents[above])
        return frozenset(words)

    def _fit(self, hit: _Hit) -> tuple[tuple[str, ...], bool]:
        """Return the words of the query that a place lacks, and whether it fits nevertheless."""
        has = self._around(hit.leaf) | self._own(hit.term) | self._sevenths_words(hit.leaf)
        lacking = [slot for slot in hit.variant.slots if has.isdisjoint(slot.stems)]
        if _ONE_SIDE.search(self._index.node_titles[hit.leaf]):  # both sides: a code for each
            lacking = [slot for slot in lacking if slot.word not in _BOTH]
        if not lacking:
            return (), True
        heaviest = max(slot.weight for slot in hit.variant.slots)
        weight = sum(slot.weight for slot in lacking)
        fits = (
            weight <= _MAY_LACK * hit.variant.weight
            and max(slot.weight for slot in lacking) < heaviest
        )
        return tuple(dict.fromkeys(slot.word for slot in lacking)), fits

    def _meant(self, node: int) -> frozenset[int]:
        """Return the stems in the meanings of a stem's seventh characters."""
        index = self._index
        rows = index.seventh[index.seventh_starts[node] : index.seventh_starts[node + 1]]
        words = {word for n in rows for word in tokens(index.meanings[n])}
        return frozenset(at for word in words if (at := self._places.stem_at(word)) is not None)

    def _spread(self, pool: list[_Hit], scores: Floats, valid: Flags, text: str) -> list[_Hit]:
        """Narrow each place to a code, and prefer codes from many places to many codes from one place."""
        scored = {hit.node: hit.score for hit in pool}
        per_group: dict[str, int] = {}
        found: dict[int, _Hit] = {}
        asked = Asked(text)
        for hit in pool:
            first = self._leaf(hit.node, scores, valid, asked)
            for leaf in self._on_side(first, asked.side, valid):
                if leaf in found:
                    continue
                group = self._index.node_keys[leaf][:_GROUP]
                worth = hit.score * _PER_GROUP ** per_group.get(group, 0)
                if leaf == hit.node and self._is_covered(hit, scored):
                    worth *= _COVERED
                found[leaf] = hit._replace(score=worth * self._worth(leaf, hit, asked), leaf=leaf)
            group = self._index.node_keys[first][:_GROUP]
            per_group[group] = per_group.get(group, 0) + 1
        return sorted(found.values(), key=lambda hit: -hit.score)

    def _worth(self, leaf: int, hit: _Hit, asked: Asked) -> float:
        """Return the value of a code for what was asked: less if it says what can't be assumed, or the opposite."""
        worth = asked.value(self._said(leaf))
        if asked.side is not None:
            worth *= fits_side(self._index.node_titles[leaf], asked.side)
        denied = self._denied(leaf)
        stems = {at for slot in hit.variant.slots for at in slot.stems}
        return worth * (_DENIED if denied and not asked.denies and denied <= stems else 1.0)

    def _denied_by(self, node: int) -> frozenset[int]:
        """Return the stems of what a code's title says isn't there."""
        words = tokens(denied(self._index.node_titles[node]))
        return frozenset(at for word in words if (at := self._places.stem_at(word)) is not None)

    def _is_covered(self, hit: _Hit, scored: dict[int, float]) -> bool:
        """Return True if a category above fits as well, so that it covers this code too."""
        above = int(self._index.node_parents[hit.node])
        while above >= 0:
            if scored.get(above, 0.0) >= hit.score:
                return True
            above = int(self._index.node_parents[above])
        return False

    def _leaf(self, node: int, scores: Floats, valid: Flags, asked: Asked) -> int:
        """Return the code below a place that adds the least to the query; in a tie, the unspecified one."""
        while True:
            below = [n for n in self._places.children(node) if valid[n]]
            if not below:
                return node
            node = max(
                below,
                key=lambda n: (
                    (self._best_below(n, scores) + self._default(n)) * asked.value(self._said(n)),
                    -n,
                ),
            )

    def _said_of(self, node: int) -> Said:
        titles, parent = self._index.node_titles, int(self._index.node_parents[node])
        others = self._places.children(parent) if parent >= 0 else []
        return Said.of(titles[node], (titles[n] for n in others))

    def _on_side(self, leaf: int, side: str | None, valid: Flags) -> list[int]:
        """Return the code for the side that was asked for, if a code differs from it only in the side; for both sides, two."""
        titles = self._index.node_titles
        parent = int(self._index.node_parents[leaf])
        if side is None or parent < 0:
            return [leaf]
        others = [n for n in self._places.children(parent) if valid[n] and n != leaf]
        found = on_side(titles[leaf], side, others, titles.__getitem__)
        if found is None and side == "bilateral" and side not in titles[leaf].lower():
            both = [
                on_side(titles[leaf], one, others, titles.__getitem__) for one in ("right", "left")
            ]
            if all(one is not None for one in both):
                return [one for one in both if one is not None]
        return [leaf if found is None else found]

    def _best_below(self, node: int, scores: Floats) -> float:
        if not len(scores):
            return 0.0
        last = bisect_left(self._index.node_keys, self._index.node_keys[node] + "~")
        return float(scores[node:last].max())

    def _preference(self, node: int) -> float:
        """Return how preferable a code is if the query doesn't decide: best if it says no more than the category."""
        title = self._index.node_titles[node].lower()
        if "without complication" in title:
            return 0.08
        if " with " in title or title.startswith("other "):
            return -0.03
        return 0.05 if "unspecified" in title else 0.0

    def _results(self, hits: list[_Hit], day: Day, limit: int) -> Iterator[Result]:
        """Yield billable codes, then categories that fit about as well as the best of them."""
        good = _GOOD * hits[0].score if hits else 0.0
        categories = [hit for hit in hits if hit.node != hit.leaf and hit.score >= good]
        once = list({hit.node: hit for hit in reversed(categories)}.values())[::-1]
        categories = once[: limit // _CATEGORIES]
        for hit in hits[: limit - len(categories)]:
            yield self._result(hit, hit.leaf, day)
        for hit in categories:
            yield self._result(hit, hit.node, day)

    def _result(self, hit: _Hit, node: int, day: Day) -> Result:
        stems = {at for slot in hit.variant.slots for at in slot.stems}
        missed, fits = self._fit(hit)
        text = self._index.term_texts[hit.term]
        return replace(
            self._places.place(node, day, stems),
            matched=tuple(self._matched(text, stems)),
            term=text,
            source=_SOURCES[self._index.term_kinds[hit.term]],
            score=round(hit.score, 3),
            missed=missed,
            fits=fits,
        )

    def _matched(self, text: str, asked: set[int]) -> Iterator[str]:
        """Yield the words of a text whose stems were asked for."""
        for word in dict.fromkeys(_WORD.findall(text)):
            if any(self._places.stem_at(one) in asked for one in tokens(word)):
                yield word
