"""One line of a filled-in sheet: what was billed, what the auditor found, and how the two compare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cleanclaim.audit.population import LEVELS
from cleanclaim.audit.sheet import UNSUPPORTED
from cleanclaim.errors import InputError

_CODE: Final = re.compile(r"[0-9A-Z]{5}")
_MODIFIER: Final = re.compile(r"[0-9A-Z]{2}")
_DIAGNOSIS: Final = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_AMOUNT: Final = re.compile(r"\$?\d{1,9}(,\d{3})*(\.\d{1,2})?")
_LINE: Final = re.compile(r"[0-9]{1,9}(\.0*)?")
_SEVERAL: Final = re.compile(r"[\s,;|]+")
_MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class Coded:
    """A line as somebody codes it.

    Attributes:
        code: the procedure; empty for none.
        modifiers: its modifiers.
        diagnoses: its diagnoses, without dots.
        units: its units.
    """

    code: str
    modifiers: frozenset[str]
    diagnoses: tuple[str, ...]
    units: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A line in the sample, judged.

    Attributes:
        unit: the claim.
        line: its number; None for a service that wasn't billed.
        provider: the provider.
        coder: the coder; empty if not known.
        month: YYYY-MM of the service; empty if not known.
        billed: as billed.
        audited: as the auditor codes it.
        billed_dollars: by the practice's fees, else the charge.
        audited_dollars: by the same; None if no fee is known.
        reason: the auditor's.
        auditor: who it was.
        where: the row of the sheet.
    """

    unit: str
    line: int | None
    provider: str
    coder: str
    month: str
    billed: Coded
    audited: Coded
    billed_dollars: float
    audited_dollars: float | None
    reason: str
    auditor: str
    where: str

    @property
    def is_right(self) -> bool:
        """Whether the line is right in every part."""
        return self.billed == self.audited

    @property
    def difference(self) -> float | None:
        """Dollars billed above those that the record supports; negative if below."""
        return None if self.audited_dollars is None else self.billed_dollars - self.audited_dollars

    @property
    def level_gap(self) -> int | None:
        """Levels billed above those that the record supports; None unless both are visits of one category."""
        one, other = LEVELS.get(self.billed.code), LEVELS.get(self.audited.code)
        same = self.billed.code[:4] == self.audited.code[:4]
        return one - other if one is not None and other is not None and same else None

    @property
    def direction(self) -> str:
        """over, under, or empty: by levels, else by dollars, else by whether there is a code at all."""
        if gap := self.level_gap:
            return "over" if gap > 0 else "under"
        if self.is_right:
            return ""
        if self.difference:
            return "over" if self.difference > 0 else "under"
        if bool(self.billed.code) != bool(self.audited.code):
            return "over" if self.billed.code else "under"
        return ""


def marks_of(
    rows: Sequence[Mapping[str, str]], units: Mapping[str, object], fees: Mapping[str, float]
) -> tuple[list[Mark], list[str]]:
    """The lines of a sheet that were judged.

    Args:
        rows: the sheet (`cleanclaim.audit.sheet.read_sheet`).
        units: the claims in the sample.
        fees: the practice's fee for each code; empty to use charges.

    Returns:
        The lines, and what a reader must know: claims that aren't in the sample, lines not judged.

    Raises:
        InputError: rows can't be understood; every fault is listed with its row.
    """
    marks: list[Mark] = []
    faults: list[str] = []
    left: list[str] = []
    for row in rows:
        if row.get("unit") not in units:
            faults.append(f"{row['where']}: the claim isn't in the plan's sample")
            continue
        if not row.get("agree") and not any(row.get(name) for name in _ASKED):
            left.append(row["where"])
            continue
        try:
            marks.append(_mark(row, fees))
        except ValueError as error:
            faults.append(f"{row['where']}, {error}")
    if faults:
        more = ["and more"] if len(faults) > _MOST_FAULTS else []
        raise InputError("\n".join([*faults[:_MOST_FAULTS], *more]))
    notes = [f"{len(left)} lines weren't judged and aren't scored (the first: {left[0]})"] if left else []  # fmt: skip
    return marks, notes


_ASKED: Final = ("audited_code", "audited_modifiers", "audited_units", "audited_diagnoses", "audited_dollars")  # fmt: skip


