"""`cleanclaim explain`: what an edit flags and why, or what a code means and when it was in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from textwrap import wrap

from cleanclaim.derived.availability import TABLES
from cleanclaim.edits.edit import Edit, Fails, Passes, Unchecked
from cleanclaim.encoder import Encoder
from cleanclaim.encoder.text import page
from cleanclaim.errors import UnknownEdit
from cleanclaim.reference import Reference
from cleanclaim.report.locations import paragraphs

_WIDTH = 100
_MOST = 6
"""Lines of each list on a code's page."""


def explain(word: str, edits: Sequence[Edit], reference: Reference, on: date | None = None) -> str:
    """A page about an edit or a code, as plain text.

    Args:
        word: an edit's code or name, or a code with or without its dot.
        edits: all edits.
        reference: the dated tables.
        on: the date of service, for a code; by default today.

    Raises:
        UnknownEdit: there is no such edit or code.
    """
    edit = next((e for e in edits if word.upper() == e.code or word == e.name), None)
    if edit is not None:
        return "\n".join(_edit_page(edit)) + "\n"
    pages = Encoder(reference).lookup(word, on=on)
    if not pages:
        raise UnknownEdit(
            f"'{word}' isn't an edit (see: cleanclaim edits) or a code in any loaded list (see: cleanclaim search)"
        )
    return "\n".join(page(one, most=_MOST) for one in pages)


def _table_words(name: str) -> str:
    """A reference table as people call it."""
    return TABLES[name].words if name in TABLES else name.replace("_", " ")


def _edit_page(edit: Edit) -> Iterator[str]:
    yield f"{edit.code}  {edit.name}"
    yield ""
    codes = [
        f"{label} {code}" for label, code in (("CARC", edit.carc), ("RARC", edit.rarc)) if code
    ]
    yield f"Disposition: {edit.disposition.value}" + (f" ({', '.join(codes)})" if codes else "")
    yield f"Since {edit.since}, {edit.lifecycle}{'' if edit.runs_by_default else '; runs only if selected'}"
    if edit.formerly:
        yield f"Formerly: {', '.join(edit.formerly)}"
    if edit.payers:
        others = "warn" if edit.others == "warn" else "not run"
        yield f"Payers: {', '.join(edit.payers)}; for other payers: {others}"
    if edit.needs:
        yield f"Tables needed: {'; '.join(_table_words(name) for name in edit.needs)}"
    for text in paragraphs(edit):
        yield ""
        yield from _wrapped(text)
    yield ""
    yield from _wrapped(f"Message: {edit.message}")
    if edit.suggestion:
        yield from _wrapped(f"Suggestion: {edit.suggestion}")
    yield ""
    for kind, heading in ((Fails, "Flagged"), (Passes, "Not flagged"), (Unchecked, "Not checked")):
        titles = [example.title for example in edit.examples if isinstance(example, kind)]
        if titles:
            yield f"{heading}:"
            yield from (f"  - {title}" for title in titles)
    yield ""
    yield "Source:"
    yield from (f"  - {source}, read {source.read}" for source in edit.source)


def _wrapped(text: str) -> list[str]:
    return wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
