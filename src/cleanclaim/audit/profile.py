"""Visit levels of each provider, specialty, place or payer against their peers, and what else marks a habit.

A level that is far from the peers' isn't an error: patients differ. It says where to look.

Source of the minutes: the least total time with which each office visit can be chosen, CPT 2021 to
2026 (facts in our own words).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from cleanclaim.audit.peers import specialty_of
from cleanclaim.audit.population import LEVELS
from cleanclaim.audit.statistics import normal_quantile
from cleanclaim.edits.em.kinds import CATEGORIES, KIND_OF
from cleanclaim.model.expressions import MODIFIERS
from cleanclaim.report.result import Report

GROUPS: Final = ("provider", "specialty", "place", "payer")
FEW: Final = 30
"""With fewer visits a distribution says little."""
MINUTES: Final = {
    "99202": 15, "99203": 30, "99204": 45, "99205": 60, "99212": 10, "99213": 20, "99214": 30, "99215": 40,
}  # fmt: skip
"""The least total minutes of an office visit chosen by time."""
LONG_DAY: Final = 12 * 60
"""Minutes of visits on one day beyond which a provider's day is worth a look."""
_CONFIDENCE: Final = 0.90
_TIMES: Final = 500
"""How often a distribution is drawn again for its interval."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The levels of one group against its peers.

    Attributes:
        name: whose levels they are.
        category: of `CATEGORIES`.
        against: who the peers are.
        codes: the codes of the category.
        counts: visits by code.
        peers: the peers' visits by code.
        gap: the mean level above that of the peers.
        gap_interval: the two-sided interval of the gap, 90%.
        distance: half of the sum of all differences of shares: 0 alike, 1 nothing in common.
        distance_interval: its interval, by drawing the group's visits again.
    """

    name: str
    category: str
    against: str
    codes: tuple[str, ...]
    counts: tuple[int, ...]
    peers: tuple[float, ...]
    gap: float
    gap_interval: tuple[float, float]
    distance: float
    distance_interval: tuple[float, float]

    @property
    def visits(self) -> int:
        """How many visits there are."""
        return sum(self.counts)

    @property
    def is_small(self) -> bool:
        """Whether there are too few visits, of the group or its peers, to say much."""
        return self.visits < FEW or sum(self.peers) < FEW

    @property
    def is_outlier(self) -> bool:
        """Whether the gap is more than a quarter of a level, beyond doubt, on enough visits."""
        low, high = self.gap_interval
        return not self.is_small and (low > _WORTH_A_LOOK or high < -_WORTH_A_LOOK)

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "name": self.name,
            "category": self.category,
            "against": self.against,
            "visits": self.visits,
            "few_visits": self.is_small,
            "counts": dict(zip(self.codes, self.counts, strict=True)),
            "shares": dict(zip(self.codes, _rounded(shares(self.counts)), strict=True)),
            "peer_shares": dict(zip(self.codes, _rounded(shares(self.peers)), strict=True)),
            "level_gap": round(self.gap, 3),
            "level_gap_interval": _rounded(self.gap_interval),
            "distance": round(self.distance, 3),
            "distance_interval": _rounded(self.distance_interval),
            "outlier": self.is_outlier,
        }


_WORTH_A_LOOK: Final = 0.25


@dataclass(frozen=True, slots=True)
class Habit:
    """What else marks a group's billing.

    Attributes:
        name: whose.
        visits: visits with levels.
        with_25: the share of visits with modifier 25; None of none.
        others: other lines.
        with_59: the share of other lines with 59 or XE, XS, XP, XU; None of none.
        new_per_established: new office visits for each established one; None without established ones.
        longest_day: the most minutes of office visits on one day, if each took its least time; None without such visits, or if the group isn't a provider.
        long_days: days with more than twelve hours of them.
    """

    name: str
    visits: int
    with_25: float | None
    others: int
    with_59: float | None
    new_per_established: float | None
    longest_day: int | None
    long_days: int

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        rates = ("with_25", "with_59", "new_per_established")
        named = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: round(value, 4) if name in rates and value is not None else value
            for name, value in named.items()
        }


