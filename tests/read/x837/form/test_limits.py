"""No file, however it repeats its parts, costs more than in proportion to its size, and what is too much is told once."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.pairs import MOST_CODES
from cleanclaim.errors import InputError, UnknownFormat
from cleanclaim.model import Batch, concat
from cleanclaim.read.x837 import read_x12
from cleanclaim.read.x837.composites import MOST_READ
from cleanclaim.reference import Reference
from cleanclaim.x12 import stream
from hostile import CASES, MANY_BYTES
from invented import BILLING, isa, subscriber, transaction

_CLAIM = "CLM*A1*125***11:B:1*Y*A*Y*Y~"
_HI = "HI*ABK:I10~"
_LINE = "LX*1~SV1*HC:99213*125*UN*1***1~DTP*472*D8*20260512~"
_GIBIBYTE = 1 << 30
_CPU_SECONDS = 30
"""Three times what a file of full size may take, for busy machines."""
_SLOW = ("changing interchanges",)
"""Those with thousands of small parts that must each be read by themselves: up to ten thousand, at some 2.5 ms."""
_OF_ONE_PATIENT = ("claims", "mixed claims", "claims of many days", "claims of one number")
"""Those whose hundreds of thousands of findings are held in memory together."""
_RUN = """
import resource, subprocess, sys
def bound():
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]), int(sys.argv[2])))
command = [sys.executable, "-m", "cleanclaim", "check", sys.argv[1], "--output", sys.argv[1] + ".txt"]
done = subprocess.run(command, preexec_fn=bound, capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.returncode, used.ru_maxrss << 10)
print(done.stderr)
"""
"""Checks one file in a process of its own, so that its memory and time are known."""
_IN_FULL = pytest.mark.skipif(
    os.environ.get("CLEANCLAIM_LONG_TESTS") != "1",
    reason="files of full size take minutes; CLEANCLAIM_LONG_TESTS=1 checks them",
)


def read(data: bytes) -> Batch:
    return concat(read_x12(data, file="f"))


def faults(batch: Batch, code: str, element: str) -> list[dict[str, object]]:
    rows = batch.syntax_faults.iter_rows(named=True)
    return [row for row in rows if row["fault"] == code and row["element"] == element]


def body(middle: str, after: str = "") -> bytes:
    return transaction("005010X222A1", BILLING + subscriber(2) + _CLAIM + middle + _LINE + after)


@pytest.fixture(scope="module")
def prepared(home: Path, reference: Reference) -> Path:
    """Where what is worked out of the tables is kept: no file's time includes it."""
    reference.table("icd10cm_tabular")
    return home


