"""A patient's data, wherever it lies in an input, sound or broken, is in no report, message or file name.

The claim's own number (CLM01) and the names of files are shown: users find the claim by them.
"""

from __future__ import annotations

import io
import json
import random
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from cleanclaim import plan
from cleanclaim.cli import main
from cleanclaim.edits.samples import interchange
from cleanclaim.read import large_tables
from places import CLINIC_DAY

PLANTED = (
    "QUIXWOOD", "Zephyrine Quixwood", "ZEPHYRINE", "4711 Marmalade Lane", "MARMALADE",
    "19310704", "1931-07-04", "07/04/1931", "7/4/1931", "07041931",
    "W28471936", "1EG4-TE5-MK73", "284719365",
)  # fmt: skip
HIDDEN = tuple(
    sorted({word.upper() for word in (*PLANTED, "1EG4TE5MK73", "QUIXWOOD", "MARMALADE")})
)
FORMATS = ("text", "json", "jsonl", "sarif", "csv", "html", "parquet", "xlsx")
FILES = 24
INSTITUTIONAL = (
    ("CLM*", "CLM*EXAMPLE-2*125.00***13:A:1**A*Y*Y~DTP*434*RD8*20260501-20260503~DTP*435*DT*202605010930~CL1*1*2*01"),
    ("SV1*", "SV2*0450*HC:99283:25*125.00*UN*1**0"),
)  # fmt: skip
DATES = {("DTP", 3), ("BHT", 4), ("ISA", 9), ("GS", 4)}
"""Elements in which a date is a date of the claim."""


def told(said: str) -> list[str]:
    """The planted words that something holds, and what stands around them."""
    upper = said.upper()
    return [said[max(at - 200, 0) : at + 100] for word in HIDDEN if (at := upper.find(word)) >= 0]


