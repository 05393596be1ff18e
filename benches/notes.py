"""Measure the suggestions for notes on the development sets of a data folder.

    CLEANCLAIM_DATA=… python benches/notes.py [aci|codiesp] [--limit N] [--errors]

Nothing is fitted on these sets, so there are no folds to hold out; the figures of five parts show
how much they vary. The labels of the ACI set may not be used for anything that ships.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from datetime import date
from pathlib import Path
from typing import Any

from cleanclaim.encoder import Encoder
from cleanclaim.notes.suggest import Options, Suggester
from cleanclaim.notes.suggestion import CODE, Suggestion

_PARTS = 5


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", nargs="?", default="aci", choices=["aci", "codiesp"])
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument(
        "--errors", action="store_true", help="print the codes that were missed or wrong"
    )
    parser.add_argument(
        "--diseases-only", action="store_true", help="leave labels of external causes out"
    )
    asked = parser.parse_args()
    notes = _notes(asked.set)[: asked.limit or None]
    encoder = Encoder()
    suggester = Suggester(encoder)
    mode = "billing" if asked.set == "aci" else "index"
    suggester.suggest("Cough.", Options(date(2024, 6, 1)))
    counts, exact, valid, seconds = [], True, True, 0.0
    sure: dict[int, list[bool]] = {}
    for note in notes:
        on = date.fromisoformat(note["date"])
        start = time.perf_counter()
        found = suggester.suggest(note["note"], Options(on, note["setting"], mode))
        seconds += time.perf_counter() - start
        codes = {one.code for one in found if one.disposition == CODE}
        exact &= all(_is_exact(note["note"], one) for one in found)
        valid &= all(_is_valid(encoder, one.code, on) for one in found)
        gold = {one for one in note["codes"] if not (asked.diseases_only and one[0] in "VWXY")}
        for one in found:
            if one.disposition == CODE:
                sure.setdefault(int(one.confidence * 10), []).append(one.code in gold)
        counts.append((len(codes & gold), len(codes), len(gold)))
        if asked.errors:
            considered = {one.code for one in found if one.disposition != CODE}
            print(note["id"], "missed", {code: code in considered for code in sorted(gold - codes)}, "wrong", sorted(codes - gold))  # fmt: skip
    print(f"{asked.set}, {len(notes)} notes: {_figures(counts)}")
    for n in range(_PARTS):
        print(f"  part {n + 1}: {_figures(counts[n::_PARTS])}")
    for tenth, right in sorted(sure.items()):
        print(
            f"  confidence {tenth / 10:.1f}-{tenth / 10 + 0.1:.1f}: {sum(right)} of {len(right)} right"
        )
    print(f"evidence exact: {exact}; codes valid on the date: {valid}; {1000 * seconds / len(notes):.0f} ms a note")  # fmt: skip


def _notes(name: str) -> list[dict[str, Any]]:
    file = Path(os.environ["CLEANCLAIM_DATA"]) / "data" / "notes" / name / "dev.json"
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _is_exact(note: str, one: Suggestion) -> bool:
    return bool(one.evidence) and all(each.text == note[each.start : each.end] for each in one.evidence)  # fmt: skip


def _is_valid(encoder: Encoder, code: str, on: date) -> bool:
    return any(one.code == code and one.billable for one in encoder.search(code, system="icd10cm", on=on, limit=5))  # fmt: skip


def _figures(counts: list[tuple[int, int, int]]) -> str:
    right, given, gold = (sum(each) for each in zip(*counts, strict=True))
    precision, recall = right / max(1, given), right / max(1, gold)
    f1 = 2 * right / max(1, given + gold)
    return f"precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}"


if __name__ == "__main__":
    main()
