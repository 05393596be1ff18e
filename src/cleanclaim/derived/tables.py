"""The derived tables of a batch, each made when it is first asked for.

Joins that several edits share (pointers resolved, modifiers one a row, a diagnosis met with its validity and its Medicare Code Editor attributes) are made here
and nowhere else. Edits see them through `cleanclaim.derived.claims.Claims`, which says what each table holds.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.derived.availability import Marks, covered, marks, policy_marks, routes, settings
from cleanclaim.derived.claim_table import claim_table
from cleanclaim.derived.diagnoses import diagnosis_table, never_billable
from cleanclaim.derived.fees import fee_table
from cleanclaim.derived.line_tables import (
    line_diagnosis_table,
    line_table,
    modifier_table,
    pointer_table,
)
from cleanclaim.derived.pairs import (
    bundled,
    code_pairs,
    crowded_days,
    lines_of_days,
    of_lines,
    uncompared,
)
from cleanclaim.derived.pointers import Pointers
from cleanclaim.derived.shown_pairs import pairs_shown
from cleanclaim.model import Batch
from cleanclaim.model.arrays import Codes, Days, Ints, days
from cleanclaim.model.keys import in_order
from cleanclaim.model.spans import Spans
from cleanclaim.reference import Reference
from cleanclaim.text.masking import showable


class Derived:
    """The derived tables of a batch.

    Attributes:
        batch: the plain tables, each in the order of its keys; a code that doesn't have the form of one is replaced by its kind (`cleanclaim.text.masking`).
        reference: the dated tables.
    """

    def __init__(self, batch: Batch, reference: Reference) -> None:
        self.batch = showable(in_order(batch))
        self.reference = reference
        self._coverage: dict[str, Marks] = {}
        self._routes: dict[str, pl.Series | str] = {}

    @cached_property
    def claims(self) -> pl.DataFrame:
        """One row a claim."""
        return claim_table(self.batch, self.reference)

    @property
    def note_facts(self) -> pl.DataFrame:
        """One row a fact that a note shows about a claim."""
        return self.batch.note_facts

    @cached_property
    def lines(self) -> pl.DataFrame:
        """One row a line."""
        return line_table(self.batch, self.claims)

    @cached_property
    def line_codes(self) -> Codes:
        """The procedure code of each row of `lines`."""
        return Codes.of(self.lines["procedure_code"])

    @cached_property
    def line_days(self) -> Days:
        """The first day of each row of `lines` as a number."""
        return days(self.lines["from_date"])

    @cached_property
    def line_fees(self) -> pl.DataFrame:
        """One row a line, met with the fee schedule and the limits of units."""
        limits = pl.Series(self.table_of_lines("mue"))
        return fee_table(self.lines, self.line_codes, self.line_days, limits, self.reference)

    @cached_property
    def line_modifiers(self) -> pl.DataFrame:
        """One row a line and modifier."""
        return modifier_table(self.lines)

    @cached_property
    def pointers(self) -> pl.DataFrame:
        """One row a line and pointer as sent."""
        return pointer_table(self._pointers)

    @cached_property
    def line_diagnoses(self) -> pl.DataFrame:
        """One row a line and diagnosis it points at."""
        return line_diagnosis_table(self.lines, self._pointers)

    @cached_property
    def diagnoses(self) -> pl.DataFrame:
        """One row a diagnosis."""
        return diagnosis_table(self.claims, self._pointers, self.reference)

    @cached_property
    def never_billable(self) -> pl.DataFrame:
        """The ICD-10 rows of `diagnoses` whose code was never billable."""
        return never_billable(self.diagnoses, self.reference)

    @cached_property
    def history_pairs(self) -> pl.DataFrame:
        """What the earlier claims of all patients show (`pairs_shown`); if that wasn't counted, those of this batch."""
        counted = self.batch.history_pairs
        if counted is not None:
            return counted
        return pairs_shown(self.claims, self.lines, self.line_diagnoses, only_history=True)

    @cached_property
    def covered(self) -> Spans:
        """The days that the loaded claims are from, of these patients or of others."""
        return self.batch.days

    @cached_property
    def multi_code_lines(self) -> pl.DataFrame:
        """The lines on days with several procedure codes (see `cleanclaim.derived.pairs`)."""
        tables = self.table_of_lines("ptp")
        assert isinstance(tables, pl.Series)  # noqa: S101 - which table it is depends on the claim
        return lines_of_days(self.lines, tables)

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """One row a pair of lines that NCCI bundles."""
        pairs, _ = self._bundled
        crowded = self._crowded["_day"]
        kept = pairs.filter(~pl.col("_day").is_in(crowded.implode())) if len(crowded) else pairs
        return of_lines(kept, self.multi_code_lines)

    @cached_property
    def uncompared_lines(self) -> pl.DataFrame:
        """The lines not compared with all others of their day, as rows of `not_checked`: no table of pairs covers them, or the day has too many lines."""
        codes, one, other = self._code_pairs
        uncovered = np.zeros(codes.height, dtype=bool)
        for side in (one, other):
            uncovered[side[self._uncovered_pairs]] = True
        return uncompared(self.multi_code_lines, codes.filter(pl.Series(uncovered)), self._crowded)

    @cached_property
    def uncovered_pair_lines(self) -> pl.DataFrame:
        """The lines on days with a pair of codes that no table of pairs covers, or with too many lines to compare."""
        codes, one, _ = self._code_pairs
        of_pairs = codes["_day"].gather(pl.Series(one[self._uncovered_pairs]))
        days_of = pl.concat([of_pairs, self._crowded["_day"]]).unique()
        return self.multi_code_lines.filter(pl.col("_day").is_in(days_of.implode()))

    def coverage(self, name: str) -> Marks:
        """For each row of `lines` whether a table covers its code on its day (see `cleanclaim.derived.availability`)."""
        if name not in self._coverage:
            kind, _, rest = name.partition(" ")
            codes, on = self.line_codes.numbers, self.line_days
            self._coverage[name] = (
                policy_marks(codes, on, self.reference, kind)
                if rest == "policies"
                else marks(codes, on, self.table_of_lines(name), self.reference)
            )
        return self._coverage[name]

    def table_of_lines(self, name: str) -> pl.Series | str:
        """The reference table for each row of `lines`; one name if it doesn't depend on the claim."""
        if name not in self._routes:
            self._routes[name] = routes(self.lines, self._settings, name)
        return self._routes[name]

    @cached_property
    def _pointers(self) -> Pointers:
        return Pointers(self.batch)

    @cached_property
    def _settings(self) -> pl.Series:
        return settings(self.lines)

    @cached_property
    def _code_pairs(self) -> tuple[pl.DataFrame, Ints, Ints]:
        return code_pairs(self.multi_code_lines)

    @cached_property
    def _bundled(self) -> tuple[pl.DataFrame, npt.NDArray[np.bool_]]:
        codes, one, other = self._code_pairs
        return bundled(codes, one, other, self.reference)

    @cached_property
    def _crowded(self) -> pl.DataFrame:
        pairs, _ = self._bundled
        return crowded_days(self.multi_code_lines, pairs)

    @cached_property
    def _uncovered_pairs(self) -> npt.NDArray[np.bool_]:
        """For each pair of codes of a day whether no table covers it: a whole table covers all pairs, a table of a few codes those it holds."""
        codes, one, _ = self._code_pairs
        _, held = self._bundled
        return np.asarray(self._uncovered_days(codes)[one] & ~held)

    def _uncovered_days(self, codes: pl.DataFrame) -> npt.NDArray[np.bool_]:
        """For each code of a day whether no whole table of pairs covers that day."""
        uncovered = np.zeros(codes.height, dtype=bool)
        for table in codes["_table"].unique():
            here = (codes["_table"] == table).to_numpy()
            uncovered |= here & ~covered(days(codes["from_date"]), self.reference.whole(table))
        return uncovered
