"""Measure cleanclaim on the corpus, and record the numbers: python -m corpus.measure."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from cleanclaim.edits.registry import own_edits
from cleanclaim.importing import import_files
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store
from corpus import plain, score
from corpus.adapters.cleanclaim import findings

RECORDED = score.FOLDER / "recorded.json"
PAGE = score.FOLDER.parent / "docs" / "benchmark-table.md"
CODES = score.FOLDER / "adapters" / "cleanclaim.json"
SECOND_CODES = score.SECOND / "codes.json"
TABLES = ("ncci", "mpfs", "hcpcs")


def measured(reference: Reference, *, tables: bool, half: str = "") -> score.Score:
    """cleanclaim's score with these reference tables; without publishers' tables, the cases that need none."""
    cases = score.expected(half=half, tables=tables)
    said = [one for path, given in score.files(cases) for one in findings(path, reference=reference, **given)]
    return score.score(cases, said, json.loads(CODES.read_text()))


def measured_second(reference: Reference) -> score.Score:
    """cleanclaim's score on the second set, with CMS's tables and the outpatient statuses that its cases need."""
    whole = reference.with_rows("opps", list(_outpatient_statuses()))
    cases = score.expected(folder=score.SECOND)
    said = [one for path, given in score.files(cases, score.SECOND) for one in findings(path, reference=whole, **given)]
    return score.score(cases, said, json.loads(SECOND_CODES.read_text()))


def _outpatient_statuses() -> Iterator[dict[str, Any]]:
    with (score.FOLDER / "second" / "tables" / "july-2024-opps-addendum-b.csv").open() as file:
        for row in csv.reader(file):
            if re.fullmatch(r"[A-Z0-9]{5}", row[0]):
                yield {"code": row[0], "status": row[2], "valid_from": date(2024, 7, 1), "valid_to": date(2024, 9, 30)}


def all_codes() -> dict[str, Any]:
    """cleanclaim's codes for the rules of both sets."""
    return {**json.loads(CODES.read_text()), **json.loads(SECOND_CODES.read_text())}


def by_edit(*results: score.Score) -> dict[str, tuple[int, int, int, int]]:
    """For each edit: its cases, those found, its findings for the right reason, and its other findings."""
    codes = all_codes()
    wanted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for result in results:
        alarms += result.alarms
        right += result.right
        for rule, count in result.wanted.items():
            name = " ".join(codes[rule]["right"])
            wanted[name] += count
            found[name] += result.found[rule]
    parts: dict[str, tuple[int, int, int, int]] = {}
    for name in sorted({*wanted, *(code for code in alarms if not any(code in each.split() for each in wanted))}):
        of = name.split()
        parts[name] = (wanted[name], found[name], sum(right[c] for c in of), sum(alarms[c] for c in of))
    return parts


def recorded() -> dict[str, Any]:
    """The numbers recorded last."""
    loaded: dict[str, Any] = json.loads(RECORDED.read_text())
    return loaded


def main() -> None:
    """Measure with and without publishers' tables, and write the numbers and the table of the docs."""
    with tempfile.TemporaryDirectory() as folder:
        bare = measured(Reference.load(store=Path(folder) / "bare"), tables=False)
        store = Store(Path(folder) / "full")
        for name in TABLES:
            import_files([plain.FOLDER / name], store)
        reference = Reference.load(store=store.path)
        whole = measured(reference, tables=True)
        held = measured(reference, tables=True, half="held")
        second = measured_second(reference)
    numbers = {"without tables": bare.summary(), "with tables": whole.summary(), "held back": held.summary(), "second": second.summary()}
    RECORDED.write_text(json.dumps(numbers, indent=1) + "\n")
    PAGE.write_text(table(whole, second))
    print(json.dumps(numbers, indent=1))


def table(*results: score.Score) -> str:
    """The docs' table of recall and precision by edit."""
    title = "# Recall and precision of each edit\n\nWritten by `python -m corpus.measure`; see [how much is found](benchmark.md).\n"
    lines = [title, "| edit | cases | found | recall | findings | precision |", "|---|---|---|---|---|---|"]
    parts = by_edit(*results)
    for name, (wanted, found, right, alarms) in parts.items():
        recall = f"{found / wanted:.0%}" if wanted else ""
        precision = f"{right / (right + alarms):.0%}" if right + alarms else ""
        lines.append(f"| {name.replace(' ', ', ')} | {wanted} | {found} | {recall} | {right + alarms} | {precision} |")
    covered = {code for rule in all_codes().values() for code in rule["right"]}
    missing = sorted(edit.code for edit in own_edits() if edit.default_on and edit.code not in covered)
    lines += ["", f"Edits without cases: {', '.join(missing) or 'none'}.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
