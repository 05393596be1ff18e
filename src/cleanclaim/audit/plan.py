"""Drawing a sample: simple, stratified, with probability proportional to dollars, or by risk.

The same claims, method and seed give the same sample for ever: each claim's random number is the
hash of the seed and its number, and no generator's inner workings matter. A plan is a JSON file
that says how every claim in it was drawn, so that the score can be extrapolated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import polars as pl

from cleanclaim.audit.estimates import CONFIDENCE, size_for_rate, sizes_by_stratum
from cleanclaim.audit.population import MEASURES, fingerprint
from cleanclaim.errors import ConfigError
from cleanclaim.parsing import json_of
from cleanclaim.version import VERSION

METHODS: Final = ("simple", "stratified", "pps", "risk")
USUAL_RATE: Final = 0.5
USUAL_WIDTH: Final = 0.10
"""Without a size, the sample is large enough for a rate of errors within ten points, whatever the rate."""
_BANDS: Final = 4
_OUTLIER: Final = 2.0


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the population that is sampled on its own.

    Attributes:
        name: what its claims have in common.
        population: how many claims it has.
        dollars: what they charge.
        size: how many of them are drawn.
    """

    name: str
    population: int
    dollars: float
    size: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A claim in the sample.

    Attributes:
        number: its number in the sample, from 1.
        unit: the claim in the population.
        stratum: the stratum it stands for.
        dollars: what it charges.
        probability: with which a draw takes it; None unless that depends on dollars.
        draws: how often it was drawn; more than once only with probability proportional to dollars.
        why: why it was chosen.
    """

    number: int
    unit: str
    stratum: str
    dollars: float
    probability: float | None = None
    draws: int = 1
    why: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A sample and how it was drawn.

    Attributes:
        method: one of `METHODS`.
        seed: the seed.
        confidence: of the intervals.
        by: what strata are made of.
        population: how many claims there are.
        dollars: what they charge.
        fingerprint: the hash of the population.
        strata: the parts; one if it isn't divided.
        sample: the claims drawn.
        inputs: the files, as named.
        version: of cleanclaim.
    """

    method: str
    seed: int
    confidence: float
    by: tuple[str, ...]
    population: int
    dollars: float
    fingerprint: str
    strata: tuple[Stratum, ...]
    sample: tuple[Drawn, ...]
    inputs: tuple[str, ...] = ()
    version: str = field(default=VERSION)

    @property
    def is_probability_sample(self) -> bool:
        """Whether the sample speaks for the population."""
        return self.method != "risk"

    def to_json(self) -> str:
        """The plan as the command writes it."""
        return json.dumps({"audit_plan": 1, **asdict(self)}, indent=1) + "\n"


def plan_of(text: str, where: str) -> Plan:
    """Read a plan.

    Args:
        text: the file's text.
        where: its name, for messages.

    Raises:
        ConfigError: it isn't one.
    """
    try:
        content = json_of(text)
        content = {name: value for name, value in content.items() if name != "audit_plan"}
        strata = tuple(Stratum(**one) for one in content.pop("strata"))
        sample = tuple(Drawn(**one) for one in content.pop("sample"))
        content["by"], content["inputs"] = tuple(content["by"]), tuple(content["inputs"])
        return Plan(**content, strata=strata, sample=sample)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError([f"{where}: isn't a plan that `cleanclaim audit plan` made"]) from None


def draw(
    population: pl.DataFrame,
    *,
    method: str = "simple",
    size: int | None = None,
    seed: int = 1,
    by: Sequence[str] = (),
    confidence: float = CONFIDENCE,
    inputs: Sequence[str] = (),
) -> Plan:
    """Draw a sample.

    Args:
        population: the claims (`cleanclaim.audit.population.population_of`).
        method: simple; stratified; pps, with probability proportional to dollars; or risk, the claims with the most to lose first.
        size: how many claims; by default enough for a rate of errors within ten points.
        seed: the seed.
        by: what strata are made of: provider, payer, family, dollars.
        confidence: of the intervals that the score will have.
        inputs: the files, to be named in the plan.

    Raises:
        ConfigError: an option can't be, or there is nothing to draw from.
    """
    _check(population, method, size, by, confidence)
    count = size or size_for_rate(USUAL_RATE, USUAL_WIDTH, population.height, confidence)
    count = count if method == "pps" else min(count, population.height)
    named = population.with_columns(_strata(population, by if method == "stratified" else ()))
    drawn, strata = _DRAWERS[method](named, count, seed)
    return Plan(
        method=method,
        seed=seed,
        confidence=confidence,
        by=tuple(by),
        population=population.height,
        dollars=round(float(population["dollars"].sum()), 2),
        fingerprint=fingerprint(population),
        strata=strata,
        sample=drawn,
        inputs=tuple(inputs),
    )


def _check(
    population: pl.DataFrame,
    method: str,
    size: int | None,
    by: Sequence[str],
    confidence: float,
) -> None:
    faults = []
    if method not in METHODS:
        faults.append(f"method: expected one of {', '.join(METHODS)}, found {method!r}")
    faults += [f"by: expected {', '.join(MEASURES)}, found {one!r}" for one in by if one not in MEASURES]  # fmt: skip
    if method == "stratified" and not by:
        faults.append(f"a stratified sample needs something to divide by: {', '.join(MEASURES)}")
    if by and method in {"simple", "pps", "risk"}:
        faults.append("by: only a stratified sample is divided")
    if size is not None and size < 1:
        faults.append(f"size: expected at least 1, found {size}")
    if not 0.5 <= confidence < 1:
        faults.append(f"confidence: expected a number such as 0.90, found {confidence}")
    if population.is_empty():
        faults.append("there are no claims to draw from")
    elif method == "pps" and not float(population["dollars"].sum()) > 0:
        faults.append("pps: the claims have no dollars to be proportional to")
    if faults:
        raise ConfigError(faults)


