"""CLM120: a drug number missing or malformed."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.text.wording import worded


@row_edit(
    table="lines",
    code="CLM120",
    name="drug-number-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M119",
    source=Source("Social Security Act", "section 1927(a)(7); 42 CFR 447.520 (NDC on physician-administered drugs)", "HHS", date(2026, 11, 23)),
    column="lines.ndc",
    evidence=(
        "procedure_code",
        "ndc",
        pl.when(pl.col("ndc").is_null()).then(pl.lit("has no NDC")).otherwise(worded("has an NDC that doesn't have 11 digits: {}", "ndc")).alias("what"),
    ),
    message="The line for {procedure_code} {what}.",
    suggestion="Enter the 11-digit NDC from the package (5-4-2, with leading zeros), with its unit and quantity.",
    examples=(
        fails("ten digits", professional(lines=[{"procedure_code": "J1885", "ndc": "1234567890"}]), line_number=1, says="11 digits"),
        fails("none, for Medicaid", professional(payer_class="medicaid", lines=["J1885"]), line_number=1, says="has no NDC"),
        passes("none, for others", professional(lines=["J1885"])),
        passes("eleven digits", professional(payer_class="medicaid", lines=[{"procedure_code": "J1885", "ndc": "00000123456"}])),
        fails("twelve digits", professional(lines=[{"procedure_code": "J1885", "ndc": "000001234567"}]), line_number=1),
        passes("a visit, for Medicaid", professional(payer_class="medicaid")),
        passes("a hospital's drug, for Medicaid", institutional(payer_class="medicaid", lines=["J1885"])),
        passes("a payer of an unknown class", professional(payer_class=None, lines=["J1885"])),
        passes("hyphens do no harm", professional(lines=[{"procedure_code": "J1885", "ndc": "00000-1234-56"}])),
    ),
)
def drug_number_wrong() -> pl.Expr:
    """A drug line whose NDC is malformed, or, for Medicaid, missing.

    States collect rebates by it and may not pay without it. Other payers ask for it by their own rules, which are not judged.

    What to do: copy it from the package.
    """
    malformed = ~pl.col("ndc").str.replace_all("-", "", literal=True).str.contains(r"^[0-9]{11}$")
    wanted = (
        (pl.col("payer_class") == "medicaid")
        & pl.col("procedure_code").str.contains(r"^J[0-9]")
        & pl.col("ndc").is_null()
        & (pl.col("claim_type") == "professional")
    )
    return malformed.fill_null(value=False) | wanted.fill_null(value=False)
