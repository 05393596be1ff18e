"""Write the corpus: python -m corpus.write (CLEANCLAIM_DATA names the folder of the publishers' files)."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from corpus import tables
from corpus.case import RULES, Case, Claim, Rule
from corpus.families import claims, clean, diagnoses, form, guidelines, hospital, modifiers, pairs, procedures, unchecked
from corpus.second import classic as _classic
from corpus.second import diagnoses as _diagnoses
from corpus.second import everyday as _everyday
from corpus.second import fresh as _fresh
from corpus.second import hospital as _hospital
from corpus.second import make
from corpus.second import mixture as _mixture
from corpus.second import notes as _notes
from corpus.second import office as _office
from corpus.second import payers as _payers
from corpus.second import practice as _practice
from corpus.second import right as _right
from corpus.second import services as _services
from corpus.second import stays as _stays
from corpus.x837 import interchange

FAMILIES = (claims, diagnoses, guidelines, modifiers, procedures, pairs, hospital, form, clean, unchecked)
"""The modules whose import registers the rules."""
SECOND = (_hospital, _diagnoses, _services, _classic, _right, _payers, _notes, _fresh, _stays, _office, _practice, _everyday, _mixture)
"""The same of the second set."""
FOLDER = Path(__file__).parent / "claims"
SECOND_FOLDER = Path(__file__).parent / "second" / "claims"
CODES = "codes.json"
ADAPTERS = Path(__file__).parent / "adapters"
SEED = 20261128


def built(rules: Sequence[Rule] = RULES) -> list[tuple[str, Rule, Case]]:
    """All cases, with their numbers."""
    found = []
    for rule in rules:
        for n in range(rule.count):
            dice = Random(f"{SEED} {rule.name} {n}")
            found.append((f"{rule.name[:14].strip('-')}-{n:02d}".upper(), rule, rule.build(dice, n)))
    taken: dict[str, int] = {}
    for k, (number, rule, case) in enumerate(found):
        taken[number] = taken.get(number, 0) + 1
        if taken[number] > 1:
            found[k] = (f"{number[:-3]}{taken[number]}{number[-3:]}", rule, case)
    return found


def half(number: str) -> str:
    """The half of the corpus that a case belongs to: one is held back while faults are fixed."""
    return "held" if hashlib.sha256(number.encode()).digest()[0] % 2 else "open"


def _numbered(number: str, case: Case) -> None:
    for k, claim in enumerate(case.claims):
        claim["claim_id"] = f"{number}{'' if claim.pop('same_number', False) or k == case.at else f'-{k}'}"
    for k, claim in enumerate(case.earlier):
        claim["claim_id"] = f"{number}-E{k}"


def _file(case: Case) -> str:
    """The file of a case: what else a scrubber is given with it is told by its name."""
    claim = case.claims[case.at]
    if "note" in claim:
        return "notes.837"
    name = (
        f"{'history' if case.earlier else ''}{'-payers' if 'in_pack' in claim else ''}{'' if claim['claim_type'] == 'professional' else '-institutional'}.837"
    )
    return name.removeprefix("-") if name != ".837" else "professional.837"


def expectation(number: str, rule: Rule, case: Case) -> dict[str, Any]:
    """What a scrubber is expected to say of a case."""
    claim = case.claims[case.at]
    return {
        "case": number,
        "kind": rule.kind,
        "rule": rule.name,
        "claim_id": claim["claim_id"],
        "claims": sorted({each["claim_id"] for each in case.claims}),
        "line": case.line,
        "diagnosis": case.diagnosis,
        "hard": case.hard,
        "payer": claim["payer_class"],
        "type": claim["claim_type"],
        "date": claim["from_date"].isoformat(),
        "file": f"form/{number}.837" if case.form else _file(case),
        "csv": not case.x12_only,
        "tables": rule.tables,
        "half": half(number),
    }


def main() -> None:
    """Write both sets."""
    write(FOLDER, RULES, ADAPTERS / "cleanclaim.json")
    write(SECOND_FOLDER, make.RULES, SECOND_FOLDER / CODES)


def write(folder: Path, rules: Sequence[Rule], codes_at: Path) -> None:
    """Write a set of claims, what is expected of them, and cleanclaim's codes for its rules."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "form").mkdir(parents=True)
    kept: dict[str, list[Claim]] = defaultdict(list)
    in_tables: list[Claim] = []
    lines = []
    for number, rule, case in built(rules):
        _numbered(number, case)
        lines.append(json.dumps(expectation(number, rule, case)))
        if case.form:
            (folder / "form" / f"{number}.837").write_text(case.form.replace("@CASE@", number))
            continue
        file = _file(case)
        kept[file.replace("history", "earlier")] += case.earlier
        for claim in case.claims:
            kept[file].append(claim)
            if "note" in claim:
                (folder / "notes").mkdir(exist_ok=True)
                (folder / "notes" / f"{claim['claim_id']}.txt").write_text(claim["note"])
            if not case.x12_only and not case.earlier:
                in_tables.append(claim)
    for name, chosen in kept.items():
        if chosen:
            (folder / name).write_text(interchange(chosen, chosen[0]["claim_type"]))
    tables.write(folder / "csv", in_tables)
    (folder / "expected.jsonl").write_text("\n".join(lines) + "\n")
    reasons = [{"rule": r.name, "kind": r.kind, "reason": r.reason, "source": r.source, "tables": r.tables} for r in rules]
    (folder / "rules.jsonl").write_text("\n".join(map(json.dumps, reasons)) + "\n")
    codes = {r.name: {"right": r.edits, "also": r.also} for r in rules if r.kind != "clean"}
    codes_at.write_text(json.dumps(codes, indent=1) + "\n")
    print(f"{len(lines):,} cases")


if __name__ == "__main__":
    main()
