"""HX104: a service that another provider's payment covers, by the claims of the patient."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, medicare
from cleanclaim.model.expressions import IS_INSTITUTIONAL, IS_MEDICARE, IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)
_MANUAL = "Medicare Claims Processing Manual"
_BILL: Final = pl.col("bill_type_code").str.strip_chars_start("0")
_ASKS: Final = IS_INSTITUTIONAL & IS_MEDICARE & pl.col("stands")
_IS_STAY: Final = _ASKS & _BILL.str.contains(r"^(11|21|32|8[12])[1-479]").fill_null(value=False)
_OUTPATIENT: Final = IS_INSTITUTIONAL & _BILL.str.contains(r"^(13|14|22|23|34|7[245]|85)[1-47]").fill_null(value=False)
_IS_THERAPY: Final = has_modifier("GP", "GO", "GN") | (IS_INSTITUTIONAL & pl.col("revenue_center_code").str.contains(r"^04[234]").fill_null(value=False))
_INSIDE: Final = pl.col("from_date").is_between(pl.col("_first"), pl.col("_last"), closed="none")
_NURSING: dict[str, Any] = {
    "claim_id": "STAY",
    "bill_type_code": "212",
    "admission_date": "2026-05-01",
    "from_date": "2026-05-01",
    "to_date": "2026-05-31",
    "discharge_disposition_code": "30",
}
_THERAPY: dict[str, Any] = {
    "claim_id": "VISIT",
    "lines": [{"revenue_center_code": "0420", "procedure_code": "97110", "modifier_1": "GP"}],
    "billing_npi": "1245319599",
}
_SAME: dict[str, Any] = {"claim_id": "VISIT", "member_id": "1EG4TE5MK73", "patient_birth_date": "1950-02-14", "billing_npi": "1245319599"}
_HOSPICE: dict[str, Any] = {**_NURSING, "bill_type_code": "812", "billing_taxonomy_code": "251G00000X"}


@query_edit(
    code="HX104",
    name="covered-by-another-payment",
    disposition=Disposition.WARN,
    carc="97",
    rarc="M2",
    payers=("medicare",),
    others="off",
    scope="patient",
    source=(
        Source(_MANUAL, "chapter 6, section 20.1 (therapy during a stay in a skilled nursing facility)", "CMS", _READ),
        Source(_MANUAL, "chapter 10, section 20.1.1 (therapy during home health)", "CMS", _READ),
        Source(_MANUAL, "chapter 3, section 10.4 (nonphysician services for inpatients)", "CMS", _READ),
        Source(_MANUAL, "chapter 11, sections 40 and 50 (services during a hospice election: condition code 07, modifiers GV and GW)", "CMS", _READ),
    ),
    column="lines.from_date",
    message="{what} on {from_date} is {why} from {first} to {last} (claim {stay}).",
    suggestion="{advice}",
    fix="proposed",
    when={"claims": _IS_STAY},
    examples=(
        fails(
            "therapy during a nursing facility's stay", institutional(**_NURSING), institutional(**_THERAPY), on_claim=1, line_number=1, says="nursing facility"
        ),
        fails("billed by a therapist", institutional(**_NURSING), medicare(**_SAME, lines=["97110-GP"]), on_claim=1, line_number=1),
        passes("after the stay", institutional(**{**_NURSING, "to_date": "2026-05-10"}), institutional(**_THERAPY)),
        passes("a doctor's visit during the stay", institutional(**_NURSING), medicare(**_SAME)),
        fails(
            "therapy during home health",
            institutional(**{**_NURSING, "bill_type_code": "329"}),
            institutional(**_THERAPY),
            on_claim=1,
            line_number=1,
            says="home health",
        ),
        fails(
            "another hospital's outpatient service",
            institutional(**{**_NURSING, "bill_type_code": "111"}),
            institutional(claim_id="VISIT", billing_npi="1245319599"),
            on_claim=1,
            line_number=1,
            says="inpatient",
        ),
        fails(
            "a visit to a clinic during hospice",
            institutional(**_HOSPICE),
            institutional(claim_id="VISIT", billing_npi="1245319599"),
            on_claim=1,
            line_number=1,
            says="GW",
        ),
        passes(
            "for something else",
            institutional(**_HOSPICE),
            institutional(claim_id="VISIT", billing_npi="1245319599", claim_codes=[{"kind": "condition", "code": "07"}]),
        ),
        fails("a doctor's visit during hospice", institutional(**_HOSPICE), medicare(**_SAME), on_claim=1, line_number=1, says="GV"),
        passes("by the attending doctor", institutional(**_HOSPICE), medicare(**_SAME, lines=["99213-GV"])),
        passes("a stay alone", institutional(**_NURSING)),
    ),
)
def covered_by_another_payment(claims: Claims, reference: Reference) -> Rows:
    """A service that Medicare pays within a stay, a period of home health or a hospice election of the same patient, billed apart.

    Therapy during a nursing facility's stay or home health belongs to its payment. So do a hospital's outpatient services to an inpatient of another hospital.
    During a hospice election, what has nothing to do with the terminal illness is marked: condition code 07, GW, or GV for the attending physician. Only the
    days between the first and the last are judged. A warning: exceptions and the reason of a service don't all show on claims.

    What to do: bill the facility that is paid, or mark the service.
    """
    del reference
    stays = claims.claims.filter(_IS_STAY, pl.col("patient_key").is_not_null()).select(
        "patient_key",
        pl.col("claim_key").alias("_stay_key"),
        pl.col("claim_id").fill_null("without number").alias("stay"),
        pl.max_horizontal("from_date", "admission_date").alias("_first"),
        pl.col("to_date").alias("_last"),
        _BILL.str.slice(0, 2).alias("_kind"),
        pl.col("billing_npi").alias("_npi"),
    )
    marked = claims.claim_codes.filter((pl.col("kind") == "condition") & (pl.col("code") == "07"))["claim_key"].unique().implode()
    lines = claims.lines.filter(IS_MEDICARE, pl.col("stands"), ~pl.col("is_history").fill_null(value=False), pl.col("from_date").is_not_null())
    met = lines.rename({"to_date": "_to"}).join(stays, on="patient_key").filter(_INSIDE, pl.col("claim_key") != pl.col("_stay_key"))
    other = pl.col("billing_npi").ne_missing(pl.col("_npi"))
    apart = _OUTPATIENT | IS_PROFESSIONAL
    unmarked = ~pl.col("claim_key").is_in(marked) & ~has_modifier("GW", "GV", "GY", "GZ")
    return pl.concat(
        [
            _shown(met.filter(pl.col("_kind") == "21", _IS_THERAPY, apart), "therapy during a stay in a skilled nursing facility", "Bill the nursing facility, which Medicare pays for therapy."),
            _shown(met.filter(pl.col("_kind") == "32", _IS_THERAPY, apart), "therapy during home health", "Bill the home health agency, which Medicare pays for therapy."),
            _shown(met.filter(pl.col("_kind") == "11", _OUTPATIENT), "an outpatient service during an inpatient stay", "Bill the hospital where the patient is, under arrangements."),
            _shown(
                met.filter(pl.col("_kind").is_in(["81", "82"]), _OUTPATIENT | IS_PROFESSIONAL & other, unmarked),
                "unmarked during hospice care",
                "Add condition code 07 or modifier GW if it has nothing to do with the terminal illness, GV for the attending physician; otherwise bill the hospice.",
            ),
        ]
    ).sort("claim_key", "line_number", "stay").unique(["claim_key", "line_number"], keep="first", maintain_order=True)  # fmt: skip


def _shown(rows: pl.DataFrame, why: str, advice: str) -> pl.DataFrame:
    return rows.select(
        "claim_key",
        "line_number",
        pl.coalesce("procedure_code", "revenue_center_code").alias("what"),
        "from_date",
        pl.col("_first").alias("first"),
        pl.col("_last").alias("last"),
        "stay",
        pl.lit(why).alias("why"),
        pl.lit(advice).alias("advice"),
    )
