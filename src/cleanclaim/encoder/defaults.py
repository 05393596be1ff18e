"""What the guidelines assume if a query doesn't say it, and the side that was asked for.

Source: ICD-10-CM Official Guidelines for Coding and Reporting, section I.A.16 and I.B.13
(laterality), I.C.4.a.2 (diabetes of unstated type is type 2), I.C.19.e.5.b (poisoning of unstated
intent is accidental).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Final, NamedTuple

_UNASKED: Final = 0.95
"""The value of a code that says something is there, if the query doesn't and another code says it isn't."""
_OTHER_SIDE: Final = 0.7
_DENIES: Final = re.compile(r"\b(without|no|w/o|absence|absent|denies|negative)\b")
_SIDES: Final = {
    "left": "left",
    "l": "left",
    "lt": "left",
    "right": "right",
    "r": "right",
    "rt": "right",
    "bilateral": "bilateral",
    "bilaterally": "bilateral",
    "both": "bilateral",
}
_SIDE_WORDS: Final = frozenset(("left", "right", "bilateral", "unspecified"))
_WORD: Final = re.compile(r"[a-z0-9]+")


class _Default(NamedTuple):
    """Codes that need a word in the query.

    Attributes:
        says: matches the titles of codes that say it.
        asked: matches queries that say it too.
        value: the value of such a code for other queries.
    """

    says: re.Pattern[str]
    asked: re.Pattern[str]
    value: float


def _default(says: str, asked: str, value: float = 0.8) -> _Default:
    return _Default(re.compile(says, re.IGNORECASE), re.compile(asked, re.IGNORECASE), value)


_DEFAULTS: Final = (
    _default(r"type 1 diabetes", r"\b(type|t) ?(1|i)\b|\b(t1d|dm ?1|iddm|juvenile|brittle|ketosis|lada)|insulin.?d\w"),
    _default(r"diabetes mellitus due to underlying", r"due to|underlying|secondary|cystic fibrosis|cushing"),
    _default(r"drug or chemical induced diabetes", r"drug|chemical|steroid|induced|secondary"),
    _default(r"other specified diabetes", r"other|secondary|postpancreatectomy|pancreat|genetic|mody|monogenic|type 3c|1\.5"),
    _default(r"poisoning by.*\b(intentional self-harm|assault|undetermined)", r"self|suicid|intent|assault|undetermined|attack|harm"),
    _default(r"^(poisoning by|adverse effect of|underdosing of)",
             r"poison|overdos|\bod\b|toxi|advers|underdos|ingest|swallow|suicid|side effect|reaction|allerg|too much|missed", 0.5),
    _default(r"poisoning by.*\b(accidental|assault|undetermined)", r"^(?!.*(suicid|self.?harm|self.?inflict|intentional|on purpose))"),
    _default(r"^(personal|family) history of", r"history|\bhx\b|h/o|s/p|status post|prior|previous|\bold\b|past|family|former"),
    _default(r"\badverse effect of", r"advers|side effect|reaction|allerg"),
    _default(r"\bunderdosing of", r"underdos|noncompl|non-compl|missed|ran out|not taking"),
)  # fmt: skip


class Said(NamedTuple):
    """What a code's title says that can't be assumed.

    Attributes:
        defaults: the defaults that it departs from, by number.
        extra: what it says is there, if one of its neighbors says that it isn't.
    """

    defaults: tuple[int, ...]
    extra: str | None

    @classmethod
    def of(cls, title: str, others: Iterable[str]) -> Said:
        """Return what a title says, given those of its neighbors."""
        departs = (n for n, default in enumerate(_DEFAULTS) if default.says.search(title))
        return cls(tuple(departs), extra(title, others))


class Asked:
    """What a query says.

    Args:
        query: the text.
    """

    def __init__(self, query: str) -> None:
        self.side = side_of(query)
        self._text = query.lower()
        self.denies = bool(_DENIES.search(self._text))
        self._says = [bool(default.asked.search(query)) for default in _DEFAULTS]

    def value(self, said: Said) -> float:
        """Return the value of a code: 1, or less for each thing it says that can't be assumed."""
        found = 1.0
        for n in said.defaults:
            found *= 1.0 if self._says[n] else _DEFAULTS[n].value
        return found * (_UNASKED if said.extra and said.extra not in self._text else 1.0)


def extra(title: str, others: Iterable[str]) -> str | None:
    """Return what a title says is there, if one of its neighbors says that it isn't.

    >>> extra("Diabetes with ketoacidosis with coma", ["Diabetes with ketoacidosis without coma"])
    'coma'
    """
    word = title.lower().rpartition(" with ")[2] if " with " in title else ""
    is_told_apart = word and any(f" without {word}" in other.lower() for other in others)
    return word if is_told_apart else None


def side_of(query: str) -> str | None:
    """Return the side that a query asks for: left, right or bilateral; None if it doesn't, or asks for two.

    >>> side_of("broken left wrist")
    'left'
    """
    found = {_SIDES[word] for word in _words(query) if word in _SIDES and len(word) > 1}
    if {"left", "right"} <= found:
        return "bilateral"
    return found.pop() if len(found) == 1 else None


def fits_side(title: str, side: str) -> float:
    """Return the value of a title for a side: less than 1 if it names only another side."""
    own = (_SIDE_WORDS & set(_words(title))) - {"unspecified"}
    return 1.0 if not own or side in own else _OTHER_SIDE


def denied(title: str) -> str:
    """Return what a title says isn't there; empty if it says no such thing.

    >>> denied("Hypertensive heart disease without heart failure")
    'heart failure'
    """
    return title.lower().partition(" without ")[2].partition(",")[0].partition(" with ")[0]


def on_side(
    title: str, side: str, others: Iterable[int], title_of: Callable[[int], str]
) -> int | None:
    """Return the code that says the same as a title, but for the side that was asked for.

    Args:
        title: the title of the code that was found.
        side: the side.
        others: its neighbors.
        title_of: the title of a neighbor.

    Returns:
        The neighbor; None if the title has that side, or no neighbor says the same.
    """
    words = _words(title)
    if side in words:
        return None
    without = _plain(words)
    for other in others:
        theirs = _words(title_of(other))
        if side in theirs and _plain(theirs) == without:
            return other
    return None


def _plain(words: Collection[str]) -> list[str]:
    """Return a title's words without those that differ between sides."""
    return [word.removesuffix("s") for word in words if word not in _SIDE_WORDS]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
