"""Many examples of edits checked in one run, each as if it were alone: its patients are its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any

import polars as pl

from cleanclaim.edits.edit import Edit, Example, Unchecked
from cleanclaim.engine.check import Checked, check
from cleanclaim.model import Batch
from cleanclaim.model.spans import Spans
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference

Claim = Mapping[str, Any]


def can_be_together(edit: Edit, example: Example) -> bool:
    """Whether an example needs no tables of its own, no file, no history of all patients, and nothing that is told of a batch as a whole."""
    is_alone = example.tables or example.x12 or example.note_facts or isinstance(example, Unchecked)
    return not is_alone and edit.scope != "all"


@dataclass(frozen=True)
class Together:
    """Groups of claims in one batch.

    Attributes:
        groups: the claims of each; no patient of one is a patient of another.
        covered: the days that the earlier claims cover.
    """

    groups: Sequence[Sequence[Claim]]
    covered: Spans = ()

    @cached_property
    def batch(self) -> Batch:
        """All claims."""
        batch = batch_of([claim for group in self.groups for claim in group])
        of_group = [n for n, group in enumerate(self.groups) for _ in group]
        own = pl.struct(pl.Series("group", of_group), "patient_key").rank("dense").cast(pl.UInt64)
        claims = batch.claims.with_columns(
            pl.when(pl.col("patient_key").is_not_null()).then(own).alias("patient_key")
        )
        return replace(batch, claims=claims, covered=self.covered)

    def checked(self, edits: Sequence[Edit], reference: Reference) -> CheckedTogether:
        """What edits say of them."""
        begins = accumulate((len(group) for group in self.groups), initial=0)
        return CheckedTogether(check(self.batch, reference, edits), tuple(begins))


@dataclass(frozen=True)
class CheckedTogether:
    """What edits say of groups of claims.

    Attributes:
        whole: of all of them.
        begins: the key of the first claim of each group, and of one more.
    """

    whole: Checked
    begins: tuple[int, ...]

    @cached_property
    def _by_edit(self) -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
        """Findings, and what wasn't checked, by the edit's code."""
        none = self.whole.findings.clear(), self.whole.not_checked.clear()
        found = self.whole.findings.partition_by("code", as_dict=True)
        gaps = self.whole.not_checked.partition_by("code", as_dict=True)
        said = {str(key[0]): (found.get(key, none[0]), gaps.get(key, none[1])) for key in {**found, **gaps}}  # fmt: skip
        return {"": none, **said}

    def of(self, edit: Edit) -> Checked:
        """What one edit says."""
        findings, not_checked = self._by_edit.get(edit.code, self._by_edit[""])
        failures = tuple(f for f in self.whole.failures if f.kind != "edit" or f.name == edit.code)
        return Checked(findings, not_checked, failures)

    def of_group(self, edit: Edit, number: int) -> Checked | None:
        """What one edit says of one group, with keys as if it were alone; None if it says something of the batch as a whole."""
        said = self.of(edit)
        if said.not_checked["claim_key"].null_count() or said.findings["claim_key"].null_count():
            return None
        return replace(
            said,
            findings=self.findings_of_group(edit, number),
            not_checked=self._as_alone(said.not_checked, number),
        )

    def findings_of_group(self, edit: Edit, number: int) -> pl.DataFrame:
        """What one edit finds in one group, with keys as if it were alone."""
        return self._as_alone(self.of(edit).findings, number)

    def _as_alone(self, rows: pl.DataFrame, number: int) -> pl.DataFrame:
        begin, end = self.begins[number], self.begins[number + 1]
        own = pl.col("claim_key").is_between(begin, end, closed="left")
        return rows.filter(own).with_columns(pl.col("claim_key") - begin)
