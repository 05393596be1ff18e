"""Check segments and levels: known, in place, not repeated, not missing (ENV002, ENV004)."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from cleanclaim.read.x837.claims import SERVICE_KINDS
from cleanclaim.read.x837.form.block import FormBlock
from cleanclaim.read.x837.form.guide import (
    NOT_IN,
    ONCE,
    ONCE_A_NAME,
    ONCE_A_QUALIFIER,
    PLACE_NAMES,
    SEGMENTS,
    Place,
)
from cleanclaim.read.x837.form.limits import check_limits
from cleanclaim.read.x837.form.places import Places
from cleanclaim.read.x837.loops import ENVELOPE
from cleanclaim.x12.index import (
    INDEXED,
    Rows,
    count_in,
    first_in,
    last_before,
    next_after,
    tag,
    word,
)
from cleanclaim.x12.strings import Ints

_PARENTS: Final = {"22": "20", "23": "22"}
_LEVEL_NAMES: Final = {"20": "billing provider", "22": "subscriber", "23": "patient"}


@cache
def _allowed() -> npt.NDArray[np.bool_]:
    """Which known segments may occur in each place."""
    table = np.zeros((len(Place), len(INDEXED) + 1), dtype=bool)
    for place, names in SEGMENTS.items():
        table[place, [INDEXED.index(name) + 1 for name in names.split()]] = True
    return table


def check_structure(block: FormBlock) -> None:
    """Report every new segment that is unknown, misplaced or repeated, and what is missing."""
    if not len(block.s):
        return
    places = Places(block)
    _check_outside(block)
    _check_places(block, places)
    _check_kinds(block)
    _check_repeats(block, places)
    check_limits(block, places)
    _check_present(block)
    _check_levels(block)
    _check_parties(block)


def _check_outside(block: FormBlock) -> None:
    """Levels and claims outside any transaction."""
    s = block.s
    for name in ("HL", "CLM"):
        rows = block.find(name)
        holder = last_before(s.find(*ENVELOPE), rows)
        is_outside = (holder < 0) | (s.tags[np.maximum(holder, 0)] != tag("ST"))
        block.note(
            rows[is_outside],
            "ENV001",
            name,
            "outside",
            f"{name} is outside a transaction: there is no ST before it, or it comes after the SE.",
        )


def _check_places(block: FormBlock, places: Places) -> None:
    s = block.s
    rows = np.arange(block.carried, len(s))
    if not block.all_claims:
        rows = rows[block.is_claims[rows]]
    number = s.codes[rows]
    place = places.place[rows]
    fits = _allowed()[place, number]
    if fits.all():
        return
    is_known = _allowed()[:, number].any(axis=0)
    unknown = rows[~is_known]
    for row in unknown[: block.faults.room("ENV002", "segment", "unknown")].tolist():
        block.note(
            np.array([row]),
            "ENV002",
            block.name(row),
            "unknown",
            "None of the 837 guides has a segment with this name.",
        )
    wrong = is_known & ~fits
    for row, where in zip(rows[wrong][:1000].tolist(), place[wrong][:1000].tolist(), strict=True):
        name = block.name(row)
        fault = "ENV001" if where == Place.ENVELOPE or name in ENVELOPE else "ENV002"
        block.note(
            np.array([row]),
            fault,
            name,
            f"misplaced {where}",
            f"{name} doesn't belong {PLACE_NAMES[where]}.",
        )


def _check_kinds(block: FormBlock) -> None:
    """Segments that belong to another kind of claim."""
    if not block.is_current:
        return
    loops = block.cells.loops
    for kind, names in NOT_IN.items():
        of_kind = (block.kinds == kind).to_numpy()
        if not of_kind.any():
            continue
        article = "an" if kind == "institutional" else "a"
        for name in names.split():
            rows = block.find(name)
            if not len(rows):
                continue
            inside, owner = loops.owner_of(rows)
            block.note(
                rows[inside][of_kind[owner]],
                "ENV002",
                name,
                f"not {kind}",
                f"{name} isn't allowed on {article} {kind} claim.",
            )


def _check_repeats(block: FormBlock, places: Places) -> None:
    for place, names in ONCE.items():
        for name in names.split():
            rows = block.find(name)
            rows = rows[places.place[rows] == place]
            _note_repeats(block, rows, places.opener[rows], name)
    holders = places.opener + np.cumsum(block.s.tags == tag("NM1"))
    for name in ONCE_A_NAME:
        rows = block.find(name)
        _note_repeats(block, rows, holders[rows], name)
    for name, codes in ONCE_A_QUALIFIER.items():
        rows = block.find(name)
        kinds = block.s.words(block.s.element(rows, 1))
        for code in codes:
            of_code = rows[kinds == word(code)]
            _note_repeats(block, of_code, places.opener[of_code], name)


def _note_repeats(block: FormBlock, rows: Rows, group: Ints, name: str) -> None:
    if len(rows) > 1:
        again = np.flatnonzero(group[1:] == group[:-1]) + 1
        block.note(
            rows[again],
            "ENV002",
            name,
            "repeated",
            f"{name} appears twice but is allowed only once.",
        )


def _check_present(block: FormBlock) -> None:
    """Segments that a transaction, level, claim or line must have."""
    s, loops = block.s, block.cells.loops
    size = len(s)
    ends = s.find("HL", "CLM", *ENVELOPE)
    transactions = block.find("ST")
    header_end = next_after(ends, transactions, size)
    _require(block, (transactions, header_end), ("BHT",), "The transaction")
    levels = block.find("HL")
    code = s.element(levels, 3)
    level_end = next_after(ends, levels, size)
    if block.is_current:
        _check_header(block, transactions, header_end)
        is_billing = s.is_code(code, "20") & (level_end < size)
        _check_billing(block, levels[is_billing], level_end[is_billing])
    for kind, name in (("22", "SBR"), ("23", "PAT")):
        of_kind = s.is_code(code, kind)
        who = f"The {_LEVEL_NAMES[kind]}'s level"
        _require(block, (levels[of_kind], level_end[of_kind]), (name,), who)
    claims = block.find("CLM")
    if not block.all_claims or not len(claims):
        return
    _require(block, (claims, loops.claim_end), ("LX",), "The claim")
    has_service = loops.service >= 0
    for segment, name in SERVICE_KINDS.items():
        of_kind = (block.kinds == name).to_numpy()
        lines = ~has_service & of_kind[loops.line_claim]
        block.note(
            loops.line[lines],
            "ENV002",
            segment,
            "missing",
            f"The service line has no {segment} segment.",
        )
        if name == "institutional" and block.is_current:
            _require(block, (claims[of_kind], loops.header_end[of_kind]), ("CL1",), "The claim")


def _check_header(block: FormBlock, transactions: Rows, end: Ints) -> None:
    """The submitter and the receiver of a transaction whose header was read to its end."""
    whole = end < len(block.s)
    for code, who in (("41", "submitter"), ("40", "receiver")):
        found = block.cells.named(transactions[whole], end[whole], code)
        text = f"The transaction's header has no {who} (NM1*{code})."
        block.note(transactions[whole][found < 0], "ENV002", f"NM1 {code}", "missing", text)


def _check_billing(block: FormBlock, levels: Rows, end: Ints) -> None:
    """Address and tax number of the billing provider (loop 2010AA), if the level names one."""
    s = block.s
    names = block.cells.named(levels, end, "85")
    named = names[names >= 0]
    last = np.minimum(next_after(s.find("NM1"), named, len(s)), end[names >= 0])
    who = "The billing provider"
    for segment in ("N3", "N4"):
        _require(block, (named, last), (segment,), who)
    numbers = block.cells.qualified("REF", "EI", "SY")
    absent = named[count_in(numbers, named, last) == 0]
    text = f"{who} has no tax number (REF*EI or REF*SY)."
    block.note(absent, "ENV002", "REF EI", "missing", text)


def _require(block: FormBlock, spans: tuple[Rows, Ints], names: tuple[str, ...], who: str) -> None:
    """Report the spans that have none of these segments; the message names the first."""
    rows, end = spans
    absent = rows[count_in(block.s.find(*names), rows, end) == 0]
    block.note(absent, "ENV002", names[0], "missing", f"{who} has no {names[0]} segment.")


def _check_levels(block: FormBlock) -> None:
    """Numbers, parents and children of HL segments (ENV004)."""
    s = block.s
    levels = s.find("HL")
    if not len(levels):
        return
    ends = s.find("HL", "ST", "SE", "GE", "IEA", "ISA", "GS")
    code = s.words(s.element(levels, 3))
    number = _whole(block, levels, 1)
    parent = _whole(block, levels, 2)
    transaction = np.searchsorted(s.find("ST"), levels)
    is_new = levels >= block.carried
    if not block.all_claims:
        is_new &= block.is_claims[levels]
    _check_numbers(block, levels, number, transaction, is_new)
    for kind, above in _PARENTS.items():
        mine = np.flatnonzero((code == word(kind)) & is_new)
        over = np.flatnonzero(code == word(above))
        if not len(mine):
            continue
        at = np.searchsorted(over, mine) - 1
        has = at >= 0
        owner = over[np.maximum(at, 0)] if len(over) else np.zeros(len(mine), np.int64)
        has &= transaction[owner] == transaction[mine]
        wrong = ~has | (parent[mine] != number[owner])
        rows = levels[mine[wrong]]
        block.note(
            rows,
            "ENV004",
            "HL02",
            f"parent of {kind}",
            f"The {_LEVEL_NAMES[kind]}'s level doesn't give the {_LEVEL_NAMES[above]}'s level before it as its parent.",
            expected=f"HL01 of the {_LEVEL_NAMES[above]}'s level",
            slices=s.element(rows, 2),
        )
    after = next_after(ends, levels, len(s))
    _check_children(block, levels, after, code)


def _whole(block: FormBlock, rows: Rows, number: int) -> Ints:
    """An element of up to eight digits as a number; -1 if it isn't one."""
    start, length = block.s.element(rows, number)
    digits = block.s.words((start, length)).view(np.uint8).reshape(-1, 8).astype(np.int64) - 48
    value = np.zeros(len(rows), np.int64)
    good = (length > 0) & (length <= 8)
    for n in range(8):
        used = n < length
        value = np.where(used, value * 10 + digits[:, n], value)
        good &= ~used | ((digits[:, n] >= 0) & (digits[:, n] <= 9))
    return np.where(good, value, -1)


