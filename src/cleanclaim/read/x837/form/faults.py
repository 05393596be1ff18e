"""The faults of a file's form, collected as rows of `syntax_faults`."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import polars as pl

from cleanclaim.model import SYNTAX_FAULTS

MOST_OF_A_KIND: Final = 200
"""If the same fault is found at one element more often than this, the rest are reported as a count."""


class Faults:
    """The faults of one file, in the order found."""

    def __init__(self, file: str) -> None:
        """Start without faults."""
        self._file = file
        self._rows: list[dict[str, Any]] = []
        self._taken = 0
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def room(self, fault: str, element: str, kind: str) -> int:
        """How many more faults of a kind are reported individually."""
        return MOST_OF_A_KIND - self._counts[fault, element, kind]

    def add(  # noqa: PLR0913 - a fault has these parts
        self,
        fault: str,
        element: str,
        explanation: str,
        *,
        kind: str = "",
        segment_number: int | None = None,
        position: int | None = None,
        claim_key: int | None = None,
        line_number: int | None = None,
        found: str | None = None,
        expected: str | None = None,
        is_again: bool = False,
    ) -> None:
        """Report a fault.

        Args:
            fault: the edit that reports it.
            element: the segment or element.
            explanation: the fault in one sentence.
            kind: the kind of fault, in a few words, for counting.
            segment_number: ordinal of the segment in the file.
            position: offset in the file.
            claim_key: the claim it is in.
            line_number: the service line it is in.
            found: what was found; never a patient's data.
            expected: what was expected.
            is_again: it was reported already, for another claim that it spoils.
        """
        key = (fault, element, kind)
        self._counts[key] += 0 if is_again else 1
        if self._counts[key] <= MOST_OF_A_KIND:
            self._rows.append(
                {
                    "fault": fault,
                    "claim_key": claim_key,
                    "line_number": line_number,
                    "segment_number": segment_number,
                    "position": position,
                    "element": element,
                    "kind": kind or None,
                    "found": found,
                    "expected": expected,
                    "explanation": explanation,
                }
            )

    def count(self, fault: str, element: str, kind: str, more: int) -> None:
        """Count more faults of a kind without reporting each."""
        self._counts[fault, element, kind] += more

    def __len__(self) -> int:
        """How many faults are waiting to be taken."""
        return len(self._rows)

    def take(self, *, is_last: bool = False) -> pl.DataFrame:
        """The faults since the last call; the last call also returns the counts."""
        if is_last:
            self._sum_up()
        rows, self._rows = self._rows, []
        first = self._taken + 1
        self._taken += len(rows)
        frame = pl.DataFrame(rows, schema=_SCHEMA)
        return SYNTAX_FAULTS.conform(
            frame.with_columns(
                pl.lit(self._file).alias("file"),
                pl.int_range(first, first + len(rows), dtype=pl.Int64, eager=True).alias("ordinal"),
            )
        )

    def _sum_up(self) -> None:
        for (fault, element, kind), times in self._counts.items():
            more = times - MOST_OF_A_KIND
            if more > 0:
                self._rows.append(
                    {
                        "fault": fault,
                        "element": element,
                        "explanation": f"The same fault ({kind or 'of this kind'}) occurs at {element} {more} more times in this file.",
                    }
                )


_SCHEMA: Final = {
    name: dtype for name, dtype in SYNTAX_FAULTS.schema.items() if name not in {"file", "ordinal"}
}
