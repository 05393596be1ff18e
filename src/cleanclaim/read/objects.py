"""Turn claims built in Python, as plain dictionaries or dataclasses, into a batch.

A claim is a mapping with the model's `claims` columns and two more keys: `diagnoses`, a list of
codes or of mappings with the `diagnoses` columns, and `lines`, a list of mappings with the `lines`
columns (`modifiers` and `diagnosis_pointers` may be lists). `other_payers` and `claim_codes` may be
lists of mappings too. Columns may have the names that tables may have (`dos`, `cpt`, `dx1`), and
values the forms that tables may have: dates as dates, as moments or as text; money and units as
decimals, integers or text. Zeros that a spreadsheet would drop aren't restored: a program means what
it gives.

    >>> batch = batch_of([{"claim_id": "A1", "diagnoses": ["M54.50"], "lines": [{"procedure_code": "97110", "units": 2}]}])
    >>> batch.lines.select("line_number", "procedure_code", "units").row(0)
    (1, '97110', Decimal('2.000'))
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

import numpy as np
import polars as pl

from cleanclaim.errors import TableError
from cleanclaim.model import (
    CLAIM_CODES,
    CLAIMS,
    DIAGNOSES,
    INHERITED,
    LINES,
    OTHER_PAYERS,
    Batch,
    Table,
    expected,
)
from cleanclaim.model.patient_key import day_words, patient_keys, text_words
from cleanclaim.read.columns import CLAIM_COLUMNS, LIST_OF_DIAGNOSES, LISTS
from cleanclaim.read.dates import birth_date, parse
from cleanclaim.read.diagnoses import LETTERS, codes_in
from cleanclaim.read.names import model_name
from cleanclaim.read.values import NO, SEXES, YES
from cleanclaim.text.masking import is_name, is_shown, kind_of

_SHORT: Final = {"modifiers": "modifier", "diagnosis_pointers": "diagnosis_pointer"}
_MOST: Final = 4
"""The most modifiers, and diagnosis pointers, that a line can have."""
CHILDREN: Final = ("diagnoses", "lines", "other_payers", "claim_codes")
"""The keys of a claim that hold lists."""
_NUMBERED: Final = "diagnosis_code_"
_LISTED: Final = {"diagnoses": "codes or mappings", **dict.fromkeys(CHILDREN[1:], "mappings")}


def batch_of(claims: Iterable[object], *, file: str = "python", first_claim_key: int = 0) -> Batch:
    """Build a batch from claims given as mappings or dataclasses.

    Args:
        claims: the claims, each a mapping or dataclass as described above.
        file: the file name in findings.
        first_claim_key: the key of the first claim.

    Returns:
        The batch; `position` counts the claims from 1.

    Raises:
        TableError: a key isn't a column of the model, or a value doesn't fit its column; every
            fault is listed.
    """
    faults: list[str] = []
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("claims", *CHILDREN)}
    for ordinal, given in enumerate(claims, start=1):
        where = f"claim {ordinal}"
        claim = _named(CLAIMS, _mapping(given), where, faults)
        key = first_claim_key + ordinal - 1
        children = {name: _items(name, claim, where, faults) for name in CHILDREN}
        lines = [_spread(line, where, faults) for line in children["lines"]]
        codes = [_diagnosis(d, n, where, faults) for n, d in enumerate(children["diagnoses"], start=1)]  # fmt: skip
        head = {name: value for name, value in claim.items() if name not in CHILDREN}
        head = {
            "file": file,
            "position": ordinal,
            "is_history": False,
            "claim_type": "professional",
        } | head
        parts: dict[str, list[dict[str, Any]]] = {
            "claims": [head],
            "diagnoses": codes,
            "lines": [{"line_number": n} | line for n, line in enumerate(lines, start=1)],
            "other_payers": [
                {"payer_number": n} | dict(p)
                for n, p in enumerate(children["other_payers"], start=1)
            ],
            "claim_codes": [
                {"ordinal": n} | dict(c) for n, c in enumerate(children["claim_codes"], start=1)
            ],
        }
        first_line = len(rows["lines"])
        for table in (CLAIMS, DIAGNOSES, LINES, OTHER_PAYERS, CLAIM_CODES):
            for row in parts[table.name]:
                rows[table.name].append(_typed(table, {**row, "claim_key": key}, where, faults))
        _inherit(rows["claims"][-1], rows["lines"][first_line:], head.get("patient_birth_date"))
    if faults:
        raise TableError(file, faults)
    _tell_patients_apart(rows["claims"])
    frames = {
        table.name: pl.DataFrame(rows[table.name], schema=table.schema)
        for table in (CLAIMS, DIAGNOSES, LINES, OTHER_PAYERS, CLAIM_CODES)
    }
    return Batch.of(frames)


def _tell_patients_apart(claims: Sequence[dict[str, Any]]) -> None:
    """Give each claim the key of its patient (see `cleanclaim.model.patient_key`), unless it has one.

    Without a member id, patients can't be told apart, so each such claim is its own patient.
    """
    unknown = [claim for claim in claims if claim["patient_key"] is None]
    members = [one["member_id"] or f"{one['file']}\x1f{one['position']}" for one in unknown]
    born = [_as_number(one["patient_birth_date"]) for one in unknown]
    keys = patient_keys([*text_words(members), day_words(np.array(born, np.int64))])
    for claim, key in zip(unknown, keys.tolist(), strict=True):
        claim["patient_key"] = key


def _as_number(day: date | None) -> int:
    """A day as YYYYMMDD, 0 for none."""
    return 0 if day is None else day.year * 10000 + day.month * 100 + day.day


def _mapping(given: object) -> Mapping[str, Any]:
    if is_dataclass(given) and not isinstance(given, type):
        return {name: value for name, value in asdict(given).items() if value is not None}
    if isinstance(given, Mapping):
        return given
    raise TableError(
        "python", [f"a claim must be a mapping or a dataclass, not {type(given).__name__}"]
    )


def _named(table: Table, given: Mapping[str, Any], where: str, faults: list[str]) -> dict[str, Any]:
    """A mapping with the model's names in place of other ones; unknown names stay, and become faults later."""
    found: dict[str, Any] = {}
    said: dict[str, str] = {}
    for key, value in given.items():
        name = _name_in(table, str(key))
        if table is CLAIMS and name.startswith(_NUMBERED):
            found.setdefault("_numbered", {})[int(name.removeprefix(_NUMBERED))] = value
            continue
        if name in said:
            faults.append(f"{where}: '{said[name]}' and '{key}' both mean {table.name}.{name}")
        said[name] = str(key)
        found[name] = value
    numbered = found.pop("_numbered", {})
    if numbered and not found.get("diagnoses"):
        found["diagnoses"] = [code for _, code in sorted(numbered.items()) if code not in {None, ""}]  # fmt: skip
    return found


