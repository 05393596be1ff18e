"""Which part of which limb a diagnosis is of, by its title, and a procedure, by its number."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.reference import Reference
from cleanclaim.reference.narrow import rows_of

_WORDS: Final = (
    ("hand", r"\b(hands?|fingers?|thumbs?|metacarpals?|metacarpophalangeal)\b"),
    ("wrist", r"\b(wrists?|carpal|carpus|navicular \[scaphoid\] bone of|lunate)\b"),
    ("forearm", r"\b(forearm|radius|ulna|radial styloid|olecranon)\b"),
    ("elbow", r"\b(elbow|epicondylitis)\b"),
    (
        "shoulder",
        r"\b(shoulder|rotator cuff|clavicle|scapula|acromioclavicular|upper arm|humerus|biceps)\b",
    ),
    ("foot", r"\b(foot|toes?|heel|midfoot|hallux|metatarsals?|tarsal|calcaneus|talus|plantar)\b"),
    ("ankle", r"\b(ankle|malleolus|achilles)\b"),
    ("leg", r"\b(lower leg|calf|tibia|tibial|fibula)\b"),
    ("knee", r"\b(knee|patellar?|meniscus|cruciate)\b"),
    ("hip", r"\b(hip|femur|femoral|thigh|acetabulum)\b"),
)
"""A part of a limb, and words for it in titles; the first that fits counts."""
PLACES: Final = {
    "shoulder": 1,
    "elbow": 2,
    "forearm": 3,
    "wrist": 3,
    "hand": 4,
    "hip": 11,
    "knee": 12,
    "leg": 13,
    "ankle": 13,
    "foot": 14,
}
"""Where a part stands in its limb: neighbours differ by one."""
_SEVERAL: Final = r"\b(multiple|unspecified site|other site|neck|head|face|trunk|spine|vertebra|artery|arteries|vein)\b"
_NO_PART: Final = r"^(I|[V-Y]|Z89|Z96|Z97|C|D|O|P|Q|R|T8|M53|M54|G8)"
"""Vessels, external causes, absent and artificial limbs, and tumours, which stand for other things than the part."""


def parts_of_limbs(reference: Reference) -> pl.DataFrame:
    """Return code and part, of each place in the Tabular List whose title names one part of a limb; a code belongs to the longest place that it begins with."""
    return reference.derived("parts of limbs", lambda: _parts(reference))


def _parts(reference: Reference) -> pl.DataFrame:
    titles = reference.table("icd10cm_tabular").select(
        "code", pl.col("title").str.to_lowercase().alias("title")
    )
    part = pl.coalesce(
        pl.when(pl.col("title").str.contains(words)).then(pl.lit(name)) for name, words in _WORDS
    )
    no_part = pl.col("title").str.contains(_SEVERAL) | pl.col("code").str.contains(_NO_PART)
    return (
        titles.filter(
            ~no_part, pl.col("code").str.len_chars() > 3, ~pl.col("code").str.contains("-")
        )
        .select("code", part.alias("part"))
        .drop_nulls()
    )


def part_of(codes: pl.Series, reference: Reference) -> pl.DataFrame:
    """Return code and part of those among the codes that are of one part of a limb."""
    begins = [
        codes.unique()
        .to_frame("code")
        .with_columns(
            pl.col("code").str.head(length).str.strip_chars_end("X").alias("_begins"),
            pl.lit(length).alias("_length"),
        )
        for length in range(4, 8)
    ]
    each = pl.concat(begins)
    parts = rows_of(parts_of_limbs(reference), each["_begins"])
    return (
        each.join(parts, left_on="_begins", right_on="code")
        .select("code", "part", "_length")
        .sort("code", "_length")
        .unique("code", keep="last", maintain_order=True)
        .drop("_length")
    )
