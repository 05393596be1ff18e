"""The practice cases: from the edits' examples, the benchmark corpus, a file of notes and facts, and a trainer's own files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from cleanclaim.edits.edit import Edit, Example, Fails, Passes
from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import professional
from cleanclaim.errors import InputError
from cleanclaim.parsing import json_of, toml_of

KINDS: Final = {
    "find": "find what is wrong with the claim",
    "rule": "does the claim break the rule?",
    "modifier": "choose the modifier",
    "link": "choose the diagnosis",
    "note": "code the note",
    "level": "level the visit",
    "fact": "know the trade",
}
"""What is asked."""
TOPICS: Final = {
    "icd-cpt": "ICD versus CPT: why and what",
    "claim": "the claim holds together",
    "outdated": "outdated and unknown codes",
    "diagnosis": "diagnosis codes, specificity and order",
    "procedure": "procedure codes and settings",
    "linkage": "linkage: does the diagnosis support the service?",
    "mismatch": "age, sex and side",
    "modifier": "modifiers",
    "bundling": "bundling and add-on codes",
    "units": "units",
    "visits": "visits: levels, new and established, under- and over-coding",
    "history": "earlier claims: duplicates, frequency, global periods",
    "payer": "payers' own rules",
    "hospital": "institutional claims",
    "documentation": "what the note supports",
}
"""The trade's basics."""
_BY_FAMILY: Final = {
    "CLM": "claim", "ENV": "claim", "DX": "diagnosis", "PX": "procedure", "LNK": "linkage", "MOD": "modifier", "QTY": "units", "NCCI": "bundling",
    "EM": "visits", "HX": "history", "PAY": "payer", "INS": "hospital", "DOC": "documentation",
}  # fmt: skip
_BY_EDIT: Final = {
    **dict.fromkeys(("DX101", "DX102", "DX105", "PX101", "PX102", "MOD101"), "outdated"),
    **dict.fromkeys(("DX113", "DX114", "PX105", "PX106", "LNK106", "MOD107"), "mismatch"),
}
MOST_CLAIMS: Final = 3
_FILE: Final = "cases.toml"
_CORPUS: Final = "corpus.jsonl"
_WHOLE: Final = 0.15
"""How much harder a whole claim is than an example, which shows only what matters."""
_OWN: Final = ("id", "kind", "topic", "title", "text", "question", "choices", "answer", "why", "source", "hint")  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A practice case.

    Attributes:
        id: its name: the edit and the example's number, or its own.
        kind: of `KINDS`.
        topic: of `TOPICS`.
        title: what it is about, for lists; it must not give the answer away.
        edit: the edit that it is about; None for a note or fact.
        example: the edit's example.
        contrast: for modifiers and links, the example that differs in the answer alone.
        written: for notes, facts and a trainer's cases, what is written in the file.
        prior: how hard it looks, 0 to 1, until learners have tried it.
    """

    id: str
    kind: str
    topic: str
    title: str
    edit: Edit | None = None
    example: Example | None = None
    contrast: Example | None = None
    written: Mapping[str, Any] = field(default_factory=dict)
    prior: float = 0.3

    @property
    def section(self) -> str:
        """The section of the guideline or manual that it belongs to."""
        if self.edit is not None:
            return "; ".join(f"{one.document}, {one.section}" for one in self.edit.source)
        return str(self.written.get("source", ""))


@cache
def cases() -> tuple[Case, ...]:
    """The cases that come with cleanclaim, by ID."""
    found = [case for edit in own_edits() for case in _of_edit(edit)]
    text = files("cleanclaim.learn").joinpath(_FILE).read_text(encoding="utf-8")
    found += _written(tomllib.loads(text)["case"])
    found += _of_corpus()
    return tuple(sorted(found, key=lambda case: case.id))


def topic_of(edit: Edit) -> str:
    """The topic of an edit."""
    return _BY_EDIT.get(edit.code, _BY_FAMILY.get(edit.family, "claim"))


def _of_edit(edit: Edit) -> list[Case]:
    if not edit.runs_by_default or edit.family == _NOTES:
        return []
    usable = [(n, one) for n, one in enumerate(edit.examples, 1) if _is_usable(one)]
    passing = [one for _, one in usable if isinstance(one, Passes)]
    found = []
    for number, example in usable:
        name = f"{edit.code}-{number}"
        about = (topic_of(edit), f"a claim about {topic_of(edit)}", edit, example)
        prior = _prior(example)
        if isinstance(example, Fails):
            found.append(Case(name, "find", *about, prior=prior))
            contrast = next((one for one in passing if _asks(edit, example, one)), None)
            kind = differs_in(example, contrast) if contrast is not None else ""
            if contrast is not None:
                found.append(Case(f"{name}-{kind}", kind, *about, contrast=contrast, prior=prior + 0.1))  # fmt: skip
        elif isinstance(example, Passes):
            found.append(Case(name, "rule", *about, prior=prior))
    return found


def _asks(edit: Edit, example: Example, right: Example) -> bool:
    """Whether what makes an example right is an answer to learn, and not only one that the edit has nothing against."""
    kind = differs_in(example, right)
    if kind == "modifier":
        return edit.family in _OF_MODIFIERS or edit.code in _ALSO_OF_MODIFIERS
    anything = professional()["diagnoses"]
    return kind == "link" and topic_of(edit) in _LINKED and right.claims[0]["diagnoses"] != anything


def _of_corpus() -> list[Case]:
    """Cases of the benchmark corpus (`tools/learn_corpus.py`): whole claims with one fault, or that only look suspicious."""
    edits = {edit.code: edit for edit in own_edits() if edit.runs_by_default}
    text = files("cleanclaim.learn").joinpath(_CORPUS).read_text(encoding="utf-8")
    found = []
    for row in map(json.loads, text.splitlines()):
        edit = edits.get(row["edit"] or "")
        if row["edit"] and edit is None:
            continue
        topic = topic_of(edit) if edit else "claim"
        example = (Fails if edit else Passes)(row["about"], (row["claim"],))
        own = {"source": row["source"], "why": row["about"]}
        prior = _prior(example) + _WHOLE
        found.append(Case(row["id"], "find", topic, "a whole claim", edit, example, written=own, prior=prior))  # fmt: skip
    return found


def _is_usable(example: Example) -> bool:
    needs_more = example.x12 or example.tables or example.note_facts
    return not needs_more and 0 < len(example.claims) <= MOST_CLAIMS


def _prior(example: Example) -> float:
    """Harder with more claims, lines and diagnoses to read."""
    last = example.claims[-1]
    size = len(example.claims) - 1 + len(last.get("lines", ())) - 1 + len(last.get("diagnoses", ())) - 1  # fmt: skip
    return min(0.8, 0.2 + 0.1 * size)


def differs_in(example: Example, other: Example) -> str:
    """`modifier` or `link` if two examples of one claim differ in one line's modifiers, or in one diagnosis alone; else nothing."""
    if len(example.claims) != 1 or len(other.claims) != 1:
        return ""
    one, two = example.claims[0], other.claims[0]
    if {k: v for k, v in one.items() if k not in _LISTS} != {k: v for k, v in two.items() if k not in _LISTS}:  # fmt: skip
        return ""
    lines, others = one["lines"], two["lines"]
    if lines == others and len(one["diagnoses"]) == len(two["diagnoses"]):
        changed = [pair for pair in zip(one["diagnoses"], two["diagnoses"], strict=True) if pair[0] != pair[1]]  # fmt: skip
        is_plain = all(isinstance(code, str) for pair in changed for code in pair)
        return "link" if len(changed) == 1 and is_plain else ""
    if one["diagnoses"] != two["diagnoses"] or len(lines) != len(others):
        return ""
    changed_lines = [pair for pair in zip(lines, others, strict=True) if pair[0] != pair[1]]
    if len(changed_lines) != 1:
        return ""
    before, after = ({k: v for k, v in line.items() if not k.startswith("modifier")} for line in changed_lines[0])  # fmt: skip
    return "modifier" if before == after and added_modifier(*changed_lines[0]) else ""


