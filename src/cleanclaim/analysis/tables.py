"""The tables of an analysis, from counts by patient.

Cells of fewer than eleven patients are suppressed, as CMS asks of those who publish its data. If
only one cell of a group is, the next smallest is suppressed too, so that nobody can work it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from cleanclaim.analysis.facts import Facts
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


def by_month(diagnoses: pl.DataFrame, groups: pl.DataFrame, population: pl.DataFrame | None, least: int) -> pl.DataFrame:  # fmt: skip
    """Diagnoses over time: month, group, label, claims, patients, and patients per 1,000 people if a population is given."""
    return _counted(diagnoses, groups, ("month",), population, least)


def by_age_and_sex(diagnoses: pl.DataFrame, groups: pl.DataFrame, population: pl.DataFrame | None, least: int) -> pl.DataFrame:  # fmt: skip
    """Diagnoses by age band and sex."""
    return _counted(diagnoses, groups, ("age_band", "sex"), population, least)


def by_region(diagnoses: pl.DataFrame, groups: pl.DataFrame, population: pl.DataFrame | None, least: int) -> pl.DataFrame:  # fmt: skip
    """Diagnoses by state of the provider."""
    return _counted(diagnoses, groups, ("region",), population, least)


def _counted(
    diagnoses: pl.DataFrame,
    groups: pl.DataFrame,
    by: Sequence[str],
    population: pl.DataFrame | None,
    least: int,
) -> pl.DataFrame:
    met = diagnoses.join(groups, on="code").group_by("group", "label", *by)
    table = met.agg(pl.col("claims").sum(), pl.col("patient").n_unique().alias("patients")).sort("group", *by)  # fmt: skip
    known = [name for name in by if population is not None and name in population.columns]
    if population is not None and len(known) == len(by):
        people = population.group_by(*by).agg(pl.col("population").sum())
        rate = (pl.col("patients") * 1000 / pl.col("population")).round(2)
        table = table.join(people, on=list(by), how="left").with_columns(rate.alias("per_1000"))
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


def _sums() -> list[pl.Expr]:
    return [
        pl.col("lines").sum(),
        pl.col("units").sum(),
        pl.col("patient").n_unique().alias("patients"),
        pl.col("charged").sum().round(2),
        pl.col("allowed").sum().round(2),
        pl.col("priced").sum().alias("lines_with_allowed"),
    ]


def _per_patient(table: pl.DataFrame) -> pl.DataFrame:
    priced = pl.col("lines_with_allowed") > 0
    return table.with_columns(
        pl.when(priced).then("allowed").alias("allowed"),
        (pl.col("charged") / pl.col("patients")).round(2).alias("charged_per_patient"),
    )


_VALUES: Final = ("lines", "units", "charged", "allowed", "lines_with_allowed", "charged_per_patient")  # fmt: skip


def services(facts: pl.DataFrame, classes: pl.DataFrame, least: int) -> pl.DataFrame:
    """Services by code with their class: lines, units, patients, charged, allowed by Medicare's fees, charged per patient."""
    table = _per_patient(facts.group_by("procedure_code").agg(_sums()))
    named = table.join(classes, on="procedure_code").sort("charged", "procedure_code", descending=[True, False])  # fmt: skip
    first = ("procedure_code", "category", "subcategory")
    shown = named.select(*first, *(name for name in named.columns if name not in first))
    return suppressed(shown, least, within=[], values=_VALUES)


def service_classes(facts: pl.DataFrame, classes: pl.DataFrame, least: int) -> pl.DataFrame:
    """Services by class."""
    met = facts.join(classes, on="procedure_code").group_by("category", "subcategory").agg(_sums())
    table = _per_patient(met).sort("charged", "category", "subcategory", descending=[True, False, False])  # fmt: skip
    return suppressed(table, least, within=[], values=_VALUES)


