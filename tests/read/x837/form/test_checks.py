"""Faults of form: what is found, where, and that well-formed files have none."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim.model import concat
from cleanclaim.read.x837 import read_x12
from cleanclaim.read.x837.form.faults import MOST_OF_A_KIND
from cleanclaim.read.x837.form.guide import MOST_ELEMENTS, NAMES, elements
from cleanclaim.x12.index import INDEXED

GOOD = (
    "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          "
    "*260515*1200*^*00501*000000001*0*T*:~GS*HC*CLINIC*PAYER*20260515*1200*1*X*005010X222A1~"
    "ST*837*0001*005010X222A1~BHT*0019*00*1*20260515*1200*CH~NM1*41*2*CLINIC*****46*123456789~"
    "PER*IC*DESK*TE*5555555555~NM1*40*2*PAYER*****46*99999~HL*1**20*1~"
    "NM1*85*2*CLINIC*****XX*1234567893~N3*1 MAIN ST~N4*RALEIGH*NC*276010000~REF*EI*999999999~"
    "HL*2*1*22*0~SBR*P*18*******CI~NM1*IL*1*INVENTED*PAT****MI*W1~DMG*D8*19800214*F~"
    "NM1*PR*2*PAYER*****PI*99999~CLM*A1*200***11:B:1*Y*A*Y*Y~HI*ABK:I10*ABF:E119~"
    "LX*1~SV1*HC:99213*125*UN*1***1:2~DTP*472*D8*20260512~LX*2~SV1*HC:83036*75*UN*1***2~"
    "DTP*472*D8*20260512~SE*24*0001~GE*1*1~IEA*1*000000001~"
)


def faults(text: str, **options: Any) -> pl.DataFrame:
    return concat(read_x12(text.encode("latin-1"), file="day.837", **options)).syntax_faults


def test_a_good_file_has_no_fault() -> None:
    assert faults(GOOD).is_empty()
    assert faults(GOOD.replace("~", "~\r\n")).is_empty()


CASES: list[tuple[str, Callable[[str], str], str, str]] = [
    ("count of segments", lambda t: t.replace("SE*24", "SE*23"), "ENV001", "SE01"),
    ("transaction's number", lambda t: t.replace("SE*24*0001", "SE*24*0002"), "ENV001", "SE02"),
    ("group's number", lambda t: t.replace("GE*1*1", "GE*1*7"), "ENV001", "GE02"),
    ("count of groups", lambda t: t.replace("IEA*1*", "IEA*2*"), "ENV001", "IEA01"),
    ("SE missing", lambda t: t.replace("SE*24*0001~", ""), "ENV001", "SE"),
    ("cut off", lambda t: t[: t.index("SE*24")], "ENV001", "IEA"),
    ("last segment cut", lambda t: t[: t.index("E*24")], "ENV001", "segment"),
    ("GE twice", lambda t: t.replace("GE*1*1~", "GE*1*1~GE*1*1~"), "ENV001", "GE"),
    ("claim outside", lambda t: t + "CLM*Z*1***11:B:1~", "ENV001", "CLM"),
    ("unknown segment", lambda t: t.replace("LX*1~", "QQQ*1~LX*1~"), "ENV002", "segment"),
    ("misplaced segment", lambda t: t.replace("LX*1~", "SVD*1*2~LX*1~"), "ENV002", "SVD"),
    ("other claim's segment", lambda t: t.replace("LX*1~", "CL1*1*1*01~LX*1~"), "ENV002", "CL1"),
    ("repeated", lambda t: t.replace("LX*2~", "DTP*472*D8*20260512~LX*2~"), "ENV002", "DTP"),
    ("address twice", lambda t: t.replace("N4*", "N3*2 MAIN ST~N4*"), "ENV002", "N3"),
    ("no SBR", lambda t: t.replace("SBR*P*18*******CI~", ""), "ENV002", "SBR"),
    ("no line", lambda t: t[: t.index("LX*1")] + t[t.index("SE*24") :], "ENV002", "LX"),
    ("line without service", lambda t: t.replace("SV1*HC:83036*75*UN*1***2~", ""), "ENV002", "SV1"),
    ("element absent", lambda t: t.replace("CLM*A1*", "CLM**"), "ENV002", "CLM01"),
    ("element beyond the end", lambda t: t.replace("*Y*A*Y*Y~", "*Y*A*Y~"), "ENV002", "CLM09"),
    ("too long", lambda t: t.replace("HC:99213", "HC:99213:251"), "ENV003", "SV101-3"),
    ("not an allowed code", lambda t: t.replace("11:B:1*Y", "11:B:1*Q"), "ENV003", "CLM06"),
    ("no number", lambda t: t.replace("*125*UN", "*1,25*UN"), "ENV003", "SV102"),
    ("no day", lambda t: t.replace("20260512~LX", "20260232~LX"), "ENV003", "DTP03"),
    ("too many", lambda t: t.replace("LX*1~", "LX*1*2~"), "ENV003", "LX"),
    ("wrong parent", lambda t: t.replace("HL*2*1*22", "HL*2*9*22"), "ENV004", "HL02"),
    ("numbers jump", lambda t: t.replace("HL*2*1*22", "HL*3*1*22"), "ENV004", "HL01"),
    ("no child", lambda t: t.replace("HL*2*1*22*0", "HL*2*1*22*1"), "ENV004", "HL04"),
    ("no payer", lambda t: t.replace("NM1*PR*2*PAYER*****PI*99999~", ""), "ENV004", "NM1 PR"),
    ("no subscriber", lambda t: t.replace("NM1*IL*", "NM1*QC*"), "ENV004", "NM1 IL"),
    ("no claim", lambda t: t[: t.index("CLM")] + t[t.index("SE*24") :], "ENV005", "CLM"),
    ("character", lambda t: t.replace("INVENTED", "INV\xc9NTED"), "ENV006", "characters"),
    ("trailing", lambda t: t.replace("***2~", "***2**~"), "ENV006", "separators"),
    ("preamble", lambda t: "From: x\n" + t, "ENV006", "ISA"),
    ("old version", lambda t: t.replace("005010X222A1", "004010X098A1"), "ENV006", "GS08"),
    ("other separator", lambda t: t.replace("*T*:~", "*T*>~"), "ENV001", "ISA16"),
]


@pytest.mark.parametrize(
    ("change", "fault", "element"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_fault(change: Callable[[str], str], fault: str, element: str) -> None:
    text = change(GOOD)
    found = faults(text)
    hit = found.filter((pl.col("fault") == fault) & (pl.col("element") == element))
    assert hit.height == 1, found.rows()
    row = hit.row(0, named=True)
    assert row["explanation"].endswith(".")
    if row["segment_number"] and "\n" not in text:
        starts = [0, *(n + 1 for n, mark in enumerate(text) if mark == "~")]
        at = starts[row["segment_number"] - 1]
        assert at <= row["position"] <= (text + "~").index("~", at)


def test_a_fault_lies_in_its_claim() -> None:
    row = faults(GOOD.replace("*125*UN", "*1x*UN"), first_claim_key=7).row(0, named=True)
    assert (row["claim_key"], row["found"], row["ordinal"]) == (7, "2 characters", 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("INVENTED", "INVENTED" * 9),
        lambda t: t.replace("19800214", "19801314"),
        lambda t: t.replace("*MI*W1", "*MI*W"),
        lambda t: t.replace("CLM*A1*200***11:B:1*Y*A*Y*Y~HI", "CLM*A1*200***11:B:1*PAT*W1~HI"),
        lambda t: t.replace("1***1:2~DTP*472*D8", "1***1:2*INVENTED*PAT*19800214*W1*PAT"),
        lambda t: t.replace("~NM1*PR", "*NM1*PR"),
        lambda t: t.replace("SBR*P*18*******CI~NM1*IL*1", "INVENTED*P*18*******CI~PAT*IL*1"),
    ],
)
def test_no_patient_data_is_shown(change: Callable[[str], str]) -> None:
    found = faults(change(GOOD))
    assert not found.is_empty()
    shown = found.select(pl.concat_str(pl.all().cast(pl.String).fill_null(""))).to_series()
    for private in ("INVENTED", "PAT*", "W1", "19801314", "19800214", "OAK"):
        assert not shown.str.contains(private, literal=True).any(), (private, shown.to_list())


def test_a_flood_of_one_fault_is_told_as_a_number() -> None:
    line = "LX*1~SV1*HC:99213*1x*UN*1***1~DTP*472*D8*20260512~"
    found = faults(GOOD.replace("LX*1~", line * (MOST_OF_A_KIND + 50) + "LX*1~"))
    of_kind = found.filter(pl.col("element") == "SV102")
    assert of_kind.height == MOST_OF_A_KIND + 1
    assert "50 more times" in of_kind["explanation"][-1]


def test_faults_do_not_depend_on_chunks() -> None:
    claim = GOOD[GOOD.index("HL*2") : GOOD.index("SE*24")]
    many = "".join(
        claim.replace("HL*2*1", f"HL*{n}*{1 if n % 7 else 5}").replace(
            "*125*", f"*{n}x*" if n % 5 == 0 else "*125*"
        )
        for n in range(2, 60)
    )
    text = GOOD.replace(claim, many)
    whole, parts = faults(text), faults(text, chunk_size=1500, batch_claims=10)
    order = ["fault", "element", "segment_number"]
    assert whole.height > 10
    assert whole.drop("ordinal").sort(order).equals(parts.drop("ordinal").sort(order))
    assert parts["ordinal"].to_list() == list(range(1, parts.height + 1))


def test_guide_is_of_one_piece() -> None:
    assert set(INDEXED) >= NAMES
    for segment, asked in elements().items():
        assert segment in NAMES
        assert all(element.number <= MOST_ELEMENTS[segment] for element in asked)


def test_files_that_a_validator_calls_valid_have_no_fault(data_dir: Path) -> None:
    with (data_dir / "x12" / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t"))
    valid = {
        row["file"]
        for row in rows
        if row["pyx12_verdict"].startswith("VALID") and "837" in row["kind"]
    }
    checked = 0
    for path in (data_dir / "x12").rglob("*"):
        if not any(path.name == name or path.name.endswith(name) for name in valid):
            continue
        found = concat(read_x12(path.read_bytes(), file=path.name)).syntax_faults
        assert found.filter(pl.col("fault") != "ENV006").is_empty(), (path.name, found.rows())
        checked += 1
    assert checked >= len(valid) > 10


@pytest.mark.parametrize(
    ("change", "claim", "line"),
    [
        (lambda t: t.replace("SV1*HC:99213*125", "SV1*HC:99213*ABC"), 0, 1),
        (lambda t: t.replace("SV1*HC:83036*75", "SV1*HC:83036*ABC"), 0, 2),
        (lambda t: t.replace("CLM*A1*200", "CLM*A1*ABC"), 0, None),
        (lambda t: t[: t.index("*20260512~SE*24")], 0, 2),
        (lambda t: t.replace("SE*24", "SE*23"), None, None),
        (lambda t: t.replace("NM1*IL*1*", "NM1*IL**"), 0, None),
        (lambda t: t.replace("NM1*85*2*", "NM1*85**"), None, None),
    ],
)
def test_a_fault_names_the_claim_and_line_it_is_in(
    change: Callable[[str], str], claim: int | None, line: int | None
) -> None:
    found = faults(change(GOOD)).row(0, named=True)
    assert (found["claim_key"], found["line_number"]) == (claim, line)


def test_a_fault_of_a_subscriber_is_one_of_each_claim_below() -> None:
    claim = GOOD[GOOD.index("CLM*") : GOOD.index("SE*24")]
    text = GOOD.replace("SE*24", f"{claim}SE*32").replace("NM1*IL*1*", "NM1*IL**")
    found = faults(text)
    assert found["claim_key"].to_list() == [0, 1]
    assert found["position"].n_unique() == 1


def test_lines_are_counted_in_their_own_claim() -> None:
    second = GOOD[GOOD.index("CLM*") : GOOD.index("SE*24")].replace("*75*UN", "*ABC*UN")
    text = GOOD.replace("SE*24", f"{second}SE*32")
    found = faults(text, first_claim_key=7)
    assert found.select("claim_key", "line_number").rows() == [(8, 2)]
