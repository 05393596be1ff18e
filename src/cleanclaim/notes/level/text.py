"""The level of a visit as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from cleanclaim.notes.level.answer import Element, Item, Level
from cleanclaim.notes.suggestion import Evidence
from cleanclaim.text.escaping import visible

_LONGEST: Final = 60


def written(found: Level) -> str:
    """Write the level of a visit, with what it is based on."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Level) -> Iterator[str]:
    yield f"{found.code or 'No visit code'}  ({found.why})"
    if found.billed:
        code, verdict, why = found.billed
        yield f"Billed {code}: {verdict} ({why})"
    yield from _element("Problems", found.problems)
    yield from _element("Data", found.data)
    yield from _element("Risk", found.risk)
    minutes = "not stated" if found.time.minutes is None else f"{found.time.minutes} minutes"
    yield f"Time: {minutes}"
    yield from (f"  {place(one)}" for one in found.time.evidence)
    yield from (f"  not counted: {one.what}, {one.why}  {_places(one.evidence)}" for one in found.time.excluded)  # fmt: skip
    for one in found.add_ons:
        yield f"Add-on: {one.code}, {one.units} unit{'s' if one.units > 1 else ''} ({one.why})"
    for one in found.modifiers:
        yield f"Modifier: {one.code} ({one.why})"
    if found.missing_for_next:
        yield "For the next level:"
        yield from (f"  {one}" for one in found.missing_for_next)


def _element(name: str, element: Element) -> Iterator[str]:
    yield f"{name}: {element.level} ({element.why})"
    for one in element.items:
        yield f"  {'counts' if one.counts else 'not counted'}: {_short(one.what)}, {one.why}  {_own(one)}"


def _own(one: Item) -> str:
    return _places(one.evidence)


def _places(evidence: Sequence[Evidence]) -> str:
    return "; ".join(place(one) for one in evidence[:3])


def place(one: Evidence) -> str:
    """Write words of a note with their place."""
    return f"{one.start}-{one.end}: {_short(one.text)}"


def _short(text: str) -> str:
    plain = visible(" ".join(text.split()))
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"
