"""Payment reductions for several procedures by one provider for one patient on one day.

Medicare ranks and reduces procedures with or without modifier 51. By the fee schedule's indicator:

- 2: the highest-priced in full, every other one 50%;
- 3: endoscopies of a family (same base): the highest-priced in full, the others minus the base, and
  the base itself zero; then families rank with the rest as in 2;
- 4 (imaging family 88): the highest-priced technical part in full, others 50%; the highest-priced
  professional part in full, others 95%;
- 5: therapy: practice expense in full for one unit of the highest-priced, 50% for every other unit;
- 6 and 7: cardiovascular and eye tests: the highest-priced technical part in full, others 75% and
  80%.

Each unit of a line counts as a procedure. The technical part is compared with its cap after the
reduction. Surgery is ranked among the lines of one rendering provider, with assistants ranked
separately; tests and therapy among those of one billing provider. Modifiers 59 and XE make imaging
a separate session. A global test without rows for its components (PC/TC 4) isn't reduced under 6
and 7, because its technical part is unknown.

Source: Medicare Claims Processing Manual, chapter 12, section 40.6; chapter 5, section 10.7;
chapter 13, section 20.2; 42 CFR 414.40.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.fees.dated import PRICE
from cleanclaim.fees.modifiers import ASSISTANTS
from cleanclaim.model.expressions import has_modifier
from cleanclaim.text.wording import worded

_DAY: Final = ("patient_key", "_own", "from_date")
_TESTS: Final = (*_DAY, "billing_npi", "multiple_procedure")
_SURGERY: Final = (*_DAY, "provider_npi", "_assists")
_OF_TECHNICAL: Final = {4: "0.5", 6: "0.75", 7: "0.8"}
_OF_PROFESSIONAL: Final = "0.95"
_SUBJECT: Final = "88"
"""The only imaging family reduced since 2011."""
_HALF: Final = pl.lit("0.5").cast(PRICE)
_ONE: Final = pl.lit("1").cast(PRICE)
_ZERO: Final = pl.lit("0").cast(PRICE)


def reduced(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with the total value of their units.

    Args:
        lines: the payable lines from `schedule.valued`, with units, `sides` (the price multiplier
            for modifier 50), patient_key, claim_key, provider_npi, billing_npi.

    Returns:
        The same rows with `amount`, before the line's own share, and `multiple`, the reductions in
        words.
    """
    prepared = lines.sort("row").with_columns(
        pl.when(pl.col("patient_key").is_null()).then("claim_key").alias("_own"),
        pl.col("units").cast(PRICE).alias("_units"),
        pl.min_horizontal(pl.col("units").cast(PRICE), _ONE).alias("_first"),
        has_modifier(*ASSISTANTS).alias("_assists"),
        (pl.col("whole") - pl.col("technical")).alias("_other"),
        pl.min_horizontal("technical", "technical_cap").alias("_technical"),
    )
    is_surgery = pl.col("multiple_procedure").is_in([2, 3]).fill_null(value=False)
    return pl.concat(
        [_tests(prepared.filter(~is_surgery)), _surgery(prepared.filter(is_surgery))]
    ).sort("row")


