"""Which claim values a message may show.

A misplaced value may be a patient's: if elements shift by one, a birth date ends up as the sex. So
a code is shown only if it has a valid format for its column. For any other value, the message names
only its kind: `text of 12 characters`, `a date`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, reduce
from operator import and_
from typing import Any, Final

import polars as pl

from cleanclaim.model import PAYER_CLASSES, TABLES, Batch

Form = tuple[str, ...]
"""Patterns that a value must match, all of them."""
_DATE: Final = re.compile(
    r"(?:1[89]|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:1[89]|20)\d\d"
    r"|\d{1,4}([-/. ])(?:\d{1,2}|[A-Za-z]{3,9})\1\d{1,4}(?:[T ].*)?"
)
_NUMBER: Final = re.compile(r"[-+]?\$?[\d,]*\.?\d+(?:[eE][-+]?\d+)?%?")
_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (bool, "true or false"),
    ((int, float, Decimal), "a number"),
    (date, "a date"),
    (time, "a time"),
    (timedelta, "a duration"),
    (bytes, "binary data"),
    (Mapping, "a mapping"),
    ((list, tuple, set, frozenset, pl.Series), "a list"),
)
BIGGEST: Final = 10_000_000
"""A number of this size has eight digits and may be a date or an identifier, so it isn't shown."""
_FEW: Final = 500
BIG: Final = "(more than seven digits)"
"""Shown in place of such a number."""
_SHORT: Final[Form] = (r"^.{0,2}$",)
"""Codes of one or two characters."""
_NPI: Final[Form] = (r"^[12][0-9]{9}$",)


def _code(longest: int) -> Form:
    """Letters and digits, with a digit among them (unless there are two characters) and no long number."""
    return (rf"^[A-Za-z0-9]{{1,{longest}}}$", r"[0-9]|^..?$", r"[A-Za-z]|^[0-9]{1,5}$")


def _words(words: Iterable[str]) -> Form:
    return (f"^(?:{'|'.join(words)})$",)


_NAMES: Final[Mapping[Form, str]] = {
    _SHORT: "accident_country accident_state admit_source_code admit_type_code assignment_code benefits_assignment_code billing_state "
    "claim_filing_code claim_frequency_code delay_reason_code discharge_disposition_code emergency_code epsdt_code facility_code_qualifier "
    "facility_state family_planning_code insurance_type_code line_place_of_service_code modifier_1 modifier_2 modifier_3 modifier_4 "
    "ndc_unit_code patient_relationship_code patient_sex payer_sequence_code place_of_service_code policy_state pregnancy_indicator "
    "present_on_admission_code procedure_qualifier release_code signature_code special_program_code tooth_code unit_basis_code",
    _NPI: "attending_npi billing_npi facility_npi operating_npi ordering_npi other_operating_npi referring_npi rendering_npi supervising_npi",
    (r"^[0-9]{3}[0-9A-Z]{6}X$",): "billing_taxonomy_code rendering_taxonomy_code",
    (r"^[A-Za-z0-9]{1,7}$", r"[0-9]|^.{1,6}$"): "payer_id",
    _code(5): "procedure_code",
    _code(7): "diagnosis_code",
    (r"^[A-Za-z0-9]{1,7}$", r"[0-9]|^..?$", r"[A-Za-z]|^([0-9]{1,5}|0[0-9]{6})$"): "code",  # 504 inpatient procedures are seven digits with a leading 0
    (r"^ {0,2}[A-Za-z0-9.]{1,8} {0,2}$", r"[0-9]", r"[A-Za-z.]|^ *[0-9]{1,5} *$"): "code_as_sent",
    (r"^(?:[A-Z]{2}|AB[FJKN]|APR|BB[QR]|CA[HP])$",): "code_qualifier",
    (r"^[0-9]{1,3}[0-9A-Z]?$",): "bill_type_code",
    (r"^[0-9]{1,4}$",): "admission_hour discharge_hour drg_code revenue_center_code",
    (r"^[0-9]{11}$|^[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}$",): "ndc",
    (r"^[0-9]{2}D[0-9]{7}$",): "clia_number",
    _words(("professional", "institutional", "dental")): "claim_type",
    _words(("principal", "other", "admitting", "reason_for_visit", "external_cause")): "diagnosis_type",
    _words((*PAYER_CLASSES, "unknown")): "payer_class rules_of",
}  # fmt: skip
FORMS: Final[Mapping[str, Form]] = {
    name: form for form, names in _NAMES.items() for name in names.split()
}
"""For each column that holds a code, the format that a value must have to be shown."""


def kind_of(value: object) -> str:
    """What kind of value this is, in words that don't show it."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return _kind_of_text(value.strip())
    return next((words for types, words in _KINDS if isinstance(value, types)), "another object")


def _kind_of_text(text: str) -> str:
    if not text:
        return "blank"
    if _DATE.fullmatch(text):
        return "a date"
    if text.isdigit():
        return f"a number of {len(text)} digits" if len(text) > 1 else "a number of 1 digit"
    if _NUMBER.fullmatch(text):
        return "a number"
    return f"text of {len(text)} characters" if len(text) > 1 else "text of 1 character"


def showable(batch: Batch) -> Batch:
    """The batch with its codes as messages may show them.

    A value that isn't a valid format for its column is replaced by its kind.
    """
    changed: dict[str, Any] = {}
    for name in TABLES:
        frame: pl.DataFrame = getattr(batch, name)
        shown = showable_table(name, frame)
        if shown is not frame:
            changed[name] = shown
    return replace(batch, **changed) if changed else batch


def showable_table(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """One table of a batch, or some of its columns, as messages may show it."""
    strange = [
        column
        for form, names in _columns(name).items()
        for column in _strange(frame, form, [name for name in names if name in frame.columns])
    ]
    return frame.with_columns(_masked(frame, strange)) if strange else frame


@cache
def _columns(table: str) -> dict[Form, list[str]]:
    """A table's code columns, grouped by the format that their values must have."""
    found: dict[Form, list[str]] = {}
    for name in TABLES[table].schema:
        if name in FORMS:
            found.setdefault(FORMS[name], []).append(name)
    return found


