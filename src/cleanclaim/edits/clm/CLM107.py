"""CLM107: charges that do not add up."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional
from cleanclaim.text.masking import number_words
from cleanclaim.text.wording import worded


@row_edit(
    table="claims",
    code="CLM107",
    name="charges-do-not-add-up",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="M54",
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, item 28", "CMS", date(2026, 11, 23)),
    column="claims.charge_amount",
    evidence=(
        "charge_amount",
        "line_charge_amount",
        pl.when(pl.col("charge_amount").is_null())
        .then(pl.lit("The claim has no total charge"))
        .when(pl.col("charge_amount") < 0)
        .then(worded("The total charge ${} is negative", number_words(pl.col("charge_amount"))))
        .when(pl.col("charge_amount") != pl.col("line_charge_amount"))
        .then(
            worded("The total charge ${} is not the sum of the lines, ${}", number_words(pl.col("charge_amount")), number_words(pl.col("line_charge_amount")))
        )
        .otherwise(pl.lit("The total charge is zero"))
        .alias("what"),
        pl.when((pl.col("charge_amount") == 0) & (pl.col("line_charge_amount") == 0)).then(pl.lit("warn")).alias("disposition"),
    ),
    message="{what}.",
    suggestion="Make the total equal the sum of the line charges, to the cent.",
    examples=(
        fails("a cent too much", professional(charge_amount="125.01"), says=("$125.01", "$125.00")),
        fails("negative", professional(charge_amount="-125.00", lines=[{"charge_amount": "-125.00"}]), says="negative"),
        fails("nothing charged", professional(lines=[{"charge_amount": "0.00"}]), says="zero", disposition=Disposition.WARN),
        fails("no total", professional(lines=[{"charge_amount": None}]), says="no total"),
        passes(
            "a line without a charge: the sum is unknown", professional(charge_amount="140.10", lines=[{}, {"procedure_code": "83036", "charge_amount": None}])
        ),
        passes("lines that were not sent", professional(charge_amount="125.00", lines=[])),
        passes("a quality code for a cent", professional(lines=[{"procedure_code": "3044F", "charge_amount": "0.01"}])),
        passes("two lines that add up", professional(lines=[{}, {"procedure_code": "83036", "charge_amount": "15.10"}])),
    ),
)
def charges_do_not_add_up() -> pl.Expr:
    """A total charge that is missing, negative, zero, or not the sum of the lines.

    Front ends add up and refuse what does not balance. A claim of zero is right for encounters, so it is a warning.

    What to do: mend the line or the total.
    """
    total, lines = pl.col("charge_amount"), pl.col("line_charge_amount")
    unbalanced = (total != lines) & ~pl.col("has_line_without_charge").fill_null(value=True)
    return total.is_null() | (total <= 0) | unbalanced.fill_null(value=False)
