"""Write an 837P file with any number of invented claims.

    python benches/generate.py 20000 claims.837
    python benches/generate.py 20000 claims.837 --store reference/ --start 2024-08-05

The same seed gives the same claims. A claim has one to six lines (two on average, like office claims) and one to four diagnoses. Every fifth patient is a
dependent, every third claim names a referring provider, and about one claim in twelve has an error: an ended code, a truncated code, or a modifier that
doesn't exist. With a store, every fourth line has a random code from the store's unit limits, every fourth diagnosis is a random ICD-10-CM code, and half
of the claims go to Medicare.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

CLAIMS_A_TRANSACTION = 5_000
"""The most claims in a transaction set (837P guide, section 1.3.2)."""
DIAGNOSES = (
    "I10",
    "E119",
    "E785",
    "J069",
    "J029",
    "M5450",
    "M2550",
    "F411",
    "F329",
    "N390",
    "R079",
    "R109",
    "K219",
    "Z0000",
    "J45909",
    "L309",
    "G43909",
    "E039",
    "B349",
    "H6690",
    "R0602",
    "M25511",
    "E6601",
    "D649",
    "I4891",
    "I2510",
    "N183",
    "J449",
    "M1711",
    "G4733",
)
FAULTY = ("M545", "E11", "S52501", "G35")
SERVICES = (
    ("99213", "125.00"), ("99214", "185.00"), ("99203", "160.00"), ("36415", "12.00"), ("80053", "38.50"), ("85025", "24"), ("81002", "9.75"), ("83036", "31"),
    ("93000", "48.2"), ("71046", "89"), ("96372", "33"), ("J1885", "4.25"), ("90471", "30"), ("97110", "58"), ("87880", "26"),
)  # fmt: skip
LINES = (1, 1, 1, 2, 2, 2, 2, 3, 3, 6)
PROVIDERS = ("1234567893", "1245319599", "1427051473", "1003000126")
START = date(2026, 4, 6)


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes that claims are made of.

    Attributes:
        services: codes of lines with their charges.
        diagnoses: diagnosis codes.
        start: the first date of service.
        medicare: the share of claims that go to Medicare.
    """

    services: tuple[tuple[str, str], ...]
    diagnoses: tuple[str, ...]
    start: date = START
    medicare: float = 0.0


EVERYDAY = Codes(SERVICES, DIAGNOSES)


