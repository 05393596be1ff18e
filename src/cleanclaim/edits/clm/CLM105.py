"""CLM105: the patient's sex is missing or no value."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import is_missing


@row_edit(
    table="claims",
    code="CLM105",
    name="sex-missing-or-unknown",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="MA39",
    source=Source("837 implementation guides", "DMG03", "ASC X12N", date(2026, 11, 23)),
    column="claims.patient_sex",
    evidence=("patient_sex",),
    message="The patient's sex is {patient_sex}; expected F, M or U.",
    suggestion="Enter F or M, or U if it isn't known.",
    examples=(
        fails("missing", professional(patient_sex=None)),
        fails("something else", professional(patient_sex="X"), says="X"),
        passes("unknown", professional(patient_sex="U")),
        passes("female", professional(diagnoses=["O80"], patient_sex="F")),
        passes("male", professional(patient_sex="M")),
    ),
)
def sex_missing_or_unknown() -> pl.Expr:
    """The patient's sex missing, or none of F, M and U.

    The 837 knows these three values. A front end refuses any other.

    What to do: send the value that the payer has on file.
    """
    return is_missing("patient_sex") | ~pl.col("patient_sex").is_in(["F", "M", "U"])
