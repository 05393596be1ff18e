"""What the loaded tables know of a procedure code on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import polars as pl

from cleanclaim.derived.availability import TABLES
from cleanclaim.encoder.codebook import Book
from cleanclaim.reference import OPEN_END, OPEN_START

_STATUS: Final = {
    "A": "active: paid by the fee schedule",
    "B": "bundled: never paid apart",
    "C": "priced by the contractor",
    "D": "deleted",
    "E": "excluded from the fee schedule by regulation",
    "F": "deleted",
    "G": "not valid for Medicare: another code is used",
    "H": "deleted with its modifier",
    "I": "not valid for Medicare: another code is used",
    "J": "anesthesia",
    "M": "a measure: reported only",
    "N": "not covered by Medicare",
    "P": "bundled or excluded",
    "Q": "functional information of therapy: reported only",
    "R": "restricted coverage",
    "T": "paid only where nothing else is paid that day",
    "X": "excluded from the fee schedule by law",
}
_GLOBAL: Final = {
    "000": "the day itself",
    "010": "the day and ten days after",
    "090": "the day before, the day and ninety days after",
    "MMM": "maternity: the usual period does not apply",
    "XXX": "no global period",
    "YYY": "the contractor says",
    "ZZZ": "as the procedure that it is added to",
}
_MAI: Final = {
    1: "per line",
    2: "per day, absolute by policy",
    3: "per day, by clinical judgement; may be appealed",
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
    1: "paid together with a modifier, if the record supports it",
    9: "no longer a pair",
}
_VALUES: Final = ("work_rvu", "nonfacility_pe_rvu", "facility_pe_rvu", "mp_rvu", "nonfacility_total", "facility_total")  # fmt: skip
_CENT: Final = Decimal("0.01")
_ADD_ON: Final = {
    1: "only with one of its primary codes",
    2: "with primary codes that the contractor chooses",
    3: "with some listed primary codes, or others that the contractor chooses",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the tables.

    Attributes:
        on: the day of service.
        locality: for a price, the MAC number and locality of the GPCI file, such as 0111205; None for the national price.
        indicator: pairs of this modifier indicator only.
        pairs: so many pairs are told on a page; 0 for none, which is quicker.
        page: which page of them, from 1.
    """

    on: date
    locality: str | None = None
    indicator: int | None = None
    pairs: int = 20
    page: int = 1


def facts(code: str, asked: Asked, book: Book) -> dict[str, Any]:
    """Everything that the tables know of a code on a day.

    Args:
        code: the procedure code.
        asked: the day, and how much of what is long.
        book: the code lists.

    Returns:
        fee_schedule, unit_limits, add_on, pairs, modifiers, coverage, rules (sentences, each with its source), and not_loaded: what no table that is
        loaded for the day tells.
    """
    schedule = _fee_schedule(code, asked, book)
    return {
        "fee_schedule": schedule,
        "unit_limits": list(_unit_limits(code, asked.on, book)),
        "add_on": _add_on(code, asked.on, book),
        "pairs": list(_pairs(code, asked, book)),
        "modifiers": list(_modifiers(code, schedule, asked.on, book)),
        "coverage": list(_coverage(code, asked.on, book)),
        "rules": _once(_rules(code, asked.on, book)),
        "not_loaded": list(_not_loaded(code, asked.on, book)),
    }


def rows_on(book: Book, table: str, code: str, on: date) -> list[dict[str, Any]]:
    """The rows of a table for a code on a day; none where there is no such table."""
    return [row for row in book.told(table, code) if row["valid_from"] <= on <= row["valid_to"]]


def _fee_schedule(code: str, asked: Asked, book: Book) -> list[dict[str, Any]]:
    rows = rows_on(book, "mpfs", code, asked.on)
    place = _gpci(asked, book)
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
            "locality": asked.locality,
            "release": row["release"],
        }
        for row in sorted(rows, key=lambda row: row["modifier"] or "")
    ]  # fmt: skip


def _gpci(asked: Asked, book: Book) -> Mapping[str, Decimal] | None:
    """What the locality multiplies; ones for the national price; None for a locality that is not loaded."""
    if asked.locality is None:
        return dict.fromkeys(("work", "pe", "mp"), Decimal(1))
    return next(iter(rows_on(book, "gpci", asked.locality, asked.on)), None)


