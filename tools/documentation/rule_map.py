"""The map of the rules: what the sources say a claim must keep, and which edits check it.

The files of `rules` are the data: `sources.csv` names the sources, one file for each holds its rules, and `other_edits.csv` names the edits that no rule of
these sources asks for. `tests/tools/test_rule_map.py` keeps map and edits in step.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "rules"
DECIDES: Final = {
    "claim": "the claim",
    "table": "the claim and a table",
    "history": "earlier claims",
    "missing table": "a table that cleanclaim can't import yet",
    "note": "the medical record",
    "none": "nothing on a claim",
}
"""What decides a rule, as the files say it and as the pages do."""

DECIDABLE: Final = ("claim", "table", "history")
_SOURCE_COLUMNS: Final = ["file", "title", "edition", "seen"]
_RULE_COLUMNS: Final = ["section", "rule", "decided_by", "edits", "remark"]
_OTHER_COLUMNS: Final = ["edit", "reason"]


@dataclass(frozen=True, slots=True)
class Source:
    """A document whose rules are mapped.

    Attributes:
        file: the name of its file of rules, without its ending.
        title: the document and its publisher.
        edition: which edition the rows follow.
        seen: how much of the text was seen when the rows were written.
    """

    file: str
    title: str
    edition: str
    seen: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in our own words.

    Attributes:
        source: the file that it is in.
        section: where the source says it.
        rule: what it asks.
        decided_by: a key of `DECIDES`.
        edits: the codes of the edits that check it.
        remark: why no edit checks it, or how far the edits go.
    """

    source: str
    section: str
    rule: str
    decided_by: str
    edits: tuple[str, ...]
    remark: str

    @property
    def is_decidable(self) -> bool:
        """True if a claim, with tables or earlier claims, can break it visibly."""
        return self.decided_by in DECIDABLE


@dataclass(frozen=True, slots=True)
class Share:
    """How many rules claims can decide, and how many of them have an edit."""

    decidable: int
    with_edit: int

    @property
    def percent(self) -> float:
        """The share in percent; 100 if there is no such rule."""
        return 100 * self.with_edit / self.decidable if self.decidable else 100.0


def share(rules: Iterable[Rule]) -> Share:
    """Count the decidable rules and those with an edit."""
    decidable = [rule for rule in rules if rule.is_decidable]
    return Share(len(decidable), sum(bool(rule.edits) for rule in decidable))


@cache
def sources() -> tuple[Source, ...]:
    """The sources, in the order of the pages."""
    return tuple(Source(**row) for row in _rows("sources", _SOURCE_COLUMNS))


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of every source, in order."""
    return tuple(
        Rule(source.file, **{**row, "edits": tuple(row["edits"].split())})  # type: ignore[arg-type]
        for source in sources()
        for row in _rows(source.file, _RULE_COLUMNS)
    )


@cache
def other_edits() -> dict[str, str]:
    """Edits that check no rule of these sources, with the reason that there is one."""
    return {row["edit"]: row["reason"] for row in _rows("other_edits", _OTHER_COLUMNS)}


def _rows(name: str, columns: list[str]) -> list[dict[str, str]]:
    path = FOLDER / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    if reader.fieldnames != columns:
        raise ValueError(f"{path.name}: columns {reader.fieldnames}, expected {columns}")
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise ValueError(f"{path.name}, row {number}: {len(columns)} values expected")
    return rows
