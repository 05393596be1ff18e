"""Ways to break an 837 file: its bytes, segments, loops, envelopes and separators."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from fuzzing.sound import Claim, with_segment

Break = Callable[[random.Random, bytes], bytes]
MOST_BYTES: Final = 400_000
"""The maximum size of an input: small inputs allow many inputs."""
JUNK: Final = (
    b"~", b"*", b":", b"\r\n", b"~~~", b"*" * 11, b"ISA*", b"CLM*", b" " * 30, b"HL*1**20*1~", b"SE*1*1~", b"\xff" * 5, b"9" * 50, b"\x00",
    b"\x1b[31m", b"\xc2\x85", b"\xe2\x80\xa8", b"ISA", b"IEA*1*1~", b"NM1*IL*1~", b"\xef\xbb\xbf",
)  # fmt: skip
ODD: Final = (
    "", " ", "0", "-1", "9" * 18, "9" * 60, "1e9", "1e400", "NaN", "inf", "00000000", "20260231", "99991231", "00010101", "20260101-20251231", "A" * 300,
    "\xe9\xff", "\x00", "^", "1:2:3:4:5:6:7:8:9", ":" * 40, "=CMD()", "'", '"', "{0}", "{claim_id}", "%s", "\\", "-0.00", "1.2.3", "+5", "0.0000001", "\u00b2",
    "\x1b]0;x\x07", "99999999999999.99", "12:A", "ABK:", "HC:", ".", "1,5", "\r", "\n", "\t", "<script>", "|",
)  # fmt: skip


def separators_of(data: bytes) -> tuple[bytes, bytes, bytes]:
    """The element, component and segment separators in a file's first ISA; the usual ones if it has none."""
    at = data.find(b"ISA")
    if at < 0 or len(data) < at + 106:
        return b"*", b":", b"~"
    return data[at + 3 : at + 4], data[at + 104 : at + 105], data[at + 105 : at + 106]


def _span(dice: random.Random, data: bytes) -> tuple[int, int]:
    start = dice.randrange(len(data))
    return start, min(len(data), start + dice.randint(1, 300))


def cut(dice: random.Random, data: bytes) -> bytes:
    """Truncate the file."""
    return data[: dice.randrange(len(data))]