@dataclass(frozen=True)
class Profile:
    """Levels and habits by group.

    Attributes:
        group: what the groups are: one of `GROUPS`.
        comparisons: against the others in the same claims.
        against_medicare: against CMS's counts of the specialty, if they are given.
        habits: what else marks each group.
        notes: what a reader must know.
    """

    group: str
    comparisons: tuple[Comparison, ...]
    against_medicare: tuple[Comparison, ...]
    habits: tuple[Habit, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "group": self.group,
            "comparisons": [one.as_dict() for one in self.comparisons],
            "against_medicare": [one.as_dict() for one in self.against_medicare],
            "habits": [one.as_dict() for one in self.habits],
            "notes": list(self.notes),
        }


def profile_of(
    report: Report,
    *,
    group: str = "provider",
    medicare: Mapping[str, Mapping[str, float]] | None = None,
) -> Profile:
    """Compare visit levels.

    Args:
        report: the claims, checked.
        group: provider, specialty, place or payer.
        medicare: visits by specialty (`cleanclaim.audit.peers.visits_by_specialty`).
    """
    lines = lines_of(report).with_columns(pl.col(group).alias("group"))
    comparisons = tuple(_in_the_claims(lines))
    against, notes = _against(lines, medicare) if medicare else ((), [])
    if lines.filter(pl.col("category").is_not_null()).is_empty():
        notes = [*notes, "no visits with levels among these claims"]
    habits = tuple(_habits(lines, by_day=group == "provider"))
    return Profile(group, comparisons, tuple(against), habits, tuple(notes))


def lines_of(report: Report) -> pl.DataFrame:
    """The lines with their provider, specialty, place, payer, category and level."""
    claims = report.claims.select("claim_key", "payer_name", "payer_id", "payer_class", pl.col("rendering_npi").alias("_npi"), "billing_npi")  # fmt: skip
    taxonomies = report.batch.claims.select("claim_key", pl.coalesce("rendering_taxonomy_code", "billing_taxonomy_code").alias("_taxonomy"))  # fmt: skip
    lines = report.batch.lines.join(claims, on="claim_key").join(taxonomies, on="claim_key")
    taxonomy = pl.coalesce("rendering_taxonomy_code", "_taxonomy")
    names = {one: specialty_of(one) for one in lines.select(taxonomy.unique()).to_series() if one}
    return lines.select(
        "claim_key",
        "procedure_code",
        "from_date",
        *MODIFIERS,
        pl.coalesce("rendering_npi", "_npi", "billing_npi").fill_null("unknown").alias("provider"),
        taxonomy.replace_strict(names, default=None, return_dtype=pl.String)
        .fill_null("unknown")
        .alias("specialty"),
        pl.col("place_of_service_code").fill_null("unknown").alias("place"),
        pl.coalesce("payer_name", "payer_id", "payer_class").fill_null("unknown").alias("payer"),
        pl.col("procedure_code")
        .replace_strict(KIND_OF, default=None, return_dtype=pl.String)
        .alias("category"),
    )


def _counts(rows: pl.DataFrame, codes: Sequence[str]) -> tuple[int, ...]:
    found = dict(rows.group_by("procedure_code").len().iter_rows())
    return tuple(int(found.get(code, 0)) for code in codes)


def _in_the_claims(lines: pl.DataFrame) -> list[Comparison]:
    """Each group against all others, of its specialty if that has enough visits."""
    found = []
    for category, codes in CATEGORIES.items():
        rows = lines.filter(category=category)
        for name in rows["group"].unique().sort():
            own, others = rows.filter(group=name), rows.filter(pl.col("group") != name)
            same = others.filter(pl.col("specialty").is_in(own["specialty"].unique().implode()))
            is_enough = same.height >= FEW
            peers = same if is_enough else others
            against = "others of the specialty" if is_enough else "all others"
            if peers.height:
                found.append(compare(str(name), category, against, codes, _counts(own, codes), _counts(peers, codes)))  # fmt: skip
    return found


def _against(
    lines: pl.DataFrame, medicare: Mapping[str, Mapping[str, float]]
) -> tuple[list[Comparison], list[str]]:
    """Each group of one specialty against that specialty's visits in CMS's file."""
    found, notes = [], []
    for name in lines["group"].unique().sort():
        own = lines.filter(group=name)
        specialties = own["specialty"].unique().to_list()
        known = medicare.get(specialties[0]) if len(specialties) == 1 else None
        if known is None:
            notes.append(f"{name}: no single specialty that CMS's file has")
            continue
        for category, codes in CATEGORIES.items():
            rows = own.filter(category=category)
            peers = [known.get(code, 0.0) for code in codes]
            if rows.height and any(peers):
                found.append(compare(str(name), category, f"Medicare, {specialties[0]}", codes, _counts(rows, codes), peers))  # fmt: skip
    return found, notes


