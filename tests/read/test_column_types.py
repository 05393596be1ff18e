"""Every type of a Parquet column in every column of the model: read as what it is, or refused by the column's name."""

from __future__ import annotations

import io
import random
import re
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleanclaim.errors import TableError
from cleanclaim.model import CLAIMS, LINES, MONEY, concat
from cleanclaim.read import FileRead, large_tables, read
from cleanclaim.read.columns import template_columns
from cleanclaim.read.dataset import read_dataset
from cleanclaim.read.table import read_flat
from cleanclaim.read.table_files import read_parquet

TEXT, WHOLE, YES = pl.String, pl.Int64, pl.Boolean
DAY = date(2026, 5, 12)
NIGHT = datetime(2026, 5, 12, 23, 30)  # noqa: DTZ001 - a moment without a zone is one of the types
AMOUNT = Decimal("12.50")


def whole(number: int) -> dict[Any, Any]:
    return {TEXT: str(number), WHOLE: number, MONEY: Decimal(number)}


def moment(zone: str | None) -> pa.Array:
    """Half past eleven in the evening where it was written."""
    offset = {"+05:30": 330, "-08:00": -480, "America/New_York": -240}.get(zone or "", 0)
    aware = NIGHT.replace(tzinfo=timezone(timedelta(minutes=offset)))
    return pa.array([aware if zone else NIGHT, None], pa.timestamp("us", zone))


ARRAYS: dict[str, tuple[pa.Array, dict[Any, Any]]] = {
    **{
        str(kind): (pa.array([25, None], kind), whole(25))
        for kind in (pa.int8(), pa.int64(), pa.uint16(), pa.uint64())
    },
    "a day as a number": (pa.array([20260512, None]), {**whole(20260512), pl.Date: DAY}),
    "float": (pa.array([12.5, None], pa.float32()), {MONEY: AMOUNT}),
    "float64": (pa.array([12.5, None]), {MONEY: AMOUNT}),
    "a third": (pa.array([1 / 3, None]), {}),
    "a tenth": (pa.array([0.1, None]), {MONEY: Decimal("0.10")}),
    "whole floats": (pa.array([25.0, None]), whole(25)),
    "endless": (pa.array([float("inf"), None]), {}),
    "decimal": (pa.array([AMOUNT, None], pa.decimal128(9, 4)), {MONEY: AMOUNT}),
    "long decimal": (pa.array([AMOUNT, None], pa.decimal128(38, 10)), {MONEY: AMOUNT}),
    "big decimal": (pa.array([Decimal(10) ** 20, None], pa.decimal128(38, 2)), {TEXT: str(10**20)}),
    "text": (pa.array(["12.50", None]), {TEXT: "12.50", MONEY: AMOUNT}),
    "large text": (pa.array(["2026-05-12", None], pa.large_string()), {TEXT: "2026-05-12", pl.Date: DAY}),
    "text view": (pa.array(["25", None], pa.string_view()), {**whole(25)}),
    "dictionary": (pa.array(["25", None]).dictionary_encode(), {**whole(25)}),
    "dictionary of numbers": (pa.array([25, None]).dictionary_encode(), {**whole(25)}),
    "yes": (pa.array([True, None]), {YES: True}),
    "date": (pa.array([DAY, None]), {pl.Date: DAY}),
    "date64": (pa.array([DAY, None], pa.date64()), {pl.Date: DAY}),
    **{str(zone): (moment(zone), {pl.Date: DAY}) for zone in (None, "UTC", "+05:30", "-08:00")},
    "New York": (moment("America/New_York"), {pl.Date: DAY}),
    "nanoseconds": (pa.array([NIGHT, None], pa.timestamp("ns", "+05:30")), {pl.Date: DAY + timedelta(1)}),
    "a zone that is none": (pa.array([NIGHT, None], pa.timestamp("us", "No/Where")), {}),
    "time": (pa.array([time(3), None]), {}),
    "duration": (pa.array([timedelta(1), None]), {}),
    "binary": (pa.array([b"25", None]), {}),
    "fixed binary": (pa.array([b"25", None], pa.binary(2)), {}),
    "list": (pa.array([["25"], None]), {}),
    "list of numbers": (pa.array([[25], None]), {}),
    "fixed list": (pa.array([[25, 25], None], pa.list_(pa.int64(), 2)), {}),
    "struct": (pa.array([{"a": 25}, None]), {}),
    "map": (pa.array([[("a", 25)], None], pa.map_(pa.string(), pa.int64())), {}),
}  # fmt: skip
OTHERS = ("charge_amount", "from_date", "to_date")
"""Columns of the claim that a flat table calls otherwise."""
FLAT = {
    c.column.name: c.column.dtype
    for c in template_columns()
    if not (c.table == "diagnoses" or (c.table == "claims" and c.column.name in OTHERS))
} | {"total_charge_amount": MONEY, "claim_from_date": pl.Date}
NUMBERS = {"line_number", *(f"diagnosis_pointer_{n}" for n in range(1, 5))}
TEXTS = {"claim_id": pa.array(["A1", "A2"]), "procedure_code": pa.array(["99213", "99213"])}


