"""Take a batch's findings into the worklist; when claims are checked again, what people did carries over.

A finding is known again by what it says: claim, line or diagnosis, edit, and the code there. One that isn't found any more is resolved by the check, unless
its claim isn't in the new file or the edit couldn't check it. One that was said to be corrected and is still found is open again.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
import sqlalchemy as sa

from cleanclaim.edits.edit import Disposition
from cleanclaim.server.access.principals import service
from cleanclaim.server.database.schema import EVENTS, FINDINGS, JOBS, VALUES
from cleanclaim.server.worklist import events
from cleanclaim.server.worklist.files import CHECKED, FOUND
from cleanclaim.server.worklist.states import AS_BILLED, BY_CHECK, OPEN, RESOLVED

MOST: Final = 50_000
"""The most findings of a batch that the worklist takes, the hardest first."""
_PART: Final = 1_000
_TEXTS: Final = ("claim_id", "place", "name", "message", "suggestion", "column", "source", "payer", "provider")  # fmt: skip


def take_in(connection: sa.Connection, job: Mapping[str, Any], folder: Path, now: datetime) -> int:
    """Take in a finished batch's findings, in the transaction that finishes it.

    Args:
        connection: a writing transaction.
        job: the batch; what it `replaces` carries over.
        folder: its folder.
        now: the moment.

    Returns:
        How many findings were left out because there were more than the worklist takes.
    """
    ranks = {one.value: one.rank for one in Disposition}
    every = pl.read_parquet(folder / FOUND).with_columns(pl.col("disposition").replace_strict(ranks, return_dtype=pl.Int64).alias("rank"))  # fmt: skip
    frame = every.sort("rank", "at_risk_cents", descending=[False, True], nulls_last=True, maintain_order=True).head(MOST).sort("number")  # fmt: skip
    rows = [_clean(row) for row in frame.iter_rows(named=True)]
    earlier = _earlier(connection, job["replaces"])
    emptied = {known["job_id"] for known in earlier.values()}
    new = []
    for row in rows:
        known = earlier.pop(row["identity"], None)
        if known is None:
            new.append(_new(job["id"], row, now))
        else:
            _carry_over(connection, job, known, row, now)
    for start in range(0, len(new), _PART):
        part = new[start : start + _PART]
        connection.execute(FINDINGS.insert(), part)
    if earlier:
        checked = pl.read_parquet(folder / CHECKED)
        _settle(connection, job, earlier, checked, now)
    _count_values(connection, {job["id"], *emptied})
    return every.height - frame.height


def forget(connection: sa.Connection, job_ids: list[str]) -> None:
    """Delete the findings of batches, with what was done about them."""
    own = sa.select(FINDINGS.c.id).where(FINDINGS.c.job_id.in_(job_ids))
    connection.execute(EVENTS.delete().where(EVENTS.c.finding_id.in_(own)))
    connection.execute(FINDINGS.delete().where(FINDINGS.c.job_id.in_(job_ids)))
    connection.execute(VALUES.delete().where(VALUES.c.job_id.in_(job_ids)))


def _count_values(connection: sa.Connection, job_ids: set[str]) -> None:
    """Count the values to filter by, of batches whose findings have changed."""
    connection.execute(VALUES.delete().where(VALUES.c.job_id.in_(job_ids)))
    columns = FINDINGS.c
    for name in (columns.payer, columns.provider, columns.code):
        own = sa.select(columns.job_id, sa.literal(name.name), name, sa.func.count()).where(columns.job_id.in_(job_ids), name.is_not(None))  # fmt: skip
        connection.execute(VALUES.insert().from_select(["job_id", "name", "value", "count"], own.group_by(columns.job_id, name)))  # fmt: skip


def _earlier(connection: sa.Connection, job_id: str | None) -> dict[str, dict[str, Any]]:
    if job_id is None:
        return {}
    own = FINDINGS.c.job_id.in_(_lineage(connection, job_id))
    rows = connection.execute(sa.select(FINDINGS).where(own)).mappings()
    return {row["identity"]: dict(row) for row in rows}


def _lineage(connection: sa.Connection, job_id: str) -> set[str]:
    """The batches that are checks of the same claims: those that one replaces, and those that replace it."""
    pairs = connection.execute(sa.select(JOBS.c.id, JOBS.c.replaces).where(JOBS.c.replaces.is_not(None)))  # fmt: skip
    near: dict[str, set[str]] = {}
    for one, other in pairs:
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    found, waiting = {job_id}, [job_id]
    while waiting:
        fresh = near.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found


def _clean(row: dict[str, Any]) -> dict[str, Any]:
    """The row without what PostgreSQL can't store in a text."""
    for name in _TEXTS:
        if isinstance(row[name], str):
            row[name] = row[name].replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()  # fmt: skip
    row["words"] = f"{row['claim_id'] or ''} {row['code']} {row['name']} {row['message']}".lower()
    return row


def _new(job_id: str, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        **row, "id": secrets.token_hex(8), "job_id": job_id, "state": OPEN, "resolution": None, "assignee": None, "snoozed_until": None,
        "version": 1, "comments": 0, "found": now, "changed": now,
    }  # fmt: skip


def _carry_over(
    connection: sa.Connection, job: Mapping[str, Any], known: dict[str, Any], row: Mapping[str, Any], now: datetime
) -> None:  # fmt: skip
    values = {**row, "job_id": job["id"]}
    if known["state"] == RESOLVED and known["resolution"] != AS_BILLED:
        values |= {"state": OPEN, "resolution": None, "version": known["version"] + 1, "changed": now}  # fmt: skip
        events.changed(connection, known, values, service(job["organization"]), now)
    connection.execute(FINDINGS.update().where(FINDINGS.c.id == known["id"]).values(**values))


def _settle(
    connection: sa.Connection, job: Mapping[str, Any], earlier: dict[str, dict[str, Any]], checked: pl.DataFrame, now: datetime
) -> None:  # fmt: skip
    """Resolve what isn't found any more; leave it where its claim is missing, or where it wasn't checked."""
    gaps: dict[str | None, set[str]] = {}
    for claim_id, codes in checked.iter_rows():
        gaps.setdefault(claim_id, set()).update(codes)
    for known in earlier.values():
        if known["claim_id"] not in gaps:
            continue
        values: dict[str, Any] = {"job_id": job["id"]}
        is_checked = known["code"] not in gaps[known["claim_id"]]
        if known["state"] != RESOLVED and is_checked:
            values |= {"state": RESOLVED, "resolution": BY_CHECK, "snoozed_until": None, "version": known["version"] + 1, "changed": now}  # fmt: skip
            events.changed(connection, known, values, service(job["organization"]), now)
        connection.execute(FINDINGS.update().where(FINDINGS.c.id == known["id"]).values(**values))
