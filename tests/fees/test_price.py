"""What the fee schedules allow for a line: every amount here was computed by hand."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference
from published import Published

Amounts = Callable[..., list[str]]
Why = Callable[..., str]
Price = Callable[..., list[dict[str, Any]]]
ALASKA = {"billing_state": "AK", "billing_zip_code": "995010000"}


# The formula and the place


def test_a_line_and_its_basis(price: Price) -> None:
    [row] = price(("10000",))
    assert row == {
        "claim_key": 0,
        "line_number": 1,
        "procedure_code": "10000",
        "allowed": Decimal("80.00"),
        "basis": "MPFS 2025D, locality 11502-00, non-facility",
        "reason": None,
    }


def test_each_part_has_its_own_index_and_is_rounded_once(price: Price) -> None:
    # (0.90 x 1.5 + 1.00 x 1.081 + 0.10 x 0.592) x 40 = 99.608
    [row] = price(("10000",), **ALASKA)
    assert (str(row["allowed"]), row["basis"]) == (
        "99.61",
        "MPFS 2025D, locality 02102-01, non-facility",
    )


@pytest.mark.parametrize(
    ("place", "amount", "setting"),
    [
        ("11", "80.00", "non-facility"),
        ("22", "60.00", "facility"),
        ("21", "60.00", "facility"),
        ("02", "60.00", "facility"),
        ("10", "80.00", "non-facility"),
    ],
)
def test_the_place_of_service(place: str, amount: str, setting: str, price: Price) -> None:
    [row] = price(("10000",), place_of_service_code=place)
    assert str(row["allowed"]) == amount
    assert row["basis"].endswith(f", {setting}")


def test_units_multiply(amounts: Amounts) -> None:
    assert amounts({"procedure_code": "10000", "units": 3}) == ["240.00"]


@pytest.mark.parametrize(
    ("address", "locality"),
    [
        ({"billing_zip_code": "941020000", "billing_state": "CA"}, "01112-05"),
        ({"facility_zip_code": "90001", "facility_state": "CA"}, "01182-18"),
        ({"facility_state": "AK"}, "02102-01"),
        ({"billing_zip_code": None, "billing_state": "nc"}, "11502-00"),
    ],
)
def test_the_locality(address: dict[str, str], locality: str, price: Price) -> None:
    [row] = price(("10000",), **address)
    assert f"locality {locality}," in row["basis"]


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (
            {"billing_state": "CA", "billing_zip_code": "999990000"},
            "the locality is unknown: CA has several, and no table of ZIP codes is loaded to choose one",
        ),
        (
            {"billing_state": "VA"},
            "the locality is unknown: VA has several, and no table of ZIP codes is loaded to choose one",
        ),
        (
            {"billing_state": None, "billing_zip_code": None},
            "the locality is unknown: no address identifies it",
        ),
        ({"place_of_service_code": "98"}, "the place of service doesn't show whether it is a facility"),
        (
            {"from_date": "2026-02-03"},
            "no Medicare Physician Fee Schedule is loaded for 2026Q1",
        ),
        ({"claim_frequency_code": "8"}, "the claim is a void, or a later claim replaces it"),
    ],
)  # fmt: skip
def test_the_claim_leaves_no_price(claim: dict[str, Any], reason: str, why: Why) -> None:
    assert why(("10000",), **claim) == reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("99999",), "99999 isn't in the fee schedule"),
        (("10000", "26"), "the fee schedule has no price for 10000 with modifier 26"),
        (("10000", "53"), "a discontinued service (modifier 53) is priced by report"),
        (("10000", "52"), "a reduced service (modifier 52) is priced by report"),
        (("10000", "66"), "a surgical team (modifier 66) is priced by report"),
        (("80003",), "status B: it is bundled into other services"),
        (("80004",), "it has no relative values: it is contractor-priced"),
        (("20002", "80"), "an assistant at surgery isn't paid for this code (indicator 1)"),
        (("20003", "AS"), "an assistant at surgery doesn't apply to this code (indicator 9)"),
        (("20002", "62"), "a co-surgeon isn't paid for this code (indicator 0)"),
        (("10000", "55"), "the code has no global period for modifier 54, 55 or 56 to divide"),
        ({"procedure_code": None}, "the procedure code is missing"),
        ({"procedure_code": "10000", "units": 0}, "units are missing or zero"),
        (("80011",), "this laboratory test is contractor-priced"),
        (("J0001",), "the drug has no payment limit: it is contractor-priced"),
    ],
)
def test_the_line_leaves_no_price(line: Any, reason: str, why: Why) -> None:
    assert why(line) == reason


def test_without_tables(some: Callable[..., Reference], why: Why) -> None:
    none = some("asp")
    assert why(("10000",), reference=none) == "no Medicare Physician Fee Schedule is loaded for 2025Q4"  # fmt: skip


def test_the_starter_set_has_no_values(some: Callable[..., Reference], why: Why) -> None:
    shown = why(("99213",), reference=some("gpci"))
    assert (
        shown
        == "the starter set has no relative values, and no Medicare Physician Fee Schedule is loaded for 2025Q4"
    )


def test_without_localities(some: Callable[..., Reference], why: Why) -> None:
    shown = why(("10000",), reference=some("mpfs"))
    assert shown == "no list of localities (GPCI) is loaded for 2025Q4"


def test_missing_tables_are_reported(some: Callable[..., Reference], why: Why) -> None:
    shown = why(("80001",), reference=some("mpfs", "gpci", "asp"))
    assert shown == "status X: it is excluded from the fee schedule by law; no laboratory fee schedule is loaded"  # fmt: skip


def test_institutional_claims_are_not_priced(why: Why) -> None:
    shown = why(("10000",), claim_type="institutional", bill_type_code="131")
    assert shown == "the fee schedules price professional claims only"


# Modifiers


@pytest.mark.parametrize(
    ("line", "amount", "note"),
    [
        (("20001", "50"), "600.00", "both sides 150%"),
        (("20003", "50"), "480.00", "both sides 200%"),
        (("20002", "50"), "320.00", None),
        (("20001", "54"), "320.00", "80% of the global payment"),
        (("20001", "55"), "80.00", "20% of the global payment"),
        (("20001", "56"), "40.00", "10% of the global payment"),
        (("20001", "54", "55"), "400.00", "100% of the global payment"),
        (("20001", "78"), "280.00", "70% of the global payment"),
        (("20003", "78"), "240.00", None),
        (("20001", "62"), "250.00", "co-surgeon 62.5%"),
        (("20001", "80"), "64.00", "assistant 16%"),
        (("20001", "82"), "64.00", "assistant 16%"),
        (("20001", "AS"), "54.40", "assistant 13.6%"),
        (("20001", "50", "80"), "96.00", "both sides 150%, assistant 16%"),
        (("20001", "51"), "400.00", None),
        (("30003", "53"), "80.00", "modifier 53"),
        (("40001", "26"), "40.00", "modifier 26"),
        (("40001", "TC"), "160.00", "modifier TC"),
    ],
)
def test_a_modifier(line: tuple[str, ...], amount: str, note: str | None, price: Price) -> None:
    [row] = price(line)
    assert str(row["allowed"]) == amount
    basis = "MPFS 2025D, locality 11502-00, non-facility"
    assert row["basis"] == (f"{basis}, {note}" if note else basis)


# Several procedures of one day


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("20003",), ("20001",), ("20002",)], ["120.00", "400.00", "160.00"]),
        ([("20001",), ("20001",)], ["400.00", "200.00"]),
        ([("20001",), ("20003", "50")], ["200.00", "480.00"]),  # both sides rank as one
        ([("20001", "80"), ("20002",)], ["64.00", "320.00"]),  # an assistant is ranked separately
        ([("20001",), ("10000",)], ["400.00", "80.00"]),
        ([{"procedure_code": "20002", "units": 3}], ["640.00"]),  # 320 + 2 x 160
        ([{"procedure_code": "20003", "units": 2}, ("20001",)], ["240.00", "400.00"]),
    ],
)  # fmt: skip
def test_surgery(lines: list[Any], expected: list[str], amounts: Amounts) -> None:
    assert amounts(*lines) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("30001",), ("30002",)], ["200.00", "40.00"]),  # 160 less the base's 120
        ([("30001",), ("30000",)], ["200.00", "0.00"]),
        ([("30000",)], ["120.00"]),
        ([("30001",), ("30002",), ("20001",)], ["100.00", "20.00", "400.00"]),  # the family after it
        ([("30001",), ("30002",), ("30000",), ("20002",)], ["100.00", "20.00", "0.00", "320.00"]),
        ([("30001",), ("20003", "51")], ["100.00", "240.00"]),
        ([{"procedure_code": "30001", "units": 2}], ["280.00"]),  # 200 + 80
    ],
)  # fmt: skip
def test_endoscopy(lines: list[Any], expected: list[str], amounts: Amounts) -> None:
    assert amounts(*lines) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # 40001 is 160 + 40, 40002 is 80 + 40
        ([("40001",), ("40002",)], ["200.00", "78.00"]),
        ([("40001", "TC"), ("40002", "TC")], ["160.00", "40.00"]),
        ([("40001", "26"), ("40002", "26")], ["40.00", "38.00"]),
        ([("40001", "26"), ("40002",)], ["40.00", "118.00"]),
        ([("40001",), ("40002", "59")], ["200.00", "120.00"]),
        ([("40001",), ("40002", "XE")], ["200.00", "120.00"]),
        ([{"procedure_code": "40001", "units": 2}], ["318.00"]),  # 200 + 80 + 38
        ([("60001",), ("60002",)], ["160.00", "60.00"]),
        ([("70001",), ("70002",)], ["160.00", "64.00"]),
        ([("60001",), ("70002",)], ["160.00", "80.00"]),
        ([("50001",), ("50002",)], ["80.00", "56.00"]),  # 72 less half of 32
        ([{"procedure_code": "50001", "units": 3}, ("50002",)], ["200.00", "56.00"]),  # 80 + 2 x 60
    ],
)
def test_tests_and_therapy(lines: list[Any], expected: list[str], amounts: Amounts) -> None:
    assert amounts(*lines) == expected


def test_reductions_are_shown(price: Price) -> None:
    shown = [row["basis"].rsplit(", ", 1)[-1] for row in price(("20001",), ("20002",), ("30001",), ("30002",))]  # fmt: skip
    assert shown == [
        "non-facility",
        "50% as an additional procedure",
        "50% as an additional procedure",
        "50% as an additional procedure",
    ]
    imaging = price(("40001",), ("40002",))[1]["basis"]
    assert imaging.endswith("additional imaging: technical part 50%, professional part 95%")


@pytest.mark.parametrize(
    ("other", "second"),
    [
        ({}, "160.00"),
        ({"from_date": "2025-11-13"}, "320.00"),
        ({"rendering_npi": "1999999984"}, "320.00"),
        ({"member_id": "OTHER"}, "320.00"),
        ({"is_history": True}, None),
    ],
)
def test_the_lines_of_one_patient_provider_and_day(
    other: dict[str, Any], second: str | None, fees: Reference, of_claims: Price
) -> None:
    first = professional(claim_id="A", from_date="2025-11-12", lines=[{"procedure_code": "20001"}])
    later = professional(
        **{"claim_id": "B", "from_date": "2025-11-12", "lines": [{"procedure_code": "20002"}], **other}
    )  # fmt: skip
    found = [str(row["allowed"]) for row in of_claims(fees, first, later)]
    assert found == ["400.00", *([second] if second else [])]


def test_earlier_claims_are_ranked_too(fees: Reference, of_claims: Price) -> None:
    earlier = professional(
        claim_id="A", from_date="2025-11-12", is_history=True, lines=[{"procedure_code": "20001"}]
    )
    later = professional(claim_id="B", from_date="2025-11-12", lines=[{"procedure_code": "20002"}])
    assert [str(row["allowed"]) for row in of_claims(fees, earlier, later)] == ["160.00"]


def test_status_t_is_paid_only_alone(amounts: Amounts, why: Why) -> None:
    assert amounts(("80005",)) == ["40.00"]
    shown = why(("10000",), ("80005",))
    assert shown == "status T: another fee schedule service is paid that day"


# The cap, and other schedules


@pytest.mark.parametrize(
    ("line", "place", "amount"),
    [
        (("40001", "TC"), "11", "110.00"),
        (("40001", "TC"), "22", "100.00"),
        (("40001",), "11", "170.00"),  # 110 and the professional part, 60
        (("40001", "26"), "11", "60.00"),
    ],
)
def test_the_cap(line: tuple[str, ...], place: str, amount: str, price: Price) -> None:
    [row] = price(line, place_of_service_code=place, **ALASKA)
    assert str(row["allowed"]) == amount
    assert ("OPPS cap" in row["basis"]) == (line[-1] != "26")


def test_the_cap_of_a_place_with_two_contractor_numbers(price: Price) -> None:
    [row] = price(("60001",), billing_zip_code="900010000", billing_state="CA")
    assert (str(row["allowed"]), row["basis"]) == (
        "95.00",
        "MPFS 2025D, locality 01182-18, non-facility, OPPS cap",
    )


@pytest.mark.parametrize(
    ("line", "amount", "basis"),
    [
        (("80001",), "10.57", "CLFS 2025Q4"),
        (("80001", "QW"), "9.00", "CLFS 2025Q4"),
        ({"procedure_code": "80001", "units": 2}, "21.14", "CLFS 2025Q4"),
        (("80002",), "29.86", "ASP 2025Q4"),
        ({"procedure_code": "80002", "units": 60}, "1791.36", "ASP 2025Q4"),
    ],
)
def test_laboratory_and_drugs(line: Any, amount: str, basis: str, price: Price) -> None:
    [row] = price(line)
    assert (str(row["allowed"]), row["basis"]) == (amount, basis)


@pytest.mark.parametrize(
    ("modifiers", "minutes", "amount"),
    [
        (("AA",), 60, "180.00"),  # (5 + 4.0) x 20
        (("QZ",), 50, "166.00"),  # 3.33 are 3.3 units
        (("QK",), 60, "90.00"),
        (("QX",), 60, "90.00"),
        (("AD",), 60, "60.00"),  # three base units
    ],
)
def test_anesthesia(
    modifiers: tuple[str, ...], minutes: int, amount: str, amounts: Amounts
) -> None:
    line = {"procedure_code": "00100", "modifiers": modifiers, "unit_basis_code": "MJ", "units": minutes}  # fmt: skip
    assert amounts(line) == [amount]


@pytest.mark.parametrize(
    ("line", "claim", "reason"),
    [
        ({"modifiers": (), "unit_basis_code": "MJ"}, {}, "no modifier shows who gave the anesthesia (AA, AD, QK, QX, QY or QZ)"),
        ({"modifiers": ("AA",)}, {}, "the anesthesia time isn't reported in minutes (MJ)"),
        ({"modifiers": ("AA",), "unit_basis_code": "MJ"}, ALASKA, "no anesthesia conversion factor is loaded for the locality"),
    ],
)  # fmt: skip
def test_anesthesia_without_price(
    line: dict[str, Any], claim: dict[str, Any], reason: str, why: Why
) -> None:
    assert why({"procedure_code": "00100", "units": 60, **line}, **claim) == reason


def test_anesthesia_that_the_schedule_does_not_list(
    some: Callable[..., Reference], amounts: Amounts
) -> None:
    tables = some("gpci", "anesthesia_factors", "code_rules")
    line = {"procedure_code": "00100", "modifiers": ("AA",), "unit_basis_code": "MJ", "units": 60}
    assert amounts(line, reference=tables) == ["180.00"]


def test_anesthesia_without_base_units(some: Callable[..., Reference], why: Why) -> None:
    tables = some("mpfs", "gpci", "anesthesia_factors")
    line = {"procedure_code": "00100", "modifiers": ("AA",), "unit_basis_code": "MJ", "units": 60}
    assert why(line, reference=tables) == "no base units are loaded for 00100"


# The publisher's own files


def cells(archive: zipfile.ZipFile, name: str) -> list[list[str]]:
    [member] = [one for one in archive.namelist() if one == name]
    return list(csv.reader(io.StringIO(archive.read(member).decode("latin-1"), newline="")))


def cents(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_against_the_publishers_own_numbers(
    data_dir: Path, cms: Published, of_claims: Price
) -> None:
    path = data_dir / "data" / "mpfs" / "RVU25D.zip"
    reference = Reference.load(store=cms.store.path)
    with zipfile.ZipFile(path) as archive:
        schedule = cells(archive, "PPRRVU2025_Oct.csv")
        indices = {row[1]: [Decimal(x) for x in row[4:7]] for row in cells(archive, "GPCI2025.csv") if len(row[1]) == 2}  # fmt: skip
        caps = {(row[0], row[1], row[3][:3] + row[4]): row[5:7] for row in cells(archive, "OPPSCAP_Oct.csv")}  # fmt: skip
    places = {"AL": "10100", "AK": "02101", "WY": "03621"}
    rows = [
        row
        for row in schedule
        if row[3:4] and row[3] in ("A", "R") and row[1] in ("", "TC", "26") and any(float(x) for x in row[11:13])
    ][::7]  # fmt: skip
    assert len(rows) > 1_000
    claims, expected = [], []
    for number, row in enumerate(rows):
        state = ("AL", "AK", "WY")[number % 3]
        facility = number % 2
        work, expense, malpractice = indices[state]
        values = Decimal(row[5]) * work + Decimal(row[8 if facility else 6]) * expense
        amount = (values + Decimal(row[10]) * malpractice) * Decimal(row[24])
        cap = caps.get((row[0], row[1], places[state]))
        expected.append(cents(min(amount, Decimal(cap[1 - facility])) if cap else amount))
        claims.append(
            professional(
                claim_id=f"C{number}",
                member_id=f"M{number}",
                from_date="2025-11-12",
                billing_state=state,
                place_of_service_code="22" if facility else "11",
                lines=[{"procedure_code": row[0], "modifiers": [row[1]] if row[1] else []}],
            )
        )
    found = [str(row["allowed"]) for row in of_claims(reference, *claims)]
    wrong = [
        (row[0], row[1], want, got)
        for row, want, got in zip(rows, expected, found, strict=True)
        if want != got
    ]
    assert wrong == []
