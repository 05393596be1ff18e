"""Compare cleanclaim with `pyoce`, another Integrated Outpatient Code Editor, on generated outpatient claims, edit by edit.

    pip install -e . pyoce==0.1.0      # Python 3.12; an environment of its own
    python tools/compare_ioce.py
    python tools/compare_ioce.py --claims 1000 --seed 7 --show 5 --edit 21
    python tools/compare_ioce.py --page docs/reference/outpatient-code-editor.md

Claims have services from 2019-07-01 to 2026-06-30 and provoke the edits that cleanclaim has. The status indicators are those of the other editor's own tables,
read while this runs and kept nowhere: both sides have the same ones. Printed is a table: for each edit the claims on which both find it, only pyoce, only
cleanclaim, and how many of the differences each known reason explains. Exit 1 if a difference isn't explained.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

import comparing
from cleanclaim.reference import Reference
from comparing import OURS, Counts, Difference, Reason
from outpatient.claims import Maker, Visit
from outpatient.editors import NAMES, NOT_PAID, ours, statuses, theirs

OTHER: Final = "pyoce"
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Judged:
    """One claim and what both find."""

    visit: Visit
    ours: frozenset[str]
    theirs: frozenset[str]

    def has(self, number: str) -> bool:
        """True if either finds the edit."""
        return number in self.ours or number in self.theirs

    def line(self, *codes: str) -> bool:
        """True if the claim has one of these codes."""
        return any(line.code in codes for line in self.visit.lines)


def _in_range(one: Judged) -> bool:
    return any(
        "0580" <= line.revenue <= "0689" and not line.revenue.startswith("068")
        for line in one.visit.lines
    )


def _inpatient(one: Judged) -> bool:
    return one.has("18") or any("CA" in line.modifiers for line in one.visit.lines)


def _reason(who: str, why: str, applies: Callable[[Judged], bool], *edits: str) -> Reason[Judged]:
    return Reason(who, why, applies, frozenset(edits) or None)


REASONS: Final = (
    _reason(
        OURS,
        "The claim has an inpatient-only procedure. The editor then denies the day (or pays the whole claim by modifier CA) and looks at nothing else on it; "
        "cleanclaim reports the other faults too.",
        _inpatient,
    ),
    _reason(OURS, "Edit 27 ends the editor's work on the claim; cleanclaim reports the other faults too.", lambda one: one.has("27")),
    _reason(
        OURS,
        "The claim is of partial hospitalization or intensive outpatient care (condition code 41 or 92), for which the editor leaves out some edits.",
        lambda one: bool({"41", "92"} & set(one.visit.conditions)),
    ),
    _reason(
        OTHER,
        "Modifier CA is on a partial hospitalization or intensive outpatient claim, where the editor doesn't know it; cleanclaim doesn't deny the procedure.",
        lambda one: bool({"41", "92"} & set(one.visit.conditions)) and _inpatient(one),
        "18", "49",
    ),
    _reason(OURS, "pyoce takes all revenue codes from 0580 to 0689 for trauma response; it is 068x.", _in_range, "76"),
    _reason(OTHER, "Both are on the line, and cleanclaim shows one finding for it: the discharge status (70).", lambda one: one.has("70"), "60"),
    _reason(
        OTHER,
        "The line has revenue code 0001, the total of a paper claim, which pyoce accepts and cleanclaim doesn't.",
        lambda one: any(line.revenue == "0001" for line in one.visit.lines),
        "48",
    ),
    _reason(
        OURS,
        "The line has revenue code 0001, the total of a paper claim, which pyoce accepts and cleanclaim doesn't.",
        lambda one: any(line.revenue == "0001" for line in one.visit.lines),
        "41",
    ),
    _reason(
        OTHER,
        "0777 isn't assigned, but its group is in use; cleanclaim judges whole groups only.",
        lambda one: any(line.revenue == "0777" for line in one.visit.lines),
        "41",
    ),
    _reason(
        OTHER,
        "The operating room (0360) without a code: CMS's manual has no list of these; cleanclaim's has only codes on which its sources agree.",
        lambda one: any(line.revenue == "0360" and not line.code for line in one.visit.lines),
        "48",
    ),
    _reason(
        OURS,
        "The editor has a list of drugs, such as clotting factors, that may be alone, which addendum B doesn't show: cleanclaim's finding is a warning.",
        lambda _: True,
        "99",
    ),
    _reason(
        OURS,
        "The claim is a rural health clinic's, where the editor runs a few edits only.",
        lambda one: one.visit.bill == "711",
    ),
    _reason(
        OTHER,
        "The claim is a rural health clinic's; cleanclaim goes by addendum B on hospitals' claims only.",
        lambda one: one.visit.bill == "711",
    ),
    _reason(
        OURS,
        "NCCI (edits 20 and 40) or edit 17 denies the visit, so the editor doesn't look at it again. Here cleanclaim runs without NCCI's tables.",
        lambda one: bool({"17", "20", "40"} & one.theirs),
        "21",
    ),
    _reason(
        OURS,
        "A comprehensive procedure (J1) packages the second visit. cleanclaim's edit goes by the codes of visits and needs no addendum B.",
        lambda _: True,
        "42",
    ),
    _reason(
        OTHER,
        "The editor takes every code of status V for a visit; cleanclaim's edit goes by the codes of visits and needs no addendum B.",
        lambda _: True,
        "42",
    ),
    _reason(
        OTHER,
        "Critical access hospitals have another list of visits and procedures.",
        lambda one: one.visit.bill.startswith("85"),
        "21",
    ),
    _reason(
        OURS,
        "The editor wants the blood product on claims under outpatient prospective payment only; cleanclaim's finding is a warning everywhere.",
        lambda one: one.visit.bill.startswith("85"),
        "43",
    ),
    _reason(
        OTHER,
        "The first diagnosis may be what is coded before the mental disorder (F01 to F09); the editor has a list of such diagnoses.",
        lambda one: any(code.startswith("F0") for code in one.visit.others),
        "29",
    ),
    _reason(
        OTHER,
        "The code is of Category II, which is reported for information; cleanclaim doesn't ask for its payment status.",
        lambda one: any((line.code or "").endswith("F") for line in one.visit.lines),
        NOT_PAID, "72",
    ),
    _reason(
        OTHER,
        "A code of status Q2 is on the claim: whether it is comprehensive, and so takes in equipment and visits, addendum B doesn't say.",
        lambda _: True,
        "21", "61", "117",
    ),
    _reason(
        OTHER,
        "What must be there is on another day of the claim, or is albumin, which the editor doesn't take for blood; cleanclaim's warning doesn't ask for that.",
        lambda _: True,
        "43", "58", "76",
    ),
    _reason(
        OURS,
        "P9099 became a blood product in the editor later than the code began.",
        lambda one: one.line("P9099"),
        "73",
    ),
    _reason(
        OTHER,
        "Another line has a code that no table has; cleanclaim doesn't know whether it is paid.",
        lambda one: one.has("6"),
        "99", "27",
    ),
)  # fmt: skip


def main() -> int:
    """Compare and print, and tell whether every difference is explained."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("--claims", type=int, default=6_000)
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--show", type=int, default=5, help="print so many unexplained claims")
    parser.add_argument("--edit", help="show claims of this edit only")
    parser.add_argument("--page", type=Path, help="write the table into this page")
    arguments = parser.parse_args()
    counts, differences = compare(arguments.claims, arguments.seed)
    unknown = comparing.unexplained(differences, REASONS)
    heading = f"{arguments.claims:,} claims, seed {arguments.seed}:"
    blocks = {
        "ioce: table": comparing.table(counts, NAMES, OTHER, arguments.claims, heading),
        "ioce: reasons": comparing.explained(differences, REASONS),
    }
    print(*blocks.values(), sep="\n")
    print(f"{len(differences)} differences, {len(unknown)} not explained")
    shown = [d for d in unknown if arguments.edit in {None, d[0]}]
    for number, who, judged in shown[: arguments.show]:
        print(f"edit {number}, only {who}: {judged.visit}")
    if arguments.page:
        comparing.write_blocks(arguments.page, blocks)
    return int(bool(unknown))


def compare(claims: int, seed: int) -> tuple[Counts, list[Difference[Judged]]]:
    """How many claims each edit is found on, by whom, and every difference."""
    counts: Counts = Counter()
    differences: list[Difference[Judged]] = []
    codes: dict[str, list[tuple[str, date, date]]] = defaultdict(list)
    rows = []
    for code, status, first, last in statuses():
        codes[status].append((code, first, last))
        rows.append({"code": code, "status": status, "valid_from": first, "valid_to": last})
    reference = Reference.load().with_rows("opps", rows)
    made = Maker(codes, seed).visits(claims)
    while some := list(islice(made, _AT_ONCE)):
        here, there = ours(some, reference), theirs(some)
        found = [
            (Judged(visit, frozenset(here[n]), frozenset(there[n])), here[n], there[n])
            for visit in some
            for n in (visit.number,)
        ]
        differences += comparing.counted(NAMES, found, OTHER, counts)
    return counts, differences


if __name__ == "__main__":
    sys.exit(main())
