"""INS162: two inpatient stays that overlap, or a readmission on the day of discharge."""

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
_IS_STAY: Final = IS_INSTITUTIONAL & pl.col("stands") & _BILL.str.contains(r"^11[1-47]").fill_null(value=False)


def _stay(number: str, first: str, last: str, **more: Any) -> dict[str, Any]:
    fields = {"claim_id": number, "bill_type_code": "111", "admission_date": first, "from_date": first, "to_date": last, "submitted_date": "2026-06-30"}
    return institutional(**{**fields, "as_of": "2026-06-30", **more})


_FIRST = _stay("A", "2026-05-04", "2026-05-09")


@query_edit(
    code="INS162",
    name="stays-overlap",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA30",
    scope="patient",
    source=(
        Source("Medicare Claims Processing Manual", "chapter 3, section 40.2.5 (repeat admissions; condition code B4)", "CMS", _READ),
        Source(
            "Medicare Claims Processing Manual",
            "chapter 3, section 40.2.4 (transfers between hospitals); chapter 1, section 150 (overlapping bills)",
            "CMS",
            _READ,
        ),
    ),
    column="claims.from_date",
    message="The stay from {from_date} {what} (claim {other}).",
    suggestion="{advice}",
    fix="proposed",
    when={"claims": _IS_STAY},
    examples=(
        fails("two stays at the same time", _FIRST, _stay("B", "2026-05-07", "2026-05-12"), on_claim=1, says="overlaps"),
        passes("transferred on the day of discharge", _FIRST, _stay("B", "2026-05-09", "2026-05-12", billing_npi="1245319599")),
        fails("back on the day of discharge", _FIRST, _stay("B", "2026-05-09", "2026-05-12"), on_claim=1, says="B4", disposition=Disposition.WARN),
        passes("back for something else", _FIRST, _stay("B", "2026-05-09", "2026-05-12", claim_codes=[{"kind": "condition", "code": "B4"}])),
        passes("back after a week", _FIRST, _stay("B", "2026-05-16", "2026-05-18")),
        passes(
            "interim bills",
            _stay("A", "2026-05-04", "2026-05-09", bill_type_code="112", discharge_disposition_code="30"),
            _stay("B", "2026-05-10", "2026-05-12", bill_type_code="113", admission_date="2026-05-04", discharge_disposition_code="30"),
        ),
        passes("a unit of its own in the hospital", _FIRST, _stay("B", "2026-05-09", "2026-05-20", billing_taxonomy_code="273R00000X")),
        fails("the same stay twice", {**_FIRST, "is_history": True}, _stay("B", "2026-05-04", "2026-05-09"), says="already"),
        fails("a stay that was sent before", {**_FIRST, "is_history": True}, _stay("B", "2026-05-07", "2026-05-12"), says="claim A"),
    ),
)
def stays_overlap(claims: Claims, reference: Reference) -> Rows:
    """A patient's inpatient stay that was billed already, overlaps another one, or begins in the same hospital on the day on which another ended.

    Nobody is an inpatient twice. A readmission on the day of discharge belongs to the first stay if it has to do with it; otherwise condition code B4 says so.
    That is a warning, and asked of the same kind of unit and of Medicare's way of billing only.

    What to do: correct the dates, or send one claim for both.
    """
    del reference
    stays = claims.claims.filter(_IS_STAY, pl.col("patient_key").is_not_null(), pl.col("from_date").is_not_null(), pl.col("to_date").is_not_null()).select(
        "claim_key",
        "claim_id",
        "patient_key",
        "from_date",
        "to_date",
        "admission_date",
        "billing_npi",
        "billing_taxonomy_code",
        "rules_of",
        "claim_frequency_code",
        pl.col("is_history").fill_null(value=False),
        pl.max_horizontal("from_date", "admission_date").alias("_in"),
    )
    unrelated = claims.claim_codes.filter((pl.col("kind") == "condition") & (pl.col("code") == "B4"))["claim_key"].unique().implode()
    earlier = stays.select("patient_key", *(pl.col(name).alias(f"_{name}") for name in stays.columns if name != "patient_key"))
    pairs = stays.join(earlier, on="patient_key").filter(pl.col("claim_key") != pl.col("_claim_key"), ~pl.col("is_history"))
    same_place = pl.col("billing_npi") == pl.col("_billing_npi")
    later = (pl.col("_in") > pl.col("__in")) | (pl.col("_in") == pl.col("__in")) & (pl.col("claim_key") > pl.col("_claim_key"))
    same_stay = same_place & (pl.col("admission_date") == pl.col("_admission_date"))
    overlaps = (later | pl.col("_is_history")) & (pl.col("_in") < pl.col("_to_date")) & (pl.col("__in") < pl.col("to_date")) & ~same_stay
    same_unit = pl.col("billing_taxonomy_code").eq_missing(pl.col("_billing_taxonomy_code"))
    back = same_place & same_unit & (pl.col("rules_of") == "medicare") & (pl.col("_in") == pl.col("_to_date")) & (pl.col("__in") < pl.col("_to_date"))
    dates = (pl.col("from_date") == pl.col("_from_date")) & (pl.col("to_date") == pl.col("_to_date"))
    twice = same_stay & dates & (pl.col("claim_frequency_code") == "1") & (pl.col("_claim_frequency_code") == "1") & (later | pl.col("_is_history"))
    other = pl.col("_claim_id").fill_null("without number").alias("other")
    found = pl.concat(
        [
            pairs.filter(overlaps).select(
                "claim_key",
                "from_date",
                pl.concat_str(pl.lit("overlaps the stay from "), pl.col("__in").cast(pl.String), pl.lit(" to "), pl.col("_to_date").cast(pl.String)).alias(
                    "what"
                ),
                other,
                pl.lit("Correct the dates of the stay, or find out where the patient was.").alias("advice"),
                pl.lit(None, pl.String).alias("disposition"),
            ),
            pairs.filter(twice).select(
                "claim_key",
                "from_date",
                pl.concat_str(pl.lit("to "), pl.col("to_date").cast(pl.String), pl.lit(" was billed already")).alias("what"),
                other,
                pl.lit("Don't send it again; send a correction as a replacement (frequency 7).").alias("advice"),
                pl.lit(None, pl.String).alias("disposition"),
            ),
            pairs.filter(back, ~pl.col("claim_key").is_in(unrelated)).select(
                "claim_key",
                "from_date",
                pl.lit("begins on the day on which a stay in the same hospital ended, and has no condition code B4").alias("what"),
                other,
                pl.lit("Send one claim for both stays if they have to do with each other; otherwise add condition code B4.").alias("advice"),
                pl.lit("warn").alias("disposition"),
            ),
        ]
    )
    return found.sort("claim_key", "other").unique("claim_key", keep="first", maintain_order=True)
