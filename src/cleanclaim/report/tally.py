"""Counts of a report, taken part by part so that a report of any size has a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from cleanclaim.edits.edit import Disposition
from cleanclaim.failures import Failure
from cleanclaim.read import FileRead
from cleanclaim.report.not_checked import by_reason, by_reason_of_claims, counted_by_reason
from cleanclaim.verdicts.claims import AS_FAR_AS_CHECKED, CLEAN, UNCHECKED, WITH_FINDINGS

UNCLEAN: Final = pl.col("disposition").cast(pl.String) != Disposition.INFO.value
"""Findings that make a claim unclean."""
AMOUNTS: Final = ("charge_amount", "at_risk_amount")


@dataclass
class Tally:
    """Counts over parts of a report; no claim is in two parts."""

    _lines: int = 0
    _findings: int = 0
    _fully_checked: int = 0
    _verdicts: Counter[str] = field(default_factory=Counter)
    _dispositions: Counter[str] = field(default_factory=Counter)
    _edits: Counter[tuple[str, str]] = field(default_factory=Counter)
    _amounts: Counter[str] = field(default_factory=Counter)
    _gaps: list[pl.DataFrame] = field(default_factory=list)
    _reasons: list[dict[str, Any]] | None = None

    def add(
        self, lines: int, claims: pl.DataFrame, findings: pl.DataFrame, not_checked: pl.DataFrame
    ) -> None:
        """Count one part.

        Args:
            lines: the lines of its claims.
            claims: its claims with their verdicts.
            findings: its findings.
            not_checked: what was not checked.
        """
        self._lines += lines
        self._findings += findings.height
        is_checked = (pl.col("not_checked").list.len() == 0) & (pl.col("verdict") != UNCHECKED)
        self._fully_checked += claims.filter(is_checked).height
        self._verdicts.update(_counts(claims, "verdict"))
        self._dispositions.update(_counts(findings, "disposition"))
        by_edit = findings.group_by("code", "name").len()
        self._edits.update({(code, name): count for code, name, count in by_edit.iter_rows()})
        sums = claims.select(pl.col(*AMOUNTS).sum()).row(0, named=True)
        self._amounts.update({name: amount or 0 for name, amount in sums.items()})
        self._gaps.append(counted_by_reason(not_checked))

    @classmethod
    def of_claims(
        cls,
        lines: Mapping[int, int],
        claims: pl.DataFrame,
        findings: pl.DataFrame,
        not_checked: pl.DataFrame,
    ) -> dict[int, Tally]:
        """The counts of each claim alone, taken together: much faster than one claim after the other.

        Args:
            lines: the number of lines by claim key.
            claims: the claims with their verdicts.
            findings: their findings.
            not_checked: what was not checked.
        """
        reasons = by_reason_of_claims(not_checked)
        found = {}
        for row in claims.iter_rows(named=True):
            key, verdict = row["claim_key"], row["verdict"]
            is_checked = not row["not_checked"] and verdict != UNCHECKED
            found[key] = cls(
                _lines=lines.get(key, 0),
                _fully_checked=int(is_checked),
                _verdicts=Counter([verdict]),
                _amounts=Counter({name: row[name] or 0 for name in AMOUNTS}),
                _reasons=reasons.get(key, []),
            )
        columns = ("claim_key", "code", "name", pl.col("disposition").cast(pl.String))
        for key, code, name, disposition in findings.select(columns).iter_rows():
            if key in found:
                found[key].count(code, name, disposition)
        return found

    def count(self, code: str, name: str, disposition: str) -> None:
        """Count one finding."""
        self._findings += 1
        self._edits[code, name] += 1
        self._dispositions[disposition] += 1

    @property
    def is_clean(self) -> bool:
        """True if no finding is more severe than info, those on a whole file included."""
        return not any(
            count for kind, count in self._dispositions.items() if kind != Disposition.INFO.value
        )

    def summary(
        self, files: Iterable[FileRead], notes: Iterable[str], failures: Iterable[Failure]
    ) -> dict[str, Any]:
        """The counts as the JSON report has them."""
        entries = list(files)
        claims = self._verdicts.total()
        clean = self._verdicts[CLEAN]
        by_edit = sorted(self._edits.items(), key=lambda item: (-item[1], item[0]))
        return {
            "claims": claims,
            "lines": self._lines,
            "clean_claims": clean,
            "clean_as_far_as_checked_claims": self._verdicts[AS_FAR_AS_CHECKED],
            "claims_with_findings": self._verdicts[WITH_FINDINGS],
            "unchecked_claims": self._verdicts[UNCHECKED],
            "fully_checked_claims": self._fully_checked,
            "clean_claim_rate": round(clean / claims, 4) if claims else None,
            **{name: f"{self._amounts[name]:.2f}" for name in AMOUNTS},
            "findings": self._findings,
            "findings_by_disposition": {
                d.value: self._dispositions[d.value]
                for d in Disposition
                if self._dispositions[d.value]
            },
            "findings_by_edit": {
                code: {"name": name, "count": count} for (code, name), count in by_edit
            },
            "not_checked_by_reason": by_reason(self._gaps)
            if self._reasons is None
            else self._reasons,
            "failures": len(list(failures)),
            "files": len(entries),
            "files_not_read": sum(1 for entry in entries if entry.error),
            "notes": list(notes),
        }


def _counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    """How many rows have each value."""
    return dict(frame.group_by(pl.col(column).cast(pl.String)).len().iter_rows())
