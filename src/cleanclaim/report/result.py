"""The result of a run: findings, what was not checked, the claims and files behind them, and their summary."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Protocol

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Edit
from cleanclaim.engine.check import Checked
from cleanclaim.engine.findings import FINDINGS
from cleanclaim.engine.not_checked import NOT_CHECKED, merge_not_checked
from cleanclaim.failures import Failure, merge_failures
from cleanclaim.fees import PRICED, allowed
from cleanclaim.model import Batch
from cleanclaim.read import FileRead
from cleanclaim.reference import Reference
from cleanclaim.report.tally import UNCLEAN, Tally

JSON_KEYS: Final = (
    "claim_id", "line_number", "diagnosis_number", "code", "name", "disposition", "carc", "rarc", "message", "suggestion", "fix",
    "field", "evidence", "source", "release", "position", "file",
)  # fmt: skip
"""Keys of a finding in JSON; a finding always has all of them, and missing values are null."""
NOT_CHECKED_KEYS: Final = (
    "code",
    "claim_id",
    "line_number",
    "diagnosis_number",
    "reason",
    "supply",
    "table",
    "procedure_code",
    "lines",
    "file",
)


class Results(Protocol):
    """The result of a run as the formats write it, in memory (`Report`) or on disk (`cleanclaim.large`)."""

    @property
    def files(self) -> tuple[FileRead, ...]:
        """What became of every input."""

    @property
    def summary(self) -> dict[str, Any]:
        """Counts of claims, clean claims, findings by disposition and by edit, and what was not checked by reason."""

    @property
    def is_clean(self) -> bool:
        """True if everything was checked and no finding is more severe than info."""

    @property
    def unread(self) -> list[FileRead]:
        """Inputs that were not read, or not to their end."""

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Edits that failed, and groups of claims that could not be checked."""

    def findings_parts(self) -> Iterator[pl.DataFrame]:
        """The findings in parts; a claim is in one part only."""

    def not_checked_parts(self) -> Iterator[pl.DataFrame]:
        """What was not checked, in parts."""