def _strange(frame: pl.DataFrame, form: Form, names: Iterable[str]) -> list[str]:
    """The columns with a value in another format; all columns are checked together, for speed."""
    there = [c for name in names if (c := frame[name]).null_count() < frame.height]
    if not there or _all_fit(pl.concat(there, rechunk=False), form):
        return []
    return [column.name for column in there if not _all_fit(column, form)]


def _all_fit(values: pl.Series, form: Form) -> bool:
    if len(values) > _FEW:
        longest = values.str.len_bytes().max()
        if isinstance(longest, int) and longest <= 2:
            return True
        if form == _SHORT:
            return False
    return not len(_not_of(values, form))


def _not_of(values: pl.Series, form: Form) -> pl.Series:
    """The distinct values that don't have the format and are long enough to identify somebody."""
    distinct = values.unique().drop_nulls() if len(values) > _FEW else values
    if len(distinct) <= _FEW:  # faster one by one
        strange = {
            one for one in set(distinct.to_list()) if one is not None and not _fits(one, form)
        }
        return pl.Series(sorted(strange), dtype=pl.String)
    value = pl.col("value")
    met = reduce(and_, (value.str.contains(pattern) for pattern in form))
    found = distinct.alias("value").to_frame().filter((value.str.len_chars() > 2) & ~met)
    return found.to_series()


def _fits(value: str, form: Form) -> bool:
    return len(value) <= 2 or all(re.search(pattern, value) for pattern in form)


def _masked(frame: pl.DataFrame, columns: Iterable[str]) -> Iterator[pl.Series]:
    for column in columns:
        strange = _not_of(frame[column], FORMS[column])
        yield frame[column].replace(strange, pl.Series([kind_of(value) for value in strange]))


def is_showable_number(number: pl.Expr) -> pl.Expr:
    """True if a number is too short to be a date or an identifier."""
    return number.abs() < BIGGEST


def number_words(number: pl.Expr, words: pl.Expr | None = None) -> pl.Expr:
    """A number as text, or the given text; a big number is replaced by `BIG`. Null if it is missing."""
    written = number.cast(pl.String) if words is None else words
    return (
        pl.when(is_showable_number(number))
        .then(written)
        .when(number.is_not_null())
        .then(pl.lit(BIG))
    )


_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ _.\-/#]{1,2}[A-Za-z0-9]+)*")
_PLAIN_NAME: Final = re.compile(
    r"(?=.{1,30}$)[a-z]+[0-9]{0,2}(?:_(?:[a-z]+[0-9]{0,2}|[0-9]{1,2}))*"
)
"""A name as programs write it; people's names look different."""
_LONG_NUMBER: Final = re.compile(r"\d{3}")
_ALONE_WORDS: Final = """
account address age amount carrier charges city claim code codes comment comments country county description diagnosis email
facility file group id insurance insured mrn name note notes number patient payer payor phone plan policy procedure provider
row source ssn state status subscriber tax taxonomy type user zip
"""
_MORE_WORDS: Final = """
admit allowed attending birth billed billing center control created date deductible doctor dx end expected first from full
hospital icd identifier index key last line location middle modified month no npi of office operating order paid pos post
procedure processed received record reference referring rendering revenue sequence service sex start street submitted time
to total unique unit units updated value version visit year
"""
_ALONE: Final = frozenset(_ALONE_WORDS.split())
"""Words that can be a column's name by themselves."""
_TOGETHER: Final = _ALONE | frozenset(_MORE_WORDS.split())
"""Words that column names consist of."""
_CLOSE: Final = 0.85
_SURELY: Final = 8
"""A shorter word may resemble a column's name and still be a person's."""


def is_name(given: str, known: Iterable[str] = ()) -> bool:
    """True if a text is certainly a column's name.

    It consists of words that such names are made of, or it is close to a known one.
    """
    name = given.strip()
    if len(name) > 60 or not _NAME.fullmatch(name) or _LONG_NUMBER.search(name):
        return False
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower())
    words = re.findall(r"[a-z]+", plain)
    if words[0] in _ALONE if len(words) == 1 else _made_of() >= set(words):
        return True
    likely = [column for column in known if len(column) >= _SURELY]
    return bool(get_close_matches(plain, likely, n=1, cutoff=_CLOSE))


@cache
def _made_of() -> frozenset[str]:
    own = {word for table in TABLES.values() for name in table.schema for word in name.split("_")}
    return _TOGETHER | own


def column_words(given: str, place: int, known: Iterable[str] = ()) -> str:
    """A column as a message names it, if the other columns have names.

    It is named by its own name if that is certainly one. Otherwise it is named by its position,
    counted from 1, and its kind.
    """
    return f"column '{given}'" if is_shown(given, known) else f"column {place} ({kind_of(given)})"


def is_shown(given: str, known: Iterable[str] = ()) -> bool:
    """True if a column's name may be shown: it certainly is one, or is written as programs write them."""
    return bool(_PLAIN_NAME.fullmatch(given)) or is_name(given, known)
