"""The derived tables that edits read, built once a batch.

`lines` and `diagnoses` carry what their edits need of the claim above them, so that most edits are an expression over one
row. Joins that several edits share (pointers resolved, modifiers one a row, a diagnosis met with its validity and its Medicare Code
Editor attributes) are made here and nowhere else.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Final

import polars as pl

from cleanclaim.codeform import why_not_billable
from cleanclaim.model import Batch
from cleanclaim.reference import Reference
from cleanclaim.terms import in_force

_OF_THE_CLAIM: Final = (
    "claim_id",
    "claim_type",
    "is_history",
    "as_of",
    "submitted_date",
    "file",
    "patient_key",
    "patient_birth_date",
    "patient_sex",
    "payer_class",
    "billing_npi",
    "billing_taxonomy_code",
    "bill_type_code",
    "claim_frequency_code",
)
ATTRIBUTES: Final = (
    "newborn",
    "pediatric",
    "maternity",
    "adult",
    "male",
    "female",
    "manifestation",
    "external_cause",
    "unacceptable_principal",
    "requires_secondary",
    "unspecified_laterality",
)
"""Medicare Code Editor attributes that `Claims.diagnoses` carries, each true or false on the diagnosis date."""

ICD10_BEGINS: Final = date(2015, 10, 1)
_INPATIENT_BILLS: Final = ("11", "18", "21", "41")


class Claims:
    """A batch of claims as edits see it: the tables of the model, enriched, each a Polars frame.

    Attributes:
        batch: the plain tables.
        reference: the dated tables that the codes were met with.
    """

    def __init__(self, batch: Batch, reference: Reference) -> None:
        self.batch = batch
        self.reference = reference

    @cached_property
    def claims(self) -> pl.DataFrame:
        """One row a claim: all columns of the model, and more.

        `patient_age` (completed years on `from_date`), `is_inpatient` (type of bill 11x, 18x, 21x, 41x), `line_count`,
        `diagnosis_count` (those that lines may point at), `line_charge_amount` (sum of the lines).
        """
        counts = self.batch.lines.group_by("claim_key").agg(
            pl.len().cast(pl.Int64).alias("line_count"),
            pl.col("charge_amount").sum().alias("line_charge_amount"),
            pl.col("charge_amount").is_null().any().alias("has_line_without_charge"),
        )
        listed = (
            self.batch.diagnoses.lazy()
            .filter(pl.col("diagnosis_type").is_in(["principal", "other"]))
            .group_by("claim_key")
            .agg(pl.len().cast(pl.Int64).alias("diagnosis_count"))
        )
        return (
            self.batch.claims.lazy()
            .join(counts.lazy(), on="claim_key", how="left", maintain_order="left")
            .join(listed, on="claim_key", how="left", maintain_order="left")
            .with_columns(
                pl.col("line_count", "diagnosis_count").fill_null(0),
                completed_years("patient_birth_date", "from_date").alias("patient_age"),
                _is_inpatient().alias("is_inpatient"),
            )
            .collect()
        )

    @cached_property
    def lines(self) -> pl.DataFrame:
        """One row a line, all columns of the model and those of the claim above it.

        Of the claim: claim_id, claim_type, is_history, as_of, submitted_date, file, patient_key, patient_birth_date, patient_sex, payer_class,
        billing_npi, billing_taxonomy_code, bill_type_code, claim_frequency_code, `diagnosis_count`, `line_count`, `is_inpatient`. And `patient_age`
        (completed years on the line's `from_date`), `provider_npi` (rendering, else billing).
        """
        above = self.claims.lazy().select(
            "claim_key", *_OF_THE_CLAIM, "diagnosis_count", "line_count", "is_inpatient"
        )
        return (
            self.batch.lines.lazy()
            .join(above, on="claim_key", how="left", maintain_order="left")
            .with_columns(
                completed_years("patient_birth_date", "from_date").alias("patient_age"),
                pl.coalesce("rendering_npi", "billing_npi").alias("provider_npi"),
            )
            .collect()
        )

    @cached_property
    def line_modifiers(self) -> pl.DataFrame:
        """One row a line and modifier on it.

        claim_key, line_number, `modifier_number`, `modifier`, and of the line procedure_code, from_date, to_date, claim_type, payer_class,
        patient_key, is_history, as_of.
        """
        lines = self.lines
        context = [
            "claim_key",
            "line_number",
            "procedure_code",
            "from_date",
            "to_date",
            "claim_type",
            "payer_class",
            "patient_key",
            "is_history",
            "as_of",
        ]
        rows = [
            lines.lazy()
            .filter(pl.col(f"modifier_{n}").is_not_null())
            .select(
                *context,
                pl.lit(n, pl.Int64).alias("modifier_number"),
                pl.col(f"modifier_{n}").alias("modifier"),
            )
            for n in range(1, 5)
        ]
        return pl.concat(rows).sort("claim_key", "line_number", "modifier_number").collect()

    @cached_property
    def pointers(self) -> pl.DataFrame:
        """One row a line and pointer as sent.

        claim_key, line_number, `pointer_position` (1-4), `diagnosis_number` pointed at, whether or not there is such a diagnosis.
        """
        rows = [
            self.batch.lines.lazy()
            .filter(pl.col(f"diagnosis_pointer_{n}").is_not_null())
            .select(
                "claim_key",
                "line_number",
                pl.lit(n, pl.Int64).alias("pointer_position"),
                pl.col(f"diagnosis_pointer_{n}").alias("diagnosis_number"),
            )
            for n in range(1, 5)
        ]
        return pl.concat(rows).sort("claim_key", "line_number", "pointer_position").collect()

    @cached_property
    def line_diagnoses(self) -> pl.DataFrame:
        """One row a line and diagnosis it points at, the pointer resolved.

        claim_key, line_number, pointer_position, diagnosis_number, diagnosis_code, icd_version, and of the line: procedure_code, modifier_1 … modifier_4,
        from_date, claim_type, payer_class, patient_key, patient_age, patient_sex, is_history. Pointers to no diagnosis are left out.
        """
        codes = self.batch.diagnoses.lazy().select(
            "claim_key", "diagnosis_number", "diagnosis_code", "icd_version"
        )
        of_line = self.lines.lazy().select(
            "claim_key",
            "line_number",
            "procedure_code",
            *(f"modifier_{n}" for n in range(1, 5)),
            "from_date",
            "claim_type",
            "payer_class",
            "patient_key",
            "patient_age",
            "patient_sex",
            "is_history",
        )
        return (
            self.pointers.lazy()
            .join(codes, on=["claim_key", "diagnosis_number"], how="inner", maintain_order="left")
            .join(of_line, on=["claim_key", "line_number"], how="left", maintain_order="left")
            .collect()
        )

    @cached_property
    def diagnoses(self) -> pl.DataFrame:
        """One row a diagnosis: all columns of the model, those of the claim above it (as in `lines`), and more.

        `on_date`, `last_date`: the first and last day the code must be in force: days of the lines that point at it, else of the claim;
        the discharge (statement through) day for an inpatient claim; the statement's first day for an outpatient one.
        `patient_age`: completed years on `on_date`.
        `is_pointed_at`: some line points at it.
        `code_loaded`: the validity table of its code system covers both days; null where there is no date or code, or where the code
        system itself is the wrong one for the date (DX105's business).
        `in_force`: billable on both days. `ever_in_force`: billable on some day. `first_valid`, `last_valid`: that code's first and last
        day ever. `release`: the release that the validity was read from.
        and each of `ATTRIBUTES` on `on_date` (false where the code is not in force then).
        """
        base = self._dated_diagnoses()
        return _with_attributes(_with_validity(base, self.reference), self.reference)

    @cached_property
    def never_billable(self) -> pl.DataFrame:
        """The ICD-10 rows of `diagnoses` whose code was never billable, with `form`, `stem` and `padded` (see `cleanclaim.codeform`)."""
        rows = self.diagnoses.filter(
            (pl.col("icd_version") == 10)
            & ~pl.col("ever_in_force")
            & pl.col("code_loaded")
            & pl.col("diagnosis_code").is_not_null()
        )
        if rows.is_empty():
            return rows.with_columns(
                pl.lit(None, pl.String).alias(name) for name in ("form", "stem", "padded")
            )
        return rows.join(
            why_not_billable(rows["diagnosis_code"].unique(), self.reference),
            left_on="diagnosis_code",
            right_on="code",
            how="left",
        )

    def _dated_diagnoses(self) -> pl.DataFrame:
        pointed = (
            self.pointers.lazy()
            .join(
                self.batch.lines.lazy().select("claim_key", "line_number", "from_date", "to_date"),
                on=["claim_key", "line_number"],
                how="left",
            )
            .group_by("claim_key", "diagnosis_number")
            .agg(
                pl.col("from_date").min().alias("pointed_from"),
                pl.col("to_date").max().alias("pointed_to"),
            )
            .with_columns(pl.lit(value=True).alias("is_pointed_at"))
        )
        above = self.claims.lazy().select(
            "claim_key",
            *_OF_THE_CLAIM,
            "line_count",
            "diagnosis_count",
            "is_inpatient",
            pl.col("from_date").alias("claim_from_date"),
            pl.coalesce("discharge_date", "to_date", "from_date").alias("claim_through_date"),
            pl.coalesce("to_date", "from_date").alias("claim_to_date"),
        )
        institutional = pl.col("claim_type") == "institutional"
        own_day = pl.when("is_inpatient").then("claim_through_date").otherwise("claim_from_date")
        return (
            self.batch.diagnoses.lazy()
            .join(above, on="claim_key", how="left", maintain_order="left")
            .join(pointed, on=["claim_key", "diagnosis_number"], how="left", maintain_order="left")
            .with_columns(
                pl.when(institutional)
                .then(own_day)
                .otherwise(pl.coalesce("pointed_from", "claim_from_date"))
                .alias("on_date"),
                pl.when(institutional)
                .then(own_day)
                .otherwise(pl.coalesce("pointed_to", "claim_to_date"))
                .alias("last_date"),
                pl.col("is_pointed_at").fill_null(value=False),
            )
            .with_columns(completed_years("patient_birth_date", "on_date").alias("patient_age"))
            .drop("pointed_from", "pointed_to")
            .collect()
        )


def completed_years(born: str, on: str) -> pl.Expr:
    """Completed years between two date columns; null where either is missing, negative where `on` is before `born`."""
    before_birthday = (pl.col(on).dt.month().cast(pl.Int32) * 100 + pl.col(on).dt.day()) < (
        pl.col(born).dt.month().cast(pl.Int32) * 100 + pl.col(born).dt.day()
    )
    return (pl.col(on).dt.year() - pl.col(born).dt.year() - before_birthday.cast(pl.Int32)).cast(
        pl.Int64
    )


def _is_inpatient() -> pl.Expr:
    bill = pl.col("bill_type_code").str.slice(0, 2).is_in(_INPATIENT_BILLS)
    return ((pl.col("claim_type") == "institutional") & bill).fill_null(value=False)


def _with_validity(diagnoses: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    codes = diagnoses["diagnosis_code"].unique()
    periods = pl.concat(
        [
            reference.narrow(name, codes)
            .lazy()
            .select(
                pl.lit(version, pl.Int64).alias("icd_version"),
                pl.col("code").alias("diagnosis_code"),
                "valid_from",
                "valid_to",
                pl.col("release").cast(pl.String),
            )
            for name, version in (("icd10cm", 10), ("icd9cm", 9))
        ]
    ).collect()
    key = ["icd_version", "diagnosis_code"]
    ever = (
        periods.lazy()
        .group_by(key)
        .agg(
            pl.col("valid_from").min().alias("first_valid"),
            pl.col("valid_to").max().alias("last_valid"),
            pl.col("release").last(),
        )
    )
    covering = (
        diagnoses.lazy()
        .select("claim_key", "diagnosis_number", "on_date", "last_date", *key)
        .join(periods.lazy().drop("release"), on=key, how="inner")
        .group_by("claim_key", "diagnosis_number")
        .agg(
            # Two periods of two releases may touch, so each day is asked for by itself.
            (in_force("on_date").any() & in_force("last_date").any()).alias("in_force")
        )
    )
    loaded = _loaded(reference, "icd10cm", 10) | _loaded(reference, "icd9cm", 9)
    return (
        diagnoses.lazy()
        .join(ever, on=key, how="left", maintain_order="left")
        .join(covering, on=["claim_key", "diagnosis_number"], how="left", maintain_order="left")
        .with_columns(
            pl.col("in_force").fill_null(value=False),
            pl.col("first_valid").is_not_null().alias("ever_in_force"),
            pl.when(
                pl.col("on_date").is_not_null()
                & pl.col("diagnosis_code").is_not_null()
                & _right_system()
            )
            .then(loaded)
            .alias("code_loaded"),
        )
        .collect()
    )


def _loaded(reference: Reference, table: str, version: int) -> pl.Expr:
    spans = [
        pl.col("on_date").is_between(start, end) & pl.col("last_date").is_between(start, end)
        for start, end in reference.coverage(table)
    ]
    return pl.any_horizontal(pl.lit(value=False), *spans) & (pl.col("icd_version") == version)


def _right_system() -> pl.Expr:
    """ICD-9 before 2015-10-01, ICD-10 from then on (45 CFR 162.1002)."""
    return (
        pl.when(pl.col("icd_version") == 9)
        .then(pl.col("on_date") < ICD10_BEGINS)
        .otherwise(pl.col("last_date") >= ICD10_BEGINS)
    )


def _with_attributes(diagnoses: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    codes = diagnoses["diagnosis_code"].unique()
    flagged = pl.concat(
        [
            _attributes(reference.narrow(name, codes), version)
            for name, version in (("icd10cm_attributes", 10), ("icd9cm_attributes", 9))
        ]
    )
    key = ["icd_version", "diagnosis_code"]
    on_the_day = (
        diagnoses.lazy()
        .select("claim_key", "diagnosis_number", "on_date", *key)
        .join(flagged.lazy(), on=key, how="inner")
        .filter(pl.col("on_date").is_between("valid_from", "valid_to"))
        .select("claim_key", "diagnosis_number", *ATTRIBUTES)
        .unique(["claim_key", "diagnosis_number"])
    )
    return (
        diagnoses.lazy()
        .join(on_the_day, on=["claim_key", "diagnosis_number"], how="left", maintain_order="left")
        .with_columns(
            pl.col(ATTRIBUTES).fill_null(value=False) & pl.col("code_loaded").fill_null(value=False)
        )
        .collect()
    )


def _attributes(rows: pl.DataFrame, version: int) -> pl.DataFrame:
    return rows.select(
        pl.lit(version, pl.Int64).alias("icd_version"),
        pl.col("code").alias("diagnosis_code"),
        "valid_from",
        "valid_to",
        *(
            pl.col(name) if name in rows.columns else pl.lit(value=False).alias(name)
            for name in ATTRIBUTES
        ),
    )
