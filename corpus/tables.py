"""Writes claims as three CSV tables joined by the claim's number, with the names of cleanclaim's columns."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from corpus.case import Claim
from corpus.x837 import qualifier

_INNER = {"diagnoses", "lines", "patient_name", "payer_class", "note", "in_pack"}
_TYPES = {"ABK": "principal", "BK": "principal", "ABJ": "admitting"}


def write(folder: Path, claims: Sequence[Claim]) -> None:
    """Write claims.csv, lines.csv and diagnoses.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "claims.csv", [{k: v for k, v in claim.items() if k not in _INNER} for claim in claims])
    _write(
        folder / "diagnoses.csv",
        [
            {
                "claim_id": claim["claim_id"],
                "diagnosis_number": n + 1,
                "code_qualifier": qualifier(claim, n),
                "diagnosis_type": _TYPES.get(qualifier(claim, n), "other"),
                **each,
            }
            for claim in claims
            for n, each in enumerate(claim["diagnoses"])
        ],
    )
    _write(
        folder / "lines.csv",
        [{"claim_id": claim["claim_id"], "line_number": n, **_placed(claim, each)} for claim in claims for n, each in enumerate(claim["lines"], 1)],
    )


def _placed(claim: Claim, each: Mapping[str, Any]) -> dict[str, Any]:
    shared = ("place_of_service_code", "rendering_npi", "rendering_taxonomy_code", "referring_npi", "clia_number")
    own = {name: claim[name] for name in shared if claim.get(name)} if claim["claim_type"] == "professional" else {}
    line = own | dict(each)
    if line.get("line_place_of_service_code"):
        line["place_of_service_code"] = line["line_place_of_service_code"]
    return line


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    rows = list(rows)
    names = sorted({name for row in rows for name in row}, key=lambda name: (name != "claim_id", name))
    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, names, lineterminator="\n")
        out.writeheader()
        for row in rows:
            out.writerow({name: _text(value) for name, value in row.items()})


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else value
