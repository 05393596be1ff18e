"""Writing an X12 file back with chosen elements replaced: every other byte stays as it was."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.errors import RewriteError, UnknownFormat
from cleanclaim.read.x837 import read_x12
from cleanclaim.read.x837.layout import CLAIMS
from cleanclaim.x12 import rewrite
from cleanclaim.x12.rewrite import X12File

_ISA = (
    "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          "
    "*260515*1200*^*00501*000000001*0*T*:~"
)
_BODY = (
    "GS*HC*CLINIC*PAYER*20260515*1200*1*X*005010X222A1~ST*837*0001*005010X222A1~"
    "BHT*0019*00*1*20260515*1200*CH~NM1*41*2*CLINIC*****46*123456789~PER*IC*DESK*TE*5555555555~"
    "NM1*40*2*PAYER*****46*99999~HL*1**20*1~NM1*85*2*CLINIC*****XX*1234567893~N3*1 MAIN ST~"
    "N4*RALEIGH*NC*276010000~REF*EI*999999999~HL*2*1*22*0~SBR*P*18*******CI~"
    "NM1*IL*1*INVENTED*PAT****MI*W1~DMG*D8*19800214*F~NM1*PR*2*PAYER*****PI*99999~"
    "CLM*A1*200***11:B:1*Y*A*Y*Y~HI*ABK:I10*ABF:E119~LX*1~SV1*HC:99213*125*UN*1***1:2~"
    "DTP*472*D8*20260512~LX*2~SV1*HC:83036:QW*75*UN*1***2~DTP*472*D8*20260512~"
    "SE*23*0001~GE*1*1~IEA*1*000000001~"
)
PLAIN = (_ISA + _BODY).encode()


def variants() -> dict[str, bytes]:
    text = _ISA + _BODY
    other = text.translate(str.maketrans("*:~", "|<!"))
    return {
        "plain": PLAIN,
        "line ends": text.replace("~", "~\r\n").encode(),
        "newline ends segments": text.replace("~", "\n").encode(),
        "other separators": other.encode(),
        "byte order mark and preamble": b"\xef\xbb\xbfSubject: claims\n\n" + PLAIN,
        "two interchanges": PLAIN + b"\n\n" + other.encode(),
        "cut off": PLAIN[:-40],
        "outside ascii": text.replace("INVENTED", "INVENT\u00c9").encode(),
        "many claims": many(3000),
    }


def many(count: int) -> bytes:
    head, _, rest = _BODY.partition("CLM*A1")
    claim, _, tail = ("CLM*A1" + rest).partition("SE*23")
    claims = "".join(claim.replace("A1", f"A{n}") for n in range(count))
    return f"{_ISA}{head}{claims}SE*23{tail}".encode()


@pytest.mark.parametrize("name", list(variants()))
def test_nothing_replaced_is_the_file_itself(name: str) -> None:
    data = variants()[name]
    assert X12File(data, CLAIMS).to_bytes() == data


@pytest.mark.parametrize("name", list(variants()))
def test_tables_point_at_what_is_replaced(name: str) -> None:
    data = variants()[name]
    batches = list(read_x12(data, file="invented.837"))
    file = X12File(data, CLAIMS)
    for batch in batches:
        for row in batch.diagnoses.tail(4).iter_rows(named=True):
            address = file.address_at(row["position"])
            assert address is not None
            assert file.element(*address) == row["diagnosis_code"]
            assert address.element in {"HI01-2", "HI02-2"}
        for row in batch.lines.tail(4).iter_rows(named=True):
            assert data[row["position"] :].startswith(b"SV1")


@pytest.mark.parametrize(
    ("segment", "element", "value", "before", "after"),
    [
        (18, "CLM02", "125.5", "CLM*A1*200*", "CLM*A1*125.5*"),
        (18, "CLM05-3", "7", "11:B:1*Y", "11:B:7*Y"),
        (18, "CLM01", "", "CLM*A1*", "CLM**"),
        (18, "CLM20", "1", "*Y*Y~HI", "*Y*Y" + "*" * 11 + "1~HI"),
        (21, "SV101-3", "25", "HC:99213*", "HC:99213:25*"),
        (21, "SV101-7", "a text", "HC:99213*", "HC:99213:::::a text*"),
        (19, "HI02-2", "E1165", "ABF:E119~", "ABF:E1165~"),
        (1, "ISA15", "P", "*T*:~", "*P*:~"),
    ],
)
def test_one_element(segment: int, element: str, value: str, before: str, after: str) -> None:
    file = X12File(PLAIN, CLAIMS)
    file.replace(segment, element, value)
    assert file.to_bytes() == PLAIN.replace(before.encode(), after.encode(), 1)
    assert file.element(segment, element) == value


@pytest.mark.parametrize(
    ("segment", "element", "value", "says"),
    [
        (18, "CLM02", "1*2", "separator"),
        (18, "CLM02", "1~", "separator"),
        (18, "CLM01", "A:1", "separator"),
        (18, "CLM01", "A^1", "separator"),
        (18, "CLM01", "\u00c9", "character"),
        (18, "CLM01", "a\nb", "character"),
        (18, "CLM05", "11", "composite"),
        (18, "SV102", "1", "segment 18 is CLM, not SV1"),
        (18, "CLM", "1", "expected an element such as"),
        (18, "CLM00", "1", "expected an element such as"),
        (99, "CLM01", "1", "no segment 99"),
        (0, "CLM01", "1", "no segment 0"),
        (1, "ISA16", ">", "the file's separators"),
        (1, "ISA11", "!", "the file's separators"),
        (1, "ISA06", "SHORT", "fixed lengths"),
        (1, "ISA17", "X", "fixed lengths"),
    ],
)
def test_refused(segment: int, element: str, value: str, says: str) -> None:
    file = X12File(PLAIN, CLAIMS)
    with pytest.raises(RewriteError, match=says):
        file.replace(segment, element, value)
    assert file.to_bytes() == PLAIN


def test_a_refusal_does_not_show_the_value() -> None:
    with pytest.raises(RewriteError) as refused:
        X12File(PLAIN, CLAIMS).replace(15, "NM103", "SECRET*NAME")
    assert "SECRET" not in str(refused.value)


def test_element_beyond_the_segment_is_none() -> None:
    file = X12File(PLAIN, CLAIMS)
    assert file.name(18) == "CLM"
    assert file.element(18, "CLM03") == ""
    assert file.element(18, "CLM20") is None
    assert file.element(21, "SV101-3") is None


def test_bytes_between_elements_have_no_address() -> None:
    file = X12File(b"\n\n" + PLAIN, CLAIMS)
    assert file.address_at(0) is None
    assert file.address_at(3) is None
    assert file.address_at(len(PLAIN) + 2) is None
    assert file.address_at(-1) is None


def test_no_interchange() -> None:
    with pytest.raises(UnknownFormat):
        X12File(b"CLM*1*2~", CLAIMS)


def test_doctest() -> None:
    assert doctest.testmod(rewrite).failed == 0


_TEXT = st.text(st.sampled_from("ABCXYZ0189 .-/'&"), max_size=12)


def _replacements() -> st.SearchStrategy[list[tuple[int, int, int, str]]]:
    place = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 9), _TEXT)
    return st.lists(place, max_size=8)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(set(variants()) - {"many claims"})), _replacements())
def test_replaced_elements_read_back_and_all_other_bytes_stay(
    name: str, wanted: list[tuple[int, int, int, str]]
) -> None:
    data = variants()[name]
    file = X12File(data, CLAIMS)
    done: dict[tuple[int, str], str] = {}
    for at, number, part, value in wanted:
        segment = at % (len(file) - 1) + 2
        if file.name(segment) in {"ISA", "IEA"}:
            continue
        element = f"{file.name(segment)}{number % 9 + 1:02d}" + (f"-{part}" if part else "")
        try:
            file.replace(segment, element, value)
        except RewriteError:
            continue
        bare = element.partition("-")[0]
        outdated = {bare} if part else {bare, *(f"{bare}-{n}" for n in range(1, 10))}
        done = {
            key: kept for key, kept in done.items() if key[0] != segment or key[1] not in outdated
        }
        done[segment, element] = value
    written = X12File(file.to_bytes(), CLAIMS)
    assert len(written) == len(file)
    for (segment, element), value in done.items():
        assert written.element(segment, element) == value
    _same_but_for({segment for segment, _ in done}, X12File(data, CLAIMS), written)


def _same_but_for(changed: set[int], old: X12File, new: X12File) -> None:
    """Take the changed segments out of both files: what is left are the same bytes."""
    assert _without(changed, old) == _without(changed, new)
    for number in changed:
        before, after = old._elements(number), new._elements(number)
        assert after[0] == before[0]
        assert len(after) >= len(before)


def _without(changed: set[int], file: X12File) -> bytes:
    parts, at = [], 0
    for number in sorted(changed):
        parts.append(file._data[at : int(file._starts[number - 1])])
        at = int(file._ends[number - 1])
    return b"|".join([*parts, file._data[at:]])


def test_sample_files_come_back_as_they_are(data_dir: Path) -> None:
    files = [path for path in sorted((data_dir / "x12").rglob("*")) if path.is_file()]
    read = [data for path in files if b"ISA" in (data := path.read_bytes())]
    assert read
    for data in read:
        assert X12File(data, CLAIMS).to_bytes() == data