class Broken837:
    """An 837 with patients' data in it, changed in a few places."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        base = chance.choice(
            [interchange(), interchange(*INSTITUTIONAL)] * 4 + [CLINIC_DAY.read_text()]
        )
        self.segments = [s.strip() for s in base.split("~") if s.strip()]
        self.changes: tuple[Callable[[int], None], ...] = (
            self.planted, self.planted, self.planted, self.shifted, self.shifted, self.unshifted,
            self.tagged, self.composite, self.joined, self.repeated, self.dropped, self.inserted,
        )  # fmt: skip

    def text(self) -> str:
        for _ in range(self.chance.randrange(1, 12)):
            self.chance.choice(self.changes)(self.chance.randrange(len(self.segments)))
        for at, segment in enumerate(self.segments):
            if segment.startswith(("NM1*IL", "NM1*QC")):
                self.segments[at] = "NM1*IL*1*QUIXWOOD*ZEPHYRINE****MI*W28471936"
            elif segment.startswith("N3"):
                self.segments[at] = "N3*4711 Marmalade Lane"
            elif segment.startswith("DMG*D8*"):
                self.segments[at] = "DMG*D8*19310704*" + segment.rpartition("*")[2]
        whole = "~\n".join(self.segments) + "~\n"
        return (
            whole[: self.chance.randrange(200, len(whole))] if self.chance.random() < 0.1 else whole
        )

    def words(self, at: int) -> list[str]:
        return self.segments[at].split("*")

    def put(self, at: int, elements: list[str]) -> None:
        self.segments[at] = "*".join(elements)

    def planted(self, at: int) -> None:
        elements = self.words(at)
        if len(elements) > 1:
            number = self.chance.randrange(1, len(elements))
            if (elements[0], number) not in DATES | {("CLM", 1)}:
                elements[number] = self.chance.choice(PLANTED)
        self.put(at, elements)

    def shifted(self, at: int) -> None:
        elements = self.words(at)
        elements.insert(self.chance.randrange(1, len(elements) + 1), "")
        self.put(at, elements)

    def unshifted(self, at: int) -> None:
        elements = self.words(at)
        if len(elements) > 2:
            del elements[self.chance.randrange(1, len(elements))]
        self.put(at, elements)

    def tagged(self, at: int) -> None:
        if at:
            self.put(at, [self.chance.choice(PLANTED), *self.words(at)[1:]])

    def composite(self, at: int) -> None:
        elements = self.words(at)
        composites = [n for n, element in enumerate(elements) if ":" in element]
        if composites and elements[0] != "ISA":
            number = self.chance.choice(composites)
            parts = elements[number].split(":")
            parts[self.chance.randrange(len(parts))] = self.chance.choice(PLANTED)
            elements[number] = ":".join(parts)
        self.put(at, elements)

    def joined(self, at: int) -> None:
        if 1 < at < len(self.segments) - 1 and not self.segments[at + 1].startswith("CLM"):
            self.segments[at] += self.chance.choice(["", "*", ":"]) + self.segments.pop(at + 1)

    def repeated(self, at: int) -> None:
        if at:
            self.segments.insert(at, self.segments[at])

    def dropped(self, at: int) -> None:
        if at > 2 and len(self.segments) > 8:
            del self.segments[at]

    def inserted(self, at: int) -> None:
        self.segments.insert(max(at, 1), self.chance.choice(PLANTED))


COLUMNS = {
    "claim_id": "A{n}", "member_id": "W28471936", "patient_birth_date": "1931-07-04", "patient_sex": "F", "payer_class": "medicare",
    "billing_npi": "1234567893", "diagnosis_code_1": "I10", "diagnosis_code_2": "E11.9", "diagnosis_pointers": "1:2",
    "procedure_code": "99213", "modifier_1": "25", "from_date": "2026-05-12", "charge_amount": "125.00", "units": "1",
    "place_of_service_code": "11", "revenue_center_code": "", "rendering_npi": "", "ndc": "", "bill_type_code": "",
}  # fmt: skip


def broken_rows(chance: random.Random) -> list[list[str]]:
    """A flat table with patients' data in cells and names of columns."""
    names = list(COLUMNS)
    rows = [names, *([value.format(n=n) for value in COLUMNS.values()] for n in range(4))]
    is_date = {names.index("from_date")}
    for _ in range(chance.randrange(1, 5)):
        row = chance.randrange(1 if chance.random() < 0.8 else 0, len(rows))
        at = chance.choice([n for n in range(1, len(names)) if n not in is_date])
        rows[row][at] = chance.choice(PLANTED)
    match chance.randrange(8):
        case 0:
            return rows[1:]
        case 1:
            rows[2].insert(3, "")
        case 2:
            rows[2].insert(3, "4711 Marmalade Lane")
        case 3:
            return [rows[0], *(row[:1] + row[2:] for row in rows[1:])]
        case 4:
            return [[cell for cell in row if cell] for row in rows[1:]]
    return rows


def broken_csv(chance: random.Random) -> str:
    rows = broken_rows(chance)
    separator = chance.choice(",,,;|\t")
    text = "\n".join(separator.join(row) for row in rows) + "\n"
    if chance.random() < 0.4:
        at = chance.randrange(len(text))
        text = text[:at] + '"' + text[at:]
    return text


