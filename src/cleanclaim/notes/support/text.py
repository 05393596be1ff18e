"""Verdicts on billed codes as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleanclaim.notes.level.text import place
from cleanclaim.notes.support.answer import Support


def written(found: Sequence[Support]) -> str:
    """Write the verdict on each code, with the words of the note."""
    return "\n".join(line for one in found for line in _lines(one)) + "\n"


def _lines(one: Support) -> Iterator[str]:
    is_said = not one.better or one.better in one.why
    better = "" if is_said else f"; the note supports {one.better}"
    yield f"{one.code:<10}  {one.verdict:<12}  {one.why}{better}"
    yield from (f"            {place(words)}" for words in one.evidence[:3])
