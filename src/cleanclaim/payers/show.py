"""A pack and its rules as plain objects, for JSON and pages."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cleanclaim.payers.library import Library, Rule
from cleanclaim.payers.pack import Pack


def pack_dict(pack: Pack, library: Library) -> dict[str, Any]:
    """A pack: its payer, how claims name it, and how many rules it has."""
    rules = [rule for rule in library.rules if rule.pack == pack.id]
    return {
        "pack": pack.id,
        "payer": pack.name,
        "ids": list(pack.ids),
        "names": list(pack.names),
        "payer_classes": list(pack.payer_classes),
        "whole_classes": list(pack.whole_classes),
        "own": pack.id in {own.id for own in library.own},
        "rules": len(rules),
        "confidence": dict(Counter(rule.row.values["confidence"] for rule in rules)),
        "oldest_source": min((rule.row.values["source_date"] for rule in rules if "source_date" in rule.row.values), default=None),
    }  # fmt: skip


def rule_dict(rule: Rule) -> dict[str, Any]:
    """A rule: its cells by column, and the pack that it is written in."""
    return {
        "table": rule.row.kind,
        **rule.row.values,
        "written_in": rule.origin.label,
        "replaces": rule.replaces.label if rule.replaces else None,
        "contested": rule.is_contested,
    }
