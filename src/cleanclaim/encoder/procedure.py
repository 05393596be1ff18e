"""What the loaded tables know about a procedure code on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import polars as pl

from cleanclaim.derived.availability import TABLES
from cleanclaim.encoder.codebook import Codebook
from cleanclaim.reference import OPEN_END, OPEN_START

_STATUS: Final = {
    "A": "active: paid under the fee schedule",
    "B": "bundled: never paid separately",
    "C": "contractor-priced",
    "D": "deleted",
    "E": "excluded from the fee schedule by regulation",
    "F": "deleted",
    "G": "not valid for Medicare: use another code",
    "H": "deleted modifier",
    "I": "not valid for Medicare: use another code",
    "J": "anesthesia",
    "M": "quality measure: reporting only",
    "N": "not covered by Medicare",
    "P": "bundled or excluded",
    "Q": "therapy functional information: reporting only",
    "R": "restricted coverage",
    "T": "paid only if no other service is paid that day",
    "X": "excluded from the fee schedule by law",
}
_PATIENTS: Final = {
    "new": "new patient",
    "established": "established patient",
    "none": "new or established patient",
}
_GLOBAL: Final = {
    "000": "the day of the procedure",
    "010": "the day of the procedure and 10 days after",
    "090": "the day before, the day of the procedure and 90 days after",
    "MMM": "maternity: the usual global period doesn't apply",
    "XXX": "no global period",
    "YYY": "set by the contractor",
    "ZZZ": "add-on: included in the primary procedure's global period",
}
_MAI: Final = {
    1: "per line",
    2: "per day, an absolute limit by policy",
    3: "per day, based on clinical judgment; can be appealed",
}
_SETTINGS: Final = {
    "mue_practitioner": "practitioner",
    "mue_hospital": "outpatient hospital",
    "mue_dme": "supplier",
}
_PAIRS: Final = {
    "ncci_ptp_practitioner": "practitioner",
    "ncci_ptp_hospital": "outpatient hospital",
}
INDICATORS: Final = {
    0: "never paid together",
    1: "paid separately with a modifier, if the record supports it",
    9: "no longer a pair",
}
_VALUES: Final = ("work_rvu", "nonfacility_pe_rvu", "facility_pe_rvu", "mp_rvu", "nonfacility_total", "facility_total")  # fmt: skip
_CENT: Final = Decimal("0.01")
_ADD_ON: Final = {
    1: "bill only with one of its primary codes",
    2: "bill with a primary code that the contractor accepts",
    3: "bill with a listed primary code, or another that the contractor accepts",
}


@dataclass(frozen=True, slots=True)
class Options:
    """What to look up in the tables.

    Attributes:
        on: the date of service.
        locality: for prices, the MAC number and locality from the GPCI file, such as 0111205; None
            for the national price.
        indicator: only pairs with this modifier indicator.
        pairs: pairs per page; 0 for none, which is faster.
        page: the page of pairs to show, from 1.
    """

    on: date
    locality: str | None = None
    indicator: int | None = None
    pairs: int = 20
    page: int = 1


def facts(code: str, options: Options, book: Codebook) -> dict[str, Any]:
    """Return everything the tables know about a code on a day.

    Args:
        code: the procedure code.
        options: the day, and the options for long lists.
        book: the code lists.

    Returns:
        fee_schedule, unit_limits, add_on, pairs, modifiers, coverage, rules (sentences, each with
        its source), and not_loaded: the tables that don't cover the day.
    """
    schedule = _fee_schedule(code, options, book)
    return {
        "fee_schedule": schedule,
        "unit_limits": list(_unit_limits(code, options.on, book)),
        "add_on": _add_on(code, options.on, book),
        "pairs": list(_pairs(code, options, book)),
        "modifiers": list(_modifiers(code, schedule, options.on, book)),
        "coverage": list(_coverage(code, options.on, book)),
        "rules": _without_repeats(_rules(code, options.on, book)),
        "not_loaded": list(_not_loaded(code, options.on, book)),
    }


def rows_on(book: Codebook, table: str, code: str, on: date) -> list[dict[str, Any]]:
    """Return a table's rows for a code on a day; empty if the table isn't loaded."""
    return [row for row in book.rows_of(table, code) if row["valid_from"] <= on <= row["valid_to"]]


def _fee_schedule(code: str, options: Options, book: Codebook) -> list[dict[str, Any]]:
    rows = rows_on(book, "mpfs", code, options.on)
    place = _gpci(options, book)
    return [
        {
            "modifier": row["modifier"],
            "status": row["status"],
            "status_means": _STATUS.get(row["status"]),
            "global_days": row["global_days"],
            "global_means": _GLOBAL.get(row["global_days"]),
            **{name: row.get(name) for name in ("pctc", "multiple_procedure", "bilateral", "assistant", "co_surgeon", "team")},
            **{name: row.get(name) for name in _VALUES},
            "facility_price": _price(row, "facility_pe_rvu", place),
            "nonfacility_price": _price(row, "nonfacility_pe_rvu", place),
            "locality": options.locality,
            "release": row["release"],
        }
        for row in sorted(rows, key=lambda row: row["modifier"] or "")
    ]  # fmt: skip


def _gpci(options: Options, book: Codebook) -> Mapping[str, Decimal] | None:
    """Return the locality's multipliers; ones for the national price; None if the locality isn't loaded."""
    if options.locality is None:
        return dict.fromkeys(("work", "pe", "mp"), Decimal(1))
    return next(iter(rows_on(book, "gpci", options.locality, options.on)), None)


def _price(
    row: dict[str, Any], expense: str, place: Mapping[str, Decimal] | None
) -> Decimal | None:
    """Return a price under 42 CFR 414.20 to 414.28.

    (work x GPCI + practice expense x GPCI + malpractice x GPCI) x conversion factor.
    """
    not_there = row.get("facility_na" if expense.startswith("facility") else "nonfacility_na")
    work, practice, malpractice, factor = (
        row.get(name) for name in ("work_rvu", expense, "mp_rvu", "conversion_factor")
    )
    if place is None or not_there or row["status"] not in {"A", "R", "T"}:
        return None
    if work is None or practice is None or malpractice is None or factor is None:
        return None
    total = work * place["work"] + practice * place["pe"] + malpractice * place["mp"]
    return Decimal(total * factor).quantize(_CENT)


def _unit_limits(code: str, on: date, book: Codebook) -> Iterator[dict[str, Any]]:
    for table, setting in _SETTINGS.items():
        for row in rows_on(book, table, code, on):
            yield {
                "setting": setting,
                "max_units": row["max_units"],
                "adjudication": row["adjudication"],
                "adjudication_means": _MAI.get(row["adjudication"]),
                "rationale": row.get("rationale"),
                "release": row["release"],
            }


def _add_on(code: str, on: date, book: Codebook) -> dict[str, Any]:
    """Return whether the code is an add-on, its primary codes, and its own add-on codes."""
    own = rows_on(book, "ncci_add_on", code, on)
    added = sorted({one for one, first, last in book.add_ons_of.of(code) if first <= on <= last})
    return {
        "is_add_on": bool(own),
        "means": _ADD_ON.get(own[0]["type"]) if own else None,
        "primaries": sorted({row["primary_code"] for row in own if row["primary_code"]}),
        "add_ons": added,
        "release": own[0]["release"] if own else None,
        "partial": not _is_whole("ncci_add_on", on, book),
    }


def _is_whole(table: str, on: date, book: Codebook) -> bool:
    """Return True if a complete release of a table is loaded for a day."""
    return any(first <= on <= last for first, last in book.reference.whole(table))


def _pairs(code: str, options: Options, book: Codebook) -> Iterator[dict[str, Any]]:
    """Yield one page of the NCCI pairs in each setting."""
    if not options.pairs:
        return
    for table, setting in _PAIRS.items():
        if table not in book.reference.names():
            continue
        pairs = _pairs_on(code, table, options.on, book)
        if pairs is None:
            continue
        counts = dict(pairs["indicator"].value_counts().sort("indicator").iter_rows())
        if options.indicator is not None:
            pairs = pairs.filter(pl.col("indicator") == options.indicator)
        shown = pairs.sort("code", "column_2").slice(
            (options.page - 1) * options.pairs, options.pairs
        )
        yield {
            "setting": setting,
            "partial": not _is_whole(table, options.on, book),
            "by_indicator": {str(one): count for one, count in counts.items()},
            "total": pairs.height,
            "page": options.page,
            "pages": max(1, -(-pairs.height // options.pairs)),
            "rows": [
                {
                    "paid": row["code"],
                    "not_paid": row["column_2"],
                    "indicator": row["indicator"],
                    "indicator_means": INDICATORS.get(row["indicator"]),
                    "rationale": row.get("rationale"),
                    "release": row["release"],
                }
                for row in shown.iter_rows(named=True)
            ],
        }


def _pairs_on(code: str, table: str, on: date, book: Codebook) -> pl.DataFrame | None:
    """Return the pairs of a code in force on a day, with the code in either column; None if it has none."""
    found = (book.reference.keyed(table, by).frame(code) for by in ("code", "column_2"))
    held = [rows for rows in found if rows.height]
    if not held:
        return None
    on_day = (pl.col("valid_from") <= on) & (pl.col("valid_to") >= on)
    pairs = pl.concat(held, how="diagonal_relaxed").filter(on_day)
    return pairs.unique(["code", "column_2"], maintain_order=True) if pairs.height else None


def _modifiers(
    code: str, schedule: list[dict[str, Any]], on: date, book: Codebook
) -> Iterator[dict[str, Any]]:
    """Yield the modifiers that may apply, each with the reason."""
    for modifiers, why, release in (
        *_by_schedule(schedule),
        *_by_lists(code, on, book),
    ):
        for modifier in modifiers:
            yield {"modifier": modifier, "why": why, "release": release}


def _by_schedule(schedule: list[dict[str, Any]]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    whole = next((row for row in schedule if row["modifier"] is None), None)
    if whole is None:
        return
    for column, values, modifiers, why in _BY_INDICATOR:
        is_surgery = whole["global_days"] not in {"XXX", None}
        if whole[column] in values and (is_surgery or column in {"pctc", "bilateral"}):
            yield modifiers, why, whole["release"]
    if whole["global_days"] in {"010", "090"}:
        days = whole["global_days"].lstrip("0")
        yield ("54", "55", "58", "78", "79"), f"global period of {days} days", whole["release"]


def _by_lists(code: str, on: date, book: Codebook) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for table, describe in _BY_LIST.items():
        for row in rows_on(book, table, code, on):
            modifiers, why = describe(row)
            yield modifiers, why, row["release"]


_BY_INDICATOR: Final = (
    ("pctc", (1,), ("26", "TC"), "it has a professional and a technical component"),
    ("bilateral", (1, 3), ("50",), "it can be done on both sides"),
    ("assistant", (2,), ("80", "81", "82", "AS"), "an assistant at surgery can be paid"),
    (
        "assistant",
        (0,),
        ("80", "81", "82", "AS"),
        "an assistant at surgery can be paid if the record shows the need",
    ),
    ("co_surgeon", (2,), ("62",), "co-surgeons can be paid"),
    ("co_surgeon", (1,), ("62",), "co-surgeons can be paid if the record shows the need"),
    ("team", (2,), ("66",), "a surgical team can be paid"),
    ("team", (1,), ("66",), "a surgical team can be paid if the record shows the need"),
    (
        "multiple_procedure",
        (2, 3),
        ("51",),
        "payment is reduced if it is one of several procedures on the same day",
    ),
)
_SIDES: Final = {
    "side": ("RT", "LT"),
    "lid": ("E1", "E2", "E3", "E4"),
    "digit": ("FA", *(f"F{n}" for n in range(1, 10)), "TA", *(f"T{n}" for n in range(1, 10))),
}
_WAIVED: Final = {
    "defined": "waived test kits are billed with modifier QW",
    "waived": "waived, and billed without modifier QW",
    "none": "not waived",
}
_BY_LIST: Final[dict[str, Callable[[dict[str, Any]], tuple[tuple[str, ...], str]]]] = {
    "clia_tests": lambda row: (("QW",) if row["qw"] == "defined" else (), "for a waived test in a laboratory with a certificate of waiver"),
    "telehealth": lambda row: (("95", "93") if row["audio_only"] else ("95",), "on the telehealth list"),
    "visit_codes": lambda _row: (("25",), "a visit separate from a procedure on the same day, if the record supports it"),
    "therapy_codes": lambda row: (tuple(row["disciplines"].split()), "under that discipline's therapy plan of care"),
    "side_required": lambda row: (_SIDES[row["kind"]], "the side must be reported"),
}  # fmt: skip
"""Modifiers that a list supports, and why."""


def _coverage(code: str, on: date, book: Codebook) -> Iterator[dict[str, Any]]:
    """Yield the policies that name the code, with how many diagnoses each accepts."""
    named = rows_on(book, "coverage_procedures", code, on)
    for policy in sorted({row["policy"] for row in named}):
        own = [row for row in named if row["policy"] == policy]
        described = next(iter(rows_on(book, "coverage_policies", policy, on)), {})
        states = rows_on(book, "coverage_states", policy, on)
        yield {
            "policy": policy,
            "title": described.get("title"),
            "kind": own[0]["kind"],
            "states": sorted({row["state"] for row in states}),
            "groups": sorted({row["group"] for row in own}),
            "covered": any(row["covered"] for row in own),
            "diagnoses": _diagnoses(policy, [row["group"] for row in own], on, book),
            "citation": described.get("citation"),
            "release": own[0]["release"],
        }


def _diagnoses(policy: str, groups: list[int], on: date, book: Codebook) -> dict[str, int]:
    """Return how many diagnoses a policy accepts as supporting the code, and how many it refuses."""
    if "coverage_diagnoses" not in book.reference.names():
        return {"supporting": 0, "refused": 0}
    rows = book.reference.having("coverage_diagnoses", "policy", policy)
    on_day = pl.lit(on).is_between(pl.col("valid_from"), pl.col("valid_to"))
    held = rows.filter(on_day, pl.col("group").is_in(groups)).unique(["code", "covered"])
    supporting = held.filter("covered").height
    return {"supporting": supporting, "refused": held.height - supporting}


def _rules(code: str, on: date, book: Codebook) -> Iterator[dict[str, str]]:
    """Yield the other rules that name the code, one sentence each."""
    for table, sentence in _SENTENCES.items():
        for row in rows_on(book, table, code, on):
            yield {"text": sentence(row), "release": row["release"]}
    for table, sentence in _RANGES.items():
        for row in book.ranges(table):
            if len(row["code"]) == len(code) and row["code"] <= code <= row["last"]:
                yield {"text": sentence(row), "release": row["release"]}


def _without_repeats(rules: Iterator[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rules without repeats."""
    return list({rule["text"]: rule for rule in rules}.values())


