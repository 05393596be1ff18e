"""`cleanclaim explain`: what an edit flags and why, what a code means and when it was in force, or what a word means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from textwrap import wrap

from cleanclaim.derived.availability import TABLES
from cleanclaim.edits.edit import Edit, Fails, Passes, Unchecked
from cleanclaim.encoder import Encoder, glossary
from cleanclaim.encoder.lookup import Page
from cleanclaim.encoder.text import page
from cleanclaim.encoder.values import joined
from cleanclaim.errors import UnknownEdit
from cleanclaim.reference import Reference
from cleanclaim.report.locations import paragraphs

_WIDTH = 100
_MOST = 6
"""Lines of each list on a code's page."""


def explain(
    words: Sequence[str],
    edits: Sequence[Edit],
    reference: Reference,
    on: date | None = None,
) -> str:
    """Return a page about edits, codes or words of the trade, as plain text.

    Args:
        words: edits' codes or names, codes with or without their dot, values of short lists
            (`CARC 146`), or words of the glossary; two of those are shown side by side.
        edits: all edits.
        reference: the dated tables.
        on: the date of service, for a code; by default today.

    Raises:
        UnknownEdit: one of them is unknown.
    """
    if found := glossary.find_all(" ".join(words)):
        return glossary.shown(found)
    encoder = Encoder(reference)
    return "\n".join(_about(one, edits, encoder, on) for one in joined(words))


def _about(word: str, edits: Sequence[Edit], encoder: Encoder, on: date | None) -> str:
    edit = next((e for e in edits if word.upper() == e.code or word == e.name), None)
    if edit is not None:
        return "\n".join(_edit_page(edit)) + "\n"
    if (term := glossary.find(word)) is not None:
        return glossary.shown([term])
    pages = encoder.lookup(word, on=on)
    if not pages:
        raise UnknownEdit(
            f"'{word}' isn't an edit (see: cleanclaim edits), a code in any loaded list (see: cleanclaim search), or a word of the glossary"
        )
    return "\n".join(page(one, most=_MOST) + _found_before(one, edits) for one in pages)


def _found_before(one: Page, edits: Sequence[Edit]) -> str:
    """Return which edits find the cause of a denial before the claim is sent."""
    if one.system not in {"CARC", "RARC"}:
        return ""
    own = [
        edit.code
        for edit in edits
        if one.code == (edit.carc if one.system == "CARC" else edit.rarc)
    ]
    text = (
        f"cleanclaim finds such claims before you send them: {', '.join(own)}"
        if own
        else "No edit of cleanclaim predicts it"
    )
    return "\n".join(wrap(text, _WIDTH)) + "\n"


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
