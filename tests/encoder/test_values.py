"""Values of short lists: modifiers, places of service, reason codes, revenue codes, types of bill."""

from __future__ import annotations

from datetime import date

import pytest

from cleanclaim.encoder import Encoder
from cleanclaim.encoder.text import page
from cleanclaim.encoder.values import joined

DAY = date(2026, 5, 12)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("25", [("Modifier", "25"), ("Place of service", "25")]),
        ("modifier 25", [("Modifier", "25")]),
        ("rt", [("Modifier", "RT")]),
        ("POS 11", [("Place of service", "11")]),
        ("CARC 146", [("CARC", "146")]),
        ("CO-45", [("CARC", "45"), ("Adjustment group", "CO")]),
        ("CARC CO-97", [("CARC", "97")]),
        ("N130", [("ICD-10-CM", "N13.0"), ("RARC", "N130")]),
        ("rarc n130", [("RARC", "N130")]),
        ("0450", [("Revenue code", "0450")]),
        ("revenue 450", [("Revenue code", "0450")]),
        ("0137", [("Revenue code", "0137"), ("Type of bill", "0137")]),
        ("tob 131", [("Type of bill", "0131")]),
        ("frequency 7", [("Frequency code", "7")]),
        ("filing MB", [("Claim filing indicator", "MB")]),
        ("point of origin 1", [("Point of origin", "1")]),
        ("CARC 9999", []),
        ("POS ZZ", []),
    ],
)
def test_values_are_found_with_and_without_their_list(
    asked: str, found: list[tuple[str, str]], encoder: Encoder
) -> None:
    shown = encoder.lookup(asked, on=DAY)
    assert [(one.system, one.code) for one in shown] == found
    assert all(one.title for one in shown)


def test_a_modifier_says_what_it_does(encoder: Encoder) -> None:
    text = page(encoder.lookup("modifier 26", on=DAY)[0])
    assert text.startswith("Modifier 26  professional component")
    assert "Affects payment: yes" in text
    assert "Not on the same line as: TC" in text
    assert "CMS-1500 box 24D" in text


def test_a_value_that_ended_says_so_first(encoder: Encoder) -> None:
    text = page(encoder.lookup("modifier ZA", on=DAY)[0])
    assert text.splitlines()[1] == "NOT IN USE since 2018-03-31"


def test_a_type_of_bill_is_read_digit_by_digit(encoder: Encoder) -> None:
    shown = encoder.lookup("tob 0137", on=DAY)[0]
    assert shown.as_dict()["facts"] == [
        {"name": "13", "value": "hospital, outpatient"},
        {"name": "7", "value": "replacement"},
        {"name": "Setting", "value": "outpatient"},
    ]


def test_every_modifier_has_words_of_its_own(encoder: Encoder) -> None:
    labels = encoder.reference.table("modifiers")
    generic = labels.filter(labels["label"].str.contains("HCPCS Level II modifier$"))
    assert generic.is_empty()


def test_words_and_values_are_joined_on_the_command_line() -> None:
    assert list(joined(["25", "type", "of", "bill", "0131", "J1885", "carc"])) == ["25", "type of bill 0131", "J1885", "carc"]  # fmt: skip
