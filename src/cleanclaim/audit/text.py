"""A score and a profile as text, and a score's cards as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from cleanclaim.audit.estimates import Estimate
from cleanclaim.audit.plan import Plan
from cleanclaim.audit.profile import Profile, shares
from cleanclaim.audit.score import STANDARD, Card, Score
from cleanclaim.report.labels import counted

ESTIMATES = {
    "net_overpayment": "Net overpayment",
    "overpayment": "Overpayment, without underpaid claims",
    "claims_in_error": "Claims with an error",
}
"""What is estimated, in words."""


def plan_text(plan: Plan) -> str:
    """A plan in a few lines."""
    lines = [
        f"{plan.method} sample, seed {plan.seed}: {counted(len(plan.sample), 'claim')} of {plan.population:,}, {money(plan.dollars)} charged",
    ]
    if len(plan.strata) > 1:
        wide = max(len(part.name) for part in plan.strata)
        lines += [f"  {part.name:<{wide}}  {part.size:>5,} of {part.population:>7,}  {money(part.dollars):>15}" for part in plan.strata]  # fmt: skip
    if not plan.is_probability_sample:
        lines += [f"  {one.number:>3}  {one.unit}: {one.why}" for one in plan.sample[:10]]
        lines.append("Chosen by risk: the score can't be extrapolated to other claims.")
    return "\n".join(lines) + "\n"


def score_text(score: Score) -> str:
    """A score as a person reads it."""
    return "\n".join(_lines(score)) + "\n"


def _lines(score: Score) -> Iterator[str]:
    total = score.total
    yield f"{counted(total.lines, 'line')} of {counted(total.claims, 'claim')} judged; {total.right_lines:,} right in every part"
    yield f"Standard: {STANDARD:.0%} of codes right. * fewer than 30 lines: a rate says little."
    groups = (("", (total,)), ("Providers", score.providers), ("Coders", score.coders), ("Months", score.months))  # fmt: skip
    for title, cards in groups:
        if cards:
            yield ""
            yield from _table(title, cards)
    if score.estimates:
        yield ""
        yield f"For all {score.plan.population:,} claims ({score.plan.confidence:.0%} two-sided interval)"
        for name, estimate in score.estimates.items():
            yield f"  {ESTIMATES[name]}: {estimate_text(name, estimate)}"
    if score.agreement:
        found = score.agreement
        yield ""
        yield (
            f"Two auditors: agree on {found['agree']} of {counted(found['lines'], 'line')}, kappa {_decimal(found['kappa'])}; "
            f"on the code of {found['agree_on_code']}, kappa {_decimal(found['kappa_of_code'])}"
        )
    for note in score.notes:
        yield ""
        yield f"note: {note}"


def estimate_text(name: str, estimate: Estimate) -> str:
    """An estimate with its limits."""
    form = percent if name == "claims_in_error" else money
    return f"{form(estimate.point)}, from {form(estimate.lower)} to {form(estimate.upper)}; lower limit {form(estimate.lower)} ({estimate.method})"


def _table(title: str, cards: Sequence[Card]) -> Iterator[str]:
    wide = max(len(title), *(len(card.name) for card in cards)) + 1
    yield f"{title:<{wide}} lines  codes    ICD   code  modif.  level  over under     gross       net"
    for card in cards:
        mark = "*" if card.is_small else ("" if card.meets_standard is not False else " below")
        shares = (card.accuracy, card.icd.rate, card.procedures.rate, card.modifiers.rate, card.levels.rate)  # fmt: skip
        rates = " ".join(f"{percent(rate):>6}" for rate in shares)
        yield f"{card.name:<{wide}} {card.lines:>5} {rates} {card.over:>5} {card.under:>5} {money(card.gross):>9} {money(card.net):>9}{mark}"


def percent(rate: float | None) -> str:
    """A share in percent."""
    return "" if rate is None else f"{rate:.0%}" if rate in {0, 1} else f"{rate:.1%}"


def money(dollars: float) -> str:
    """Dollars, negative ones with a minus."""
    return f"-${-dollars:,.2f}" if dollars < 0 else f"${dollars:,.2f}"


def _decimal(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.2f}"


def cards_csv(score: Score) -> bytes:
    """The cards as a table, a row for each provider, coder and month."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    names = ("claims", "lines", "right_lines", "over", "under")
    writer.writerow(
        ["kind", "name", *names, "accuracy", "meets_standard", "icd", "procedures", "modifiers", "levels", "billed", "gross_error", "net_error", "few_lines"]
    )  # fmt: skip
    groups = (("all", (score.total,)), ("provider", score.providers), ("coder", score.coders), ("month", score.months))  # fmt: skip
    for kind, cards in groups:
        for card in cards:
            content = card.as_dict()
            writer.writerow(
                [kind, card.name, *(content[name] for name in names), content["accuracy"], content["meets_standard"]]
                + [content[name]["rate"] for name in ("icd", "procedures", "modifiers", "levels")]
                + [content["billed"], content["gross_error"], content["net_error"], content["few_lines"]]
            )  # fmt: skip
    return out.getvalue().encode()


def profile_text(profile: Profile) -> str:
    """A profile as a person reads it."""
    return "\n".join(_profile_lines(profile)) + "\n"


def _profile_lines(profile: Profile) -> Iterator[str]:
    yield "Visit levels against peers. gap: mean level above theirs, with its 90% interval. distance: 0 alike, 1 nothing in common. * fewer than 30 visits."
    for one in (*profile.comparisons, *profile.against_medicare):
        mark = "*" if one.is_small else ""
        if one.is_outlier:
            mark = f" OUTLIER, {'above' if one.gap > 0 else 'below'}"
        own = " ".join(f"{code} {share:.0%}" for code, share in zip(one.codes, shares(one.counts), strict=True))  # fmt: skip
        low, high = one.gap_interval
        gap = f"gap {one.gap:+.2f} ({low:+.2f} to {high:+.2f}), distance {one.distance:.2f}{mark}"
        yield f"{one.name}, {one.category} ({one.visits:,}) against {one.against}: {gap}"
        yield f"    {own}"
    yield ""
    wide = max([8, *(len(habit.name) for habit in profile.habits)])
    yield f"{'':<{wide}} visits  with 25  others  with 59/X  new per established  longest day  days over 12 h"
    for habit in profile.habits:
        ratio = "" if habit.new_per_established is None else f"{habit.new_per_established:.2f}"
        longest = "" if habit.longest_day is None else f"{habit.longest_day} min"
        yield (
            f"{habit.name:<{wide}} {habit.visits:>6} {percent(habit.with_25):>8} {habit.others:>7} {percent(habit.with_59):>10} "
            f"{ratio:>20} {longest:>12} {habit.long_days:>15}"
        )
    for note in profile.notes:
        yield f"note: {note}"
