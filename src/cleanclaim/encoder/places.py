"""The places of an index as results on a day: codes, codes with a seventh character, categories."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cleanclaim.encoder.index import Index
from cleanclaim.encoder.result import Result
from cleanclaim.encoder.stems import tokens
from cleanclaim.encoder.systems import SYSTEMS, printed

Flags = npt.NDArray[np.bool_]
_EPOCH: Final = date(1970, 1, 1)
_WHOLE: Final = 8
"""The length of a key with a seventh character."""


class Day(NamedTuple):
    """What is in force on a day: the codes, the places with such codes, and each list's date if it differs."""

    codes: Flags
    nodes: Flags
    as_of: tuple[date | None, ...]


class Places:
    """The places of one index.

    Args:
        index: the index.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self.on_day = lru_cache(8)(self._valid)

    def place(self, node: int, day: Day, stems: set[int], asked: str = "") -> Result:
        """Return a place as a result: a code, a code with a seventh character, or a category."""
        index = self._index
        system = int(index.node_keys[node][0])
        code, title = index.node_keys[node][1:], index.node_titles[node]
        below = [index.node_keys[n][1:] for n in self.children(node) if day.nodes[n]]
        is_billable = not below and self.is_billable(index.node_keys[node], day)
        choices = self.sevenths(node, day)
        if choices:
            code, meaning = self._seventh(choices, stems, asked)
            title, below, is_billable = f"{title}, {meaning}", [one for one, _ in choices], True
        elif (
            len(asked) == _WHOLE - 1 and asked != code and self.is_billable(f"{system}{asked}", day)
        ):
            code, title, is_billable = asked, "", True  # newer than the tabular list
        return Result(
            SYSTEMS[system],
            printed(SYSTEMS[system], code),
            title or None,
            is_billable,
            (asked,) if asked else (),
            title,
            "code",
            1.0,
            tuple(printed(SYSTEMS[system], one) for one in below),
            day.as_of[system],
        )

    def is_billable(self, key: str, day: Day) -> bool:
        """Return true if a key is that of a code in force."""
        at = bisect_left(self._index.code_keys, key)
        return at < len(self._index.code_keys) and self._index.code_keys[at] == key and bool(day.codes[at])  # fmt: skip

    def sevenths(self, node: int, day: Day) -> list[tuple[str, str]]:
        """Return a stem's seven-character codes in force, with the meaning of the seventh character."""
        index = self._index
        starts = index.seventh_starts
        padded = index.node_keys[node].ljust(_WHOLE - 1, "X")
        meanings = (index.meanings[n] for n in index.seventh[starts[node] : starts[node + 1]])
        return [
            (f"{padded}{one[0]}"[1:], one[1:])
            for one in meanings
            if self.is_billable(f"{padded}{one[0]}", day)
        ]

    def _seventh(
        self, choices: list[tuple[str, str]], stems: set[int], asked: str
    ) -> tuple[str, str]:
        """Return the choice that was asked for, by code or by words; otherwise the first."""
        for one in choices:
            if one[0] == asked:
                return one
        worth = [self.weight(meaning, stems) for _, meaning in choices]
        return choices[worth.index(max(worth))]

    def weight(self, text: str, asked: set[int]) -> float:
        """Return the weight of a text's words that were asked for."""
        found = {at for word in tokens(text) if (at := self.stem_at(word)) in asked}
        return float(sum(self._index.stem_weights[at] for at in found if at is not None))

    def stem_at(self, word: str) -> int | None:
        """Return the number of a word's stem; None if no term has it."""
        at = bisect_left(self._index.words, word)
        known = at < len(self._index.words) and self._index.words[at] == word
        return int(self._index.word_stems[at]) if known else None

    def children(self, node: int) -> list[int]:
        """Return the places right below a place."""
        starts = self._index.child_starts
        return self._index.children[starts[node] : starts[node + 1]].tolist()  # type: ignore[no-any-return]

    def _valid(self, on: date) -> Day:
        index = self._index
        systems = np.array([int(key[0]) for key in index.code_keys], dtype=np.int32)
        by_span = np.repeat(systems, np.diff(index.span_starts))
        asked = (on - _EPOCH).days
        days = np.minimum(asked, index.listed_to)
        day = days[by_span]
        within = (index.spans_from <= day) & (day <= index.spans_to)
        codes = np.add.reduceat(within, index.span_starts[:-1]) > 0
        upto = np.concatenate([[0], np.cumsum(codes)])
        nodes = upto[index.node_last] > upto[index.node_first]
        as_of = tuple(None if day == asked else _EPOCH + timedelta(days=int(day)) for day in days)
        return Day(codes, nodes, as_of)
