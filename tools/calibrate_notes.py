"""Fit how sure suggestions in billing mode are.

    python tools/calibrate_notes.py

Reads `tests/notes/first_looks.csv`: the problems that were suggested for 75 invented notes by a program that had not seen
them, each with what led to its code, how many words name it and whether they are a whole phrase, whether its title leaves something open, and whether it
was right. Writes the weights to the package's `data/calibrated.csv`, and prints how often suggestions of a confidence were
right, each note judged by weights from the other four fifths of the notes.
"""

from __future__ import annotations

import csv
import zlib
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cleanclaim.notes import confidence

_FROM: Final = Path(__file__).parent.parent / "tests" / "notes" / "first_looks.csv"
_TO: Final = Path(confidence.__file__).parent / "data" / "calibrated.csv"
_PARTS: Final = 5
_STEPS: Final = 50
_PENALTY: Final = 1.0
"""How much a weight is drawn to zero: it counts as one suggestion."""
Floats = npt.NDArray[np.float64]


class Looks(NamedTuple):
    """The suggestions: their features, whether they were right, and the part that their note belongs to."""

    names: list[str]
    features: Floats
    right: Floats
    part: npt.NDArray[np.int64]


def main() -> None:
    """Fit, write the weights, and print the curve."""
    looks = read()
    weights = fitted(looks.features, looks.right)
    with _TO.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("feature", "weight"))
        writer.writerows(
            (name, f"{weight:.3f}") for name, weight in zip(looks.names, weights, strict=True)
        )
    sure = crossed(looks)
    for tenth in range(9, -1, -1):
        own = looks.right[np.minimum((sure * 10).astype(int), 9) == tenth]
        if len(own):
            print(
                f"{tenth / 10:.1f} to {tenth / 10 + 0.1:.1f}: {int(own.sum())} of {len(own)} right"
            )


def read() -> Looks:
    """Return the suggestions of the file."""
    rows = list(csv.DictReader(_FROM.read_text(encoding="utf-8").splitlines()))
    every = [
        confidence.features(
            "unspecified" if row["open"] == "yes" else "",
            row["rule"],
            int(row["words"]),
            whole=row["whole"] == "yes",
        )
        for row in rows
    ]
    return Looks(
        list(every[0]),
        np.array([list(one.values()) for one in every], float),
        np.array([row["right"] == "yes" for row in rows], float),
        np.array([zlib.crc32(row["note"].encode()) % _PARTS for row in rows]),
    )


def fitted(features: Floats, right: Floats) -> Floats:
    """Return the weights of a logistic regression, all but the first drawn to zero."""
    weights = np.zeros(features.shape[1])
    penalty = np.eye(features.shape[1]) * _PENALTY
    penalty[0, 0] = 0
    for _ in range(_STEPS):
        sure = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (right - sure) - penalty @ weights
        curve = features.T @ (features * (sure * (1 - sure))[:, None]) + penalty
        weights += np.linalg.solve(curve, slope)
    return weights


def crossed(looks: Looks) -> Floats:
    """Return the confidence of each suggestion, by weights from the notes of other parts."""
    found = np.zeros(len(looks.right))
    for part in range(_PARTS):
        own = looks.part == part
        weights = fitted(looks.features[~own], looks.right[~own])
        found[own] = 1 / (1 + np.exp(-looks.features[own] @ weights))
    return found


if __name__ == "__main__":
    main()
