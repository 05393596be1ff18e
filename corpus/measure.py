"""Measure cleanclaim on the corpus, and record the numbers: python -m corpus.measure."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
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
TABLES = ("ncci", "mpfs", "hcpcs")
LATER = frozenset(
    (
        "CLM126",
        "DX139",
        "INS137",
        "INS138",
        "MOD131",
        "PX119",
        *(f"PAY{number}" for number in range(102, 112)),
        "CLM127",
        "CLM128",
        "CLM129",
        "CLM130",
        "CLM131",
        "DX130",
        "DX131",
        "DX132",
        "DX133",
        "DX134",
        "DX135",
        "DX136",
        "DX137",
        "DX138",
        "DOC101",
        "DOC102",
        "DOC103",
        "DOC104",
        "DOC105",
        "DOC106",
        "DOC107",
        "DOC108",
        "DOC109",
        "DOC110",
        "DOC111",
        "DOC112",
        "DOC113",
        "DOC114",
        "DOC115",
        "DOC116",
        "DOC117",
        "DOC118",
        "DOC119",
        "DOC120",
        "DOC121",
        "DOC122",
        "EM105",
        "EM106",
        "EM107",
        "INS106",
        "INS107",
        "INS108",
        "INS109",
        "INS110",
        "INS111",
        "INS112",
        "INS113",
        "INS114",
        "INS115",
        "INS116",
        "INS117",
        "INS118",
        "INS119",
        "INS139",
        "INS140",
        "INS141",
        "INS142",
        "INS143",
        "INS144",
        "INS145",
        "INS146",
        "INS147",
        "INS148",
        "INS149",
        "INS150",
        "INS151",
        "INS152",
        "INS153",
        "INS130",
        "INS131",
        "INS132",
        "INS133",
        "INS134",
        "INS135",
        "INS136",
        "LNK110",
        "LNK112",
        "LNK113",
        "MOD120",
        "MOD121",
        "MOD122",
        "MOD123",
        "MOD124",
        "MOD125",
        "MOD126",
        "MOD127",
        "MOD128",
        "MOD129",
        "MOD130",
        "PX115",
        "PX116",
        "PX117",
        "PX118",
        "QTY107",
    )
)
"""Edits that are newer than the corpus: write cases for them, then take them off."""


def measured(reference: Reference, *, tables: bool, half: str = "") -> score.Score:
    """cleanclaim's score with these reference tables; without publishers' tables, the cases that need none."""
    cases = score.expected(half=half, tables=tables)
    said = [one for path, earlier in score.files(cases) for one in findings(path, earlier, reference=reference)]
    return score.score(cases, said, json.loads(CODES.read_text()))


def by_edit(result: score.Score) -> dict[str, tuple[int, int, int, int]]:
    """For each edit: its cases, those found, its findings for the right reason, and its other findings."""
    codes = json.loads(CODES.read_text())
    wanted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for rule, count in result.wanted.items():
        name = " ".join(codes[rule]["right"])
        wanted[name] += count
        found[name] += result.found[rule]
    parts: dict[str, tuple[int, int, int, int]] = {}
    for name in sorted({*wanted, *(code for code in result.alarms if not any(code in each.split() for each in wanted))}):
        of = name.split()
        parts[name] = (wanted[name], found[name], sum(result.right[c] for c in of), sum(result.alarms[c] for c in of))
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
    numbers = {"without tables": bare.summary(), "with tables": whole.summary(), "held back": held.summary()}
    RECORDED.write_text(json.dumps(numbers, indent=1) + "\n")
    PAGE.write_text(table(whole))
    print(json.dumps(numbers, indent=1))


def table(result: score.Score) -> str:
    """The docs' table of recall and precision by edit."""
    title = "# Recall and precision of each edit\n\nWritten by `python -m corpus.measure`; see [how much is found](benchmark.md).\n"
    lines = [title, "| edit | cases | found | recall | findings | precision |", "|---|---|---|---|---|---|"]
    parts = by_edit(result)
    for name, (wanted, found, right, alarms) in parts.items():
        recall = f"{found / wanted:.0%}" if wanted else ""
        precision = f"{right / (right + alarms):.0%}" if right + alarms else ""
        lines.append(f"| {name.replace(' ', ', ')} | {wanted} | {found} | {recall} | {right + alarms} | {precision} |")
    covered = {code for name in parts for code in name.split()}
    missing = sorted(edit.code for edit in own_edits() if edit.default_on and edit.code not in covered)
    lines += ["", f"Edits without cases: {', '.join(missing) or 'none'}.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
