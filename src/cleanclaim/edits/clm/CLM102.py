"""CLM102: the rendering provider's NPI is wrong."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import fails_luhn


@row_edit(
    table="lines",
    code="CLM102",
    name="rendering-npi-wrong",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="N290",
    source=Source("45 CFR 162.410", "(a)(2) and 162.406 (the NPI and its check digit)", "HHS", date(2026, 11, 23)),
    column="lines.rendering_npi",
    evidence=("rendering_npi", "procedure_code"),
    message="The rendering provider's NPI isn't valid: {rendering_npi}.",
    suggestion="Use the 10-digit NPI (the last digit is a check digit); look it up in NPPES.",
    examples=(
        fails("one digit wrong", professional(rendering_npi="1245319590"), line_number=1, says="1245319590"),
        passes("none: the billing provider gave the service", professional(rendering_npi=None)),
    ),
)
def rendering_npi_wrong() -> pl.Expr:
    """A rendering provider's NPI whose form or check digit is wrong, on the claim or on a line.

    The payer cannot tell who gave the service, and refuses the claim.

    What to do: take the number from the provider's enrollment.
    """
    return fails_luhn("rendering_npi")
