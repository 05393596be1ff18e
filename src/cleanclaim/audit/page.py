"""A score, and a profile, as one printable HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleanclaim.audit.marks import Coded
from cleanclaim.audit.profile import Comparison, Profile, shares
from cleanclaim.audit.score import STANDARD, Card, Score
from cleanclaim.audit.text import ESTIMATES, estimate_text, money, percent
from cleanclaim.report.charts import Bar, bars, lines
from cleanclaim.report.charts import shares as level_shares
from cleanclaim.report.sections import figures, page, paragraph, section, table

_MOST_ERRORS = 500


def score_page(score: Score) -> str:
    """The page."""
    plan, total = score.plan, score.total
    facts = f"{total.lines:,} lines of {total.claims:,} claims judged; {plan.method} sample of {plan.population:,} claims, seed {plan.seed}"
    return page("Coding audit", facts, sections(score))


def sections(score: Score) -> Iterator[str]:
    """The sections of a score's page."""
    total = score.total
    yield section(
        "Result",
        figures(
            [
                ("Codes right", percent(total.accuracy)),
                ("Lines right in every part", percent(total.right_lines / total.lines if total.lines else None)),
                ("Coded too high", str(total.over)),
                ("Coded too low", str(total.under)),
                ("Net error", money(total.net)),
                ("Gross error", money(total.gross)),
            ]
        ),
        *(paragraph(note, kind="note") for note in score.notes),
    )  # fmt: skip
    if score.estimates:
        words = (
            f"Estimates for all {score.plan.population:,} claims, with {score.plan.confidence:.0%} two-sided intervals. "
            "The lower limit is what a payer usually recovers."
        )
        rows = [(ESTIMATES[name], estimate_text(name, one)) for name, one in score.estimates.items()]  # fmt: skip
        yield section("What it means for all claims", paragraph(words), table(("", "Estimate"), rows, numbers_from=2))  # fmt: skip
    for title, cards in (("Providers", score.providers), ("Coders", score.coders)):
        if cards:
            yield _cards(title, cards)
    if len(score.months) > 1:
        names = [card.name for card in score.months]
        rates = [None if card.accuracy is None else card.accuracy * 100 for card in score.months]
        chart = lines("Codes right by month, in percent", names, [("codes right, %", rates)])
        yield section("Over time", chart, _card_table(score.months))
    if score.agreement:
        found = score.agreement
        words = (
            f"Two auditors judged {found['lines']} lines and agree on {found['agree']}; kappa {found['kappa']}. "
            f"On the code they agree on {found['agree_on_code']}; kappa {found['kappa_of_code']}."
        )
        yield section("Agreement", paragraph(words))
    yield _errors(score)


def _cards(title: str, cards: Sequence[Card]) -> str:
    items = [
        Bar(
            card.name,
            (card.accuracy or 0) * 100,
            f"{percent(card.accuracy)}{'*' if card.is_small else ''}",
            is_marked=card.meets_standard is False,
        )
        for card in cards
    ]
    words = f"Share of codes right; the line is the standard of {STANDARD:.0%}."
    return section(title, paragraph(words), bars(f"{title}: share of codes right", items, limit=100, line=STANDARD * 100), _card_table(cards))  # fmt: skip


def _card_table(cards: Sequence[Card]) -> str:
    heads = ("", "Lines", "Codes", "ICD", "Procedure", "Modifiers", "Level", "Over", "Under", "Gross", "Net")  # fmt: skip
    rows = [
        (
            card.name,
            f"{card.lines}{'*' if card.is_small else ''}",
            percent(card.accuracy),
            percent(card.icd.rate),
            percent(card.procedures.rate),
            percent(card.modifiers.rate),
            percent(card.levels.rate),
            str(card.over),
            str(card.under),
            money(card.gross),
            money(card.net),
        )
        for card in cards
    ]
    few = paragraph("* Fewer than 30 lines: a rate says little.") if any(card.is_small for card in cards) else ""  # fmt: skip
    return table(heads, rows) + few


