"""The map of the rules as pages: an index with the counts, and a page for each source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from documentation.markdown import table
from documentation.rule_map import DECIDES, Rule, Source, other_edits, rules, share, sources

_HEAD: Final = """# The map of the rules

What the published rules ask of a claim, rule by rule, and which edits check it. Each rule is in our own words. Look into the source for the binding text.

A rule is *decidable* if a claim can show that it is broken: by itself, with a table that cleanclaim holds or imports, or with earlier claims. What only the
medical record shows can't be checked on a claim. Some rules need a table that can't be imported yet: they are counted apart, and not in the share.

An edit listed with a rule may check only a part of it. The remark says which part, or why there is no edit.
"""
_SEEN: Final = """## What was seen

The rows were written from knowledge of these documents; most of the texts weren't at hand. So a section number may be off, and a rule that isn't listed hasn't
been weighed. That an edit is named means that it was written for the rule or checks a part of it; for the chapters of the ICD-10-CM guidelines, claims that
break the rules are among the tests.
"""
_OTHER: Final = """## Edits outside these sources

Some edits check no rule of these documents:
"""


def rule_pages(folder: Path) -> dict[Path, str]:
    """The index and a page for each source."""
    pages = {folder / f"{source.file}.md": _page(source) for source in sources()}
    return {folder / "index.md": _index(), **pages}


def _index() -> str:
    every = rules()
    lines = [_HEAD]
    rows = [_counts(f"[{source.title}]({source.file}.md)", _of(source)) for source in sources()]
    heads = ("source", "rules", "decidable", "with an edit", "share", "table missing", "record only", "no claim rule")  # fmt: skip
    lines += table(heads, [*rows, _counts("**All**", every)])
    lines += ["", _SEEN]
    seen = ((source.title, source.edition, source.seen) for source in sources())
    lines += table(("source", "edition", "what was seen"), seen)
    lines += ["", _OTHER]
    lines += table(
        ("edit", "why it is there"),
        ((_link(edit), reason) for edit, reason in sorted(other_edits().items())),
    )
    return "\n".join(lines) + "\n"


def _of(source: Source) -> list[Rule]:
    return [rule for rule in rules() if rule.source == source.file]


def _counts(name: str, of: Sequence[Rule]) -> tuple[str, ...]:
    counted = share(of)
    by_kind = {kind: sum(rule.decided_by == kind for rule in of) for kind in DECIDES}
    return (
        name,
        str(len(of)),
        str(counted.decidable),
        str(counted.with_edit),
        f"{counted.percent:.1f}%",
        str(by_kind["missing table"]),
        str(by_kind["note"]),
        str(by_kind["none"]),
    )


def _page(source: Source) -> str:
    of = _of(source)
    counted = share(of)
    lines = [
        f"# Rules: {source.title}",
        "",
        "[All sources](index.md)",
        "",
        f"Edition: {source.edition}. {counted.with_edit} of {counted.decidable} rules that a claim can decide have an edit.",
        "",
    ]
    lines += table(("section", "rule", "what decides it", "edits", "remark"), map(_row, of))
    return "\n".join(lines) + "\n"


def _row(rule: Rule) -> tuple[str, ...]:
    return (rule.section, rule.rule, DECIDES[rule.decided_by], _links(rule.edits), rule.remark)


def _links(edits: Iterable[str]) -> str:
    return ", ".join(map(_link, edits))


def _link(edit: str) -> str:
    return f"[{edit}](../edits/{edit}.md)"
