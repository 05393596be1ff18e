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
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from cleanclaim.reference import Reference
from inpatient.editors import NAMES, editor, ours, theirs
from inpatient.stays import OLDEST, Maker, Stay

_AT_ONCE: Final = 2_000
_BLOCK: Final = r"(<!-- mce: {0} -->\n).*?(<!-- mce: {0} end -->)"
Difference = tuple[str, str, Stay]
"""The edit, who alone finds it, and the stay."""
REASONS: Final[dict[tuple[str, str], tuple[Callable[[Stay], bool], str]]] = {
    ("4", "msdrg"): (
        lambda stay: stay.age > OLDEST,
        "The patient is older than 124. msdrg adds an age conflict to the invalid age; cleanclaim reports the invalid age only (edit 14).",
    ),
    ("5", "msdrg"): (
        lambda stay: stay.sex == "U",
        "The sex is unknown. msdrg adds a sex conflict to the invalid sex; cleanclaim reports the invalid sex only (edit 15): unknown is not wrong.",
    ),
}
"""By edit and who alone finds it: the stays on which that is known, and why."""


def main() -> int:
    """Compare and print, and tell whether every difference is explained."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("--stays", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--show", type=int, default=5, help="print so many unexplained stays")
    parser.add_argument("--page", type=Path, help="write the table into this page")
    arguments = parser.parse_args()
    counts, differences = compare(arguments.stays, arguments.seed)
    unknown = unexplained(differences)
    blocks = {
        "table": table(counts, arguments.stays, arguments.seed),
        "reasons": reasons(differences),
    }
    print(*blocks.values(), sep="\n")
    print(f"{len(differences)} differences, {len(unknown)} not explained")
    for number, who, stay in unknown[: arguments.show]:
        print(f"edit {number}, only {who}: {stay}")
    if arguments.page:
        page = arguments.page.read_text(encoding="utf-8")
        for name, text in blocks.items():
            block = re.compile(_BLOCK.format(name), re.DOTALL)
            page = block.sub(rf"\g<1>\n{text}\n\g<2>", page)
        arguments.page.write_text(page, encoding="utf-8")
    return int(bool(unknown))


def unexplained(differences: Sequence[Difference]) -> list[Difference]:
    """The differences that no known reason explains."""
    never = (lambda _: False), ""
    return [d for d in differences if not REASONS.get(d[:2], never)[0](d[2])]


def reasons(differences: Sequence[Difference]) -> str:
    """The known reasons with how many of the differences each explains, as a Markdown list."""
    lines = []
    for (number, who), (applies, why) in REASONS.items():
        found = sum(d[:2] == (number, who) and applies(d[2]) for d in differences)
        lines.append(f"- Edit {number}, only {who}, {found:,} stays: {why}")
    return "\n".join(lines) + "\n"


def compare(stays: int, seed: int) -> tuple[Counter[tuple[str, str]], list[Difference]]:
    """How many stays each edit is found on, by whom, and every difference."""
    counts: Counter[tuple[str, str]] = Counter()
    differences: list[Difference] = []
    reference = Reference.load()
    made = Maker(reference, seed).stays(stays)
    with editor() as opened:
        while some := list(islice(made, _AT_ONCE)):
            here, there = ours(some, reference), theirs(some, opened)
            for stay in some:
                for number in NAMES:
                    found = number in here[stay.number], number in there[stay.number]
                    who = {
                        (True, True): "both",
                        (True, False): "cleanclaim",
                        (False, True): "msdrg",
                    }.get(found, "neither")
                    counts[number, who] += 1
                    if who in {"cleanclaim", "msdrg"}:
                        differences.append((number, who, stay))
    return counts, differences


def table(counts: Counter[tuple[str, str]], stays: int, seed: int) -> str:
    """The agreement by edit, as Markdown."""
    lines = [
        f"{stays:,} stays, seed {seed}:",
        "",
        "| edit | | both | only msdrg | only cleanclaim | same |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    for number, name in NAMES.items():
        both, only_msdrg, only_ours = (
            counts[number, who] for who in ("both", "msdrg", "cleanclaim")
        )
        same = 100 * (stays - only_msdrg - only_ours) / stays
        lines.append(
            f"| {number} | {name} | {both:,} | {only_msdrg:,} | {only_ours:,} | {same:.2f}% |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
