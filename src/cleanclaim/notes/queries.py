"""What to ask the provider about a vague code, and the codes that the answer could lead to.

A query is neutral, as AHIMA and ACDIS ask in *Guidelines for Achieving a Compliant Query Practice*
(2022): it quotes the note, offers every answer with "unable to determine", and speaks of no payment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Final

from cleanclaim.notes.coding import Coder
from cleanclaim.notes.suggestion import CODE, NOT_CODED, Suggestion
from cleanclaim.notes.tables import rows

_VAGUE: Final = re.compile(r"(?<!\bor )\bunspecified\b|\bnot specified\b", re.IGNORECASE)
_PLAIN: Final = "What are the type, the cause or the site?"
_FAIR: Final = (
    "Please answer from your own clinical judgment. No particular answer is expected. If something needs to be added to the record, "
    "write an addendum with today's date and sign it."
)
_MOST: Final = 4
_GROUP: Final = 5
"""The characters of a code, with its dot, that its more specific neighbors share."""
_CATEGORY: Final = 3
_END: Final = 7


def completed(found: Iterable[Suggestion], coder: Coder) -> Iterator[Suggestion]:
    """Yield suggestions with their query, and with the codes that the answer could lead to."""
    for one in found:
        if one.disposition == NOT_CODED:
            yield one
            continue
        query = query_of(one) if one.disposition == CODE else None
        others = one.alternatives or tuple(_neighbors(one, coder))
        yield replace(one, query=query, alternatives=others[:_MOST])


def query_of(one: Suggestion) -> str | None:
    """Return a question for the provider, if a code says that something wasn't documented."""
    if not _VAGUE.search(one.title):
        return None
    asks = next((asks for title, asks in _asked() if title.search(one.title)), _PLAIN)
    words = " ".join(one.evidence[-1].text.split())
    return f'The note says "{words}". {asks} Please document it if it is known, or that it can\'t be determined.'


def letter_of(found: Iterable[Suggestion], day: date) -> str:
    """Return the questions about a note as a message to its provider, ready to send; empty if there are none."""
    asked = [one.query for one in found if one.query]
    if not asked:
        return ""
    questions = "\n\n".join(
        f"{number}. {query}\n   Answer: ____________________   [ ] can't be determined"
        for number, query in enumerate(asked, 1)
    )
    return f"Questions about your note of the visit on {day}\n\n{questions}\n\n{_FAIR}\n"


def _neighbors(one: Suggestion, coder: Coder) -> Iterator[tuple[str, str]]:
    """Yield the codes beside a vague one that say more, those that share the most words first."""
    vague = len(_VAGUE.findall(one.title))
    if not vague:
        return
    own = _words(one.title)
    beside = [*coder.below(one.code[:_GROUP]), *coder.below(one.code[:_CATEGORY])]
    closer = {
        other.code: other.title or ""
        for other in beside
        if other.code[_END:] == one.code[_END:] and len(_VAGUE.findall(other.title or "")) < vague
    }
    ranked = sorted(closer.items(), key=lambda pair: len(_words(pair[1]) - own) - 2 * len(own & _words(pair[1])))  # fmt: skip
    yield from ranked


def _words(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]{4,}", title.lower()))


@cache
def _asked() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(row["title"], re.IGNORECASE), row["asks"]) for row in rows("queries")]
