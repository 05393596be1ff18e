"""Safe repairs: they change the form of a value and never what it says.

A diagnosis code is written without its dot, codes in upper case without blanks, a modifier that
changes the price comes before those that only inform (MOD110), and the counts and control numbers
of the envelope agree with what they count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from cleanclaim.correct.apply import Claim, X12Changes
from cleanclaim.correct.decisions import Decision
from cleanclaim.correct.places import code, diagnosis

OURS: Final = "cleanclaim (safe repair)"
_CODES: Final = {
    "SV1": ("SV101", range(2, 7)),
    "SV2": ("SV202", range(2, 7)),
    "SV3": ("SV301", range(2, 7)),
}
_NAMES: Final = ("", "", "procedure_code", "modifier_1", "modifier_2", "modifier_3", "modifier_4")
_FIRST_MODIFIER: Final = 3


def safe_repairs(corrector: X12Changes, findings: pl.DataFrame) -> list[Decision]:
    """The safe repairs of a file.

    Args:
        corrector: the file.
        findings: what a check of it found, for the order of modifiers.
    """
    orders = late_modifiers(findings)
    found: list[Decision] = []
    for claims in corrector.claims.values():
        for claim in claims if len(claims) == 1 else ():
            found += _diagnoses(corrector, claim)
            for number in range(1, len(claim.spans.lines) + 1):
                found += _line(corrector, claim, number, orders.get((claim.key, number)))
    return found


def late_modifiers(findings: pl.DataFrame) -> dict[tuple[int, int], str]:
    """The modifier that belongs before the others (MOD110), by claim key and line number."""
    late = findings.filter(pl.col("code") == "MOD110")
    return {
        (row["claim_key"], row["line_number"]): json.loads(row["evidence"])["modifier"]
        for row in late.iter_rows(named=True)
    }


def reordered(modifiers: Sequence[str], first: str) -> list[str]:
    """The modifiers with one of them in front."""
    if first not in modifiers:
        return list(modifiers)
    rest = list(modifiers)
    rest.remove(first)
    return [first, *rest]


def _diagnoses(corrector: X12Changes, claim: Claim) -> Iterator[Decision]:
    for number, position in claim.diagnoses.items():
        address = corrector.file.address_at(position)
        if address is None:
            continue
        sent = corrector.file.element(*address) or ""
        if sent != diagnosis(sent) and diagnosis(sent):
            yield Decision(claim.claim_id, None, number, "DX121", "diagnoses.diagnosis_code", sent, diagnosis(sent), OURS)  # fmt: skip


def _line(
    corrector: X12Changes, claim: Claim, number: int, first: str | None
) -> Iterator[Decision]:
    span = claim.spans.lines[number - 1]
    segment = next((n for n in span if corrector.names[n] in _CODES), 0)
    if not segment:
        return
    element, parts = _CODES[corrector.names[segment]]
    sent = {n: corrector.file.element(segment, f"{element}-{n}") or "" for n in parts}
    right = {n: code(value) for n, value in sent.items()}
    if first is not None:
        modifiers = [right[n] for n in parts if n >= _FIRST_MODIFIER]
        ordered = reordered(modifiers, first)
        right |= {n: ordered[n - _FIRST_MODIFIER] for n in parts if n >= _FIRST_MODIFIER}
    for n in parts:
        if sent[n] != right[n]:
            edit = "MOD110" if first is not None and n >= _FIRST_MODIFIER else ""
            yield Decision(claim.claim_id, number, None, edit, f"lines.{_NAMES[n]}", sent[n], right[n], OURS)  # fmt: skip
