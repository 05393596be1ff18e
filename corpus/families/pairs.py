"""Bundled pairs, add-on codes and limits of units."""

from __future__ import annotations

from functools import cache
from random import Random

from corpus import people, plain
from corpus.case import Case, line, professional, rule, same_patient, service, some_day
from corpus.case import institutional as hospital
from corpus.families.modifiers import MANUAL, codes, schedule_day

NCCI = "NCCI Policy Manual, ch. I; NCCI PTP table, 2024 Q3"
PAIR_ALSO = "MOD107 MOD102 PX109 PX108 MOD104 MOD105 DX112 LNK104 PX105 PX106 CLM116 CLM117 NCCI104 PX107 QTY104 MOD108"


@cache
def pairs_of(indicator: str, kind: str = "practitioner") -> list[tuple[str, str]]:
    """Active pairs of two payable procedures that aren't visits."""
    surgical = set(codes(**{"global": "090"})) | set(codes(**{"global": "010"})) | set(codes(**{"global": "000"}))
    fit = {c for c in surgical if c not in plain.add_ons() and c not in plain.CHILDREN and not c.startswith(("00", "01"))}
    return sorted(
        (a, b) for (a, b), i in plain.active_pairs(kind).items() if i == indicator and a in fit and b in fit and (b, a) not in plain.active_pairs(kind)
    )


def _pair(dice: Random, n: int, indicator: str) -> tuple[tuple[str, str], bool]:
    pair = dice.choice(pairs_of(indicator))
    return pair, bool(n % 2)


@rule("bundled-without-exception", "NCCI101", "Two procedures of a day, one always part of the other.", NCCI, tables=True, count=18, also=PAIR_ALSO)
def no_exception(dice: Random, n: int) -> Case:
    day, payer = schedule_day(dice, n), ["medicare", "tricare", "commercial"][n % 3]
    if n % 4 == 3:
        first, second = dice.choice(pairs_of("0", "hospital"))
        lines = [service("0360", first), service("0360", second)]
        return Case([hospital(dice, payer="medicare", day=day, lines=lines)], line=2, hard=True)
    (first, second), turned = _pair(dice, n, "0")
    more = ("59",) if n % 4 == 2 else ()
    lines = [line(second, *more), line(first)] if turned else [line(first), line(second, *more)]
    return Case([professional(dice, payer=payer, day=day, lines=lines, place_of_service_code="24")], line=1 if turned else 2, hard=bool(more) or turned)


@rule(
    "bundled-without-modifier",
    "NCCI102",
    "Two procedures of a day, one part of the other, and nothing says that they were separate.",
    NCCI,
    tables=True,
    count=18,
    also=PAIR_ALSO,
)
def no_modifier(dice: Random, n: int) -> Case:
    (first, second), turned = _pair(dice, n, "1")
    more = [(), (), ("51",), ()][n % 4]
    lines = [line(second, *more), line(first)] if turned else [line(first), line(second, *more)]
    return Case(
        [professional(dice, payer=["medicare", "tricare", "commercial"][n % 3], day=schedule_day(dice, n), lines=lines, place_of_service_code="24")],
        line=1 if turned else 2,
        hard=bool(more) or turned,
    )


@rule(
    "modifier-shows-no-separateness",
    "NCCI103",
    "Bundled procedures whose only sign of separateness is the same side on both.",
    "NCCI Policy Manual, ch. I, section E",
    tables=True,
    also=PAIR_ALSO + " MOD108 LNK106",
)
def same_side(dice: Random, n: int) -> Case:
    sided = [
        (a, b)
        for a, b in pairs_of("1")
        if plain.fees(2024)[a, ""]["bilateral"] == "1"
        and plain.fees(2024)[b, ""]["bilateral"] == "1"
        and a[:2] in {"27", "29", "23", "25", "24"}
        and b[:2] in {"27", "29", "20", "23", "25", "24"}
    ]
    first, second = dice.choice(sided)
    side = ["LT", "RT"][n % 2]
    return Case(
        [professional(dice, payer="medicare", day=schedule_day(dice, n), lines=[line(first, side), line(second, side)], place_of_service_code="24")], hard=True
    )


@rule(
    "add-on-without-primary",
    "NCCI104",
    "An add-on code without any of its primary procedures.",
    "NCCI Policy Manual, ch. I, section R; NCCI add-on codes, 2024 Q3",
    tables=True,
    count=15,
    also="MOD107 PX109 QTY104 NCCI101 NCCI102",
)
def no_primary(dice: Random, n: int) -> Case:
    code, _ = dice.choice(
        [
            (c, p)
            for c, (kind, p) in sorted(plain.add_ons().items())
            if kind == "1" and (plain.fees(2024).get((c, "")) or {}).get("status") == "A" and c.isdigit() and not c.startswith("99")
        ]
    )
    return Case(
        [
            professional(
                dice,
                payer=["medicare", "tricare", "commercial"][n % 3],
                day=schedule_day(dice, n),
                lines=[line(code)] if n % 2 else [line("93000"), line(code)],
                place_of_service_code="22" if n % 2 else "11",
                referring_npi=people.npi(dice),
                patient_sex="F",
                clia_number="34D1234567",
            )
        ],
        line=1 if n % 2 else 2,
        hard=not n % 2,
    )


