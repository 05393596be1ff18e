"""What the comparisons with other editors share: counting who finds which edit, and writing tables and reasons into a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Generic, TypeVar

_BLOCK: Final = r"(<!-- {0} -->\n).*?(<!-- {0} end -->)"
OURS: Final = "cleanclaim"
Record = TypeVar("Record")
Counts = Counter[tuple[str, str]]
"""How many records each edit is found on, by edit and by whom: both, cleanclaim, the other editor, neither."""
Difference = tuple[str, str, Record]
"""The edit, who alone finds it, and the record."""


@dataclass(frozen=True)
class Reason(Generic[Record]):
    """Why only one of the two finds an edit on some records.

    Attributes:
        who: who alone finds it.
        why: the reason, in a sentence or two.
        applies: true for the records on which it is known.
        edits: the edits; None for all.
    """

    who: str
    why: str
    applies: Callable[[Record], bool]
    edits: frozenset[str] | None = None

    def explains(self, difference: Difference[Record]) -> bool:
        """True if this is why the two differ."""
        edit, who, record = difference
        return (
            who == self.who and (self.edits is None or edit in self.edits) and self.applies(record)
        )


def counted(
    edits: Iterable[str],
    found: Iterable[tuple[Record, set[str], set[str]]],
    other: str,
    counts: Counts,
) -> list[Difference[Record]]:
    """Count who finds each edit, and return every difference.

    Args:
        edits: the edits that are compared.
        found: for each record what cleanclaim and the other editor find.
        other: the other editor's name.
        counts: is added to.
    """
    names = {(True, True): "both", (True, False): OURS, (False, True): other}
    differences: list[Difference[Record]] = []
    numbers = list(edits)
    for record, ours, theirs in found:
        for number in numbers:
            who = names.get((number in ours, number in theirs), "neither")
            counts[number, who] += 1
            if who in {OURS, other}:
                differences.append((number, who, record))
    return differences


def unexplained(
    differences: Sequence[Difference[Record]], reasons: Sequence[Reason[Record]]
) -> list[Difference[Record]]:
    """The differences that no known reason explains."""
    return [d for d in differences if not any(reason.explains(d) for reason in reasons)]


def explained(differences: Sequence[Difference[Record]], reasons: Sequence[Reason[Record]]) -> str:
    """The known reasons with how many of the differences each explains first, as a Markdown list."""
    firsts = Counter(
        next((n for n, reason in enumerate(reasons) if reason.explains(d)), -1) for d in differences
    )
    lines = []
    for number, reason in enumerate(reasons):
        if firsts[number]:
            edits = sorted({d[0] for d in differences if reason.explains(d)}, key=_numbers)
            which = f"Edit{'s' if len(edits) > 1 else ''} {', '.join(edits)}"
            lines.append(f"- {which}, only {reason.who}, {firsts[number]:,} times: {reason.why}")
    return "\n".join(lines) + "\n"


def _numbers(edit: str) -> tuple[int, str]:
    digits = re.match(r"\d+", edit)
    return int(digits[0]) if digits else 0, edit


def table(counts: Counts, names: Mapping[str, str], other: str, total: int, heading: str) -> str:
    """The agreement by edit, as Markdown."""
    lines = [
        heading,
        "",
        f"| edit | | both | only {other} | only {OURS} | same |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    for number, name in names.items():
        both, only_other, only_ours = (counts[number, who] for who in ("both", other, OURS))
        same = 100 * (total - only_other - only_ours) / total
        lines.append(
            f"| {number} | {name} | {both:,} | {only_other:,} | {only_ours:,} | {same:.2f}% |"
        )
    return "\n".join(lines) + "\n"


def write_blocks(page: Path, blocks: Mapping[str, str]) -> None:
    """Replace blocks of a page, each between its two comments."""
    text = page.read_text(encoding="utf-8")
    for name, content in blocks.items():
        block = re.compile(_BLOCK.format(re.escape(name)), re.DOTALL)
        text = block.sub(partial(_filled, content), text)
    page.write_text(text, encoding="utf-8")


def _filled(content: str, found: re.Match[str]) -> str:
    return f"{found[1]}\n{content}\n{found[2]}"
