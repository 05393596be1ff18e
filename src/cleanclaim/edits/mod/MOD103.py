"""MOD103: modifiers that contradict each other."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import SEVERAL_MODIFIERS, SIDE_OF_MODIFIER, in_force
from cleanclaim.reference import Reference

_SHOWN = ("claim_key", "line_number", "procedure_code", "modifier", "other", "reason")
_AS_THE_EDIT = pl.lit(None, pl.String).alias("disposition")


@query_edit(
    code="MOD103",
    name="modifiers-contradict",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N519",
    scope="claim",
    source=Source("NCCI Policy Manual", "chapter I, section E; Medicare Claims Processing Manual, chapter 12", "CMS", date(2026, 11, 23)),
    column="lines.modifier_1",
    message="Modifiers {modifier} and {other}: {reason}.",
    suggestion="Keep the one that the record supports.",
    when={"lines": SEVERAL_MODIFIERS},
    examples=(
        fails("left and right on one line", professional(lines=["20610-LT-RT"]), line_number=1, says="LT and RT"),
        fails("both components", professional(lines=["71046-26-TC"]), line_number=1),
        fails("one twice", professional(lines=[{"modifier_1": "25", "modifier_2": "25"}]), line_number=1, says="twice"),
        fails("a toe of each foot", professional(lines=["11730-TA-T5"]), line_number=1, says="both sides"),
        fails("the left side and a toe of the right", professional(lines=["11730-LT-T5"]), line_number=1, says="both sides"),
        fails("two toes of one foot", professional(lines=["11730-TA-T1"]), line_number=1, says="two digits", disposition=Disposition.WARN),
        fails("two lids of one eye", professional(lines=["67904-E1-E2"]), line_number=1, disposition=Disposition.WARN),
        fails("a physician and a physician assistant", professional(lines=["47600-80-AS"]), line_number=1, says="80 and AS"),
        passes("the right side and a toe of it", professional(lines=["11730-RT-T5"])),
        passes("modifiers that go together", professional(lines=["20610-59-RT"])),
        fails("left and right on one line, left on the next", professional(lines=["20610-LT-RT", "20610-LT"]), line_number=1, says="RT"),
        fails(
            "one twice, a second line with two that go together", professional(lines=["99213-25-25", "99214-25-GT"]), line_number=1, says="same modifier twice"
        ),
        fails("one three times", professional(lines=["99213-25-25-25"]), line_number=1, says="same modifier twice"),
        passes("two of a kind on two lines", professional(lines=["99213-25-GT", "99214-25-GT"])),
        passes("a visit that decided on surgery, within another's global period", professional(lines=[{"modifier_1": "24", "modifier_2": "57"}])),
    ),
)
def modifiers_contradict(claims: Claims, reference: Reference) -> Rows:
    """Two modifiers on a line that cannot both be true, or one modifier twice.

    A line says one side, one component, one assistant. What contradicts itself is denied.

    What to do: keep the right one; bill two lines where there were two services.
    """
    pairs = reference.table("modifier_conflicts").lazy().select(pl.col("code").alias("modifier"), "other", "reason", "valid_from", "valid_to")
    one = claims.line_modifiers.lazy().select("claim_key", "line_number", "modifier_number", "modifier", "from_date", "procedure_code")
    two = one.select("claim_key", "line_number", pl.col("modifier").alias("other"), pl.col("modifier_number").alias("_other_number"))
    both = one.join(two, on=["claim_key", "line_number"]).filter(pl.col("modifier_number") != pl.col("_other_number"))
    contradict = both.join(pairs, on=["modifier", "other"]).filter(in_force("from_date")).select(*_SHOWN, _AS_THE_EDIT)
    same = (pl.col("modifier") == pl.col("other")) & (pl.col("modifier_number") < pl.col("_other_number"))
    twice = both.filter(same).with_columns(pl.lit("the same modifier twice").alias("reason")).select(*_SHOWN, _AS_THE_EDIT).unique()
    return pl.concat([contradict, twice, _two_places(both)])


def _two_places(both: pl.LazyFrame) -> pl.LazyFrame:
    """Lines that name two digits or lids, or a side and a digit of the other one."""
    sides = [pl.col(name).replace_strict(SIDE_OF_MODIFIER, default=None, return_dtype=pl.String) for name in ("modifier", "other")]
    of_body = [pl.col(name).is_in(["LT", "RT"]) for name in ("modifier", "other")]
    differ = sides[0] != sides[1]
    is_fault = (differ & ~(of_body[0] & of_body[1])) | (sides[0].is_not_null() & sides[1].is_not_null() & ~of_body[0] & ~of_body[1])
    return (
        both.filter(pl.col("modifier_number") < pl.col("_other_number"), pl.col("modifier") != pl.col("other"), is_fault)
        .unique(["claim_key", "line_number"], keep="first", maintain_order=True)
        .with_columns(
            pl.when(differ)
            .then(pl.lit("both sides on one line: bill a line for each"))
            .otherwise(pl.lit("two digits or lids on one line: bill a line for each, unless the code is for several"))
            .alias("reason"),
            pl.when(~differ).then(pl.lit("warn")).alias("disposition"),
        )
        .select(*_SHOWN, "disposition")
    )
