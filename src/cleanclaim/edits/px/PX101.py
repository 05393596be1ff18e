"""PX101: what is no procedure code at all."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.text.wording import worded

_FORM = r"^([0-9]{5}|[0-9]{4}[AFMTU]|[A-V][0-9]{4})$"
"""CPT Category I (five digits), its lettered categories, HCPCS Level II and dental codes."""


@row_edit(
    table="lines",
    code="PX101",
    name="procedure-code-malformed",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="M51",
    source=Source("45 CFR 162.1002", "adopted code sets for procedures (HCPCS, CPT, CDT)", "HHS", date(2026, 11, 23)),
    column="lines.procedure_code",
    evidence=(
        "procedure_code",
        pl.when(pl.col("procedure_code").is_null())
        .then(pl.lit("The line names no procedure"))
        .otherwise(worded("{} isn't a valid format for a CPT or HCPCS code", "procedure_code"))
        .alias("what"),
    ),
    message="{what}.",
    suggestion="Use five digits (99213), four digits and a letter (3044F, 0075T), or a letter and four digits (G0463).",
    examples=(
        fails("a digit short", professional(lines=["9921"]), line_number=1, says="9921"),
        fails("an O for a zero", professional(lines=["9921O"]), line_number=1),
        fails("a modifier run on", professional(lines=["9921325"]), line_number=1),
        passes("Category II", professional(lines=[{}, {"procedure_code": "3044F", "charge_amount": "0.00"}])),
        passes("Category III", professional(lines=["0075T"])),
        passes("a laboratory's own test", professional(lines=["0047U"])),
        passes("Level II", professional(lines=["J1885"])),
        passes("a hospital line without a code", institutional(lines=[{"procedure_code": None, "procedure_qualifier": None, "revenue_center_code": "0250"}])),
        passes("a hospital's rate code", institutional(lines=[{"procedure_code": "AAA00", "procedure_qualifier": "HP", "revenue_center_code": "0022"}])),
        fails("a digit short, and no word of what code it is", professional(lines=[{"procedure_code": "9921", "procedure_qualifier": None}]), line_number=1),
        fails(
            "a dental code with a digit short",
            professional(lines=[{"procedure_code": "D012", "procedure_qualifier": "AD"}], claim_type="dental"),
            line_number=1,
        ),
        fails("no code on an office line", professional(lines=[{"procedure_code": None}]), line_number=1, says="names no procedure"),
    ),
)
def procedure_code_malformed() -> pl.Expr:
    """A service line whose procedure code has not the form of any CPT or HCPCS code, or that names none.

    Usually a slip of the finger: an O for a zero, a modifier run on to the code, a digit missing. Codes of other systems (a hospital's HIPPS rate
    code, drug codes) carry a qualifier of their own and are not judged. A hospital line may do without a code.

    What to do: mend the code.
    """
    is_hcpcs = pl.col("procedure_qualifier").is_null() | pl.col("procedure_qualifier").is_in(["HC", "AD"])
    needed = (pl.col("claim_type") != "institutional") & pl.col("procedure_code").is_null()
    return needed | (is_hcpcs & ~pl.col("procedure_code").str.contains(_FORM))
