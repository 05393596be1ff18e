"""Where a claim is in an 837: its envelope, its levels, its own segments and its lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cleanclaim.errors import RewriteError
from cleanclaim.x12.rewrite import X12File

_ENDS = frozenset({"CLM", "HL", "SE", "ST", "GE", "GS", "ISA", "IEA"})
_SERVICES = frozenset({"SV1", "SV2", "SV3"})
Span = range
"""Segment numbers."""


@dataclass(frozen=True, slots=True)
class ClaimSpans:
    """The segments of one claim, by their numbers.

    Attributes:
        isa: the interchange header.
        gs: the group header.
        header: the transaction, before its first level.
        billing: the provider level.
        subscriber: the subscriber level.
        patient: the patient level; empty if the patient is the subscriber.
        own: the claim's own segments, before its providers, other payers and lines.
        providers: all of the claim before its other payers and lines.
        whole: the whole claim.
        lines: each line.
    """

    isa: int
    gs: int
    header: Span
    billing: Span
    subscriber: Span
    patient: Span
    own: Span
    providers: Span
    whole: Span
    lines: tuple[Span, ...]


class Names:
    """The names of a file's segments, and spans of them."""

    def __init__(self, file: X12File) -> None:
        """Read the name of every segment."""
        self.file = file
        self._names = [file.name(number) for number in range(1, len(file) + 1)]

    def __getitem__(self, number: int) -> str:
        return self._names[number - 1]

    def __len__(self) -> int:
        return len(self._names)

    def before(self, number: int, *names: str) -> int:
        """The last segment of these names before another; 0 if there is none."""
        return next((n for n in range(number - 1, 0, -1) if self[n] in names), 0)

    def after(self, number: int, names: Iterable[str]) -> int:
        """The next segment of these names, or one past the end."""
        wanted = frozenset(names)
        return next(
            (n for n in range(number + 1, len(self) + 1) if self[n] in wanted), len(self) + 1
        )

    def level(self, number: int) -> Span:
        """A level's own segments, without its claims and the levels below."""
        return range(number, self.after(number, _ENDS)) if number else range(0)

    def claim(self, clm: int) -> ClaimSpans:
        """The spans of the claim at a CLM segment.

        Raises:
            RewriteError: the claim isn't inside a transaction with a provider and a subscriber.
        """
        st, gs, isa = (self.before(clm, name) for name in ("ST", "GS", "ISA"))
        levels = self._levels(clm, st)
        if not st or "20" not in levels or "22" not in levels:
            raise RewriteError("the claim isn't below a provider and a subscriber")
        end = self.after(clm, _ENDS)
        lines = self._lines(clm, end)
        first = lines[0].start if lines else end
        other_payers = min(self.after(clm, ("SBR",)), first)
        return ClaimSpans(
            isa,
            gs,
            range(st, self.after(st, ("HL",))),
            self.level(levels["20"]),
            self.level(levels["22"]),
            self.level(levels.get("23", 0)),
            range(clm, min(self.after(clm, ("NM1",)), other_payers)),
            range(clm, other_payers),
            range(clm, end),
            lines,
        )

    def _levels(self, clm: int, st: int) -> dict[str, int]:
        """The open levels above a claim, by code."""
        found: dict[str, int] = {}
        number = self.before(clm, "HL")
        while number > st:
            code = self.file.element(number, "HL03") or ""
            if code == "20":
                return {"20": number, **found}
            if code not in found and not (code == "23" and "22" in found):
                found[code] = number
            number = self.before(number, "HL")
        return found

    def _lines(self, clm: int, end: int) -> tuple[Span, ...]:
        starts = [
            n
            for n in range(clm, end)
            if self[n] == "LX" or (self[n] in _SERVICES and self[n - 1] != "LX")
        ]
        return tuple(range(a, b) for a, b in zip(starts, [*starts, end][1:], strict=True))
