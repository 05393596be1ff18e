"""Whatever the bytes: no traceback, no hang, no claim lost or left out without a reason.

And no fault shows a patient.
"""

from __future__ import annotations

import io
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.edits.samples import interchange
from cleanclaim.errors import UnknownFormat
from cleanclaim.model import TABLES, Batch, concat
from cleanclaim.read.x837 import read_x12

_KINDS = ("professional", "institutional", "dental", "dependents", "old")
_ODD = [b"", b"9" * 400, b"-", b".", b"1." + b"0" * 30, b"\xff\xfe", b" " * 50, b":" * 30, b"1e9"]
_ODD += [b"20260230", b"20260101-20261301", b"ISA", b"CLM", b"\0", b"NaN", b"^", b"\n\n", b"*" * 40]


def read(data: bytes, chunk_size: int = 1 << 20) -> Batch | None:
    """The tables, None where the file is refused; laws that hold for any bytes are checked here."""
    try:
        found = concat(read_x12(data, file="f", chunk_size=chunk_size))
    except UnknownFormat:
        return None
    assert found.claims.height or found.syntax_faults.height, "no claims and no reason"
    assert found.claims["claim_key"].to_list() == list(range(found.claims.height))
    for name, table in TABLES.items():
        frame = getattr(found, name)
        assert dict(frame.schema) == dict(table.empty().schema), name
        assert not frame.select(table.key).is_duplicated().any(), name
        if "position" in frame.columns:
            assert frame["position"].drop_nulls().is_between(0, len(data)).all(), name
    starts = found.claims["position"].to_list()
    assert all(data[at : at + 3] == b"CLM" for at in starts)
    return found


def cut_off(data: bytes, random_: random.Random) -> bytes:
    return data[: random_.randrange(len(data))]


def flipped(data: bytes, random_: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random_.randrange(1, 20)):
        changed[random_.randrange(len(data))] = random_.randrange(256)
    return bytes(changed)


def dropped(data: bytes, random_: random.Random) -> bytes:
    segments = data.split(b"~")
    del segments[random_.randrange(len(segments))]
    return b"~".join(segments)


def repeated(data: bytes, random_: random.Random) -> bytes:
    segments = data.split(b"~")
    place = random_.randrange(len(segments))
    again = segments[place : place + 1] * random_.randrange(1, 20)
    return b"~".join(segments[:place] + again + segments[place:])


def shuffled(data: bytes, random_: random.Random) -> bytes:
    segments = data.split(b"~")
    random_.shuffle(segments)
    return b"~".join(segments)


def other_separators(data: bytes, random_: random.Random) -> bytes:
    return data.translate(bytes.maketrans(b"*:~^", bytes(random_.sample(range(256), 4))))


def gap(data: bytes, random_: random.Random) -> bytes:
    at = random_.randrange(len(data))
    return data[:at] + data[at + random_.randrange(200) :]


def noise(data: bytes, random_: random.Random) -> bytes:
    at = random_.randrange(len(data))
    return data[:at] + random_.randbytes(random_.randrange(300)) + data[at:]


def odd_value(data: bytes, random_: random.Random) -> bytes:
    elements = data.split(b"*")
    elements[random_.randrange(len(elements))] = random_.choice(_ODD)
    return b"*".join(elements)


_MUTATIONS = (
    cut_off,
    flipped,
    dropped,
    repeated,
    shuffled,
    other_separators,
    gap,
    noise,
    odd_value,
)


def mutated(data: bytes, random_: random.Random) -> bytes:
    return random_.choice(_MUTATIONS)(data, random_) if data else data


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(_KINDS), st.integers(1, 3), st.randoms(use_true_random=False))
def test_mutated_files(
    invented: dict[str, bytes], kind: str, times: int, random_: random.Random
) -> None:
    data = invented[kind]
    for _ in range(times):
        data = mutated(data, random_)
    whole, parts = read(data), read(data, chunk_size=1024)
    assert (whole is None) == (parts is None)
    if whole and parts:
        assert whole.claims.height == parts.claims.height


