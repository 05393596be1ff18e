"""What an analysis keeps of each batch of claims: counts by patient, never the claims."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from cleanclaim.analysis.counts import FrameCounts
from cleanclaim.derived.claims import Claims
from cleanclaim.fees import allowed
from cleanclaim.model import Batch
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS
from cleanclaim.reference import Reference

AGE_BANDS: Final = (0, 1, 5, 15, 25, 35, 45, 55, 65, 75, 85)
"""The first years of the age bands."""
WHO: Final = ("patient", "age_band", "sex", "region")
_UNKNOWN: Final = "unknown"


class Facts:
    """Counts of claims, added up batch by batch.

    Attributes:
        claims: how many claims there were.
        undated: claims without a date of service; they are in no table over time.
    """

    def __init__(self) -> None:
        self.claims = 0
        self.undated = 0
        self._diagnoses: list[pl.DataFrame] = []
        self._services: list[pl.DataFrame] = []
        self._patients: list[pl.DataFrame] = []

    def add(self, batch: Batch, reference: Reference) -> None:
        """Add the claims of a batch; voids, claims replaced in the same batch and earlier claims don't count."""
        view = Claims.of(batch, reference)
        claims = view.claims.filter("stands", ~pl.col("is_history").fill_null(value=False)).select(
            "claim_key",
            pl.col("from_date").dt.strftime("%Y-%m").alias("month"),
            pl.col("patient_age").alias("age"),
            (pl.col("payer_class") == "medicare").fill_null(value=False).alias("is_medicare"),
            *_who(),
        )
        self.claims += claims.height
        self.undated += claims["month"].null_count()
        self._patients.append(claims.select(*WHO, "age", "is_medicare"))
        self._diagnoses.append(_diagnoses(view, claims))
        self._services.append(_services(view, claims, reference))

    def diagnoses(self) -> pl.DataFrame:
        """One row a patient, month and diagnosis code: `claims`, and who the patient is."""
        keys = [*WHO, "month", "code"]
        return _together(self._diagnoses, keys).group_by(keys).agg(pl.col("claims").sum())

    def services(self) -> pl.DataFrame:
        """One row a patient, procedure code and the diagnosis that its lines point at first: `lines`, `units`, `charged`, `allowed`, `priced`."""
        keys = ["patient", "procedure_code", "code"]
        sums = pl.col("lines", "units", "charged", "allowed", "priced").sum()
        return _together(self._services, keys).group_by(keys).agg(sums)

    def counts(self) -> FrameCounts:
        """What tables are counted from."""
        return FrameCounts(self.diagnoses(), self.services(), self.patients().height, (self.claims, self.undated))  # fmt: skip

    def patients(self) -> pl.DataFrame:
        """One row a patient: who it is, as in the first claim, `age` in the last, and `is_medicare` if Medicare is the payer of some claim."""
        return (
            pl.concat(self._patients)
            .group_by("patient", maintain_order=True)
            .agg(pl.col(WHO[1:]).first(), pl.col("age").max(), pl.col("is_medicare").any())
        )


def _together(parts: Iterable[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    return pl.concat(parts).sort(keys)


def _who() -> list[pl.Expr]:
    """Who the patient is. A claim without a patient is a patient of its own."""
    age = pl.col("patient_age")
    bands = pl.when(age.is_null()).then(pl.lit(_UNKNOWN))
    for first, after in zip(AGE_BANDS, (*AGE_BANDS[1:], None), strict=True):
        name = f"{first}+" if after is None else str(first) if after == first + 1 else f"{first}-{after - 1}"  # fmt: skip
        inside = age >= first if after is None else age.is_between(first, after - 1)
        bands = bands.when(inside).then(pl.lit(name))  # type: ignore[assignment]
    sex = pl.when(pl.col("patient_sex").is_in(["F", "M"])).then("patient_sex")
    return [
        pl.coalesce(pl.col("patient_key").cast(pl.String), pl.concat_str(pl.lit("claim "), "claim_key")).alias("patient"),
        bands.otherwise(pl.lit(_UNKNOWN)).alias("age_band"),
        sex.otherwise(pl.lit(_UNKNOWN)).alias("sex"),
        pl.coalesce("facility_state", "billing_state").fill_null(_UNKNOWN).alias("region"),
    ]  # fmt: skip


def _diagnoses(view: Claims, claims: pl.DataFrame) -> pl.DataFrame:
    codes = view.diagnoses.filter(IS_BILLING_DIAGNOSIS).select(
        "claim_key", pl.col("diagnosis_code").alias("code")
    )
    own = claims.select("claim_key", "month", *WHO)
    met = codes.drop_nulls().unique().join(own, on="claim_key").drop_nulls("month")
    return met.group_by(*WHO, "month", "code").agg(pl.len().cast(pl.Int64).alias("claims"))


def _services(view: Claims, claims: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    first = (
        view.line_diagnoses.sort("claim_key", "line_number", "pointer_position")
        .unique(["claim_key", "line_number"], keep="first", maintain_order=True)
        .select("claim_key", "line_number", pl.col("diagnosis_code").alias("code"))
    )
    prices = allowed(view, reference).select("claim_key", "line_number", "allowed")
    lines = (
        view.lines.select("claim_key", "line_number", "procedure_code", "units", "charge_amount")
        .join(claims.select("claim_key", "patient"), on="claim_key")
        .join(first, on=["claim_key", "line_number"], how="left")
        .join(prices, on=["claim_key", "line_number"], how="left")
    )
    numbers = (
        pl.col("charge_amount", "allowed").cast(pl.Decimal(38, 2)).fill_null(0),
        pl.col("units").cast(pl.Decimal(38, 3)).fill_null(0),
    )
    return (
        lines.with_columns(pl.col("allowed").is_not_null().alias("priced"))
        .with_columns(*numbers, pl.col("procedure_code").fill_null("none"))
        .group_by("patient", "procedure_code", "code")
        .agg(
            pl.len().cast(pl.Int64).alias("lines"),
            pl.col("units").sum(),
            pl.col("charge_amount").sum().alias("charged"),
            pl.col("allowed").sum(),
            pl.col("priced").cast(pl.Int64).sum(),
        )
    )
