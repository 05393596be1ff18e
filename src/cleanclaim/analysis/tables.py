"""The tables of an analysis, from counts by patient.

Cells of fewer than eleven patients are suppressed, as CMS asks of those who publish its data. If
only one cell of a group is, the next smallest is suppressed too, so that nobody can work it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from cleanclaim.analysis.counts import Counts
from cleanclaim.reference import Reference

LEAST: Final = 11
"""CMS's cell size suppression policy: no cell of 1 to 10 people."""
CHRONIC: Final = (
    ("Hypertension", ("I10-I16",)),
    ("Diabetes", ("E08-E13",)),
    ("Disorders of lipids", ("E78",)),
    ("Obesity", ("E66",)),
    ("Thyroid disease", ("E00-E07",)),
    ("Coronary heart disease", ("I20-I25",)),
    ("Heart failure", ("I50",)),
    ("Atrial fibrillation", ("I48",)),
    ("Stroke and its sequelae", ("I63", "I69")),
    ("Asthma", ("J45",)),
    ("COPD", ("J41-J44",)),
    ("Chronic kidney disease", ("N18",)),
    ("Chronic liver disease", ("K70", "K73-K76", "B18")),
    ("Cancer", ("C00-C96",)),
    ("Depression", ("F32-F34",)),
    ("Anxiety disorders", ("F40-F41",)),
    ("Schizophrenia and related", ("F20-F25",)),
    ("Dementia", ("F01-F03", "G30-G31")),
    ("Parkinson disease", ("G20-G21",)),
    ("Multiple sclerosis", ("G35",)),
    ("Epilepsy", ("G40",)),
    ("Osteoarthritis", ("M15-M19",)),
    ("Rheumatoid arthritis", ("M05-M06",)),
    ("Osteoporosis", ("M80-M81",)),
    ("HIV disease", ("B20",)),
)
"""Conditions that usually last for life, by categories of ICD-10-CM. Our own list; the Chronic Conditions Warehouse's also counts visits."""
_FROM_FOUR: Final = 4
_OTHER_SERVICES: Final = "not classified"


def by(counts: Counts, groups: pl.DataFrame, divided: Sequence[str], population: pl.DataFrame | None, least: int) -> pl.DataFrame:  # fmt: skip
    """Diagnoses by group and what they are divided by: claims, patients, and patients per 1,000 people if a population is given."""
    table = counts.diagnoses_by(groups, divided).sort("group", *divided)
    known = [name for name in divided if population is not None and name in population.columns]
    if population is not None and len(known) == len(divided):
        people = population.group_by(*divided).agg(pl.col("population").sum())
        rate = (pl.col("patients") * 1000 / pl.col("population")).round(2)
        table = table.join(people, on=list(divided), how="left").with_columns(rate.alias("per_1000"))  # fmt: skip
    return suppressed(table, least, within=["group"], values=["claims", "per_1000"])


def suppressed(
    table: pl.DataFrame, least: int, *, within: Sequence[str], values: Sequence[str]
) -> pl.DataFrame:
    """A table whose small cells are null, with `suppressed` true for them.

    Args:
        table: with `patients`.
        least: the fewest patients that are shown.
        within: what cells add up in: if one alone is small, the next smallest is suppressed too.
        values: columns that are suppressed along with `patients`; those that aren't there are ignored.
    """
    small = pl.col("patients") < least
    alone = small.sum().over(within) == 1 if within else small.sum() == 1
    others = pl.when(~small).then("patients")
    second = others == (others.min().over(within) if within else others.min())
    first_second = second & (second.cum_sum().over(within) == 1 if within else second.cum_sum() == 1)  # fmt: skip
    hidden = small | (alone & first_second.fill_null(value=False))
    if least <= 1:
        hidden = pl.lit(value=False)
    shown = [name for name in ("patients", *values) if name in table.columns]
    marked = table.with_columns(hidden.alias("suppressed"))
    return marked.with_columns(pl.when(~pl.col("suppressed")).then(name).alias(name) for name in shown)  # fmt: skip


def classes_of_services(codes: pl.Series, reference: Reference) -> pl.DataFrame:
    """The class of some procedure codes (RBCS): `procedure_code`, `category`, `subcategory`."""
    own = codes.unique().sort().rename("procedure_code").to_frame()
    if "rbcs" not in reference.names():
        return own.with_columns(pl.lit(_OTHER_SERVICES).alias("category"), pl.lit("").alias("subcategory"))  # fmt: skip
    table = reference.table("rbcs").sort("code", "valid_to").unique("code", keep="last", maintain_order=True)  # fmt: skip
    return own.join(
        table.select(pl.col("code").alias("procedure_code"), "category", "subcategory"),
        on="procedure_code",
        how="left",
        maintain_order="left",
    ).with_columns(
        pl.col("category").fill_null(_OTHER_SERVICES), pl.col("subcategory").fill_null("")
    )


def _counted(met: pl.DataFrame) -> pl.DataFrame:
    """Counted services as they are shown, with what is charged per patient."""
    table = met.with_columns(
        pl.col("units").cast(pl.Float64),
        pl.col("charged", "allowed").cast(pl.Float64).round(2),
    ).rename({"priced": "lines_with_allowed"})
    return table.with_columns(
        pl.when(pl.col("lines_with_allowed") > 0).then("allowed").alias("allowed"),
        (pl.col("charged") / pl.col("patients")).round(2).alias("charged_per_patient"),
    )


