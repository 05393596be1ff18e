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
    message="Modifier GP is missing on {procedure_code}.",
    suggestion="Add GP if the service is part of a physical therapist's plan of care.",
    examples=(
        fails("no modifier", professional(lines=[{"procedure_code": "97110"}]), line_number=1),
        passes("with GP", professional(lines=[{"procedure_code": "97110", "modifier_1": "GP"}])),
        passes("another service", professional(lines=[{"procedure_code": "99213"}])),
    ),
)
def exercise_without_therapy_plan() -> pl.Expr:
    """A line of therapeutic exercise without modifier GP.

    Our plan pays therapy only under a physical therapist's plan of care, and GP says that there is one.

    What to do: add GP if there is such a plan.
    """
    return (pl.col("procedure_code") == "97110") & ~has_modifier("GP")
