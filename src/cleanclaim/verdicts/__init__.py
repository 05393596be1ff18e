"""What a check says about each claim: its verdict, and the dollars at risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from cleanclaim.engine.check import Checked
from cleanclaim.engine.findings import FINDINGS as FOUND
from cleanclaim.engine.not_checked import NOT_CHECKED
from cleanclaim.failures import Failure, merge_failures
from cleanclaim.model import MONEY, Batch
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, at_least
from cleanclaim.verdicts.at_risk import amounts_at_risk
from cleanclaim.verdicts.claims import CLAIMS, verdicts_of
from cleanclaim.verdicts.titles import with_titles

FINDINGS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    **FOUND,
    "at_risk_amount": MONEY,
}
"""Columns of the findings of a report: those of the engine, and `at_risk_amount`, the dollars that the finding puts at risk."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The result of checking one group of claims.

    Attributes:
        findings: one row per finding, columns `FINDINGS`.
        not_checked: one row per edit and place that wasn't checked, columns `NOT_CHECKED`.
        claims: one row per claim, columns `CLAIMS`.
        failures: edits that failed, or the whole group if nothing of it could be checked.
    """

    findings: pl.DataFrame
    not_checked: pl.DataFrame
    claims: pl.DataFrame
    failures: tuple[Failure, ...] = ()


def judged(
    batch: Batch,
    checked: Checked,
    reference: Reference,
    settings: Settings,
    broken: tuple[Failure, ...] = (),
) -> Judged:
    """Judge the claims of one group by what the edits found.

    Args:
        batch: the claims.
        checked: what the edits found.
        reference: the dated tables, which price the lines.
        settings: how claims are judged; milder findings than it says are left out.
        broken: edits that couldn't run on any claim.
    """
    findings = at_least(checked.findings, settings)
    amounts = amounts_at_risk(batch, findings, reference)
    suggestions = with_titles(findings["suggestion"], reference)
    told = findings.with_columns(amounts, suggestions)
    claims = verdicts_of(batch, told, checked.not_checked, (*checked.failures, *broken))
    return Judged(told, checked.not_checked, claims, checked.failures)


def together(groups: list[Judged]) -> Judged:
    """The results of several groups as one, in the order of the claims."""
    findings = pl.concat([pl.DataFrame(schema=FINDINGS), *(group.findings for group in groups)])
    gaps = pl.concat([pl.DataFrame(schema=NOT_CHECKED), *(group.not_checked for group in groups)])
    claims = pl.concat([pl.DataFrame(schema=CLAIMS), *(group.claims for group in groups)])
    if len(groups) > 1:
        findings = findings.sort("claim_key", nulls_last=False, maintain_order=True)
        gaps = gaps.sort("claim_key", nulls_last=False, maintain_order=True)
        claims = claims.sort("claim_key")
    failures = merge_failures(failure for group in groups for failure in group.failures)
    return Judged(findings, gaps, claims, failures)
