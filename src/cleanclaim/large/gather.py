"""Read everything once and save it piece by piece; files that an earlier run saved aren't read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cleanclaim.job import Progress, Read
from cleanclaim.large.fingerprint import size_of
from cleanclaim.large.journal import Journal
from cleanclaim.model import Batch, concat
from cleanclaim.model.spans import to_json
from cleanclaim.read import FileRead, Held
from cleanclaim.threads import in_order

Keep = Callable[[int, Batch, dict[str, Any]], None]
"""Saves a piece: its number, its claims, and the record that goes with it."""


@dataclass(frozen=True)
class Gathering:
    """What to read, and how to save it.

    Attributes:
        inputs: what to read.
        read: reads it, starting after the given files, with claims numbered from the given key.
        progress: called with the progress so far.
        journal: where the pieces are saved.
        kind: the kind of the pieces in the journal: piece, part (if they are checked right away) or
            past.
        keep: saves one piece.
        at_once: about how many claims a piece holds.
        workers: how many pieces are saved at the same time.
        first_key: the key of the first claim.
    """

    inputs: Sequence[str | Path | Held]
    read: Callable[[list[FileRead], int], Iterator[Read]]
    progress: Progress
    journal: Journal
    kind: str
    keep: Keep
    at_once: int
    workers: int = 1
    first_key: int = 0

    def files(self, batches: Iterable[Read] | None, files: list[FileRead]) -> list[FileRead]:
        """Read and save everything.

        Args:
            batches: batches from a read that has already started; None to start reading.
            files: filled as they are read.

        Returns:
            One entry for each input.
        """
        noted = self.journal.fact(f"{self.kind}s")
        if noted is not None and noted["count"] == len(self.journal.finished(self.kind)):
            return [FileRead(**entry) for entry in noted["files"]]
        number, key, kept = 0, self.first_key, 0
        if batches is None:
            number, key, files = self._resumable()
            kept = len(files)
            batches = self.read(files, key)
        self._keep_all(number, key, batches, files, kept)
        facts = {
            "files": [asdict(entry) for entry in files],
            "count": len(self.journal.finished(self.kind)),
        }
        self.journal.save_fact(f"{self.kind}s", facts)
        return files

    def _keep_all(
        self, first: int, key: int, batches: Iterable[Read], files: list[FileRead], kept: int
    ) -> None:
        share = _Share(size_of(self.inputs))

        def ready() -> Iterator[tuple[int, Batch, dict[str, Any]]]:
            next_key, noted = key, kept
            for number, (batch, whole) in enumerate(self._pieces(batches, files), first):
                next_key += batch.claims.height
                record = {
                    "claims": batch.claims.height,
                    "lines": batch.lines.height,
                    "next_key": next_key,
                    "covered": to_json(batch.days),
                    "files": None if whole is None else [asdict(one) for one in files[noted:whole]],
                }
                noted = noted if whole is None else whole
                done = share.of(batch, files)
                yield number, batch, record
                self.progress("reading", next_key - self.first_key, done)

        for _ in in_order(lambda piece: self.keep(*piece), ready(), self.workers):
            pass

    def _resumable(self) -> tuple[int, int, list[FileRead]]:
        """The whole files that an earlier run saved: number of pieces, next claim key, files.

        Anything else that it saved is removed.
        """
        done = self.journal.finished(self.kind)
        whole = 0
        for at, (number, _, record) in enumerate(done):
            if number != at:
                break
            if record["files"] is not None:
                whole = at + 1
        for number, _, _ in done[whole:]:
            self.journal.remove(self.kind, number)
        if not whole:
            return 0, self.first_key, []
        records = [record for _, _, record in done[:whole]]
        files = [FileRead(**entry) for record in records for entry in record["files"] or ()]
        return whole, records[-1]["next_key"], files

    def _pieces(
        self, batches: Iterable[Read], files: list[FileRead]
    ) -> Iterator[tuple[Batch, int | None]]:
        """Combine batches into pieces; with each, the number of complete files if it ends with a file."""
        at_once = self.at_once
        pending: list[Batch] = []
        claims, files_started = 0, 0
        for batch, started in batches:
            is_next_file, whole, files_started = started > files_started, files_started, started
            if pending and claims >= (at_once // 2 if is_next_file else at_once):
                yield concat(pending), whole if is_next_file else None
                pending, claims = [], 0
            pending.append(batch)
            claims += batch.claims.height
        if pending:
            yield concat(pending), len(files)


class _Share:
    """How much of the input has been read, asking for each file's size once.

    Args:
        total: the size of all inputs in bytes.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._files = 0
        self._before = 0

    def of(self, batch: Batch, files: Sequence[FileRead]) -> float | None:
        """The share that has been read after a batch from the last of these files."""
        if not self._total:
            return None
        ended = files[self._files : -1]
        self._before += size_of(Path(entry.file) for entry in ended)
        self._files += len(ended)
        last = batch.claims["position"].max()
        here = min(last if isinstance(last, int) else 0, size_of([files[-1].file]) if files else 0)
        return min((self._before + here) / self._total, 1.0)