def codes_of(store: Path, start: date) -> Codes:
    """Codes of which three in four are everyday ones and one in four is from the tables of a store."""
    import polars as pl  # noqa: PLC0415 - needed with a store only

    from cleanclaim.reference import Reference  # noqa: PLC0415

    reference = Reference.load(store=store)
    on_day = pl.lit(start).is_between("valid_from", "valid_to")
    limits = reference.table("mue_practitioner").filter(on_day)["code"].unique().sort()
    diagnoses = reference.table("icd10cm").filter(on_day)["code"].unique().sort()
    any_code = [(code, f"{40 + n % 400}") for n, code in enumerate(limits)]
    often = SERVICES * -(-3 * len(any_code) // len(SERVICES))
    return Codes((*often, *any_code), (*DIAGNOSES * 7_500, *diagnoses), start, 0.5)


@dataclass(frozen=True, slots=True)
class Line:
    """A service line; the charge is as written in SV102."""

    code: str
    modifier: str
    charge: str
    units: int
    pointers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """An invented claim."""

    number: str
    member: str
    sent: date
    born: date
    sex: str
    is_dependent: bool
    day: date
    diagnoses: tuple[str, ...]
    lines: tuple[Line, ...]
    rendering: str
    referring: str
    is_medicare: bool = False

    @property
    def cents(self) -> int:
        """The claim's charge in cents."""
        return sum(round(float(line.charge) * 100) for line in self.lines)


def claims(count: int, seed: int = 837, made_of: Codes = EVERYDAY) -> Iterator[Claim]:
    """Invented claims; the same seed gives the same claims."""
    dice = random.Random(seed)
    for n in range(count):
        codes = dice.sample(made_of.diagnoses, dice.choice((1, 2, 2, 3, 4)))
        if dice.random() < 0.06:
            codes[-1] = dice.choice(FAULTY)
        is_medicare = made_of.medicare > 0 and dice.random() < made_of.medicare
        yield Claim(
            number=f"B{n:09d}",
            member=_medicare_number(n // 2) if is_medicare else f"W{n // 2:09d}",
            sent=made_of.start + timedelta(days=39),
            born=date(1940, 1, 1) + timedelta(days=dice.randrange(24_000)),
            sex=dice.choice("FM"),
            is_dependent=n % 5 == 4,
            day=made_of.start + timedelta(days=dice.randrange(28)),
            diagnoses=tuple(codes),
            lines=tuple(
                _line(dice, service, len(codes))
                for service in dice.sample(made_of.services, dice.choice(LINES))
            ),
            rendering=dice.choice(PROVIDERS),
            referring=dice.choice(PROVIDERS) if n % 3 == 0 else "",
            is_medicare=is_medicare,
        )


def _medicare_number(n: int) -> str:
    """A number in the format of a Medicare beneficiary identifier."""
    letters = "ACDEFGHJKMNPQRTUVWXY"
    a, b, c, d = (letters[n // 20**place % 20] for place in range(4))
    return f"{n // 10**4 % 9 + 1}{a}A{n // 10**3 % 10}{b}A{n // 10**2 % 10}{c}{d}{n % 100:02d}"


def _line(dice: random.Random, service: tuple[str, str], diagnoses: int) -> Line:
    code, charge = service
    modifier = "25" if code.startswith("992") and dice.random() < 0.3 else ""
    modifier = "8Q" if dice.random() < 0.01 else modifier
    pointers = tuple(range(1, dice.randint(1, diagnoses) + 1))
    return Line(code, modifier, charge, 2 if code == "97110" else 1, pointers)


def transaction(number: int, batch: list[Claim]) -> Iterator[str]:
    """The segments of one transaction set, ST to SE."""
    header = [
        f"ST*837*{number:04d}*005010X222A1",
        f"BHT*0019*00*{number}*{batch[0].sent:%Y%m%d}*1200*CH",
        "NM1*41*2*EXAMPLE CLINIC*****46*EXAMPLE",
        "PER*IC*BILLING*TE*5555550100",
        "NM1*40*2*EXAMPLE PAYER*****46*EXAMPLEPAYER",
        "HL*1**20*1",
        "PRV*BI*PXC*207Q00000X",
        "NM1*85*2*EXAMPLE CLINIC*****XX*1234567893",
        "N3*1 EXAMPLE STREET",
        "N4*RALEIGH*NC*276010000",
        "REF*EI*999999999",
    ]
    yield from header
    count, level = len(header), 1
    for claim in batch:
        segments, level = _claim(claim, level)
        count += len(segments)
        yield from segments
    yield f"SE*{count + 1}*{number:04d}"


def _claim(claim: Claim, level: int) -> tuple[list[str], int]:
    person = [
        "N3*2 EXAMPLE STREET",
        "N4*RALEIGH*NC*27601",
        f"DMG*D8*{claim.born:%Y%m%d}*{claim.sex}",
    ]
    subscriber = level + 1
    segments = [
        f"HL*{subscriber}*1*22*{int(claim.is_dependent)}",
        f"SBR*P*{'' if claim.is_dependent else '18'}*******{'MB' if claim.is_medicare else 'CI'}",
        f"NM1*IL*1*EXAMPLE*PAT****MI*{claim.member}",
        *person,
        "NM1*PR*2*EXAMPLE PAYER*****PI*99999",
    ]
    if claim.is_dependent:
        patient = [f"HL*{subscriber + 1}*{subscriber}*23*0", "PAT*19", "NM1*QC*1*EXAMPLE*KIM"]
        segments += [*patient, *person]
    kinds = ["ABK", *["ABF"] * (len(claim.diagnoses) - 1)]
    diagnoses = "*".join(
        f"{kind}:{code}" for kind, code in zip(kinds, claim.diagnoses, strict=True)
    )
    segments += [
        f"CLM*{claim.number}*{_money(claim.cents)}***11:B:1*Y*A*Y*Y",
        f"REF*D9*{claim.number}",
        f"HI*{diagnoses}",
    ]
    if claim.referring:
        segments.append(f"NM1*DN*1*EXAMPLE*LEE****XX*{claim.referring}")
    segments += [f"NM1*82*1*EXAMPLE*DANA****XX*{claim.rendering}", "PRV*PE*PXC*207Q00000X"]
    for n, line in enumerate(claim.lines, 1):
        code = f"HC:{line.code}" + (f":{line.modifier}" if line.modifier else "")
        pointers = ":".join(map(str, line.pointers))
        segments += [
            f"LX*{n}",
            f"SV1*{code}*{_money(round(float(line.charge) * 100))}*UN*{line.units}***{pointers}",
            f"DTP*472*D8*{claim.day:%Y%m%d}",
            f"REF*6R*{claim.number}{n:02d}",
        ]
    return segments, subscriber + int(claim.is_dependent)


def _money(cents: int) -> str:
    """Cents as X12 writes them, without trailing zeros."""
    return f"{cents / 100:.2f}".rstrip("0").rstrip(".")


def text(batch: list[Claim]) -> str:
    """A whole interchange."""
    return "".join(f"{segment}~\n" for segment in _interchange(iter(batch)))


def write(path: Path, count: int, seed: int = 837, made_of: Codes = EVERYDAY) -> None:
    """Write a file with a number of claims."""
    with path.open("w") as file:
        file.writelines(f"{segment}~\n" for segment in _interchange(claims(count, seed, made_of)))


def _interchange(stream: Iterator[Claim]) -> Iterator[str]:
    yield (
        "ISA*00*          *00*          *ZZ*EXAMPLE        *ZZ*EXAMPLEPAYER   *260515*1200*^*00501*000000001*0*P*:"
    )
    yield "GS*HC*EXAMPLE*EXAMPLEPAYER*20260515*1200*1*X*005010X222A1"
    number = 0
    while batch := list(islice(stream, CLAIMS_A_TRANSACTION)):
        number += 1
        yield from transaction(number, batch)
    yield f"GE*{number}*1"
    yield "IEA*1*000000001"


def main() -> None:
    """Write a file from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("count", type=int, help="number of claims")
    parser.add_argument("path", type=Path, help="file to write")
    parser.add_argument("--seed", type=int, default=837)
    parser.add_argument("--store", type=Path, help="draw codes from this reference store")
    parser.add_argument(
        "--start", type=date.fromisoformat, default=START, help="first date of service"
    )
    options = parser.parse_args()
    made_of = codes_of(options.store, options.start) if options.store else EVERYDAY
    write(options.path, options.count, options.seed, made_of)
    print(f"{options.path}: {options.count:,} claims, {options.path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