def _name_in(table: Table, key: str) -> str:
    """The model's name for a key, if the table has that column."""
    if key in table or key in CHILDREN or key in _SHORT:
        return key
    name = model_name(key)
    if table is CLAIMS and name == LIST_OF_DIAGNOSES:
        return "diagnoses"
    name = CLAIM_COLUMNS[name].name if table is CLAIMS and name in CLAIM_COLUMNS else name
    is_listed = table is LINES and name in _SHORT
    is_numbered = table is CLAIMS and name.startswith(_NUMBERED)
    return name if name in table or is_listed or is_numbered else key


def _items(name: str, claim: Mapping[str, Any], where: str, faults: list[str]) -> list[Any]:
    """The items of one of a claim's lists; diagnoses may be given as text."""
    given = claim.get(name)
    if given is None:
        return []
    if name == "diagnoses" and isinstance(given, str):
        return codes_in(given) if given.strip() else []
    is_list = isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping))
    items = list(given) if is_list else []
    fits = [
        isinstance(one, Mapping)
        or (is_dataclass(one) and not isinstance(one, type))
        or (name == "diagnoses" and isinstance(one, str))
        for one in items
    ]
    if not is_list or not all(fits):
        wrong = given if not is_list else items[fits.index(False)]
        faults.append(f"{where}: {name} expects a list of {_LISTED[name]}, found {kind_of(wrong)}{' in it' if is_list else ''}")  # fmt: skip
        return []
    return items


def _diagnosis(given: object, number: int, where: str, faults: list[str]) -> dict[str, Any]:
    row = (
        {"diagnosis_code": given}
        if isinstance(given, str)
        else _named(DIAGNOSES, _mapping(given), where, faults)
    )
    code = str(row.get("diagnosis_code") or "")
    plain = code.replace(".", "").strip().upper()
    kind = "principal" if number == 1 else "other"
    given_form = {"code_as_sent": code} if code != plain else {}
    version = row.get("icd_version", 10)
    return (
        {"diagnosis_number": number, "diagnosis_type": kind, "icd_version": version}
        | given_form
        | row
        | {"diagnosis_code": plain}
    )


def _spread(given: object, where: str, faults: list[str]) -> dict[str, Any]:
    row = _named(LINES, _mapping(given), where, faults)
    for many, one in _SHORT.items():
        given_list = row.pop(many, None)
        values = _listed(given_list, many)
        if values is None or len(values) > _MOST:
            faults.append(
                f"{where}: lines.{many} expects a list of at most {_MOST}, found {kind_of(given_list)}"
            )
            continue
        for n, value in enumerate(values, start=1):
            row[f"{one}_{n}"] = value
    return row


def _listed(given: object, name: str) -> Sequence[object] | None:
    """The values of a list; text such as "25,59" or "AB" is divided as in tables; None for anything else."""
    if given is None:
        return ()
    if not isinstance(given, str):
        return given if isinstance(given, Sequence) else None
    text = given.upper()
    if name == "modifiers":
        parts = re.findall(r"\w+", text)
        return parts if all(len(part) == 2 for part in parts) else None
    rest = re.sub(LISTS[name], "", text)
    return None if re.search(r"\w", rest) else [LETTERS.get(one, one) for one in re.findall(LISTS[name], text)]  # fmt: skip


