"""Invented hospital stays that provoke every edit of the Medicare Code Editor."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

FIRST: Final = date(2015, 10, 1)
LAST: Final = date(2027, 3, 31)
OLDEST: Final = 124
"""The editor takes greater ages for wrong."""
_TRIES: Final = 400
_ANY: Final = 0.5
"""The share of stays with one diagnosis and one procedure of the whole code sets."""
_GARBAGE: Final = ("ZZZ99", "A0", "Q999X", "W00", "7777777", "0000ABC")
_PLAIN: Final = ("J189", "N179", "I5021", "K3580", "A419", "E1165", "L03115", "J9601", "G40909")
_PLAIN_PROCEDURES: Final = ("0DTJ4ZZ", "5A1945Z", "4A023N7", "0FT44ZZ", "02HV33Z")
_STATUSES: Final = (1, 2, 3, 5, 6, 20, 43, 50, 62, 63, 65)
_AGES: Final = (0, 1, 8, 9, 11, 12, 14, 15, 17, 18, 54, 55, 56, 60, 61, 64, 65, 79, 123, 124)


@dataclass(slots=True)
class Stay:
    """One stay, as both editors are given it."""

    number: int
    discharged: date
    days: int = 6
    age: int = 45
    sex: str = "F"
    status: int = 1
    principal: str = "J189"
    others: list[str] = field(default_factory=list)
    procedures: list[str] = field(default_factory=list)

    def claim(self) -> dict[str, Any]:
        """The stay as a claim to Medicare; the birthday is two months before discharge."""
        birthday = self.discharged - timedelta(days=60)
        born = birthday.replace(year=birthday.year - self.age, day=min(birthday.day, 28))
        admitted = self.discharged - timedelta(days=self.days)
        return institutional(
            claim_id=f"STAY-{self.number}",
            bill_type_code="111",
            admission_date=admitted.isoformat(),
            from_date=admitted.isoformat(),
            to_date=self.discharged.isoformat(),
            patient_birth_date=born.isoformat(),
            patient_sex=self.sex,
            discharge_disposition_code=f"{self.status:02}",
            diagnoses=[self.principal, *self.others],
            lines=[{"revenue_center_code": "0120", "procedure_code": None}],
            claim_codes=[
                {"kind": "procedure", "code_qualifier": "BBQ" if n else "BBR", "code": code}
                for n, code in enumerate(self.procedures)
            ],
        )


Provocation = Callable[["Maker", Stay], None]


class Maker:
    """Makes stays from the dated tables, the same ones for the same seed."""

    def __init__(self, reference: Reference, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - invented stays, the same for the same seed
        self._pools: dict[tuple[str, str], list[tuple[str, date, date]]] = {}
        for table in ("icd10cm_attributes", "icd10pcs_attributes"):
            rows = reference.table(table)
            for name, dtype in rows.schema.items():
                if dtype == pl.Boolean:
                    self._pools[table, name] = _rows(rows.filter(pl.col(name)))
        for table in ("icd10cm", "icd10pcs"):
            self._pools[table, ""] = _rows(reference.table(table))

    def stays(self, count: int) -> Iterator[Stay]:
        """So many stays; about one in eight provokes nothing on purpose."""
        for number in range(count):
            stay = self._plain(number)
            many = self._chance.choices((0, 1, 2, 3), (1, 4, 2, 1))[0]
            for provoke in self._chance.choices(PROVOCATIONS, k=many):
                provoke(self, stay)
            yield stay

    def _plain(self, number: int) -> Stay:
        chance = self._chance
        day = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days + 1))
        stay = Stay(number, day, days=chance.randint(1, 15), age=chance.choice(_AGES))
        stay.sex = chance.choice("FM")
        stay.status = chance.choice(_STATUSES)
        stay.principal = chance.choice(_PLAIN)
        stay.others = [
            code for code in chance.sample(_PLAIN, chance.randint(0, 3)) if code != stay.principal
        ]
        stay.procedures = chance.sample(_PLAIN_PROCEDURES, chance.randint(0, 2))
        if chance.random() < _ANY:
            stay.others.append(self.code("icd10cm", "", day) or _PLAIN[0])
            stay.procedures.append(self.code("icd10pcs", "", day) or _PLAIN_PROCEDURES[0])
        return stay

    def code(self, table: str, attribute: str, day: date) -> str | None:
        """A code that has the attribute on that day, if one is found."""
        pool = self._pools[table, attribute]
        for _ in range(_TRIES):
            code, first, last = self._chance.choice(pool)
            if first <= day <= last:
                return code
        return None

    def ended(self, table: str, day: date) -> str:
        """A code that isn't in force on that day, or what was never a code."""
        for _ in range(_TRIES):
            code, first, last = self._chance.choice(self._pools[table, ""])
            if not first <= day <= last and self._chance.random() < 0.8:
                return code
            if self._chance.random() < 0.02:
                break
        return self._chance.choice(_GARBAGE)

    def pick(self, values: Sequence[Any]) -> Any:
        """One of some values."""
        return self._chance.choice(values)

    def flip(self) -> bool:
        """True or false."""
        return self._chance.random() < 0.5


