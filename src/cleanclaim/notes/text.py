"""Suggestions as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from cleanclaim.notes.suggestion import CODE, CONSIDER, NOT_CODED, Suggestion
from cleanclaim.text.escaping import visible

_HEADINGS: Final = {CODE: "Code", CONSIDER: "Consider", NOT_CODED: "Not coded"}
_LONGEST: Final = 60


def suggestions(found: Sequence[Suggestion], not_checked: Sequence[str] = ()) -> str:
    """Write the suggestions for one note, with the words that each is based on."""
    lines = [f"Not checked: {visible(one)}" for one in not_checked]
    for disposition, heading in _HEADINGS.items():
        own = [one for one in found if one.disposition == disposition]
        if own:
            lines.append(f"{heading}:")
            lines += (line for one in own for line in _lines(one))
    return "\n".join(lines or ["No conditions found."]) + "\n"


def _lines(one: Suggestion) -> Iterator[str]:
    sure = f"  ({one.confidence:.0%})" if one.disposition != NOT_CODED else ""
    yield f"  {one.code:<8}  {one.title}{sure}"
    yield f"            {one.why}  [{one.rule}]"
    for each in one.evidence[:3]:
        yield f"            {each.start}-{each.end}: {_short(each.text)}"
    if len(one.evidence) > 3:
        yield f"            and {len(one.evidence) - 3} more"
    if one.query and one.disposition == CODE:
        yield f"            Ask the provider: {one.query}"


def _short(text: str) -> str:
    plain = visible(" ".join(text.split()))
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"