def profile_page(profile: Profile) -> str:
    """A profile as one page."""
    count = sum(habit.visits for habit in profile.habits)
    facts = f"{count:,} visits with levels, by {profile.group}"
    return page("Visit levels against peers", facts, _profile_sections(profile))


def _profile_sections(profile: Profile) -> Iterator[str]:
    yield section(
        "How to read this",
        paragraph("A level that is far from the peers' isn't an error: patients differ. It says where to look."),
        paragraph("Gap: the mean level above the peers'. Distance: 0 alike, 1 nothing in common. Both with 90% intervals. * Fewer than 30 visits."),
        *(paragraph(note, kind="note") for note in profile.notes),
    )  # fmt: skip
    every = (*profile.comparisons, *profile.against_medicare)
    for category in dict.fromkeys(one.category for one in every):
        own = [one for one in every if one.category == category]
        named = [(f"{one.name}{'*' if one.is_small else ''}", one.counts) for one in own if one in profile.comparisons]  # fmt: skip
        theirs = {one.against: one.peers for one in own if one in profile.against_medicare}
        rows = [(name, shares(counts)) for name, counts in (*named, *theirs.items())]
        yield section(category.capitalize(), level_shares(f"{category}: share of each level", rows, own[0].codes), _comparison_table(own))  # fmt: skip
    yield section("Other habits", _habit_table(profile))


def _comparison_table(own: Sequence[Comparison]) -> str:
    heads = ("", "Against", "Visits", "Gap", "Interval", "Distance", "Interval", "Outlier")
    rows = [
        (
            one.name,
            one.against,
            f"{one.visits:,}{'*' if one.is_small else ''}",
            f"{one.gap:+.2f}",
            f"{one.gap_interval[0]:+.2f} to {one.gap_interval[1]:+.2f}",
            f"{one.distance:.2f}",
            f"{one.distance_interval[0]:.2f} to {one.distance_interval[1]:.2f}",
            ("above" if one.gap > 0 else "below") if one.is_outlier else "",
        )
        for one in own
    ]
    return table(heads, rows, numbers_from=2)


def _habit_table(profile: Profile) -> str:
    heads = ("", "Visits", "With 25", "Other lines", "With 59 or X", "New per established", "Longest day", "Days over 12 hours")  # fmt: skip
    rows = [
        (
            one.name,
            f"{one.visits:,}",
            percent(one.with_25),
            f"{one.others:,}",
            percent(one.with_59),
            "" if one.new_per_established is None else f"{one.new_per_established:.2f}",
            "" if one.longest_day is None else f"{one.longest_day} min",
            str(one.long_days),
        )
        for one in profile.habits
    ]
    return table(heads, rows)


def _errors(score: Score) -> str:
    shown = score.errors[:_MOST_ERRORS]
    rows = [
        (
            mark.unit,
            "" if mark.line is None else str(mark.line),
            mark.provider,
            mark.coder,
            _words(mark.billed),
            _words(mark.audited),
            "" if mark.difference is None else money(mark.difference),
            mark.reason,
        )
        for mark in shown
    ]
    heads = ("Claim", "Line", "Provider", "Coder", "Billed", "Record supports", "Difference", "Reason")  # fmt: skip
    more = paragraph(f"{len(score.errors) - len(shown):,} more are in the JSON result.") if len(score.errors) > len(shown) else ""  # fmt: skip
    return section("Lines in error", table(heads, rows, numbers_from=9) if rows else paragraph("None."), more)  # fmt: skip


def _words(coded: Coded) -> str:
    if not coded.code:
        return "no code"
    modifiers = "".join(f"-{one}" for one in sorted(coded.modifiers))
    units = f" x{coded.units:g}" if coded.units != 1 else ""
    diagnoses = " ".join(f"{one[:3]}.{one[3:]}".rstrip(".") for one in coded.diagnoses)
    return f"{coded.code}{modifiers}{units} ({diagnoses})"
