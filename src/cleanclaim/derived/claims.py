"""Claims as edits see them: the derived tables of a batch, of all its claims or of some."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.derived.availability import Marks
from cleanclaim.derived.tables import Derived
from cleanclaim.model import Batch
from cleanclaim.model.arrays import Codes, Days
from cleanclaim.model.keys import found_in, keys_of
from cleanclaim.model.spans import Spans
from cleanclaim.reference import Reference

Flags = npt.NDArray[np.bool_]


class Claims:
    """Claims as edits see them: the tables of the model, enriched, each a Polars frame.

    Args:
        derived: the tables of the batch.
        seen: for each claim of the batch whether it is seen; None if all are.

    Attributes:
        kept: judgments that several edits share, by name.
    """

    def __init__(self, derived: Derived, seen: Flags | None = None) -> None:
        self._derived = derived
        self._seen = seen
        self.kept: dict[str, object] = {}

    @classmethod
    def of(cls, batch: Batch, reference: Reference) -> Claims:
        """All claims of a batch."""
        return cls(Derived(batch, reference))

    @cached_property
    def claims(self) -> pl.DataFrame:
        """One row a claim: all columns of the model, and more.

        `patient_age` (completed years on `from_date`), `is_inpatient` (type of bill 11x, 18x, 21x, 41x), `line_count`, `diagnosis_count` (diagnoses that lines
        may point at), `line_charge_amount` (sum of the lines), `has_line_without_charge`, `rules_of` (medicare or medicaid if their rules bind the claim),
        `stands` (neither a void nor replaced by a later claim of the batch), `payer_pack` (the payer pack of its payer, by number or name, else by class),
        `payer_is_known` (that pack was found by number or name).
        """
        return self._own(self._derived.claims)

    @cached_property
    def lines(self) -> pl.DataFrame:
        """One row a line, all columns of the model and those of the claim above it.

        Of the claim: claim_id, claim_type, is_history, as_of, submitted_date, file, patient_key, patient_birth_date, patient_sex, payer_class, rules_of,
        stands, billing_npi, billing_taxonomy_code, bill_type_code, claim_frequency_code, `diagnosis_count`, `line_count`, `is_inpatient`. Also `patient_age`
        (completed years on the line's `from_date`) and `provider_npi` (rendering, else billing).
        """
        return self._own(self._derived.lines)

    @cached_property
    def line_fees(self) -> pl.DataFrame:
        """`lines` met with the Medicare Physician Fee Schedule on its day.

        All columns of `lines`, and of the schedule's row for the whole service: `status`, `pctc`, `global_days`, `multiple_procedure`, `bilateral`,
        `assistant`, `co_surgeon`, `team`, `nonfacility_na`, `facility_na`, `release`; null if it holds no such row. Also `visit` (the code is a visit),
        `unit_limit`, `unit_adjudication`, `unit_release` of the table of unit limits, and `day_units` (units of the code on that day, of patient and provider,
        over all lines).
        """
        return self._own(self._derived.line_fees)

    @cached_property
    def line_modifiers(self) -> pl.DataFrame:
        """One row a line and modifier on it.

        claim_key, line_number, `modifier_number`, `modifier`, and of the line procedure_code, from_date, to_date, claim_type, payer_class, patient_key,
        is_history, as_of.
        """
        return self._own(self._derived.line_modifiers)

    @cached_property
    def pointers(self) -> pl.DataFrame:
        """One row a line and pointer as sent.

        claim_key, line_number, `pointer_position` (1-4), `diagnosis_number` pointed at, whether or not there is such a diagnosis.
        """
        return self._own(self._derived.pointers)

    @cached_property
    def line_diagnoses(self) -> pl.DataFrame:
        """One row a line and diagnosis it points at, the pointer resolved.

        claim_key, line_number, pointer_position, diagnosis_number, diagnosis_code, icd_version, and of the line: procedure_code, modifier_1 … modifier_4,
        from_date, claim_type, payer_class, patient_key, patient_age, patient_sex, is_history. Pointers to no diagnosis are left out.
        """
        return self._own(self._derived.line_diagnoses)

    @cached_property
    def diagnoses(self) -> pl.DataFrame:
        """One row a diagnosis: all columns of the model, those of the claim above it (as in `lines`), and more.

        `on_date`, `last_date`: the first and last day the code must be in force: days of the lines that point at it, else of the claim; the discharge
        (statement through) day for an inpatient claim; the statement's first day for an outpatient one.
        `patient_age`: completed years on `on_date`. `is_pointed_at`: some line points at it.
        `has_sibling`: another diagnosis of the claim has the same first three characters.
        `code_loaded`: the validity table of its code system covers both days; null if there is no date or code, or if the code system itself is the wrong one
        for the date (DX105's business).
        `in_force`: billable on both days. `ever_in_force`: billable on some day. `first_valid`, `last_valid`: that code's first and last day ever.
        `release`: the release that the validity was read from. And each of `cleanclaim.derived.validity.ATTRIBUTES` on `on_date` (false if the code isn't in
        force then).
        """
        return self._own(self._derived.diagnoses)

    @cached_property
    def never_billable(self) -> pl.DataFrame:
        """The ICD-10 rows of `diagnoses` whose code was never billable, with `form`, `stem` and `padded` (see `cleanclaim.derived.billable`)."""
        return self._own(self._derived.never_billable)

    @cached_property
    def claim_codes(self) -> pl.DataFrame:
        """The other codes of the claims, as the model has them."""
        return self._own(self._derived.batch.claim_codes)

    @cached_property
    def note_facts(self) -> pl.DataFrame:
        """One row a fact that the note of a claim shows, as `cleanclaim.model.NOTE_FACTS` lists its columns; empty unless notes are given (`check --notes`)."""
        return self._own(self._derived.note_facts)

    @cached_property
    def other_payers(self) -> pl.DataFrame:
        """The other payers of the claims, as the model has them."""
        return self._own(self._derived.batch.other_payers)

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """One row a pair of lines that NCCI bundles, on one day of one patient and provider.

        column_1, column_2 (the codes), indicator, valid_from, valid_to, rationale, release; of the column-two line claim_key, line_number, claim_id,
        is_history, rules_of, from_date, `modifiers`; of the column-one line the same with `other_` before the name.
        """
        return self._own(self._derived.pairs)

    @cached_property
    def uncompared_lines(self) -> pl.DataFrame:
        """The lines not compared with all others of their day, as rows of `not_checked`: no table of pairs covers them, or the day has too many lines."""
        return self._own(self._derived.uncompared_lines)

    @cached_property
    def uncovered_pair_lines(self) -> pl.DataFrame:
        """The lines on days with a pair of codes that no table of pairs covers, or with too many lines to compare."""
        return self._own(self._derived.uncovered_pair_lines)

    @property
    def history_pairs(self) -> pl.DataFrame:
        """What the earlier claims of all patients show, as `cleanclaim.derived.shown_pairs.pairs_shown` counts it."""
        return self._derived.history_pairs

    @property
    def covered(self) -> Spans:
        """The days that the loaded claims are from, of these patients or of others (see `cleanclaim.derived.looking_back`).

        Raises:
            ValueError: these claims know nothing of each other, so that there are no such days in common.
        """
        if self.covered_apart is not None:
            raise ValueError("these claims know nothing of each other")
        return self._derived.covered

    @property
    def covered_apart(self) -> Mapping[int, Spans] | None:
        """For claims that know nothing of each other, the days that each one's loaded claims are from, by claim key."""
        return self._derived.batch.covered_apart

    @cached_property
    def line_codes(self) -> Codes:
        """The procedure code of each row of `lines`."""
        return self._derived.line_codes if self._seen is None else Codes.of(self.lines["procedure_code"])  # fmt: skip

    @cached_property
    def line_days(self) -> Days:
        """The first day of each row of `lines` as a number."""
        days = self._derived.line_days
        return days if self._seen is None else days[self._rows(self._derived.lines, self._seen)]

    def coverage(self, name: str) -> Marks:
        """For each row of `lines` whether a table covers its code on its day: `NO_TABLE`, `OUTSIDE` or `COVERED` of `cleanclaim.derived.availability`."""
        marks = self._derived.coverage(name)
        return marks if self._seen is None else marks[self._rows(self._derived.lines, self._seen)]

    def _own(self, table: pl.DataFrame) -> pl.DataFrame:
        """The rows of the claims that are seen."""
        if self._seen is None:
            return table
        return table.filter(pl.Series(self._rows(table, self._seen)))

    def _rows(self, table: pl.DataFrame, seen: Flags) -> Flags:
        """For each row of a table whether its claim is seen; a row that belongs to no claim isn't."""
        at = found_in(keys_of(self._derived.batch.claims), keys_of(table))
        return np.where(at >= 0, seen[at], False)  # noqa: FBT003 - numpy's
