"""The case of each seed: files, how the command receives them, and its options."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fuzzing import packed, sound, tables, x12

FORMATS: Final = ("json", "json", "jsonl", "jsonl", "text", "sarif", "csv", "parquet", "html")
_KINDS: Final = {
    "x12": 36, "csv": 17, "parquet": 9, "set": 11, "packed": 14, "several": 6, "folder": 3, "split": 4,
}  # fmt: skip
"""Kinds of cases and their weights."""
_ENDINGS: Final = {"x12": "837", "csv": "csv", "parquet": "parquet"}
_OPTIONS: Final = (
    ("--as-of", "2026-06-01"), ("--as-of", "2019-01-01"), ("--payer-class", "medicare"), ("--payer-class", "medicaid"), ("--min-disposition", "deny-line"),
    ("--policy-state", "OH"), ("--select", "DX"), ("--ignore", "SYN,DX102"),
)  # fmt: skip
_BATCH: Final = "case.json"


@dataclass(frozen=True)
class Case:
    """One input of the fuzzer.

    Attributes:
        kind: the kind of content.
        files: the files on disk, by name relative to a folder.
        inputs: the names to check.
        history: the names to use for looking back.
        is_kept: first put the history into a history with `history add`.
        options: other options of the command.
        form: the format of the report.
        on_disk: treat even a few claims as too many for memory.
        to_file: write the report to a file.
        parts: the same claims, one file each, which must have the same findings.
    """

    kind: str
    files: dict[str, bytes]
    inputs: tuple[str, ...]
    history: tuple[str, ...] = ()
    is_kept: bool = False
    options: tuple[str, ...] = ()
    form: str = "json"
    on_disk: bool = False
    to_file: bool = False
    parts: dict[str, bytes] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the files to a folder."""
        for name, data in {**self.files, **self.parts}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def save(self, folder: Path) -> None:
        """Save the case for `load`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.write(folder)
        saved = {
            "kind": self.kind,
            "inputs": self.inputs,
            "history": self.history,
            "is_kept": self.is_kept,
            "options": self.options,
            "form": self.form,
            "on_disk": self.on_disk,
            "to_file": self.to_file,
            "parts": sorted(self.parts),
        }
        (folder / _BATCH).write_text(json.dumps(saved, indent=1) + "\n")


def load(folder: Path) -> Case:
    """Load a saved case: a folder that says how to check it, or a plain file."""
    if folder.is_file():
        return Case(folder.suffix.lstrip("."), {folder.name: folder.read_bytes()}, (folder.name,))
    saved = json.loads((folder / _BATCH).read_text())
    every = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != _BATCH
    }
    parts = {name: every.pop(name) for name in saved["parts"]}
    lists = {name: tuple(saved[name]) for name in ("inputs", "history", "options")}
    return Case(**{**saved, **lists, "files": every, "parts": parts})


def kind_of(seed: int) -> str:
    """The kind of a seed's case, without generating it."""
    return _kind(sound.dice_of(seed))


def _kind(dice: random.Random) -> str:
    return dice.choices(list(_KINDS), list(_KINDS.values()))[0]


def case_of(seed: int, others: Sequence[bytes] = ()) -> Case:
    """The case of a seed.

    Args:
        seed: the same seed gives the same case.
        others: 837 files to break, in addition to generated ones.
    """
    dice = sound.dice_of(seed)
    kind = _kind(dice)
    if kind == "split":
        return _split(dice)
    files, inputs = _inputs(dice, kind, others)
    history = _history(dice, others) if dice.random() < 0.12 else {}
    options = tuple(word for one in dice.sample(_OPTIONS, dice.choice((0, 0, 0, 1, 2))) for word in one)  # fmt: skip
    return Case(
        kind,
        {**files, **history},
        inputs,
        tuple(history),
        is_kept=bool(history) and dice.random() < 0.4,
        options=options if len(set(options[::2])) == len(options) // 2 else (),
        form=dice.choice(FORMATS),
        on_disk=dice.random() < 0.1,
        to_file=dice.random() < 0.15,
    )


