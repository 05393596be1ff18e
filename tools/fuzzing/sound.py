"""Small valid claims of invented people, from which broken inputs are made.

Everything that could identify a patient is planted: names, street, member id and so on contain
`ZZPLANTED`, and the two birth dates occur nowhere else. No report may contain any of it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

PLANTED: Final = "ZZPLANTED"
BORN: Final = (date(1923, 3, 19), date(2019, 3, 7))

DIAGNOSES: Final = (
    "I10", "E119", "E11", "M545", "M5450", "J069", "Z0000", "S52501A", "S52501", "G35", "O09511", "Z3A20", "C50911", "E6601", "V4352XA", "N183", "F329",
    "U071", "P0700", "R69", "H2511", "Z23", "T1490XA", "25000", "4019", "E10.9", "E11.9",
)  # fmt: skip
PROCEDURES: Final = (
    "99213", "99214", "99203", "99291", "36415", "80053", "85025", "83036", "93000", "71046", "96372", "J1885", "90471", "97110", "87880", "17110", "20610",
    "29881", "00400", "58150", "G0463", "0075T", "3044F", "0047U", "J0129", "A0429", "99443", "90837", "76805", "D2740", "E0601", "99199",
)  # fmt: skip
MODIFIERS: Final = (
    "",
    "",
    "",
    "25",
    "59",
    "RT",
    "LT",
    "50",
    "26",
    "TC",
    "95",
    "GA",
    "QW",
    "8Q",
    "XS",
    "P3",
    "62",
    "76",
)
REVENUE: Final = ("0450", "0510", "0300", "0636", "0001", "0120", "0250")
NPIS: Final = ("1234567893", "1245319599", "1003000126", "1234567890")
PLACES: Final = ("11", "22", "23", "02", "10", "31", "81")
KINDS: Final = ("professional", "professional", "professional", "institutional", "dental")
_GUIDES: Final = {
    "professional": "005010X222A1",
    "institutional": "005010X223A2",
    "dental": "005010X224A2",
}
_OF_A_CLAIM: Final = (
    "DTP*431*D8*20260511", "DTP*439*D8*20260510", "DTP*435*D8*20260509", "REF*F8*ORIGINAL1", "REF*G1*AUTH12345", "REF*X4*11D2030914", "AMT*F5*20",
    f"REF*EA*{PLANTED}RECORD", f"NTE*ADD*{PLANTED} NOTE", "PWK*OZ*BM***AC*DMN0012", "CR1*LB*140*A**DH*12", "CRC*07*Y*01", "K3*INFO", "CN1*02*550",
    "HCP*03*100*10", "CR2********M", "REF*9F*REFERRAL1",
)  # fmt: skip
_OF_A_LINE: Final = (
    "REF*6R*LINE1", "NTE*ADD*TEXT", "LIN**N4*01234567891", "CTP****2*UN", "QTY*PT*2", "AMT*T*12.5", "DTP*463*D8*20260511", "PS1*OTHER*45", "CR3*I*MO*1",
    "PWK*CT*AB", "MEA*TR*R1*10", "HCP*03*80*20", "SVD*99999*20*HC:99213**1", "CAS*PR*1*7.93", "DTP*573*D8*20260520",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as segments: its subscriber's loop, its patient's loop if that is another person, and its own."""

    kind: str
    subscriber: tuple[str, ...]
    patient: tuple[str, ...]
    segments: tuple[str, ...]


def dice_of(seed: int | str) -> random.Random:
    """A seed's random generator."""
    return random.Random(seed)  # noqa: S311 - not used for secrets


def claims(dice: random.Random, most: int = 5) -> list[Claim]:
    """One to `most` claims of the same kind."""
    kind = dice.choice(KINDS)
    first = dice.randrange(1_000)
    return [_claim(dice, kind, first + n) for n in range(dice.randint(1, most))]


def _claim(dice: random.Random, kind: str, number: int) -> Claim:
    person = (
        f"N3*{PLANTED} STREET {number // 2}",
        f"N4*{PLANTED}CITY*NC*27601",
        f"DMG*D8*{dice.choice(BORN):%Y%m%d}*{dice.choice('FMU')}",
    )
    is_dependent = dice.random() < 0.2
    subscriber = (
        f"SBR*{dice.choice('PPPS')}*{'' if is_dependent else '18'}*{PLANTED}GROUP******{dice.choice(('CI', 'MB', 'MA', 'MC', 'BL', 'ZZ'))}",
        f"NM1*IL*1*{PLANTED}NAME*{PLANTED}GIVEN****MI*{PLANTED}{number // 2:04d}",
        *person,
        f"REF*SY*{PLANTED}SSN",
        "NM1*PR*2*EXAMPLE PAYER*****PI*99999",
    )
    patient = (f"PAT*{dice.choice(('19', '01'))}", f"NM1*QC*1*{PLANTED}CHILD*{PLANTED}KIM", *person)
    return Claim(
        kind, subscriber, patient if is_dependent else (), tuple(_segments(dice, kind, number))
    )


