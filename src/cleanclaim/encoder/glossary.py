"""The glossary: the words of the trade, and code sets and tables side by side. The words are in `data/glossary.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from itertools import zip_longest
from textwrap import wrap
from typing import Final

_WIDTH: Final = 100
LABELS: Final = {
    "means": "What it is",
    "keeper": "Maintained by",
    "purpose": "Purpose",
    "format": "Format",
    "updates": "Updates",
    "examples": "Examples",
    "on_claim": "On a claim",
}
"""What is said of a term, with its words, in the order in which it is shown."""
_ABREAST: Final = 3
"""The most terms in one comparison; more are shown one below the other."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the trade.

    Attributes:
        name: the word.
        means: what it means.
        words: other names for it.
        own: true for cleanclaim's own words.
        keeper: who maintains it.
        purpose: what it is for.
        format: what it looks like.
        updates: how often it changes.
        examples: examples of it.
        on_claim: where it is on a claim.
    """

    name: str
    means: str
    words: tuple[str, ...] = ()
    own: bool = False
    keeper: str = ""
    purpose: str = ""
    format: str = ""
    updates: str = ""
    examples: str = ""
    on_claim: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the term as the JSON contract defines it."""
        found = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "own"}
        return {**found, "words": list(self.words)}


@cache
def _read() -> tuple[tuple[Term, ...], dict[frozenset[str], str]]:
    path = files("cleanclaim.encoder") / "data" / "glossary.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    terms = tuple(Term(**{**one, "words": tuple(one.get("words", ()))}) for one in content["term"])
    return terms, {frozenset(one["terms"]): one["text"] for one in content["meeting"]}


def terms() -> tuple[Term, ...]:
    """Return every term, the trade's words first, in alphabetical order."""
    return _read()[0]


@cache
def _by_word() -> dict[str, Term]:
    every = {_plain(word): one for one in terms() for word in one.words}
    return every | {_plain(one.name): one for one in terms()}


def _plain(word: str) -> str:
    return " ".join(word.lower().replace("_", " ").split())


def find(word: str) -> Term | None:
    """Return the term that a word means; None if the glossary doesn't have it."""
    plain = _plain(word)
    return _by_word().get(plain) or _by_word().get(plain.removesuffix("s"))


def find_all(text: str) -> list[Term]:
    """Return the terms that a text consists of, such as `icd cpt`; empty if it has any other word."""
    words = [word for word in _plain(text).split() if word not in {"and", "vs", "vs.", "versus"}]
    found: list[Term] = []
    while words:
        for length in range(len(words), 0, -1):
            if (term := find(" ".join(words[:length]))) is not None:
                found.append(term)
                words = words[length:]
                break
        else:
            return []
    return list(dict.fromkeys(found))


def meeting(of: Sequence[Term]) -> list[str]:
    """Return how terms meet on a claim, a text for each two of them that have one."""
    names = [one.name for one in of]
    pairs = [
        frozenset(pair)
        for n, one in enumerate(names)
        for pair in ((one, b) for b in names[n + 1 :])
    ]
    return [_read()[1][pair] for pair in pairs if pair in _read()[1]]


def shown(of: Sequence[Term]) -> str:
    """Write one term, or several side by side with how they meet on a claim."""
    if len(of) == 1 or len(of) > _ABREAST:
        return "\n".join(_alone(one) for one in of)
    parts = [_side_by_side(of)]
    if texts := meeting(of):
        parts.append(
            "\n".join(
                ["How they meet on a claim:", *(line for text in texts for line in _indented(text))]
            )
        )
    return "\n\n".join(parts) + "\n"


def _alone(term: Term) -> str:
    lines = [term.name, *_indented(term.means)]
    for name, label in LABELS.items():
        text = getattr(term, name)
        if text and name != "means":
            lines += wrap(f"{label}: {text}", _WIDTH, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def _indented(text: str) -> list[str]:
    return wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")


def _side_by_side(of: Sequence[Term]) -> str:
    first = max(map(len, LABELS.values()))
    width = (_WIDTH - first - 2 * len(of)) // len(of)
    rows = [("", [one.name for one in of])]
    rows += [(label, [getattr(one, name) for one in of]) for name, label in LABELS.items()]
    lines = []
    for label, cells in rows:
        if not any(cells):
            continue
        columns = [wrap(cell, width, break_on_hyphens=False) for cell in cells]
        for n, row in enumerate(zip_longest(*columns, fillvalue="")):
            cells_text = "  ".join(f"{cell:<{width}}" for cell in row)
            lines.append(f"{label if n == 0 else '':<{first}}  {cells_text}".rstrip())
        lines.append("")
    return "\n".join(lines).rstrip()
