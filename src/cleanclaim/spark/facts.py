"""The worker's side of an analysis: facts by patient, never the claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl
import pyarrow as pa

from cleanclaim.analysis.facts import WHO, Facts
from cleanclaim.model import Batch
from cleanclaim.reference import Reference
from cleanclaim.settings import prepare
from cleanclaim.spark.worker import FAULT, Task, arrow_schema

DIAGNOSIS: Final = "diagnosis"
SERVICE: Final = "service"
PATIENT: Final = "patient"
CLAIMS: Final = "claims"
COLUMNS: Final[dict[str, Any]] = {
    "kind": pl.String,
    **dict.fromkeys(WHO, pl.String),
    "month": pl.String,
    "code": pl.String,
    "claims": pl.Int64,
    "procedure_code": pl.String,
    "lines": pl.Int64,
    "units": pl.Decimal(38, 3),
    "charged": pl.Decimal(38, 2),
    "allowed": pl.Decimal(38, 2),
    "priced": pl.Int64,
    "undated": pl.Int64,
    "message": pl.String,
}
"""The columns of a worker's output: facts as `cleanclaim.analysis.facts` has them, by `kind`; how many claims there were; and faults of the input."""


@dataclass(frozen=True)
class FactsTask(Task):
    """Counts claims by patient."""

    def schema(self) -> pa.Schema:
        """The columns of the output."""
        return arrow_schema(COLUMNS)

    def result(self, rows: pl.DataFrame, reference: Reference) -> pl.DataFrame:
        """The facts of some whole patients."""
        batch, faults = self.batch(rows)
        told = pl.DataFrame(
            {"message": [what for what, _ in faults], "claims": [count for _, count in faults]},
            schema={"message": pl.String, "claims": pl.Int64},
        )
        if batch is None:
            return _of_kind(FAULT, told)
        facts = Facts()
        facts.add(prepare(batch, self.settings, reference), reference)
        counts = pl.DataFrame({"claims": [facts.claims], "undated": [facts.undated]})
        return pl.concat(
            [
                _of_kind(FAULT, told),
                _of_kind(CLAIMS, counts),
                *(
                    _of_kind(kind, frame if self.is_model else _named(frame, batch))
                    for kind, frame in (
                        (DIAGNOSIS, facts.diagnoses()),
                        (SERVICE, facts.services()),
                        (PATIENT, facts.patients()),
                    )
                ),
            ]
        )


def _named(frame: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Facts whose claims without a member are named by their own number: only their place on this worker told them apart."""
    own = batch.claims.filter(pl.col("member_id").is_null()).select(
        pl.coalesce(
            pl.col("patient_key").cast(pl.String), pl.concat_str(pl.lit("claim "), "claim_key")
        ).alias("patient"),
        pl.concat_str(pl.lit("claim "), "claim_id").alias("own"),
    )
    met = frame.join(own, on="patient", how="left", maintain_order="left")
    return met.with_columns(pl.coalesce("own", "patient").alias("patient")).drop("own")


def _of_kind(kind: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the columns of the output."""
    return rows.select(
        pl.lit(kind).alias(name)
        if name == "kind"
        else pl.col(name).cast(dtype)
        if name in rows.columns
        else pl.lit(None, dtype).alias(name)
        for name, dtype in COLUMNS.items()
    )