def _rows(table: pl.DataFrame) -> list[tuple[str, date, date]]:
    return list(table.select("code", "valid_from", "valid_to").iter_rows())


def _principal(attribute: str) -> Provocation:
    def provoke(maker: Maker, stay: Stay) -> None:
        stay.principal = maker.code("icd10cm_attributes", attribute, stay.discharged) or "J189"

    return provoke


def _other(attribute: str) -> Provocation:
    def provoke(maker: Maker, stay: Stay) -> None:
        if code := maker.code("icd10cm_attributes", attribute, stay.discharged):
            stay.others.append(code)

    return provoke


def _procedure(attribute: str, *partners: str) -> Provocation:
    """A procedure with the attribute, and at random what goes with it."""

    def provoke(maker: Maker, stay: Stay) -> None:
        if code := maker.code("icd10pcs_attributes", attribute, stay.discharged):
            stay.procedures.append(code)
        for partner in partners:
            if not maker.flip():
                continue
            table, _, name = partner.partition(":")
            if code := maker.code(table, name, stay.discharged):
                (stay.procedures if table == "icd10pcs_attributes" else stay.others).append(code)

    return provoke


def _repeat(_: Maker, stay: Stay) -> None:
    stay.others.append(stay.principal)


def _invalid_diagnosis(maker: Maker, stay: Stay) -> None:
    code = maker.ended("icd10cm", stay.discharged)
    if maker.flip():
        stay.principal = code
    else:
        stay.others.append(code)


def _invalid_procedure(maker: Maker, stay: Stay) -> None:
    stay.procedures.append(maker.ended("icd10pcs", stay.discharged))


def _age(maker: Maker, stay: Stay) -> None:
    stay.age = maker.pick((125, 126, 130))


def _sex(_: Maker, stay: Stay) -> None:
    stay.sex = "U"


def _status(maker: Maker, stay: Stay) -> None:
    stay.status = maker.pick(range(100))


def _needs_secondary(maker: Maker, stay: Stay) -> None:
    stay.principal = "Z5189"
    if maker.flip():
        stay.others.clear()


_DIAGNOSIS: Final = "icd10cm_attributes:"
_PAIRED: Final = "icd10pcs_attributes:"
PROVOCATIONS: Final[tuple[Provocation, ...]] = (
    _repeat,
    _invalid_diagnosis,
    _invalid_procedure,
    _age,
    _sex,
    _status,
    _needs_secondary,
    *map(
        _principal,
        (
            "external_cause",
            "manifestation",
            "unacceptable_principal",
            "questionable_admission",
            "newborn",
            "maternity",
            "unspecified_laterality",
        ),
    ),
    *map(
        _other,
        (
            "newborn",
            "pediatric",
            "maternity",
            "adult",
            "male",
            "female",
            "wrong_procedure",
            "unspecified_laterality",
            "delivery_outcome",
        ),
    ),
    _procedure("male"),
    _procedure("female"),
    _procedure("noncovered"),
    _procedure("limited_coverage"),
    _procedure("long_ventilation"),
    _procedure("noncovered_over_60"),
    _procedure("noncovered_6", _DIAGNOSIS + "noncovered_6"),
    _procedure("noncovered_7", _DIAGNOSIS + "noncovered_7"),
    _procedure("noncovered_z302", _DIAGNOSIS + "noncovered_z302"),
    _procedure(
        "pancreas_transplant", _DIAGNOSIS + "diabetes_type_1", _PAIRED + "kidney_transplant"
    ),
    _procedure(
        "heart_replacement_a", _PAIRED + "heart_replacement_b", _DIAGNOSIS + "clinical_trial"
    ),
    _procedure("vaginal_delivery", _DIAGNOSIS + "delivery_outcome"),
    _procedure("cesarean_section", _DIAGNOSIS + "delivery_outcome"),
)