def _check_numbers(
    block: FormBlock, levels: Rows, number: Ints, transaction: Ints, is_new: npt.NDArray[np.bool_]
) -> None:
    """HL01 counts 1, 2, 3 … in a transaction; the carried levels may leave out numbers."""
    before = np.append(np.int64(0), number[:-1])
    is_first = np.append(True, transaction[1:] != transaction[:-1])
    wrong = is_new & (number != np.where(is_first, 0, before) + 1)
    if block.carried:  # the level before the first new one may not be the last one read
        fresh = np.flatnonzero(is_new)
        if len(fresh) and not is_first[fresh[0]]:
            wrong[fresh[0]] = number[fresh[0]] <= before[fresh[0]]
    rows = levels[wrong]
    block.note(
        rows,
        "ENV004",
        "HL01",
        "number",
        "A transaction's levels are numbered 1, 2, 3 and so on; this one is out of sequence.",
        slices=block.s.element(rows, 1),
    )


def _check_children(
    block: FormBlock, levels: Rows, after: Rows, code: npt.NDArray[np.uint64]
) -> None:
    """HL04 is 1 if a lower level follows, else 0; checked once the next segments have been read."""
    s = block.s
    size = len(s)
    is_known = (after < size) & (after >= block.carried)
    follower = np.minimum(np.searchsorted(levels, after), len(levels) - 1)
    is_level = is_known & (levels[follower] == after)
    has_child = is_level & (code[follower] > code)
    said = s.element(levels, 4)
    says_child = s.is_code(said, "1")
    says_none = s.is_code(said, "0")
    wrong = is_known & ((has_child & says_none) | (~has_child & says_child))
    if not block.all_claims:
        wrong &= block.is_claims[levels]
    for flag, text in (
        (has_child, "HL04 says that no lower level follows, but one does."),
        (~has_child, "HL04 says that a lower level follows, but none does."),
    ):
        rows = levels[wrong & flag]
        block.note(
            rows,
            "ENV004",
            "HL04",
            "children",
            text,
            expected="1 if a lower level follows, else 0",
            slices=s.element(rows, 4),
        )


def _check_parties(block: FormBlock) -> None:
    """A claim has a billing provider, a subscriber and a payer (ENV004); reported once for each level."""
    c, loops = block.cells, block.cells.loops
    if not len(loops.claim):
        return
    parties = (
        (
            "billing provider",
            "NM1*85",
            loops.billing,
            c.named(loops.billing, loops.billing_end, "85"),
        ),
        ("subscriber", "NM1*IL", loops.subscriber, _party(block, "IL")),
        ("payer", "NM1*PR", loops.subscriber, _party(block, "PR")),
    )
    for who, name, level, found in parties:
        absent = np.flatnonzero(found < 0)
        if not len(absent):
            continue
        _, first = np.unique(level[absent], return_index=True)
        block.note(
            loops.claim[absent[np.sort(first)]],
            "ENV004",
            name.replace("*", " "),
            "missing",
            f"The claim has no {who}.",
            expected=f"a {name} segment in the level of the {'billing provider' if who == 'billing provider' else 'subscriber'}",
        )


def _party(block: FormBlock, code: str) -> Rows:
    loops = block.cells.loops
    rows = block.cells.qualified("NM1", code)
    return first_in(rows, loops.subscriber, loops.subscriber_end)
