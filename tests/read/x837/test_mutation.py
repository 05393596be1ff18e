"""Broken files: whatever the bytes, no traceback, and never no claims without a word on why."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanclaim.errors import UnknownFormat
from cleanclaim.model import concat
from cleanclaim.read.x837 import read_x12

SAMPLE = (
    b"ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          "
    b"*260515*1200*^*00501*000000001*0*T*:~GS*HC*CLINIC*PAYER*20260515*1200*1*X*005010X222A1~"
    b"ST*837*0001*005010X222A1~BHT*0019*00*1*20260515*1200*CH~NM1*41*2*CLINIC*****46*123456789~"
    b"NM1*40*2*PAYER*****46*99999~HL*1**20*1~NM1*85*2*CLINIC*****XX*1234567893~N3*1 MAIN ST~"
    b"N4*RALEIGH*NC*276010000~REF*EI*999999999~HL*2*1*22*1~SBR*P********CI~"
    b"NM1*IL*1*INVENTED*PAT****MI*W1~NM1*PR*2*PAYER*****PI*99999~HL*3*2*23*0~PAT*19~"
    b"NM1*QC*1*INVENTED*AMY~DMG*D8*20150214*F~CLM*A1*200***11:B:1*Y*A*Y*Y~HI*ABK:I10*ABF:E119~"
    b"HI*BE:80:::3.00*BI:74:RD8:20260501-20260502~SBR*S*18*******MB~AMT*D*80.25~"
    b"NM1*PR*2*SECOND*****PI*88888~LX*1~SV1*HC:99213:25*125.5*UN*1***1:2~DTP*472*D8*20260512~"
    b"SVD*88888*80.25*HC:99213**1~LX*2~SV1*HC:83036*75*UN*1***2~DTP*472*RD8*20260512-20260513~"
    b"SE*31*0001~GE*1*1~IEA*1*000000001~"
)
JUNK = st.sampled_from(
    [
        b"~", b"*", b":", b"^", b"\r\n", b"~~~", b"*" * 12, b"ISA*", b"CLM*", b"CLM*Z*1~", b" " * 30, b"HL*1**20*1~",
        b"SE*1*1~", b"ST*837*1~", b"\xff\xfe", b"\x00", b"9" * 50, b"HI*", b"SV2*", b"-.", SAMPLE[:106], SAMPLE,
    ]
)  # fmt: skip


@st.composite
def broken(draw: st.DrawFn, sample: bytes = SAMPLE) -> bytes:
    data = sample
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(at + draw(st.integers(1, 200)), len(data))
        kind = draw(st.sampled_from(["cut", "drop", "repeat", "junk", "flip", "swap"]))
        if kind == "cut":
            data = data[:at]
        elif kind == "drop":
            data = data[:at] + data[end:]
        elif kind == "repeat":
            data = data[:end] + data[at:]
        elif kind == "junk":
            data = data[:at] + draw(JUNK) + data[at:]
        elif kind == "flip":
            data = data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]
        else:
            mark = draw(st.sampled_from([b"*", b":", b"~", b"^"]))
            data = data.replace(mark, bytes([draw(st.integers(0, 255))]))
    return data


def check(data: bytes, chunk_size: int) -> None:
    try:
        batches = list(read_x12(data, file="broken.837", chunk_size=chunk_size))
    except UnknownFormat:
        assert b"ISA*" not in data
        return
    found = concat(batches)
    keys = found.claims["claim_key"]
    assert keys.to_list() == list(range(len(keys)))
    for name in ("lines", "diagnoses", "other_payers", "claim_codes"):
        assert getattr(found, name)["claim_key"].is_in(keys.to_list()).all(), name
    assert len(keys) or not found.syntax_faults.is_empty()
    assert found.syntax_faults["ordinal"].to_list() == list(
        range(1, found.syntax_faults.height + 1)
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=broken(), chunk_size=st.sampled_from([1024, 1 << 20]))
def test_any_breakage_is_read(data: bytes, chunk_size: int) -> None:
    check(data, chunk_size)


@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes_after_a_header_are_read(data: bytes) -> None:
    check(SAMPLE[:106] + data, 1024)


@pytest.mark.parametrize("at", range(0, len(SAMPLE), 97))
def test_cut_off_anywhere(at: int) -> None:
    check(SAMPLE[:at], 1024)


@pytest.mark.parametrize("name", [b"ST", b"SE", b"GS", b"GE", b"HL", b"N3"])
def test_a_zero_byte_in_a_name(name: bytes) -> None:
    data = SAMPLE.replace(b"~" + name + b"*", b"~" + name + b"\x00*")
    assert data != SAMPLE
    check(data, 1 << 20)
    faults = concat(read_x12(data, file="broken.837")).syntax_faults
    assert "ENV002" in faults["fault"].to_list()


def test_sample_files_broken(data_dir: Path) -> None:
    files = [path for path in (data_dir / "x12").rglob("*.*") if path.is_file()]
    for number, path in enumerate(sorted(files)[::4]):
        data = path.read_bytes()
        cut = len(data) * (number % 7 + 1) // 8
        check(data[:cut], 1 << 20)
        check(data[cut:] + data[:cut], 1024)


@pytest.mark.parametrize(
    "filler",
    [
        b"ISA*",
        b"\x00\xff~*",
        b"CLM*",
        b"~",
        b"CLM*A*1~",
        b"ST~",
        b"x" * 97,
        b"HL*1**20*1~",
        b"SE*1*1~\n",
    ],
)
def test_long_garbage_is_read_to_its_end(filler: bytes) -> None:
    check(SAMPLE + filler * (300_000 // len(filler)), 1 << 16)
