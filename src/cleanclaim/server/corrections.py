"""Corrected files of batches, by the library's own repairs: what can be decided, and the file with the decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.correct import fix
from cleanclaim.correct.corrector import REPLACEMENT, VOID, Corrector, Terms
from cleanclaim.correct.decisions import Decision
from cleanclaim.correct.payer_number import number_paid
from cleanclaim.correct.places import DIAGNOSIS, place_of_claim, place_of_line
from cleanclaim.correct.replacement import control_number
from cleanclaim.correct.x12_claims import X12Claims
from cleanclaim.errors import InputError
from cleanclaim.report.result import Report
from cleanclaim.server.kept import Kept
from cleanclaim.server.problems import Problem

_SERVICE: Mapping[str, str] = {"professional": "SV1", "institutional": "SV2", "dental": "SV3"}


@dataclass(frozen=True)
class Proposal:
    """A finding whose repair a person decides.

    Attributes:
        number: its number among those of the batch.
        decision: what would change, without the new value.
        finding: the finding.
        can_change: whether cleanclaim can change the field; of a table or FHIR, only the correction itself shows it.
        choices: codes that the finding proposes.
    """

    number: int
    decision: Decision
    finding: Mapping[str, Any]
    can_change: bool
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Offer:
    """What can be corrected in a batch.

    Attributes:
        proposals: what a person decides.
        safe: what changes only the form of a value.
        refusal: why the file can't be corrected; None if it can.
    """

    proposals: tuple[Proposal, ...]
    safe: tuple[Decision, ...]
    refusal: str | None


def offer(kept: Kept, claim_key: int | None = None) -> Offer:
    """What can be corrected in a batch, or in one claim of it."""
    whole = _offer(kept.folder)
    if claim_key is None or whole.refusal:
        return whole
    claim_id = kept.claim(claim_key)["claim_id"]
    own = [one for one in whole.proposals if one.finding["claim_key"] == claim_key]
    return Offer(tuple(own), tuple(one for one in whole.safe if one.claim_id == claim_id), None)


@lru_cache(maxsize=4)
def _offer(folder: Path) -> Offer:
    """The same of a whole batch, whose file and findings never change."""
    kept = Kept(folder)
    report = kept.report()
    try:
        corrector = _corrector(kept)
    except Problem as problem:
        return Offer((), (), problem.detail)
    return Offer(tuple(_proposals(report, corrector)), tuple(corrector.safe(report.findings)), None)


def corrected(kept: Kept, given: Mapping[int, str], by: str, *, safe: bool = True) -> fix.Repaired:
    """The batch's file with decisions, and with safe repairs.

    Args:
        kept: the batch.
        given: the new value for each proposal's number.
        by: who decided.
        safe: make safe repairs too.

    Raises:
        Problem: the input isn't an 837.
        TableError: a decision can't be carried out; every fault is listed.
    """
    report = kept.report()
    corrector = _corrector(kept)
    decisions = _decided(offer(kept).proposals, given, by)
    done = fix.repaired(corrector, report.findings, decisions, safe=safe)
    kept.add_changes(_recorded(done.changes))
    return done


def sent_again(kept: Kept, claim_key: int, frequency: str, reference: str, given: Mapping[int, str], by: str) -> bytes:  # fmt: skip
    """A replacement (7) or void (8) of one claim.

    Args:
        kept: the batch.
        claim_key: the claim.
        frequency: 7 or 8.
        reference: the payer's number of the claim; empty for the one that its payment or the claim has.
        given: the new value for each proposal's number; a void changes nothing.
        by: who decided.

    Raises:
        Problem: the input isn't an 837, the payer's number is missing, or the frequency isn't valid.
        TableError: a decision can't be carried out.
    """
    if frequency not in {REPLACEMENT, VOID}:
        raise Problem(422, "frequency", "frequency: expected 7 or 8")
    corrector = _corrector(kept)
    claim = next((one for same in corrector.claims.values() for one in same if one.key == claim_key), None)  # fmt: skip
    if claim is None:
        raise Problem(404, "claim", "there is no such claim")
    decisions = [] if frequency == VOID else _decided(offer(kept, claim_key).proposals, given, by)
    made = datetime.now().astimezone()
    number = reference.strip() or payer_number(kept, claim_key)
    if not number:
        raise Problem(422, "reference", "the payer's number of the claim is missing: add the remittance, or write it here")  # fmt: skip
    terms = Terms(frequency, number, control_number(None, made), made, by)
    content = corrector.again(claim, decisions, terms)
    kept.add_changes(_recorded(corrector.done))
    return content


def payer_number(kept: Kept, claim_key: int) -> str:
    """The payer's number of a claim: from its last payment that counts, else as the claim has it; empty if there is none."""
    paid = [str(path) for path in kept.remittances()]
    found = number_paid(kept.upload, kept.tables, claim_key, paid) if paid else None
    return found or kept.claim(claim_key)["original_reference_number"] or ""


def _corrector(kept: Kept) -> Corrector[Any]:
    try:
        return fix.read_file(kept.upload, kept.tables)[1]
    except InputError:
        raise Problem(422, "claims", "837s, FHIR claims, CSV, .xlsx and Parquet can be corrected here; correct this in its own program") from None  # fmt: skip


def _proposals(report: Report, corrector: Corrector[Any]) -> list[Proposal]:
    """The proposals of a batch, which have the same numbers each time."""
    rows = report.findings.filter(pl.col("fix") == "proposed", pl.col("field").is_not_null())
    is_x12 = isinstance(corrector, X12Claims)
    kinds = dict(report.batch.claims.select("claim_key", "claim_type").iter_rows())
    pairs = zip(fix.proposals(report), rows.iter_rows(named=True), strict=True)
    return [
        Proposal(
            number,
            decision,
            row,
            not is_x12 or _can_change(decision, kinds.get(row["claim_key"])),
            _choices(row),
        )
        for number, (decision, row) in enumerate(pairs)
    ]


def _choices(finding: Mapping[str, Any]) -> tuple[str, ...]:
    codes = json.loads(finding["evidence"] or "{}").get("use_instead")
    return tuple(map(str, codes)) if isinstance(codes, list) else ()


def _can_change(one: Decision, kind: str | None) -> bool:
    table, _, name = one.field.partition(".")
    if table == "diagnoses":
        return name in DIAGNOSIS and one.diagnosis_number is not None
    if table == "lines":
        return one.line_number is not None and place_of_line(name, _SERVICE.get(kind or "", "SV1")) is not None  # fmt: skip
    return place_of_claim(name) is not None


def _decided(proposals: Sequence[Proposal], given: Mapping[int, str], by: str) -> list[Decision]:
    """The decisions that were made.

    Raises:
        Problem: one field got two values.
    """
    found: dict[tuple[Any, ...], Decision] = {}
    faults = []
    for one in proposals:
        value, old = given.get(one.number, "").strip(), one.decision
        if not value or value == old.before:
            continue
        place = (one.finding["claim_key"], old.line_number, old.diagnosis_number, old.field)
        if found.setdefault(place, replace(old, after=value, by=by)).after != value:
            faults.append(f"{old.where}: expected one value, found two")
    if faults:
        raise Problem(422, "change", "a field got two values", faults)
    return list(found.values())


def _recorded(changes: Sequence[Decision]) -> list[dict[str, Any]]:
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    return [asdict(one) | {"at": at} for one in changes]
