"""Columns cut from a block: few values and many are cut in different ways, with the same result."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanclaim.x12 import strings
from cleanclaim.x12.strings import Block

_BYTES = st.lists(st.sampled_from([b" ", b"A", b"7", b"*", b"\0", b"\xe9", b"\n", b"WORDS OF MORE THAN TWELVE"])).map(b"".join)  # fmt: skip


def expected(data: bytes, start: int, length: int, *, strip: bool) -> str | None:
    """A slice as text, cut by Python."""
    text = "".join(chr(byte) if byte < 128 else "?" for byte in data[start : start + length])
    return (text.strip(" ") if strip else text) or None


@given(data=_BYTES, picks=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30)), min_size=1, max_size=40), strip=st.booleans())  # fmt: skip
@pytest.mark.parametrize("few", [0, strings._FEW])
def test_slices_as_text(few: int, data: bytes, picks: list[tuple[float, int]], strip: bool) -> None:
    starts = [int(share * len(data)) for share, _ in picks]
    lengths = [min(length, len(data) - start) for start, (_, length) in zip(starts, picks, strict=True)]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strings, "_FEW", few)
        column = Block(data).strings(np.array(starts), np.array(lengths), strip=strip)
    wanted = [expected(data, start, length, strip=strip) for start, length in zip(starts, lengths, strict=True)]  # fmt: skip
    assert column.to_list() == wanted


def test_one_value_more_than_a_few() -> None:
    data = b"AB*CD*"
    for count in (strings._FEW, strings._FEW + 1):
        starts, lengths = np.arange(count) % 2 * 3, np.full(count, 2)
        assert Block(data).strings(starts, lengths).to_list() == [("AB", "CD")[n % 2] for n in range(count)]  # fmt: skip


def test_a_zero_byte_at_the_end_of_every_value() -> None:
    count = strings._FEW + 1
    column = Block(b"A\0*").strings(np.zeros(count, np.int64), np.full(count, 2))
    assert column.unique().to_list() == ["A\0"]


def test_blanks_alone_are_null() -> None:
    count = strings._FEW + 1
    column = Block(b"  *").strings(np.zeros(count, np.int64), np.full(count, 2))
    assert column.null_count() == count
