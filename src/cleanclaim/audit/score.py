"""Scorecards: how right the coding is, what errors cost, and what the sample says of the population."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from cleanclaim.audit.estimates import (
    Estimate,
    rate_of_simple,
    total_of_pps,
    total_of_simple,
    total_of_strata,
)
from cleanclaim.audit.marks import Mark
from cleanclaim.audit.plan import Plan
from cleanclaim.audit.population import LEVELS
from cleanclaim.audit.statistics import kappa

STANDARD: Final = 0.95
"""The accuracy that the trade expects of coders."""
FEW: Final = 30
"""Of fewer lines than this, a rate is shown as uncertain."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some codes are right.

    Attributes:
        right: those that are both billed and found by the auditor.
        total: those billed or those found, whichever are more, line by line: a code in place of another is one error.
    """

    right: int
    total: int

    @property
    def rate(self) -> float | None:
        """The share that is right; None of none."""
        return self.right / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Card:
    """The score of a provider, a coder, a month or all.

    Attributes:
        name: whose.
        claims: claims judged.
        lines: lines judged.
        right_lines: lines that are right in every part.
        icd, procedures, modifiers: shares of codes.
        levels: visits whose level is right, of those billed or found as visits with levels.
        over, under: lines coded too high and too low.
        billed: dollars billed.
        gross: the sum of all dollar differences, over and under.
        net: dollars billed above what the record supports, less those below.
        unpriced: lines whose difference in dollars isn't known.
    """

    name: str
    claims: int
    lines: int
    right_lines: int
    icd: Share
    procedures: Share
    modifiers: Share
    levels: Share
    over: int
    under: int
    billed: float
    gross: float
    net: float
    unpriced: int

    @property
    def accuracy(self) -> float | None:
        """The share of all diagnosis codes, procedure codes and modifiers that is right."""
        parts = (self.icd, self.procedures, self.modifiers)
        return Share(sum(p.right for p in parts), sum(p.total for p in parts)).rate

    @property
    def meets_standard(self) -> bool | None:
        """Whether the accuracy is at least 95%; None of no codes."""
        return None if self.accuracy is None else self.accuracy >= STANDARD

    @property
    def is_small(self) -> bool:
        """Whether there are too few lines for a rate to say much."""
        return self.lines < FEW

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        shares = {
            name: {**asdict(share), "rate": _rounded(share.rate, 4)}
            for name, share in (("icd", self.icd), ("procedures", self.procedures), ("modifiers", self.modifiers), ("levels", self.levels))
        }  # fmt: skip
        return {
            "name": self.name,
            "claims": self.claims,
            "lines": self.lines,
            "right_lines": self.right_lines,
            "accuracy": _rounded(self.accuracy, 4),
            "meets_standard": self.meets_standard,
            "few_lines": self.is_small,
            **shares,
            "over": self.over,
            "under": self.under,
            "billed": round(self.billed, 2),
            "gross_error": round(self.gross, 2),
            "net_error": round(self.net, 2),
            "gross_error_rate": _rounded(self.gross / self.billed if self.billed else None, 4),
            "net_error_rate": _rounded(self.net / self.billed if self.billed else None, 4),
            "lines_without_dollars": self.unpriced,
        }


@dataclass(frozen=True)
class Score:
    """The result of an audit.

    Attributes:
        plan: the sample.
        total: the score of all lines.
        providers, coders, months: scores by these.
        estimates: what the sample says of the population, by what is estimated; empty for a sample by risk.
        errors: the lines that aren't right.
        agreement: of two auditors, if there are two.
        notes: what a reader must know.
    """

    plan: Plan
    total: Card
    providers: tuple[Card, ...]
    coders: tuple[Card, ...]
    months: tuple[Card, ...]
    estimates: Mapping[str, Estimate]
    errors: tuple[Mark, ...]
    agreement: Mapping[str, Any] | None
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        plan = self.plan
        return {
            "plan": {
                "method": plan.method,
                "seed": plan.seed,
                "confidence": plan.confidence,
                "by": list(plan.by),
                "population": plan.population,
                "dollars": plan.dollars,
                "sample": len(plan.sample),
                "fingerprint": plan.fingerprint,
                "version": plan.version,
            },
            "standard": STANDARD,
            "total": self.total.as_dict(),
            "providers": [card.as_dict() for card in self.providers],
            "coders": [card.as_dict() for card in self.coders],
            "months": [card.as_dict() for card in self.months],
            "estimates": {name: _estimate_dict(one) for name, one in self.estimates.items()},
            "agreement": self.agreement,
            "errors": [_error_dict(mark) for mark in self.errors],
            "notes": list(self.notes),
        }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, digits)


def _estimate_dict(estimate: Estimate) -> dict[str, Any]:
    digits = 4 if "exact" in estimate.method else 2
    return {
        "point": _rounded(estimate.point, digits),
        "lower": _rounded(estimate.lower, digits),
        "upper": _rounded(estimate.upper, digits),
        "standard_error": _rounded(estimate.standard_error, digits),
        "precision": _rounded(estimate.precision, 4),
        "confidence": estimate.confidence,
        "sample": estimate.sample,
        "population": estimate.population,
        "method": estimate.method,
    }


def _error_dict(mark: Mark) -> dict[str, Any]:
    return {
        "unit": mark.unit,
        "line_number": mark.line,
        "provider": mark.provider,
        "coder": mark.coder,
        "billed": _coded(mark, audited=False),
        "audited": _coded(mark, audited=True),
        "direction": mark.direction,
        "difference": _rounded(mark.difference, 2),
        "reason": mark.reason,
    }


def _coded(mark: Mark, *, audited: bool) -> dict[str, Any]:
    coded = mark.audited if audited else mark.billed
    return {
        "code": coded.code,
        "modifiers": sorted(coded.modifiers),
        "diagnoses": list(coded.diagnoses),
        "units": coded.units,
    }


def card_of(name: str, marks: Sequence[Mark]) -> Card:
    """The score of some lines."""
    differences = [mark.difference for mark in marks if mark.difference is not None]
    return Card(
        name=name,
        claims=len({mark.unit for mark in marks}),
        lines=len(marks),
        right_lines=sum(mark.is_right for mark in marks),
        icd=_share(marks, lambda mark: ({*mark.billed.diagnoses}, {*mark.audited.diagnoses})),
        procedures=_share(marks, lambda mark: (_one(mark.billed.code), _one(mark.audited.code))),
        modifiers=_share(marks, lambda mark: ({*mark.billed.modifiers}, {*mark.audited.modifiers})),
        levels=_levels(marks),
        over=sum(mark.direction == "over" for mark in marks),
        under=sum(mark.direction == "under" for mark in marks),
        billed=math.fsum(mark.billed_dollars for mark in marks),
        gross=math.fsum(map(abs, differences)),
        net=math.fsum(differences),
        unpriced=len(marks) - len(differences),
    )


def _one(code: str) -> set[str]:
    return {code} if code else set()


def _share(marks: Iterable[Mark], sides: Callable[[Mark], tuple[set[str], set[str]]]) -> Share:
    right = total = 0
    for mark in marks:
        billed, audited = sides(mark)
        right += len(billed & audited)
        total += max(len(billed), len(audited))
    return Share(right, total)


def _levels(marks: Iterable[Mark]) -> Share:
    visits = [mark for mark in marks if mark.billed.code in LEVELS or mark.audited.code in LEVELS]
    return Share(sum(mark.billed.code == mark.audited.code for mark in visits), len(visits))


def score_of(
    plan: Plan, marks: Sequence[Mark], *, second: Sequence[Mark] = (), notes: Sequence[str] = ()
) -> Score:
    """Score a sheet.

    Args:
        plan: the sample.
        marks: the lines as the first auditor judged them.
        second: the lines as a second auditor judged them; only their agreement counts.
        notes: what else to say.
    """
    more = list(notes)
    estimates: dict[str, Estimate] = {}
    judged = {mark.unit for mark in marks}
    missing = [one for one in plan.sample if one.unit not in judged]
    if not plan.is_probability_sample:
        more.append("the sample was chosen by risk: it says nothing about other claims, so nothing is extrapolated")  # fmt: skip
    elif missing:
        of = f"{len(missing)} of {len(plan.sample)} claims"
        more.append(f"{of} in the sample weren't judged, so nothing is extrapolated (the first: {missing[0].unit})")  # fmt: skip
    elif any(mark.difference is None for mark in marks):
        more.append("the dollars of some lines aren't known, so dollars aren't extrapolated: give --fees, or fill in the auditor's dollars")  # fmt: skip
        estimates = _rates(plan, marks)
    else:
        estimates = {**_dollars(plan, marks), **_rates(plan, marks)}
    return Score(
        plan=plan,
        total=card_of("all", marks),
        providers=_cards(marks, lambda mark: mark.provider),
        coders=_cards(marks, lambda mark: mark.coder),
        months=_cards(marks, lambda mark: mark.month),
        estimates=estimates,
        errors=tuple(mark for mark in marks if not mark.is_right),
        agreement=_agreement(marks, second) if second else None,
        notes=tuple(more),
    )


def _cards(marks: Sequence[Mark], whose: Callable[[Mark], str]) -> tuple[Card, ...]:
    names = sorted({whose(mark) for mark in marks} - {""})
    return tuple(card_of(name, [mark for mark in marks if whose(mark) == name]) for name in names)


def _by_unit(marks: Sequence[Mark], value: Callable[[Mark], float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for mark in marks:
        found[mark.unit] = found.get(mark.unit, 0.0) + value(mark)
    return found


def _dollars(plan: Plan, marks: Sequence[Mark]) -> dict[str, Estimate]:
    """What is overpaid in the population: net of underpayments, and overpaid claims alone."""
    net = _by_unit(marks, lambda mark: mark.difference or 0.0)
    over = {unit: max(value, 0.0) for unit, value in net.items()}
    return {
        "net_overpayment": _total(plan, net),
        "overpayment": _total(plan, over),
    }


def _total(plan: Plan, values: Mapping[str, float]) -> Estimate:
    if plan.method == "pps":
        drawn = [one for one in plan.sample for _ in range(one.draws)]
        chances = [one.probability or 0.0 for one in drawn]
        return total_of_pps([values[one.unit] for one in drawn], chances, plan.population, plan.confidence)  # fmt: skip
    if plan.method == "simple":
        return total_of_simple([values[one.unit] for one in plan.sample], plan.population, plan.confidence)  # fmt: skip
    return total_of_strata(
        [
            ([values[one.unit] for one in plan.sample if one.stratum == part.name], part.population)
            for part in plan.strata
        ],
        plan.confidence,
    )


def _rates(plan: Plan, marks: Sequence[Mark]) -> dict[str, Estimate]:
    """The share of claims with an error: exact for a simple sample, else as the total of ones and zeros."""
    wrong = _by_unit(marks, lambda mark: float(not mark.is_right))
    flags = {unit: float(count > 0) for unit, count in wrong.items()}
    if plan.method == "simple":
        errors = int(sum(flags.values()))
        return {"claims_in_error": rate_of_simple(errors, len(flags), plan.population, plan.confidence)}  # fmt: skip
    total = _total(plan, flags)
    scale = 1 / plan.population
    return {
        "claims_in_error": Estimate(
            total.point * scale,
            None if total.standard_error is None else total.standard_error * scale,
            max(0.0, total.lower * scale),
            min(1.0, total.upper * scale),
            total.confidence,
            total.sample,
            total.population,
            f"{total.method}, share of claims",
        )
    }


def _agreement(marks: Sequence[Mark], second: Sequence[Mark]) -> dict[str, Any]:
    """How far two auditors agree, on the lines that both judged: whether it is right, and on its code."""
    others = {_place(mark): mark for mark in second}
    both = [(mark, others[_place(mark)]) for mark in marks if _place(mark) in others]
    verdicts = [(str(one.is_right), str(other.is_right)) for one, other in both]
    codes = [(one.audited.code, other.audited.code) for one, other in both]
    return {
        "lines": len(both),
        "agree": sum(one == other for one, other in verdicts),
        "kappa": _rounded(kappa(verdicts), 4),
        "agree_on_code": sum(one == other for one, other in codes),
        "kappa_of_code": _rounded(kappa(codes), 4),
    }


def _place(mark: Mark) -> tuple[str, int | None, str]:
    """Where a line is; one that wasn't billed is found by its code."""
    return mark.unit, mark.line, mark.audited.code if mark.line is None else ""
