"""ICD validity and attributes by date, against the publishers' counts and files."""

from __future__ import annotations

import gzip
import zipfile
from datetime import date, timedelta
from importlib.resources import files
from itertools import groupby
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.errors import UnknownTable
from cleanclaim.importing.mce import ATTRIBUTES
from cleanclaim.reference import OPEN_END, Reference

OLD_END = date(2027, 3, 31)
"""The day that open rows end on in the source."""


def in_force(table: pl.DataFrame, day: date) -> set[str]:
    return set(table.filter(pl.lit(day).is_between("valid_from", "valid_to"))["code"])


@pytest.mark.parametrize(
    ("day", "billable"),
    [
        (date(2015, 10, 1), 69_823),
        (date(2016, 10, 1), 71_486),
        (date(2017, 10, 1), 71_704),
        (date(2018, 10, 1), 71_932),
        (date(2019, 10, 1), 72_184),
        (date(2020, 10, 1), 72_616),
        (date(2021, 1, 1), 72_621),
        (date(2021, 10, 1), 72_748),
        (date(2022, 4, 1), 72_750),
        (date(2022, 10, 1), 73_639),
        (date(2023, 4, 1), 73_674),
        (date(2023, 10, 1), 74_044),
        (date(2024, 10, 1), 74_260),
        (date(2025, 10, 1), 74_719),
        (date(2026, 4, 1), 74_719),
        (date(2026, 10, 1), 74_879),
    ],
)
def test_as_many_codes_are_billable_as_the_publisher_counts(
    reference: Reference, day: date, billable: int
) -> None:
    assert len(in_force(reference.table("icd10cm"), day)) == billable


def merged_oracle(path: Path) -> list[tuple[str, date, date]]:
    """The source's rows, with adjoining rows of a code merged; plain Python on purpose."""
    with gzip.open(path, "rt", encoding="ascii") as stream:
        next(stream)
        rows = sorted(line.rstrip("\n").split(",")[:3] for line in stream)
    found: list[tuple[str, date, date]] = []
    for code, own in groupby(rows, key=lambda row: row[0]):
        spans = [(date.fromisoformat(start), date.fromisoformat(end)) for _, start, end in own]
        at, until = spans[0]
        for start, end in spans[1:]:
            if start > until + timedelta(days=1):
                found.append((code, at, until))
                at = start
            until = end
        found.append((code, at, until))
    return found


def test_icd10cm_is_the_source_merged(reference: Reference, published: Path) -> None:
    expected = [
        (code, start, OPEN_END if end == OLD_END else end)
        for code, start, end in merged_oracle(published / "icd10cm_validity_oracle.csv.gz")
    ]
    table = reference.table("icd10cm").select("code", "valid_from", "valid_to")
    assert table.rows() == expected


def test_icd9cm_is_the_source_merged(reference: Reference, published: Path) -> None:
    expected = merged_oracle(published / "icd9cm_validity_oracle.csv.gz")
    assert reference.table("icd9cm").select("code", "valid_from", "valid_to").rows() == expected


def test_icd10cm_is_the_order_file_of_january_2021(reference: Reference, published: Path) -> None:
    with zipfile.ZipFile(published / "icd10cm-order-files-FY2021.zip") as archive:
        name = next(n for n in archive.namelist() if "order" in n and "addenda" not in n)
        lines = archive.read(name).decode("latin-1").splitlines()
    billable = {line[6:13].strip() for line in lines if line[14:15] == "1"}
    assert len(billable) == 72_621
    assert in_force(reference.table("icd10cm"), date(2021, 1, 1)) == billable


@pytest.mark.parametrize("day", [date(2015, 10, 1), date(2022, 4, 1), date(2024, 9, 30), OLD_END])
def test_every_attribute_is_the_source_on_that_day(
    reference: Reference, published: Path, day: date
) -> None:
    source = pl.read_csv(published / "icd10cm_validity_oracle.csv.gz", infer_schema=False).filter(
        pl.lit(day).is_between(
            pl.col("start").str.to_date("%Y%m%d"), pl.col("end").str.to_date("%Y%m%d")
        )
    )
    table = reference.table("icd10cm_attributes")
    names = {ours: theirs for ours, theirs in ATTRIBUTES.items() if ours in table.columns}
    assert len(names) > 12
    for ours, theirs in names.items():
        has_it = pl.col("attributes").fill_null("").str.split("|").list.contains(theirs)
        assert in_force(table.filter(ours), day) == set(source.filter(has_it)["code"]), ours


def test_a_code_has_one_row_per_day(reference: Reference) -> None:
    for name in ("icd10cm", "icd10cm_attributes", "icd9cm", "icd9cm_attributes", "icd10pcs"):
        table = reference.table(name).with_columns(
            pl.col("valid_to").shift().over("code").alias("before")
        )
        assert table.filter(pl.col("valid_from") <= pl.col("before")).is_empty(), name
        assert table.filter(pl.col("valid_from") > pl.col("valid_to")).is_empty(), name


@pytest.mark.parametrize(
    ("code", "last_day"),
    [("M545", date(2021, 9, 30)), ("G35", date(2025, 9, 30)), ("J449", OPEN_END)],
)
def test_a_code_is_in_force_through_its_last_day(
    reference: Reference, code: str, last_day: date
) -> None:
    table = reference.table("icd10cm")
    assert code in in_force(table, last_day)
    if last_day < OPEN_END:
        assert code not in in_force(table, last_day + timedelta(days=1))


