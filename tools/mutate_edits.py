"""Make small mistakes in the conditions of edits, one at a time, and see which of them the edits' own examples catch.

    python tools/mutate_edits.py
    python tools/mutate_edits.py --edit DX102 --edit QTY101
    python tools/mutate_edits.py --helpers --edit LNK103
    python tools/mutate_edits.py --jobs 2 --json mutants.json --at-least 95

A mutant is an edit with one mistake in what decides (`mutating.mutations`): another comparison, a number off by one, a code left out of a list, and for or, a
term dropped or negated, `min` for `max`, another join. Messages, suggestions, sources and examples are not changed. A mutant is caught if an example no
longer holds, or if the edit no longer loads or runs. Mutants that no claim can tell from the edit are listed in mutating/equivalent.toml with the reason.

With --helpers the modules that edits of a family share are mutated instead, and tried on the examples of the whole family.

Exit 1 if too few mutants are caught, or if equivalent.toml has an entry that is no longer a mutant or that an example catches.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

from cleanclaim.edits.registry import own_edits
from mutating.equivalent import Equivalent, equivalents, faults_of_list
from mutating.run import Mutant, SharedReference, helpers_of, mutants_of_edit, mutants_of_helper
from mutating.summary import Summary

Job = tuple[str, tuple[str, ...]]
"""The module or edit whose file is mutated, and the edits whose examples are run."""


def main() -> int:
    """Mutate, report, and tell whether enough was caught."""
    arguments = _arguments()
    jobs = _jobs(arguments.edit, helpers=arguments.helpers)
    listed = equivalents()
    summaries = []
    for (name, _), mutants in zip(jobs, _run(jobs, arguments.jobs), strict=True):
        summaries.append(Summary.of_mutants(name, mutants, listed))
        print(summaries[-1].text(), flush=True)
    total = Summary.total(summaries)
    print(total.text())
    if arguments.json:
        _write(arguments.json, summaries, total)
    faults = _faults(jobs, summaries, listed)
    print(*faults, sep="\n", end="\n" if faults else "")
    return int(bool(faults) or total.share < arguments.at_least)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("--edit", action="append", default=[], help="only this edit (several)")
    parser.add_argument("--helpers", action="store_true", help="mutate what edits share instead")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--json", type=Path, help="also write every mutant to this file")
    parser.add_argument("--at-least", type=float, default=0, help="percent that must be caught")
    return parser.parse_args()


def _jobs(codes: Sequence[str], *, helpers: bool) -> list[Job]:
    edits = [edit for edit in own_edits() if not codes or edit.code in codes]
    unknown = set(codes) - {edit.code for edit in edits}
    if unknown:
        sys.exit(f"no such edit: {', '.join(sorted(unknown))}")
    if not helpers:
        return [(edit.code, (edit.code,)) for edit in edits]
    families = dict.fromkeys(edit.family for edit in edits)
    return [
        (module, tuple(edit.code for edit in own_edits() if edit.family == family))
        for family in families
        for module in helpers_of(family)
    ]


def _run(jobs: Sequence[Job], processes: int) -> Iterator[list[Mutant]]:
    if processes == 1:
        reference = SharedReference.load()
        yield from (_tried(job, reference) for job in jobs)
        return
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_tried_alone, jobs)


def _tried_alone(job: Job) -> list[Mutant]:
    return _tried(job, SharedReference.load())


def _tried(job: Job, reference: SharedReference) -> list[Mutant]:
    name, codes = job
    edits = [edit for edit in own_edits() if edit.code in codes]
    if name in codes:
        return list(mutants_of_edit(edits[0], reference))
    return list(mutants_of_helper(name, edits, reference))


def _faults(jobs: Sequence[Job], summaries: Sequence[Summary], listed: Sequence[Equivalent]) -> list[str]:  # fmt: skip
    """What is wrong with the list of equivalent mutants, as far as these jobs tell."""
    tried = {name: summary.mutants for (name, _), summary in zip(jobs, summaries, strict=True)}
    return faults_of_list(listed, tried)


def _write(path: Path, summaries: Sequence[Summary], total: Summary) -> None:
    report = {
        "total": total.counts(),
        "edits": [
            {"edit": one.of, **one.counts(), "mutants": [asdict(m) for m in one.mutants]}
            for one in summaries
        ],
    }
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
