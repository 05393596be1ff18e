"""The titles of diagnosis codes, and the words that they have in common with a note."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from cleanclaim.encoder.index import Index
from cleanclaim.encoder.stems import STOP, spelled, stem, tokens
from cleanclaim.encoder.systems import plain

LEFT_OUT: Final = frozenset(
    [
        "unspecified",
        "unilateral",
        "other",
        "specified",
        "disease",
        "disorder",
        "nos",
        "nec",
        "encounter",
        "initial",
        "subsequent",
        "sequela",
        "without",
        "elsewhere",
        "classified",
        "type",
        "current",
        "with",
        "of",
        "the",
        "due",
        "in",
        "not",
        "site",
        "part",
        "limb",
        "side",
        "episode",
        "mellitus",
        "mention",
        "complication",
        "complications",
        "uncomplicated",
        "primary",
        "essential",
    ]
)
"""Words of titles that notes leave out."""


@lru_cache(maxsize=20_000)
def stems(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that say something.

    >>> sorted(stems("Unspecified asthma, uncomplicated"))
    ['asthma']
    """
    words = (one for one in tokens(text.lower()) if one not in STOP and one not in LEFT_OUT)
    return frozenset(stem(spelled(one)) for one in words)


class Titles:
    """The titles and terms of diagnosis codes.

    Args:
        index: the search index.
        full: returns the title of a code with its seventh character.
    """

    def __init__(self, index: Index, full: Callable[[str], str | None]) -> None:
        self._index = index
        self._full = full
        self.of = lru_cache(10_000)(self._of)

    def _node(self, code: str) -> int | None:
        key = f"0{plain(code)}"
        for length in range(len(key), 3, -1):
            at = bisect_left(self._index.node_keys, key[:length])
            if at < len(self._index.node_keys) and self._index.node_keys[at] == key[:length]:
                return at
        return None

    def _of(self, code: str) -> str:
        """Return the title of a code; empty if there is none."""
        node = self._node(code)
        if node is None:
            return ""
        is_whole = self._index.node_keys[node] == f"0{plain(code)}"
        return (None if is_whole else self._full(code)) or self._index.node_titles[node]

    def is_known(self, code: str) -> bool:
        """Return true if the code sets have a code."""
        return self._node(code) is not None

    def terms(self, code: str) -> Iterator[str]:
        """Yield the words by which a code is known: its title, inclusion terms and synonyms."""
        node = self._node(code)
        if node is None:
            return
        starts = self._index.term_starts
        for term in range(int(starts[node]), int(starts[node + 1])):
            yield self._index.term_texts[term]
