"""Claims that a rule can't judge: no table or earlier claim decides it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from corpus import people
from corpus.case import Builder, Case, line, professional, rule, some_day
from corpus.families.modifiers import MANUAL, codes
from corpus.families.pairs import over_limit, pairs_of
from corpus.x837 import interchange


def missing(name: str, edits: str, reason: str, source: str, *, count: int = 6) -> Callable[[Builder], Builder]:
    """Registers a builder of claims that a rule can't judge."""
    return rule(name, edits, reason, source, kind="unchecked", count=count, tables=True)


@missing(
    "unchecked-pairs", "NCCI101 NCCI102", "Two procedures on a day for which no NCCI table is at hand.", "NCCI PTP tables at hand: to 2024-09-30", count=10
)
def no_pairs(dice: Random, n: int) -> Case:
    first, second = dice.choice(pairs_of("01"[n % 2]))
    return Case(
        [professional(dice, payer="medicare", day=some_day(dice, "2025-10-01", "2027-06-30"), lines=[line(first), line(second)], place_of_service_code="24")]
    )


@missing(
    "unchecked-medicaid-pairs",
    "NCCI101 NCCI102",
    "Two procedures to Medicaid, and no table of Medicaid's own pairs.",
    "Medicaid NCCI PTP edits are a table of their own",
    count=6,
)
def no_medicaid_pairs(dice: Random, n: int) -> Case:
    first, second = dice.choice(pairs_of("01"[n % 2]))
    day = some_day(dice, "2024-07-01", "2024-09-30")
    return Case([professional(dice, payer="medicaid", day=day, lines=[line(first), line(second)], place_of_service_code="24")])


@missing("unchecked-units", "QTY101 QTY102 QTY103 QTY104", "Units on a day for which no MUE table is at hand.", "MUE tables at hand: 2024 Q3", count=10)
def no_limits(dice: Random, n: int) -> Case:
    code, limit = over_limit(dice, 1 + n % 3)
    return Case(
        [
            professional(
                dice,
                payer="medicare",
                day=some_day(dice, "2025-01-01") if n % 2 else some_day(dice, "2016-01-01", "2024-06-30"),
                lines=[line(code, units=limit + 5)],
                referring_npi=people.npi(dice),
                clia_number="34D1234567",
            )
        ],
        line=1,
    )


@missing("unchecked-new-patient", "EM101", "A new patient, and no earlier claims.", MANUAL + "ch. 12, 30.6.7", count=10)
def no_history(dice: Random, n: int) -> Case:
    claim = professional(dice, lines=[line(["99202", "99203", "99204"][n % 3])], claim_id="@CASE@")
    return Case([claim], line=1, form=interchange([claim], "professional"), x12_only=True)


@missing(
    "unchecked-modifiers",
    "MOD102",
    "Payment modifiers on a day for which no fee schedule is at hand.",
    "MPFS at hand: 2024-07 to 2024-12 and 2025-10 to 2025-12",
    count=10,
)
def no_fees(dice: Random, n: int) -> Case:
    code = dice.choice(codes(**{"global": "090"}))
    return Case(
        [
            professional(
                dice,
                payer="medicare",
                day=some_day(dice, "2016-01-01", "2024-06-30"),
                lines=[line(code, ["62", "80", "66"][n % 3])],
                place_of_service_code="22",
            )
        ],
        line=1,
    )


@missing("unchecked-filing-limit", "CLM113", "A payer whose filing limit isn't at hand.", "filing limits are the payer's contract", count=10)
def no_limit(dice: Random, n: int) -> Case:
    day = some_day(dice, "2016-01-01", "2024-06-30")
    return Case([professional(dice, payer="commercial", day=day, submitted_date=day + timedelta(days=800))])


@missing("unchecked-local-policy", "LNK103", "A state whose local coverage policies aren't at hand.", "Medicare Coverage Database", count=10)
def no_policy(dice: Random, n: int) -> Case:
    return Case([professional(dice, payer="medicare", day=some_day(dice, "2018-01-01"), codes=["G5600"], lines=[line("95910")])], line=1)
