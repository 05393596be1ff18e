"""The glossary's page, from its data."""

from __future__ import annotations

from collections.abc import Iterable

from cleanclaim.encoder.glossary import Term, terms

_FIELDS = {
    "keeper": "Maintained by",
    "purpose": "Purpose",
    "format": "Format",
    "updates": "Updates",
    "examples": "Examples",
    "on_claim": "On a claim",
}
_INTRODUCTION = """\
The words of the trade and of cleanclaim, in our own plain words. Code sets' official texts belong to their publishers and are not repeated here.
`cleanclaim explain WORD` shows an entry, and `cleanclaim explain icd cpt` shows two side by side."""


def glossary_page() -> str:
    """Every word with its meaning, then code sets and tables in detail."""
    detailed = [one for one in terms() if one.keeper]
    lines = [
        "# Glossary",
        "",
        _INTRODUCTION,
        "",
        "## The trade's words",
        "",
        *_table(one for one in terms() if not one.own),
        "",
        "## cleanclaim's words",
        "",
        *_table(one for one in terms() if one.own),
        "",
        "## Code sets and tables in detail",
    ]
    for one in detailed:
        lines += ["", f"### {one.name}", "", "| | |", "|---|---|"]
        lines += [
            f"| {label} | {text} |"
            for name, label in _FIELDS.items()
            if (text := getattr(one, name))
        ]
    return "\n".join(lines) + "\n"


def _table(rows: Iterable[Term]) -> list[str]:
    return ["| word | meaning |", "|---|---|", *(f"| {one.name} | {one.means} |" for one in rows)]
