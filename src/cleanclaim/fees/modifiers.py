"""The share of a price that a line is paid, based on its modifiers and the fee schedule's indicators.

Modifiers 54, 55 and 56 divide a surgery's global payment, 78 pays only the operation, 62 divides
the payment between two surgeons, and 80 to 82 and AS pay an assistant. Modifier 50 pays 150% if the
bilateral rule applies (indicator 1), or both sides in full if each is priced separately (3).
Services priced by report have no price here.

Source: Medicare Claims Processing Manual, chapter 12, sections 20.4.3 (assistants), 40.2 to 40.8
(surgery); 42 CFR 414.40.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import polars as pl

from cleanclaim.fees.dated import PRICE
from cleanclaim.model.expressions import has_modifier
from cleanclaim.text.wording import worded

ASSISTANTS: Final = ("80", "81", "82", "AS")
_PARTS: Final = ("54", "55", "56", "78")
_WHOLE: Final = Decimal(1)
_ASSISTANT: Final = Decimal("0.16")
_NOT_A_PHYSICIAN: Final = Decimal("0.136")
_CO_SURGEON: Final = Decimal("0.625")


def bilateral() -> pl.Expr:
    """Return the price multiplier for a line with modifier 50; 1 for all other lines."""
    factor = pl.col("bilateral").replace_strict(
        {1: "1.5", 3: "2"}, default="1", return_dtype=pl.String
    )
    return pl.when(has_modifier("50")).then(factor).otherwise(pl.lit("1")).cast(PRICE)


def share() -> pl.Expr:
    """Return the share of the price for the global period, co-surgeons and assistants, multiplied together."""
    return _of_global() * _of_surgeons()


def _of_global() -> pl.Expr:
    """Return the parts of the global payment that a line bills; all of it if it doesn't name any."""
    has_parts = pl.col("intraoperative") > 0
    before = has_modifier("54", "56")
    during = has_modifier("54", "78")
    asked = (
        pl.when(before).then("preoperative").otherwise(pl.lit(0)).cast(PRICE)
        + pl.when(during).then("intraoperative").otherwise(pl.lit(0)).cast(PRICE)
        + pl.when(has_modifier("55")).then("postoperative").otherwise(pl.lit(0)).cast(PRICE)
    )
    divides = has_modifier(*_PARTS) & has_parts
    return pl.when(divides).then(asked).otherwise(pl.lit(_WHOLE).cast(PRICE))


def _of_surgeons() -> pl.Expr:
    return (
        pl.when(has_modifier("AS"))
        .then(pl.lit(_NOT_A_PHYSICIAN))
        .when(has_modifier(*ASSISTANTS))
        .then(pl.lit(_ASSISTANT))
        .when(has_modifier("62"))
        .then(pl.lit(_CO_SURGEON))
        .otherwise(pl.lit(_WHOLE))
        .cast(PRICE)
    )


def reason() -> pl.Expr:
    """Return why a line can't be priced because of its modifiers."""
    no_parts = has_modifier("54", "55", "56") & ~(pl.col("intraoperative") > 0)
    return (
        pl.when(has_modifier("52"))
        .then(pl.lit("a reduced service (modifier 52) is priced by report"))
        .when(has_modifier("66"))
        .then(pl.lit("a surgical team (modifier 66) is priced by report"))
        .when(has_modifier(*ASSISTANTS) & (pl.col("assistant") == 1))
        .then(pl.lit("an assistant at surgery isn't paid for this code (indicator 1)"))
        .when(has_modifier(*ASSISTANTS) & (pl.col("assistant") == 9))
        .then(pl.lit("an assistant at surgery doesn't apply to this code (indicator 9)"))
        .when(has_modifier("62") & pl.col("co_surgeon").is_in([0, 9]))
        .then(worded("a co-surgeon isn't paid for this code (indicator {})", "co_surgeon"))
        .when(no_parts)
        .then(pl.lit("the code has no global period for modifier 54, 55 or 56 to divide"))
    )


def notes() -> list[pl.Expr]:
    """Return what the modifiers did, in words; null if they had no effect."""
    percent = (_of_global() * 100).round(0).cast(pl.Int64)
    divides = has_modifier(*_PARTS) & (pl.col("intraoperative") > 0)
    return [
        pl.when(has_modifier("50") & (pl.col("bilateral") == 1)).then(pl.lit("both sides 150%")),
        pl.when(has_modifier("50") & (pl.col("bilateral") == 3)).then(pl.lit("both sides 200%")),
        pl.when(divides).then(worded("{}% of the global payment", percent)),
        pl.when(has_modifier("AS")).then(pl.lit("assistant 13.6%")),
        pl.when(has_modifier("80", "81", "82") & ~has_modifier("AS")).then(pl.lit("assistant 16%")),
        pl.when(has_modifier("62") & ~has_modifier(*ASSISTANTS)).then(pl.lit("co-surgeon 62.5%")),
    ]
