"""INS160: a therapy plan's modifier that contradicts the revenue code."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, has_modifier

_BILL: Final = pl.col("bill_type_code").str.strip_chars_start("0")
_OUTPATIENT: Final = IS_INSTITUTIONAL & _BILL.str.contains(r"^(12|13|22|23|34|74|75|85)[1-47]").fill_null(value=False)
_REVENUE: Final = pl.col("revenue_center_code").str.slice(0, 3)
_PLANS: Final = {"042": "GP", "043": "GO", "044": "GN"}
_WORDS: Final = {"042": "physical", "043": "occupational", "044": "speech-language"}


def _is_other(group: str) -> pl.Expr:
    own = _PLANS[group]
    return _REVENUE.eq(group) & has_modifier(*(each for each in _PLANS.values() if each != own)) & ~has_modifier(own)


def _line(revenue: str, *modifiers: str) -> dict[str, str]:
    return {"revenue_center_code": revenue, "procedure_code": "97110", **{f"modifier_{n}": each for n, each in enumerate(modifiers, start=1)}}


@row_edit(
    table="lines",
    code="INS160",
    name="therapy-revenue-code-contradicted",
    disposition=Disposition.RETURN,
    carc="4",
    rarc="N519",
    payers=("medicare",),
    source=Source("Medicare Claims Processing Manual", "chapter 5, section 20 (GN with 044x, GO with 043x, GP with 042x)", "CMS", date(2026, 11, 28)),
    column="lines.revenue_center_code",
    evidence=(
        "revenue_center_code",
        _REVENUE.replace_strict(_WORDS, default=None, return_dtype=pl.String).alias("kind"),
        _REVENUE.replace_strict(_PLANS, default=None, return_dtype=pl.String).alias("plan"),
    ),
    message="Revenue code {revenue_center_code} is {kind} therapy, but the modifier names another plan of care than {plan}.",
    suggestion="Correct the revenue code or the modifier: 042x goes with GP, 043x with GO, 044x with GN.",
    fix="proposed",
    examples=(
        fails("physical therapy under the code of occupational therapy", institutional(lines=[_line("0430", "GP")]), line_number=1, says="GO"),
        fails("speech therapy under the code of physical therapy", institutional(lines=[_line("0420", "GN")]), line_number=1, says="GP"),
        fails("speech's code with occupational therapy", institutional(lines=[_line("0440", "GO")]), line_number=1),
        passes("physical therapy", institutional(lines=[_line("0420", "GP")])),
        passes("by an assistant", institutional(lines=[_line("0430", "CO", "GO")])),
        passes("no modifier is another fault", institutional(lines=[_line("0420")])),
        passes("in the emergency room", institutional(lines=[_line("0450", "GP")])),
        passes("home health", institutional(bill_type_code="329", lines=[_line("0421", "GO")])),
        passes("a professional claim", professional()),
    ),
)
def therapy_revenue_code_contradicted() -> pl.Expr:
    """A line of outpatient therapy whose revenue code and modifier name different kinds of therapy.

    What to do: correct the one that is wrong.
    """
    return _OUTPATIENT & pl.any_horizontal(_is_other(group) for group in _PLANS).fill_null(value=False)
