"""INS147: blood with a revenue code that doesn't fit, or without its processing."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.ins.opps import ON_OPPS, OUTPATIENT
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import has_modifier
from cleanclaim.reference import Reference

_PRODUCT = r"^(P90(1[0-2679]|2[0-7]|3[0-9]|40|4[348]|5[1-9]|60|7[0-3]|99)|C9507)$"
_RED_CELLS = ("P9016", "P9021", "P9022", "P9027", "P9038", "P9039", "P9040", "P9051", "P9054", "P9057", "P9058")
_WHOLE_BLOOD = ("P9010", "P9051", "P9054", "P9056")
_REVENUE = pl.col("revenue_center_code")
_IS_PRODUCT = ON_OPPS & pl.col("procedure_code").str.contains(_PRODUCT).fill_null(value=False)
_IS_SORT = OUTPATIENT & _REVENUE.is_in(["0381", "0382"]).fill_null(value=False) & pl.col("procedure_code").is_not_null()
_DAY = ["claim_key", "from_date", "procedure_code"]


def _blood(revenue: str, code: str = "P9016", modifier: str | None = None, units: int = 1) -> dict[str, object]:
    return {"revenue_center_code": revenue, "procedure_code": code, "modifier_1": modifier, "units": units}


@query_edit(
    code="INS147",
    name="blood-billed-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M50",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=(
        Source("Integrated Outpatient Code Editor, specifications", "edits 73 and 79", "CMS", date(2026, 11, 28)),
        Source("Medicare Claims Processing Manual", "chapter 4, sections 231.1 to 231.3 (blood products, modifier BL)", "CMS", date(2026, 11, 28)),
    ),
    column="lines.revenue_center_code",
    message="{procedure_code} with revenue code {revenue_center_code}: {what}.",
    suggestion="If the blood cost something, bill it on a line with 038x and on one with 039x, both with BL and the same units; otherwise on one line with 039x.",
    fix="proposed",
    when={"lines": _IS_PRODUCT | _IS_SORT},
    examples=(
        passes("processing of blood that cost nothing", institutional(lines=[_blood("0390")])),
        passes("bought blood and its processing", institutional(lines=[_blood("0381", modifier="BL"), _blood("0390", modifier="BL")])),
        fails("another revenue code", institutional(lines=[_blood("0250")]), line_number=1, says="038x or 039x"),
        fails("bought blood alone", institutional(lines=[_blood("0381", modifier="BL")]), line_number=1, says="no line with 039x"),
        fails("BL without the bought blood", institutional(lines=[_blood("0390", modifier="BL")]), line_number=1, says="no line with 038x"),
        fails("one line without BL", institutional(lines=[_blood("0381"), _blood("0390", modifier="BL")]), line_number=1, also_on=(2,), says="BL"),
        fails(
            "other units",
            institutional(lines=[_blood("0381", modifier="BL", units=2), _blood("0390", modifier="BL")]),
            line_number=1,
            also_on=(2,),
            says="units",
        ),
        fails(
            "platelets as red cells",
            institutional(lines=[_blood("0381", "P9035", "BL"), _blood("0390", "P9035", "BL")]),
            line_number=1,
            says="isn't packed red cells",
        ),
        fails(
            "red cells as whole blood",
            institutional(lines=[_blood("0382", "P9016", "BL"), _blood("0390", "P9016", "BL")]),
            line_number=1,
            says="isn't whole blood",
        ),
        passes("albumin is a drug", institutional(lines=[_blood("0636", "P9045")])),
        passes("in a critical access hospital", institutional(bill_type_code="851", lines=[_blood("0250")])),
        fails("platelets as red cells there", institutional(bill_type_code="851", lines=[_blood("0381", "P9035")]), line_number=1),
        passes("no blood", institutional()),
    ),
)
def blood_billed_wrong(claims: Claims, reference: Reference) -> Rows:
    """A blood product on a hospital's outpatient bill whose revenue codes, modifier BL or units don't go together.

    Blood that the hospital paid for is on two lines of the same day and code: 038x for the blood and 039x for its processing, both with BL and the same units.
    Blood that cost nothing has one line with 039x and no BL. 0381 is for packed red cells, 0382 for whole blood.

    What to do: correct the pair of lines.
    """
    del reference
    lines = claims.lines.filter(_IS_PRODUCT | _IS_SORT)
    bought, processed, bl = _REVENUE.str.starts_with("038"), _REVENUE.str.starts_with("039"), has_modifier("BL")
    bl_units = pl.when(bl).then(pl.col("units")).otherwise(0)
    known = lines.filter(_IS_PRODUCT).with_columns(
        bought.any().over(_DAY).alias("_bought"),
        processed.any().over(_DAY).alias("_processed"),
        (bought & ~bl).any().over(_DAY).alias("_bought_plain"),
        (processed & ~bl).any().over(_DAY).alias("_processed_plain"),
        pl.when(bought).then(bl_units).otherwise(0).sum().over(_DAY).alias("_bought_units"),
        pl.when(processed).then(bl_units).otherwise(0).sum().over(_DAY).alias("_processed_units"),
    )
    both = pl.col("_bought") & pl.col("_processed")
    what = (
        pl.when(~(bought | processed))
        .then(pl.lit("a blood product has revenue code 038x or 039x"))
        .when(bought & ~pl.col("_processed"))
        .then(pl.lit("no line with 039x has its processing"))
        .when(processed & bl & ~pl.col("_bought"))
        .then(pl.lit("it has modifier BL, but no line with 038x has the blood"))
        .when(both & (pl.col("_bought_plain") | pl.col("_processed_plain")))
        .then(pl.lit("the lines with 038x and 039x don't both have modifier BL"))
        .when(both & (pl.col("_bought_units") != pl.col("_processed_units")))
        .then(pl.lit("the lines with 038x and 039x have different units"))
        .alias("what")
    )
    other = (
        pl.when((_REVENUE == "0381") & ~pl.col("procedure_code").is_in(_RED_CELLS))
        .then(pl.lit("the code isn't packed red cells"))
        .when((_REVENUE == "0382") & ~pl.col("procedure_code").is_in(_WHOLE_BLOOD))
        .then(pl.lit("the code isn't whole blood"))
        .alias("what")
    )
    parts = [known.with_columns(what, pl.lit(73).alias("ioce_edit")), lines.filter(_IS_SORT).with_columns(other, pl.lit(79).alias("ioce_edit"))]
    shown = ("claim_key", "line_number", "procedure_code", "revenue_center_code", "what", "ioce_edit")
    return pl.concat([part.drop_nulls("what").select(shown) for part in parts])