@rule("bundled-across-claims", "NCCI105", "Bundled procedures of a day on two claims.", NCCI, tables=True, also=PAIR_ALSO)
def across(dice: Random, n: int) -> Case:
    first, second = dice.choice(pairs_of("01"[n % 2]))
    day, payer = schedule_day(dice, n), ["medicare", "commercial"][n % 2]
    one = professional(dice, payer=payer, day=day, lines=[line(first)], place_of_service_code="24")
    two = same_patient(professional(dice, payer=payer, day=day, lines=[line(second)], place_of_service_code="24"), one)
    return Case([one, two], at=1, hard=True)


def over_limit(dice: Random, indicator: int, low: int = 1) -> tuple[str, int]:
    """A code with a limit of units of this indicator, and its limit."""
    limits = plain.limits()
    if indicator == 1:  # drugs and supplies, which the fee schedule doesn't pay
        code = dice.choice(sorted(c for c, (value, kind) in limits.items() if kind == 1 and 1 <= value < 200 and not c.isdigit()))
        return code, limits[code][0]
    fit = sorted(
        c
        for c, (value, kind) in limits.items()
        if kind == indicator
        and low <= value < 40
        and (plain.fees(2024).get((c, "")) or {}).get("status") == "A"
        and c.isdigit()
        and not c.startswith(("99", "00", "54", "55", "56", "57", "58", "59"))
        and c not in plain.add_ons()
        and c not in plain.CHILDREN
    )
    code = dice.choice(fit)
    return code, limits[code][0]


UNIT_ALSO = "MOD107 PX109 CLM116 CLM117 MOD111 QTY106 LNK104 PX105 CLM115 NCCI104 DX112"


def _units(dice: Random, n: int, indicator: int) -> Case:
    code, limit = over_limit(dice, indicator)
    more = 1 if n % 2 else limit + 3
    return Case(
        [
            professional(
                dice,
                payer=["medicare", "commercial"][n // 2 % 2],
                day=schedule_day(dice, n),
                lines=[line(code, units=limit + more)],
                referring_npi=people.npi(dice),
                clia_number="34D1234567",
                place_of_service_code="11",
            )
        ],
        line=1,
        hard=more == 1,
    )


@rule(
    "units-over-line-limit",
    "QTY101",
    "More units on a line than the medically unlikely edit allows (indicator 1).",
    "NCCI MUE table, 2024 Q3; NCCI Policy Manual, ch. I, section V",
    tables=True,
    also=UNIT_ALSO,
)
def line_limit(dice: Random, n: int) -> Case:
    return _units(dice, n, 1)


@rule("units-over-absolute-limit", "QTY102", "More units on a day than policy allows (indicator 2).", "NCCI MUE table, 2024 Q3", tables=True, also=UNIT_ALSO)
def absolute(dice: Random, n: int) -> Case:
    return _units(dice, n, 2)


@rule(
    "units-over-clinical-limit",
    "QTY103",
    "More units on a day than is clinically likely (indicator 3).",
    "NCCI MUE table, 2024 Q3",
    tables=True,
    count=15,
    also=UNIT_ALSO,
)
def clinical(dice: Random, n: int) -> Case:
    if n % 3:
        return _units(dice, n, 3)
    code, limit = over_limit(dice, 3, 2)
    lines = [line(code, units=limit), line(code, "59", units=1)]
    return Case(
        [professional(dice, payer="medicare", day=schedule_day(dice, n), lines=lines, referring_npi=people.npi(dice), clia_number="34D1234567")], hard=True
    )


@rule(
    "limit-is-zero",
    "QTY104",
    "A code whose limit of units is zero.",
    "NCCI MUE table, 2024 Q3",
    tables=True,
    also=UNIT_ALSO + " PX107 PX108 PX110 MOD102 PX102",
)
def zero(dice: Random, n: int) -> Case:
    code = dice.choice(
        sorted(
            c
            for c, (value, _) in plain.limits().items()
            if value == 0 and c.isdigit() and not c.startswith("99") and (plain.fees(2024).get((c, "")) or {}).get("status") in {"A", "R", "C", "X", "B"}
        )
    )
    return Case(
        [
            professional(
                dice, payer="medicare", day=schedule_day(dice, n), lines=[line(code)], referring_npi=people.npi(dice), clia_number="34D1234567", patient_sex="F"
            )
        ],
        line=1,
    )


@rule("bilateral-units", "QTY105", "Modifier 50 with two units.", MANUAL + "ch. 12, 40.7.B", tables=True, also="QTY101 QTY102 QTY103 LNK106")
def bilateral(dice: Random, n: int) -> Case:
    code = dice.choice([c for c in codes(bilateral="1") if c[:2] in {"20", "23", "27", "29", "64", "66", "69"} and c not in plain.add_ons()])
    return Case(
        [professional(dice, payer=["medicare", "commercial"][n % 2], day=schedule_day(dice, n), lines=[line(code, "50", units=2)], place_of_service_code="24")],
        line=1,
    )


@rule(
    "more-time-than-there-was",
    "QTY106",
    "Timed units of a day for more time than there was.",
    MANUAL + "ch. 5, 20.2 (counting minutes)",
    tables=True,
    also="QTY101 QTY102 QTY103 MOD111",
)
def time(dice: Random, n: int) -> Case:
    return Case(
        [
            professional(
                dice,
                payer=["medicare", "commercial"][n % 2],
                day=some_day(dice, "2018-01-01"),
                lines=[line("97110", "GP", units=[45, 60, 40][n % 3]), line("97140", "GP", units=2)],
            )
        ]
    )
