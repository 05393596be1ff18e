"""What the tables of an analysis are counted from: facts by patient, on one machine or on a cluster.

Each method returns a small table. A patient counts once in each of its cells, so the cells of
several groups of whole patients could be added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import polars as pl

SUMS: Final = ("lines", "units", "charged", "allowed", "priced")
"""What is added up of services; `priced` counts the lines with an allowed amount."""


class Counts(Protocol):
    """Facts by patient that can be counted."""

    @property
    def claims(self) -> int:
        """How many claims there are."""

    @property
    def undated(self) -> int:
        """Claims without a date of service; they are in no table of diagnoses."""

    def patients(self) -> int:
        """How many patients there are."""

    def codes(self) -> pl.DataFrame:
        """The diagnosis codes: `code`, `month`, `claims`."""

    def procedures(self) -> pl.Series:
        """The procedure codes."""

    def diagnoses_by(self, groups: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
        """Diagnoses by `group`, `label` and some of month, age_band, sex and region: `claims`, `patients`.

        Args:
            groups: the groups of each code: `code`, `group`, `label`.
            by: what else they are divided by.
        """

    def services_by(
        self, by: Sequence[str], classes: pl.DataFrame, groups: pl.DataFrame | None = None
    ) -> pl.DataFrame:
        """Services by some columns of theirs, of their classes and of the groups of their first diagnosis: `SUMS`, and `patients`.

        Args:
            by: the columns.
            classes: the class of each procedure code.
            groups: the groups of each diagnosis code; None to leave them out.
        """

    def conditions(self, conditions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The patients with each condition (`condition`, `patients`), and with each number of them (`conditions`, `patients`).

        Args:
            conditions: the conditions that each diagnosis code means: `code`, `condition`.
        """


class FrameCounts:
    """Facts by patient as frames.

    Attributes:
        claims: how many claims there are.
        undated: claims without a date of service.
    """

    def __init__(
        self,
        diagnoses: pl.DataFrame,
        services: pl.DataFrame,
        patients: int,
        claims: tuple[int, int] = (0, 0),
    ) -> None:
        """Count these facts.

        Args:
            diagnoses: see `cleanclaim.analysis.facts.Facts.diagnoses`.
            services: see `cleanclaim.analysis.facts.Facts.services`.
            patients: how many patients there are.
            claims: how many claims there are, and how many of them have no date.
        """
        self.claims, self.undated = claims
        self._diagnoses, self._services, self._patients = diagnoses, services, patients

    def patients(self) -> int:
        """How many patients there are."""
        return self._patients

    def codes(self) -> pl.DataFrame:
        """The diagnosis codes."""
        return self._diagnoses.group_by("code", "month").agg(pl.col("claims").cast(pl.Int64).sum())

    def procedures(self) -> pl.Series:
        """The procedure codes."""
        return self._services["procedure_code"].unique()

    def diagnoses_by(self, groups: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
        """Diagnoses by group, label and more."""
        met = self._diagnoses.join(groups, on="code").group_by("group", "label", *by)
        return met.agg(pl.col("claims").cast(pl.Int64).sum(), _PATIENTS)

    def services_by(
        self, by: Sequence[str], classes: pl.DataFrame, groups: pl.DataFrame | None = None
    ) -> pl.DataFrame:
        """Services by some columns."""
        met = self._services.join(classes, on="procedure_code")
        if groups is not None:
            met = met.join(groups, on="code")
        return met.group_by(*by).agg(pl.col(SUMS).sum(), _PATIENTS)

    def conditions(self, conditions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The patients with each condition, and with each number of them."""
        own = self._diagnoses.select("patient", "code").join(conditions, on="code")
        each = own.group_by("condition").agg(_PATIENTS)
        many = own.group_by("patient").agg(pl.col("condition").n_unique().cast(pl.Int64).alias("conditions"))  # fmt: skip
        return each, many.group_by("conditions").agg(pl.len().cast(pl.Int64).alias("patients"))


_PATIENTS: Final = pl.col("patient").n_unique().cast(pl.Int64).alias("patients")
