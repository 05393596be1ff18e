"""All payer packs of a run: those that come with cleanclaim and the user's own, put together.

A user's pack with the ID of a shipped one extends it: its payer's numbers and names are added, and
a row with the key of a shipped row of the same table replaces all shipped rows with that key.
Rows that contradict each other are listed, and findings from them are at most warnings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from cleanclaim.errors import PackError
from cleanclaim.payers.cells import spans_of
from cleanclaim.payers.pack import Pack, Row, load_pack, overlap

_SHIPPED: Final = "shipped"


@dataclass(frozen=True, slots=True)
class Rule:
    """A row in force, with the pack it is from.

    Attributes:
        pack: the pack of its payer.
        row: the row.
        origin: the pack that it is written in.
        replaces: the pack whose row it replaces; None if it replaces none.
        is_contested: True if another row of the payer contradicts it.
    """

    pack: str
    row: Row
    origin: Pack
    replaces: Pack | None = None
    is_contested: bool = False


@dataclass(frozen=True)
class Library:
    """Packs put together.

    Attributes:
        packs: the payers, each with the numbers, names and lines of business of all its packs.
        rules: the rows in force.
        notes: what a user should know: rows replaced, rows that contradict each other, payers that two packs claim.
        own: the user's own packs as they are.
    """

    packs: tuple[Pack, ...]
    rules: tuple[Rule, ...]
    notes: tuple[str, ...]
    own: tuple[Pack, ...] = ()


@cache
def shipped_packs() -> tuple[Pack, ...]:
    """The packs that come with cleanclaim, by ID."""
    folder = files("cleanclaim.payers") / _SHIPPED
    found = (
        load_pack(one, is_shipped=True, with_tests=False)
        for one in folder.iterdir()
        if one.is_dir()
    )
    return tuple(sorted(found, key=lambda pack: pack.id))


@cache
def shipped() -> Library:
    """The packs that come with cleanclaim, put together."""
    return together(())


def load_folders(folders: Iterable[str | Path]) -> list[Pack]:
    """The user's own packs.

    Args:
        folders: packs, or folders with a pack in each of their folders.

    Raises:
        PackError: a pack isn't valid, or a folder has none; every fault of every pack is listed.
    """
    found: list[Pack] = []
    faults: list[str] = []
    for given in folders:
        try:
            places = _packs_in(Path(given))
        except PackError as error:
            faults.append(str(error))
            continue
        for place in places:
            try:
                found.append(load_pack(place))
            except PackError as error:
                faults.append(str(error))
    if faults:
        raise PackError("", faults)
    return found


def _packs_in(folder: Path) -> list[Path]:
    if (folder / "pack.toml").is_file():
        return [folder]
    below = sorted(path.parent for path in folder.glob("*/pack.toml"))
    if not below:
        is_there = folder.is_dir()
        raise PackError(
            str(folder), ["there is no pack.toml in it" if is_there else "no such folder"]
        )
    return below


def together(own: Sequence[Pack]) -> Library:
    """Put the shipped packs and the user's own together; of the user's own, a later one goes before an earlier one."""
    packs: dict[str, Pack] = {}
    rules: dict[str, list[Rule]] = {}
    notes: list[str] = []
    for pack in (*shipped_packs(), *own):
        before = packs.get(pack.id)
        packs[pack.id] = pack if before is None else _joined(before, pack)
        kept, replaced = _replaced(rules.get(pack.id, []), pack)
        added = [Rule(pack.id, row, pack, replaced.get((row.kind, row.key))) for row in pack.rows]
        rules[pack.id] = [*kept, *added]
        notes += [
            f"{pack.label}: its row {key} in {kind} replaces that of {other.label}"
            + (" that comes with cleanclaim" if other.is_shipped else "")
            for (kind, key), other in replaced.items()
        ]
    every = [rule for of_payer in rules.values() for rule in _contested(of_payer, notes)]
    notes += _claimed_twice(packs.values())
    notes += [
        f"pack {rule.pack}: the row {rule.row.key} in adopted_programs isn't applied: its confidence is below high"
        for rule in every
        if rule.row.kind == "adopted_programs" and rule.row.values["confidence"] != "high"
    ]
    return Library(tuple(packs.values()), tuple(every), tuple(notes), tuple(own))


def _joined(pack: Pack, other: Pack) -> Pack:
    def both(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*getattr(pack, name), *getattr(other, name))))

    return replace(
        other,
        ids=both("ids"),
        names=both("names"),
        payer_classes=both("payer_classes"),
        whole_classes=both("whole_classes"),
        rows=(*pack.rows, *other.rows),
        tests=(*pack.tests, *other.tests),
    )


def _replaced(rules: Sequence[Rule], pack: Pack) -> tuple[list[Rule], dict[tuple[str, str], Pack]]:
    """The rules that a pack leaves, and for the keys that it replaces the pack they were in."""
    keys = {(row.kind, row.key) for row in pack.rows}
    kept = [rule for rule in rules if (rule.row.kind, rule.row.key) not in keys]
    gone = {
        (rule.row.kind, rule.row.key): rule.origin
        for rule in rules
        if (rule.row.kind, rule.row.key) in keys
    }
    return kept, gone


def _contested(rules: Sequence[Rule], notes: list[str]) -> Iterator[Rule]:
    """A payer's rules, those that contradict each other marked and noted."""
    marked: set[int] = set()
    for n, rule in enumerate(rules):
        for m in range(n):
            other = rules[m]
            if rule.row.kind == other.row.kind and overlap(rule.row, other.row) and contradict(rule.row, other.row):  # fmt: skip
                marked |= {n, m}
                notes.append(
                    f"pack {rule.pack}: the rows {other.row.key} ({other.origin.label}, {other.row.where}) and {rule.row.key} "
                    f"({rule.origin.label}, {rule.row.where}) contradict each other: findings from them are warnings"
                )
    for n, rule in enumerate(rules):
        yield replace(rule, is_contested=n in marked)


