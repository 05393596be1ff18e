"""EM104: a consultation to Medicare, or a prolonged visit without the visit that it prolongs."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, in_force
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_CONSULTATION = r"^992(4[1-5]|5[1-5])$"


def _is_prolonged(reference: Reference) -> pl.Expr:
    return pl.col("procedure_code").is_in(reference.table("prolonged_codes")["code"].implode())


@query_edit(
    code="EM104",
    name="visit-code-not-payable",
    disposition=Disposition.DENY_LINE,
    carc="96",
    rarc="N130",
    needs=("prolonged_codes", "medicare_instead"),
    source=(
        Source("Medicare Claims Processing Manual", "chapter 12, sections 30.6.10 (consultations) and 30.6.15 (prolonged services)", "CMS", date(2026, 11, 23)),
    ),
    column="lines.procedure_code",
    message="{what}.",
    suggestion="{advice}",
    fix="proposed",
    when={"lines": lambda reference: _is_prolonged(reference) | pl.col("procedure_code").str.contains(_CONSULTATION)},
    examples=(
        fails("a consultation to Medicare", medicare(lines=["99244"]), line_number=1, says="99202-99215"),
        passes("a consultation to another payer", professional(lines=["99244"])),
        fails("prolonged, and the visit was not the longest", professional(lines=["99214", "99417 x1"]), line_number=2, says="99215"),
        passes("prolonged beyond the longest visit", professional(lines=["99215", "99417 x1"])),
        passes("prolonged, with a code that Medicare replaces", medicare(lines=["99214", "99417 x1"])),
        fails("Medicare's own code beside the wrong visit", medicare(lines=["99213", "G2212"]), line_number=2),
        fails("a consultation with a visit", medicare(lines=["99244", "99213"]), line_number=1),
        passes("a hospital's consultation", institutional(lines=["99244"])),
        passes("a consultation that was voided", medicare(claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["99244"])),
        passes("a consultation while Medicare paid for them", medicare(from_date="2009-12-31", lines=["99244"])),
        fails("prolonged, with a consultation that Medicare does not pay", professional(lines=["99417", "99213"]), line_number=1),
        passes("prolonged beyond the longest visit, and a test", professional(lines=["99215", "99417", "83036"])),
        passes(
            "the visit on another claim of the day", professional(claim_id="A", is_history=True, lines=["99215"]), professional(claim_id="B", lines=["99417"])
        ),
    ),
)
def visit_code_not_payable(claims: Claims, reference: Reference) -> Rows:
    """A consultation code sent to Medicare, which has paid none since 2010; or prolonged service without the visit of the highest level that it extends.

    Prolonged service begins where the longest visit of its kind ends, so that its code stands only beside that visit, on the same day and by the
    same group.

    What to do: bill the visit's own code; take the prolonged service off where the visit was shorter.
    """
    lines = claims.lines.lazy().filter(IS_PROFESSIONAL, "stands")
    current = lines.filter(~pl.col("is_history").fill_null(value=False))
    instead = reference.table("medicare_instead").lazy().select(pl.col("code").alias("procedure_code"), "instead", "valid_from", "valid_to")
    consultations = (
        current.filter(IS_MEDICARE, pl.col("procedure_code").str.contains(_CONSULTATION))
        .join(instead, on="procedure_code")
        .filter(in_force("from_date"))
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            worded("{} is a consultation, and Medicare doesn't pay consultations", "procedure_code").alias("what"),
            worded("Bill the visit: one of {}.", "instead").alias("advice"),
        )
    )
    extended = reference.table("prolonged_codes").lazy().select(pl.col("code").alias("procedure_code"), "extends", "valid_from", "valid_to")
    extendable = reference.table("prolonged_codes")["extends"].str.split(" ").explode().unique()
    day = ["patient_key", "billing_npi", "from_date"]
    replaced = current.filter(IS_MEDICARE).join(instead, on="procedure_code").filter(in_force("from_date")).select("claim_key", "line_number")
    asked = (
        current.join(extended, on="procedure_code")
        .filter(in_force("from_date"))
        .join(replaced, on=["claim_key", "line_number"], how="anti")  # Medicare wants another code: PX110
    )
    done = (
        lines.join(asked.select(day), on=day, how="semi")
        .filter(pl.col("procedure_code").is_in(extendable.implode()))
        .group_by(day)
        .agg(pl.col("procedure_code").unique().alias("_done"))
    )
    prolonged = (
        asked.join(done, on=day, how="left")
        .filter(pl.col("extends").str.split(" ").list.set_intersection("_done").list.len().fill_null(0) == 0)
        .with_columns(pl.col("extends").str.replace_all(" ", ", "))
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            worded("{} prolongs a visit, but no such visit is billed for that day: one of {}", "procedure_code", "extends").alias("what"),
            pl.lit("Bill it with a visit of the highest level, or remove it.").alias("advice"),
        )
    )
    return pl.concat([consultations, prolonged])
