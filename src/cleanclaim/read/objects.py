"""Turn claims built in Python, as plain dictionaries or dataclasses, into a batch.

A claim is a mapping with the model's `claims` columns and two more keys: `diagnoses`, a list of
codes or of mappings with the `diagnoses` columns, and `lines`, a list of mappings with the `lines`
columns (`modifiers` and `diagnosis_pointers` may be lists). `other_payers` and `claim_codes` may be
lists of mappings too. Dates are dates or ISO text. Money and units are decimals, integers or text.

    >>> batch = batch_of([{"claim_id": "A1", "diagnoses": ["M54.50"], "lines": [{"procedure_code": "97110", "units": 2}]}])
    >>> batch.lines.select("line_number", "procedure_code", "units").row(0)
    (1, '97110', Decimal('2.000'))
"""

from __future__ import annotations

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
from cleanclaim.text.masking import is_name, is_shown, kind_of

_SHORT: Final = {"modifiers": "modifier", "diagnosis_pointers": "diagnosis_pointer"}
_MOST: Final = 4
"""The most modifiers, and diagnosis pointers, that a line can have."""
_CHILDREN: Final = ("diagnoses", "lines", "other_payers", "claim_codes")


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
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("claims", *_CHILDREN)}
    for ordinal, given in enumerate(claims, start=1):
        claim = _mapping(given)
        key = first_claim_key + ordinal - 1
        where = f"claim {ordinal}"
        lines = [_spread(line, where, faults) for line in claim.get("lines") or ()]
        diagnoses = [_diagnosis(d, n) for n, d in enumerate(claim.get("diagnoses") or (), start=1)]
        head = {name: value for name, value in claim.items() if name not in _CHILDREN}
        head = {
            "file": file,
            "position": ordinal,
            "is_history": False,
            "claim_type": "professional",
        } | head
        parts = {
            "claims": [head],
            "diagnoses": diagnoses,
            "lines": [{"line_number": n} | line for n, line in enumerate(lines, start=1)],
            "other_payers": [
                {"payer_number": n} | dict(p)
                for n, p in enumerate(claim.get("other_payers") or (), start=1)
            ],
            "claim_codes": [
                {"ordinal": n} | dict(c)
                for n, c in enumerate(claim.get("claim_codes") or (), start=1)
            ],
        }
        first_line = len(rows["lines"])
        for table in (CLAIMS, DIAGNOSES, LINES, OTHER_PAYERS, CLAIM_CODES):
            for row in parts[table.name]:
                rows[table.name].append(_typed(table, {**row, "claim_key": key}, where, faults))
        _inherit(rows["claims"][-1], rows["lines"][first_line:])
    if faults:
        raise TableError(file, faults)
    frames = {
        table.name: pl.DataFrame(rows[table.name], schema=table.schema)
        for table in (CLAIMS, DIAGNOSES, LINES, OTHER_PAYERS, CLAIM_CODES)
    }
    return Batch.of(frames)


def patient_key(member_id: str, birth_date: date | None) -> int:
    """The key of the patient with this member id and birth date (see `cleanclaim.model.patient_key`)."""
    day = (
        0
        if birth_date is None
        else birth_date.year * 10000 + birth_date.month * 100 + birth_date.day
    )
    return int(patient_keys([*text_words([member_id]), day_words(np.array([day]))])[0])


def _mapping(given: object) -> Mapping[str, Any]:
    if is_dataclass(given) and not isinstance(given, type):
        return {name: value for name, value in asdict(given).items() if value is not None}
    if isinstance(given, Mapping):
        return given
    raise TableError(
        "python", [f"a claim must be a mapping or a dataclass, not {type(given).__name__}"]
    )


def _diagnosis(given: object, number: int) -> dict[str, Any]:
    row = {"diagnosis_code": given} if isinstance(given, str) else dict(_mapping(given))
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
    row = dict(_mapping(given))
    for many, one in _SHORT.items():
        values = row.pop(many, None) or ()
        if isinstance(values, str) or not isinstance(values, Sequence) or len(values) > _MOST:
            faults.append(
                f"{where}: lines.{many} expects a list of at most {_MOST}, found {kind_of(values)}"
            )
            continue
        for n, value in enumerate(values, start=1):
            row[f"{one}_{n}"] = value
    return row


def _inherit(claim: dict[str, Any], lines: Sequence[dict[str, Any]]) -> None:
    """Fill in what a line takes from its claim and a claim from its lines, as the file readers do."""
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
    if claim["patient_key"] is None:
        # Without a member id, patients can't be told apart, so each such claim is its own patient.
        own = claim["member_id"] or f"{claim['file']}\x1f{claim['position']}"
        claim["patient_key"] = patient_key(own, claim["patient_birth_date"])


def _typed(table: Table, row: Mapping[str, Any], where: str, faults: list[str]) -> dict[str, Any]:
    out: dict[str, Any] = dict.fromkeys(table.schema)
    for name, value in row.items():
        if name not in table:
            faults.append(f"{where}: {table.name} {_unknown_key(str(name), list(table.schema))}")
            continue
        try:
            out[name] = _value(table[name].dtype, value)
        except (ValueError, TypeError, ArithmeticError):
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


def _value(dtype: pl.DataType | type[pl.DataType], value: object) -> object:
    if value is None:
        return None
    if isinstance(value, bool) != (dtype == pl.Boolean):
        raise TypeError
    if dtype == pl.Date:
        return _day(value)
    if isinstance(dtype, pl.Decimal):
        return _exact(value, dtype.scale, dtype.precision)
    if dtype == pl.String:
        return _text(value)
    if dtype in {pl.Int64, pl.UInt64}:
        number = int(str(value))
        if (
            not (0 if dtype == pl.UInt64 else -(2**63))
            <= number
            < 2 ** (64 if dtype == pl.UInt64 else 63)
        ):
            raise OverflowError
        return number
    return value


def _day(value: object) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
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
    """Text, or a whole number as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float | Decimal) and value == int(value):
        return str(int(value))
    raise TypeError
