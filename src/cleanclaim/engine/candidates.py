"""The claims that each query edit receives: those with a row that can trigger it, or all claims of their patients."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.tables import Derived
from cleanclaim.edits.edit import Edit
from cleanclaim.model.arrays import Ints
from cleanclaim.model.keys import found_in, keys_of

Marks = npt.NDArray[np.bool_]


class Candidates:
    """The candidate claims of query edits.

    Args:
        derived: the tables of the batch.
    """

    def __init__(self, derived: Derived) -> None:
        self._derived = derived
        self._marks: dict[tuple[str, bool], Marks] = {}
        self._views: dict[bytes, Claims] = {}

    def add(self, edit: Edit, rows: pl.Series, *, beside: bool = False) -> None:
        """Add the claims of some rows.

        Args:
            edit: the edit that they can trigger.
            rows: the claim key of each.
            beside: they are the rows that must be there besides those that trigger it (`Edit.beside`).
        """
        keys = keys_of(self._derived.batch.claims)
        marks = self._marks.setdefault((edit.code, beside), np.zeros(len(keys), dtype=bool))
        marks[found_in(keys, rows.to_numpy())] = True

    def claims_of(self, edit: Edit) -> Claims | None:
        """What the edit receives; None if no row can trigger it."""
        if not edit.when:
            return self._seen(np.ones(self._derived.batch.claims.height, dtype=bool))
        parts = [
            self._marks.get((edit.code, beside))
            for beside in ((False, True) if edit.beside else (False,))
        ]
        found = [
            part if edit.scope == "claim" else self._of_patients(part)
            for part in parts
            if part is not None
        ]
        marks = np.logical_and.reduce(found)
        return self._seen(marks) if len(found) == len(parts) and marks.any() else None

    def _seen(self, marks: Marks) -> Claims:
        """The marked claims; edits with the same candidates share what they derive."""
        view = self._views.get(marks.tobytes())
        if view is None:
            view = self._views[marks.tobytes()] = Claims(
                self._derived, None if marks.all() else marks
            )
        return view

    def _of_patients(self, marks: Marks) -> Marks:
        """The marked claims and all others of their patients."""
        has_candidate = np.zeros(int(self._patients.max(initial=-1)) + 1, dtype=bool)
        has_candidate[self._patients[marks]] = True
        return np.asarray(has_candidate[self._patients])

    @cached_property
    def _patients(self) -> Ints:
        """The patient of each claim as a number; a claim without one is a patient of its own."""
        keys = self._derived.batch.claims["patient_key"]
        _, numbers = np.unique(keys.fill_null(0).to_numpy(), return_inverse=True)
        unknown = keys.is_null().to_numpy()
        numbers[unknown] = numbers.max(initial=-1) + 1 + np.arange(int(unknown.sum()))
        return numbers.astype(np.int64)
