"""CLM116: a test that nobody is said to have ordered."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, in_force, is_missing
from cleanclaim.reference import Reference

_NOBODY = is_missing("referring_npi") & is_missing("ordering_npi")
_ASKED = IS_MEDICARE & IS_PROFESSIONAL & _NOBODY & pl.col("procedure_code").str.contains(r"^[78][0-9]{4}$").fill_null(value=False)


@query_edit(
    code="CLM116",
    name="ordering-provider-missing",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="N286",
    needs=("ordered_services",),
    payers=("medicare",),
    others="off",
    source=(
        Source("Medicare Claims Processing Manual", "chapter 26, section 10.4 (item 17)", "CMS", date(2026, 11, 23)),
        Source("42 CFR 410.34", "(d) (screening mammography: at the patient's own request)", "CMS", date(2026, 11, 28)),
    ),
    column="lines.referring_npi",
    message="{procedure_code} ({kind}) needs an order, but neither the claim nor the line names the referring or ordering provider.",
    suggestion="Add the name and NPI of the ordering provider, even if it is the billing physician.",
    fix="proposed",
    when={"lines": _ASKED},
    examples=(
        fails("an x-ray to Medicare", medicare(lines=["71046"]), line_number=1, says="imaging"),
        passes("with the one who ordered it", medicare(referring_npi="1234567893", lines=["71046"])),
        passes("named on the line", medicare(lines=[{"procedure_code": "71046", "ordering_npi": "1234567893"}])),
        fails("one test of two was ordered", medicare(lines=["71046", {"procedure_code": "80053", "ordering_npi": "1245319599"}]), line_number=1),
        passes("a hospital's own x-ray", institutional(lines=["71046"])),
        fails("the first laboratory test of the list", medicare(lines=["80047"]), line_number=1, says="laboratory test"),
        fails("the last laboratory test of the list", medicare(lines=["89398"]), line_number=1, says="laboratory test"),
        fails("an x-ray and its kind", medicare(lines=["71046"]), line_number=1, says="imaging"),
        passes("a screening mammogram, which needs no order", medicare(patient_sex="F", diagnoses=["Z12.31"], lines=["77067", "77063"])),
        fails("a diagnostic mammogram", medicare(patient_sex="F", diagnoses=["R92.8"], lines=["77066"]), line_number=1, says="imaging"),
        passes("guidance of the physician's own needle", medicare(diagnoses=["M17.11"], lines=["76942"])),
        passes("another payer", professional(lines=["71046"])),
    ),
)
def ordering_provider_missing(claims: Claims, reference: Reference) -> Rows:
    """An imaging service or laboratory test to Medicare without a referring or ordering provider.

    Medicare wants to know who ordered a diagnostic test; claims without are returned. Where the physician who bills ordered it, their own name
    stands there. A screening mammogram needs no order, and guidance or reading
    during a procedure is part of what the physician does.

    What to do: add the provider.
    """
    ranges = reference.table("ordered_services").lazy().select(pl.col("code").alias("_first"), "last", "kind", "valid_from", "valid_to")
    return (
        claims.lines.lazy()
        .filter(_ASKED, ~pl.col("is_history").fill_null(value=False))
        .join_where(ranges, pl.col("procedure_code") >= pl.col("_first"), pl.col("procedure_code") <= pl.col("last"))
        .filter(in_force("from_date"))
        .select("claim_key", "line_number", "procedure_code", "kind")
    )
