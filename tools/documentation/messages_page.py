"""The page with what every edit says, with the values of its own examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

import polars as pl

from cleanclaim.edits.edit import Edit, Example, Fails
from cleanclaim.edits.registry import own_edits
from cleanclaim.engine.check import check
from cleanclaim.engine.examples import claims_of, tables_of
from cleanclaim.reference import Reference
from documentation.markdown import table
from together import Together, can_be_together

_HEAD: Final = """# What the edits say

The message and suggestion of every edit, with the values of its own examples. An edit that words a finding in several ways is shown with each of
them.
"""
_VALUE: Final = re.compile(r"[$\w.,/-]*\d[\w.,/-]*|\b[A-Z]{1,2}\b")
"""A code, a modifier, a date, an amount or a number."""

Said = tuple[str, str]


def messages_page() -> str:
    """What every edit says, by family."""
    said = messages(Reference.load())
    lines = [_HEAD]
    for family, edits in groupby(own_edits(), key=lambda edit: edit.family):
        rows = (
            (f"[{edit.code}](edits/{edit.code}.md)", message, suggestion)
            for edit in edits
            for message, suggestion in said[edit.code]
        )
        lines += [f"## {family}", "", *table(("edit", "message", "suggestion"), rows), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def messages(reference: Reference) -> dict[str, list[Said]]:
    """The messages and suggestions of each edit, one for each way in which it words them."""
    failing = [
        (edit, one) for edit in own_edits() for one in edit.examples if isinstance(one, Fails)
    ]
    said: dict[str, list[Said]] = {edit.code: [] for edit, _ in failing}
    for edit, findings in _found(failing, reference):
        for message, suggestion in findings.select(
            "message", pl.col("suggestion").fill_null("")
        ).rows():
            said[edit.code].append((message, suggestion))
    return {
        code: list({_shape(one): one for one in reversed(every)}.values())[::-1]
        for code, every in said.items()
    }


def _found(
    failing: Sequence[tuple[Edit, Example]], reference: Reference
) -> Iterator[tuple[Edit, pl.DataFrame]]:
    """What edits find on their own examples; most examples are checked in one run."""
    near = [(edit, one) for edit, one in failing if can_be_together(edit, one)]
    checked = Together([one.claims for _, one in near]).checked(own_edits(), reference)
    for number, (edit, _) in enumerate(near):
        yield edit, checked.findings_of_group(edit, number)
    for edit, one in failing:
        if not can_be_together(edit, one):
            yield edit, check(claims_of(one), tables_of(one, reference), [edit]).findings


def _shape(said: Said) -> Said:
    """A message and a suggestion without their values."""
    message, suggestion = (_VALUE.sub("#", text) for text in said)
    return message, suggestion