def _mark(row: Mapping[str, str], fees: Mapping[str, float]) -> Mark:
    agree = row.get("agree", "").lower()[:1]
    if agree not in {"y", "n"}:
        raise ValueError("column agree: expected y or n")
    if agree == "y" and any(row.get(name) for name in _ASKED):
        raise ValueError("column agree: y, but the auditor's columns say something else")
    billed = _billed(row)
    audited = billed if agree == "y" else _audited(row, billed)
    if agree == "n" and audited == billed and not row.get("audited_dollars"):
        raise ValueError("column agree: n, but nothing in the auditor's columns is different")
    charge = _amount(row.get("charge", ""), "charge") or 0.0
    known = bool(billed.code) and billed.code in fees
    billed_dollars = fees[billed.code] * billed.units if known else charge
    if not row.get("line_number"):  # a service that wasn't billed
        billed_dollars = 0.0
    return Mark(
        unit=row["unit"],
        line=_line(row.get("line_number", "")),
        provider=row.get("provider", ""),
        coder=row.get("coder", ""),
        month=row.get("from_date", "")[:7],
        billed=billed,
        audited=audited,
        billed_dollars=billed_dollars,
        audited_dollars=_audited_dollars(row, billed, audited, billed_dollars, fees),
        reason=row.get("reason", ""),
        auditor=row.get("auditor", ""),
        where=row["where"],
    )


def _billed(row: Mapping[str, str]) -> Coded:
    if not row.get("line_number"):
        return Coded("", frozenset(), (), 0.0)
    units = row.get("units", "") or "1"
    return Coded(
        row.get("procedure_code", "").upper(),
        frozenset(_words(row.get("modifiers", ""))),
        _undotted(row.get("diagnoses", "")),
        _number(units, "units"),
    )


def _audited(row: Mapping[str, str], billed: Coded) -> Coded:
    code = row.get("audited_code", "").upper()
    if code == UNSUPPORTED.upper():
        return Coded("", frozenset(), (), 0.0)
    code = _checked(code, _CODE, "audited_code", "a procedure code of five characters, or none") or billed.code  # fmt: skip
    if not code:
        raise ValueError("column audited_code: a service that wasn't billed needs a code")
    modifiers, diagnoses = billed.modifiers, billed.diagnoses
    if said := row.get("audited_modifiers", ""):
        words = [] if said.lower() == UNSUPPORTED else _words(said)
        modifiers = frozenset(_each(words, _MODIFIER, "audited_modifiers", "modifiers of two characters"))  # fmt: skip
    if said := row.get("audited_diagnoses", ""):
        diagnoses = tuple(_each(_undotted(said), _DIAGNOSIS, "audited_diagnoses", "ICD-10-CM codes"))  # fmt: skip
    given = row.get("audited_units", "")
    units = _number(given, "audited_units") if given else (billed.units or 1.0)
    return Coded(code, modifiers, diagnoses, units)


def _audited_dollars(
    row: Mapping[str, str],
    billed: Coded,
    audited: Coded,
    billed_dollars: float,
    fees: Mapping[str, float],
) -> float | None:
    given = _amount(row.get("audited_dollars", ""), "audited_dollars")
    if given is not None:
        return given
    if not audited.code:
        return 0.0
    if (audited.code, audited.units) == (billed.code, billed.units):
        return billed_dollars
    return fees[audited.code] * audited.units if audited.code in fees else None


def _words(text: str) -> list[str]:
    return [word for word in _SEVERAL.split(text.upper().strip()) if word]


def _undotted(text: str) -> tuple[str, ...]:
    return tuple(_words(text.replace(".", "")))


def _checked(text: str, form: re.Pattern[str], column: str, expected: str) -> str:
    if text and not form.fullmatch(text):
        raise ValueError(f"column {column}: expected {expected}")
    return text


def _each(words: Iterable[str], form: re.Pattern[str], column: str, expected: str) -> Iterator[str]:
    for word in words:
        yield _checked(word, form, column, expected)


def _number(text: str, column: str) -> float:
    if not re.fullmatch(r"\d{1,7}(\.\d{1,3})?", text):
        raise ValueError(f"column {column}: expected a number")
    return float(text)


def _line(text: str) -> int | None:
    """A line's number, which a workbook may write with decimals."""
    if not text:
        return None
    if not _LINE.fullmatch(text):
        raise ValueError("column line_number: expected a whole number")
    return int(text.partition(".")[0])


def _amount(text: str, column: str) -> float | None:
    if not text:
        return None
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"column {column}: expected dollars such as 125.00")
    return float(text.replace("$", "").replace(",", ""))
