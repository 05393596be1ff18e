"""Which procedures, and which other lists, the paragraph above a policy's diagnosis list ties it to."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Final

_TAG: Final = re.compile(r"<[^>]*>")
_CODE: Final = r"(?:\d{4}[0-9AFTUM]|[A-CE-V]\d{4})"
_RANGE: Final = re.compile(
    rf"\b({_CODE})\s*(?:-|\u2013|through|thru|to)\s*({_CODE})\b", re.IGNORECASE
)
_SINGLE: Final = re.compile(rf"\b({_CODE})\b")
_AND_GROUP: Final = re.compile(
    r"\b(?:and|with|plus|in addition to|along with|together with)\b[^.]{0,80}?\bgroup\s+(\d{1,2})\b",
    re.IGNORECASE,
)
_JOINS: Final = re.compile(
    r"\b(?:secondary|primary diagnosis|in addition|additional(?:ly)? (?:code|diagnosis)|dual diagnos|both|must be (?:reported|billed|submitted) with|"
    r"in conjunction|combination|one of the following .{0,40} and )\b",
    re.IGNORECASE,
)
_EXCEPT: Final = re.compile(r"\b(?:except|excluding|other than|does not apply)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tie:
    """How a list is tied.

    Attributes:
        codes: single procedures that the paragraph names.
        ranges: the ranges it names, first and last.
        is_advisory: the paragraph combines conditions or makes exceptions, so the list alone
            doesn't decide.
        and_group: another list of the policy that must also be met.
    """

    codes: frozenset[str] = frozenset()
    ranges: tuple[tuple[str, str], ...] = ()
    is_advisory: bool = False
    and_group: int | None = None

    def names(self, code: str) -> bool:
        """Return True if the list applies to a procedure: it is named, or no procedure is."""
        if not self.codes and not self.ranges:
            return True
        return code in self.codes or any(
            first <= code <= last and first[0].isdigit() == code[0].isdigit()
            for first, last in self.ranges
        )


def ties(paragraph: str, group: int) -> Tie:
    """Read a paragraph.

    Args:
        paragraph: the paragraph, as HTML.
        group: the number of the list below it.

    Returns:
        How the list is tied; `and_group` is set only if exactly one other list is a condition.
    """
    text = " ".join(html.unescape(_TAG.sub(" ", paragraph)).split())
    ranges = tuple((first.upper(), last.upper()) for first, last in _RANGE.findall(text))
    rest = _RANGE.sub(" ", text)
    codes = frozenset(code.upper() for code in _SINGLE.findall(rest))
    others = {int(number) for number in _AND_GROUP.findall(text)} - {group}
    and_group = others.pop() if len(others) == 1 else None
    is_advisory = (
        bool(others) or and_group is not None or bool(_JOINS.search(text) or _EXCEPT.search(text))
    )
    return Tie(codes, ranges, is_advisory, and_group)
