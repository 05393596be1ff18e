"""Matches made by hand: a CSV file with `remit_claim_id` or `payer_claim_id`, and `claim_id`."""

from __future__ import annotations

from pathlib import Path

from cleanclaim.errors import TableError, UnreadableFile
from cleanclaim.parsing import records_of


def read_matches(path: Path) -> dict[str, str]:
    """Read matches made by hand.

    Returns:
        For each payer's claim number, or number in the remittance, the number of the claim sent.

    Raises:
        UnreadableFile: the file can't be read.
        TableError: a column or a cell is missing; every fault is listed.
    """
    try:
        header, rows = records_of(path.read_bytes())
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UnreadableFile(f"{path}: {why}") from None
    names = set(header)
    if "claim_id" not in names or not {"remit_claim_id", "payer_claim_id"} & names:
        raise TableError(str(path), ["expected the columns remit_claim_id or payer_claim_id, and claim_id"])  # fmt: skip
    found: dict[str, str] = {}
    faults = []
    for number, row in rows:
        keys = [key for name in ("payer_claim_id", "remit_claim_id") if (key := row.get(name, ""))]  # fmt: skip
        claim = row.get("claim_id", "")
        if not keys or not claim:
            faults.append(f"line {number}: a number is missing")
            continue
        found[keys[0]] = claim
    if faults:
        raise TableError(str(path), faults)
    return found