_WHOSE: Final = ("payer_classes", "filing_codes", "states", "claim_types")
_SAYS: Final = {
    "filing_limits": ("limit", "counted_from"),
    "modifier_rules": ("rule", "modifiers"),
    "place_of_service": ("rule", "places"),
    "frequency": ("most", "period"),
    "substitutions": ("instead",),
    "fee_rules": ("percent",),
    "adopted_programs": ("program",),
}
"""What two rows about the same claims must not say differently."""
_ABOUT: Final = ("codes", "with_codes", "modifiers", "places", "network")
"""What a row is about, unless it is what the row says."""


def contradict(one: Row, other: Row) -> bool:
    """Whether two rows of a table are about the same claims and lines, and say different things.

    A row for some states, filing indicators or a network is an exception to one for all, not a contradiction.
    """
    says = _SAYS.get(one.kind, ())
    if not says or all(one.values.get(name) == other.values.get(name) for name in says):
        return False
    if one.kind == "modifier_rules" and {one.values["rule"], other.values["rule"]} != {"one_of", "none_of"}:  # fmt: skip
        return False
    if one.kind == "modifier_rules" and not {*one.values["modifiers"]} & {*other.values["modifiers"]}:  # fmt: skip
        return False
    if one.kind == "fee_rules" and not all("percent" in row.values for row in (one, other)):
        return False
    about = [name for name in _ABOUT if name not in says and name != "codes"]
    if any(one.values.get(name) != other.values.get(name) for name in about):
        return False
    same_whose = all(_meet(one.values.get(name), other.values.get(name)) for name in _WHOSE)
    return same_whose and _codes_meet(one.values.get("codes"), other.values.get("codes"))


def _meet(one: Sequence[str] | None, other: Sequence[str] | None) -> bool:
    if not one or not other:
        return one == other
    return bool({*one} & {*other})


def _codes_meet(one: Sequence[str] | None, other: Sequence[str] | None) -> bool:
    if not one or not other:
        return one == other
    spans = [spans_of(codes) for codes in other]
    return any(
        low <= spans_of(codes)[1] and spans_of(codes)[0] <= high
        for codes in one
        for low, high in spans
    )


def _claimed_twice(packs: Iterable[Pack]) -> Iterator[str]:
    """Numbers and names that two packs have: their claims are taken for the first one's."""
    seen: dict[tuple[str, str], str] = {}
    for pack in packs:
        for kind in ("ids", "names", "whole_classes"):
            for value in getattr(pack, kind):
                first = seen.setdefault((kind, value.upper()), pack.id)
                if first != pack.id:
                    yield f"packs {first} and {pack.id} both have the payer {value}: its claims are judged by {first}"
