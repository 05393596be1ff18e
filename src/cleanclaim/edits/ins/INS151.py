"""INS151: an outpatient service in the payment window before a stay in the same hospital."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.looking_back import beyond_history
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, IS_MEDICARE
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)
_BILL = pl.col("bill_type_code").str.strip_chars_start("0")
_ASKS = IS_INSTITUTIONAL & IS_MEDICARE & pl.col("stands")
_IS_STAY = _ASKS & _BILL.str.contains(r"^11[1-47]$").fill_null(value=False)
_IS_OUTPATIENT = _ASKS & _BILL.str.contains(r"^13[1-47]$").fill_null(value=False)
_DIAGNOSTIC = r"^(025[45]|03[0-2][0-9]|0341|0343|035[0-9]|037[12]|040[0-9]|046[0-9]|0471|048[1239]|053[0-9]|06[12][0-9]|07[34][0-9]|092[0-9])$"
"""Revenue codes of diagnostic services (chapter 3, section 40.3, B)."""
_APART = r"^(054[0-9]|08[2-5][0-9]|09[678][0-9])$"
"""Ambulance, maintenance dialysis and doctors' services aren't in the window."""
_ONE_DAY = ("282E00000X", "283Q00000X", "283X00000X", "282NC2000X")
"""Taxonomies of hospitals outside inpatient prospective payment, for which the window is one day."""
_STAY = {"claim_id": "STAY", "bill_type_code": "111", "admission_date": "2026-05-14", "from_date": "2026-05-14", "to_date": "2026-05-18"}
_VISIT = {"claim_id": "VISIT", "from_date": "2026-05-12", "to_date": "2026-05-12"}
_XRAY = {"revenue_center_code": "0320", "procedure_code": "71046"}


def _days() -> pl.Expr:
    exempt = pl.col("billing_taxonomy_code").is_in(_ONE_DAY).fill_null(value=False)
    return pl.when(exempt).then(1).otherwise(3).alias("_days")


def _stays(claims: Claims) -> pl.DataFrame:
    return claims.claims.filter(_IS_STAY, pl.col("patient_key").is_not_null(), pl.col("admission_date").is_not_null()).select(
        "patient_key", "billing_npi", "admission_date", _days(), pl.col("claim_id").alias("stay"), pl.col("claim_key").alias("_stay_key"), "is_history"
    )


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    del reference
    asked = _stays(claims).filter(~pl.col("is_history").fill_null(value=False)).select(pl.col("_stay_key").alias("claim_key"), "admission_date")
    first = pl.col("admission_date") - pl.duration(days=3)
    return beyond_history(claims, asked, first=first, period="the 3 days before admission", purpose="to tell what the stay includes", on="admission_date")


@query_edit(
    code="INS151",
    name="outpatient-service-in-payment-window",
    disposition=Disposition.WARN,
    carc="97",
    rarc="M2",
    payers=("medicare",),
    others="off",
    scope="patient",
    source=Source(
        "Medicare Claims Processing Manual", "chapter 3, section 40.3 (outpatient services treated as inpatient services; 42 CFR 412.2(c)(5))", "CMS", _READ
    ),
    column="lines.from_date",
    message="{what} is within {days} of the admission on {admission_date} to the same hospital (claim {stay}), so it belongs on the stay's claim.",
    suggestion="Move the service to the stay. If it isn't diagnostic and has nothing to do with the stay, bill it with condition code 51.",
    fix="proposed",
    when={"claims": _IS_STAY},
    unchecked=_unchecked,
    supply="--history with the patients' claims of the 3 days before",
    examples=(
        fails("an x-ray two days before", institutional(**_VISIT, lines=[_XRAY]), institutional(**_STAY), on_claim=0, line_number=1, says="3 days"),
        passes("four days before", institutional(**{**_VISIT, "from_date": "2026-05-10", "to_date": "2026-05-10"}, lines=[_XRAY]), institutional(**_STAY)),
        fails(
            "a visit on the day of admission",
            institutional(**{**_VISIT, "from_date": "2026-05-14", "to_date": "2026-05-14"}),
            institutional(**_STAY),
            on_claim=0,
            line_number=1,
        ),
        passes("an unrelated visit two days before", institutional(**_VISIT, claim_codes=[{"kind": "condition", "code": "51"}]), institutional(**_STAY)),
        fails(
            "a diagnostic service is never unrelated",
            institutional(**_VISIT, claim_codes=[{"kind": "condition", "code": "51"}], lines=[_XRAY]),
            institutional(**_STAY),
            on_claim=0,
            line_number=1,
        ),
        passes("in another hospital", institutional(**_VISIT, lines=[_XRAY]), institutional(**_STAY, billing_npi="1245319599")),
        passes("dialysis", institutional(**_VISIT, lines=[{"revenue_center_code": "0821", "procedure_code": "90999"}]), institutional(**_STAY)),
        passes("two days before a psychiatric stay", institutional(**_VISIT, lines=[_XRAY]), institutional(**_STAY, billing_taxonomy_code="283Q00000X")),
        fails("an x-ray that was sent before", institutional(**_VISIT, is_history=True, lines=[_XRAY]), institutional(**_STAY), says="VISIT"),
        passes("a stay alone", institutional(**_STAY)),
        passes(
            "another payer",
            institutional(**_VISIT, payer_class="commercial", claim_filing_code="CI", lines=[_XRAY]),
            institutional(**_STAY, payer_class="commercial", claim_filing_code="CI"),
        ),
        unchecked("no earlier claims are loaded", institutional(**_STAY), history=("2026-05-13", "2026-05-20")),
    ),
)
def outpatient_service_in_payment_window(claims: Claims, reference: Reference) -> Rows:
    """A hospital's outpatient service on the day of admission to the same hospital or in the three days before (one day for hospitals outside inpatient payment).

    Diagnostic services, and all others unless they are clinically unrelated to the stay (condition code 51), are part of it. On the day of admission all are.
    Ambulance and maintenance dialysis are left out. Hospitals that the same owner wholly operates count too, which a claim doesn't show. A warning: whether a
    service is related only the record can say.

    What to do: move the service to the stay's claim.
    """
    del reference
    apart = claims.claim_codes.filter((pl.col("kind") == "condition") & (pl.col("code") == "51")).select("claim_key", pl.lit(value=True).alias("_unrelated"))
    lines = claims.lines.filter(_IS_OUTPATIENT, ~pl.col("revenue_center_code").str.contains(_APART).fill_null(value=False)).join(
        apart.unique(), on="claim_key", how="left"
    )
    stays = _stays(claims).rename({"is_history": "_stay_sent"})
    before = (pl.col("admission_date") - pl.col("from_date")).dt.total_days()
    diagnostic = pl.col("revenue_center_code").str.contains(_DIAGNOSTIC).fill_null(value=False)
    unrelated = pl.col("_unrelated").fill_null(value=False) & ~diagnostic & (before > 0)
    met = lines.join(stays, on=["patient_key", "billing_npi"]).filter(before.is_between(0, pl.col("_days")), ~unrelated)
    days = pl.when(pl.col("_days") == 1).then(pl.lit("1 day")).otherwise(pl.lit("3 days")).alias("days")
    sent = pl.col("is_history").fill_null(value=False)
    code = pl.coalesce("procedure_code", "revenue_center_code")
    shown = ("admission_date", "stay", days)
    on_line = met.filter(~sent).sort("claim_key", "line_number", "_stay_key").unique(["claim_key", "line_number"], keep="first", maintain_order=True)
    on_stay = (
        met.filter(sent, ~pl.col("_stay_sent").fill_null(value=False)).sort("_stay_key", "claim_id").unique("_stay_key", keep="first", maintain_order=True)
    )
    return pl.concat(
        [
            on_line.select("claim_key", "line_number", code.alias("what"), *shown),
            on_stay.select(
                pl.col("_stay_key").alias("claim_key"),
                pl.lit(None, pl.Int64).alias("line_number"),
                pl.concat_str(code, pl.lit(" on outpatient claim "), pl.col("claim_id").fill_null("without number")).alias("what"),
                *shown,
            ),
        ]
    )
