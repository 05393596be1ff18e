"""Every value of one or two characters in the coded elements of an 837, against the code lists of the implementation guides."""

from __future__ import annotations

from itertools import product
from string import ascii_uppercase, digits

import polars as pl
import pytest

from cleanclaim.edits.samples import interchange
from cleanclaim.read.x837 import read_x12

AT_ONCE = 190
"""So many claims are in a file: only the first faults of a kind are told apart."""
SIGNS = digits + ascii_uppercase
SHORT = [*SIGNS, *map("".join, product(SIGNS, SIGNS))]
RELATIONS = "01 04 05 07 10 15 17 18 19 20 21 22 23 24 29 32 33 36 39 40 41 43 53 G8"
"""Those of 5010, and those that only 4010 has."""
FILING = "11 12 13 14 15 16 17 AM BL CH CI DS FI HM LM MA MB MC OF TV VA WC ZZ"
INSURANCE = "12 13 14 15 16 41 42 43 47 AP C1 CP GP HM IP LD LT MB MC MI MP OT PP SP"
LISTS = {
    "SBR01": ("SBR*P*", "SBR*{}*", "A B C D E F G H P S T U"),
    "SBR02": ("SBR*P*18", "SBR*P*{}", RELATIONS),
    "SBR05": ("SBR*P*18*******", "SBR*P*18***{}****", INSURANCE),
    "SBR09": ("SBR*P*18*******", "SBR*P*18*******{}", FILING),
    "CLM06": ("CLM*", "CLM*{n}*125***11:B:1*{}*A*Y*Y", "N Y"),
    "CLM07": ("CLM*", "CLM*{n}*125***11:B:1*Y*{}*Y*Y", "A B C"),
    "CLM08": ("CLM*", "CLM*{n}*125***11:B:1*Y*A*{}*Y", "N W Y"),
    "CLM09": ("CLM*", "CLM*{n}*125***11:B:1*Y*A*Y*{}", "I Y"),
    "CLM11": ("CLM*", "CLM*{n}*125***11:B:1*Y*A*Y*Y**{}", "AA EM OA"),
    "SV103": ("SV1*", "SV1*HC:99213*125*{}*1***1", "MJ UN"),
    "SV101": ("SV1*", "SV1*{}:99213*125*UN*1***1", "ER HC IV WK"),
    "HI01": ("HI*", "HI*{}:I10", "BK BF BJ BN BP BO BG BH BI BE BR BQ DR PR TC ZZ"),
    "HI02": ("HI*", "HI*ABK:I10*{}:E785", "BK BF BJ BN BP BO BG BH BI BE BR BQ DR PR TC ZZ"),
    "NM108": ("NM1*PR", "NM1*PR*2*EXAMPLE PAYER*****{}*12345", "24 34 46 FI II MI PI SV XV XX ZZ"),
}  # fmt: skip
"""Element → the segment that has it, the segment with a value in its place, and the values that a guide allows."""


def faults(element: str, values: list[str]) -> set[str]:
    """The values of which the form check says that they aren't in the list."""
    begins, shape, _ = LISTS[element]
    head, *rest = interchange().removesuffix("~\n").split("~\n")
    first = next(n for n, segment in enumerate(rest) if segment.startswith("ST*"))
    last = next(n for n, segment in enumerate(rest) if segment.startswith("SE*"))
    body = rest[first : last + 1]
    segments = [head, *rest[:first]]
    for n, value in enumerate(values):
        own = [
            shape.replace("{n}", f"C{n}").format(value)
            if each.startswith(begins) and each is next(s for s in body if s.startswith(begins))
            else each
            for each in body
        ]
        own[0] = own[0].replace("0001", f"{n + 1:04d}")
        own[-1] = f"SE*{len(body)}*{n + 1:04d}"
        segments += own
    segments += [f"GE*{len(values)}*1", "IEA*1*000000001"]
    found = read_x12(("~\n".join(segments) + "~\n").encode(), file="sweep.837")
    batches = found if isinstance(found, list) else list(found)
    said = pl.concat([batch.syntax_faults for batch in batches])
    wrong = said.filter(pl.col("fault").is_in(["ENV003", "ENV002"]))
    place = f"{element[:-2]}{element[-2:]}"
    here = wrong.filter(pl.col("element").str.starts_with(place))
    before = 1 + first
    return {values[(number - before - 1) // len(body)] for number in here["segment_number"]}


@pytest.mark.parametrize("element", LISTS)
def test_code_lists(element: str) -> None:
    allowed = set(LISTS[element][2].split())
    parts = (SHORT[n : n + AT_ONCE] for n in range(0, len(SHORT), AT_ONCE))
    refused = {value for part in parts for value in faults(element, part)}
    assert refused == {value for value in SHORT if value not in allowed}
