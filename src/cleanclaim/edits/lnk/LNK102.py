"""LNK102: a pointer at a diagnosis that is not there, or twice at one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import POINTERS
from cleanclaim.text.wording import worded


def _beyond() -> pl.Expr:
    return pl.any_horizontal(((pl.col(name) > pl.col("diagnosis_count")) | (pl.col(name) < 1)).fill_null(value=False) for name in POINTERS)


def _twice() -> pl.Expr:
    pairs = [(a, b) for n, a in enumerate(POINTERS) for b in POINTERS[n + 1 :]]
    return pl.any_horizontal((pl.col(a) == pl.col(b)).fill_null(value=False) for a, b in pairs)


@row_edit(
    table="lines",
    code="LNK102",
    name="diagnosis-pointer-wrong",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="M76",
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, item 24E; 837P element SV107", "CMS", date(2026, 11, 23)),
    column="lines.diagnosis_pointer_1",
    evidence=(
        "procedure_code",
        "diagnosis_count",
        pl.concat_list(POINTERS).list.drop_nulls().alias("pointers"),
        pl.when(_beyond())
        .then(worded("a diagnosis that is not on the claim, which has {}", "diagnosis_count"))
        .otherwise(pl.lit("one diagnosis twice"))
        .alias("what"),
    ),
    message="The line for {procedure_code} (pointers {pointers}) points at {what}.",
    suggestion="Point at diagnoses of this claim, each once, the main reason first.",
    examples=(
        fails("the third of two", professional(diagnoses=["I10", "E11.9"], lines=[{"diagnosis_pointers": (1, 3)}]), line_number=1, says="which has 2"),
        fails("twice at one", professional(lines=[{"diagnosis_pointers": (1, 1)}]), line_number=1, says="twice"),
        fails("at the diagnosis before the first", professional(lines=[{"diagnosis_pointers": (0,)}]), line_number=1),
        passes("both of two", professional(diagnoses=["I10", "E11.9"], lines=[{"diagnosis_pointers": (2, 1)}])),
    ),
)
def diagnosis_pointer_wrong() -> pl.Expr:
    """A line that points past the last diagnosis of the claim, or more than once at one.

    Pointers count the claim's diagnoses from 1 (A on paper). One that leads nowhere makes the claim unreadable to the payer.

    What to do: mend the pointers.
    """
    return _beyond() | _twice()
