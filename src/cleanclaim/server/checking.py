"""Check the claims of requests, each for itself or small ones together."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim import pipeline
from cleanclaim.errors import CleanclaimError
from cleanclaim.failures import reason_of
from cleanclaim.job import Job
from cleanclaim.model import Batch
from cleanclaim.model.spans import Spans, spans_together
from cleanclaim.read.given import given_claims
from cleanclaim.read.objects import batch_of
from cleanclaim.report import entries
from cleanclaim.report.formats import ANSWERS, FORMATS
from cleanclaim.report.json import put
from cleanclaim.report.result import Report
from cleanclaim.report.tally import Tally
from cleanclaim.server.answers import JSON
from cleanclaim.server.choices import Choices
from cleanclaim.server.engine import Held
from cleanclaim.server.problems import Problem, internal, problem_of
from cleanclaim.storage.durable import write_private

_FILE: Final = "request"
_NO_837: Final = Problem(422, "format", "999, 277CA and TA1 answer 837 files, and these claims came in another format")  # fmt: skip
_APART: Final = 0x9E3779B97F4A7C15
"""An odd number: multiplied by a request's number, it moves patients of different requests apart."""
_MOST: Final = 1 << 64


@dataclass(frozen=True)
class Asked:
    """Claims to check.

    Attributes:
        claims: mappings, or a file's content.
        choices: how they are judged.
        format: the format of the answer.
        held: what they are checked with.
    """

    claims: list[Any] | bytes
    choices: Choices
    format: str
    held: Held

    @property
    def is_small(self) -> bool:
        """Whether it is a claim that can be checked together with those of other requests."""
        return isinstance(self.claims, list) and len(self.claims) == 1 and self.format == JSON

    @property
    def kind(self) -> tuple[int, Choices]:
        """What requests that are checked together have in common."""
        return id(self.held), self.choices


def answer(asked: Asked) -> bytes:
    """Check a request's claims.

    Raises:
        Problem: they can't be read, or an option isn't valid.
    """
    try:
        if asked.format in ANSWERS:
            return _acknowledged(asked)
        return FORMATS[asked.format].render(report_of(asked))
    except CleanclaimError as error:
        raise problem_of(error) from None


def answers(several: Sequence[Asked]) -> list[bytes | Problem]:
    """Check small requests of one kind together; each gets the answer that it would get alone."""
    if len(several) == 1:
        return [_alone(several[0])]
    try:
        found = _together(several)
    except Exception:  # noqa: BLE001 - one request's fault must not be the others': each is tried alone
        return [_alone(asked) for asked in several]
    return [_alone(asked) if body is None else body for asked, body in zip(several, found, strict=True)]  # fmt: skip


def _alone(asked: Asked) -> bytes | Problem:
    try:
        return answer(asked)
    except Problem as problem:
        return problem
    except Exception as error:  # noqa: BLE001 - it would end the worker
        reason_of(error)  # logs the traceback if asked to
        return internal()


def _acknowledged(asked: Asked) -> bytes:
    """What a payer would answer to an 837, which is read again for its envelopes.

    Raises:
        Problem: the claims aren't an 837 file, or can't be read.
    """
    if not isinstance(asked.claims, bytes):
        raise _NO_837
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as name:
        path = Path(name) / _FILE
        write_private(path, asked.claims)
        try:
            report = _report(asked, path)
            if all(entry.format != "x12" for entry in report.files):
                raise _NO_837
            return ANSWERS[asked.format].render(report)
        except CleanclaimError as error:
            raise problem_of(error).without(f"{name}/") from None
        except Problem as problem:
            raise problem.without(f"{name}/") from None


def report_of(asked: Asked) -> Report:
    """Check a request's claims by themselves.

    Raises:
        Problem: they can't be read.
        CleanclaimError: an option isn't valid.
    """
    return _report(asked, io.BytesIO(asked.claims) if isinstance(asked.claims, bytes) else asked.claims)  # fmt: skip


def _report(asked: Asked, claims: object) -> Report:
    choices, held = asked.choices, asked.held
    tables = choices.tables()
    given = given_claims(claims, tables)
    job = Job(given.inputs, held.reference, choices.edits(held), choices.settings(), held=given.batch, tables=tables)  # fmt: skip
    report = pipeline.run_whole(job)
    if report.unread and report.claims.is_empty():
        raise Problem(422, "claims", "the claims can't be read", [str(entry.error) for entry in report.unread])  # fmt: skip
    return replace(report, notes=(*given.notes, *report.notes))


def _together(several: Sequence[Asked]) -> list[bytes | None]:
    """The answers; None for a request that must be checked alone."""
    batch = batch_of([asked.claims[0] for asked in several])
    asked = several[0]
    edits = asked.choices.edits(asked.held)
    held = _apart(batch)
    report = pipeline.run_whole(
        Job((), asked.held.reference, edits, asked.choices.settings(), held=held)
    )
    if report.failures:
        return [None] * len(several)
    return [*_split(report, range(len(several)))]


def _days_of_claims(batch: Batch) -> dict[int, Spans]:
    """The days of each claim, by its key."""
    days = pl.concat(
        [
            batch.claims.select("claim_key", pl.col("from_date").alias("day")),
            batch.claims.select("claim_key", pl.col("to_date").alias("day")),
            batch.lines.select("claim_key", pl.col("from_date").alias("day")),
        ]
    ).drop_nulls()
    by_key = dict(days.group_by("claim_key").agg(pl.col("day").unique()).iter_rows())
    return {
        key: spans_together([((day, day),) for day in by_key.get(key, ())])
        for key in range(batch.claims.height)
    }


def _apart(batch: Batch) -> Batch:
    """The batch with each claim as the first of its file, which knows nothing of the claims of other requests."""
    claims = batch.claims
    moved = [
        (patient + (key + 1) * _APART) % _MOST
        for key, patient in claims.select("claim_key", "patient_key").iter_rows()
    ]
    return replace(
        batch,
        claims=claims.with_columns(
            pl.lit(1, pl.Int64).alias("position"), pl.Series("patient_key", moved, dtype=pl.UInt64)
        ),
        covered_apart=_days_of_claims(batch),
    )


def _split(report: Report, keys: Sequence[int]) -> list[bytes]:
    """A report as one JSON report for each claim."""
    findings, gaps, claims = report.findings, report.not_checked, report.claims
    texts: dict[str, dict[int, list[str]]] = {
        "claims": _by_claim(claims, entries.claims(report)),
        "findings": _by_claim(findings, entries.findings(report)),
        "coding": {},  # claims in requests have no notes
        "not_checked": _by_claim(gaps, entries.not_checked(report)),
    }
    lines = dict(report.batch.lines.group_by("claim_key").len().iter_rows())
    tallies = Tally.of_claims(lines, claims, findings, gaps)
    bodies = []
    for key in keys:
        lists = {name: [of_claim.get(key, [])] for name, of_claim in texts.items()}
        out = io.BytesIO()
        counts = tallies[key].summary((), report.notes, ())
        put(counts, lists | {"failures": [], "files": []}, out)
        bodies.append(out.getvalue())
    return bodies


def _by_claim(frame: pl.DataFrame, parts: Iterable[list[str]]) -> dict[int, list[str]]:
    """The texts of a frame's rows by claim."""
    found: dict[int, list[str]] = {}
    for key, text in zip(frame["claim_key"], chain.from_iterable(parts), strict=True):
        found.setdefault(key, []).append(text)
    return found