def _inherit(claim: dict[str, Any], lines: Sequence[dict[str, Any]], born: object) -> None:
    """Fill in what a line takes from its claim and a claim from its lines, as the file readers do.

    Args:
        claim: the claim.
        lines: its lines.
        born: the birth date as it was given.
    """
    for line in lines:
        for name in ("place_of_service_code", *INHERITED):
            line[name] = line[name] or claim[name]
        line["from_date"] = line["from_date"] or claim["from_date"]
        line["to_date"] = line["to_date"] or line["from_date"]
    starts = [line["from_date"] for line in lines if line["from_date"]]
    ends = [line["to_date"] for line in lines if line["to_date"]]
    claim["from_date"] = claim["from_date"] or min(starts, default=None)
    claim["to_date"] = claim["to_date"] or max(ends, default=None) or claim["from_date"]
    if (
        claim["charge_amount"] is None
        and lines
        and all(line["charge_amount"] is not None for line in lines)
    ):
        claim["charge_amount"] = sum((line["charge_amount"] for line in lines), Decimal(0))
    day = parse(born) if isinstance(born, str) else None
    if day is not None and day.is_short:
        latest = claim["from_date"] or claim["submitted_date"] or date.today()  # noqa: DTZ011 - a day where the user is
        claim["patient_birth_date"] = birth_date(day, latest)


def _typed(table: Table, row: Mapping[str, Any], where: str, faults: list[str]) -> dict[str, Any]:
    out: dict[str, Any] = dict.fromkeys(table.schema)
    for name, value in row.items():
        if name not in table:
            faults.append(f"{where}: {table.name} {_unknown_key(str(name), list(table.schema))}")
            continue
        try:
            typed = _value(table[name].dtype, value)
            is_sex = name == "patient_sex"
            out[name] = SEXES.get(str(typed).lower(), typed) if is_sex else typed
        except UnicodeEncodeError:
            faults.append(f"{where}: {table.name}.{name} expects text, found half of a character (a lone surrogate)")  # fmt: skip
        except (ValueError, TypeError, ArithmeticError, KeyError):
            faults.append(
                f"{where}: {table.name}.{name} expects {expected(table[name].dtype)}, found {kind_of(value)}"
            )
    return out


def _unknown_key(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1) if is_name(name, known) else []
    hint = f"; did you mean '{near[0]}'?" if near else ""
    if not is_shown(name, known):
        return f"has no column with the given name ({kind_of(name)})"
    return f"has no column '{name}'{hint}"


def _value(dtype: pl.DataType | type[pl.DataType], given: object) -> object:
    value = given.item() if isinstance(given, np.generic) else given
    if _is_missing(value):
        return None
    if isinstance(value, str):
        return _of_text(dtype, value.strip())
    if isinstance(value, bool) != (dtype == pl.Boolean):
        raise TypeError
    if dtype == pl.Date:
        return _day(value)
    if isinstance(dtype, pl.Decimal):
        return _exact(value, dtype.scale, dtype.precision)
    if dtype in {pl.Int64, pl.UInt64}:
        return _whole(dtype, value)
    return _text(value) if dtype == pl.String else value


def _is_missing(value: object) -> bool:
    """True for a value that isn't there, in whatever way a library says so."""
    is_nan = isinstance(value, float) and math.isnan(value)
    is_blank = isinstance(value, str) and not value.strip()
    return value is None or is_nan or is_blank or type(value).__name__ in {"NaTType", "NAType"}


def _of_text(dtype: pl.DataType | type[pl.DataType], text: str) -> object:
    """A value given as text, as tables have it."""
    if dtype == pl.String:
        text.encode()  # half of a surrogate pair is no text
        return text
    if dtype == pl.Date:
        day = parse(text)
        if day is None:
            raise ValueError
        return day.date
    if dtype == pl.Boolean:
        return (YES | NO)[text.lower()]
    number = text.removeprefix("$").replace(",", "")
    if isinstance(dtype, pl.Decimal):
        return _exact(number, dtype.scale, dtype.precision)
    return _whole(dtype, number)


def _whole(dtype: pl.DataType | type[pl.DataType], value: object) -> int:
    number = int(str(value))
    lowest, highest = (0, 2**64) if dtype == pl.UInt64 else (-(2**63), 2**63)
    if not lowest <= number < highest:
        raise OverflowError
    return number


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and (day := parse(_text(value))):
        return day.date
    raise TypeError


def _exact(value: object, scale: int, precision: int) -> Decimal:
    """A number that the model's type holds exactly, without losing a digit."""
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) >= Decimal(10) ** (precision - scale):
        raise OverflowError
    if number != round(number, scale):
        raise ValueError
    return number


def _text(value: object) -> str:
    """A whole number as text."""
    if isinstance(value, int | float | Decimal) and value == int(value):
        return str(int(value))
    raise TypeError