_LISTS: Final = ("lines", "diagnoses")
_NOTES: Final = "DOC"
"""Edits that read notes: their examples without a note teach nothing."""
_OF_MODIFIERS: Final = frozenset({"MOD", "NCCI", "EM"})
_ALSO_OF_MODIFIERS: Final = frozenset({"CLM115", "INS147", "LNK110"})
"""Edits whose answer is a modifier; others take one only as an exception."""
_LINKED: Final = ("linkage", "mismatch", "outdated")
"""Topics in which one diagnosis in place of another makes a good question."""


def modifiers_of(line: Mapping[str, Any]) -> list[str]:
    """A line's modifiers, in order."""
    return [str(line[f"modifier_{n}"]) for n in range(1, 5) if line.get(f"modifier_{n}")]


def added_modifier(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The one modifier that the second line has more than the first; nothing if that isn't the only difference."""
    one, two = modifiers_of(before), modifiers_of(after)
    added = [modifier for modifier in two if modifier not in one]
    kept = [modifier for modifier in two if modifier in one]
    return added[0] if len(added) == 1 and kept == one else ""


def _written(tables: Sequence[Mapping[str, Any]], where: str = _FILE) -> list[Case]:
    faults = [fault for table in tables for fault in _faults(table)]
    if faults:
        raise InputError("\n".join(f"{where}: {fault}" for fault in faults))
    return [
        Case(
            str(table["id"]),
            str(table["kind"]),
            str(table["topic"]),
            str(table.get("title") or table["id"]),
            written=table,
            prior=float(table.get("prior", 0.3)),
        )
        for table in tables
    ]


def _faults(table: Mapping[str, Any]) -> list[str]:
    name = table.get("id", "a case without an id")
    needed = ("id", "kind", "topic", "question", "choices", "answer", "why", "source")
    faults = [f"{name}: {one} is missing" for one in needed if not table.get(one)]
    faults += [
        f"{name}: unknown key {one!r}" for one in table if one not in (*_OWN, "prior", "code")
    ]
    if table.get("kind") not in KINDS:
        faults.append(f"{name}: kind: expected one of {', '.join(KINDS)}")
    if table.get("topic") not in TOPICS:
        faults.append(f"{name}: topic: expected one of {', '.join(TOPICS)}")
    if table.get("answer") not in (table.get("choices") or ()):
        faults.append(f"{name}: the answer isn't one of the choices")
    return faults


def own_cases(folder: Path) -> list[Case]:
    """A trainer's cases: JSON files made by `cleanclaim learn add`, or TOML files with [[case]].

    Raises:
        InputError: a file can't be read, or isn't one.
    """
    found: list[Case] = []
    paths = sorted([*folder.glob("*.json"), *folder.glob("*.toml")])
    if not paths:
        raise InputError(f"{folder}: no cases (*.json, *.toml) in this folder")
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
            content = json_of(text) if path.suffix == ".json" else toml_of(text)
            tables = content["case"]
        except (OSError, ValueError, KeyError, TypeError):
            raise InputError(f"{path}: isn't a file of cases") from None
        found += _written(tables, str(path))
    return found


def chosen(
    every: Sequence[Case], topics: Sequence[str] = (), kinds: Sequence[str] = ()
) -> list[Case]:
    """The cases of some topics and kinds; all if none are named."""
    return [
        case
        for case in every
        if (not topics or case.topic in topics) and (not kinds or case.kind in kinds)
    ]
