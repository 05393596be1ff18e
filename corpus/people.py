"""Invented people, providers and payers."""

from __future__ import annotations

from random import Random

LETTERS = "ACDEFGHJKMNPQRTUVWXY"
"""The letters of a Medicare Beneficiary Identifier: none of B, I, L, O, S and Z (CMS, MBI format)."""
FAMILY_NAMES = ("ADAMS", "BAKER", "CLARK", "DAVIS", "EVANS", "FLYNN", "GRANT", "HAYES", "IRWIN", "JONES", "KELLY", "LOPEZ", "MOORE", "NGUYEN", "OWENS")
GIVEN_NAMES = ("PAT", "KIM", "LEE", "SAM", "ALEX", "JO", "DANA", "ROBIN", "CHRIS", "TERRY")
STATES = (("NC", "276010000"), ("TX", "787010000"), ("OH", "432150000"), ("FL", "331010000"), ("WA", "981010000"), ("MA", "021080000"))
FILING = {
    "commercial": ("CI", "BL", "HM", "12", "15"),
    "medicare": ("MB",),
    "medicaid": ("MC",),
    "tricare": ("CH",),
    "va": ("VA",),
    "workers_comp": ("WC",),
    "auto": ("AM",),
    "other": ("11",),
}
"""Claim filing indicators (837 guide, SBR09) by class of payer."""


def check_digit(nine: str) -> str:
    """The tenth digit of an NPI: Luhn's formula over 80840 and the nine digits (CMS, NPI check digit calculation)."""
    total = 0
    for place, digit in enumerate(reversed("80840" + nine)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


def npi(dice: Random) -> str:
    """A National Provider Identifier with a right check digit."""
    nine = "1" + "".join(dice.choice("0123456789") for _ in range(8))
    return nine + check_digit(nine)


def wrong_npi(dice: Random) -> str:
    """Ten digits whose check digit is wrong."""
    right = npi(dice)
    return right[:9] + str((int(right[9]) + dice.randint(1, 9)) % 10)


def medicare_id(dice: Random) -> str:
    """A number of the form of a Medicare Beneficiary Identifier."""
    form = "9A*9A*9AA99"
    first = dice.choice("123456789")
    return first + "".join(dice.choice({"9": "0123456789"}.get(kind, LETTERS)) for kind in form[1:])
