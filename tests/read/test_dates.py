"""Dates as people write them, one by one and as a column."""

from __future__ import annotations

import doctest
from datetime import date

import polars as pl
import pytest

from cleanclaim.errors import TableError
from cleanclaim.model import Batch
from cleanclaim.read import dates
from cleanclaim.read.dates import Style, parse
from cleanclaim.read.prepare import Reading
from cleanclaim.read.table import read_flat, read_set
from cleanclaim.read.table_files import read_csv

DAY = date(2026, 5, 12)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-12", "2026-5-12", "2026/05/12", "05/12/2026", "5/12/2026", "05/12/26", "5/12/26", "05-12-2026", " 5 / 12 / 2026 ", "20260512", "05122026",
        "5122026", "051226", "2026-05-12 00:00:00", "2026-05-12T08:30:00", "2026-05-12 08:30:00.123", "2026-05-12T08:30:00Z", "2026-05-12 08:30:00+05:30",
        "5/12/2026 12:00:00 AM", "5/12/26 8:30 pm", "202605120830", "20260512083000", "12-May-2026", "12-MAY-26", "12 May 2026", "12MAY2026", "12may26",
        "May 12, 2026", "May 12th, 2026", "May-12-2026", "Tuesday, May 12, 2026", "Tue 12 May 2026", "2026-May-12", "46154", "46154.0", "46154.75",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    found = parse(text)
    assert found is not None
    assert found.date == DAY


@pytest.mark.parametrize(
    "text",
    [
        "", "2026", "12", "26-05-12", "2026-02-30", "13/13/2026", "0026-05-12", "12.5.2026", "30125", "never", "May 2026", "5/2026", "12-Mayo-2026", "99999",
        "123456789", "2026-05-12 and later", "1/1/1", "٢٠٢٦٠٥١٢",
    ],
)  # fmt: skip
def test_what_is_no_day_or_could_be_two_is_not_guessed(text: str) -> None:
    assert parse(text) is None


def test_months_by_their_names() -> None:
    for number, name in enumerate(
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"], 1
    ):  # fmt: skip
        for written in (name, name[:3], name.upper()):
            found = parse(f"3-{written}-2026")
            assert found is not None, written
            assert found.date == date(2026, number, 3)
    assert parse("3 Sept 2026") == parse("3 Sep 2026")


def test_a_two_digit_year_is_in_this_century_below_seventy() -> None:
    assert [parse(f"5/12/{year}").date.year for year in ("00", "26", "69", "70", "99")] == [2000, 2026, 2069, 1970, 1999]  # type: ignore[union-attr] # fmt: skip


def test_serial_numbers_and_numbers_without_separators_by_the_column() -> None:
    assert parse("30125", Style(serial=True)) == parse("1982-06-23")
    assert parse("30125", Style(serial=False)) == dates.Day(date(2025, 3, 1), is_short=True)
    assert parse("9999", Style(serial=True)) == parse("1927-05-17")


def column(*values: str, birth: tuple[str, ...] = ()) -> Batch:
    rows = [f"A{n},99213,{value},{birth[n] if birth else ''}" for n, value in enumerate(values)]
    text = "claim_id,cpt,DOS,DOB\n" + "\n".join(rows) + "\n"
    reading = Reading("t.csv")
    batch = read_flat(read_csv(text.encode(), file="t.csv"), file="t.csv", reading=reading)
    NOTES[:] = reading.notes
    return batch


NOTES: list[str] = []


def days(*values: str) -> list[date]:
    return column(*values).lines["from_date"].to_list()


def test_the_order_of_day_and_month_is_decided_by_the_whole_column() -> None:
    assert days("05/12/2026", "06/01/2026") == [date(2026, 5, 12), date(2026, 6, 1)]
    assert NOTES == []
    assert days("05/12/2026", "13/05/2026") == [date(2026, 12, 5), date(2026, 5, 13)]
    assert NOTES == ["column 'DOS' (from_date) is read with the day first, as in row 3"]
    assert days("05/12/2026", "05/13/2026") == [date(2026, 5, 12), date(2026, 5, 13)]
    assert days("12.05.2026", "13.05.2026") == [date(2026, 5, 12), date(2026, 5, 13)]
    assert days("12.05.2026", "05.13.2026") == [date(2026, 12, 5), date(2026, 5, 13)]


