"""INS144: a drug that is paid apart, without any service that is paid."""

from __future__ import annotations

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.opps import IS_13X, NEEDS, WHEN, edit_source, having, shown, status_lines
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_TABLES = {"opps": [{"code": "J9271", "status": "K"}, {"code": "96413", "status": "S"}, {"code": "83036", "status": "A"}]}
_DRUG = {"revenue_center_code": "0636", "procedure_code": "J9271", "units": 200}
_PAYABLE = ("J1", "J2", "P", "Q1", "Q2", "Q3", "S", "T", "V")


@query_edit(
    code="INS144",
    name="drug-without-payable-service",
    disposition=Disposition.WARN,
    carc="16",
    rarc="N362",
    needs=NEEDS,
    scope="claim",
    payers=("medicare",),
    others="off",
    source=edit_source(99),
    column="lines.procedure_code",
    message="Drug {procedure_code} (status {status}) is on a claim without any procedure or visit that is paid.",
    suggestion="Add the service by which it was given, such as the infusion.",
    fix="proposed",
    when=WHEN,
    examples=(
        fails("a drug alone", institutional(lines=[_DRUG]), line_number=1, says="J9271", tables=_TABLES),
        fails("with a laboratory test", institutional(lines=[_DRUG, "83036"]), line_number=1, tables=_TABLES),
        passes("with its infusion", institutional(lines=[_DRUG, {"revenue_center_code": "0335", "procedure_code": "96413"}]), tables=_TABLES),
        passes("a code that addendum B doesn't have", institutional(lines=[_DRUG, "99499"]), tables=_TABLES),
        unchecked("without addendum B", institutional(lines=[_DRUG])),
    ),
)
def drug_without_payable_service(claims: Claims, reference: Reference) -> Rows:
    """A drug or biological that is paid apart (status indicator G, K or K1), on an outpatient bill without any service that outpatient payment pays.

    The outpatient editor returns such a claim, apart from a list of drugs that addendum B doesn't show, such as clotting factors. So this is a warning.

    What to do: look for the missing service.
    """
    lines = status_lines(claims, reference).filter(IS_13X)
    is_open = pl.col("procedure_code").is_not_null() & pl.col("status").is_null()
    paid = lines.filter(pl.col("status").is_in(_PAYABLE) | is_open).select("claim_key").unique()
    return shown(having(lines, "G", "K", "K1").join(paid, on="claim_key", how="anti"), pl.lit(99).alias("ioce_edit"))