def parquet(columns: dict[str, pa.Array]) -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.table(columns), made)
    return made.getvalue()


def of_type(said: dict[Any, Any], dtype: Any) -> Any:
    """What a value is in a column of the model; None where it is none."""
    wanted = MONEY if isinstance(dtype, pl.Decimal) else WHOLE if dtype == pl.UInt64 else dtype
    return said.get(wanted)


def refusals(columns: dict[str, pa.Array]) -> set[str]:
    """The columns that an error names; none if the table is read."""
    try:
        read_flat(read_parquet(parquet(columns), file="t"), file="t")
    except TableError as error:
        return {named[1] for fault in error.faults if (named := re.search(r"(\w+) expects", fault))}
    return set()


@pytest.mark.parametrize("kind", ARRAYS)
def test_a_column_is_read_or_refused_by_name(kind: str) -> None:
    array, said = ARRAYS[kind]
    wrong = {name for name, dtype in FLAT.items() if of_type(said, dtype) is None}
    if kind == "a day as a number":
        wrong |= NUMBERS
    names = [name for name in FLAT if name not in TEXTS]
    assert refusals(TEXTS | dict.fromkeys(names, array)) == wrong - set(TEXTS)
    right = TEXTS | {name: array for name in names if name not in wrong}
    batch = read_flat(read_parquet(parquet(right), file="t"), file="t")
    for name in set(right) - set(TEXTS):
        own = {"total_charge_amount": "charge_amount", "claim_from_date": "from_date"}.get(name)
        table = batch.lines if name in LINES else batch.claims
        assert table[own or name][0] == of_type(said, FLAT[name]), name


@pytest.mark.parametrize("kind", ARRAYS)
def test_ids_and_codes_are_text_whatever_their_type(kind: str) -> None:
    array, said = ARRAYS[kind]
    names = {"diagnosis_code_1", "present_on_admission_code_12", "modifiers", "diagnosis_pointers"}
    read = names if TEXT in said else set()
    if "float" in kind or "decimal" in kind:
        read = read - {"diagnosis_code_1"}
    one = {name: column.slice(0, 1) for name, column in TEXTS.items()}
    told = refusals(one | dict.fromkeys(names, array.slice(0, 1)))
    too_many = {name for name in told & {"modifiers", "diagnosis_pointers"} if TEXT in said}
    assert told - too_many == names - read
    assert refusals(one | {"claim_id": array.slice(0, 1)}) == (
        set() if TEXT in said else {"claim_id"}
    )