def test_a_column_that_shows_no_order_follows_the_others() -> None:
    batch = column("05/12/2026", birth=("14/02/1980",))
    assert batch.lines["from_date"].to_list() == [date(2026, 12, 5)]
    assert batch.claims["patient_birth_date"].to_list() == [date(1980, 2, 14)]
    assert NOTES[0].endswith("is read with the day first, like other columns of dates")


def test_a_column_that_shows_both_orders_is_refused_with_a_row_for_each() -> None:
    with pytest.raises(TableError) as told:
        days("05/12/2026", "13/05/2026", "05/14/2026")
    assert told.value.faults == (
        "column 'DOS' (from_date) has dates with the day first in row 3 and with the month first in row 4; write all dates the same way, such as YYYY-MM-DD",
    )


def test_a_column_between_two_that_disagree_is_refused() -> None:
    text = "claim_id,cpt,DOS,DOB,claim_from_date\nA1,99213,05/12/2026,14/02/1980,05/13/2026\n"
    with pytest.raises(TableError, match="could have the day or the month first in row 2, and other columns show both"):  # fmt: skip
        read_flat(read_csv(text.encode(), file="t"), file="t")


def test_the_order_holds_for_all_tables_of_a_set() -> None:
    claims = pl.DataFrame({"claim_id": ["A1"], "dob": ["14/02/1980"]})
    lines = pl.DataFrame({"claim_id": ["A1"], "cpt": ["99213"], "dos": ["05/12/2026"]})
    batch = read_set({"claims": claims, "lines": lines}, file="set")
    assert batch.lines["from_date"].to_list() == [date(2026, 12, 5)]


def test_numbers_of_a_column_are_serial_or_not_together() -> None:
    assert days("46154", "30125") == [DAY, date(1982, 6, 23)]
    assert days("051226", "30125") == [DAY, date(2025, 3, 1)]
    with pytest.raises(TableError, match="in row 2, found a number of 5 digits"):
        days("30125")


def test_numbers_in_typed_columns_are_read_alike() -> None:
    frame = pl.DataFrame({"claim_id": ["A1", "A2"], "cpt": ["99213"] * 2, "dos": [46154.0, 46155.0]})  # fmt: skip
    assert read_flat(frame, file="t").lines["from_date"].to_list() == [DAY, date(2026, 5, 13)]


@pytest.mark.parametrize(
    ("born", "served", "expected"),
    [
        ("05/12/26", "2026-06-01", date(2026, 5, 12)),
        ("05/12/26", "2026-05-12", DAY),
        ("05/13/26", "2026-05-12", date(1926, 5, 13)),
        ("07/04/31", "2026-05-12", date(1931, 7, 4)),
        ("07/04/75", "2026-05-12", date(1975, 7, 4)),
        ("07/04/2031", "2026-05-12", date(2031, 7, 4)),
        ("12-Feb-09", "2026-05-12", date(2009, 2, 12)),
    ],
)
def test_a_birth_date_with_two_digits_is_never_after_the_service(
    born: str, served: str, expected: date
) -> None:
    assert column(served, birth=(born,)).claims["patient_birth_date"].to_list() == [expected]


def test_the_same_birth_date_is_the_same_patient_however_it_is_written() -> None:
    rows = "A1,M1,99213,2026-05-12,07/04/31\nA2,M1,99213,2026-05-12,1931-07-04\n"
    text = "claim_id,member_id,cpt,dos,dob\n" + rows
    batch = read_flat(read_csv(text.encode(), file="t"), file="t")
    assert batch.claims["patient_key"].n_unique() == 1


def test_examples_in_the_documentation() -> None:
    tried = doctest.testmod(dates)
    assert tried.attempted
    assert not tried.failed
