"""CLM118: the member id is missing or malformed."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import is_missing

_LETTER = "[AC-HJKMNP-RT-Y]"
_EITHER = "[0-9AC-HJKMNP-RT-Y]"
_MBI = f"^[1-9]{_LETTER}{_EITHER}[0-9]{_LETTER}{_EITHER}[0-9]{_LETTER}{{2}}[0-9]{{2}}$"

_PLAIN = pl.col("member_id").str.replace_all(r"[- ]", "").str.to_uppercase()


@row_edit(
    table="claims",
    code="CLM118",
    name="member-id-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="N382",
    source=Source("CMS, Medicare Beneficiary Identifier format", "positions 1 to 11", "CMS", date(2026, 11, 23)),
    column="claims.member_id",
    evidence=(
        pl.when(is_missing("member_id"))
        .then(pl.lit("is missing"))
        .when(_PLAIN.str.contains(_MBI))
        .then(pl.lit("is written with hyphens or blanks, which only the card has"))
        .otherwise(pl.lit("isn't a valid format for a Medicare number"))
        .alias("what"),
    ),
    message="The member ID {what}.",
    suggestion="Copy it from the patient's card; a Medicare number has 11 characters and never contains S, L, O, I, B or Z.",
    examples=(
        fails("missing", professional(member_id=None), says="missing"),
        fails("an old Medicare number", institutional(member_id="123456789A"), says="form"),
        fails("an O in a Medicare number", institutional(member_id="1EO4TE5MK73")),
        passes("an old number while they were valid", institutional(member_id="123456789A", from_date="2019-06-01")),
        passes("another payer's number", professional(member_id="ABC")),
        fails("an old Medicare number on a doctor's claim", medicare(member_id="123456789A")),
        fails("an old number on the first day without them", institutional(member_id="123456789A", from_date="2020-01-01")),
        passes("an old number on their last day", institutional(member_id="123456789A", from_date="2019-12-31")),
        fails("a Medicare number with hyphens", medicare(member_id="1EG4-TE5-MK73"), says="hyphens"),
        passes("a Medicare number in small letters", medicare(member_id="1eg4te5mk73")),
        passes("an old number on a claim without dates", medicare(member_id="123456789A", from_date=None)),
        passes("Medicare Advantage has its own", professional(payer_class="medicare", claim_filing_code="16", member_id="H12345678")),
    ),
)
def member_id_wrong() -> pl.Expr:
    """A claim without a member ID, or a Medicare claim whose ID isn't a valid format for a Medicare Beneficiary Identifier.

    Since 2020-01-01 Medicare takes nothing else. Medicare Advantage plans (filing code 16) and railroad retirees before then have numbers of their
    own.

    What to do: copy it from the card.
    """
    is_original_medicare = pl.col("claim_filing_code").is_in(["MA", "MB"])
    must_be_mbi = is_original_medicare & (pl.col("to_date") >= date(2020, 1, 1))
    is_mbi = pl.col("member_id").str.to_uppercase().str.contains(_MBI)
    return is_missing("member_id") | (must_be_mbi & ~is_mbi).fill_null(value=False)
