"""Make a practice year: claims of invented people with several payers, providers, coders and habits, and the truth about each line.

Usage: python tools/practice_year.py FOLDER [--patients 260] [--seed 17]
       python tools/practice_year.py FOLDER --fill sheet.csv

It writes `claims.csv` (one row a line, as a practice system exports it), `truth.csv` (what the record supports, line by line), `coders.csv` (who coded each
claim), `fees.csv` (the practice's fee for each code) and `habits.json` (what was planted).
Nobody in it is real: names don't occur, numbers have the form of real ones.

What is planted:

* one physician bills established visits a level too high, more often than not;
* one coder forgets modifier 25 on visits with a procedure;
* visits for type 2 diabetes double from the first to the last month;
* multiple sclerosis stays level while its code G35 is divided on 2025-10-01;
* a few consultations go to a payer that doesn't pay them.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

FIRST: Final = date(2025, 1, 1)
DIVIDED: Final = date(2025, 10, 1)
BILLING_NPI: Final = "1999990017"
UP_CODER: Final = "1999990033"
FORGETFUL: Final = "CODER-B"


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, and how likely each level of an established visit is in the record."""

    npi: str
    taxonomy: str
    levels: tuple[float, float, float, float]
    raises: float = 0.0


@dataclass(frozen=True, slots=True)
class Payer:
    """A payer as claims name it, and its share of the patients."""

    number: str
    name: str
    filing: str
    share: float


@dataclass(frozen=True, slots=True)
class Patient:
    """An invented patient."""

    number: int
    birth: date
    sex: str
    state: str
    payer: Payer
    provider: Provider
    chronic: str | None

    @property
    def member(self) -> str:
        """The member's number, in the form of a commercial one."""
        return f"W{700000000 + self.number}"


