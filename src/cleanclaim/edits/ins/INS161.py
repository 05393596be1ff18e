"""INS161: an inpatient procedure code on the wrong bill or day."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)
_BILL: Final = pl.col("bill_type_code").str.strip_chars_start("0")
_OUTPATIENT: Final = _BILL.str.contains(r"^(13|14|22|23|32|34|7.|8[1-5])").fill_null(value=False)
_STAY: dict[str, Any] = {"bill_type_code": "111", "from_date": "2026-05-10", "to_date": "2026-05-13", "admission_date": "2026-05-10"}


def _done(day: str) -> list[dict[str, str]]:
    return [{"kind": "procedure", "code_qualifier": "BBR", "code": "0FT44ZZ", "from_date": day}]


@query_edit(
    code="INS161",
    name="inpatient-procedure-out-of-place",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M51",
    scope="claim",
    source=(
        Source("45 CFR 162.1002", "ICD-10-PCS is for procedures of hospital inpatients", "HHS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 25, section 75.6, FL 74; chapter 3, section 40.3 (three days before admission)", "CMS", _READ),
    ),
    column="claim_codes.code",
    message="The procedure code {procedure_code} {what}.",
    suggestion="{advice}",
    fix="proposed",
    when={"claims": IS_INSTITUTIONAL},
    examples=(
        fails("an outpatient's operation", institutional(claim_codes=_done("2026-05-12")), says="inpatients", disposition=Disposition.WARN),
        passes("an inpatient's", institutional(**_STAY, claim_codes=_done("2026-05-11"))),
        fails("after the discharge", institutional(**_STAY, claim_codes=_done("2026-05-14")), says="2026-05-14"),
        passes("three days before the admission", institutional(**_STAY, claim_codes=_done("2026-05-07"))),
        fails("four days before", institutional(**_STAY, claim_codes=_done("2026-05-06")), says="2026-05-06"),
        fails("no day", institutional(**_STAY, claim_codes=[{"kind": "procedure", "code_qualifier": "BBR", "code": "0FT44ZZ"}]), says="no date"),
        fails(
            "another procedure without a principal one",
            institutional(**_STAY, claim_codes=[{**_done("2026-05-11")[0], "code_qualifier": "BBQ"}]),
            says="principal",
        ),
        passes("no procedure", institutional()),
    ),
)
def inpatient_procedure_out_of_place(claims: Claims, reference: Reference) -> Rows:
    """A procedure code of inpatient care (ICD-10-PCS) on an outpatient bill, without its date or a principal procedure, or on a day that isn't in the stay or the three days before it.

    Some payers take them on outpatient bills, so that is a warning.

    What to do: use CPT or HCPCS codes on outpatient bills; correct the day.
    """
    del reference
    is_icd = pl.col("code_qualifier").is_in(["BBR", "BBQ", "BR", "BQ"]).fill_null(value=False)
    done = claims.claim_codes.filter((pl.col("kind") == "procedure") & is_icd).select(
        "claim_key", "ordinal", "code_qualifier", pl.col("code").alias("procedure_code"), pl.col("from_date").alias("_done")
    )
    bills = claims.claims.filter(IS_INSTITUTIONAL).select(
        "claim_key", "is_inpatient", "to_date", _OUTPATIENT.alias("_outpatient"), pl.min_horizontal("from_date", "admission_date").alias("_first")
    )
    rows = done.join(bills, on="claim_key").sort("claim_key", "ordinal")
    outside = (pl.col("_done") > pl.col("to_date")) | (pl.col("_done") < pl.col("_first") - pl.duration(days=3))
    outpatient = rows.filter("_outpatient").unique("claim_key", keep="first", maintain_order=True)
    inside = rows.filter(pl.col("is_inpatient"))
    led = inside.filter(pl.col("code_qualifier").is_in(["BBR", "BR"])).select("claim_key")
    alone = inside.join(led, on="claim_key", how="anti").unique("claim_key", keep="first", maintain_order=True)
    hard = pl.lit(None, pl.String).alias("disposition")
    undated = inside.filter(pl.col("_done").is_null())
    advice = pl.lit("Add the day from the record.").alias("advice")
    lead = pl.lit("Send the principal procedure with qualifier BBR.").alias("advice")
    return pl.concat(
        [
            undated.select("claim_key", "procedure_code", pl.lit("has no date").alias("what"), advice, hard),
            alone.select("claim_key", "procedure_code", pl.lit("is another procedure, but no principal procedure is on the claim").alias("what"), lead, hard),
            outpatient.select(
                "claim_key",
                "procedure_code",
                pl.lit("is for inpatients, but the bill is an outpatient's").alias("what"),
                pl.lit("Bill the procedure by its CPT or HCPCS code.").alias("advice"),
                pl.lit("warn").alias("disposition"),
            ),
            rows.filter(pl.col("is_inpatient") & outside).select(
                "claim_key",
                "procedure_code",
                pl.concat_str(pl.lit("is dated "), pl.col("_done").cast(pl.String), pl.lit(", which isn't in the stay or the three days before")).alias("what"),
                pl.lit("Correct the day of the procedure, or the statement's dates.").alias("advice"),
                pl.lit(None, pl.String).alias("disposition"),
            ),
        ]
    )