@pytest.mark.parametrize("kind", ARRAYS)
def test_large_tables_are_read_alike(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    array, said = ARRAYS[kind]
    path = tmp_path / "t.parquet"
    names = {name for name, dtype in FLAT.items() if of_type(said, dtype) is not None} - NUMBERS
    columns = TEXTS | dict.fromkeys(names - set(TEXTS), array)
    path.write_bytes(parquet({name: column.slice(0, 1) for name, column in columns.items()}))
    whole_files: list[FileRead] = []
    together = concat(read([path], whole_files))
    monkeypatch.setattr(large_tables, "MOST_AT_ONCE", {"": 0, ".parquet": 0})
    files: list[FileRead] = []
    apart = concat(read([path], files))
    assert [entry.error for entry in (*whole_files, *files)] == [None, None]
    assert apart.lines.equals(together.lines)
    path.write_bytes(parquet({**TEXTS, "claim_id": array}))
    files.clear()
    list(read([path], files))
    assert (files[0].error is None) or "claim_id" in files[0].error


@pytest.mark.parametrize("kind", ARRAYS)
def test_a_column_of_a_data_set_is_read_or_refused_by_name(kind: str, tmp_path: Path) -> None:
    array, said = ARRAYS[kind]
    keys = {"claim_key": pa.array([1, 2]), "patient_key": pa.array([1, 2])}
    line = {"claim_key": pa.array([1, 2]), "line_number": pa.array([1, 1])}
    claims = {name: array for name in CLAIMS.schema if name not in keys}
    (tmp_path / "lines.parquet").write_bytes(parquet(line))
    (tmp_path / "claims.parquet").write_bytes(parquet(keys | claims))
    wrong = {name for name in claims if of_type(said, CLAIMS[name].dtype) is None}
    named = set()
    try:
        list(read_dataset(tmp_path, 0, at_once=10))
    except TableError as error:
        named = {
            found[1] for fault in error.faults if (found := re.search(r"\.(\w+) expects", fault))
        }
    assert named == wrong
    right = {name: column for name, column in claims.items() if name not in wrong}
    (tmp_path / "claims.parquet").write_bytes(parquet(keys | right))
    [batch] = read_dataset(tmp_path, 0, at_once=10)
    for name in right:
        assert batch.claims[name][0] == of_type(said, CLAIMS[name].dtype), name


@pytest.mark.parametrize("kind", ["a tenth", "text", "yes", "date", "list", "binary", "int8"])
def test_keys_of_a_data_set_are_whole_numbers(kind: str, tmp_path: Path) -> None:
    array, _ = ARRAYS[kind]
    line = {"claim_key": pa.array([1]), "line_number": pa.array([1])}
    (tmp_path / "lines.parquet").write_bytes(parquet(line))
    keys = {"claim_key": array, "patient_key": pa.array([1, 2])}
    (tmp_path / "claims.parquet").write_bytes(parquet(keys))
    with pytest.raises(TableError, match="claim_key"):
        list(read_dataset(tmp_path, 0, at_once=10))


class TestDamage:
    """A damaged file is one plain line, whatever Polars makes of it."""

    @staticmethod
    def sound() -> bytes:
        made = io.BytesIO()
        rows = 200
        pl.DataFrame(
            {
                "claim_id": [f"A{n}" for n in range(rows)],
                "procedure_code": ["99213"] * rows,
                "units": [1.5] * rows,
                "from_date": [DAY] * rows,
            }
        ).write_parquet(made, row_group_size=50)
        return made.getvalue()

    @staticmethod
    def spoilt(data: bytes, chance: random.Random) -> bytes:
        at = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                return data[:at]
            case 1:
                return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
            case 2:
                return data[:at] + chance.randbytes(8) + data[at + 8 :]
            case _:
                end = max(len(data) - chance.randrange(1, 600), 4)
                return data[:end] + bytes([chance.randrange(256)]) + data[end + 1 :]

    @pytest.mark.parametrize("apart", [False, True])
    def test_anywhere(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        apart: bool,
    ) -> None:
        if apart:
            monkeypatch.setattr(large_tables, "MOST_AT_ONCE", {"": 0, ".parquet": 0})
        chance = random.Random(7)  # noqa: S311
        path = tmp_path / "t.parquet"
        errors = []
        for _ in range(150):
            path.write_bytes(self.spoilt(self.sound(), chance))
            files: list[FileRead] = []
            list(read([path], files))
            errors += [entry.error for entry in files if entry.error]
        assert len(errors) > 50
        assert all("\n" not in error and error.startswith(str(path)) for error in errors)

    @pytest.mark.parametrize("what", ["nothing", "no end", "wrong end", "no page", "bad page"])
    def test_in_a_set_and_a_data_set(self, what: str, tmp_path: Path) -> None:
        data = self.sound()
        spoilt = {
            "nothing": b"",
            "no end": data[: len(data) // 2],
            "wrong end": data[:-12] + b"\xff" * 8 + data[-4:],
            "no page": data[:4] + bytes(len(data) - 404) + data[-400:],
            "bad page": data[:60] + b"\xff" * 40 + data[100:],
        }[what]
        keyed = {"claim_key": pa.array([1]), "patient_key": pa.array([1])}
        for columns in ({"claim_id": pa.array(["A1"])}, keyed):
            for name in ("claims", "lines", "diagnoses"):
                (tmp_path / f"{name}.parquet").write_bytes(parquet(columns))
            for name in ("claims", "lines", "diagnoses"):
                sound = (tmp_path / f"{name}.parquet").read_bytes()
                (tmp_path / f"{name}.parquet").write_bytes(spoilt)
                files: list[FileRead] = []
                list(read([tmp_path], files))
                assert any(entry.error for entry in files), name
                (tmp_path / f"{name}.parquet").write_bytes(sound)
