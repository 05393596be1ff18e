"""Compare cleanclaim with `msdrg.MceEditor` on generated hospital stays, edit by edit.

    pip install -e .[tools]
    python tools/compare_mce.py
    python tools/compare_mce.py --stays 2000 --seed 7 --show 5
    python tools/compare_mce.py --page docs/reference/medicare-code-editor.md

Stays are discharged from 2015-10-01 to 2027-03-31 and provoke every edit that is in force. Printed is a table: for each edit the stays on which both find it,
only msdrg, only cleanclaim, and how many of the differences each known reason explains. With --show the stays that no reason explains are printed, and with
--page the table and the reasons are written into that page. Exit 1 if a difference isn't explained.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Final

import comparing
from cleanclaim.reference import Reference
from comparing import Counts, Difference, Reason
from inpatient.editors import NAMES, editor, ours, theirs
from inpatient.stays import OLDEST, Maker, Stay

OTHER: Final = "msdrg"
_AT_ONCE: Final = 2_000
REASONS: Final = (
    Reason[Stay](
        "msdrg",
        "The patient is older than 124. msdrg adds an age conflict to the invalid age; cleanclaim reports the invalid age only (edit 14).",
        lambda stay: stay.age > OLDEST,
        frozenset("4"),
    ),
    Reason[Stay](
        "msdrg",
        "The sex is unknown. msdrg adds a sex conflict to the invalid sex; cleanclaim reports the invalid sex only (edit 15): unknown is not wrong.",
        lambda stay: stay.sex == "U",
        frozenset("5"),
    ),
)


def main() -> int:
    """Compare and print, and tell whether every difference is explained."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("--stays", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--show", type=int, default=5, help="print so many unexplained stays")
    parser.add_argument("--page", type=Path, help="write the table into this page")
    arguments = parser.parse_args()
    counts, differences = compare(arguments.stays, arguments.seed)
    unknown = comparing.unexplained(differences, REASONS)
    heading = f"{arguments.stays:,} stays, seed {arguments.seed}:"
    blocks = {
        "mce: table": comparing.table(counts, NAMES, OTHER, arguments.stays, heading),
        "mce: reasons": comparing.explained(differences, REASONS),
    }
    print(*blocks.values(), sep="\n")
    print(f"{len(differences)} differences, {len(unknown)} not explained")
    for number, who, stay in unknown[: arguments.show]:
        print(f"edit {number}, only {who}: {stay}")
    if arguments.page:
        comparing.write_blocks(arguments.page, blocks)
    return int(bool(unknown))


def compare(stays: int, seed: int) -> tuple[Counts, list[Difference[Stay]]]:
    """How many stays each edit is found on, by whom, and every difference."""
    counts: Counts = Counter()
    differences: list[Difference[Stay]] = []
    reference = Reference.load()
    made = Maker(reference, seed).stays(stays)
    with editor() as opened:
        while some := list(islice(made, _AT_ONCE)):
            here, there = ours(some, reference), theirs(some, opened)
            found = [(stay, here[stay.number], there[stay.number]) for stay in some]
            differences += comparing.counted(NAMES, found, OTHER, counts)
    return counts, differences


if __name__ == "__main__":
    sys.exit(main())
