"""The `diagnoses` and `claim_codes` tables: the composites of HI segments."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from cleanclaim.model import MONEY
from cleanclaim.read.x12.cells import Cells
from cleanclaim.read.x12.strings import Ints

DIAGNOSES: Final = {
    "ABK": ("principal", 10),
    "BK": ("principal", 9),
    "ABF": ("other", 10),
    "BF": ("other", 9),
    "ABJ": ("admitting", 10),
    "BJ": ("admitting", 9),
    "APR": ("reason_for_visit", 10),
    "PR": ("reason_for_visit", 9),
    "ABN": ("external_cause", 10),
    "BN": ("external_cause", 9),
    "ZZ": ("reason_for_visit", 9),
}
"""Kind and code system of a diagnosis by its qualifier; ZZ is 4010's reason for visit."""
OTHER_CODES: Final = {
    "BG": "condition",
    "BH": "occurrence",
    "BI": "occurrence_span",
    "BE": "value",
    "BBR": "procedure",
    "BBQ": "procedure",
    "BR": "procedure",
    "BQ": "procedure",
    "CAH": "procedure",
    "BP": "anesthesia",
    "BO": "anesthesia",
    "TC": "treatment",
    "DR": "drg",
}
_MOST_CODES: Final = 12
"""Composites in an HI segment."""
_KINDS: Final = ("principal", "other", "admitting", "reason_for_visit", "external_cause")


def code_tables(c: Cells) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The diagnoses and the other codes of a block."""
    every = _composites(c)
    return _diagnoses(every), _claim_codes(every)


def _composites(c: Cells) -> pl.DataFrame:
    """One row a composite, in order of appearance."""
    s = c.s
    hi = s.find("HI")
    inside, owner = c.loops.owner_of(hi)
    hi = hi[inside]
    rows: list[Ints] = []
    owners: list[Ints] = []
    places: list[Ints] = []
    for number in range(1, _MOST_CODES + 1):
        there = s.counts[hi] >= number
        if not there.any():
            break
        start, length = s.element(hi[there], number)
        filled = length > 0
        rows.append(hi[there][filled])
        owners.append(owner[there][filled])
        places.append(np.stack([start[filled], length[filled]]))
    empty = np.zeros(0, np.int64)
    place = np.concatenate(places, axis=1) if places else np.zeros((2, 0), np.int64)
    order = np.argsort(place[0], kind="stable")
    row = np.concatenate([empty, *rows])[order]
    given = (place[0][order], place[1][order])
    code = s.component(given, 2)
    return pl.DataFrame(
        {
            "claim_key": np.concatenate([empty, *owners])[order] + c.origin.first_claim_key,
            "code_qualifier": c.text(s.component(given, 1)),
            "sent": s.block.strings(*code, strip=False),
            "period": c.text(s.component(given, 4)),
            "amount": c.number(s.component(given, 5), MONEY),
            "present_on_admission_code": c.text(s.component(given, 9)),
            "position": c.position(code[0], row),
        }
    )


def _diagnoses(every: pl.DataFrame) -> pl.DataFrame:
    """What lines point at first, in order; then admitting, reason-for-visit and external-cause diagnoses."""
    kinds = {code: kind for code, (kind, _) in DIAGNOSES.items()}
    versions = {code: version for code, (_, version) in DIAGNOSES.items()}
    qualifier = pl.col("code_qualifier").str.to_uppercase()
    sent = pl.col("sent")
    plain = sent.str.replace_all(".", "", literal=True).str.strip_chars().str.to_uppercase()
    found = every.filter(qualifier.is_in(list(DIAGNOSES))).with_columns(
        qualifier.replace_strict(kinds, return_dtype=pl.String).alias("diagnosis_type"),
        qualifier.replace_strict(versions, return_dtype=pl.Int64).alias("icd_version"),
        plain.replace("", None).alias("diagnosis_code"),
        pl.when(sent != plain).then(sent).alias("code_as_sent"),
    )
    rank = pl.col("diagnosis_type").replace_strict(
        {kind: max(n - 1, 0) for n, kind in enumerate(_KINDS)}, return_dtype=pl.Int64
    )
    if found.select((rank > 0).any()).item():
        found = found.sort("claim_key", rank, maintain_order=True)
    return found.with_columns(_ordinal(found["claim_key"]).alias("diagnosis_number"))


def _ordinal(keys: pl.Series) -> pl.Series:
    """1, 2, 3 … within each run of equal keys (which ascend)."""
    numbers = keys.to_numpy()
    return pl.Series(np.arange(1, len(numbers) + 1) - np.searchsorted(numbers, numbers))


def _claim_codes(every: pl.DataFrame) -> pl.DataFrame:
    qualifier = pl.col("code_qualifier").str.to_uppercase()
    period = pl.col("period")
    first, last = period.str.slice(0, 8), period.str.slice(9, 8)
    is_span = period.str.len_chars() >= 17
    return every.filter(qualifier.is_in(list(OTHER_CODES))).select(
        "claim_key",
        "code_qualifier",
        "amount",
        "position",
        qualifier.replace_strict(OTHER_CODES, return_dtype=pl.String).alias("kind"),
        pl.col("sent").str.strip_chars().str.to_uppercase().replace("", None).alias("code"),
        first.str.to_date("%Y%m%d", strict=False).alias("from_date"),
        pl.when(is_span)
        .then(last)
        .otherwise(first)
        .str.to_date("%Y%m%d", strict=False)
        .alias("to_date"),
    ).with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("claim_key", "kind").alias("ordinal")
    )
