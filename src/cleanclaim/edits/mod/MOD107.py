"""MOD107: a side, digit or lid is wanted, and none is given."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import ANATOMIC_MODIFIERS, IS_PROFESSIONAL, has_modifier, in_force
from cleanclaim.reference import Reference

_SAYS_WHERE = has_modifier(*ANATOMIC_MODIFIERS, "50")
_WANTED = {"side": "LT, RT or 50", "digit": "the digit's own modifier (FA to F9, TA to T9)", "lid": "the lid's own modifier (E1 to E4)"}


def _wants_a_side(reference: Reference) -> pl.Expr:
    return pl.col("procedure_code").is_in(reference.table("side_required")["code"].implode())


@query_edit(
    code="MOD107",
    name="side-missing",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N822",
    needs=("side_required",),
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual", "chapter 12, section 40.7, and chapter 23, section 20.9.3.2 (anatomic modifiers)", "CMS", date(2026, 11, 23)
    ),
    column="lines.modifier_1",
    message="{procedure_code} can be done on either side or on several parts of the body, and the line doesn't say on which.",
    suggestion="Add {wanted}, as documented in the record.",
    fix="proposed",
    when={"lines": lambda reference: _wants_a_side(reference) & ~_SAYS_WHERE},
    examples=(
        fails("which knee?", professional(diagnoses=["M17.11"], lines=["20610"]), line_number=1, says="LT, RT or 50"),
        fails("which toe?", professional(diagnoses=["L60.0"], lines=["11730"]), line_number=1, says="digit"),
        passes("the right one", professional(diagnoses=["M17.11"], lines=["20610-RT"])),
        passes("both", professional(diagnoses=["M17.0"], lines=["20610-50"])),
        fails("one knee without its side, another with it, and a visit", professional(lines=["20610", "20610-RT", "99213"]), line_number=1),
        passes("a hospital's claim", institutional(diagnoses=["M17.11"], lines=[{"procedure_code": "20610", "revenue_center_code": "0510"}])),
    ),
)
def side_missing(claims: Claims, reference: Reference) -> Rows:
    """A procedure on one of two organs, on a digit or on an eyelid, with no modifier that says which.

    Payers hold such lines back, or take a second one for a duplicate. Codes are told from a list of procedures that are always done on one of
    several like parts; professional claims
    only.

    What to do: add the side from the record.
    """
    wanted = reference.table("side_required").select(pl.col("code").alias("procedure_code"), "kind", "valid_from", "valid_to", "release")
    return (
        claims.lines.filter(IS_PROFESSIONAL, ~_SAYS_WHERE)
        .join(wanted, on="procedure_code")
        .filter(in_force("from_date"))
        .select("claim_key", "line_number", "procedure_code", "release", pl.col("kind").replace_strict(_WANTED, return_dtype=pl.String).alias("wanted"))
    )
