"""An analysis as one printable HTML page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import polars as pl

from cleanclaim.analysis.run import Analysis
from cleanclaim.report.charts import Bar, bars, lines
from cleanclaim.report.labels import counted
from cleanclaim.report.sections import figures, page, paragraph, section, table

_TOP: Final = 6
"""How many groups a chart over time shows."""
_ROWS: Final = 40
_GROUPS: Final = 15
"""How many groups a table across has."""
_SHARES: Final = frozenset({"share", "clean_claim_rate", "first_pass_yield", "precision"})
_HIDDEN: Final = "suppressed"
_FEW: Final = "few"
_TITLES: Final = {"ccsr": "clinical category (CCSR)", "chapter": "chapter of ICD-10-CM", "code": "code"}  # fmt: skip


def analysis_page(analysis: Analysis) -> str:
    """The page."""
    months = sorted(map(str, analysis.tables["diagnoses_by_month"]["month"].unique()))
    span = f"{months[0]} to {months[-1]}" if months else "without dates"
    facts = f"{analysis.claims:,} claims of {analysis.patients:,} patients, {span}"
    return page("Claims analysis", facts, sections(analysis))


def sections(analysis: Analysis) -> Iterator[str]:
    """The sections of the page."""
    tables = analysis.tables
    yield section(
        "Overview",
        figures(_figures(analysis)),
        *(paragraph(note, kind="note") for note in analysis.notes),
    )
    yield _trend(tables["diagnoses_by_month"], _TITLES[analysis.grouping])
    yield _across("Diagnoses by age and sex", tables["diagnoses_by_age_and_sex"], ["group", "sex"], "age_band")  # fmt: skip
    yield _across("Diagnoses by state of the provider", tables["diagnoses_by_region"], ["group", "label"], "region")  # fmt: skip
    yield _bars("Chronic conditions", tables["chronic_conditions"], "condition", "patients", _count, _grid_table(tables["chronic_counts"]))  # fmt: skip
    yield _bars("Services by class", tables["service_classes"], "subcategory", "charged", _money, _grid_table(tables["services"]))  # fmt: skip
    yield _grid("What is charged for each group of diagnoses", tables["services_for_diagnoses"])
    for name, title in (("claims_by_payer", "Payers"), ("claims_by_provider", "Providers")):
        if name in tables:
            rows = tables[name]
            yield _bars(f"{title}: clean claims", rows, rows.columns[0], "clean_claim_rate", _percent, _grid_table(rows))  # fmt: skip
    if "findings_by_edit" in tables:
        rows = tables["findings_by_edit"]
        yield _bars("Dollars at risk by edit", rows, "code", "at_risk_amount", _money, _grid_table(rows))  # fmt: skip
    if "payment_kpis" in tables:
        yield from _payments(tables)
    for name, title in (("risk_scores", "Risk scores"), ("risk_conditions", "Risk: condition categories")):  # fmt: skip
        if name in tables:
            yield _grid(title, tables[name])
    yield _grid("Codes that end with the code year", tables["next_code_year"], "No code in these claims ends with the code year.")  # fmt: skip


def _payments(tables: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    """The sections about denials and payments."""
    values = dict(tables["payment_kpis"].iter_rows())
    shown = [
        (name.replace("_", " "), _number(name, value))
        for name, value in values.items()
        if value is not None
    ]
    yield section("Denials and payments", figures(shown))
    rows = tables["denials_by_month"].filter(pl.col("month") != "unknown")
    months = rows["month"].to_list()
    series = [("denied claims", rows["denial_rate"].to_list()), ("first-pass yield", rows["first_pass_yield"].to_list())]  # fmt: skip
    chart = lines("Denial rate and first-pass yield by month", months, series) if months else ""
    yield section("Denials by month of the first answer", chart, _grid_table(rows))
    for name, title in (("payer", "Payers"), ("provider", "Providers")):
        own = tables[f"denials_by_{name}"]
        yield _bars(f"{title}: denied claims", own, name, "denial_rate", _percent, _grid_table(own))
    reasons, edits = tables["denials_by_reason"], tables["denials_by_edit"]
    yield _bars("Denied dollars by reason", reasons, "reason", "denied_amount", _money, _grid_table(reasons))  # fmt: skip
    yield _bars("Denied dollars by the edit that would have caught them", edits, "code", "denied_amount", _money, _grid_table(edits))  # fmt: skip
    yield _grid("What became of findings", tables["edit_outcomes"])


def _number(name: str, value: float) -> str:
    if name in _SHARES or name.startswith("denial_rate"):
        return _percent(value)
    return _money(value) if "amount" in name else _count(value)


def _figures(analysis: Analysis) -> list[tuple[str, str]]:
    shown = [("Claims", f"{analysis.claims:,}"), ("Patients", f"{analysis.patients:,}")]
    payers = analysis.tables.get("claims_by_payer")
    if payers is not None and payers.height:
        sums = {name: float(payers[name].sum()) for name in payers.columns if payers[name].dtype.is_numeric()}  # fmt: skip
        clean = sums["clean"] + sums["clean_as_far_as_checked"]
        shown += [
            ("Clean as far as checked", _percent(clean / sums["claims"])),
            ("First pass", _percent(sums["first_pass"] / sums["claims"])),
            ("At risk", _money(sums["at_risk_amount"])),
        ]
    return shown


def _trend(rows: pl.DataFrame, grouping: str) -> str:
    """The groups with the most patients in a month, over time."""
    months = rows["month"].unique().sort().to_list()
    rate = "per_1000" if "per_1000" in rows.columns else "patients"
    most = rows.group_by("group", "label").agg(pl.col(rate).sum().alias("n")).sort("n", "group", descending=[True, False])  # fmt: skip
    series = []
    for group, label, _ in most.head(_TOP).iter_rows():
        own = dict(rows.filter(group=group).select("month", rate).iter_rows())
        known = set(rows.filter(group=group)["month"])
        values = [own.get(month, 0.0 if month not in known else None) for month in months]
        series.append((_short(group, label), values))
    what = "patients per 1,000 people" if rate == "per_1000" else "patients"
    number = min(_TOP, most.height)
    words = f"By {grouping}: {what} each month, of the {number} groups with the most. A gap is a suppressed month."
    chart = lines(f"Diagnoses by month, {what}", months, series) if months else ""
    return section("Diagnoses over time", paragraph(words), chart, _pivot(rows, ["group"], "month"))


def _across(title: str, rows: pl.DataFrame, index: list[str], across: str) -> str:
    return section(title, paragraph("Patients."), _pivot(rows, index, across))


def _pivot(rows: pl.DataFrame, index: list[str], across: str) -> str:
    """Patients of the groups with the most, one column for each value of another column."""
    most = rows.group_by("group").agg(pl.col("patients").sum().alias("n")).sort("n", "group", descending=[True, False])  # fmt: skip
    top = most["group"].head(_GROUPS)
    values = sorted(rows[across].unique(), key=_in_order)
    cells: dict[tuple[str, ...], dict[str, str]] = {}
    shown = rows.filter(pl.col("group").is_in(top.implode())).sort(*index)
    for row in shown.iter_rows(named=True):
        text = _FEW if row["suppressed"] else _count(row["patients"])
        cells.setdefault(tuple(str(row[name]) for name in index), {})[str(row[across])] = text
    body = [[*key, *(found.get(value, "") for value in values)] for key, found in cells.items()]
    words = f"{_FEW}: suppressed. " if rows["suppressed"].any() else ""
    more = most.height - len(top)
    words += f"{counted(more, 'group')} with fewer patients in the tables." if more else ""
    heads = [*(name.replace("_", " ") for name in index), *values]
    return table(heads, body, numbers_from=len(index)) + (paragraph(words) if words else "")


def _in_order(value: str) -> tuple[bool, int, str]:
    """Age bands by their first year, other values as they are, and what isn't known last."""
    first = value.rstrip("+").split("-")[0]
    years = int(first) if first.isdigit() and len(first) < _DIGITS_OF_A_YEAR else 0
    return value == "unknown", years, value