def _ages(row: dict[str, Any]) -> str:
    low, high = row["age_from"], row["age_to"]
    if low is None and high is None:
        return "any age"
    if high is None:
        return f"age {low} and older"
    return f"ages {low or 0} to {high}"


def _how_often(most: int, period: str) -> str:
    """Return a frequency limit in words.

    >>> _how_often(1, "months:11")
    'Once every 11 months'
    """
    times = {1: "Once", 2: "Twice"}.get(most, f"{most} times")
    unit, _, count = period.partition(":")
    if count:
        return f"{times} every {count} {unit}"
    return f"{times} per {unit.replace('_', ' ')}"


_SENTENCES: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "visit_codes": lambda row: f"A visit: {row['category']}, {row['visit_kind']}, {_PATIENTS.get(row['patient'], row['patient'])}, {_ages(row)}.",
    "timed_codes": lambda row: f"Timed: {row['minutes']} minutes per unit ({row['kind']}).",
    "frequency_limits": lambda row: f"{_how_often(row['most'], row['period'])}: {row['reason']} ({row['citation']}).",
    "procedure_age": lambda row: f"For ages {row['age_from']} to {row['age_to']}: {row['reason']}.",
    "prolonged_codes": lambda row: f"Prolonged service with {row['extends'].replace(' ', ', ')}.",
    "medicare_instead": lambda row: f"For Medicare, bill {row['instead'].replace(' ', ' or ')} instead: {row['reason']}.",
    "single_dose_drugs": lambda row: f"A single-dose container drug ({row['label']}): modifier JW or JZ reports the discarded amount.",
    "unlisted_codes": lambda _row: "An unlisted code: the claim must describe what was done.",
    "hcpcs_noc": lambda _row: "A not-otherwise-classified code: the claim must describe the item or service.",
    "telehealth": lambda row: "On the telehealth list" + (", including audio-only." if row["audio_only"] else "."),
    "clia_tests": lambda row: f"A CLIA laboratory test: {_WAIVED[row['qw']]}.",
    "code_rules": lambda row: f"{row['rule'].replace('_', ' ')} ({row['citation']}).",
    "rbcs": lambda row: f"Type of service (RBCS): {row['category']}, {row['subcategory']}.",
}  # fmt: skip
_RANGES: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "procedure_sex": lambda row: f"For {'male' if row['sex'] == 'M' else 'female'} patients: {row['reason']}.",
    "ordered_services": lambda row: f"Needs an order: {row['kind']}.",
    "visit_places": lambda row: f"{row['kind'].capitalize()}: not in place of service {row['not_in'].replace(' ', ', ')}.",
}  # fmt: skip
_LOADABLE: Final = {
    "mpfs": ("mpfs",),
    "mue": ("mue_practitioner",),
    "ptp": ("ncci_ptp_practitioner",),
    "ncci_add_on": ("ncci_add_on",),
    "coverage": ("coverage_procedures",),
    "telehealth": ("telehealth",),
}


def _not_loaded(code: str, on: date, book: Codebook) -> Iterator[dict[str, str]]:
    """Yield the tables that have no complete release for the day."""
    for name, tables in _LOADABLE.items():
        spans = [span for table in tables for span in book.reference.whole(table)]
        if any(first <= on <= last for first, last in spans):
            continue
        if any(rows_on(book, table, code, on) for table in tables):
            continue
        table = TABLES[name]
        days = ", ".join(_days(*span) for span in spans)
        yield {
            "table": table.words,
            "reason": f"loaded for {days}, not for {on}" if days else "not loaded",
            "supply": table.supply,
        }


def _days(first: date, last: date) -> str:
    start = "always" if first == OPEN_START else str(first)
    return f"{start} to {'open' if last == OPEN_END else last}"