_SHOWN: Final = ("lines", "units", "patients", "charged", "allowed", "lines_with_allowed", "charged_per_patient")  # fmt: skip
_VALUES: Final = tuple(name for name in _SHOWN if name != "patients")


def services(counts: Counts, classes: pl.DataFrame, least: int) -> pl.DataFrame:
    """Services by code with their class: lines, units, patients, charged, allowed by Medicare's fees, charged per patient."""
    first = ("procedure_code", "category", "subcategory")
    table = _counted(counts.services_by(first, classes)).sort("charged", "procedure_code", descending=[True, False])  # fmt: skip
    return suppressed(table.select(*first, *_SHOWN), least, within=[], values=_VALUES)


def service_classes(counts: Counts, classes: pl.DataFrame, least: int) -> pl.DataFrame:
    """Services by class."""
    by = ("category", "subcategory")
    table = _counted(counts.services_by(by, classes)).sort("charged", *by, descending=[True, False, False])  # fmt: skip
    return suppressed(table.select(*by, *_SHOWN), least, within=[], values=_VALUES)


def services_for_diagnoses(
    counts: Counts, classes: pl.DataFrame, groups: pl.DataFrame, least: int
) -> pl.DataFrame:
    """What is spent on each group of diagnoses: by class of service, of the lines whose first diagnosis is in the group."""
    by = ("group", "label", "category")
    table = _counted(counts.services_by(by, classes, groups)).sort("group", "charged", "category", descending=[False, True, False])  # fmt: skip
    return suppressed(table.select(*by, *_SHOWN), least, within=["group"], values=_VALUES)


def chronic(counts: Counts, least: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Patients with each chronic condition and their share of all patients; and patients by how many they have: none, one, two, three, or four and more."""
    patients = counts.patients()
    each, many = counts.conditions(conditions_of(counts.codes()["code"].unique()))
    share = (pl.col("patients") / max(patients, 1)).round(4).alias("share")
    by_condition = each.with_columns(share).sort("patients", "condition", descending=[True, False])
    counted = dict.fromkeys(range(_FROM_FOUR + 1), 0)
    for number, found in many.iter_rows():
        counted[min(number, _FROM_FOUR)] += found
    counted[0] = patients - sum(counted.values())
    names = [str(n) if n < _FROM_FOUR else f"{n} or more" for n in counted]
    table = pl.DataFrame({"conditions": names, "patients": list(counted.values())}, {"conditions": pl.String, "patients": pl.Int64})  # fmt: skip
    return (
        suppressed(by_condition, least, within=[], values=["share"]),
        suppressed(table.filter(pl.col("patients") > 0), least, within=[], values=[]),
    )


def conditions_of(codes: pl.Series) -> pl.DataFrame:
    """The chronic conditions that diagnosis codes mean: `code`, `condition`."""
    category = pl.col("code").str.slice(0, 3)
    parts = []
    for name, spans in CHRONIC:
        tests = []
        for span in spans:
            low, _, high = span.partition("-")
            tests.append(category.is_between(pl.lit(low), pl.lit(high or low)))
        own = codes.rename("code").to_frame().filter(pl.any_horizontal(tests))
        parts.append(own.with_columns(pl.lit(name).alias("condition")))
    return pl.concat(parts)


def next_year(diagnoses: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Diagnosis codes in the claims that end with the code year of the last claim: their claims, last day and what replaces them."""
    used = diagnoses.group_by("code").agg(pl.col("claims").sum())
    last = str(diagnoses["month"].max() or "")
    if not last:
        return pl.DataFrame(schema={"code": pl.String, "claims": pl.Int64, "last_day": pl.Date, "instead": pl.List(pl.String)})  # fmt: skip
    year = int(last[:4]) + (int(last[5:7]) >= 10)
    end = pl.date(year, 9, 30)
    spans = reference.table("icd10cm").group_by("code").agg(pl.col("valid_to").max().alias("last_day"))  # fmt: skip
    ending = used.join(spans, on="code").filter(pl.col("last_day") == end)
    after = (
        reference.table("conversions")
        .filter(pl.col("valid_from") == pl.date(year, 10, 1))
        .group_by("code")
        .agg(pl.col("to_code").sort().alias("instead"))
    )
    return ending.join(after, on="code", how="left").sort("claims", "code", descending=[True, False])  # fmt: skip


def tables_of(
    counts: Counts,
    reference: Reference,
    groups: pl.DataFrame,
    *,
    population: pl.DataFrame | None,
    least: int,
) -> Mapping[str, pl.DataFrame]:
    """Every table from the counts, by name."""
    classes = classes_of_services(counts.procedures(), reference)
    by_condition, by_number = chronic(counts, least)
    return {
        "diagnoses_by_month": by(counts, groups, ("month",), population, least),
        "diagnoses_by_age_and_sex": by(counts, groups, ("age_band", "sex"), population, least),
        "diagnoses_by_region": by(counts, groups, ("region",), population, least),
        "services": services(counts, classes, least),
        "service_classes": service_classes(counts, classes, least),
        "services_for_diagnoses": services_for_diagnoses(counts, classes, groups, least),
        "chronic_conditions": by_condition,
        "chronic_counts": by_number,
        "next_code_year": next_year(counts.codes(), reference),
    }
