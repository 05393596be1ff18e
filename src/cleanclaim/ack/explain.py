"""Acknowledgments in words and as JSON, matched to the claims that were sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

import polars as pl

from cleanclaim.ack.read import Acknowledgments, Answer, ClaimAnswer
from cleanclaim.model import Batch
from cleanclaim.report.labels import counted
from cleanclaim.report.x12_out import envelope_of

_STATUSES: Final = ("rejected", "returned", "information", "accepted", "received")
_NEXT: Final = {
    "rejected": "correct it and send it again as a new claim: the payer has no claim to replace",
    "returned": "correct it and send it again as a new claim: the payer has no claim to replace",
    "information": "read what the payer asks for",
}


def matched(found: Acknowledgments, batch: Batch | None) -> dict[str, Any]:
    """Everything as one object.

    Args:
        found: what was read.
        batch: the claims that were sent; None if they weren't given.

    Returns:
        `acknowledgments`, `claims`, each with its file and next step, and `unanswered`, the claims that no acknowledgment names (null without claims).
    """
    sent: dict[str, list[str]] = {}
    if batch is not None:
        for claim_id, file in batch.claims.select("claim_id", "file").iter_rows():
            sent.setdefault(claim_id or "", []).append(file)
    by_claim: dict[str, list[ClaimAnswer]] = {}
    for one in [*found.claims, *(of_envelopes(found, batch) if batch is not None else ())]:
        by_claim.setdefault(one.claim_id, []).append(one)
    claims = [
        {
            "claim_id": claim_id,
            "claim_file": next(iter(sent.get(claim_id, [])), None),
            "status": min((one.status for one in answers), key=_STATUSES.index),
            "next_step": _NEXT.get(min((one.status for one in answers), key=_STATUSES.index)),
            "answers": [{name: value for name, value in asdict(one).items() if name != "claim_id"} for one in answers],
        }
        for claim_id, answers in by_claim.items()
    ]  # fmt: skip
    unanswered = None
    if batch is not None:
        unanswered = [{"claim_id": claim_id, "claim_file": file} for claim_id, files in sent.items() for file in files if claim_id not in by_claim]  # fmt: skip
    return {
        "acknowledgments": [asdict(one) for one in found.answers],
        "claims": claims,
        "unanswered": unanswered,
    }


def of_envelopes(found: Acknowledgments, batch: Batch) -> Iterator[ClaimAnswer]:
    """What a TA1 or 999 says of all claims in an interchange or transaction, which it doesn't name."""
    told = {one.claim_id for one in found.claims}
    claims = batch.claims.select("claim_id", "file", "segment_number").drop_nulls()
    for (file,), own in claims.group_by("file", maintain_order=True):
        envelope = envelope_of(str(file))
        for interchange in envelope.interchanges if envelope else ():
            control = interchange.header[13].strip()
            inside = _between(own, interchange.first, interchange.last)
            for answer in found.answers:
                if (
                    answer.kind == "TA1"
                    and answer.control_number == control
                    and not answer.is_accepted
                ):
                    yield from _all(inside, "rejected", "the interchange was rejected", answer)
                for group in interchange.groups if answer.kind in {"999", "997"} else ():
                    if group.control != answer.control_number:
                        continue
                    for one in answer.sets:
                        of_set = [
                            claim
                            for set_ in group.transactions
                            if set_.control == one.control_number
                            for claim in _between(own, set_.first, set_.last)
                        ]
                        unnamed = [
                            claim for claim in of_set if claim not in told or not one.is_accepted
                        ]
                        status = "received" if one.is_accepted else "rejected"
                        words = (
                            "the form of its transaction was accepted"
                            if one.is_accepted
                            else "its transaction was rejected"
                        )
                        yield from _all(unnamed, status, words, answer)


def _between(claims: pl.DataFrame, first: int, last: int) -> list[str]:
    return claims.filter(pl.col("segment_number").is_between(first, last))["claim_id"].to_list()


def _all(claims: list[str], status: str, words: str, answer: Answer) -> Iterator[ClaimAnswer]:
    for claim_id in claims:
        yield ClaimAnswer(claim_id, None, status, None, [], [words], None, answer.kind, answer.file)


def as_json(content: dict[str, Any]) -> str:
    """The object as JSON text."""
    return json.dumps(content, indent=1)


def as_text(found: Acknowledgments, content: dict[str, Any]) -> Iterator[str]:
    """The lines of a report for people."""
    for answer in found.answers:
        yield from _answer(answer)
    for claim in content["claims"]:
        unknown = "" if content["unanswered"] is None or claim["claim_file"] else " (not among the claims given)"  # fmt: skip
        yield f"claim {claim['claim_id']}: {claim['status']}{unknown}"
        for one in claim["answers"]:
            line = f"line {one['line']}: " if one["line"] else ""
            message = f": {one['message']}" if one["message"] else ""
            yield f"  {line}{'; '.join(one['words'])}{message}"
        if claim["next_step"]:
            yield f"  next: {claim['next_step']}"
    if content["unanswered"]:
        yield f"No answer yet: {', '.join(str(one['claim_id']) for one in content['unanswered'])}"
    counts = {status: sum(one["status"] == status for one in content["claims"]) for status in _STATUSES}  # fmt: skip
    told = ", ".join(f"{count:,} {status}" for status, count in counts.items() if count)
    yield f"{counted(len(found.answers), 'acknowledgment')}, {counted(len(content['claims']), 'claim')}{f': {told}' if told else ''}"


def _answer(answer: Answer) -> Iterator[str]:
    what = {"TA1": "interchange", "999": "group", "997": "group", "277CA": "batch"}[answer.kind]
    reasons = f": {'; '.join(answer.reasons)}" if answer.reasons else ""
    yield f"{answer.kind} for {what} {answer.control_number or 'without a number'}: {answer.status or 'no status'}{reasons}"
    for one in answer.sets:
        status = "accepted" if one.is_accepted else "rejected"
        told = f": {'; '.join(one.reasons)}" if one.reasons else ""
        yield f"  transaction {one.control_number}: {status}{told}"
        for fault in one.faults:
            if fault.element is None and fault.code == "8":
                continue
            where = f"segment {fault.position}, {fault.segment}{fault.element or ''}"
            claim = f", claim {fault.claim_id}" if fault.claim_id else ""
            yield f"    {where}{claim}: {fault.words}"
