"""The map of the rules and the edits are in step."""

from __future__ import annotations

from collections import Counter

import pytest

import generate_docs
from cleanclaim.edits.registry import own_edits
from documentation.rule_map import DECIDES, Rule, other_edits, rules, share, sources
from documentation.rule_pages import rule_pages

EDITS = {edit.code for edit in own_edits()}
TARGET = 95.0


def test_every_edit_of_the_map_exists() -> None:
    named = {edit for rule in rules() for edit in rule.edits} | set(other_edits())
    assert sorted(named - EDITS) == []


def test_every_edit_is_in_the_map_or_has_a_reason() -> None:
    mapped = {edit for rule in rules() for edit in rule.edits}
    assert sorted(EDITS - mapped - set(other_edits())) == []
    assert sorted(mapped & set(other_edits())) == []
    assert all(other_edits().values())


def test_every_rule_says_what_decides_it() -> None:
    assert [rule for rule in rules() if rule.decided_by not in DECIDES or not rule.rule] == []


def test_a_rule_without_an_edit_says_why() -> None:
    assert [rule for rule in rules() if not rule.edits and not rule.remark] == []


def test_only_decidable_rules_have_edits() -> None:
    assert [rule for rule in rules() if rule.edits and not rule.is_decidable] == []


def test_no_rule_is_listed_twice() -> None:
    counted = Counter((rule.source, rule.section, rule.rule) for rule in rules())
    assert [rule for rule, count in counted.items() if count > 1] == []


def test_every_file_of_rules_has_a_source() -> None:
    assert {rule.source for rule in rules()} == {source.file for source in sources()}
    assert all(source.seen and source.edition for source in sources())


def test_share_counts_decidable_rules_only() -> None:
    of = [
        Rule("s", "1", "a", "claim", ("DX101",), ""),
        Rule("s", "2", "b", "table", (), "none yet"),
        Rule("s", "3", "c", "note", (), "the record"),
        Rule("s", "4", "d", "missing table", (), "no table"),
    ]
    assert share(of).percent == pytest.approx(50.0)


def test_share_of_decidable_rules_with_an_edit() -> None:
    counted = share(rules())
    without = [
        f"{r.source} {r.section}: {r.rule}" for r in rules() if r.is_decidable and not r.edits
    ]
    assert counted.percent >= TARGET, "\n".join(without)


def test_pages_are_up_to_date() -> None:
    for path, text in rule_pages(generate_docs.REFERENCE / "rules").items():
        assert path.read_text(encoding="utf-8") == text, "run python tools/generate_docs.py"