@dataclass(frozen=True)
class Report:
    """The result of checking claims.

    Attributes:
        batch: the claims as tables of the model, history included.
        findings: one row per finding (`cleanclaim.engine.findings.FINDINGS`).
        not_checked: one row per edit and place that was not checked (`cleanclaim.engine.not_checked.NOT_CHECKED`).
        files: what happened to every input.
        edits: the edits that ran.
        notes: what else the reader must know, such as how many known findings were left out.
        reference: the dated tables, which price the lines on demand.
        failures: edits that failed, and groups of claims that could not be checked.
    """

    batch: Batch
    findings: pl.DataFrame
    not_checked: pl.DataFrame
    files: tuple[FileRead, ...] = ()
    edits: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()
    reference: Reference | None = field(default=None, repr=False)
    failures: tuple[Failure, ...] = ()

    @cached_property
    def claims(self) -> pl.DataFrame:
        """The claims checked, history left out."""
        return self.batch.claims.filter(~pl.col("is_history").fill_null(value=False))

    @cached_property
    def lines(self) -> pl.DataFrame:
        """The lines of the claims checked, with Medicare's price: `allowed` (dollars), `basis`, and `reason` if there is no price."""
        own = self.batch.lines.join(self.claims.select("claim_key"), on="claim_key", how="semi")
        if self.reference is None:
            missing = {name: PRICED[name] for name in ("allowed", "basis", "reason")}
            return own.with_columns(
                pl.lit(None, dtype).alias(name) for name, dtype in missing.items()
            )
        priced = allowed(Claims.of(self.batch, self.reference), self.reference)
        return own.join(
            priced.drop("procedure_code"),
            on=["claim_key", "line_number"],
            how="left",
            maintain_order="left",
        )

    @cached_property
    def at_risk(self) -> pl.DataFrame:
        """The findings on lines that a payer would refuse, return, deny or hold, with the line's price, highest first.

        Columns: claim_id, line_number, code, disposition, message, allowed. A line with several findings has a row for each.
        """
        unpaid = [d.value for d in Disposition if d.rank <= Disposition.SUSPEND.rank]
        return (
            self.findings.filter(
                pl.col("line_number").is_not_null(),
                pl.col("disposition").cast(pl.String).is_in(unpaid),
            )
            .join(
                self.lines.select("claim_key", "line_number", "allowed"),
                on=["claim_key", "line_number"],
                how="left",
            )
            .select("claim_id", "line_number", "code", "disposition", "message", "allowed")
            .sort("allowed", descending=True, nulls_last=True)
        )

    @cached_property
    def is_clean(self) -> bool:
        """True if everything was checked and no finding is more severe than info."""
        return not self.failures and self.findings.filter(UNCLEAN).is_empty()

    @property
    def unread(self) -> list[FileRead]:
        """Inputs that were not read, or not to their end."""
        return [entry for entry in self.files if entry.error]

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Counts of claims, clean claims, findings by disposition and by edit, and what was not checked by reason."""
        tally = Tally()
        own = self.claims.select("claim_key")
        lines = self.batch.lines.join(own, on="claim_key", how="semi")
        tally.add(own.height, lines.height, self.findings, self.not_checked)
        return tally.summary(self.files, self.notes, self.failures)

    def findings_parts(self) -> Iterator[pl.DataFrame]:
        """The findings in one part."""
        yield self.findings

    def not_checked_parts(self) -> Iterator[pl.DataFrame]:
        """What was not checked in one part."""
        yield self.not_checked

    def to_dict(self) -> dict[str, Any]:
        """The whole report as the object that the JSON format writes."""
        return {
            "summary": self.summary,
            "findings": [finding_dict(row) for row in self.findings.iter_rows(named=True)],
            "not_checked": [
                {key: row[key] for key in NOT_CHECKED_KEYS}
                for row in self.not_checked.iter_rows(named=True)
            ],
            "failures": [failure.to_dict() for failure in self.failures],
            "files": [file_dict(entry) for entry in self.files],
        }

    def to_json(self) -> str:
        """The whole report as JSON text, as the command writes it."""
        from cleanclaim.report.formats import FORMATS  # noqa: PLC0415 - the formats import this module

        return FORMATS["json"].render(self).decode().removesuffix("\n")


def report_of(
    batch: Batch,
    checked: Sequence[Checked],
    files: Sequence[FileRead],
    edits: Sequence[Edit],
    reference: Reference,
) -> Report:
    """The report on claims that were checked in one group or several.

    Args:
        batch: all claims, history included.
        checked: the result of each group.
        files: what happened to every input.
        edits: the edits that ran.
        reference: the dated tables.
    """
    findings = pl.concat([pl.DataFrame(schema=FINDINGS), *(group.findings for group in checked)])
    gaps = pl.concat([pl.DataFrame(schema=NOT_CHECKED), *(group.not_checked for group in checked)])
    if len(checked) > 1:
        findings = findings.sort("claim_key", nulls_last=False, maintain_order=True)
        gaps = merge_not_checked(gaps)
    failures = merge_failures(failure for group in checked for failure in group.failures)
    return Report(
        batch, findings, gaps, tuple(files), tuple(edits), reference=reference, failures=failures
    )


def finding_dict(row: Mapping[str, Any]) -> dict[str, Any]:
    """One finding as a JSON object: every key of `JSON_KEYS`, with the evidence as an object."""
    return {
        key: json.loads(row[key] or "{}") if key == "evidence" else row[key] for key in JSON_KEYS
    }


def file_dict(entry: FileRead) -> dict[str, Any]:
    """What happened to one input, as a JSON object."""
    return {
        "file": entry.file,
        "format": entry.format,
        "claims": entry.claims,
        "error": entry.error,
    }
