"""In which formats claims arrive and reports leave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from cleanclaim.server.problems import Problem

JSON: Final = "json"
MEDIA: Final = {
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "sarif": "application/sarif+json",
    "csv": "text/csv",
    "text": "text/plain",
    "html": "text/html",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "277ca": "application/edi-x12; transaction=277CA",
    "999": "application/edi-x12; transaction=999",
    "ta1": "application/edi-x12; transaction=TA1",
    "fhir": "application/fhir+json",
}
"""The media type of each format of a report; of several with the same type, the first is meant if no parameter says which."""
_PACKED: Final = (b"\x1f\x8b", b"PK\x05\x06")
_ZIP: Final = b"PK\x03\x04"
_WORKBOOK_PART: Final = (b"[Content_Types].xml", b"xl/", b"_rels/", b"docProps/")
_NAME: Final = slice(30, 60)
"""Where a zip's first member is named."""


def format_of(accept: str, asked: str | None) -> str:
    """The format of an answer: the one asked for by name, else the most wanted one that there is.

    Args:
        accept: the header Accept.
        asked: the query parameter `format`.

    Raises:
        Problem: no format fits.
    """
    if asked is not None:
        if asked not in MEDIA:
            raise Problem(400, "option", f"format: expected {', '.join(MEDIA)}")
        return asked
    for wanted, transaction in _by_preference(accept):
        if wanted in {"*/*", "application/*"}:
            return JSON
        if wanted == "text/*":
            return "text"
        for name, media in MEDIA.items():
            if wanted == media_type(name) and media.lower().endswith(transaction):
                return name
    raise Problem(406, "format", "no format of the header Accept is available", [f"expected {', '.join(MEDIA.values())}, or the parameter format"])  # fmt: skip


def media_type(name: str) -> str:
    """The media type of a format, without parameters."""
    return MEDIA[name].partition(";")[0]


def _by_preference(accept: str) -> list[tuple[str, str]]:
    """The media types of a header Accept with the X12 transaction that they name, the most wanted first; those with quality 0 are left out."""
    ranked = []
    for number, part in enumerate(accept.split(",") if accept.strip() else ["*/*"]):
        name, *pieces = (piece.strip().lower() for piece in part.split(";"))
        given = {key.strip(): value.strip().strip('"') for key, _, value in (piece.partition("=") for piece in pieces)}  # fmt: skip
        quality = _quality(given.get("q", "1"))
        if quality > 0:
            ranked.append((-quality, number, (name, given.get("transaction", ""))))
    return [wanted for _, _, wanted in sorted(ranked)]


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def claims_in(body: bytes, content_type: str) -> list[Any] | bytes:
    """The claims in a request: a list of mappings if they are JSON, else the content as it is.

    Args:
        body: the request's body.
        content_type: its header Content-Type, which is only a hint: content decides.

    Raises:
        Problem: it is empty, packed, or JSON that isn't claims.
    """
    start = body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise Problem(422, "claims", "the body is empty; expected claims as X12 837, JSON, FHIR, CSV, xlsx or Parquet")  # fmt: skip
    if body.startswith(_PACKED) or (body.startswith(_ZIP) and not body[_NAME].startswith(_WORKBOOK_PART)):  # fmt: skip
        raise Problem(415, "format", "packed files aren't checked at once; send them as a job (POST /v1/jobs)")  # fmt: skip
    if not start.startswith((b"{", b"[")):
        return body
    if "ndjson" in content_type or "fhir" in content_type or b'"resourceType"' in body:
        return body
    return _of_json(body)


def _of_json(body: bytes) -> list[Any]:
    try:
        content = json.loads(body)
    except RecursionError:
        raise Problem(422, "claims", "the JSON is nested too deeply") from None
    except ValueError as error:
        place = f" at byte {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise Problem(422, "claims", f"the body isn't valid JSON{place}") from None
    if isinstance(content, Mapping) and isinstance(content.get("claims"), list):
        unknown = [name for name in content if name != "claims"]
        if unknown:
            raise Problem(422, "claims", "expected one key, claims, beside no others")
        content = content["claims"]
    claims = content if isinstance(content, list) else [content]
    if not claims:
        raise Problem(422, "claims", "the body has no claims")
    wrong = [number for number, claim in enumerate(claims, start=1) if not isinstance(claim, Mapping)]  # fmt: skip
    if wrong:
        faults = [f"claim {number}: expected an object" for number in wrong[:20]]
        raise Problem(422, "claims", "expected a claim, or a list of claims, as objects", faults)
    return claims
