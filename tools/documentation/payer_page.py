"""The page of payer packs: the tables of a pack, and the packs that come with cleanclaim."""

from __future__ import annotations

from typing import Final

from cleanclaim.payers.kinds import COMMON, KINDS, Column
from cleanclaim.payers.library import Rule, shipped
from documentation.markdown import code, table

_HEAD: Final = """\
# Payer packs

Generated from the code. A pack is a folder with `pack.toml`, any of the tables below as CSV files, and `tests.toml`. [How to write
one](../how-to/payer-pack.md).

## pack.toml

| key | meaning |
|---|---|
| `id` | the pack's name: small letters, digits, hyphens. The ID of a pack that comes with cleanclaim extends that pack |
| `name` | the payer |
| `version` | what you call this state of the pack; findings cite it |
| `ids` | the payer's numbers in your claims (2010BB NM109) |
| `names` | its names in your claims (2010BB NM103), without regard to case and punctuation; `*` at the end: any words may follow |
| `payer_classes` | its lines of business; rows bind claims of these classes unless they name others |
| `whole_classes` | payer classes whose claims the pack binds if no pack has their payer |
| `sources` | titles and dates of what you read; rows name them by key |
| `note` | what else a reader should know |

## Which rows bind a claim

A claim's payer is found by its number, else by its name. If no pack has it, the pack of its whole class applies (Medicaid, TRICARE, VA, workers'
compensation), and the claim is *not checked* for the payer's
own rules. Medicare's own rules are the other edits'. A row binds a claim if its dates, lines of business, filing indicators, states and claim types
do. If a claim doesn't say its line of business, a row that depends
on it only warns.

A row below high confidence gives at most a warning, and so does a row that another one contradicts. Every finding says how old the row's source is on
the day the claim is judged.

In `tests.toml`, each `[[test]]` has a `title`, `claim` (columns of a clean claim that differ), `diagnoses`, `lines` (such as `"99213-25 x1"`), and
`finds`: the keys of the rows that it breaks. `cleanclaim payers check` runs them.
"""
_LEFT_OUT: Final = """\
## What these packs leave out

They hold what could be read, typed in our own words, with its date; they are not the payers' manuals. Left out are rules that a claim can't show
(network, contract, Gold Card status), rules whose list of codes wasn't
at hand (procedures that need a side, postoperative pain), rules that other edits state (NCCI pairs, add-on codes, ages, assistants at surgery,
Medicare's consultation codes), how payers acknowledge claims, and rules that
were announced and perhaps never began (modifier 25 at Cigna and at Blue Shield of California). Of two sources that contradict each other neither is
used. Filing limits hold unless the provider's contract or state law says
otherwise.
"""


def payer_page() -> str:
    """The page of payer packs."""
    lines = [_HEAD, "## Tables", ""]
    for kind in KINDS.values():
        edit = f", found by [{kind.edit}](edits/{kind.edit}.md)" if kind.edit else ""
        one_of = f" Each row needs one of {', '.join(map(code, kind.one_of))}." if kind.one_of else ""  # fmt: skip
        says = f"{kind.meaning.rstrip('.')}{edit}.{one_of}"
        lines += [f"### {kind.name}.csv", "", says, "", *_columns(kind.columns), ""]
    lines += ["### Columns of every table", "", *_columns(COMMON), ""]
    lines += [
        "### code_lists.csv",
        "",
        "Your own lists of codes, columns `list` and `code`; other tables name one as `@list`. With `source`, say where it is from.",
        "",
        "## Packs that come with cleanclaim",
        "",
        "Several codes, modifiers or states in a cell are separated by spaces. `cleanclaim payers show PACK` shows every column.",
        "",
    ]
    for pack in sorted(shipped().packs, key=lambda one: one.id):
        rules = [rule for rule in shipped().rules if rule.pack == pack.id]
        found_by = [*pack.ids, *pack.names, *(f"all {one} claims" for one in pack.whole_classes)]
        lines += [f"### {pack.id}", "", f"{pack.name}. Found by: {', '.join(found_by)}.", ""]
        heads = ("table and key", "confidence", "source", "from", "to")
        lines += [*table(heads, map(_row, rules)), ""]
    return "\n".join([*lines, _LEFT_OUT])


def _columns(columns: tuple[Column, ...]) -> list[str]:
    rows = ((code(one.name), "yes" if one.required else "", _meaning(one)) for one in columns)
    return table(("column", "needed", "meaning"), rows)


def _meaning(column: Column) -> str:
    choices = f" One of {', '.join(column.choices)}." if column.choices else ""
    has_all = all(one in column.meaning for one in column.choices)
    return column.meaning + ("" if has_all else choices)


def _row(rule: Rule) -> tuple[str, ...]:
    values = rule.row.values
    return (
        f"{rule.row.kind}: {rule.row.key}",
        str(values["confidence"]),
        f"{values['policy']}; {values['source']}, {values.get('source_date', 'undated')}",
        str(values.get("valid_from", "")),
        str(values.get("valid_to", "")),
    )
