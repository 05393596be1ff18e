"""The counts and control numbers of an 837's envelopes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cleanclaim.read.x837.spans import Names

_CLOSING: Final = {"SE": "ST", "GE": "GS", "IEA": "ISA"}
_CONTROL: Final = {"ST": "ST02", "GS": "GS06", "ISA": "ISA13"}


def envelope_faults(
    names: Names, inserted: dict[int, int] | None = None
) -> Iterator[tuple[int, str, str, str]]:
    """Each count and control number that is wrong.

    Args:
        names: the file.
        inserted: how many segments are added after each segment.

    Yields:
        The segment, the element, its value, and what it must be.
    """
    added = inserted or {}
    opened: dict[str, int] = {}
    counts = {"SE": 0, "GE": 0, "IEA": 0}
    for number in range(1, len(names) + 1):
        name = names[number]
        if name in _CONTROL:
            opened[name] = number
            counts["GE"] += name == "ST"
            counts["IEA"] += name == "GS"
            counts["GE"] = 0 if name == "GS" else counts["GE"]
            counts["IEA"] = 0 if name == "ISA" else counts["IEA"]
        if name in _CLOSING and _CLOSING[name] in opened:
            start = opened.pop(_CLOSING[name])
            segments = number - start + 1 + sum(added.get(n, 0) for n in range(start, number))
            count = segments if name == "SE" else counts[name]
            yield from _wrong(names, number, f"{name}01", str(count))
            control = names.file.element(start, _CONTROL[_CLOSING[name]]) or ""
            yield from _wrong(names, number, f"{name}02", control.strip())


def _wrong(
    names: Names, number: int, element: str, right: str
) -> Iterator[tuple[int, str, str, str]]:
    value = names.file.element(number, element) or ""
    is_count = element.endswith("01")
    if value != right and not (
        is_count and value.isdigit() and value.lstrip("0") == right.lstrip("0")
    ):
        yield number, element, value, right