@pytest.mark.parametrize("kind", _KINDS)
def test_cut_off_anywhere(kind: str, invented: dict[str, bytes]) -> None:
    data = invented[kind]
    for end in range(0, len(data), 101):
        found = read(data[:end])
        header = data.index(b"~") + 1
        if found is None:
            assert end < 4
            continue
        assert found.syntax_faults.height
        if end > header:
            sent = len(re.findall(rb"~CLM\*", data[:end]))
            assert found.claims.height == sent


def test_a_dropped_or_repeated_segment_loses_no_claim(invented: dict[str, bytes]) -> None:
    segments = invented["dependents"].split(b"~")
    for place in range(1, len(segments) - 1):
        for times in (0, 2):
            changed = segments[:place] + segments[place : place + 1] * times + segments[place + 1 :]
            found = read(b"~".join(changed))
            assert found is not None
            assert found.claims.height == sum(part.startswith(b"CLM") for part in changed)
            if segments[place][:2] not in {b"N2", b"N3", b"N4", b"RE"}:
                assert found.syntax_faults.height, segments[place]


@pytest.mark.parametrize("size", [1 << 20, 10 << 20])
def test_garbage_is_refused(size: int) -> None:
    garbage = random.Random(5).randbytes(size).replace(b"ISA", b"QQQ")  # noqa: S311
    assert read(garbage) is None


def test_a_slow_stream_is_read_to_its_end(invented: dict[str, bytes]) -> None:
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 100))

    data = invented["many"]
    whole = concat(read_x12(data, file="f"))
    slow = concat(read_x12(Trickle(data), file="f"))
    assert slow.claims.equals(whole.claims)


def test_no_fault_shows_a_patient(invented: dict[str, bytes]) -> None:
    secrets = ("INVENTED", "2 OAK ST", "W000002", "19800214", "27601", "CHART", "PAT*")
    random_ = random.Random(11)  # noqa: S311
    for _ in range(60):
        data = mutated(invented["professional"], random_)
        found = read(data)
        if found is None:
            continue
        for row in found.syntax_faults.select("found", "expected", "explanation").rows():
            told = " ".join(text for text in row if text)
            assert not any(secret in told for secret in secrets), told


def test_mutated_sample_files(data_dir: Path) -> None:
    random_ = random.Random(7)  # noqa: S311
    files = [path for path in sorted((data_dir / "x12").rglob("*.*")) if path.is_file()]
    for path in random_.sample(files, 40):
        data = mutated(path.read_bytes(), random_)
        read(data, chunk_size=random_.choice([1024, 1 << 20]))


@pytest.mark.parametrize("first", ["GS", "ST"])
@pytest.mark.parametrize("terminator", ["~\n", "~", "\\"])
def test_a_file_that_starts_at_its_group_or_transaction_is_read(
    first: str, terminator: str
) -> None:
    whole = interchange(terminator=terminator)
    text = whole[whole.index(terminator + first) + len(terminator) :]
    told = read((" \n" + text).encode())
    assert told is not None
    expected = read(whole.encode())
    assert expected is not None
    same = ["claim_id", "member_id", "patient_birth_date", "charge_amount", "from_date"]
    assert told.claims.select(same).equals(expected.claims.select(same))
    assert told.diagnoses["diagnosis_code"].to_list() == ["I10"]
    fault = told.syntax_faults.row(0, named=True)
    assert "isn't inside" in fault["explanation"]
    assert (fault["fault"], fault["element"]) == ("ENV001", first)


def test_an_interchange_after_a_group_without_one_is_read_too() -> None:
    whole = interchange()
    told = read((whole[whole.index("GS*") :] + whole).encode())
    assert told is not None
    assert told.claims.height == 2
