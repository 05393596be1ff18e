"""`cleanclaim explain`: what an edit flags and why, or what a code is, when it was in force, what replaced it and what binds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from cleanclaim.edits.edit import Edit, Fails, Passes, Unchecked
from cleanclaim.encoder import Encoder
from cleanclaim.encoder.text import page
from cleanclaim.errors import UnknownEdit
from cleanclaim.reference import Reference

_MOST = 6
"""So many lines of each list of a code's page: a page's worth."""


def explain(word: str, edits: Sequence[Edit], reference: Reference, on: date | None = None) -> str:
    """A page about an edit or a code.

    Args:
        word: an edit's code or name, or a code with or without its dot.
        edits: every edit.
        reference: the dated tables.
        on: the day, for a code; by default today.

    Returns:
        Plain text.

    Raises:
        UnknownEdit: the word is neither.
    """
    edit = next((e for e in edits if word.upper() == e.code or word == e.name), None)
    if edit is not None:
        return "\n".join(_edit_page(edit)) + "\n"
    pages = Encoder(reference).lookup(word, on=on)
    if not pages:
        raise UnknownEdit(
            f"'{word}' is no edit (see cleanclaim edits) and no code of a list that is loaded (see cleanclaim search)"
        )
    return "\n".join(page(told, most=_MOST) for told in pages)


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