def compare(
    name: str,
    category: str,
    against: str,
    codes: Sequence[str],
    counts: Sequence[int],
    peers: Sequence[float],
) -> Comparison:
    """Compare the levels of a group with its peers'.

    Args:
        name: whose levels they are.
        category: the category.
        against: who the peers are.
        codes: its codes, from low to high.
        counts: the group's visits by code.
        peers: the peers' visits by code.
    """
    levels = [LEVELS[code] for code in codes]
    own_mean, own_spread = _moments(counts, levels)
    peer_mean, peer_spread = _moments(peers, levels)
    error = math.sqrt(own_spread / math.fsum(counts) + peer_spread / math.fsum(peers))
    half = normal_quantile((1 + _CONFIDENCE) / 2) * error
    gap = own_mean - peer_mean
    return Comparison(
        name, category, against, tuple(codes), tuple(counts), tuple(peers), gap, (gap - half, gap + half),
        distance(counts, peers), _distance_interval(counts, peers),
    )  # fmt: skip


def _moments(counts: Sequence[float], levels: Sequence[int]) -> tuple[float, float]:
    """The mean level and its variance."""
    whole = math.fsum(counts)
    middle = sum(count * level for count, level in zip(counts, levels, strict=True)) / whole
    squares = sum(count * (level - middle) ** 2 for count, level in zip(counts, levels, strict=True))  # fmt: skip
    return middle, squares / max(whole - 1, 1)


def shares(counts: Sequence[float]) -> tuple[float, ...]:
    """Counts as shares of their sum."""
    whole = math.fsum(counts) or 1
    return tuple(count / whole for count in counts)


def distance(counts: Sequence[float], peers: Sequence[float]) -> float:
    """Half of the sum of all differences of shares."""
    pairs = zip(shares(counts), shares(peers), strict=True)
    return sum(abs(one - other) for one, other in pairs) / 2


def _distance_interval(counts: Sequence[int], peers: Sequence[float]) -> tuple[float, float]:
    dice = np.random.Generator(np.random.PCG64(1))
    drawn = dice.multinomial(sum(counts), shares(counts), size=_TIMES)
    theirs = np.array(shares(peers))
    distances = np.abs(drawn / sum(counts) - theirs).sum(axis=1) / 2
    tail = (1 - _CONFIDENCE) / 2
    low, high = np.quantile(distances, [tail, 1 - tail])
    return float(low), float(high)


def _habits(lines: pl.DataFrame, *, by_day: bool) -> list[Habit]:
    found = []
    for name in lines["group"].unique().sort():
        own = lines.filter(group=name)
        visits = own.filter(pl.col("category").is_not_null())
        others = own.filter(pl.col("category").is_null())
        new, established = (visits.filter(category=one).height for one in list(CATEGORIES)[:2])
        days = _minutes(own) if by_day else pl.Series([], dtype=pl.Int64)
        longest = days.max()
        found.append(
            Habit(
                name=str(name),
                visits=visits.height,
                with_25=_share_with(visits, "25"),
                others=others.height,
                with_59=_share_with(others, "59", "XE", "XS", "XP", "XU"),
                new_per_established=new / established if established else None,
                longest_day=int(longest) if isinstance(longest, (int, float)) and longest else None,
                long_days=int((days > LONG_DAY).sum()),
            )
        )
    return found


def _minutes(own: pl.DataFrame) -> pl.Series:
    """The minutes of office visits on each day, if each took its least time."""
    minutes = pl.col("procedure_code").replace_strict(MINUTES, default=0, return_dtype=pl.Int64)
    return own.drop_nulls("from_date").group_by("from_date").agg(minutes.sum().alias("m"))["m"]


def _share_with(rows: pl.DataFrame, *modifiers: str) -> float | None:
    if rows.is_empty():
        return None
    has = pl.any_horizontal(pl.col(name).is_in(modifiers) for name in MODIFIERS)
    return rows.filter(has.fill_null(value=False)).height / rows.height


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 3) for value in values]
