"""Claims and the remittances that answer them, from short descriptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

DAY = "20260512"


@dataclass(frozen=True)
class Line:
    """A service line: as sent, or as paid."""

    code: str
    charge: float
    paid: float = 0
    cas: Sequence[str] = ()
    remarks: Sequence[str] = ()
    units: int = 1
    billed_units: int | None = None
    original: str | None = None
    control: str | None = None
    date: str = DAY

    def sent(self) -> Line:
        return Line(self.code, self.charge, units=self.units)


@dataclass(frozen=True)
class Pay:
    """One claim payment (CLP), on a day of June 2026."""

    status: str
    lines: Sequence[Line]
    cas: Sequence[str] = ()
    charge: float | None = None
    paid: float | None = None
    patient: float = 0
    moa: Sequence[str] = ()
    day: int = 1
    payer: str = "99999"
    payer_number: str | None = None
    number: Callable[[str], str] | None = None
    patient_id: str | None = None
    names: tuple[str, str] | None = None


@dataclass(frozen=True)
class Situation:
    """A claim, its payments, and the rows that must come out."""

    name: str
    sent: Sequence[Line]
    pays: Sequence[Pay]
    rows: Sequence[dict[str, object]]
    unmatched: bool = False
    underpaid: dict[str, str] | None = None
    overpaid: dict[str, str] | None = None
    compared: bool = False
    diagnoses: Sequence[str] = ("E119",)
    place: str = "11"


def number_of(index: int) -> str:
    return f"RS-{index:03d}0"


def amount(value: float) -> str:
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def names_of(index: int) -> tuple[str, str]:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return (
        f"{letters[index // 26]}{letters[index % 26]}SON",
        f"{letters[index % 26]}{letters[index // 26]}ANNE",
    )


def claims_file(all_of_them: Sequence[Situation]) -> bytes:
    """An 837P with the claim of each situation."""
    out = [
        "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          *260515*0800*^*00501*000000905*0*T*:",
        "GS*HC*CLINIC*PAYER*20260515*0800*905*X*005010X222A1", "ST*837*0001*005010X222A1",
        "BHT*0019*00*SITUATIONS*20260515*0800*CH", "NM1*41*2*CORNER CLINIC*****46*CLINIC", "PER*IC*OFFICE*TE*5555550100",
        "NM1*40*2*ANY PAYER*****46*PAYER", "HL*1**20*1", "PRV*BI*PXC*207Q00000X", "NM1*85*2*CORNER CLINIC*****XX*1234567893",
        "N3*1 CORNER STREET", "N4*RALEIGH*NC*276010000", "REF*EI*990000000",
    ]  # fmt: skip
    head = 2
    for index, one in enumerate(all_of_them):
        last, first = names_of(index)
        out += [
            f"HL*{index + 2}*1*22*0", "SBR*P*18*******CI", f"NM1*IL*1*{last}*{first}****MI*W{100000000 + index}", "N3*10 EXAMPLE ROAD",
            "N4*RALEIGH*NC*27601", "DMG*D8*19800214*F", "NM1*PR*2*ANY PAYER*****PI*99999",
            f"CLM*{number_of(index)}*{amount(sum(line.charge for line in one.sent))}***{one.place}:B:1*Y*A*Y*Y",
            "HI*" + "*".join(f"{'ABF' if nth else 'ABK'}:{code}" for nth, code in enumerate(one.diagnoses)),
        ]  # fmt: skip
        for number, line in enumerate(one.sent, 1):
            out += [
                f"LX*{number}",
                f"SV1*HC:{line.code}*{amount(line.charge)}*UN*{line.units}***1",
                f"DTP*472*D8*{line.date}",
            ]
    out += [f"SE*{len(out) - head + 1}*0001", "GE*1*905", "IEA*1*000000905"]
    return ("~\n".join(out) + "~\n").encode()


def _line(line: Line) -> list[str]:
    out = [f"SVC*HC:{line.code}*{amount(line.charge)}*{amount(line.paid)}**{line.units}"]
    original = f"HC:{line.original}" if line.original else ""
    if original or line.billed_units:
        out[0] += f"*{original}" + (f"*{line.billed_units}" if line.billed_units else "")
    out += [f"DTM*472*{line.date}", *(f"CAS*{cas}" for cas in line.cas)]
    out += [f"REF*6R*{line.control}"] if line.control else []
    return out + [f"LQ*HE*{remark}" for remark in line.remarks]


def _claim(index: int, pay: Pay, nth: int) -> tuple[list[str], float]:
    paid = pay.paid if pay.paid is not None else sum(line.paid for line in pay.lines)
    charge = pay.charge if pay.charge is not None else sum(line.charge for line in pay.lines)
    sent = number_of(index)
    number = pay.number(sent) if pay.number else sent
    last, first = pay.names or names_of(index)
    member = pay.patient_id or f"W{100000000 + index}"
    out = [
        f"CLP*{number}*{pay.status}*{amount(charge)}*{amount(paid)}*{amount(pay.patient) if pay.patient else ''}*12*{pay.payer_number or f'P{index:05d}'}*11*1",
        *(f"CAS*{cas}" for cas in pay.cas), f"NM1*QC*1*{last}*{first}****MI*{member}",
    ]  # fmt: skip
    out += ["MOA***" + "*".join(pay.moa)] if pay.moa else []
    return out + [part for line in pay.lines for part in _line(line)], paid


def remittances(all_of_them: Sequence[Situation], extra: Sequence[str] = ()) -> list[bytes]:
    """One 835 for each check: a payer and a day."""
    checks: dict[tuple[int, str], list[tuple[int, int, Pay]]] = {}
    for index, one in enumerate(all_of_them):
        for nth, pay in enumerate(one.pays):
            checks.setdefault((pay.day, pay.payer), []).append((index, nth, pay))
    files = []
    for control, ((day, payer), group) in enumerate(sorted(checks.items()), 1):
        body: list[str] = []
        total = 0.0
        for index, nth, pay in group:
            parts, paid = _claim(index, pay, nth)
            body += parts
            total += paid
        out = [
            f"ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *2606{day:02d}*1200*^*00501*{control:09d}*0*T*:",
            f"GS*HP*PAYER*CLINIC*202606{day:02d}*1200*{control}*X*005010X221A1", "ST*835*0001",
            f"BPR*I*{amount(round(total, 2))}*C*CHK************202606{day:02d}", f"TRN*1*CHECK{control:04d}*1999999999",
            f"N1*PR*PAYER {payer}*XV*{payer}", "N3*1 PAYER WAY", "N4*RALEIGH*NC*27601", "PER*BL*HELP*TE*5555550199",
            "N1*PE*CORNER CLINIC*XX*1234567893", "LX*1", *body,
        ]  # fmt: skip
        out += [f"SE*{len(out) - 1}*0001", f"GE*1*{control}", f"IEA*1*{control:09d}"]
        files.append(("~\n".join(out) + "~\n").encode())
    return files