def services_for_diagnoses(
    facts: pl.DataFrame, classes: pl.DataFrame, groups: pl.DataFrame, least: int
) -> pl.DataFrame:
    """What is spent on each group of diagnoses: by class of service, of the lines whose first diagnosis is in the group."""
    met = (
        facts.join(groups, on="code")
        .join(classes, on="procedure_code")
        .group_by("group", "label", "category")
        .agg(_sums())
    )
    table = _per_patient(met).sort("group", "charged", "category", descending=[False, True, False])
    return suppressed(table, least, within=["group"], values=_VALUES)


def chronic(diagnoses: pl.DataFrame, patients: int, least: int) -> pl.DataFrame:
    """Patients with each chronic condition, and their share of all patients."""
    met = _with_conditions(diagnoses).group_by("condition").agg(pl.col("patient").n_unique().alias("patients"))  # fmt: skip
    share = (pl.col("patients") / max(patients, 1)).round(4).alias("share")
    table = met.with_columns(share).sort("patients", "condition", descending=[True, False])
    return suppressed(table, least, within=[], values=["share"])


def chronic_counts(diagnoses: pl.DataFrame, patients: int, least: int) -> pl.DataFrame:
    """How many patients have no, one, two, three, or four and more chronic conditions."""
    per_patient = _with_conditions(diagnoses).group_by("patient").agg(pl.col("condition").n_unique().alias("conditions"))  # fmt: skip
    many = per_patient.with_columns(pl.col("conditions").clip(upper_bound=_FROM_FOUR))
    counted = dict(many.group_by("conditions").len().iter_rows())
    counted[0] = patients - per_patient.height
    names = [str(n) if n < _FROM_FOUR else f"{n} or more" for n in range(_FROM_FOUR + 1)]
    table = pl.DataFrame(
        {"conditions": names, "patients": [counted.get(n, 0) for n in range(_FROM_FOUR + 1)]},
        {"conditions": pl.String, "patients": pl.Int64},
    )
    return suppressed(table.filter(pl.col("patients") > 0), least, within=[], values=[])


def _with_conditions(diagnoses: pl.DataFrame) -> pl.DataFrame:
    category = pl.col("code").str.slice(0, 3)
    parts = []
    for name, spans in CHRONIC:
        tests = []
        for span in spans:
            low, _, high = span.partition("-")
            tests.append(category.is_between(pl.lit(low), pl.lit(high or low)))
        parts.append(
            diagnoses.filter(pl.any_horizontal(tests))
            .select("patient", pl.lit(name).alias("condition"))
            .unique()
        )
    return pl.concat(parts)


def next_year(diagnoses: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Diagnosis codes in the claims that end with the code year of the last claim: their claims, last day and what replaces them."""
    used = diagnoses.group_by("code").agg(pl.col("claims").sum())
    last = str(diagnoses["month"].max() or "")
    if not last:
        return pl.DataFrame(schema={"code": pl.String, "claims": pl.UInt32, "last_day": pl.Date, "instead": pl.List(pl.String)})  # fmt: skip
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
    facts: Facts,
    reference: Reference,
    groups: pl.DataFrame,
    *,
    population: pl.DataFrame | None,
    least: int,
) -> Mapping[str, pl.DataFrame]:
    """Every table from the counts, by name."""
    diagnoses, lines = facts.diagnoses(), facts.services()
    patients = facts.patients().height
    classes = classes_of_services(lines["procedure_code"], reference)
    return {
        "diagnoses_by_month": by_month(diagnoses, groups, population, least),
        "diagnoses_by_age_and_sex": by_age_and_sex(diagnoses, groups, population, least),
        "diagnoses_by_region": by_region(diagnoses, groups, population, least),
        "services": services(lines, classes, least),
        "service_classes": service_classes(lines, classes, least),
        "services_for_diagnoses": services_for_diagnoses(lines, classes, groups, least),
        "chronic_conditions": chronic(diagnoses, patients, least),
        "chronic_counts": chronic_counts(diagnoses, patients, least),
        "next_code_year": next_year(diagnoses, reference),
    }
