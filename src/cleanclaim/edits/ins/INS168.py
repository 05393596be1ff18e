"""INS168: surgery without the operating physician."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_OPERATION: Final = r"^0.[1BDFGHMNPQRSTUVWXY]"
"""Surgical root operations in which something is cut out, opened, put in, moved or replaced."""
_OPENED: Final = r"^0...[04]"
"""By an open or a keyhole approach."""
_STAY: dict[str, Any] = {"bill_type_code": "111", "from_date": "2026-05-10", "to_date": "2026-05-13", "admission_date": "2026-05-10"}


def _done(code: str) -> list[dict[str, str]]:
    return [{"kind": "procedure", "code_qualifier": "BBR", "code": code, "from_date": "2026-05-11"}]


@query_edit(
    code="INS168",
    name="operating-physician-missing",
    disposition=Disposition.INFO,
    carc="16",
    rarc="N264",
    scope="claim",
    source=Source(
        "837 institutional implementation guide; Medicare Claims Processing Manual",
        "loop 2310B (operating physician, when a surgical procedure is on the claim); chapter 25, FL 77",
        "ASC X12N and CMS",
        date(2026, 11, 28),
    ),
    column="claims.operating_npi",
    message="The procedure {procedure_code} is surgery, but the claim names no operating physician.",
    suggestion="Add the physician who operated.",
    fix="proposed",
    when={"claims": IS_INSTITUTIONAL & pl.col("operating_npi").is_null()},
    examples=(
        fails("an operation", institutional(**_STAY, claim_codes=_done("0FT44ZZ")), says="0FT44ZZ"),
        passes("with the surgeon", institutional(**_STAY, operating_npi="1245319599", claim_codes=_done("0FT44ZZ"))),
        passes("a heart catheter", institutional(**_STAY, claim_codes=_done("4A023N7"))),
        passes("a tube in the windpipe", institutional(**_STAY, claim_codes=_done("0BH17EZ"))),
        passes("no procedure", institutional()),
    ),
)
def operating_physician_missing(claims: Claims, reference: Reference) -> Rows:
    """A stay with an open or keyhole operation (ICD-10-PCS) and no operating physician.

    For information: which procedures are surgery in this sense, the payer decides, and tables may lack the column.

    What to do: name the surgeon.
    """
    del reference
    code = pl.col("code")
    done = claims.claim_codes.filter((pl.col("kind") == "procedure") & code.str.contains(_OPERATION) & code.str.contains(_OPENED)).sort("claim_key", "ordinal")
    first = done.unique("claim_key", keep="first", maintain_order=True).select("claim_key", code.alias("procedure_code"))
    return claims.claims.filter(IS_INSTITUTIONAL, pl.col("operating_npi").is_null()).select("claim_key").join(first, on="claim_key")
