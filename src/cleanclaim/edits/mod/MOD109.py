"""MOD109: an add-on code with a modifier that add-on codes do not take."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.samples import institutional, medicare
from cleanclaim.model.expressions import IS_PROFESSIONAL, has_modifier

_ASKED = IS_PROFESSIONAL & has_modifier("51", "50")


@row_edit(
    table="line_fees",
    code="MOD109",
    name="add-on-with-51-or-50",
    disposition=Disposition.DENY_LINE,
    carc="97",
    needs={"mpfs": _ASKED},
    payers=("medicare",),
    source=Source(
        "Medicare Claims Processing Manual", "chapter 12, section 40.6 (add-on codes are not subject to multiple procedure rules)", "CMS", date(2026, 11, 23)
    ),
    column="lines.modifier_1",
    evidence=(
        "procedure_code",
        "global_days",
        "bilateral",
        "release",
        pl.when(has_modifier("51")).then(pl.lit("51")).otherwise(pl.lit("50")).alias("modifier"),
    ),
    message="{procedure_code} is an add-on code (global days {global_days}) and never takes modifier {modifier}.",
    suggestion="Remove modifier {modifier}.",
    fix="proposed",
    examples=(
        fails("51 on a further lesion", medicare(diagnoses=["L57.0"], lines=["17000", "17003-51 x2"]), line_number=2),
        passes("a further nerve root on both sides, which is paid by side", medicare(diagnoses=["M54.16"], lines=["64483-50", "64484-50"])),
        passes("no modifier", medicare(lines=["17003"])),
        fails("more dead tissue, on both sides", medicare(lines=["11042", "11045-50"]), line_number=2, says="50"),
        passes("a further lesion without a modifier, 51 on the first", medicare(lines=["11042-51", "11045"])),
        passes("the hospital's line", institutional(lines=["11042", "11045-51"])),
        passes("more dead tissue on the right side", medicare(lines=["11042", "11045-RT"])),
        passes("a code outside the tables, without such a modifier", medicare(lines=["31575"])),
        unchecked("a code outside the tables loaded", medicare(lines=["31575-51"])),
    ),
)
def add_on_with_51_or_50() -> pl.Expr:
    """An add-on code (global days ZZZ) with modifier 51, or with 50 where it is not paid by side.

    The reduction for a further procedure is in an add-on code's value already.

    What to do: take the modifier off.
    """
    is_add_on = pl.col("global_days") == "ZZZ"
    not_by_side = has_modifier("50") & ~pl.col("bilateral").is_in([1, 3])
    return _ASKED & is_add_on & (has_modifier("51") | not_by_side)
