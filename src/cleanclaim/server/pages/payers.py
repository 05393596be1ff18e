"""The pages of payers: the packs in use, and a pack's rules with their sources and conflicts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from cleanclaim.payers.show import pack_dict, rule_dict
from cleanclaim.server.access.permissions import needs
from cleanclaim.server.pages.drawing import page
from cleanclaim.server.problems import Problem
from cleanclaim.server.routes.shared import service_of

router = APIRouter(include_in_schema=False)
_APART: Final = {
    "table", "key", "policy", "section", "source", "source_date", "confidence", "consequence", "written_in", "replaces", "contested", "note",
}  # fmt: skip


@router.get("/payers", dependencies=[needs("codes")])
async def payers(request: Request) -> Response:
    """The packs in use, and what contradicts each other."""
    library = service_of(request).engine.held.reference.payers
    packs = [pack_dict(pack, library) for pack in sorted(library.packs, key=lambda pack: pack.id)]
    return page(request, "payers.html", packs=packs, notes=library.notes)


@router.get("/payers/{pack_id}", dependencies=[needs("codes")])
async def payer(request: Request, pack_id: str, words: str = "") -> Response:
    """A pack's payer, and every rule with its source."""
    library = service_of(request).engine.held.reference.payers
    found = next((pack for pack in library.packs if pack.id == pack_id), None)
    if found is None:
        raise Problem(404, "payer", "no pack has that ID")
    rules = [rule_dict(rule) for rule in library.rules if rule.pack == pack_id]
    told = [rule | {"says": says} for rule in rules if all(word in f"{rule}".lower() for word in words.lower().split()) for says in [_says(rule)]]  # fmt: skip
    groups: dict[str, list[dict[str, Any]]] = {}
    for rule in told:
        groups.setdefault(str(rule["table"]).replace("_", " "), []).append(rule)
    return page(request, "payer.html", pack=pack_dict(found, library), about=found, groups=groups, words=words, count=len(told))  # fmt: skip


def _says(rule: dict[str, Any]) -> list[tuple[str, str]]:
    """What a rule says, by column."""
    return [(name.replace("_", " "), _text(value)) for name, value in rule.items() if name not in _APART and value is not None]  # fmt: skip


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_span(str(one)) for one in value)
    return str(value)


def _span(codes: str) -> str:
    low, _, high = codes.partition("-")
    return low if low == high else codes
