"""The packs of a run as reference tables, and the pack of each claim's payer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.payers.kinds import COMMON, KINDS
from cleanclaim.payers.library import Library, Rule
from cleanclaim.payers.pack import Pack

PACKS: Final = "payer_packs"
RULES: Final = "payer_rules"
TABLES: Final = (PACKS, RULES)
_LIST: Final = pl.List(pl.String)
_LISTS: Final = frozenset({"codes", "places", "modifiers", "states", "classes", "filing", "types"})
_OF_FORM: Final = {"whole number": pl.Int64(), "percent": pl.Float64()}
_DATED: Final[dict[str, Any]] = {"code": pl.String, "valid_from": pl.Date, "valid_to": pl.Date}

PACK_SCHEMA: Final[dict[str, Any]] = {
    **_DATED,
    "name": pl.String,
    "ids": _LIST,
    "names": _LIST,
    "whole_classes": _LIST,
    "release": pl.String,
}
"""`payer_packs`: one row a payer; `code` is the pack's ID."""


def _schema() -> dict[str, Any]:
    columns = {c.name: c for kind in KINDS.values() for c in kind.columns} | {
        c.name: c for c in COMMON if c.name not in {"valid_from", "valid_to"}
    }
    typed = {
        name: _LIST if column.form in _LISTS else _OF_FORM.get(column.form, pl.String())
        for name, column in columns.items()
    }
    more = {"kind": pl.String, "payer": pl.String, "replaces": pl.String}
    return {**_DATED, **more, "is_contested": pl.Boolean, **typed, "release": pl.String}


RULE_SCHEMA: Final = _schema()
"""`payer_rules`: one row a rule; `code` is the pack's ID, `kind` its table, and the columns of all tables follow."""


def tables_of(library: Library) -> Mapping[str, pl.DataFrame]:
    """The tables `payer_packs` and `payer_rules`."""
    packs = [_pack(pack) for pack in library.packs]
    by_id = {pack.id: pack for pack in library.packs}
    rules = [_rule(rule, by_id[rule.pack]) for rule in library.rules]
    return {
        PACKS: pl.DataFrame(packs, PACK_SCHEMA).sort("code"),
        RULES: pl.DataFrame(rules, RULE_SCHEMA).sort("code", "kind", "key", "valid_from"),
    }


def _pack(pack: Pack) -> dict[str, Any]:
    return {
        "code": pack.id,
        "valid_from": date(1900, 1, 1),
        "valid_to": date(9999, 12, 31),
        "name": pack.name,
        "ids": list(pack.ids),
        "names": list(pack.names),
        "whole_classes": list(pack.whole_classes),
        "release": pack.label,
    }


def _rule(rule: Rule, pack: Pack) -> dict[str, Any]:
    first, last = rule.row.days
    values = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in rule.row.values.items()
    }
    other = rule.replaces
    return {
        **values,
        "code": rule.pack,
        "valid_from": first,
        "valid_to": last,
        "kind": rule.row.kind,
        "payer": pack.name,
        "payer_classes": values.get("payer_classes") or list(pack.payer_classes) or None,
        "replaces": None if other is None else other.label,
        "is_contested": rule.is_contested,
        "release": rule.origin.label,
    }


class Finder:
    """Finds the pack of a payer: by the payer's number, else its name, else its class.

    Args:
        packs: the rows of `payer_packs`; of two with the same number, name or class the first counts.
    """

    def __init__(self, packs: Iterable[Mapping[str, Any]]) -> None:
        self._ids: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._beginnings: list[tuple[str, str]] = []
        self._classes: dict[str, str] = {}
        self._found: dict[tuple[str | None, ...], tuple[str | None, bool]] = {}
        for pack in packs:
            for number in pack["ids"] or ():
                self._ids.setdefault(number.upper(), pack["code"])
            for name in pack["names"] or ():
                self._add_name(name, pack["code"])
            for whole in pack["whole_classes"] or ():
                self._classes.setdefault(whole, pack["code"])
        self._beginnings.sort(key=lambda one: -len(one[0]))  # the longest beginning says most

    def _add_name(self, name: str, pack: str) -> None:
        if name.endswith("*"):
            self._beginnings.append((plain(name[:-1]), pack))
        else:
            self._names.setdefault(plain(name), pack)

    def packs_of(self, claims: pl.DataFrame) -> pl.DataFrame:
        """The packs of claims.

        Args:
            claims: with payer_id, payer_name and payer_class.

        Returns:
            For each claim, in order: `payer_pack` (the pack's ID, null for none) and `payer_is_known` (found by number or name).
        """
        payers = claims.select("payer_id", "payer_name", "payer_class").iter_rows()
        found = [self._find(payer) for payer in payers]
        return pl.DataFrame(found, {"payer_pack": pl.String, "payer_is_known": pl.Boolean}, orient="row")  # fmt: skip

    def _find(self, payer: tuple[str | None, ...]) -> tuple[str | None, bool]:
        """The pack of a payer (number, name, class), and whether it was found by number or name."""
        if payer not in self._found:
            number, name, payer_class = payer
            given = (number or "").strip().upper()
            pack = self._ids.get(given) or self._by_name(plain(name or ""))
            by_class = self._classes.get(payer_class or "")
            self._found[payer] = (pack, True) if pack else (by_class, False)
        return self._found[payer]

    def _by_name(self, name: str) -> str | None:
        if not name:
            return None
        by_beginning = (
            pack
            for beginning, pack in self._beginnings
            if name == beginning or name.startswith(f"{beginning} ")
        )
        return self._names.get(name) or next(by_beginning, None)


def plain(name: str) -> str:
    """A name in capitals, without punctuation and without words such as INC."""
    letters = "".join(one if one.isalnum() else " " for one in name.upper().replace("'", ""))
    words = letters.split()
    while len(words) > 1 and words[-1] in _ENDINGS:
        words.pop()
    return " ".join(words)


_ENDINGS: Final = frozenset({"INC", "LLC", "CORP", "CORPORATION", "CO", "COMPANY", "LTD"})
