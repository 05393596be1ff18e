"""INS142: an outpatient bill with packaged services only."""

from __future__ import annotations

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.opps import IS_13X, NEEDS, WHEN, edit_source, status_lines
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_TABLES = {"opps": [{"code": "J1885", "status": "N"}, {"code": "G0463", "status": "V"}]}
_DRUG = {"revenue_center_code": "0636", "procedure_code": "J1885"}
_SUPPLIES = {"revenue_center_code": "0270", "procedure_code": None}


@query_edit(
    code="INS142",
    name="only-packaged-services",
    disposition=Disposition.DENY_CLAIM,
    carc="97",
    rarc="M15",
    needs=NEEDS,
    scope="claim",
    payers=("medicare",),
    others="off",
    source=edit_source(27),
    column="claims.bill_type_code",
    message="Every service on the claim is packaged (status N), so Medicare pays nothing.",
    suggestion="Add the procedure or visit that they belong to, or bill them together with it.",
    fix="proposed",
    when=WHEN,
    examples=(
        fails("a packaged drug alone", institutional(lines=[_DRUG]), says="packaged", tables=_TABLES),
        fails("with supplies without a code", institutional(lines=[_DRUG, _SUPPLIES]), disposition=Disposition.WARN, tables=_TABLES),
        passes("with its visit", institutional(lines=["G0463", _DRUG]), tables=_TABLES),
        passes("supplies alone", institutional(lines=[_SUPPLIES]), tables=_TABLES),
        passes("a code that addendum B doesn't have", institutional(lines=[_DRUG, "99499"]), tables=_TABLES),
        unchecked("without addendum B", institutional(lines=[_DRUG])),
    ),
)
def only_packaged_services(claims: Claims, reference: Reference) -> Rows:
    """A hospital's outpatient bill on which every procedure code is packaged (status indicator N in addendum B): there is nothing to pay.

    With lines that have a revenue code only it is a warning, since some of these are paid apart.

    What to do: look for the service that these belong to.
    """
    lines = status_lines(claims, reference).filter(IS_13X)
    has_code = pl.col("procedure_code").is_not_null()
    of_claim = lines.group_by("claim_key", maintain_order=True).agg(
        (pl.col("status").eq_missing("N") | ~has_code).all().alias("_packaged"),
        has_code.any().alias("_coded"),
        (~has_code).any().alias("_uncoded"),
        pl.col("release").drop_nulls().first().alias("release"),
    )
    found = of_claim.filter("_packaged", "_coded")
    milder = pl.when("_uncoded").then(pl.lit(Disposition.WARN.value)).alias("disposition")
    return found.select("claim_key", milder, "release", pl.lit(27).alias("ioce_edit"))
