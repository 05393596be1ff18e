"""Write the practice cases that come from the corpus: python tools/learn_corpus.py.

Of each rule that needs no publisher's table, a few cases of one claim are taken, from the half of the corpus that isn't held back: those in which one of
cleanclaim's edits finds the intended fault, and those that only look suspicious.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim.edits.registry import own_edits
from cleanclaim.engine.check import check
from cleanclaim.model import Batch, concat
from cleanclaim.read import read
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare

ROOT: Final = Path(__file__).parents[1]
CORPUS: Final = ROOT / "corpus"
TARGET: Final = ROOT / "src" / "cleanclaim" / "learn" / "corpus.jsonl"
OF_EACH_RULE: Final = 2
OF_THE_FILE: Final = ("claim_key", "file", "position", "segment_number", "patient_key", "is_history")  # fmt: skip
INHERITED: Final = (
    "place_of_service_code", "from_date", "to_date", "rendering_npi", "rendering_taxonomy_code", "referring_npi", "supervising_npi", "facility_npi",
    "prior_authorization_number", "clia_number",
)  # fmt: skip
UNTOLD: Final = ("has_ambulance_certification", "has_condition_certification", "has_fixed_format")
"""Columns that say nothing if they are false."""
CATEGORY: Final = 3
TENTH: Final = 10
UNITS: Final = -3
"""The decimal places of a quantity."""


def main() -> None:
    """Write the cases, one a line."""
    rows = cases()
    numbered = ({"id": f"CORPUS-{n:03}", **row} for n, row in enumerate(rows, start=1))
    TARGET.write_text("".join(f"{json.dumps(row)}\n" for row in numbered), encoding="utf-8")
    print(f"{TARGET}: {len(rows)} cases")


def cases() -> list[dict[str, Any]]:
    """The cases, in the order of the corpus."""
    files = [CORPUS / "claims" / f"{kind}.837" for kind in ("professional", "institutional")]
    reference = Reference.load(store=CORPUS / "no-store")
    batch = prepare(concat(read(files, [], form=False)), Settings(), reference)
    keys = dict(batch.claims.select("claim_id", "claim_key").iter_rows())
    rules = {row["rule"]: row for row in _lines("rules.jsonl")}
    taken: Counter[str] = Counter()
    rows = []
    for expected in _lines("expected.jsonl"):
        rule = expected["rule"]
        if taken[rule] >= OF_EACH_RULE or not _is_usable(expected) or expected["claim_id"] not in keys:  # fmt: skip
            continue
        row = _row(expected, rules[rule], _claim(batch, keys[expected["claim_id"]]), reference)
        if row is not None:
            rows.append(row)
            taken[rule] += 1
    return rows


def _lines(name: str) -> list[dict[str, Any]]:
    text = (CORPUS / "claims" / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _is_usable(expected: dict[str, Any]) -> bool:
    is_alone = len(expected["claims"]) == 1 and expected["csv"]
    is_open = expected["half"] == "open" and not expected["tables"]
    return is_alone and is_open and expected["kind"] in {"defect", "clean"} and not expected["file"].startswith(("form", "history"))  # fmt: skip


def _claim(batch: Batch, key: int) -> dict[str, Any]:
    """A claim as a mapping, without what is empty."""
    [claim] = _plain(batch.claims, key)
    diagnoses = [_diagnosis(row) for row in _plain(batch.diagnoses, key)]
    lines = [_line(row, claim) for row in _plain(batch.lines, key)]
    return {**claim, "claim_id": "PRACTICE", "diagnoses": diagnoses, "lines": lines}


def _diagnosis(row: dict[str, Any]) -> str | dict[str, Any]:
    """A diagnosis as its code with its dot, if there is no more to say."""
    code = row.get("code_as_sent") or row.get("diagnosis_code") or ""
    dotted = f"{code[:3]}.{code[3:]}" if len(code) > CATEGORY and "." not in code else code
    usual = ("principal", "other")[row["diagnosis_number"] > 1]
    is_usual = row["diagnosis_type"] == usual and row.get("icd_version") == TENTH
    if is_usual and not row.get("present_on_admission_code"):
        return str(dotted)
    left_out = ("diagnosis_number", "code_qualifier", "code_as_sent")
    return {name: value for name, value in row.items() if name not in left_out}


def _line(row: dict[str, Any], claim: dict[str, Any]) -> dict[str, Any]:
    """A line without what it has from its claim."""
    pointers = [row.pop(f"diagnosis_pointer_{n}", None) for n in range(1, 5)]
    own = {
        name: value
        for name, value in row.items()
        if name != "line_number" and not (name in INHERITED and value == claim.get(name))
    }
    given = [one for one in pointers if one is not None]
    return {**own, "diagnosis_pointers": given} if given else own


def _plain(frame: pl.DataFrame, key: int) -> list[dict[str, Any]]:
    rows = frame.filter(pl.col("claim_key") == key).drop(OF_THE_FILE, strict=False)
    return [
        {
            name: _text(value) if isinstance(value, (date, Decimal)) else value
            for name, value in row.items()
            if value is not None and not (name in UNTOLD and value is False)
        }
        for row in rows.iter_rows(named=True)
    ]


def _text(value: date | Decimal) -> str | int:
    if isinstance(value, Decimal) and value == value.to_integral_value() and value.as_tuple().exponent == UNITS:  # fmt: skip
        return int(value)
    return str(value)


def _row(expected: dict[str, Any], rule: dict[str, Any], claim: dict[str, Any], reference: Reference) -> dict[str, Any] | None:  # fmt: skip
    """One case; None if cleanclaim doesn't find just the intended fault."""
    codes = json.loads((CORPUS / "adapters" / "cleanclaim.json").read_text(encoding="utf-8"))
    right = codes.get(expected["rule"], {}).get("right", [])
    known = {edit.code for edit in own_edits() if edit.runs_by_default}
    findings = check(batch_of([claim]), reference, [edit for edit in own_edits() if edit.code in known]).findings  # fmt: skip
    found = set(findings["code"].cast(pl.String))
    fired = [code for code in right if code in found]
    if (expected["kind"] == "defect") != bool(fired) or (expected["kind"] == "clean" and found):
        return None
    return {
        "edit": fired[0] if fired else None,
        "about": rule["reason"],
        "source": rule["source"],
        "claim": claim,
    }


if __name__ == "__main__":
    main()
