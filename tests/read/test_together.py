"""Small files read together: what is read of each is what is read of it alone."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cleanclaim.edits.samples import interchange
from cleanclaim.model import Batch, concat
from cleanclaim.read import FileRead, read, together
from cleanclaim.read.x837 import read_x12

PLAIN = interchange().encode()
KINDS = [
    PLAIN,
    interchange(("HI*ABK", "HI*ABK:M545")).encode(),
    interchange(("SV1*", "SV1*HC:99213*12X*UN*1***9")).encode(),
    PLAIN.replace(b"~", b"~\n"),
    PLAIN[:106] + PLAIN[106:].replace(b":", b">"),
]
JUNK = [
    b"~",
    b"*",
    b":",
    b"~~",
    b"\r\n",
    b"CLM*Z*1~",
    b"HL*1**20*1~",
    b"ST*837*1~",
    b"SE*1*1~",
    b"GE*1*1~",
    b"\xff",
    b"LX*1~",
    b"NM1*IL*1~",
]


def by_itself(files: list[tuple[str, bytes]], key: int) -> list[Batch]:
    batches: list[Batch] = []
    for name, data in files:
        batches += read_x12(data, file=name, first_claim_key=key)
        key += batches[-1].claims.height
    return batches


@st.composite
def odd(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from(KINDS))
    at = draw(st.integers(0, len(data)))
    end = min(at + draw(st.integers(1, 120)), len(data))
    kind = draw(st.sampled_from(["whole", "drop", "junk", "repeat", "segment"]))
    if kind == "drop":
        return data[:at] + data[end:]
    if kind == "junk":
        return data[:at] + draw(st.sampled_from(JUNK)) + data[at:]
    if kind == "repeat":
        return data[:end] + data[at:]
    if kind == "segment":
        segments = data.split(b"~")
        del segments[draw(st.integers(0, len(segments) - 1))]
        return b"~".join(segments)
    return data


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(odd(), min_size=2, max_size=5))
def test_as_if_each_were_read_alone(contents: list[bytes]) -> None:
    held = [together.small(f"{n}.837", data) for n, data in enumerate(contents)]
    group = [one for one in held if one and one.separators == together.small("", PLAIN).separators]  # type: ignore[union-attr]
    if not group:
        return
    found = together.read_together(group, 7, form=True)
    if found is None:
        return
    alone = concat(by_itself([(one.name, one.data) for one in group], 7))
    for name, frame in found.batch.frames().items():
        assert_frame_equal(frame, alone.frames()[name])


def test_one_odd_file_costs_the_others_nothing(tmp_path: Path) -> None:
    """A file that is cut off, one of another kind, one with a fault and one of a patient without a number, among whole ones."""
    contents = [*KINDS, PLAIN[:-30], KINDS[2], PLAIN.replace(b"W123456789", b""), b"a,b\n1,2\n", *KINDS]  # fmt: skip
    for number, data in enumerate(contents):
        (tmp_path / f"{number:02}.837").write_bytes(data)
    files: list[FileRead] = []
    whole = concat(list(read([tmp_path], files)))
    alone: list[Batch] = []
    key = 0
    for entry in files:
        one: list[FileRead] = []
        alone += read([entry.file], one, key)
        key += one[0].claims
        assert one == [entry]
    assert [bool(entry.error) for entry in files].count(True) == 1
    for name, frame in whole.frames().items():
        assert_frame_equal(frame, concat(alone).frames()[name])


def test_whole_files_are_read_together() -> None:
    group = [one for n in range(4) if (one := together.small(f"{n}.837", KINDS[n]))]
    assert len(group) == 4
    found = together.read_together(group, 7, form=True)
    assert found is not None
    assert found.claims == (1, 1, 1, 1)
    assert found.batch.claims["file"].to_list() == ["0.837", "1.837", "2.837", "3.837"]
    assert found.batch.claims["claim_key"].to_list() == [7, 8, 9, 10]
    assert found.batch.syntax_faults["file"].unique().to_list() == ["2.837"]
