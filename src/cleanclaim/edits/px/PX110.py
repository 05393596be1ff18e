"""PX110: Medicare wants another code for this."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, in_force
from cleanclaim.reference import Reference

_ASKED = IS_MEDICARE & ~pl.col("procedure_code").str.contains(r"^992(4|5)").fill_null(value=False)


def _has_another(reference: Reference) -> pl.Expr:
    return _ASKED & pl.col("procedure_code").is_in(reference.table("medicare_instead")["code"].implode())


@query_edit(
    code="PX110",
    name="payer-wants-another-code",
    disposition=Disposition.WARN,
    needs=("medicare_instead",),
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source("Medicare Physician Fee Schedule", "status indicator I (another code is used for reporting and payment)", "CMS", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="Medicare uses {instead} instead of {procedure_code}: {reason}.",
    suggestion="Bill {instead}.",
    fix="proposed",
    when={"lines": _has_another},
    examples=(
        fails("electrical stimulation", medicare(lines=["97014-GP"]), line_number=1, says="G0283"),
        fails("prolonged service", medicare(lines=["99215", "99417"]), line_number=2, says="G2212"),
        passes("another payer takes it", professional(lines=["97014-GP"])),
        fails("electrical stimulation and a visit", medicare(lines=["97014", "99213"]), line_number=1),
        passes("an outpatient consultation is another fault", medicare(lines=["99244"])),
        passes("an inpatient consultation is another fault", medicare(lines=["99254"])),
        passes("Medicare's own code", medicare(lines=["G0283-GP"])),
    ),
)
def payer_wants_another_code(claims: Claims, reference: Reference) -> Rows:
    """A code that Medicare does not take, and the HCPCS Level II code that it wants in its place.

    Consultations are EM104's. The list holds the codes for which the other one is known for certain.

    What to do: bill the other code where its definition fits.
    """
    instead = reference.table("medicare_instead").select(pl.col("code").alias("procedure_code"), "instead", "reason", "valid_from", "valid_to", "release")
    return (
        claims.lines.filter(_ASKED)
        .join(instead, on="procedure_code")
        .filter(in_force("from_date"))
        .select("claim_key", "line_number", "procedure_code", "instead", "reason", "release")
    )
