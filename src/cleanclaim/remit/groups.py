"""Payments matched to any number of claims: group by group, so that the claims needn't fit in memory.

Claims are held in groups of whole patients (`cleanclaim.pipeline.in_groups`). The groups are read
twice to find the one that each payment belongs to: first with the payments that share a claim number
or a line number with a claim of the group, then with those that found no claim in this way. After
that each group is matched and checked by itself. A match is the one that all claims together would
give, unless several claims fit a payment equally well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from cleanclaim import pipeline
from cleanclaim.large import Groups
from cleanclaim.model import Batch
from cleanclaim.remit.chains import in_order
from cleanclaim.remit.match import LEAST, MARGIN, Match, agreement, matches
from cleanclaim.remit.records import NOT_A_CHARACTER, Index, Paid, paid_claims, sent_claims
from cleanclaim.remit.run import Question, Terms, Traced, trace
from cleanclaim.remit.tables import Remittance

_NEAREST: Final = "nearest"
_SURE: Final = ("manual", "claim_number", "line_control", "patient_dates_charge")
"""How a claim is found, best first."""


def traced_in_groups(question: Question) -> Iterator[Traced]:
    """Match payments to claims and trace each denial, group by group.

    Yields:
        The groups of claims, each with its payments. A payment without a claim is in none.

    Raises:
        InputError: the contract table can't be read.
    """
    terms = Terms.of(question)
    job = replace(question.job, sent=True)
    with pipeline.in_groups(job) as groups:
        payments = _placed(question, groups)
        for number, batch in enumerate(groups.batches()):
            report = pipeline.reported(job, batch, groups.files)
            claims = sent_claims(batch)
            own = _records(question.remittance, None if groups.is_one else payments[number])
            found = matches(own, Index(claims), question.manual)
            yield trace(job, terms, report, (claims, own, found))[0]


def _placed(question: Question, groups: Groups) -> dict[int, list[int]]:
    """The payments of each group, by their keys; of a single group, all are."""
    found: dict[int, list[int]] = defaultdict(list)
    if groups.is_one:
        return found
    placing = _Placing(question)
    for number, batch in enumerate(groups.batches()):
        placing.look(number, batch)
    placing.is_second = True
    if placing.left:
        for number, batch in enumerate(groups.batches()):
            placing.look(number, batch)
    for key, number in placing.places():
        found[number].append(key)
    return found


@dataclass(slots=True)
class _Placing:
    """Finds the group of each payment."""

    question: Question
    is_second: bool = False
    _sure: dict[int, tuple[tuple[object, ...], int]] = field(default_factory=dict)
    _near: dict[int, list[tuple[float, int, bool]]] = field(default_factory=dict)

    @property
    def left(self) -> list[int]:
        """The payments without a sure place."""
        keys = self.question.remittance.payments["payment_key"].to_list()
        return [key for key in keys if key not in self._sure]

    def look(self, number: int, batch: Batch) -> None:
        """Match payments to the claims of a group."""
        index = Index(sent_claims(batch))
        remittance = self.question.remittance
        keys = self.left if self.is_second else _near(remittance, index)
        payments = _records(remittance, keys)
        found = matches(payments, index, self.question.manual, by_numbers=not self.is_second)
        for paid in payments:
            if paid.key in found:
                self._note(number, paid, found[paid.key])

    def _note(self, number: int, paid: Paid, match: Match) -> None:
        if match.claim is not None and match.matched_by in _SURE:
            rank = (-_SURE.index(match.matched_by), match.score, agreement(paid, match.claim))
            known = self._sure.get(paid.key)
            if known is None or rank > known[0]:
                self._sure[paid.key] = rank, number
        elif self.is_second and match.candidates:
            best = match.candidates[0].score
            self._near.setdefault(paid.key, []).append((best, number, match.claim is not None))

    def places(self) -> Iterator[tuple[int, int]]:
        """Each payment that has a group, with the group."""
        yield from ((key, number) for key, (_, number) in self._sure.items())
        for key, found in self._near.items():
            (best, number, is_match), *others = sorted(found, reverse=True)
            is_clear = not others or best - others[0][0] >= MARGIN
            if key not in self._sure and is_match and is_clear and best >= LEAST:
                yield key, number


def _records(remittance: Remittance, keys: list[int] | None) -> list[Paid]:
    some = remittance if keys is None else remittance.only(pl.Series("payment_key", keys, pl.Int64))
    return in_order(paid_claims(some))


def _near(remittance: Remittance, index: Index) -> list[int]:
    """The payments that share a claim number or a line number with one of the claims."""
    number = pl.col("remit_claim_id").str.strip_chars().str.to_uppercase()
    plain = pl.col("remit_claim_id").str.to_uppercase().str.replace_all(NOT_A_CHARACTER, "").str.strip_chars_start("0")  # fmt: skip
    near = remittance.payments.filter(
        number.is_in(list(index.by_number))
        | plain.is_in(list(index.by_plain_number))
        | pl.col("payment_key").is_in(_by_line(remittance, index))
    )
    return near["payment_key"].to_list()


def _by_line(remittance: Remittance, index: Index) -> list[int]:
    lines = remittance.payment_lines.filter(pl.col("line_control_number").is_in(list(index.by_control)))  # fmt: skip
    return lines["payment_key"].unique().to_list()
