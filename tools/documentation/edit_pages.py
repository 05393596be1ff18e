"""A page for each edit, and their index: from the edits, their docstrings and what the program prints for their examples."""

from __future__ import annotations

import inspect
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.edits.edit import Edit, Example, Fails, Passes, Unchecked
from cleanclaim.edits.registry import own_edits
from cleanclaim.engine.check import check
from cleanclaim.engine.examples import claims_of
from cleanclaim.reference import Reference
from cleanclaim.report import text
from cleanclaim.report.labels import MEANING
from cleanclaim.report.result import Report
from cleanclaim.settings import Settings
from cleanclaim.verdicts import judged
from documentation.docstrings import one_line
from documentation.markdown import code, fenced, table

FAMILIES: Final = {
    "CLM": "The claim holds together: providers, dates, charges, units, duplicates",
    "DOC": "What the note of a claim supports; these edits run with `check --notes`",
    "DX": "Diagnosis codes: valid on the date of service, specific, in order, right for age and sex, allowed together",
    "EM": "Visits: new or established, one a day, consultations",
    "ENV": "The envelope and form of an 837 file",
    "HX": "Earlier claims: global periods, frequency limits, lines billed before",
    "INS": "Institutional claims: type of bill, revenue codes, discharge status, admission",
    "LNK": "Why the service was given: pointers, side, kind of visit, local and national coverage policies",
    "MOD": "Modifiers: known, allowed with the code, missing, contradicting each other",
    "NCCI": "Procedures that are part of another, and add-on codes; across the lines and claims of a day",
    "PAY": "A payer's own rules about codes, from tables that you import",
    "PX": "Procedure codes: valid on the date of service, payable, right for place, age and sex; telehealth; unlisted codes",
    "QTY": "Units: of a line and of a day (MUE), time",
}
_INDEX_HEAD: Final = """# Edits

cleanclaim has {count} edits. Each page says what the edit flags, why it matters and what to do, and shows a finding as the report prints it.
`cleanclaim explain CODE` shows the same in the terminal.

What each disposition means:
"""
_LOOKS_AT: Final = {
    "claim": "It looks at one claim at a time.",
    "patient": "It looks at all claims of the patient, and at earlier ones if you give them with `--history`.",
    "all": "It looks at the earlier claims of all patients, which you give with `--history`.",
}
_HEADINGS: Final = ("What it flags", "Why it matters", "What to do")


@dataclass(frozen=True)
class Facts:
    """What a page shows of an edit's settings: the only place here that knows what they are called in `Edit`.

    Attributes:
        tables: the reference tables that it looks up.
        looks_at: what it looks at together.
        default_on: False for an edit that runs only if it is selected.
        status: preview, stable or deprecated.
        formerly: codes that it had in earlier versions.
    """

    tables: tuple[str, ...]
    looks_at: str
    default_on: bool
    status: str
    formerly: tuple[str, ...]


def facts(edit: Edit) -> Facts:
    """An edit's settings as a page shows them."""
    return Facts(
        tables=tuple(edit.needs),
        looks_at=_LOOKS_AT[edit.scope if edit.looks_across else "claim"],
        default_on=edit.runs_by_default,
        status=edit.lifecycle,
        formerly=edit.formerly,
    )


def edit_pages(folder: Path) -> dict[Path, str]:
    """The index and a page for each edit."""
    pages = {folder / f"{edit.code}.md": _page(edit) for edit in own_edits()}
    return {folder / "index.md": _index(), **pages}


def _index() -> str:
    lines = [_INDEX_HEAD.format(count=len(own_edits()))]
    lines += table(
        ("disposition", "what a payer would do"),
        ((code(name), meaning) for name, meaning in MEANING.items()),
    )
    for family, edits in groupby(own_edits(), key=lambda edit: edit.family):
        rows = (
            (
                f"[{edit.code}]({edit.code}.md)",
                edit.name,
                sections(edit.documentation)["What it flags"][0],
                edit.disposition.value,
            )
            for edit in edits
        )
        lines += ["", f"## {family}", "", f"{FAMILIES[family]}.", ""]
        lines += table(("edit", "name", "what it flags", "disposition"), rows)
    return "\n".join(lines) + "\n"


def sections(documentation: str) -> dict[str, list[str]]:
    """The paragraphs of an edit's docstring under the headings of its page.

    The first paragraph says what the edit flags. The others say why it matters, until one begins with a heading and a colon, such as "What to do:".
    """
    found: dict[str, list[str]] = {heading: [] for heading in _HEADINGS}
    at = _HEADINGS[0]
    for block in inspect.cleandoc(documentation).split("\n\n"):
        paragraph = one_line(block)
        heading = next((one for one in _HEADINGS if paragraph.startswith(f"{one}:")), "")
        if heading:
            at = heading
            paragraph = paragraph.removeprefix(f"{heading}:").strip()
        elif found[at] and at == _HEADINGS[0]:
            at = _HEADINGS[1]
        if paragraph:
            found[at].append(paragraph[0].upper() + paragraph[1:])
    return found


