"""Invented outpatient claims that provoke the edits of the Integrated Outpatient Code Editor."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from cleanclaim.edits.samples import institutional

FIRST: Final = date(2019, 7, 1)
LAST: Final = date(2026, 6, 30)
"""The days of the other editor's releases."""
_TRIES: Final = 200
_PLAIN: Final = ("I10", "E119", "M5450", "J189", "R079", "K219", "S52501A", "N390")
_REVENUE: Final = {
    "G": "0636",
    "K": "0636",
    "V": "0510",
    "J2": "0450",
    "A": "0300",
    "Q4": "0300",
    "C": "0360",
    "J1": "0360",
    "T": "0361",
}
_STATUSES: Final = ("S", "T", "V", "A", "N", "J1", "J2", "Q1", "Q2", "Q3", "Q4", "K", "G", "R")
_PROVOKING: Final = ("C", "B", "E1", "E2", "M", "Y")
_BILLS: Final = ("131", "131", "131", "137", "131", "851")
_DISCHARGES: Final = ("01", "01", "20", "02", "65")
_BLOOD: Final = ("P9016", "P9035", "P9010", "P9017", "P9012", "P9045", "P9051")


@dataclass(slots=True)
class Service:
    """One line of a claim."""

    code: str | None
    revenue: str = "0510"
    units: int = 1
    charge: int = 12_500
    day: int = 0
    modifiers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Visit:
    """One claim, as both editors are given it; `day` of a line counts from the first day."""

    number: int
    first: date
    bill: str = "131"
    age: int = 66
    sex: str = "F"
    status: str = "01"
    principal: str = "I10"
    others: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    lines: list[Service] = field(default_factory=list)

    @property
    def last(self) -> date:
        """The last day of service."""
        return self.first + timedelta(days=max((line.day for line in self.lines), default=0))

    def day_of(self, line: Service) -> date:
        """The day of a line."""
        return self.first + timedelta(days=line.day)

    def claim(self) -> dict[str, Any]:
        """The claim to Medicare, as cleanclaim reads it; the birthday is two months before the first day."""
        birthday = self.first - timedelta(days=60)
        born = birthday.replace(year=birthday.year - self.age, day=min(birthday.day, 28))
        return institutional(
            claim_id=f"VISIT-{self.number}",
            member_id=f"{self.number:011}",
            bill_type_code=self.bill,
            claim_frequency_code=self.bill[-1],
            original_reference_number="EXAMPLE" if self.bill[-1] == "7" else None,
            billing_taxonomy_code="282NC0060X" if self.bill.startswith("85") else "282N00000X",
            from_date=self.first.isoformat(),
            to_date=self.last.isoformat(),
            submitted_date=(self.last + timedelta(days=9)).isoformat(),
            as_of=None,
            patient_birth_date=born.isoformat(),
            patient_sex=self.sex,
            discharge_disposition_code=self.status,
            diagnoses=[self.principal, *self.others],
            claim_codes=[{"kind": "condition", "code": code} for code in self.conditions],
            lines=[
                {
                    "procedure_code": line.code,
                    "revenue_center_code": line.revenue,
                    "units": line.units,
                    "charge_amount": f"{line.charge / 100:.2f}",
                    "from_date": self.day_of(line).isoformat(),
                    "to_date": self.day_of(line).isoformat(),
                    **{f"modifier_{n}": code for n, code in enumerate(line.modifiers, 1)},
                }
                for line in self.lines
            ],
        )


Codes = Mapping[str, Sequence[tuple[str, date, date]]]
"""Procedure codes by status indicator, each with the days on which it has it."""
Provocation = Callable[["Maker", Visit], None]


class Maker:
    """Makes claims of codes with their status indicators, the same ones for the same seed."""

    def __init__(self, codes: Codes, seed: int) -> None:
        self._codes = codes
        self.chance = random.Random(seed)  # noqa: S311 - invented claims, the same for the same seed

    def visits(self, count: int) -> Iterator[Visit]:
        """So many claims; about one in eight provokes nothing on purpose."""
        for number in range(count):
            visit = self._plain(number)
            many = self.chance.choices((0, 1, 2, 3), (1, 4, 2, 1))[0]
            for provoke in self.chance.choices(PROVOCATIONS, k=many):
                provoke(self, visit)
            yield visit

    def _plain(self, number: int) -> Visit:
        chance = self.chance
        day = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days - 3))
        visit = Visit(
            number, day, bill=chance.choice(_BILLS), age=chance.choice((0, 3, 12, 30, 55, 66, 80))
        )
        visit.sex = chance.choice("FM")
        visit.status = chance.choice(_DISCHARGES)
        visit.principal = chance.choice(_PLAIN)
        for _ in range(chance.randint(1, 3)):
            self.add(visit, chance.choice(_STATUSES), day=chance.choice((0, 0, 0, 1)))
        return visit

    def add(self, visit: Visit, status: str, day: int = 0, **more: Any) -> None:
        """Add a line with a code of a status indicator, if there is one on that day."""
        pool = self._codes.get(status, ())
        on = visit.first + timedelta(days=day)
        for _ in range(_TRIES if pool else 0):
            code, first, last = self.chance.choice(pool)
            if first <= on <= last:
                line = Service(code, _REVENUE.get(status, "0510"), day=day, **more)
                visit.lines.append(line)
                return

    def pick(self, values: Sequence[Any]) -> Any:
        """One of some values."""
        return self.chance.choice(values)

    def flip(self) -> bool:
        """True or false."""
        return self.chance.random() < 0.5


