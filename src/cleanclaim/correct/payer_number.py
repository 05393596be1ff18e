"""The payer's number of a claim, which a replacement or void must name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cleanclaim.errors import InputError
from cleanclaim.model import concat
from cleanclaim.read import TableOptions, read
from cleanclaim.remit.chains import chains, in_order
from cleanclaim.remit.match import matches
from cleanclaim.remit.read import read_remittances
from cleanclaim.remit.records import Index, paid_claims, sent_claims
from cleanclaim.remit.store import inputs_of


def number_paid(file: Path, tables: TableOptions, key: int, remit: Sequence[str]) -> str | None:
    """The payer's number in the last payment of a claim that wasn't taken back; None if there is none.

    Args:
        file: the claims that were sent.
        tables: what the user says about tables.
        key: the claim's key, as counted from the start of the file.
        remit: folders of remittances, or 835 files.

    Raises:
        InputError: a remittance can't be read.
    """
    remittance, files = read_remittances(inputs_of(remit))
    errors = [one.error for one in files if one.error]
    if errors:
        raise InputError("; ".join(errors))
    batch = concat(read([file], [], form=False, tables=tables))
    payments = in_order(paid_claims(remittance))
    found = matches(payments, Index(sent_claims(batch)))
    linked = chains(payments, found)
    numbers = [
        paid.payer_claim_id
        for paid in payments
        if (claim := found[paid.key].claim)
        and claim.key == key
        and not paid.is_reversal
        and paid.key not in linked.superseded
        and paid.payer_claim_id
    ]
    return numbers[-1] if numbers else None