@dataclass(frozen=True, slots=True)
class Line:
    """A service line: what was billed, and what the record supports."""

    code: str
    modifiers: str = ""
    diagnoses: tuple[str, ...] = ()
    units: int = 1
    true_code: str = ""
    true_modifiers: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim."""

    number: int
    patient: Patient
    day: date
    coder: str
    lines: tuple[Line, ...] = field(default=())


LEVELS: Final = ("99212", "99213", "99214", "99215")
_USUAL: Final = (0.10, 0.50, 0.35, 0.05)
PROVIDERS: Final = (
    Provider("1999990025", "207Q00000X", _USUAL),
    Provider(UP_CODER, "207Q00000X", _USUAL, raises=0.65),
    Provider("1999990041", "207Q00000X", (0.12, 0.52, 0.32, 0.04)),
    Provider("1999990058", "207R00000X", (0.06, 0.44, 0.43, 0.07)),
    Provider("1999990066", "363LF0000X", (0.15, 0.57, 0.26, 0.02)),
)
PAYERS: Final = (
    Payer("62308", "CIGNA HEALTHCARE", "CI", 0.30),
    Payer("87726", "UNITEDHEALTHCARE", "CI", 0.28),
    Payer("60054", "AETNA", "CI", 0.22),
    Payer("22099", "HORIZON BCBSNJ", "BL", 0.20),
)
CODERS: Final = ("CODER-A", FORGETFUL, "CODER-C")
FEES: Final = {
    "99202": 110, "99203": 165, "99204": 245, "99205": 320, "99212": 80, "99213": 125, "99214": 185, "99215": 260,
    "99243": 190, "20610": 95, "17110": 160, "11200": 120, "83036": 20, "36415": 9, "93000": 35, "90471": 30, "90686": 25,
}  # fmt: skip
_ACUTE: Final = ("J06.9", "M54.50", "R05.1", "N39.0", "J02.9", "R51.9", "H66.91", "L03.115")
_CHRONIC: Final = (
    ("I10", 0.30),
    ("E78.5", 0.18),
    ("G35", 0.10),
    ("J45.909", 0.10),
    ("M17.11", 0.12),
)
_PROCEDURES: Final = (("20610", "M17.11"), ("17110", "B07.9"), ("11200", "L91.8"))
_AFTER_DIVISION: Final = {"G35": "G35.A"}


def npi_is_valid(npi: str) -> bool:
    """The check digit of an NPI (45 CFR 162.406)."""
    digits = [int(one) for one in "80840" + npi]
    doubled = [sum(divmod(2 * one, 10)) if n % 2 == 0 else one for n, one in enumerate(reversed(digits), 1)]  # fmt: skip
    return sum(doubled) % 10 == 0


class Year:
    """A practice year, made from a seed.

    Args:
        patients: how many patients.
        seed: the seed; the same seed makes the same year.
    """

    def __init__(self, patients: int, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - invented data, not secrets
        self.patients = [self._patient(number) for number in range(patients)]
        visits = sorted(self._visits(), key=lambda one: (one[1], one[0].number))
        self.claims = [self._claim(number, *visit) for number, visit in enumerate(visits, 1)]

    def _patient(self, number: int) -> Patient:
        dice = self._dice
        born = date(1938, 1, 1) + timedelta(days=dice.randrange(365 * 68))
        chronic = dice.choices([code for code, _ in _CHRONIC] + [None], [w for _, w in _CHRONIC] + [0.2])[0]  # fmt: skip
        payer = dice.choices(PAYERS, [one.share for one in PAYERS])[0]
        state = dice.choice(("NJ", "NJ", "NJ", "PA"))
        return Patient(number, born, dice.choice("FM"), state, payer, dice.choice(PROVIDERS), chronic)  # fmt: skip

    def _visits(self) -> Iterator[tuple[Patient, date, str]]:
        """Each patient's visits, and the diabetes visits whose number grows from month to month."""
        dice = self._dice
        for patient in self.patients:
            for _ in range(dice.choices((1, 2, 3, 4), (2, 4, 3, 1))[0]):
                reason = patient.chronic if patient.chronic and dice.random() < 0.5 else dice.choice(_ACUTE)  # fmt: skip
                yield patient, self._workday(FIRST + timedelta(days=dice.randrange(365))), reason
        for month in range(12):
            count = round(len(self.patients) * 0.04 * (1 + month / 11))
            first = date(FIRST.year, month + 1, 1)
            for patient in dice.sample(self.patients, count):
                yield patient, self._workday(first + timedelta(days=dice.randrange(27))), "E11.9"

    def _workday(self, day: date) -> date:
        return day - timedelta(days=max(0, day.weekday() - 4))

    def _claim(self, number: int, patient: Patient, day: date, reason: str) -> Claim:
        diagnosis = _AFTER_DIVISION.get(reason, reason) if day >= DIVIDED else reason
        coder = self._dice.choice(CODERS)
        lines = tuple(self._lines(patient, diagnosis, coder))
        return Claim(number, patient, day, coder, lines)

    def _lines(self, patient: Patient, diagnosis: str, coder: str) -> Iterator[Line]:
        dice = self._dice
        provider = patient.provider
        level = dice.choices(range(4), provider.levels)[0]
        billed = min(level + 1, 3) if dice.random() < provider.raises else level
        visit = Line(LEVELS[billed], diagnoses=(diagnosis,), true_code=LEVELS[level])
        if billed != level:
            visit = replace(visit, why="the record supports one level less")
        if patient.payer.number == "62308" and dice.random() < 0.02:
            yield Line("99243", diagnoses=(diagnosis,), true_code="99203", why="the payer doesn't pay consultations")  # fmt: skip
            return
        if dice.random() < 0.16:
            procedure, reason = dice.choice(_PROCEDURES)
            forgets = coder == FORGETFUL and dice.random() < 0.7
            why = visit.why or ("modifier 25 was forgotten" if forgets else "")
            yield replace(visit, modifiers="" if forgets else "25", true_modifiers="25", why=why)
            side = "RT" if procedure == "20610" else ""
            yield Line(procedure, side, (reason,), true_code=procedure)
            return
        yield visit
        if diagnosis == "E11.9":
            yield Line("83036", diagnoses=(diagnosis,), true_code="83036")


COLUMNS: Final = (
    "claim_id", "line_number", "payer_id", "payer_name", "claim_filing_code", "member_id", "patient_birth_date", "patient_sex", "patient_relationship_code",
    "billing_npi", "billing_taxonomy_code", "billing_state", "billing_zip_code", "rendering_npi", "rendering_taxonomy_code",
    "place_of_service_code", "claim_frequency_code", "from_date", "submitted_date",
    "procedure_code", "modifier_1", "units", "charge_amount", "diagnosis_code_1", "diagnosis_code_2", "diagnosis_pointer_1",
)  # fmt: skip


