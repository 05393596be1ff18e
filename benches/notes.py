"""Measure the suggestions for notes.

    CLEANCLAIM_DATA=… python benches/notes.py [visits|aci|codiesp] [--errors] [--peers]

* visits: the invented visits of `tests/notes/visits.jsonl`.
* aci: 67 outpatient visits of a data folder, in billing mode. Its labels may not be used for anything that ships: nothing is fitted on them.
* codiesp: the development part of CodiEsp, in index mode. Confidence was learned on its training part.

Figures are for exact codes, micro-averaged; those of five parts show how much they vary. Time is the
processor's, for notes not seen before by a process that has answered one. With --peers, the same notes
are coded by other means that run offline, and negation is compared on `tests/notes/assertions.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import notes_peers
from cleanclaim.encoder import Encoder
from cleanclaim.notes.suggest import BILLING, INDEX, Options, Suggester
from cleanclaim.notes.suggestion import CODE, Suggestion

_PARTS = 5
_TESTS = Path(__file__).parent.parent / "tests" / "notes"


class _Counts(NamedTuple):
    right: int
    given: int
    wanted: int


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", nargs="?", default="visits", choices=["visits", "aci", "codiesp"])
    parser.add_argument("--errors", action="store_true", help="print the codes that were missed or wrong")  # fmt: skip
    parser.add_argument("--diseases-only", action="store_true", help="leave labels of external causes out")  # fmt: skip
    parser.add_argument("--peers", action="store_true", help="code the notes by other means too")
    asked = parser.parse_args()
    notes = _notes(asked.set)
    encoder = Encoder()
    mode = INDEX if asked.set == "codiesp" else BILLING
    _measure(asked, notes, encoder, mode)
    if asked.peers:
        for name, codes in notes_peers.coders(encoder, mode):
            counts = [_counted(set(codes(note["note"], date.fromisoformat(note["on"]))), _gold(note, asked)) for note in notes]  # fmt: skip
            print(f"{name}: {_figures(counts)}")
        for line in notes_peers.assertions(_lines("assertions")):
            print(line)


def _measure(asked: argparse.Namespace, notes: list[dict[str, Any]], encoder: Encoder, mode: str) -> None:  # fmt: skip
    """Print the figures of cleanclaim."""
    suggester = Suggester(encoder)
    suggester.suggest("Cough.", Options(date(2024, 6, 1), mode=mode))
    counts, seconds = [], []
    is_exact = is_valid = True
    sure: dict[int, list[bool]] = {}
    for note in notes:
        on, gold = date.fromisoformat(note["on"]), _gold(note, asked)
        start = time.process_time()
        found = suggester.suggest(note["note"], Options(on, note.get("setting", "outpatient"), mode))  # fmt: skip
        seconds.append(time.process_time() - start)
        coded = {one.code: one for one in found if one.disposition == CODE}
        is_exact &= all(_is_exact(note["note"], one) for one in found)
        is_valid &= all(_is_valid(encoder, one.code, on) for one in found)
        for one in coded.values():
            sure.setdefault(int(one.confidence * 10), []).append(one.code in gold)
        counts.append(_counted(set(coded), gold))
        if asked.errors:
            print(note["id"], "missed", sorted(gold - set(coded)), "wrong", sorted(set(coded) - gold))  # fmt: skip
    print(f"cleanclaim, {asked.set}, {len(notes)} notes: {_figures(counts)}")
    for n in range(_PARTS):
        print(f"  part {n + 1}: {_figures(counts[n::_PARTS])}")
    for tenth, right in sorted(sure.items()):
        print(f"  confidence {tenth / 10:.1f} to {tenth / 10 + 0.1:.1f}: {sum(right)} of {len(right)} right")  # fmt: skip
    seconds.sort()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"evidence exact: {is_exact}; codes valid on the date: {is_valid}; processor ms a note: median {1000 * seconds[len(seconds) // 2]:.0f}, "
        f"mean {1000 * sum(seconds) / len(seconds):.0f}, 95% {1000 * seconds[int(0.95 * len(seconds))]:.0f}; {memory:.0f} MB"
    )


def _notes(name: str) -> list[dict[str, Any]]:
    """Return the notes of a set, with the day and the codes."""
    if name == "visits":
        return _lines("visits")
    file = Path(os.environ["CLEANCLAIM_DATA"]) / "data" / "notes" / name / "dev.json"
    return [{**note, "on": note["date"]} for note in json.loads(file.read_text(encoding="utf-8"))]


def _lines(name: str) -> list[dict[str, Any]]:
    text = (_TESTS / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _gold(note: dict[str, Any], asked: argparse.Namespace) -> set[str]:
    return {one for one in note["codes"] if not (asked.diseases_only and one[0] in "VWXY")}


def _counted(codes: set[str], gold: set[str]) -> _Counts:
    return _Counts(len(codes & gold), len(codes), len(gold))


def _is_exact(note: str, one: Suggestion) -> bool:
    return bool(one.evidence) and all(each.text == note[each.start : each.end] for each in one.evidence)  # fmt: skip


def _is_valid(encoder: Encoder, code: str, on: date) -> bool:
    return any(one.code == code and one.billable for one in encoder.search(code, system="icd10cm", on=on, limit=5))  # fmt: skip


def _figures(counts: list[_Counts]) -> str:
    right, given, wanted = (sum(each) for each in zip(*counts, strict=True))
    precision, recall = right / max(1, given), right / max(1, wanted)
    f1 = 2 * right / max(1, given + wanted)
    return f"precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}"


if __name__ == "__main__":
    main()
