"""The public Python functions of audits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cleanclaim.audit.estimates import CONFIDENCE
from cleanclaim.audit.marks import marks_of
from cleanclaim.audit.peers import visits_by_specialty, visits_imported
from cleanclaim.audit.plan import Plan, draw
from cleanclaim.audit.population import population_of
from cleanclaim.audit.profile import Profile, profile_of
from cleanclaim.audit.score import Score, score_of
from cleanclaim.audit.sheet import Extras, read_sheet, rows_of
from cleanclaim.report.result import Report


def audit_plan(
    report: Report,
    *,
    method: str = "simple",
    size: int | None = None,
    seed: int = 1,
    by: Sequence[str] = (),
    confidence: float = CONFIDENCE,
) -> Plan:
    """Draw a sample of claims for an audit.

    Args:
        report: the claims, as `check` returns them.
        method: simple, stratified, pps (each dollar has the same chance) or risk (outliers and dollars at risk first).
        size: how many claims; by default enough for a rate of errors within 10 points.
        seed: the same claims and seed give the same sample.
        by: what strata are made of: provider, payer, family, dollars.
        confidence: of the two-sided intervals of the score.

    Returns:
        The plan; `to_json()` is the file that the commands read and write.

    Raises:
        ConfigError: an option can't be, or there are no claims.
    """
    return draw(population_of(report), method=method, size=size, seed=seed, by=by, confidence=confidence)  # fmt: skip


def audit_sheet(
    plan: Plan,
    report: Report,
    *,
    coders: Mapping[str, str] | None = None,
    notes: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The rows of the sheet that an auditor fills in, one for each line in the sample.

    Args:
        plan: the sample.
        report: the same claims.
        coders: who coded each claim, by its number.
        notes: each claim's note, by its number.

    Raises:
        ConfigError: the claims aren't those that the plan was drawn from.
    """
    return rows_of(plan, report, Extras(coders or {}, notes or {}, {}))


def audit_score(
    plan: Plan,
    sheet: str | Path | Iterable[Mapping[str, Any]],
    *,
    second: str | Path | Iterable[Mapping[str, Any]] | None = None,
    fees: Mapping[str, float] | None = None,
) -> Score:
    """Score a sheet that an auditor filled in.

    Args:
        plan: the sample.
        sheet: the sheet: a workbook or CSV file, or its rows.
        second: the same sheet filled in by a second auditor.
        fees: the practice's fee for each code; by default the claims' charges.

    Returns:
        The score; `as_dict()` is the JSON result.

    Raises:
        InputError: the sheet can't be read, or rows can't be understood.
    """
    units = {one.unit: one for one in plan.sample}
    marks, notes = marks_of(_rows(sheet), units, fees or {})
    others = marks_of(_rows(second), units, fees or {})[0] if second is not None else []
    return score_of(plan, marks, second=others, notes=notes)


def audit_profile(
    report: Report, *, by: str = "provider", peers: str | Path | None = None
) -> Profile:
    """Compare visit levels with those of peers.

    Args:
        report: the claims, as `check` returns them.
        by: whose levels: provider, specialty, place or payer.
        peers: CMS's file of Medicare practitioners by provider and service; by default the one that was imported, if any.

    Returns:
        The profile; `as_dict()` is the JSON result.

    Raises:
        InputError: the peers' file can't be read.
    """
    medicare = (
        visits_by_specialty(Path(peers)) if peers is not None else visits_imported(report.reference)
    )
    return profile_of(report, group=by, medicare=medicare)


def _rows(sheet: str | Path | Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    if isinstance(sheet, (str, Path)):
        return read_sheet(Path(sheet))
    return [
        {"where": f"row {n}"} | {name: "" if value is None else str(value) for name, value in row.items()}
        for n, row in enumerate(sheet, 1)
    ]  # fmt: skip