def rows_of(claim: Claim) -> Iterator[dict[str, object]]:
    """The rows of a claim as a practice system exports them."""
    diagnoses = list(dict.fromkeys(code for line in claim.lines for code in line.diagnoses))
    patient = claim.patient
    for number, line in enumerate(claim.lines, 1):
        yield {
            "claim_id": f"PY{claim.number:05}",
            "line_number": number,
            "payer_id": patient.payer.number,
            "payer_name": patient.payer.name,
            "claim_filing_code": patient.payer.filing,
            "member_id": patient.member,
            "patient_birth_date": patient.birth,
            "patient_sex": patient.sex,
            "patient_relationship_code": "18",
            "billing_npi": BILLING_NPI,
            "billing_taxonomy_code": "261QP2300X",
            "billing_state": patient.state,
            "billing_zip_code": "070010000" if patient.state == "NJ" else "190010000",
            "rendering_npi": patient.provider.npi,
            "rendering_taxonomy_code": patient.provider.taxonomy,
            "place_of_service_code": "11",
            "claim_frequency_code": "1",
            "from_date": claim.day,
            "submitted_date": claim.day + timedelta(days=3),
            "procedure_code": line.code,
            "modifier_1": line.modifiers,
            "units": line.units,
            "charge_amount": FEES[line.code] * line.units,
            "diagnosis_code_1": diagnoses[0],
            "diagnosis_code_2": diagnoses[1] if len(diagnoses) > 1 else "",
            "diagnosis_pointer_1": diagnoses.index(line.diagnoses[0]) + 1,
        }


def truth_of(claim: Claim) -> Iterator[dict[str, object]]:
    """What the record supports, line by line."""
    for number, line in enumerate(claim.lines, 1):
        yield {
            "claim_id": f"PY{claim.number:05}",
            "line_number": number,
            "procedure_code": line.true_code,
            "modifiers": line.modifiers if line.true_modifiers is None else line.true_modifiers,
            "why": line.why,
        }


def habits(year: Year) -> dict[str, object]:
    """What was planted, and how often it happened."""
    lines = [(claim, line) for claim in year.claims for line in claim.lines]
    raised = [claim for claim, line in lines if line.why == "the record supports one level less"]
    return {
        "claims": len(year.claims),
        "lines": len(lines),
        "up_coder": UP_CODER,
        "visits_billed_too_high": len(raised),
        "forgetful_coder": FORGETFUL,
        "modifier_25_forgotten": sum(line.true_modifiers == "25" and not line.modifiers for _, line in lines),
        "growing_diagnosis": "E11.9",
        "divided_code": {"before": "G35", "after": "G35.A", "on": DIVIDED.isoformat()},
    }  # fmt: skip


def write(year: Year, folder: Path) -> None:
    """Write the year's files."""
    folder.mkdir(parents=True, exist_ok=True)
    claims = [row for claim in year.claims for row in rows_of(claim)]
    _table(folder / "claims.csv", COLUMNS, claims)
    truth = [row for claim in year.claims for row in truth_of(claim)]
    _table(folder / "truth.csv", tuple(truth[0]), truth)
    coders: list[dict[str, object]] = [
        {"claim_id": f"PY{one.number:05}", "coder": one.coder} for one in year.claims
    ]
    _table(folder / "coders.csv", ("claim_id", "coder"), coders)
    fees: list[dict[str, object]] = [
        {"procedure_code": code, "fee": fee} for code, fee in FEES.items()
    ]
    _table(folder / "fees.csv", ("procedure_code", "fee"), fees)
    (folder / "habits.json").write_text(json.dumps(habits(year), indent=1) + "\n")


def fill(sheet: Path, truth: Path, output: Path) -> None:
    """Fill in an auditor's sheet (CSV) with the truth, as a perfect auditor would."""
    with truth.open(newline="", encoding="utf-8") as file:
        known = {(row["claim_id"], row["line_number"]): row for row in csv.DictReader(file)}
    with sheet.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        found = known[row["unit"], row["line_number"]]
        is_right = (row["procedure_code"], row["modifiers"]) == (found["procedure_code"], found["modifiers"])  # fmt: skip
        row["agree"] = "y" if is_right else "n"
        if row["procedure_code"] != found["procedure_code"]:
            row["audited_code"] = found["procedure_code"]
        if row["modifiers"] != found["modifiers"]:
            row["audited_modifiers"] = found["modifiers"] or "none"
        row["reason"] = found["why"]
        row["auditor"] = "A"
    _table(output, tuple(rows[0]), [dict(row) for row in rows])


def _table(path: Path, columns: Sequence[str], rows: Sequence[dict[str, object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Write a year."""
    words = argparse.ArgumentParser(description="Make a practice year of invented people.")
    words.add_argument("folder", type=Path)
    words.add_argument("--patients", type=int, default=260)
    words.add_argument("--seed", type=int, default=17)
    words.add_argument(
        "--fill", type=Path, help="fill in this auditor's sheet instead, and write filled.csv"
    )
    given = words.parse_args()
    if given.fill:
        fill(given.fill, given.folder / "truth.csv", given.folder / "filled.csv")
        return
    write(Year(given.patients, given.seed), given.folder)


if __name__ == "__main__":
    main()
