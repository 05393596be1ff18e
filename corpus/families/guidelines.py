"""Combinations and order that the coding guidelines decide."""

from __future__ import annotations

from datetime import date
from random import Random

from corpus.case import Case, line, professional, rule, some_day
from corpus.families.claims import either
from corpus.families.diagnoses import GUIDE


@rule(
    "linked-conditions-apart",
    "DX122",
    "Conditions that ICD-10-CM presumes to be linked, coded apart.",
    GUIDE + "I.A.15, I.C.9.a and I.C.4.a",
    also="DX112 DX107 DX117 DX118",
)
def linked(dice: Random, n: int) -> Case:
    pairs = (
        ("I10", "N184"),
        ("I10", "I509"),
        ("E119", "N182"),
        ("I10", "I5022"),
        ("E119", "G629"),
        ("I10", "N186"),
        ("I10", "I5032"),
        ("E109", "N184"),
        ("E119", "I739"),
    )
    pair = list(pairs[n % len(pairs)])
    if n % 2:
        pair.reverse()
    return Case([either(dice, n, codes=pair, day=some_day(dice, "2017-10-01"))], hard=bool(n % 2))


@rule(
    "sequence-against-guideline",
    "DX123",
    "A code that follows another one listed first.",
    GUIDE + "I.C.1.b, I.C.1.d, I.C.19.e and I.C.18.e",
    also="DX112 DX111 DX118 DX110 DX119 DX108 DX141",
)
def sequence(dice: Random, n: int) -> Case:
    codes = (
        ["B9620", "N390"],
        ["B9561", "L0390"],
        ["R6520", "A419"],
        ["R6521", "A4101"],
        ["T360X5A", "R197"],
        ["R402410", "S060X0A"],
        ["B9789", "J208"],
        ["T451X5A", "D6481"],
        ["B9562", "L0291"],
    )[n % 9]
    return Case([either(dice, n, codes=codes)], diagnosis=1, hard=n % 9 > 3)


@rule(
    "exam-result-contradicts",
    "DX124",
    "A routine examination 'without abnormal findings' with a finding, or the reverse.",
    GUIDE + "I.C.21.c.13",
    also="DX112 LNK107 DX118 DX119",
)
def exam(dice: Random, n: int) -> Case:
    findings = ["R030", "R7303", "R011", "R310"]
    codes = [["Z0000", findings[n % 4]], ["Z00129", "R011"], ["Z01419", "R87610"], ["Z0001"]][n % 4]
    child = codes[0] == "Z00129"
    day = some_day(dice, "2017-10-01")
    procedure = "99393" if child else "99396"
    birth = date(day.year - (8 if child else 45), 1, 3)
    return Case(
        [
            professional(
                dice, payer="commercial", day=day, codes=codes, patient_birth_date=birth, patient_sex="F", lines=[line(procedure, to=range(1, len(codes) + 1))]
            )
        ],
        hard=n % 4 == 3,
    )


@rule(
    "delivery-codes-disagree",
    "DX125",
    "O80 with a code of chapter 15 or another outcome, or a delivery without its outcome.",
    GUIDE + "I.C.15.n and I.C.15.b.5",
    also="DX112 DX113 DX107 DX118 DX119",
)
def delivery(dice: Random, n: int) -> Case:
    codes = (["O80", "O9902", "Z370", "Z3A39"], ["O80", "Z371", "Z3A38"], ["O80", "Z3A40"], ["O82", "Z3A39"], ["O80", "Z372", "Z3A37"])[n % 5]
    day = some_day(dice, "2016-10-01")
    claim = professional(
        dice,
        payer="commercial",
        day=day,
        codes=codes,
        patient_sex="F",
        patient_birth_date=date(day.year - 29, 1, 2),
        place_of_service_code="21",
        admission_date=day,
        lines=[line("59409", to=range(1, min(4, len(codes)) + 1))],
    )
    return Case([claim], hard=n % 5 > 2)


@rule("weeks-against-trimester", "DX126", "A code of one trimester with weeks of another.", GUIDE + "I.C.15.a.3 and I.C.21.c.11", also="DX112 DX113 DX118")
def weeks(dice: Random, n: int) -> Case:
    first, week = (
        ("O2341", "Z3A30"),
        ("O2343", "Z3A10"),
        ("O09892", "Z3A08"),
        ("O26891", "Z3A14"),
        ("O26892", "Z3A28"),
        ("O26893", "Z3A27"),
        ("O2342", "Z3A13"),
    )[n % 7]
    day = some_day(dice, "2016-10-01")
    return Case(
        [
            professional(
                dice,
                payer="commercial",
                day=day,
                codes=[first, week],
                patient_sex="F",
                patient_birth_date=date(day.year - 29, 1, 2),
                lines=[line("99213", to=(1, 2))],
            )
        ],
        hard=n % 7 > 2,
    )


@rule(
    "treatment-without-disease",
    "DX127",
    "An encounter for chemotherapy, radiation or immunotherapy alone.",
    GUIDE + "I.C.2.e.2; Z51, code also",
    also="DX112 DX110",
)
def treatment(dice: Random, n: int) -> Case:
    return Case([either(dice, n, codes=[["Z5111", "Z510", "Z5112"][n % 3]])], diagnosis=1)


@rule("symptom-of-disease", "DX128", "A symptom that goes with a coded disease as a rule.", GUIDE + "I.B.5", also="DX107 DX117 DX118 DX115")
def symptom(dice: Random, n: int) -> Case:
    codes = (["J189", "R509"], ["N390", "R300"], ["M1711", "M25561"], ["J209", "R062"], ["J189", "R0602"], ["A084", "R197"], ["M1612", "M25552"])[n % 7]
    return Case([either(dice, n, codes=codes, day=some_day(dice, "2016-10-01"))])
