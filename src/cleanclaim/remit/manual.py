"""Matches made by hand: a CSV file with `remit_claim_id` or `payer_claim_id`, and `claim_id`."""

from __future__ import annotations

import csv
from pathlib import Path

from cleanclaim.errors import TableError, UnreadableFile


def read_matches(path: Path) -> dict[str, str]:
    """Read matches made by hand.

    Returns:
        For each payer's claim number, or number in the remittance, the number of the claim sent.

    Raises:
        UnreadableFile: the file can't be read.
        TableError: a column or a cell is missing; every fault is listed.
    """
    try:
        rows = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it isn't UTF-8 text"
        raise UnreadableFile(f"{path}: {why}") from None
    names = set(rows.fieldnames or ())
    if "claim_id" not in names or not {"remit_claim_id", "payer_claim_id"} & names:
        raise TableError(str(path), ["expected the columns remit_claim_id or payer_claim_id, and claim_id"])  # fmt: skip
    found: dict[str, str] = {}
    faults = []
    for number, row in enumerate(rows, start=2):
        keys = [key for name in ("payer_claim_id", "remit_claim_id") if (key := (row.get(name) or "").strip())]  # fmt: skip
        claim = (row.get("claim_id") or "").strip()
        if not keys or not claim:
            faults.append(f"line {number}: a number is missing")
            continue
        found[keys[0]] = claim
    if faults:
        raise TableError(str(path), faults)
    return found