def _strata(population: pl.DataFrame, by: Sequence[str]) -> pl.Series:
    """The name of each claim's stratum."""
    if not by:
        return pl.Series("stratum", ["all claims"]).new_from_index(0, population.height)
    parts = [_bands(population["dollars"]) if one == "dollars" else population[one] for one in by]
    names = pl.DataFrame([part.alias(str(n)) for n, part in enumerate(parts)])
    return names.select(pl.concat_str(pl.all(), separator=", ").alias("stratum")).to_series()


def _bands(dollars: pl.Series) -> pl.Series:
    """Quarters of the claims by their dollars, as ranges."""
    edges = sorted({float(dollars.quantile(n / _BANDS, "higher") or 0) for n in range(1, _BANDS)})
    names = []
    for value in dollars:
        above = [edge for edge in edges if value > edge]
        below = [edge for edge in edges if value <= edge]
        low = f"above ${above[-1]:,.2f}" if above else ""
        high = f"to ${below[0]:,.2f}" if below else ""
        names.append(f"{low} {high}".strip() or "all dollars")
    return pl.Series("dollars", names)


def random_number(seed: int, name: str) -> int:
    """The random number of a claim, or of a draw: 64 bits of a hash."""
    return int.from_bytes(hashlib.sha256(f"{seed}|{name}".encode()).digest()[:8])


_Drawn = tuple[tuple[Drawn, ...], tuple[Stratum, ...]]


def _by_chance(population: pl.DataFrame, size: int, seed: int) -> _Drawn:
    """Of each stratum the claims with the smallest random numbers."""
    parts = [
        (str(name), rows) for (name,), rows in population.group_by("stratum", maintain_order=True)
    ]
    parts.sort(key=lambda part: part[0])
    spread = [(rows.height, _deviation(rows["dollars"])) for _, rows in parts]
    sizes = sizes_by_stratum(spread, size) if len(parts) > 1 else [size]
    drawn: list[Drawn] = []
    strata = []
    for (name, rows), own in zip(parts, sizes, strict=True):
        strata.append(_stratum(name, rows, own))
        order = sorted(rows.iter_rows(named=True), key=lambda row: (random_number(seed, row["unit"]), row["unit"]))  # fmt: skip
        for row in order[:own]:
            drawn.append(Drawn(len(drawn) + 1, row["unit"], name, row["dollars"], why="drawn by chance"))  # fmt: skip
    return tuple(drawn), tuple(strata)


def _deviation(dollars: pl.Series) -> float:
    spread = dollars.std()
    return float(spread) if isinstance(spread, (int, float)) else 0.0


def _stratum(name: str, rows: pl.DataFrame, size: int) -> Stratum:
    return Stratum(name, rows.height, round(float(rows["dollars"].sum()), 2), size)


def _by_dollars(population: pl.DataFrame, size: int, seed: int) -> _Drawn:
    """Draws with replacement, each dollar with the same chance."""
    rows = population.filter(pl.col("dollars") > 0)
    total = float(rows["dollars"].sum())
    ends = rows["dollars"].cum_sum()
    counts: dict[int, int] = {}
    for number in range(size):
        at = random_number(seed, f"draw {number}") / 2**64 * total
        place = int(ends.search_sorted(at, side="right"))
        place = min(place, rows.height - 1)
        counts[place] = counts.get(place, 0) + 1
    drawn = []
    for number, (place, times) in enumerate(counts.items(), 1):
        row = rows.row(place, named=True)
        chance = row["dollars"] / total
        drawn.append(Drawn(number, row["unit"], "all claims", row["dollars"], chance, times, "drawn by dollars"))  # fmt: skip
    return tuple(drawn), (_stratum("all claims", population, size),)


def _by_risk(population: pl.DataFrame, size: int, seed: int) -> _Drawn:
    """Outliers first: visits of providers far above their peers, then the most dollars at risk."""

    def rank(row: Mapping[str, Any]) -> tuple[float, float, float, int]:
        is_outlier = (row["level_z"] or 0) >= _OUTLIER and row["level"] is not None
        high = row["level"] if is_outlier else 0
        return (-high, -row["at_risk"], -row["dollars"], random_number(seed, row["unit"]))

    order = sorted(population.iter_rows(named=True), key=rank)[:size]
    drawn = tuple(
        Drawn(n, row["unit"], "by risk", row["dollars"], why=_reason(row))
        for n, row in enumerate(order, 1)
    )
    return drawn, (_stratum("by risk", population, len(drawn)),)


def _reason(row: Mapping[str, Any]) -> str:
    reasons = []
    if (row["level_z"] or 0) >= _OUTLIER and row["level"] is not None:
        reasons.append("the provider's visit levels are far above the others'")
    if row["at_risk"]:
        reasons.append(f"${row['at_risk']:,.2f} at risk")
    return ", ".join(reasons) or f"${row['dollars']:,.2f} charged"


_DRAWERS: Final = {"simple": _by_chance, "stratified": _by_chance, "pps": _by_dollars, "risk": _by_risk}  # fmt: skip
