"""MOD127: a repeated test's modifier on what is no test."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import has_modifier

_TEST = r"^(8[0-9]{4}|[0-9]{4}[UM]|G0(0|1|2|3|4|6)[0-9][0-9]|P[2379][0-9]{3}|Q0[0-9]{3}|U[0-9]{4}|36[0-9]{3})$"


@row_edit(
    table="lines",
    code="MOD127",
    name="repeat-test-modifier-on-other-service",
    disposition=Disposition.WARN,
    carc="4",
    rarc="N822",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 16, section 100.5.1 (modifier 91 for repeated laboratory tests); NCCI Policy Manual, chapter I, section E",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    evidence=("procedure_code",),
    message="{procedure_code} has modifier 91, which is for a laboratory test repeated on one day.",
    suggestion="Use modifier 76 or 77 for another service that was repeated.",
    fix="proposed",
    examples=(
        fails("an x-ray", professional(lines=["71046-91"]), line_number=1, says="76"),
        passes("a test", professional(lines=["82947", "82947-91"])),
        passes("an x-ray repeated", professional(lines=["71046", "71046-76"])),
        fails("a visit", professional(lines=["99213-91"]), line_number=1),
    ),
)
def repeat_test_modifier_on_other_service() -> pl.Expr:
    """Modifier 91 on a service that is no laboratory test.

    What to do: use the modifier for a repeated procedure.
    """
    return has_modifier("91") & ~pl.col("procedure_code").str.contains(_TEST).fill_null(value=True)