def _page(edit: Edit) -> str:
    known = facts(edit)
    said = sections(edit.documentation)
    lines = [f"# {edit.code}: {edit.name}", "", f"[All edits](index.md#{edit.family.lower()})", ""]
    lines += _status(known)
    for heading in _HEADINGS:
        lines += [f"## {heading}", ""]
        lines += [f"{paragraph}\n" for paragraph in said[heading]]
        if heading == "Why it matters":
            lines += [*_disposition(edit), ""]
    lines += ["## Example", "", *_example(edit), ""]
    lines += ["## Source", "", *(f"- {_source(one)}" for one in edit.source), ""]
    lines += ["## When it is not checked", "", *_not_checked(edit, known), ""]
    formerly = f" Formerly {' and '.join(known.formerly)}." if known.formerly else ""
    lines += ["## Since", "", f"Version {edit.since}.{formerly}"]
    return "\n".join(lines) + "\n"


def _status(known: Facts) -> Iterator[str]:
    if known.status == "preview":
        yield "**Preview**: it may still change in any release ([what may change](../../releases.md))."
        yield ""
    if known.status == "deprecated":
        yield "**Deprecated**: it will be removed ([what may change](../../releases.md))."
        yield ""


def _disposition(edit: Edit) -> Iterator[str]:
    codes = " and ".join(
        text for text in (_named("CARC", edit.carc), _named("RARC", edit.rarc)) if text
    )
    denial = f" A denial would carry {codes}." if codes else ""
    yield f"Disposition `{edit.disposition.value}`: {MEANING[edit.disposition.value]}.{denial}"
    if edit.payers:
        payers = " and ".join(payer.capitalize() for payer in edit.payers)
        others = "a warning" if edit.others == "warn" else "not reported"
        yield ""
        yield f"This is a rule of {payers}. For other payers it is {others}."


def _named(name: str, value: str | None) -> str:
    return f"{name} {value}" if value else ""


def _source(source: object) -> str:
    url = getattr(source, "url", "")
    read = getattr(source, "read", None)
    return f"{source}, read {read}" + (f": <{url}>" if url else "")


def _example(edit: Edit) -> Iterator[str]:
    """The first example that fails, as the report prints it, then the titles of all."""
    first = next(one for one in edit.examples if isinstance(one, Fails))
    yield f"{_sentence(first.title)}:"
    yield ""
    yield from fenced(printed(edit, first))
    for kind, heading in ((Fails, "Also flagged"), (Passes, "Not flagged")):
        others = [one.title for one in edit.examples if isinstance(one, kind) and one is not first]
        if others:
            yield ""
            yield f"{heading}:"
            yield ""
            yield from (f"- {_sentence(title)}" for title in others)


def _sentence(title: str) -> str:
    return title[0].upper() + title[1:]


def printed(edit: Edit, example: Example) -> str:
    """The findings on an example, as the text report prints them."""
    batch = claims_of(example)
    tables = _reference()
    result = judged(batch, check(batch, tables, [edit]), tables, Settings())
    report = Report(batch, result.findings, result.not_checked, result.claims, edits=(edit,))
    out = io.BytesIO()
    text.write(report, out)
    found, _, _ = out.getvalue().decode().partition("\nSummary\n")
    return found.replace("  (python)", "").strip("\n")


@cache
def _reference() -> Reference:
    return Reference.load()


def _not_checked(edit: Edit, known: Facts) -> Iterator[str]:
    """When the edit can't judge a claim, from its own examples of that."""
    gaps = list(_gaps(edit))
    if not known.default_on:
        yield f"It is off by default. Run it with `--select {edit.code}`."
        yield ""
    if gaps:
        yield from table(("when", "reason in the report", "how to supply it"), gaps)
    elif known.tables:
        yield "If a table that it looks up doesn't cover the code or the date."
    else:
        yield "It is always checked: it needs no reference table."
    if known.tables:
        yield ""
        yield f"Tables: {', '.join(code(name) for name in known.tables)}."
    yield ""
    yield known.looks_at


def _gaps(edit: Edit) -> Iterator[tuple[str, str, str]]:
    for example in edit.examples:
        if isinstance(example, Unchecked):
            rows = check(claims_of(example), _reference(), [edit]).not_checked
            for reason, supply in (
                rows.select("reason", pl.col("supply").fill_null(""))
                .unique(maintain_order=True)
                .rows()
            ):
                yield _sentence(example.title), _sentence(reason), supply
