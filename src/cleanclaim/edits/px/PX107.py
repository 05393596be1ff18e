"""PX107: a code that Medicare's fee schedule does not pay."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier
from cleanclaim.reference.sets import load_set

_IS_REPORT = pl.col("procedure_code").str.contains(r"^[0-9]{4}F$") & (pl.col("charge_amount") <= 0.01)
_ASKED = IS_MEDICARE & IS_PROFESSIONAL & ~has_modifier("GY", "GX") & ~_IS_REPORT.fill_null(value=False)


@row_edit(
    table="line_fees",
    code="PX107",
    name="not-payable-by-fee-schedule",
    disposition=Disposition.DENY_LINE,
    carc="96",
    rarc="N130",
    needs={"mpfs": _ASKED},
    payers=("medicare",),
    others="off",
    source=Source("Medicare Physician Fee Schedule", "status indicators I and N (relative value files, attachment A)", "CMS", date(2026, 11, 23)),
    column="lines.procedure_code",
    evidence=(
        "procedure_code",
        "status",
        "release",
        pl.when(pl.col("status") == "N")
        .then(pl.lit("is not covered by Medicare"))
        .otherwise(pl.lit("is not valid for Medicare, which wants another code"))
        .alias("what"),
    ),
    message="{procedure_code} {what} (status {status}).",
    suggestion="Check which code Medicare pays instead. The patient pays for excluded services; add modifier GY if you need a denial for another insurer.",
    fix="proposed",
    examples=(
        fails("a check-up to Medicare", medicare(diagnoses=["Z00.00"], lines=["99397"]), line_number=1, says="status N"),
        fails(
            "a code that Medicare does not take", medicare(lines=["99213"]), line_number=1, says="status I", tables={"mpfs": [{"code": "99213", "status": "I"}]}
        ),
        passes("a code that Medicare replaces is another edit's", medicare(lines=["97014-GP"])),
        passes("prolonged service that Medicare replaces is another edit's", medicare(lines=["99215", "99417"])),
        passes("sent for a denial", medicare(diagnoses=["Z00.00"], lines=["99397-GY"])),
        passes("a check-up to another payer", professional(diagnoses=["Z00.00"], lines=["99396"])),
        passes("a laboratory test, paid by another schedule", medicare(lines=["80053"])),
        passes("a voluntary notice of what is not covered", medicare(lines=["99397-GX"])),
        passes("a quality code for a penny", medicare(charge_amount="125.01", lines=["99213", {"procedure_code": "2022F", "charge_amount": "0.01"}])),
        passes("the hospital's line", institutional(lines=["99397"])),
        unchecked("a code outside the tables loaded", medicare(lines=["31575"])),
    ),
)
def not_payable_by_fee_schedule() -> pl.Expr:
    """A code with a status of the fee schedule under which Medicare pays nothing: I (not valid for Medicare) or N (not covered).

    Codes excluded from this schedule because another one pays them (laboratory tests, drugs, ambulance: status X and E) are not meant. Other
    payers decide for
    themselves: a check-up or a consultation that Medicare would not pay is clean there.

    A Category II code for a penny or for nothing isn't billed but reported: Medicare's quality programs ask for it that way (Quality Payment Program, claims-based
    reporting of quality data codes), and the line is expected to be denied.

    Where the code that Medicare wants is known, PX110 (or EM104, for consultations) names it, and this edit is silent.

    What to do: bill the code that Medicare takes, or the patient.
    """
    return _ASKED & pl.col("status").is_in(["I", "N"]) & ~_is_replaced()


def _is_replaced() -> pl.Expr:
    """True where the code that Medicare wants instead is known on the day."""
    known = load_set("medicare_instead").group_by("valid_from", "valid_to", maintain_order=True).agg("code")
    return pl.any_horizontal(
        pl.col("procedure_code").is_in(codes.implode()) & pl.col("from_date").is_between(first, last)
        for first, last, codes in zip(known["valid_from"], known["valid_to"], known["code"], strict=True)
    )
