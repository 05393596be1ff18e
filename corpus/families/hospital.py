"""Institutional claims."""

from __future__ import annotations

from random import Random
from typing import Any

from corpus.case import Case, diagnosis, institutional, rule, service

GUIDE = "837I guide; NUBC manual; Medicare Claims Processing Manual, ch. 25, 75"
FORM = "ENV002 ENV003"


@rule("bill-type-wrong", "INS101", "A type of bill that doesn't exist.", GUIDE + ".1, FL 4", also=FORM + " INS103 INS105 CLM122")
def bill_type(dice: Random, n: int) -> Case:
    return Case([institutional(dice, bill_type_code=["991", "13T", "101", "191", "13R"][n % 5], claim_frequency_code=["1", "T", "1", "1", "R"][n % 5])])


@rule("revenue-code-malformed", "INS102", "A revenue code that is missing or not of four digits.", GUIDE + ".4, FL 42", also=FORM)
def revenue(dice: Random, n: int) -> Case:
    lines = [service("0510", "G0463"), service(["", "51X", "45000", "A300", "0001"][n % 5], "71046")]
    return Case([institutional(dice, lines=lines)], line=2)


@rule("discharge-status-wrong", "INS103", "A discharge status that is missing on a stay, or no code.", GUIDE + ".3, FL 17", also=FORM)
def status(dice: Random, n: int) -> Case:
    return Case([institutional(dice, stay=3, discharge_disposition_code=["08", None, "99", "30", "77"][n % 5])])


@rule(
    "present-on-admission-malformed",
    "INS104",
    "A mark of what was present on admission that is none of Y, N, U and W.",
    "ICD-10-CM Official Guidelines, appendix I; Claims Processing Manual, ch. 23, 10.3",
    also=FORM + " INS106 INS107 INS108",
)
def present(dice: Random, n: int) -> Case:
    codes = [diagnosis("I10", present_on_admission_code="Y"), diagnosis("J449", present_on_admission_code=["X", "Z", "E", "5", "C"][n % 5])]
    return Case([institutional(dice, stay=4, diagnoses=codes)], diagnosis=2)


@rule("admission-codes-wrong", "INS105", "A priority or point of origin of an admission that is missing or no code.", GUIDE + ".1, FL 14 and 15", also=FORM)
def admission(dice: Random, n: int) -> Case:
    more: list[dict[str, Any]] = [
        {"admit_type_code": "7"},
        {"admit_source_code": "3"},
        {"admit_type_code": None},
        {"admit_source_code": "Q"},
        {"admit_source_code": None},
    ]
    return Case([institutional(dice, stay=3, **more[n % 5])])
