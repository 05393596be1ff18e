"""A case made of one's own claim, without anything that identifies somebody.

Only a list of columns is shown: what kind of claim it is, the payer's class, sex, age (90 and over
together), place, codes, modifiers, units, and days counted from the first service. Afterwards the
text is searched for every number, name and date of the claim, and the case is refused if one is
left. Source: 45 CFR 164.514(b)(2) (safe harbor).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from inspect import cleandoc
from typing import Any, Final

import polars as pl

from cleanclaim.edits.edit import Edit
from cleanclaim.edits.registry import own_edits
from cleanclaim.errors import ConfigError
from cleanclaim.learn.cases import topic_of
from cleanclaim.learn.question import NOTHING, distractors, summary
from cleanclaim.model.expressions import MODIFIERS
from cleanclaim.report.result import Report

_OLDEST: Final = 90
_SHORTEST: Final = 4
"""Shorter values, such as states and codes of two characters, identify nobody."""
_SHOWN: Final = frozenset({
    "claim_type", "payer_class", "patient_sex", "place_of_service_code", "bill_type_code", "procedure_code", "diagnosis_code", "units", "charge_amount",
    "revenue_center_code", "claim_frequency_code", "code_as_sent", "rules_of", "procedure_qualifier", "unit_basis_code", "diagnosis_type", "icd_version",
    "billing_taxonomy_code", "rendering_taxonomy_code", *MODIFIERS,
})  # fmt: skip
"""Columns whose values may be shown."""


def case_of(report: Report, claim_id: str, code: str | None = None) -> dict[str, Any]:
    """A case about a claim's finding, as `cleanclaim.learn.cases` reads it.

    Args:
        report: the claims, checked.
        claim_id: the claim's number.
        code: the edit that the case is about; by default that of the hardest finding.

    Raises:
        ConfigError: there is no such claim or finding, or something identifying would remain.
    """
    claims = report.claims.filter(claim_id=claim_id)
    if claims.height != 1:
        raise ConfigError([f"--claim: {'several claims have' if claims.height else 'no claim has'} this number"])  # fmt: skip
    key = claims["claim_key"][0]
    found = report.findings.filter(claim_key=key).sort("disposition")
    codes = [one for one in found["code"] if code in {None, one}]
    by_code = {edit.code: edit for edit in own_edits()}
    edit = next((by_code[one] for one in codes if one in by_code), None)
    if edit is None:
        raise ConfigError([f"--edit: the claim has no finding {code or 'to make a case of'}"])
    case = _case(report, key, edit, set(found["code"]))
    left = _left_over(report, key, "\n".join(str(value) for value in case.values()))
    if left:
        raise ConfigError([f"the case wasn't made: it would show the claim's {', '.join(left)}"])
    return case


def _case(report: Report, key: int, edit: Edit, fired: set[str]) -> dict[str, Any]:
    others = distractors(edit, dict.fromkeys(fired, ""), edit.code)
    return {
        "id": f"OWN-{edit.code}",
        "kind": "find",
        "topic": topic_of(edit),
        "title": f"one of our claims about {topic_of(edit)}",
        "text": "\n".join(_text(report, key)),
        "question": "What is wrong with the claim?",
        "choices": [summary(edit), *map(summary, others), NOTHING],
        "answer": summary(edit),
        "why": f"{edit.code}: {cleandoc(edit.documentation)}",
        "source": "; ".join(map(str, edit.source)),
    }


def _text(report: Report, key: int) -> Iterator[str]:
    claim = report.batch.claims.filter(claim_key=key).row(0, named=True)
    lines = report.batch.lines.filter(claim_key=key).sort("line_number")
    start = min((day for day in (claim["from_date"], *lines["from_date"]) if day), default=None)
    about = [f"{name.replace('_', ' ')}: {claim[name]}" for name in _ABOUT if claim[name]]
    yield "; ".join([*about, f"age: {_age(claim['patient_birth_date'], start)}"])
    for row in report.batch.diagnoses.filter(claim_key=key).sort("diagnosis_number").iter_rows(named=True):  # fmt: skip
        yield f"  diagnosis {row['diagnosis_number']}: {row['diagnosis_code']}"
    for row in lines.iter_rows(named=True):
        service = row["procedure_code"] or row["revenue_center_code"] or "no code"
        code = "-".join(str(part) for part in (service, *(row[name] for name in MODIFIERS)) if part)
        pointers = ", ".join(str(row[f"diagnosis_pointer_{n}"]) for n in range(1, 5) if row[f"diagnosis_pointer_{n}"])  # fmt: skip
        day = f"; day {(row['from_date'] - start).days + 1}" if row["from_date"] and start else ""
        units = "" if row["units"] is None else f" x{float(row['units']):g}"
        yield f"  line {row['line_number']}: {code}{units}; points at {pointers or 'nothing'}{day}"


_ABOUT: Final = ("claim_type", "payer_class", "patient_sex", "place_of_service_code", "bill_type_code")  # fmt: skip


def _age(born: date | None, on: date | None) -> str:
    if born is None or on is None:
        return "not known"
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return f"{_OLDEST} or over" if years >= _OLDEST else str(years)


def _left_over(report: Report, key: int, text: str) -> list[str]:
    """The columns of a claim whose values, other than those that may be shown, are in a text."""
    plain = re.sub(r"[^0-9A-Z]", "", text.upper())
    words = {*re.findall(r"[0-9A-Z]+", text.upper())}
    tables: Mapping[str, pl.DataFrame] = report.batch.frames()
    left: dict[str, None] = {}
    for table in ("claims", "lines", "diagnoses"):
        for row in tables[table].filter(claim_key=key).iter_rows(named=True):
            for name, value in row.items():
                if name in _SHOWN or name.endswith("_key") or isinstance(value, (bool, float)):
                    continue
                if _is_in(value, plain, words):
                    left[name.replace("_", " ")] = None
    return list(left)


def _is_in(value: object, plain: str, words: set[str]) -> bool:
    if isinstance(value, date):
        return value.strftime("%Y%m%d") in plain or value.strftime("%m%d%Y") in plain
    if not isinstance(value, str):
        return False
    letters = re.sub(r"[^0-9A-Z]", "", value.upper())
    if len(letters) < _SHORTEST:
        return False
    return letters in words if letters.isalpha() else letters in plain