_DIGITS_OF_A_YEAR: Final = 4


def _short(group: str, label: str) -> str:
    words = group if not label or label == group else f"{group} {label}"
    return words if len(words) <= 28 else f"{words[:27]}…"


def _bars(
    title: str, rows: pl.DataFrame, name: str, value: str, shown: Callable[[float], str], more: str
) -> str:
    top = rows.head(15)
    items = [
        Bar(str(row[name] or row[rows.columns[0]]), float(row[value] or 0), _HIDDEN if row[value] is None else shown(row[value]))
        for row in top.iter_rows(named=True)
    ]  # fmt: skip
    return section(title, bars(f"{title}: {value.replace('_', ' ')}", items) if items else paragraph("None."), more)  # fmt: skip


def _grid(title: str, rows: pl.DataFrame, empty: str = "None.") -> str:
    return section(title, _grid_table(rows) if rows.height else paragraph(empty))


def _grid_table(rows: pl.DataFrame) -> str:
    """A table's first rows; a suppressed cell says so."""
    columns = [name for name in rows.columns if name != "suppressed"]
    first = next((n for n, name in enumerate(columns) if rows[name].dtype.is_numeric()), len(columns))  # fmt: skip
    heads = [name.replace("_", " ") for name in columns]
    body = [
        [_cell(name, row, is_number=rows[name].dtype.is_numeric()) for name in columns]
        for row in rows.head(_ROWS).iter_rows(named=True)
    ]
    more = paragraph(f"{rows.height - _ROWS:,} more rows are in the tables.") if rows.height > _ROWS else ""  # fmt: skip
    return table(heads, body, numbers_from=first) + more


def _cell(name: str, row: Mapping[str, Any], *, is_number: bool) -> str:
    value = row[name]
    if value is None:
        return _HIDDEN if is_number and row.get("suppressed") else ""
    if isinstance(value, (list, pl.Series)):
        return ", ".join(map(str, value))
    if not is_number:
        return str(value)
    if name in _SHARES or name.startswith("denial_rate"):
        return _percent(value)
    if any(word in name for word in ("charge", "allowed", "amount")) and "lines" not in name:
        return _money(value)
    return _count(value)


def _count(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _money(value: float) -> str:
    return f"${value:,.2f}"


def _percent(value: float) -> str:
    return f"{value:.1%}"
