"""A FHIR file as batches of claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO, Final

import polars as pl

from cleanclaim.errors import InputError
from cleanclaim.model import CLAIM_CODES, CLAIMS, DIAGNOSES, LINES, Batch, Table
from cleanclaim.read.assemble import assemble
from cleanclaim.read.columns import ROW
from cleanclaim.read.fhir.claims import ClaimMapper
from cleanclaim.read.fhir.resources import Resource, Resources, read_resources

_CLAIM: Final = "Claim"
_BENEFIT: Final = "ExplanationOfBenefit"
_AT_ONCE: Final = 20_000
_TABLES: Final = (CLAIMS, DIAGNOSES, LINES, CLAIM_CODES)
_MOST_FAULTS: Final = 5
_LEFT_OUT: Final = {
    "diagnosis": ("diagnosis has a code", "diagnoses have codes"),
    "procedure": ("line has a code", "lines have codes"),
}


def read_fhir(
    stream: BinaryIO, *, file: str, first_claim_key: int, notes: list[str], at_once: int
) -> Iterator[Batch]:
    """Read the claims of a FHIR file.

    Explanations of benefits are read as claims too, unless the file has claims: the two tell of the
    same services.

    Args:
        stream: a resource, a Bundle, a list of resources, or NDJSON.
        file: the file name in findings.
        first_claim_key: key of the first claim.
        notes: what the reader of the report must know is added.
        at_once: about how many claims a batch holds.

    Yields:
        Batches in file order; `position` is the claim's place in the file, counted from 1.

    Raises:
        InputError: after the last batch, if a resource couldn't be read.
    """
    faults: list[str] = []
    resources = Resources()
    reading = _Reading(file, first_claim_key, ClaimMapper(resources), faults)
    later: list[tuple[str, Resource]] = []
    benefits: list[tuple[str, Resource]] = []
    is_lines = None
    for place, resource, url in read_resources(stream, file, faults):
        is_lines = place.startswith("line") if is_lines is None else is_lines
        kind = resource.get("resourceType")
        if kind not in {_CLAIM, _BENEFIT}:
            resources.add(resource, url)
        if kind == _CLAIM and is_lines:
            yield from reading.take(place, resource, at_once)
        elif kind == _CLAIM:
            later.append((place, resource))  # what it refers to may come after it
        elif kind == _BENEFIT:
            benefits.append((place, resource))
    for place, resource in later or (benefits if not reading.count else []):
        yield from reading.take(place, resource, at_once)
    yield from reading.rest()
    for what, count in sorted(reading.mapper.left_out.items()):
        noun = _LEFT_OUT[what][count != 1]
        notes.append(f"{count:,} {noun} of a system that isn't checked, such as SNOMED CT")
    if faults:
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise InputError(f"{file}: {'; '.join(faults[:_MOST_FAULTS])}{more}")


class _Reading:
    """Claims on their way into batches."""

    def __init__(self, file: str, key: int, mapper: ClaimMapper, faults: list[str]) -> None:
        self.mapper = mapper
        self.count = 0
        self._file = file
        self._key = key
        self._faults = faults
        self._waiting: list[dict[str, Any]] = []

    def take(self, place: str, resource: Resource, at_once: int) -> Iterator[Batch]:
        """Take one claim; a full batch is yielded."""
        if not isinstance(resource.get("insurance", []), list):
            self._faults.append(f"{place}: this is FHIR release 3, or damaged; release 4 is read")
            return
        if "pharmacy" in str(resource.get("type")):
            self._faults.append(f"{place}: pharmacy claims aren't read")
            return
        self.count += 1
        claim = self.mapper.claim(resource)
        claim["position"] = self.count
        self._waiting.append(claim)
        if len(self._waiting) >= min(at_once, _AT_ONCE):
            yield self._whole()

    def rest(self) -> Iterator[Batch]:
        """What is left."""
        if self._waiting:
            yield self._whole()

    def _whole(self) -> Batch:
        """The waiting claims as a batch."""
        claims, self._waiting = self._waiting, []
        batch = _batch(claims, self._file, self._key)
        self._key += len(claims)
        return batch


def _batch(claims: list[dict[str, Any]], file: str, key: int) -> Batch:
    """Build a batch; claims are joined by their place in the file, since numbers may repeat or be missing."""
    tables: dict[str, list[dict[str, Any]]] = {table.name: [] for table in _TABLES}
    for claim in claims:
        place = claim["position"]
        tables["claims"].append(claim)
        for name in ("diagnoses", "lines", "claim_codes"):
            tables[name] += [{**row, "position": place} for row in claim[name]]
    frames = {table.name: _frame(table, tables[table.name]) for table in _TABLES}
    ids = frames["claims"]["claim_id"]
    joined = {
        name: frame.with_columns(pl.col("position").cast(pl.String).alias("claim_id"), pl.col("position").alias(ROW)).drop("position")
        for name, frame in frames.items()
        if name != "claim_codes"
    }  # fmt: skip
    batch = assemble(joined, file, key)
    first = claims[0]["position"]
    coded = frames["claim_codes"].with_columns(
        (pl.col("position") - first + key).alias("claim_key"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("position").alias("ordinal"),
    )
    return replace(
        batch,
        claims=batch.claims.with_columns(ids.alias("claim_id")),
        claim_codes=CLAIM_CODES.conform(coded),
    )


def _frame(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The rows with the columns that any of them has."""
    found = set().union(*(row.keys() for row in rows)) if rows else set(table.schema)
    own = {name: dtype for name, dtype in table.schema.items() if name in found}
    return pl.DataFrame(rows, schema={**own, "position": pl.Int64}, strict=False)
