"""Audits of a batch: each has a plan and the auditor's marks, kept in the batch's folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cleanclaim.audit.interface import audit_score
from cleanclaim.audit.plan import Plan, plan_of
from cleanclaim.audit.score import Score
from cleanclaim.audit.sheet import ASKED, Extras, read_sheet, rows_of, write_workbook
from cleanclaim.server.kept import CHANGING, Kept
from cleanclaim.server.problems import Problem
from cleanclaim.storage.durable import make_private_folder, whole_file

_AUDITS: Final = "audits"
_PLAN: Final = "plan.json"
_MARKS: Final = "marks.json"
_MOST: Final = 100


@dataclass(frozen=True)
class Audit:
    """An audit of a batch.

    Attributes:
        kept: the batch.
        number: its number among the batch's audits.
    """

    kept: Kept
    number: int

    @property
    def folder(self) -> Path:
        """Its folder."""
        return self.kept.folder / _AUDITS / str(self.number)

    def plan(self) -> Plan:
        """The sample.

        Raises:
            Problem: there is no such audit.
        """
        path = self.folder / _PLAN
        if not path.exists():
            raise Problem(404, "audit", "there is no such audit")
        return plan_of(path.read_text(encoding="utf-8"), "the audit's plan")

    def rows(self) -> list[dict[str, Any]]:
        """The rows of the sheet, with what the auditor filled in."""
        marks = self._marks()
        rows = rows_of(self.plan(), self.kept.report(), Extras({}, self.kept.notes(), {}))
        return [{**row, **dict.fromkeys(ASKED, ""), **marks.get(_key(row), {})} for row in rows]

    def workbook(self) -> bytes:
        """The sheet as a workbook."""
        return write_workbook(self.rows())

    def mark(self, given: Mapping[str, Mapping[str, str]]) -> None:
        """Keep what an auditor filled in, by row; rows that aren't given stay."""
        with CHANGING:
            marks = self._marks()
            for key, row in given.items():
                marks[key] = {name: row.get(name, "").strip() for name in ASKED}
            with whole_file(self.folder / _MARKS) as out:
                out.write(json.dumps(marks).encode())

    def mark_from(self, path: Path) -> None:
        """Keep what an auditor filled in in a workbook or CSV file.

        Raises:
            InputError: it isn't such a sheet.
        """
        self.plan()
        self.mark({_key(row): row for row in read_sheet(path)})

    def score(self) -> Score:
        """The score of the lines that were judged.

        Raises:
            InputError: a row can't be understood; every fault is listed.
            Problem: no line was judged yet.
        """
        rows = self.rows()
        if not any(row["agree"] for row in rows):
            raise Problem(422, "sheet", "no line has been judged yet")
        named = [{**row, "where": f"claim {row['unit']} line {row['line_number']}"} for row in rows]
        return audit_score(self.plan(), named)

    def _marks(self) -> dict[str, dict[str, str]]:
        path = self.folder / _MARKS
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def audits_of(kept: Kept) -> list[Audit]:
    """The audits of a batch, the first one first."""
    folder = kept.folder / _AUDITS
    numbers = sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit()) if folder.is_dir() else []  # fmt: skip
    return [Audit(kept, number) for number in numbers]


def begin(kept: Kept, plan: Plan) -> Audit:
    """Keep a plan as a new audit.

    Raises:
        Problem: there are too many.
    """
    with CHANGING:
        known = audits_of(kept)
        if len(known) >= _MOST:
            raise Problem(422, "audit", f"expected at most {_MOST} audits of a batch")
        made = Audit(kept, known[-1].number + 1 if known else 1)
        make_private_folder(kept.folder / _AUDITS)
        make_private_folder(made.folder)
        with whole_file(made.folder / _PLAN) as out:
            out.write(plan.to_json().encode())
        return made


def _key(row: Mapping[str, Any]) -> str:
    return f"{row['unit']}\x1f{row['line_number'] or ''}"
