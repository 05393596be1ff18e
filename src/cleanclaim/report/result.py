"""The result of a run: findings, what was not checked, the claims and files behind them, and their summary."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Protocol

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Edit
from cleanclaim.failures import Failure
from cleanclaim.fees import PRICED, allowed
from cleanclaim.model import Batch
from cleanclaim.read import FileRead
from cleanclaim.reference import Reference
from cleanclaim.report.tally import UNCLEAN, Tally

JSON_KEYS: Final = (
    "claim_id", "line_number", "diagnosis_number", "code", "name", "disposition", "carc", "rarc", "message", "suggestion", "fix",
    "field", "evidence", "source", "release", "position", "file", "at_risk_amount",
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
    "file",
)
CLAIM_KEYS: Final = (
    "claim_id", "file", "position", "verdict", "hardest", "findings", "not_checked", "charge_amount", "at_risk_amount", "payer_id",
    "payer_name", "billing_npi", "rendering_npi", "from_date",
)  # fmt: skip
"""Keys of a claim in JSON; `not_checked` lists objects with codes, line_number and reason."""


class Results(Protocol):
    """The result of a run as the formats write it, in memory (`Report`) or on disk (`cleanclaim.large`)."""

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits that ran."""

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
        """What was not checked, in the same parts."""

    def claims_parts(self) -> Iterator[pl.DataFrame]:
        """The claims with their verdicts, in the same parts."""


class Whole(Results, Protocol):
    """A result in memory, for the formats that need all of it at once."""

    @property
    def claims(self) -> pl.DataFrame:
        """One row per claim, with its verdict."""

    @property
    def findings(self) -> pl.DataFrame:
        """One row per finding."""

    @property
    def not_checked(self) -> pl.DataFrame:
        """One row per edit and place that was not checked."""


@dataclass(frozen=True)
class Report:
    """The result of checking claims.

    Attributes:
        batch: the claims as tables of the model, history included.
        findings: one row per finding (`cleanclaim.verdicts.FINDINGS`).
        not_checked: one row per edit and place that was not checked (`cleanclaim.engine.not_checked.NOT_CHECKED`).
        claims: one row per claim, with its verdict (`cleanclaim.verdicts.claims.CLAIMS`).
        files: what happened to every input.
        edits: the edits that ran.
        notes: what else the reader must know, such as how many known findings were left out.
        reference: the dated tables, which price the lines on demand.
        failures: edits that failed, and groups of claims that could not be checked.
    """

    batch: Batch
    findings: pl.DataFrame
    not_checked: pl.DataFrame
    claims: pl.DataFrame
    files: tuple[FileRead, ...] = ()
    edits: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()
    reference: Reference | None = field(default=None, repr=False)
    failures: tuple[Failure, ...] = ()

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
        """The findings that put money at risk, highest first.

        Columns: claim_id, line_number, code, disposition, message, at_risk_amount. A line with several findings has a row for each.
        """
        return (
            self.findings.filter(pl.col("at_risk_amount") > 0)
            .select("claim_id", "line_number", "code", "disposition", "message", "at_risk_amount")
            .sort("at_risk_amount", descending=True, maintain_order=True)
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
        tally.add(lines.height, self.claims, self.findings, self.not_checked)
        return tally.summary(self.files, self.notes, self.failures)

    def findings_parts(self) -> Iterator[pl.DataFrame]:
        """The findings in one part."""
        yield self.findings

    def not_checked_parts(self) -> Iterator[pl.DataFrame]:
        """What was not checked in one part."""
        yield self.not_checked

    def claims_parts(self) -> Iterator[pl.DataFrame]:
        """The claims in one part."""
        yield self.claims

    def to_dict(self) -> dict[str, Any]:
        """The whole report as the object that the JSON format writes."""
        content: dict[str, Any] = json.loads(self.to_json())
        return content

    def to_json(self) -> str:
        """The whole report as JSON text, as the command writes it."""
        from cleanclaim.report.formats import FORMATS  # noqa: PLC0415 - the formats import this module

        return FORMATS["json"].render(self).decode().removesuffix("\n")


def finding_dict(row: Mapping[str, Any]) -> dict[str, Any]:
    """One finding as a JSON object: every key of `JSON_KEYS`, with the evidence as an object."""
    amount = row["at_risk_amount"]
    return {key: row[key] for key in JSON_KEYS} | {
        "evidence": json.loads(row["evidence"] or "{}"),
        "at_risk_amount": None if amount is None else str(amount),
    }


def file_dict(entry: FileRead) -> dict[str, Any]:
    """What happened to one input, as a JSON object."""
    return {
        "file": entry.file,
        "format": entry.format,
        "claims": entry.claims,
        "error": entry.error,
    }
