"""A note with the words that an answer is based on marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape


def marked(note: str, evidence: Iterable[Mapping[str, Any]]) -> Markup:
    """A note as HTML with marked spans; overlapping ones are one.

    Args:
        note: the note.
        evidence: spans with `start` and `end` in code points.

    >>> str(marked("a <b> c", [{"start": 2, "end": 5}]))
    'a <mark>&lt;b&gt;</mark> c'
    """
    parts: list[Markup] = []
    at = 0
    for start, end in _together(evidence):
        parts += [escape(note[at:start]), Markup("<mark>"), escape(note[start:end]), Markup("</mark>")]  # fmt: skip
        at = end
    return Markup("").join([*parts, escape(note[at:])])


def _together(evidence: Iterable[Mapping[str, Any]]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for start, end in sorted((int(one["start"]), int(one["end"])) for one in evidence):
        if spans and start <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], end)
        else:
            spans.append((start, end))
    return spans
