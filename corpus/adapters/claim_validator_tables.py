"""claim-validator's adapter, for the CSV tables: python -m corpus.adapters.claim_validator_tables FOLDER.

It knows professional claims. A claim that it refuses to load counts as found, with the field that it names as the code.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, str]


def _rows(path: Path) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            found[row["claim_id"]].append(row)
    return found


def _number(text: str) -> float:
    return float(text) if text else 0.0


def mapped(claim: Row, lines: list[Row], diagnoses: list[Row]) -> dict[str, Any]:
    """A claim as claim-validator takes it; its charges are for one unit."""
    person = {"first_name": "PAT", "last_name": "EXAMPLE", "dob": claim["patient_birth_date"], "gender": claim["patient_sex"]}
    return {
        **{f"{who}_{name}": value for who in ("subscriber", "patient") for name, value in person.items()},
        "billing_provider_npi": claim["billing_npi"],
        "billing_provider_taxonomy": claim["billing_taxonomy_code"],
        "rendering_provider_npi": claim["rendering_npi"],
        "subscriber_id": claim["member_id"],
        "patient_relationship": "self",
        "payer_id": claim["payer_id"],
        "payer_name": "EXAMPLE PAYER",
        "place_of_service": claim["place_of_service_code"],
        "total_charge": _number(claim["charge_amount"]),
        "filing_date": claim["submitted_date"],
        "diagnosis_codes": [
            {"code": f"{each['diagnosis_code'][:3]}.{each['diagnosis_code'][3:]}".rstrip("."), "pointer": n, "type": "principal" if n == 1 else "secondary"}
            for n, each in enumerate(diagnoses, 1)
        ],
        "lines": [_line(each) for each in lines],
    }


def _line(each: Row) -> dict[str, Any]:
    units = _number(each["units"])
    return {
        "procedure_code": each["procedure_code"],
        "modifiers": [each[f"modifier_{k}"] for k in (1, 2) if each[f"modifier_{k}"]],
        "diagnosis_pointers": [int(each[f"diagnosis_pointer_{k}"]) for k in (1, 2, 3, 4) if each[f"diagnosis_pointer_{k}"]],
        "charge_amount": round(_number(each["charge_amount"]) / (units or 1), 2),
        "units": units,
        "service_date_from": each["from_date"],
        "service_date_to": each["to_date"],
        "place_of_service": each["place_of_service_code"],
    }


def codes(claim: dict[str, Any]) -> Iterator[str]:
    """The codes of what claim-validator finds in a claim."""
    from claim_validator import validate_batch  # noqa: PLC0415 - optional
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        (result,) = validate_batch([claim])
    except ValidationError as error:
        yield from {"refused: " + ".".join(str(part) for part in one["loc"] if not isinstance(part, int)) for one in error.errors()}
        return
    for phase in result.phase_results:
        for output in phase.validator_outputs:
            yield from (str(finding.code) for finding in output.findings)


def main() -> None:
    """Print the findings."""
    folder = Path(sys.argv[1])
    lines, diagnoses = _rows(folder / "lines.csv"), _rows(folder / "diagnoses.csv")
    for number, claims in _rows(folder / "claims.csv").items():
        if claims[0]["claim_type"] != "professional":
            continue
        for code in sorted(set(codes(mapped(claims[0], lines[number], diagnoses[number])))):
            print(json.dumps({"claim_id": number, "code": code, "line": None, "diagnosis": None}))


if __name__ == "__main__":
    main()