def _segments(dice: random.Random, kind: str, number: int) -> list[str]:
    codes = dice.sample(DIAGNOSES, dice.randint(1, 4))
    day = date(2026, 1, 1) + timedelta(days=dice.randrange(150))
    kinds = ["ABK"] + ["ABF"] * (len(codes) - 1)
    place = f"{dice.choice(('13', '11', '83'))}:A:1" if kind == "institutional" else "11:B:1"
    out = [f"CLM*C{number:04d}*{dice.choice(('125', '250.5', '0'))}***{place}*Y*A*Y*Y"]
    if kind == "institutional":
        out += [
            f"DTP*434*RD8*{day:%Y%m%d}-{day + timedelta(days=2):%Y%m%d}",
            "DTP*435*DT*202605121000",
            "CL1*3*1*01",
        ]
    out += dice.sample(_OF_A_CLAIM, dice.choice((0, 0, 1, 2, 4)))
    out.append(
        "HI*" + "*".join(f"{kind_}:{code}" for kind_, code in zip(kinds, codes, strict=True))
    )
    if kind == "institutional":
        out += ["HI*BE:80:::100*BE:A1:::10", "HI*BG:17", "HI*BH:11:D8:20260501"]
    out.append(f"NM1*DN*1*{PLANTED}REF*LEE****XX*{dice.choice(NPIS)}")
    out += [f"NM1*82*1*DOCTOR*DANA****XX*{dice.choice(NPIS)}", "PRV*PE*PXC*207Q00000X"]
    if dice.random() < 0.15:
        out += [
            "SBR*S*18*GROUP2******CI", "CAS*CO*45*25", "AMT*D*80", "OI***Y***Y", f"NM1*IL*1*{PLANTED}NAME*PAT****MI*{PLANTED}2", "NM1*PR*2*OTHER*****PI*88",
        ]  # fmt: skip
    for line in range(1, dice.choice((2, 2, 3, 5))):
        out += _line(dice, kind, line, day, len(codes))
    return out


def _line(dice: random.Random, kind: str, number: int, day: date, diagnoses: int) -> list[str]:
    code, modifier = dice.choice(PROCEDURES), dice.choice(MODIFIERS)
    procedure = f"HC:{code}" + (f":{modifier}" if modifier else "")
    charge, units = dice.choice(("125", "0", "31.5", "9999.99")), dice.choice(("1", "1", "2", "45"))
    pointers = ":".join(str(n) for n in range(1, dice.randint(1, diagnoses) + 1))
    if kind == "institutional":
        service = f"SV2*{dice.choice(REVENUE)}*{procedure}*{charge}*UN*{units}"
    elif kind == "dental":
        service = f"SV3*AD:D2740*{charge}****{units}"
    else:
        service = f"SV1*{procedure}*{charge}*UN*{units}*{dice.choice(PLACES)}**{pointers}"
    return [
        f"LX*{number}",
        service,
        f"DTP*472*D8*{day:%Y%m%d}",
        *dice.sample(_OF_A_LINE, dice.choice((0, 0, 0, 1, 3))),
    ]


def interchange(batch: list[Claim], control: int = 1) -> list[str]:
    """The segments of an interchange with some claims of one kind."""
    guide = _GUIDES[batch[0].kind]
    header = [
        f"ST*837*0001*{guide}", "BHT*0019*00*1*20260601*1200*CH", "NM1*41*2*EXAMPLE CLINIC*****46*EXAMPLE", "PER*IC*BILLING*TE*5555550100",
        "NM1*40*2*EXAMPLE PAYER*****46*EXAMPLEPAYER", "HL*1**20*1", "PRV*BI*PXC*207Q00000X", "NM1*85*2*EXAMPLE CLINIC*****XX*1234567893",
        "N3*1 EXAMPLE STREET", "N4*RALEIGH*NC*276010000", f"REF*EI*{PLANTED}TAX",
    ]  # fmt: skip
    body: list[str] = []
    level = 1
    for claim in batch:
        level += 1
        body += [f"HL*{level}*1*22*{int(bool(claim.patient))}", *claim.subscriber]
        if claim.patient:
            body += [f"HL*{level + 1}*{level}*23*0", *claim.patient]
            level += 1
        body += claim.segments
    return [
        f"ISA*00*          *00*          *ZZ*EXAMPLE        *ZZ*EXAMPLEPAYER   *260601*1200*^*00501*{control:09d}*0*P*:",
        f"GS*HC*EXAMPLE*EXAMPLEPAYER*20260601*1200*{control}*X*{guide}",
        *header,
        *body,
        f"SE*{len(header) + len(body) + 1}*0001",
        f"GE*1*{control}",
        f"IEA*1*{control:09d}",
    ]


def written(segments: list[str], terminator: str = "~\n") -> bytes:
    """Segments as a file."""
    return (terminator.join(segments) + terminator).encode("latin-1", "replace")


def with_segment(claim: Claim, at: int, segment: str) -> Claim:
    """The claim with one segment replaced."""
    return replace(claim, segments=(*claim.segments[:at], segment, *claim.segments[at + 1 :]))
