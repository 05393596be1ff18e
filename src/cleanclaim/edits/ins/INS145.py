"""INS145: a drug for a token charge."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.opps import IS_13X, NEEDS, WHEN, edit_source, having, shown, status_lines
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_TABLES = {"opps": [{"code": "27447", "status": "J1"}, {"code": "J9271", "status": "K"}, {"code": "J1885", "status": "N"}]}
_SINCE = date(2021, 7, 1)
_DRUG = {"revenue_center_code": "0636", "procedure_code": "J9271", "units": 200}


@query_edit(
    code="INS145",
    name="drug-for-token-charge",
    disposition=Disposition.INFO,
    carc="96",
    rarc="N130",
    needs=NEEDS,
    scope="claim",
    payers=("medicare",),
    others="off",
    source=edit_source(117),
    column="lines.charge_amount",
    message="Drug {procedure_code} (status {status}) has a token charge of {charge_amount:money}; Medicare rejects the line.",
    suggestion="This is right for a drug that cost nothing; its administration is paid. Otherwise correct the charge.",
    when=WHEN,
    examples=(
        fails("a drug for a dollar", institutional(lines=[{**_DRUG, "charge_amount": "1.00"}]), line_number=1, says="$1.00", tables=_TABLES),
        passes("a drug for a dollar and a cent", institutional(lines=[{**_DRUG, "charge_amount": "1.01"}]), tables=_TABLES),
        passes("before the edit", institutional(from_date="2021-06-30", to_date="2021-06-30", lines=[{**_DRUG, "charge_amount": "1.00"}]), tables=_TABLES),
        passes("with a comprehensive procedure", institutional(lines=[{**_DRUG, "charge_amount": "1.00"}, "27447-LT"]), tables=_TABLES),
        passes("a packaged drug", institutional(lines=[{**_DRUG, "procedure_code": "J1885", "charge_amount": "1.00"}]), tables=_TABLES),
        unchecked("without addendum B", institutional(lines=[{**_DRUG, "charge_amount": "1.00"}])),
    ),
)
def drug_for_token_charge(claims: Claims, reference: Reference) -> Rows:
    """A drug or biological that is paid apart (status indicator G, K or K1) for less than $1.01.

    Hospitals report a drug that cost them nothing with a token charge. Medicare rejects the line and pays its administration. With a
    comprehensive procedure (J1, perhaps Q2) drugs are packaged, but for those with pass-through status (G).

    What to do: check that the drug cost nothing.
    """
    lines = status_lines(claims, reference).filter(IS_13X)
    comprehensive = having(lines, "J1", "Q2")["claim_key"].implode()
    found = having(lines, "G", "K", "K1").filter(
        (pl.col("status") == "G") | ~pl.col("claim_key").is_in(comprehensive), pl.col("charge_amount") < 1.01, pl.col("from_date") >= _SINCE
    )
    return shown(found, "charge_amount", pl.lit(117).alias("ioce_edit"))
