"""Counts of a report, taken part by part so that a report of any size has a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from cleanclaim.edits.edit import Disposition
from cleanclaim.failures import Failure
from cleanclaim.read import FileRead
from cleanclaim.report.not_checked import by_reason

UNCLEAN: Final = pl.col("disposition").cast(pl.String) != Disposition.INFO.value
"""Findings that make a claim unclean."""
_PLACE: Final = ("code", "reason", "supply")
_TABLE: Final = ("code", "reason", "supply", "table", "procedure_code")


@dataclass
class Tally:
    """Counts over parts of a report; no claim is in two parts.

    Attributes:
        claims: claims checked.
        lines: their lines.
        unclean: claims with a finding more severe than info.
        findings: findings.
        not_checked: rows of what was not checked.
    """

    claims: int = 0
    lines: int = 0
    unclean: int = 0
    findings: int = 0
    not_checked: int = 0
    _dispositions: Counter[str] = field(default_factory=Counter)
    _edits: Counter[tuple[str, str]] = field(default_factory=Counter)
    _places: list[pl.DataFrame] = field(default_factory=list)
    _tables: list[pl.DataFrame] = field(default_factory=list)

    def add(
        self, claims: int, lines: int, findings: pl.DataFrame, not_checked: pl.DataFrame
    ) -> None:
        """Count one part.

        Args:
            claims: its claims, history left out.
            lines: their lines.
            findings: its findings.
            not_checked: what was not checked, rows without a claim included.
        """
        self.claims += claims
        self.lines += lines
        self.findings += findings.height
        self.unclean += findings.filter(UNCLEAN)["claim_key"].drop_nulls().n_unique()
        kinds = findings.group_by(pl.col("disposition").cast(pl.String)).len()
        self._dispositions.update(dict(kinds.iter_rows()))
        by_edit = findings.group_by("code", "name").len()
        self._edits.update({(code, name): count for code, name, count in by_edit.iter_rows()})
        of_tables = pl.col("lines").is_not_null()
        places = not_checked.filter(~of_tables)
        self._places.append(places.group_by(_PLACE).len("count"))
        self._tables.append(not_checked.filter(of_tables).select(*_TABLE, "lines"))
        self.not_checked += places.height

    @property
    def is_clean(self) -> bool:
        """True if no finding is more severe than info, those on a whole file included."""
        return not any(
            count for kind, count in self._dispositions.items() if kind != Disposition.INFO.value
        )

    def summary(
        self, files: Iterable[FileRead], notes: Iterable[str], failures: Iterable[Failure]
    ) -> dict[str, Any]:
        """The counts as the JSON report has them; a claim that could not be checked isn't clean."""
        entries = list(files)
        failed = list(failures)
        tables = self._merged_tables()
        unchecked = sum(failure.claims or 0 for failure in failed if failure.kind == "claims")
        clean = self.claims - self.unclean - unchecked
        by_edit = sorted(self._edits.items(), key=lambda item: (-item[1], item[0]))
        return {
            "claims": self.claims,
            "lines": self.lines,
            "clean_claims": clean,
            "clean_claim_rate": round(clean / self.claims, 4) if self.claims else None,
            "findings": self.findings,
            "findings_by_disposition": {
                d.value: self._dispositions[d.value]
                for d in Disposition
                if self._dispositions[d.value]
            },
            "findings_by_edit": {
                code: {"name": name, "count": count} for (code, name), count in by_edit
            },
            "not_checked": self.not_checked + tables.height,
            "not_checked_by_reason": by_reason(self._merged_places(), tables),
            "failures": len(failed),
            "files": len(entries),
            "files_not_read": sum(1 for entry in entries if entry.error),
            "notes": list(notes),
        }

    def _merged_places(self) -> pl.DataFrame:
        if not self._places:
            return pl.DataFrame(schema=dict.fromkeys(_PLACE, pl.String) | {"count": pl.UInt32})
        return pl.concat(self._places).group_by(_PLACE).agg(pl.col("count").sum())

    def _merged_tables(self) -> pl.DataFrame:
        if not self._tables:
            return pl.DataFrame(schema=dict.fromkeys(_TABLE, pl.String) | {"lines": pl.Int64})
        every = pl.concat(self._tables)
        return every.group_by(_TABLE, maintain_order=True).agg(pl.col("lines").sum())