def broken_parquet(chance: random.Random) -> bytes:
    names, *rows = broken_rows(chance)
    names = [name or f"c{n}" for n, name in enumerate(dict.fromkeys(names))]
    width = min(len(names), *map(len, rows))
    columns = {name: [row[n] for row in rows] for n, name in enumerate(names[:width])}
    frame = pl.DataFrame(columns)
    if chance.random() < 0.3:
        name = chance.choice(frame.columns)
        frame = frame.with_columns(chance.choice([
            pl.lit(19310704).alias(name), pl.lit(["QUIXWOOD"]).alias(name), pl.lit(b"QUIXWOOD").alias(name), pl.lit(19310704.5).alias(name),
            pl.lit("ZEPHYRINE").cast(pl.Categorical).alias(name), pl.struct(pl.lit("QUIXWOOD").alias("MARMALADE")).alias(name),
        ]))  # fmt: skip
    made = io.BytesIO()
    frame.write_parquet(made, compression="uncompressed")
    data = made.getvalue()
    if chance.random() < 0.3:
        at = chance.randrange(len(data))
        data = data[:at] + chance.randbytes(4) + data[at + 4 :]
    return data


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Broken files of each kind, a table set and a data set."""
    folder = tmp_path_factory.mktemp("inputs")
    made = []
    for seed in range(FILES):
        chance = random.Random(seed)  # noqa: S311
        files: list[tuple[str, str | bytes]] = [(f"{seed}.837", Broken837(chance).text())]
        if seed % 3 == 0:
            files += [(f"{seed}.csv", broken_csv(chance)), (f"{seed}.parquet", broken_parquet(chance))]  # fmt: skip
        if seed % 15 == 0:
            files += [
                (f"{seed}.txt", "\n".join(PLANTED)),
                (f"{seed}.bin", b"\0" + b"QUIXWOOD " * 9),
            ]
        for name, content in files:
            made.append(folder / name)
            made[-1].write_bytes(content.encode() if isinstance(content, str) else content)
    for number, seed in enumerate(range(100, 104)):
        made.append(_folder(folder / f"set-{number}", random.Random(seed), number % 2 == 1))  # noqa: S311
    return made


def _folder(folder: Path, chance: random.Random, is_data_set: bool) -> Path:
    folder.mkdir()
    plant = chance.choice(PLANTED)
    claims = {
        "claim_id": ["A1"],
        "member_id": ["W28471936"],
        "patient_sex": [plant],
        chance.choice([plant, "billing_npi"]): [plant],
    }
    lines = {"claim_id": ["A1"], "procedure_code": [plant], "units": [chance.choice(["1", plant])]}
    for name, columns in (("claims", claims), ("lines", lines)):
        frame = pl.DataFrame(columns)
        if is_data_set:
            keys = {"claims": ["claim_key", "patient_key"], "lines": ["claim_key", "line_number"]}
            frame = frame.drop("claim_id").with_columns(pl.lit(1).alias(key) for key in keys[name])
        frame.write_parquet(folder / f"{name}.parquet") if is_data_set else frame.write_csv(
            folder / f"{name}.csv"
        )
    return folder


Check = Callable[..., str]


@pytest.fixture
def check(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> Check:
    """Run `check` in this process; everything that it says or leaves behind."""

    def run(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["cleanclaim", "check", *map(str, arguments)])
        with open(2, "w", closefd=False) as errors:  # the process' own, as users have it
            monkeypatch.setattr(sys, "stderr", errors)
            with pytest.raises(SystemExit) as stopped:
                main.main()
        assert stopped.value.code in {0, 1, 2}
        done = capfdbinary.readouterr()
        said = _readable(done.out) + done.err.decode()
        assert "Traceback" not in said
        assert "internal error" not in said
        assert "panicked" not in said
        for path in sorted(tmp_path.rglob("*")):
            said += f"\n{path.relative_to(tmp_path)}\n"
            said += _readable(path.read_bytes()) if path.is_file() else ""
        return said

    return run


def _readable(report: bytes) -> str:
    if report.startswith(b"PAR1"):
        frame = pl.read_parquet(io.BytesIO(report))
        return json.dumps(frame.to_dicts(), default=str)
    if report.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(report)) as book:
            return "\n".join(book.read(name).decode() for name in book.namelist())
    return report.decode()


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_tells(name: str, inputs: list[Path], check: Check) -> None:
    said = check(*inputs, "--format", name)
    assert "claim" in said
    assert told(said) == []


@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_no_table_of_a_report_tells(
    name: str, inputs: list[Path], check: Check, tmp_path: Path
) -> None:
    said = check(*inputs, "--format", name, "--output", tmp_path / f"out.{name}")
    assert (tmp_path / f"out.claims.{name}").exists()
    assert told(said) == []


def test_what_is_written_to_a_file_by_way_of_the_disk_tells_nothing(
    inputs: list[Path], check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "_LEAST", 5)
    monkeypatch.setattr(large_tables, "MOST_AT_ONCE", {"": 0, ".parquet": 0})
    said = check(
        *inputs, "--memory", "1MB", "--format", "jsonl", "--output", tmp_path / "out.jsonl"
    )
    assert (tmp_path / "out.jsonl").stat().st_size > 1_000
    assert told(said) == []


def test_nothing_that_is_looked_back_at_is_told(inputs: list[Path], check: Check) -> None:
    back = [part for path in inputs for part in ("--history", path)]
    assert told(check(*inputs[::7], CLINIC_DAY, *back)) == []
