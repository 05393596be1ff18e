"""`cleanclaim explain`: what an edit flags and why, or what a diagnosis code is, when it was in force and what replaced it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from cleanclaim.edit import Edit, Fails, Passes, Unchecked
from cleanclaim.errors import UnknownEdit
from cleanclaim.reference import OPEN_END, Reference
from cleanclaim.reference.icd10cm import (
    ancestors,
    children,
    dotted,
    notes_of,
    seventh_choices,
    successors,
    title_of,
)

_NOTE_KINDS = {
    "excludes1": "Excludes1 (never together)",
    "excludes2": "Excludes2 (may stand together)",
    "code_first": "Code first",
    "use_additional": "Use additional code",
    "code_also": "Code also",
}


def explain(word: str, edits: Sequence[Edit], reference: Reference) -> str:
    """A page about an edit or a diagnosis code.

    Args:
        word: an edit's code or name, or a diagnosis code with or without its dot.
        edits: every edit.
        reference: the dated tables.

    Returns:
        Plain text.

    Raises:
        UnknownEdit: the word is neither.
    """
    edit = next((e for e in edits if word.upper() == e.code or word == e.name), None)
    if edit is not None:
        return "\n".join(_edit_page(edit)) + "\n"
    code = word.replace(".", "").strip().upper()
    page = list(_code_page(code, reference))
    if not page:
        raise UnknownEdit(
            f"'{word}' is no edit (see cleanclaim edits) and no diagnosis code of ICD-10-CM or ICD-9-CM"
        )
    return "\n".join(page) + "\n"


def _edit_page(edit: Edit) -> Iterator[str]:
    yield f"{edit.code}  {edit.name}"
    yield ""
    codes = ", ".join(
        text
        for text in (
            f"CARC {edit.carc}" if edit.carc else "",
            f"RARC {edit.rarc}" if edit.rarc else "",
        )
        if text
    )
    yield f"Disposition: {edit.disposition.value}" + (f" ({codes})" if codes else "")
    if edit.payers:
        yield f"Binds: {', '.join(edit.payers)}; for others {'a warning' if edit.others == 'warn' else 'it does not run'}"
    if edit.needs:
        yield f"Needs: {', '.join(edit.needs)}"
    yield ""
    yield from (line.strip() for line in edit.documentation.splitlines())
    yield ""
    yield "Says: " + edit.message
    if edit.suggestion:
        yield "      " + edit.suggestion
    yield ""
    for kind, heading in ((Fails, "Fires"), (Passes, "Does not fire"), (Unchecked, "Not checked")):
        titles = [example.title for example in edit.examples if isinstance(example, kind)]
        if titles:
            yield f"{heading}:"
            yield from (f"  - {title}" for title in titles)
    yield ""
    yield "Source:"
    yield from (f"  - {source}, read {source.read}" for source in edit.source)


def _code_page(code: str, reference: Reference) -> Iterator[str]:
    for table, system in (("icd10cm", "ICD-10-CM"), ("icd9cm", "ICD-9-CM")):
        periods = reference.narrow(table, pl.Series([code])) if code else pl.DataFrame()
        title = title_of(reference, code) if table == "icd10cm" else None
        if periods.is_empty() and title is None:
            continue
        yield f"{dotted(code)}  {title or ''}".rstrip()
        yield (
            f"{system} diagnosis code"
            if not periods.is_empty()
            else f"{system} category, not billable"
        )
        yield ""
        for row in periods.iter_rows(named=True):
            end = "" if row["valid_to"] == OPEN_END else f" to {row['valid_to']}"
            yield f"In force from {row['valid_from']}{end}  ({row['release']})"
        if table == "icd10cm":
            yield from _icd10_page(code, periods, reference)
        return


def _icd10_page(code: str, periods: pl.DataFrame, reference: Reference) -> Iterator[str]:
    today = date.today()  # noqa: DTZ011 - the user's own day
    ended = (
        not periods.is_empty()
        and periods.filter(pl.lit(today).is_between("valid_from", "valid_to")).is_empty()
    )
    following = successors(reference, code, today) if ended else []
    if following:
        yield f"Replaced by {', '.join(dotted(c) for c in following)}"
    below = children(reference, code)
    choices = seventh_choices(reference, code)
    if choices:
        yield "Takes a seventh character:"
        yield from (f"  {dotted(choice.code)}  {choice.meaning}" for choice in choices)
    elif below:
        yield "Divides into:"
        yield from (f"  {dotted(c)}  {title_of(reference, c) or ''}".rstrip() for c in below)
    above = ancestors(reference, code)
    if above:
        yield ""
        yield "Within:"
        yield from (
            f"  {dotted(c) if len(c) <= 7 and '-' not in c and ' ' not in c else c}  {title}"
            for c, title in above
        )
    for kind, heading in _NOTE_KINDS.items():
        notes = notes_of(reference, pl.Series([code]), kind)
        if not notes.is_empty():
            yield ""
            yield f"{heading}:"
            yield from (
                f"  {row['text']}  [at {row['owner']}]" for row in notes.iter_rows(named=True)
            )