def _status(status: str) -> Provocation:
    return lambda maker, visit: maker.add(visit, status)


def _only(status: str) -> Provocation:
    def provoke(maker: Maker, visit: Visit) -> None:
        visit.lines.clear()
        maker.add(visit, status)

    return provoke


def _inpatient_only(maker: Maker, visit: Visit) -> None:
    maker.add(visit, "C", modifiers=maker.pick(([], ["CA"], ["CA"])))


def _beside(maker: Maker, visit: Visit) -> None:
    maker.add(visit, "V", modifiers=maker.pick(([], ["25"])))
    maker.add(visit, maker.pick("ST"))


def _visits(maker: Maker, visit: Visit) -> None:
    visit.lines += [
        Service("G0463", "0510", modifiers=[]),
        Service("G0463", maker.pick(("0510", "0515")), modifiers=["27"]),
    ]
    if maker.flip():
        visit.conditions.append("G0")


def _observation(maker: Maker, visit: Visit) -> None:
    visit.lines.append(Service("G0378", "0762", units=maker.pick((3, 10, 20))))
    visit.bill = maker.pick((visit.bill, visit.bill, visit.bill, "711"))
    if maker.flip():
        visit.lines.append(
            Service(
                maker.pick(("G0378", "G0463", "99284")), "0762", units=1, day=maker.pick((0, 1))
            )
        )


def _direct(maker: Maker, visit: Visit) -> None:
    visit.lines.append(Service("G0379", "0762"))
    if maker.flip():
        visit.lines.append(Service("G0378", "0762", units=10))


def _blood(maker: Maker, visit: Visit) -> None:
    code, bl = maker.pick(_BLOOD), maker.pick(([], ["BL"]))
    visit.lines.append(
        Service(code, maker.pick(("0381", "0382", "0384", "0390", "0250")), modifiers=list(bl))
    )
    if maker.flip():
        units = maker.pick((1, 1, 2))
        visit.lines.append(
            Service(code, maker.pick(("0390", "0392")), units, modifiers=list(maker.pick((bl, []))))
        )


def _transfusion(maker: Maker, visit: Visit) -> None:
    visit.lines.append(Service("36430", "0391"))
    if maker.flip():
        visit.lines.append(Service("P9016", "0390"))


def _trauma(maker: Maker, visit: Visit) -> None:
    visit.lines.append(Service("G0390", maker.pick(("0450", "0682"))))
    if maker.flip():
        visit.lines.append(Service("99291", "0450"))


def _cells(maker: Maker, visit: Visit) -> None:
    visit.lines.append(Service("38240", "0362"))
    if maker.flip():
        visit.lines.append(Service(None, "0815"))


def _cornea(maker: Maker, visit: Visit) -> None:
    visit.lines.append(Service("V2785", "0278"))
    if maker.flip():
        visit.lines.append(Service(maker.pick(("65730", "65756", "65710", "66180")), "0360"))


def _revenue(maker: Maker, visit: Visit) -> None:
    visit.lines.append(
        Service(
            None,
            maker.pick(("0250", "0270", "0320", "0450", "0510", "0001", "0777", "9999", "0360")),
        )
    )


def _program(maker: Maker, visit: Visit) -> None:
    visit.conditions.append(maker.pick(("41", "41", "92")))
    visit.bill = "131"
    visit.principal = maker.pick(("F332", "I10", "F1020", "G309", "E119"))
    visit.others += maker.pick(([], ["F0280"], ["F332"]))


def _diagnosis(maker: Maker, visit: Visit) -> None:
    visit.principal = maker.pick(
        (
            "W1800XA",
            "V4352XA",
            "D630",
            "F0280",
            "G35",
            "A0",
            "ZZZ99",
            "I509X",
            "E089",
            "Y92009",
            "H4010X9",
        )
    )


def _ages(maker: Maker, visit: Visit) -> None:
    visit.age = maker.pick((0, 5, 30, 70, 125))
    visit.others.append(maker.pick(("P0700", "O80", "Z3800", "N400", "A33", "O0900")))


def _modifier(maker: Maker, visit: Visit) -> None:
    for line in visit.lines[:1]:
        if line.code:
            line.modifiers = [maker.pick(("ZZ", "0X", "99", "QQ", "25", "1A", "XS"))]


def _discontinued(maker: Maker, visit: Visit) -> None:
    maker.add(visit, "T", units=maker.pick((1, 2)), modifiers=[maker.pick(("52", "73"))])


def _drug(maker: Maker, visit: Visit) -> None:
    maker.add(visit, maker.pick("GK"), charge=maker.pick((100, 101, 5000)))


def _procedure(maker: Maker, visit: Visit) -> None:
    visit.lines.append(Service(maker.pick(("9921", "ABCDE", "99A13", "1234567")), "0510"))


def _several(maker: Maker, visit: Visit) -> None:
    maker.add(visit, "C", modifiers=["CA"])
    maker.add(visit, "C", modifiers=["CA"])


PROVOCATIONS: Final[tuple[Provocation, ...]] = (
    *map(_status, _PROVOKING),
    *map(_only, ("K", "G", "N", "Y")),
    _inpatient_only, _beside, _visits, _observation, _direct, _blood, _blood, _transfusion, _trauma, _cells, _cornea, _revenue, _program, _diagnosis, _ages,
    _modifier, _discontinued, _drug, _procedure, _several,
)  # fmt: skip