def _kept(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.select("row", pl.col("amount").cast(PRICE), pl.col("multiple").cast(pl.String))


def _rank(value: str, among: pl.Expr, by: tuple[str, ...]) -> pl.Expr:
    """Return 1 for the highest-priced line in a group; null for a line that isn't ranked."""
    return pl.when(among).then(pl.col(value)).rank("ordinal", descending=True).over(by)


def _sum(full: pl.Expr, less: pl.Expr, rank: str) -> pl.Expr:
    """Return the total for all units.

    Every unit counts in full if the line isn't ranked; only the first if it is the highest-priced;
    none otherwise.
    """
    in_full = (
        pl.when(pl.col(rank).is_null())
        .then("_units")
        .when(pl.col(rank) == 1)
        .then("_first")
        .otherwise(_ZERO)
    )
    return full * in_full + less * (pl.col("_units") - in_full)


def _tests(lines: pl.DataFrame) -> pl.DataFrame:
    """Apply indicators 4 to 7; other indicators reduce nothing."""
    indicator = pl.col("multiple_procedure")
    is_imaging = (
        (indicator == 4)
        & (pl.col("imaging_family").fill_null(_SUBJECT) == _SUBJECT)
        & ~has_modifier("59", "XE")
    ).fill_null(value=False)
    has_technical = (indicator.is_in([6, 7]) | is_imaging) & (pl.col("technical") > 0)
    has_professional = is_imaging & (pl.col("_other") > 0) & _has_components()
    rate = indicator.replace_strict(_OF_TECHNICAL, default="1", return_dtype=pl.String).cast(PRICE)
    ranked = lines.with_columns(
        _rank("technical", has_technical, _TESTS).alias("_technical_rank"),
        _rank("_other", has_professional, _TESTS).alias("_other_rank"),
        _rank("expense", indicator == 5, _TESTS).alias("_therapy_rank"),
    )
    technical = _sum(
        pl.col("_technical"),
        pl.min_horizontal(pl.col("technical") * rate, "technical_cap"),
        "_technical_rank",
    )
    professional = _sum(
        pl.col("_other"), pl.col("_other") * pl.lit(_OF_PROFESSIONAL).cast(PRICE), "_other_rank"
    )
    therapy = _sum(pl.col("_other"), pl.col("_other") - pl.col("expense") * _HALF, "_therapy_rank")
    other = pl.when(indicator == 5).then(therapy).otherwise(professional)
    return _kept(
        ranked.with_columns(
            ((technical + other) * pl.col("sides")).alias("amount"), _test_words().alias("multiple")
        )
    )


def _has_components() -> pl.Expr:
    """Return true for a professional component, and for a whole service with a known technical part."""
    return (pl.col("component") == "26").fill_null(value=False) | (pl.col("technical") > 0)


def _test_words() -> pl.Expr:
    def less(rank: str) -> pl.Expr:
        return ((pl.col(rank) > 1) | (pl.col("_units") > 1)) & pl.col(rank).is_not_null()

    indicator = pl.col("multiple_procedure")
    both = less("_technical_rank") & less("_other_rank")
    return (
        pl.when((indicator == 4) & both)
        .then(pl.lit("additional imaging: technical part 50%, professional part 95%"))
        .when((indicator == 4) & less("_technical_rank"))
        .then(pl.lit("additional imaging: technical part 50%"))
        .when((indicator == 4) & less("_other_rank"))
        .then(pl.lit("additional imaging: professional part 95%"))
        .when((indicator == 6) & less("_technical_rank"))
        .then(pl.lit("additional cardiovascular test: technical part 75%"))
        .when((indicator == 7) & less("_technical_rank"))
        .then(pl.lit("additional eye test: technical part 80%"))
        .when((indicator == 5) & less("_therapy_rank"))
        .then(pl.lit("additional therapy: practice expense 50%"))
    )


def _surgery(lines: pl.DataFrame) -> pl.DataFrame:
    """Apply indicators 2 and 3: endoscopic families first, then the families and all other lines."""
    one = pl.col("_price") * pl.col("_first")  # each additional unit is a procedure of its own
    ranked_by = pl.when("_is_family").then("_in_family").otherwise(one).alias("_ranked_by")
    families = _in_families(lines).with_columns(ranked_by)
    totals = (
        families.group_by(*_SURGERY, "_family", maintain_order=True)
        .agg(pl.col("_ranked_by").sum().alias("_total"))
        .with_columns(
            pl.col("_total").rank("ordinal", descending=True).over(_SURGERY).alias("_rank")
        )
        .drop("_total")
    )
    ranked = families.join(totals, on=[*_SURGERY, "_family"], nulls_equal=True, how="left")
    is_first = pl.col("_rank") == 1
    several = pl.col("_price") * (pl.col("_first") + _HALF * (pl.col("_units") - pl.col("_first")))
    first = pl.when("_is_family").then("_in_family").otherwise(several)
    return _kept(
        ranked.with_columns(
            pl.when(is_first).then(first).otherwise(pl.col("_in_family") * _HALF).alias("amount"),
            _surgery_words().alias("multiple"),
        )
    )


def _in_families(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with their family and their value in it; a line without a family is its own."""
    is_endoscopy = (pl.col("multiple_procedure") == 3) & pl.col("base_price").is_not_null()
    bases = (
        lines.filter(is_endoscopy)
        .select(*_SURGERY, pl.col("endoscopic_base").alias("procedure_code"))
        .unique()
        .with_columns(pl.lit(value=True).alias("_is_base"))
    )
    priced = lines.join(
        bases, on=[*_SURGERY, "procedure_code"], nulls_equal=True, how="left", maintain_order="left"
    ).with_columns(
        pl.col("_is_base").fill_null(value=False),
        ((pl.col("_technical") + pl.col("_other")) * pl.col("sides")).alias("_price"),
    )
    named = priced.with_columns(
        (is_endoscopy | pl.col("_is_base")).fill_null(value=False).alias("_is_family"),
        pl.when(is_endoscopy)
        .then("endoscopic_base")
        .when("_is_base")
        .then("procedure_code")
        .otherwise(worded("row {}", "row"))
        .alias("_family"),
        pl.when("_is_base").then("whole").otherwise("base_price").alias("base_price"),
    )
    less = pl.max_horizontal(pl.col("_price") - pl.col("base_price") * pl.col("sides"), _ZERO)
    return named.with_columns(
        _rank("_price", pl.col("_is_family"), (*_SURGERY, "_family")).alias("_family_rank")
    ).with_columns(_sum(pl.col("_price"), less, "_family_rank").alias("_in_family"))


def _surgery_words() -> pl.Expr:
    is_less = pl.col("_is_family") & ((pl.col("_family_rank") > 1) | (pl.col("_units") > 1))
    is_half = pl.col("_rank") > 1
    several = (pl.col("_units") > 1) & ~pl.col("_is_family")
    return (
        pl.when(is_less & is_half)
        .then(pl.lit("endoscopy minus its base, 50% as an additional procedure"))
        .when(is_less)
        .then(pl.lit("endoscopy minus its base"))
        .when(is_half)
        .then(pl.lit("50% as an additional procedure"))
        .when(several)
        .then(pl.lit("additional units 50%"))
    )