def _price(
    row: dict[str, Any], expense: str, place: Mapping[str, Decimal] | None
) -> Decimal | None:
    """(work x GPCI + practice expense x GPCI + malpractice x GPCI) x conversion factor; 42 CFR 414.20 to 414.28."""
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


def _unit_limits(code: str, on: date, book: Book) -> Iterator[dict[str, Any]]:
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


def _add_on(code: str, on: date, book: Book) -> dict[str, Any]:
    """Whether the code is an add-on and to what, and which codes are added to it."""
    own = rows_on(book, "ncci_add_on", code, on)
    added = sorted({one for one, first, last in book.added_to.of(code) if first <= on <= last})
    return {
        "is_add_on": bool(own),
        "means": _ADD_ON.get(own[0]["type"]) if own else None,
        "primaries": sorted({row["primary_code"] for row in own if row["primary_code"]}),
        "add_ons": added,
        "release": own[0]["release"] if own else None,
    }


def _pairs(code: str, asked: Asked, book: Book) -> Iterator[dict[str, Any]]:
    """Pairs that NCCI does not pay together, by setting, one page of them."""
    if not asked.pairs:
        return
    on_day = pl.lit(asked.on).is_between(pl.col("valid_from"), pl.col("valid_to"))
    for table, setting in _PAIRS.items():
        if table not in book.reference.names():
            continue
        first = book.reference.narrow(table, pl.Series([code])).filter(on_day)
        second = book.reference.having(table, "column_2", code).filter(on_day)
        pairs = pl.concat([first, second], how="diagonal_relaxed").unique(["code", "column_2"], maintain_order=True)  # fmt: skip
        counts = dict(pairs.group_by("indicator").len().sort("indicator").iter_rows())
        if asked.indicator is not None:
            pairs = pairs.filter(pl.col("indicator") == asked.indicator)
        shown = pairs.sort("code", "column_2").slice((asked.page - 1) * asked.pairs, asked.pairs)
        if counts:
            yield {
                "setting": setting,
                "by_indicator": {str(one): count for one, count in counts.items()},
                "total": pairs.height,
                "page": asked.page,
                "pages": max(1, -(-pairs.height // asked.pairs)),
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


def _modifiers(
    code: str, schedule: list[dict[str, Any]], on: date, book: Book
) -> Iterator[dict[str, Any]]:
    """Modifiers that the tables speak for, each with the reason."""
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


def _by_lists(code: str, on: date, book: Book) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for table, told in _BY_LIST.items():
        for row in rows_on(book, table, code, on):
            modifiers, why = told(row)
            yield modifiers, why, row["release"]


_BY_INDICATOR: Final = (
    ("pctc", (1,), ("26", "TC"), "it has a professional and a technical component"),
    ("bilateral", (1, 3), ("50",), "it may be done on both sides"),
    ("assistant", (2,), ("80", "81", "82", "AS"), "an assistant at surgery may be paid"),
    (
        "assistant",
        (0,),
        ("80", "81", "82", "AS"),
        "an assistant at surgery, if the record shows the need",
    ),
    ("co_surgeon", (2,), ("62",), "two surgeons may be paid"),
    ("co_surgeon", (1,), ("62",), "two surgeons, if the record shows the need"),
    ("team", (2,), ("66",), "a team may be paid"),
    ("team", (1,), ("66",), "a team, if the record shows the need"),
    ("multiple_procedure", (2, 3), ("51",), "several procedures of a day are reduced"),
)
_SIDES: Final = {
    "side": ("RT", "LT"),
    "lid": ("E1", "E2", "E3", "E4"),
    "digit": ("FA", *(f"F{n}" for n in range(1, 10)), "TA", *(f"T{n}" for n in range(1, 10))),
}
_WAIVED: Final = {
    "defined": "waived kits are billed with QW",
    "waived": "waived, and billed without QW",
    "none": "not waived",
}
_BY_LIST: Final[dict[str, Callable[[dict[str, Any]], tuple[tuple[str, ...], str]]]] = {
    "clia_tests": lambda row: (("QW",) if row["qw"] == "defined" else (), "waived in a laboratory with a certificate of waiver"),
    "telehealth": lambda row: (("95", "93") if row["audio_only"] else ("95",), "on the telehealth list"),
    "visit_codes": lambda _row: (("25",), "a visit apart from a procedure of the day, if the record supports it"),
    "therapy_codes": lambda row: (tuple(row["disciplines"].split()), "under a therapy plan of that discipline"),
    "side_required": lambda row: (_SIDES[row["kind"]], "the side must be told"),
}  # fmt: skip
"""Modifiers that a list speaks for, and why."""


def _coverage(code: str, on: date, book: Book) -> Iterator[dict[str, Any]]:
    """The policies that name the code, with how many diagnoses each takes."""
    named = rows_on(book, "coverage_procedures", code, on)
    for policy in sorted({row["policy"] for row in named}):
        own = [row for row in named if row["policy"] == policy]
        told = next(iter(rows_on(book, "coverage_policies", policy, on)), {})
        states = rows_on(book, "coverage_states", policy, on)
        yield {
            "policy": policy,
            "title": told.get("title"),
            "kind": own[0]["kind"],
            "states": sorted({row["state"] for row in states}),
            "groups": sorted({row["group"] for row in own}),
            "covered": any(row["covered"] for row in own),
            "diagnoses": _diagnoses(policy, [row["group"] for row in own], on, book),
            "citation": told.get("citation"),
            "release": own[0]["release"],
        }


def _diagnoses(policy: str, groups: list[int], on: date, book: Book) -> dict[str, int]:
    """How many diagnoses a policy takes as a reason for the code, and how many it refuses."""
    if "coverage_diagnoses" not in book.reference.names():
        return {"supporting": 0, "refused": 0}
    rows = book.reference.having("coverage_diagnoses", "policy", policy)
    on_day = pl.lit(on).is_between(pl.col("valid_from"), pl.col("valid_to"))
    held = rows.filter(on_day, pl.col("group").is_in(groups)).unique(["code", "covered"])
    supporting = held.filter("covered").height
    return {"supporting": supporting, "refused": held.height - supporting}


def _rules(code: str, on: date, book: Book) -> Iterator[dict[str, str]]:
    """Other rules that name the code, a sentence each."""
    for table, sentence in _SENTENCES.items():
        for row in rows_on(book, table, code, on):
            yield {"text": sentence(row), "release": row["release"]}
    for table, sentence in _RANGES.items():
        for row in book.ranges(table):
            if len(row["code"]) == len(code) and row["code"] <= code <= row["last"]:
                yield {"text": sentence(row), "release": row["release"]}


def _once(rules: Iterator[dict[str, str]]) -> list[dict[str, str]]:
    """Rules that several rows tell alike, once."""
    return list({rule["text"]: rule for rule in rules}.values())


def _ages(row: dict[str, Any]) -> str:
    low, high = row["age_from"], row["age_to"]
    if low is None and high is None:
        return "any age"
    if high is None:
        return f"from {low} years of age"
    return f"{low or 0} to {high} years of age"


_SENTENCES: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "visit_codes": lambda row: f"A visit: {row['category']}, {row['visit_kind']}, patient {row['patient']}, {_ages(row)}.",
    "timed_codes": lambda row: f"Timed: {row['minutes']} minutes a unit ({row['kind']}).",
    "frequency_limits": lambda row: f"At most {row['most']} in {row['period'].replace(':', ' ')}: {row['reason']} ({row['citation']}).",
    "procedure_age": lambda row: f"For ages {row['age_from']} to {row['age_to']}: {row['reason']}.",
    "prolonged_codes": lambda row: f"Prolongs {row['extends'].replace(' ', ', ')}.",
    "medicare_instead": lambda row: f"Medicare wants {row['instead'].replace(' ', ' or ')} instead: {row['reason']}.",
    "single_dose_drugs": lambda row: f"A drug in single-dose containers ({row['label']}): JW or JZ tells of what was discarded.",
    "unlisted_codes": lambda _row: "An unlisted code: the claim must describe what was done.",
    "hcpcs_noc": lambda _row: "A code for what is not otherwise classified: the claim must describe what it was.",
    "telehealth": lambda row: "On the telehealth list" + (", by audio alone too." if row["audio_only"] else "."),
    "clia_tests": lambda row: f"A laboratory test under CLIA: {_WAIVED[row['qw']]}.",
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


def _not_loaded(code: str, on: date, book: Book) -> Iterator[dict[str, str]]:
    """Tables of which no release that holds all codes speaks for the day."""
    for name, tables in _LOADABLE.items():
        spans = [span for table in tables for span in book.reference.whole(table)]
        held = any(rows_on(book, table, code, on) for table in tables)
        if held or any(first <= on <= last for first, last in spans):
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
