"""ORG101: our plan wants modifier GP on every therapeutic exercise."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import has_modifier


@row_edit(
    table="lines",
    code="ORG101",
    name="exercise-without-therapy-plan",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N822",
    source=Source(
        "Example Health Plan provider manual",
        "section 7",
        "Example Health Plan",
        date(2026, 11, 23),
    ),
    column="lines.modifier_1",
    evidence=("procedure_code",),
    message="{procedure_code} is billed without GP.",
    suggestion="Add GP if a physical therapist's plan of care stands behind it.",
    examples=(
        fails("no modifier", professional(lines=[{"procedure_code": "97110"}]), line_number=1),
        passes("with it", professional(lines=[{"procedure_code": "97110", "modifier_1": "GP"}])),
    ),
)
def exercise_without_therapy_plan() -> pl.Expr:
    """A line of therapeutic exercise without the modifier for a physical therapist's plan of care.

    What to do: add GP where there is such a plan.
    """
    return (pl.col("procedure_code") == "97110") & ~has_modifier("GP")
