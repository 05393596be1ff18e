"""What a batch keeps in its folder: its input, its claims as tables, notes, remittances and matches made by hand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

import polars as pl

from cleanclaim.model import Batch
from cleanclaim.model.tables import TABLES
from cleanclaim.read.table_options import TableOptions
from cleanclaim.remit.manual import read_matches
from cleanclaim.report.result import Report
from cleanclaim.server.problems import Problem
from cleanclaim.server.work import TASK, UPLOAD, Task
from cleanclaim.server.worklist.files import CLAIMS, REPORT, model_name
from cleanclaim.storage.durable import make_private_folder, whole_file

_REMITTANCES: Final = "remittances"
_NOTES: Final = "notes"
_MATCHES: Final = "matches.csv"
_CHANGES: Final = "changes.json"
_CHOSEN: Final = "chosen.json"
_MOST_REMITTANCES: Final = 100
CHANGING: Final = Lock()
"""Held while a file is read, changed and written again, so that what two people do at once isn't lost."""


@dataclass(frozen=True)
class Kept:
    """The folder of a batch that is done.

    Attributes:
        folder: the folder.
    """

    folder: Path

    @property
    def upload(self) -> Path:
        """The input as it was sent."""
        return self.folder / UPLOAD

    @property
    def tables(self) -> TableOptions:
        """What was said about tables when the batch was sent."""
        return Task.of((self.folder / TASK).read_text(encoding="utf-8")).choices.tables()

    def batch(self) -> Batch:
        """The claims."""
        return Batch.of({name: pl.read_parquet(self.folder / model_name(name)) for name in TABLES})

    def report(self) -> Report:
        """The claims with their findings and verdicts."""
        found, claims = (pl.read_parquet(self.folder / name) for name in (REPORT, CLAIMS))
        return Report(self.batch(), found, pl.DataFrame(), claims)

    def claim(self, key: int) -> dict[str, Any]:
        """One claim: its columns, with `lines`, `diagnoses`, `codes` and `other_payers`.

        Raises:
            Problem: there is no such claim.
        """
        own = {name: self._rows(name, key) for name in ("claims", "lines", "diagnoses", "claim_codes", "other_payers")}  # fmt: skip
        if not own["claims"]:
            raise Problem(404, "claim", "there is no such claim")
        return {
            **own["claims"][0],
            "lines": sorted(own["lines"], key=lambda row: row["line_number"]),
            "diagnoses": sorted(own["diagnoses"], key=lambda row: row["diagnosis_number"]),
            "codes": own["claim_codes"],
            "other_payers": own["other_payers"],
        }

    def of_patient(self, patient_key: int, but: int | None = None) -> list[dict[str, Any]]:
        """The claims of a patient, the latest first.

        Args:
            patient_key: the patient.
            but: a claim to leave out.
        """
        rows = pl.scan_parquet(self.folder / model_name("claims")).filter(
            pl.col("patient_key") == pl.lit(patient_key, pl.UInt64),
            pl.col("claim_key") != (-1 if but is None else but),
        )
        shown = rows.select("claim_key", "claim_id", "from_date", "charge_amount", "is_history")
        return shown.sort("from_date", descending=True, nulls_last=True).head(50).collect().to_dicts()  # fmt: skip

    def key_of(self, claim_id: str | None) -> int | None:
        """The key of the only claim with a number; None if there isn't exactly one."""
        rows = pl.scan_parquet(self.folder / model_name("claims"))
        keys = rows.filter(pl.col("claim_id") == claim_id).select("claim_key").collect()["claim_key"]  # fmt: skip
        return int(keys[0]) if len(keys) == 1 else None

    def note(self, key: int) -> str:
        """The note of a claim; empty if it has none."""
        path = self.folder / _NOTES / f"{key}.txt"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def notes(self) -> dict[str, str]:
        """All notes, by the claim's number."""
        folder = self.folder / _NOTES
        if not folder.is_dir():
            return {}
        ids = dict(
            pl.read_parquet(self.folder / CLAIMS).select("claim_key", "claim_id").iter_rows()
        )
        texts = {int(path.stem): path.read_text(encoding="utf-8") for path in folder.glob("*.txt")}
        return {ids[key]: text for key, text in texts.items() if ids.get(key)}

    def put_note(self, key: int, text: str) -> None:
        """Keep the note of a claim; an empty one removes it."""
        path = self.folder / _NOTES / f"{key}.txt"
        if not text.strip():
            path.unlink(missing_ok=True)
            return
        make_private_folder(path.parent)
        _write(path, text.encode("utf-8", "backslashreplace"))

    def remittances(self) -> list[Path]:
        """The remittances (835) of this batch's claims."""
        folder = self.folder / _REMITTANCES
        return sorted(folder.glob("*.835"))

    def add_remittance(self, content: bytes) -> Path | None:
        """Keep a remittance: its file; None if it was kept before.

        Raises:
            Problem: there are too many.
        """
        with CHANGING:
            known = self.remittances()
            if any(path.read_bytes() == content for path in known):
                return None
            if len(known) >= _MOST_REMITTANCES:
                raise Problem(422, "remittances", f"expected at most {_MOST_REMITTANCES} remittances of a batch")  # fmt: skip
            make_private_folder(self.folder / _REMITTANCES)
            number = int(known[-1].stem) + 1 if known else 1
            path = self.folder / _REMITTANCES / f"{number:03d}.835"
            _write(path, content)
            return path

    def matches(self) -> dict[str, str]:
        """The claim's number for each payer's number, or number in the remittance, that a person matched."""
        path = self.folder / _MATCHES
        return read_matches(path) if path.exists() else {}

    def put_match(self, number: str, claim_id: str) -> None:
        """Keep a match made by hand; an empty claim number removes it."""
        with CHANGING:
            pairs = {**self.matches(), number: claim_id}
            out = io.StringIO(newline="")
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(("payer_claim_id", "claim_id"))
            writer.writerows((one, claim) for one, claim in pairs.items() if claim)
            _write(self.folder / _MATCHES, out.getvalue().encode())

    def chosen(self) -> dict[int, str]:
        """The new values that people chose so far, by the number of the proposal."""
        path = self.folder / _CHOSEN
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return {int(number): value for number, value in found.items()}

    def choose(self, values: Mapping[int, str]) -> dict[int, str]:
        """Keep new values that a person chose, next to those of others; an empty one removes what was chosen."""
        with CHANGING:
            found = {**self.chosen(), **values}
            found = {number: value for number, value in found.items() if value.strip()}
            _write(self.folder / _CHOSEN, json.dumps(found).encode())
        return found

    def changes(self) -> list[dict[str, Any]]:
        """What was changed in corrected files that were made of this batch."""
        path = self.folder / _CHANGES
        return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []

    def add_changes(self, rows: list[dict[str, Any]]) -> None:
        """Keep what was changed in a corrected file."""
        if not rows:
            return
        with CHANGING:
            _write(self.folder / _CHANGES, json.dumps([*self.changes(), *rows]).encode())

    def _rows(self, table: str, key: int) -> list[dict[str, Any]]:
        rows = pl.scan_parquet(self.folder / model_name(table)).filter(pl.col("claim_key") == key)
        return rows.collect().to_dicts()


def _write(path: Path, content: bytes) -> None:
    with whole_file(path) as out:
        out.write(content)