def run(path: Path, prepared: Path, seconds: int = _CPU_SECONDS) -> tuple[int, int, str]:
    """Exit status, peak memory and what was written to standard error of checking a file."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(path), str(seconds)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"CLEANCLAIM_HOME": str(prepared)},
    )
    first, _, errors = done.stdout.partition("\n")
    status, peak = map(int, first.split())
    return status, peak, errors


class TestToldOnce:
    @pytest.mark.parametrize(
        ("middle", "after", "element", "found", "most"),
        [
            (_HI + "REF*EA*1~" * 31, "", "REF", "31", 30),
            (_HI + "NTE*ADD*A~" * 500, "", "NTE", "500", 20),
            ("HI*BG:17~" * 27 + _HI, "", "HI", "28", 25),
            (_HI + "NM1*82*1*ROE~" * 11, "", "NM1", "11", 10),
            (_HI + "SBR*S*18*******MB~" * 11, "", "SBR", "11", 10),
            (_HI, "SVD*1*5*HC:99213**1~" * 16, "SVD", "16", 15),
            (_HI, "SVD*1*5*HC:99213**1~" + "CAS*CO*45*1~" * 6, "CAS", "6", 5),
            (_HI, "K3*A~" * 11, "K3", "11", 10),
            (_HI, _LINE * 50, "LX", "51", 50),
        ],
    )
    def test_at_the_first_that_is_too_many(
        self, middle: str, after: str, element: str, found: str, most: int
    ) -> None:
        data = body(middle, after)
        told = [f for f in faults(read(data), "ENV002", element) if f["found"] == found]
        assert [(f["claim_key"], f["expected"]) for f in told] == [(0, f"at most {most}")]
        at = data.index(b"~CLM*")
        for _ in range(most + 1):
            at = data.index(f"~{element}*".encode(), at) + 1
        assert told[0]["position"] == at

    def test_as_often_as_allowed(self) -> None:
        data = body(_HI + "REF*EA*1~" * 30 + "NTE*ADD*A~" * 20, _LINE * 49)
        assert not any("allow" in text for text in read(data).syntax_faults["explanation"])

    def test_each_name_has_its_own(self) -> None:
        names = ("NM1*82*1*ROE~" + "REF*EA*1~" * 20) * 3
        assert not any(
            "allow" in text for text in read(body(_HI + names)).syntax_faults["explanation"]
        )

    def test_institutional_claims_have_more_lines(self) -> None:
        lines = "".join(f"LX*{n}~SV2*0450**7*UN*1~" for n in range(1, 1001))
        claim = f"{_CLAIM}CL1*1*2*01~{_HI}"
        told = []
        for kept in (lines, lines.partition("LX*1000~")[0]):
            whole = transaction("005010X223A2", BILLING + subscriber(2) + claim + kept)
            told.append([f["found"] for f in faults(read(whole), "ENV002", "LX")])
        assert told == [["1,000"], []]

    def test_two_principal_diagnoses(self) -> None:
        told = faults(read(body(_HI + "HI*ABK:E119~")), "ENV002", "HI")
        assert [(f["found"], f["expected"]) for f in told] == [("2", "at most 1")]

    def test_components(self) -> None:
        line = _LINE.replace("99213", "99213" + ":25" * 9)
        told = faults(read(body(_HI + line)), "ENV003", "SV101")
        assert [f["expected"] for f in told] == ["at most 8 components"]


class TestRead:
    def test_so_many_codes_of_a_kind_and_no_more(self) -> None:
        found = read(body(_HI + "HI*ABF:E119~" * 1000))
        assert found.diagnoses["diagnosis_type"].value_counts(sort=True).rows() == [
            ("other", MOST_READ),
            ("principal", 1),
        ]

    def test_every_line(self) -> None:
        assert read(body(_HI, _LINE * 2000)).lines.height == 2001

    @pytest.mark.parametrize("more", [0, 2])
    def test_so_many_interchanges_that_change_their_separators(
        self, more: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stream, "MOST_SWITCHES", 4)
        whole = body(_HI)
        other = f"{isa()}IEA*0*000000001~".encode().replace(b"*", b"|")
        data = whole + (other + whole) * (2 + more // 2)
        parts: list[Batch] = []
        told = pytest.raises(InputError, match=r"byte \d.* isn't read")
        with told if more else nullcontext():
            parts.extend(read_x12(data, file="f"))
        assert concat(parts).claims.height == 3

    def test_every_payer(self) -> None:
        assert read(body(_HI + "SBR*S*18~" * 300)).other_payers.height == 300


class TestGrowth:
    """Rows of the tables that edits meet grow no faster than the lines do."""

    @pytest.mark.parametrize("name", ["mixed lines", "lines of many codes", "mixed claims"])
    def test_pairs(self, name: str, reference: Reference) -> None:
        for count in (100, 1500):
            batch = read(CASES[name](count))
            claims = Claims.of(batch, reference)
            assert claims.pairs.height <= 25 * count
            assert claims.uncompared_lines.height <= count

    def test_a_day_too_large_to_compare_is_told(self, reference: Reference) -> None:
        claims = Claims.of(read(CASES["lines of many codes"](MOST_CODES + 1)), reference)
        assert "too many to compare" in claims.uncompared_lines["reason"][0]
        assert claims.uncovered_pair_lines.height == MOST_CODES + 1

    def test_a_day_just_small_enough_is_compared(self, reference: Reference) -> None:
        claims = Claims.of(read(CASES["lines of many codes"](MOST_CODES)), reference)
        assert not claims.uncompared_lines["reason"].str.contains("too many").any()


class TestSeparators:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("T*:~", "T**~"),
            ("T*:~", "T*~~"),
            ("T*:~", "T*A~"),
            ("T*:~", "T*7~"),
            ("T*:~", "T* ~"),
            ("*^*", "*~*"),
        ],
    )
    def test_a_header_whose_separators_cannot_be_told(self, before: str, after: str) -> None:
        data = isa().replace(before, after).encode() + b"GS*HC*A*B*20260515*1200*1*X*005010X222A1~"
        found = read(data)
        assert found.claims.is_empty()
        assert "ENV001" in found.syntax_faults["fault"].to_list()

    @pytest.mark.parametrize("mark", ["A", "7", " "])
    def test_an_element_separator_that_is_none(self, mark: str) -> None:
        with pytest.raises(UnknownFormat):
            read(isa().replace("*", mark).encode())

    def test_a_repetition_separator_that_is_the_component_separator(self) -> None:
        found = read(body(_HI).replace(b"*^*", b"*:*"))
        assert found.claims.height == 1
        assert faults(found, "ENV001", "ISA11")[0]["position"] == 82

    @pytest.mark.parametrize("mark", ["A", " "])
    def test_composites_that_say_what_the_header_does_not(self, mark: str) -> None:
        found = read(body(_HI).replace(b"T*:~", f"T*{mark}~".encode()))
        assert found.lines["procedure_code"].to_list() == ["99213"]
        assert faults(found, "ENV001", "ISA16")

    def test_an_interchange_whose_components_alone_are_separated_otherwise(self) -> None:
        one = body(_HI)
        other = one.replace(b":", b">")
        for data in (one + other, other + one, one + other + one):
            found = read(data)
            assert set(found.lines["procedure_code"]) == {"99213"}
            assert set(found.diagnoses["diagnosis_code"]) == {"I10"}
            assert found.diagnoses.height == found.claims.height > 1

    @pytest.mark.parametrize("name", [b"\0\0\0", b"R\0F", b"\xc3\x89F", b"\xff\xff", b"R F"])
    def test_names_of_segments_that_are_none(self, name: bytes) -> None:
        data = body(_HI + "QQQ*EI*1~").replace(b"QQQ*", name + b"*")
        found = read(data)
        assert found.lines.height == 1
        assert faults(found, "ENV002", "segment")


@pytest.mark.parametrize("name", ["HI of twelve", "mixed lines", "mixed claims"])
def test_a_file_of_some_thousand_parts(name: str, tmp_path: Path, prepared: Path) -> None:
    path = tmp_path / "f.837"
    path.write_bytes(CASES[name](2000))
    status, peak, errors = run(path, prepared)
    assert (status, errors.strip().partition(":")[0]) == (1, str(path) + ".txt")
    assert peak < _GIBIBYTE


@_IN_FULL
@pytest.mark.parametrize("name", CASES)
def test_a_file_of_full_size(name: str, tmp_path: Path, prepared: Path) -> None:
    path = tmp_path / "f.837"
    path.write_bytes(CASES[name](1 << 20 if name in MANY_BYTES else 100_000))
    status, peak, errors = run(path, prepared, _CPU_SECONDS * (4 if name in _SLOW else 1))
    is_said = "the file has no claims" in errors or "the rest of the file isn't read" in errors
    assert status in {0, 1} or (status == 2 and is_said), errors
    assert peak < (1.5 if name in _OF_ONE_PATIENT else 1) * _GIBIBYTE