def change(dice: random.Random, data: bytes) -> bytes:
    """Change some bytes."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 3, 20))):
        changed[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(changed)


def drop(dice: random.Random, data: bytes) -> bytes:
    """Remove some bytes."""
    start, end = _span(dice, data)
    return data[:start] + data[end:]


def repeat(dice: random.Random, data: bytes) -> bytes:
    """Repeat some bytes."""
    start, end = _span(dice, data)
    return data[:end] + data[start:]


def put_before(dice: random.Random, data: bytes) -> bytes:
    """Put bytes before the file."""
    return dice.choice((dice.randbytes(dice.randint(1, 200)), b"\xef\xbb\xbf", b"\r\n\r\n")) + data


def twice(dice: random.Random, data: bytes) -> bytes:
    """Repeat the whole file."""
    return data * dice.choice((2, 2, 3))


def put_in(dice: random.Random, data: bytes) -> bytes:
    """Insert junk somewhere."""
    at = dice.randrange(len(data))
    return data[:at] + dice.choice(JUNK) + data[at:]


def _segments(data: bytes) -> tuple[list[bytes], bytes]:
    end = separators_of(data)[2]
    return data.split(end), end


def segment(dice: random.Random, data: bytes) -> bytes:
    """Remove, repeat or move a segment, or swap two."""
    segments, end = _segments(data)
    one, other = dice.randrange(len(segments)), dice.randrange(len(segments))
    what = dice.randrange(5)
    if what == 0:
        del segments[one]
    elif what == 1:
        segments.insert(other, segments[one])
    elif what == 2:
        segments.insert(other, segments.pop(one))
    elif what == 3:
        segments[one], segments[other] = segments[other], segments[one]
    else:
        segments[one : one + 1] = [segments[one]] * dice.choice((3, 30, 300))
    return end.join(segments)


def _block(
    dice: random.Random, segments: list[bytes], first: bytes, last: bytes | None
) -> slice | None:
    """A run of segments from one that begins with `first` to the next that begins with `last`, or until the next `first`."""
    starts = [n for n, one in enumerate(segments) if one.lstrip().startswith(first)]
    if not starts:
        return None
    start = dice.choice(starts)
    wanted = last or first
    ends = [n for n in range(start + 1, len(segments)) if segments[n].lstrip().startswith(wanted)]
    end = (ends[0] + (last is not None)) if ends else len(segments)
    return slice(start, end)


def _on_block(dice: random.Random, data: bytes, first: bytes, last: bytes | None) -> bytes:
    segments, end = _segments(data)
    at = _block(dice, segments, first, last)
    if at is None:
        return data
    block = segments[at]
    what = dice.randrange(6)
    if what == 0:
        del segments[at]
    elif what == 1:
        segments[at] = block * dice.choice((2, 3, 20))
    elif what == 2:
        del segments[at]
        where = dice.randrange(len(segments) + 1)
        segments[where:where] = block
    elif what == 3:
        where = dice.randrange(len(segments) + 1)
        segments[where:where] = block
    elif what == 4:
        segments[at] = block[:1] if dice.random() < 0.5 else block[1:]
    else:
        segments[at] = block[::-1]
    return end.join(segments)


def loop(dice: random.Random, data: bytes) -> bytes:
    """Remove, repeat, move, nest, behead or reverse a loop."""
    return _on_block(dice, data, dice.choice((b"HL", b"CLM", b"LX", b"NM1", b"SBR")), None)


def envelope(dice: random.Random, data: bytes) -> bytes:
    """The same for an interchange, a group or a transaction."""
    first, last = dice.choice(((b"ISA", b"IEA"), (b"GS", b"GE"), (b"ST", b"SE")))
    return _on_block(dice, data, first, last)


def swap_separator(dice: random.Random, data: bytes) -> bytes:
    """Replace a separator throughout."""
    old = dice.choice((*separators_of(data), b"^"))
    return data.replace(old, bytes([dice.randrange(256)]))


def same_separators(dice: random.Random, data: bytes) -> bytes:
    """Make two separators the same character."""
    one, other = dice.sample((*separators_of(data), b"^"), 2)
    return data.replace(one, other) if dice.random() < 0.5 else _in_header(dice, data, other)


def _in_header(dice: random.Random, data: bytes, character: bytes) -> bytes:
    at = data.find(b"ISA")
    if at < 0 or len(data) < at + 106:
        return data
    place = at + dice.choice((3, 82, 104, 105))
    return data[:place] + character + data[place + 1 :]


def element(dice: random.Random, data: bytes) -> bytes:
    """Change, remove or add an element, in up to five segments."""
    segments, end = _segments(data)
    apart = separators_of(data)[0]
    for _ in range(dice.choice((1, 1, 2, 5))):
        at = dice.randrange(len(segments))
        segments[at] = _odd_element(dice, segments[at], apart)
    return end.join(segments)


def _odd_element(dice: random.Random, one: bytes, apart: bytes) -> bytes:
    elements = one.split(apart)
    at = dice.randrange(len(elements))
    if dice.random() < 0.15:
        del elements[at]
    else:
        odd = dice.choice(ODD).encode("utf-8" if dice.random() < 0.5 else "latin-1", "replace")
        elements[at : at + 1] = [odd] if dice.random() < 0.8 else [odd, elements[at]]
    return apart.join(elements)


def line_ends(dice: random.Random, data: bytes) -> bytes:
    """Use other line ends after segments, or a mix of them."""
    segments, end = _segments(data)
    kinds = (b"", b"\n", b"\r\n", b"\r", b"\n\n", b" ")
    only = dice.choice(kinds)
    mixed = dice.random() < 0.3
    return b"".join(
        one.strip(b"\r\n") + end + (dice.choice(kinds) if mixed else only) for one in segments
    )


def encoding(dice: random.Random, data: bytes) -> bytes:
    """Change the text's encoding."""
    return data.decode("latin-1").encode(
        dice.choice(("utf-16", "utf-16-le", "cp500", "utf-8-sig", "utf-32")), "replace"
    )


BREAKS: Final[tuple[Break, ...]] = (
    cut, change, drop, repeat, put_before, twice, put_in, segment, segment, loop, loop, envelope, swap_separator, same_separators, element, element, element,
    line_ends, encoding,
)  # fmt: skip


def broken(dice: random.Random, data: bytes, least: int = 1) -> bytes:
    """Break the file at least `least` and at most four times."""
    for _ in range(dice.randint(least, 4)):
        if data:
            data = dice.choice(BREAKS)(dice, data)[:MOST_BYTES]
    return data


def odd_claim(dice: random.Random, claim: Claim) -> Claim:
    """Put odd values into a claim's own loop; its segments, envelope and loops stay valid."""
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(1, len(claim.segments))
        elements = claim.segments[at].split("*")
        which = dice.randrange(1, len(elements))
        elements[which] = dice.choice([word for word in ODD if word.isalnum() and word.isascii()])
        claim = with_segment(claim, at, "*".join(elements))
    return claim
