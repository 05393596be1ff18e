"""The order in which a patient's claims follow each other, whatever the order in which they were read.

Edits that look across claims name the later one: the repetition, the second visit, the claim over the limit. Which one is later must not depend on
how the claims are dealt to files, so for checking the claims of a patient are numbered by what they say: the day they were sent, the day of service, the
claim number and the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import polars as pl

from cleanclaim.model import Batch
from cleanclaim.model.arrays import Ints
from cleanclaim.model.keys import found_in, in_order, keys_of

_PATIENT: Final = "patient_key"
_SAID: Final = (
    "submitted_date",
    "from_date",
    "to_date",
    "claim_id",
    "claim_frequency_code",
    "original_reference_number",
    "charge_amount",
    "billing_npi",
    "rendering_npi",
)
_PLACES: Final = frozenset({"claim_key", "file", "position", "segment_number"})
"""Columns that tell where a claim was read, not what it says."""


@dataclass(frozen=True, slots=True)
class Renumbered:
    """A batch whose claim keys ascend in the order of the claims of each patient.

    Attributes:
        batch: the claims under their new keys.
        old: the keys as they were read, ascending; None where no key changed.
        new: for each of them the new key.
    """

    batch: Batch
    old: Ints | None = None
    new: Ints | None = None

    def as_read(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with a `claim_key` under the keys as they were read, in their order."""
        if self.old is None or self.new is None or rows.is_empty():
            return rows
        back = np.argsort(self.new)
        return _mapped(rows, self.new[back], self.old[back]).sort(
            "claim_key", nulls_last=False, maintain_order=True
        )


def renumbered(batch: Batch) -> Renumbered:
    """The batch in the order of its keys, the claims of each patient numbered in their order; the claims of a patient share the keys that they have."""
    batch = in_order(batch)
    several = batch.claims.filter(pl.col(_PATIENT).is_not_null() & pl.col(_PATIENT).is_duplicated())
    if several.is_empty():
        return Renumbered(batch)
    ranked = _ranked(batch, several)
    keys = several.sort(_PATIENT, "claim_key")["claim_key"]
    if ranked.equals(keys):
        return Renumbered(batch)
    old = keys_of(batch.claims)
    new = old.copy()
    new[found_in(old, ranked.to_numpy())] = keys.to_numpy()
    frames: dict[str, Any] = {
        name: _mapped(frame, old, new) for name, frame in batch.frames().items()
    }
    facts = _mapped(batch.note_facts, old, new)
    return Renumbered(in_order(replace(batch, **frames, note_facts=facts)), old, new)


def _ranked(batch: Batch, several: pl.DataFrame) -> pl.Series:
    """The keys of claims in order of patient and claim; earlier claims come first."""
    order = several.select(
        _PATIENT,
        (~pl.col("is_history").fill_null(value=False)).alias("_current"),
        *_SAID,
        "claim_key",
    )
    by = order.columns[:-1]
    ties = order.filter(pl.struct(by).is_duplicated())["claim_key"]
    if ties.is_empty():
        return order.sort(by)["claim_key"]
    contents = _contents(batch, ties)
    return order.join(contents, on="claim_key", how="left").sort(*by, "_contents", "claim_key")[
        "claim_key"
    ]


def _contents(batch: Batch, keys: pl.Series) -> pl.DataFrame:
    """All that claims say, as text, for claims that agree in everything they are ordered by."""
    parts = []
    for name in ("claims", "lines", "diagnoses"):
        frame = batch.frames()[name]
        rows = frame.filter(pl.col("claim_key").is_in(keys.implode()))
        said = [column for column in frame.columns if column not in _PLACES]
        # The names are the same in all: short ones keep the order and a quarter of the size.
        short = [pl.col(column).alias(str(n)) for n, column in enumerate(said)]
        text = pl.struct(short).struct.json_encode().alias("_contents")
        parts.append(rows.select("claim_key", text))
    return (
        pl.concat(parts)
        .group_by("claim_key", maintain_order=True)
        .agg(pl.col("_contents").str.join())
    )


def _mapped(frame: pl.DataFrame, keys: Ints, others: Ints) -> pl.DataFrame:
    """A frame with other claim keys; rows of no claim stay so."""
    own = frame["claim_key"]
    at = found_in(keys, own.fill_null(-1).to_numpy())
    mapped = pl.Series("claim_key", others[at], dtype=pl.Int64)
    return frame.with_columns(pl.when(own.is_not_null() & pl.Series(at >= 0)).then(mapped))
