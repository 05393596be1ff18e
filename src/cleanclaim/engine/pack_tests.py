"""A payer pack's own examples, run: which of them don't hold, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import professional
from cleanclaim.engine.check import check
from cleanclaim.errors import CleanclaimError
from cleanclaim.payers.kinds import KINDS
from cleanclaim.payers.pack import Pack
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference

_CODES: Final = frozenset(kind.edit for kind in KINDS.values() if kind.edit)


def faults_of(pack: Pack, reference: Reference) -> list[str]:
    """What is wrong with a pack's examples.

    Each example changes a clean claim to the payer; `finds` are the keys of the rows that it breaks, of this pack.

    Args:
        pack: the pack, with its examples.
        reference: the dated tables, with this pack.

    Returns:
        One sentence for each example that doesn't hold; empty if all hold.
    """
    faults = ((one, _fault_of(one, pack, reference)) for one in pack.tests)
    return [f"{one['title']}: {fault}" for one, fault in faults if fault]


def _fault_of(test: Mapping[str, Any], pack: Pack, reference: Reference) -> str | None:
    try:
        claims = batch_of([_claim(test, pack)])
    except (CleanclaimError, TypeError) as error:
        return str(error)
    edits = [edit for edit in own_edits() if edit.code in _CODES]
    checked = check(claims, reference, edits)
    if checked.failures:
        return f"it couldn't be checked: {checked.failures[0].reason}"
    known = {row.key for row in pack.rows}
    found = {json.loads(evidence)["key"] for evidence in checked.findings["evidence"]}
    wanted = set(test.get("finds", ()))
    unknown = sorted(wanted - known)
    if unknown:
        return f"the pack has no row {', '.join(unknown)}"
    missed, more = sorted(wanted - found), sorted((found & known) - wanted)
    words = []
    if missed:
        words.append(f"the rows {', '.join(missed)} didn't find anything")
    if more:
        words.append(f"the rows {', '.join(more)} found something")
    return "; ".join(words) or None


def _claim(test: Mapping[str, Any], pack: Pack) -> dict[str, Any]:
    own: dict[str, Any] = {name: _value(value) for name, value in test.get("claim", {}).items()}
    payer: dict[str, Any] = {
        "payer_id": pack.ids[0] if pack.ids else None,
        "payer_name": _name(pack),
    }
    others = {name: test[name] for name in ("diagnoses", "lines") if name in test}
    return professional(**others, **{**payer, **own})


def _name(pack: Pack) -> str | None:
    """A name of the payer as a claim might have it."""
    return pack.names[0].rstrip("*").strip() if pack.names else None


def _value(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return None if value == "" else value