def _inputs(
    dice: random.Random, kind: str, others: Sequence[bytes]
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    if kind == "set":
        files = {f"set/{name}": data for name, data in _set(dice).items()}
        return files, ("set",)
    if kind in {"several", "folder"}:
        files = {}
        for n in range(dice.randint(2, 4)):
            one = dice.choice(("x12", "x12", "csv", "parquet", "packed"))
            files[f"in/{n}.{_ending(dice, one)}"] = _file(dice, one, others)
        if kind == "folder" and dice.random() < 0.3:
            files |= {f"in/set/{name}": data for name, data in _set(dice).items()}
        return files, ("in",) if kind == "folder" else tuple(files)
    name = f"claims.{_ending(dice, kind)}"
    return {name: _file(dice, kind, others)}, (name,)


def _ending(dice: random.Random, kind: str) -> str:
    """Usually the kind's own ending; the format is detected from the content."""
    if kind == "packed":
        return dice.choice(("zip", "gz", "zip", "837", "xlsx"))
    return _ENDINGS[kind] if dice.random() < 0.9 else dice.choice(("txt", "dat", "xlsx", "zip"))


def _file(dice: random.Random, kind: str, others: Sequence[bytes]) -> bytes:
    if kind == "packed":
        kinds = ("x12", "x12", "csv", "parquet")
        members = [_file(dice, dice.choice(kinds), others) for _ in range(dice.choice((1, 1, 2, 3)))]  # fmt: skip
        return packed.packed(dice, members)
    if kind == "x12":
        return x12.broken(dice, _x12(dice, others), least=0 if dice.random() < 0.1 else 1)
    sheet = tables.flat(dice)
    for _ in range(dice.choice((0, 1, 1, 2, 3))):
        tables.odd(dice, sheet)
    data = tables.csv(dice, sheet) if kind == "csv" else tables.parquet(dice, sheet)
    return tables.odd_bytes(dice, data) if dice.random() < 0.25 else data


def _x12(dice: random.Random, others: Sequence[bytes]) -> bytes:
    if others and dice.random() < 0.3:
        return dice.choice(others)
    end = dice.choice(("~\n", "~\n", "~", "~\r\n"))
    return sound.written(sound.interchange(sound.claims(dice), dice.randint(1, 999)), end)


def _set(dice: random.Random) -> dict[str, bytes]:
    sheets = tables.set_of(dice)
    for _ in range(dice.choice((0, 1, 1, 2, 3))):
        tables.odd(dice, dice.choice(list(sheets.values())))
    if dice.random() < 0.1:
        del sheets[dice.choice(list(sheets))]
    files = {}
    for name, sheet in sheets.items():
        is_parquet = dice.random() < 0.35
        data = tables.parquet(dice, sheet) if is_parquet else tables.csv(dice, sheet)
        data = tables.odd_bytes(dice, data) if dice.random() < 0.07 else data
        files[f"{name}.{'parquet' if is_parquet else 'csv'}"] = data
    return files


def _history(dice: random.Random, others: Sequence[bytes]) -> dict[str, bytes]:
    kind = dice.choice(("x12", "x12", "csv", "parquet", "packed"))
    if dice.random() < 0.6:
        return {"past/past.837": _x12(dice, others)}
    return {f"past/past.{_ending(dice, kind)}": _file(dice, kind, others)}


def _split(dice: random.Random) -> Case:
    """The same claims in one file, and in one file each."""
    claims = [x12.odd_claim(dice, one) if dice.random() < 0.7 else one for one in sound.claims(dice)]  # fmt: skip
    together = sound.written(sound.interchange(claims))
    parts = {
        f"part/{n}.837": sound.written(sound.interchange([claim], n + 2))
        for n, claim in enumerate(claims)
    }
    return Case("split", {"all.837": together}, ("all.837",), parts=parts)