def test_a_code_starts_on_its_first_day(reference: Reference) -> None:
    table = reference.table("icd10cm")
    assert "M5450" not in in_force(table, date(2021, 9, 30))
    assert "M5450" in in_force(table, date(2021, 10, 1))
    assert "G35A" not in in_force(table, date(2025, 9, 30))
    assert "G35A" in in_force(table, date(2025, 10, 1))


def test_a_period_split_by_an_attribute_is_one_period_of_validity(reference: Reference) -> None:
    rows = reference.table("icd10cm").filter(pl.col("code") == "E66813")
    assert rows.select("valid_from", "valid_to").rows() == [(date(2024, 10, 1), OPEN_END)]


def test_sex_attributes_end_with_september_2024(reference: Reference) -> None:
    table = reference.table("icd10cm_attributes")
    sexed = table.filter(pl.col("male") | pl.col("female"))
    assert sexed["valid_to"].max() == date(2024, 9, 30)
    assert in_force(table.filter("adult"), date(2026, 1, 1)) >= {"N400"}


def test_icd9_ends_when_icd10_starts(reference: Reference) -> None:
    assert reference.table("icd9cm")["valid_to"].max() == date(2015, 9, 30)
    assert reference.table("icd10cm")["valid_from"].min() == date(2015, 10, 1)
    assert reference.table("icd9cm")["code"].n_unique() == 15_075
    assert reference.table("icd9pcs")["code"].n_unique() == 3_966
    assert reference.table("icd10pcs")["code"].n_unique() == 82_508


def test_coverage_shows_when_knowledge_ends(reference: Reference) -> None:
    assert reference.coverage("icd10cm") == [(date(2015, 10, 1), date(2027, 3, 31))]
    first = reference.table("icd9cm")["valid_from"].min()
    assert reference.coverage("icd9cm") == [(first, date(2015, 9, 30))]
    assert reference.coverage("icd10cm_notes") == reference.coverage("icd10cm")
    assert reference.coverage("nothing of the kind") == []


def test_an_unknown_table_lists_the_known_ones(reference: Reference) -> None:
    with pytest.raises(UnknownTable, match=r"'icd10'.*icd10cm, icd10cm_attributes"):
        reference.table("icd10")


def test_every_table_names_its_release_and_is_sorted(reference: Reference) -> None:
    known = set(reference.releases()["release"])
    for name in reference.releases()["table"]:
        table = reference.table(name)
        named = {"payer packs" if one.startswith("pack ") else one for one in table["release"].unique()}  # fmt: skip
        assert named <= known
        if "code" in table.columns:
            assert table["code"].is_sorted(), name


def test_releases_have_rows_and_hash(reference: Reference) -> None:
    shown = reference.releases()
    assert shown["table"].is_unique().all()
    assert shown["sha256"].str.contains("^[0-9a-f]{64}$").all()
    for name, rows in shown.select("table", "rows").iter_rows():
        assert rows is None or rows == reference.table(name).height


def test_the_embedded_data_stays_small() -> None:
    folder = files("cleanclaim.reference") / "data"
    assert sum(len(path.read_bytes()) for path in folder.iterdir()) < 1_000_000


def test_conversions_lead_from_old_to_new(reference: Reference) -> None:
    table = reference.table("conversions")
    low_back = table.filter(pl.col("code") == "M545")
    assert low_back.select("to_code", "valid_from", "retired").rows() == [
        (new, date(2021, 10, 1), True) for new in ("M5450", "M5451", "M5459")
    ]
    known = reference.table("icd10cm")
    for side in ("code", "to_code"):
        assert table.join(known, left_on=side, right_on="code", how="anti").is_empty()
    begins = known.select(pl.col("code").alias("to_code"), pl.col("valid_from").alias("begins"))
    assert (
        table.join(begins, on="to_code").filter(pl.col("begins") > pl.col("valid_from")).is_empty()
    )


def test_retired_marks_codes_that_ended_the_day_before(reference: Reference) -> None:
    ends = reference.table("icd10cm").group_by("code").agg(pl.col("valid_to").max().alias("last"))
    joined = reference.table("conversions").join(ends, on="code")
    ended = pl.col("last") == pl.col("valid_from").dt.offset_by("-1d")
    assert joined.filter(pl.col("retired") != ended).is_empty()
    assert joined.filter("retired").height == 2_816


def test_conversions_are_in_the_publishers_table(reference: Reference, published: Path) -> None:
    source = (
        pl.read_csv(
            published / "ICD-10-CM-CONVERSION-TABLE-FY2026.csv",
            skip_rows=2,
            has_header=False,
            new_columns=["new", "effective", "old"],
            infer_schema=False,
        )
        .with_columns(pl.col("old").str.split(","))
        .explode("old")
        .select(
            pl.col("old").str.replace_all(r"[.\s]", "").alias("code"),
            pl.col("new").str.replace_all(r"[.\s]", "").alias("to_code"),
        )
    )
    ours = reference.table("conversions")
    assert ours.join(source, on=["code", "to_code"], how="anti").is_empty()
    left_out = source.join(ours, on=["code", "to_code"], how="anti").height
    assert left_out <= 105  # a side of these was never a billable code
