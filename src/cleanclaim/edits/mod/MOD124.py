"""MOD124: the primary care exception of a teaching practice for another service."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, has_modifier

_ALLOWED = r"^(9920[123]|9921[123]|G0402|G0438|G0439|G2211|99406|99407|G044[2-7]|9948[4-7]|9949[0-6]|994[249]1|994[25]2|99443)$"
_EMERGENCY = (date(2020, 3, 1), date(2023, 5, 11))


@row_edit(
    table="lines",
    code="MOD124",
    name="teaching-exception-for-another-service",
    disposition=Disposition.WARN,
    carc="4",
    rarc="N822",
    payers=("medicare",),
    others="off",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 12, section 100.1.1 C (exception for services in primary care centers); 42 CFR 415.174",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    evidence=("procedure_code",),
    message="{procedure_code} has modifier GE, but the primary care exception covers only visits of low and middle level and some preventive services.",
    suggestion="Use GC if the teaching physician was present for the key part; otherwise don't bill it.",
    fix="proposed",
    examples=(
        fails("a visit of level 4", medicare(lines=["99214-GE"]), line_number=1, says="GC"),
        passes("a visit of level 3", medicare(lines=["99213-GE"])),
        passes("with the teaching physician", medicare(lines=["99214-GC"])),
        fails("a procedure", medicare(lines=["11042-GE"]), line_number=1),
        passes("in the public health emergency", medicare(from_date="2022-03-01", submitted_date="2022-03-10", as_of="2022-03-10", lines=["99214-GE"])),
        fails("before the emergency", medicare(from_date="2020-02-29", submitted_date="2020-03-10", as_of="2020-03-10", lines=["99214-GE"]), line_number=1),
        passes("on its first day", medicare(from_date="2020-03-01", submitted_date="2020-03-10", as_of="2020-03-10", lines=["99214-GE"])),
        passes("on its last day", medicare(from_date="2023-05-11", submitted_date="2023-05-20", as_of="2023-05-20", lines=["99214-GE"])),
        fails("and the day after", medicare(from_date="2023-05-12", submitted_date="2023-05-20", as_of="2023-05-20", lines=["99214-GE"]), line_number=1),
        passes("another payer", professional(lines=["99214-GE"])),
    ),
)
def teaching_exception_for_another_service() -> pl.Expr:
    """A resident's service under the primary care exception (GE) that the exception doesn't cover.

    Residents in primary care centers may see patients without the teaching physician, for visits of the lower levels. The levels were wider in the public health
    emergency (2020-03-01 to 2023-05-11), so its days are left alone.

    What to do: check who was present.
    """
    covered = pl.col("procedure_code").str.contains(_ALLOWED)
    return IS_MEDICARE & has_modifier("GE") & ~covered & ~pl.col("from_date").is_between(*_EMERGENCY)
