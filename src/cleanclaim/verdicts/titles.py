"""Titles next to the ICD-10-CM codes that suggestions name, so that a biller can choose."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from cleanclaim.reference import Reference

MOST: Final = 8
"""A suggestion that names more codes than this is shown without titles."""
_LONGEST: Final = 70
_CODE: Final = re.compile(
    r"(?<![\w.-])[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?(?=[,;]|\.?$|\. |\.\n| (?:as|and|or|if|instead|describes)\b)"
)
"""A code that isn't followed by its meaning already."""
_DIVIDED: Final = 6
"""The length of a code before its seventh character."""
_MORE: Final = " `cleanclaim lookup CODE` shows what each one means."


def with_titles(suggestions: pl.Series, reference: Reference) -> pl.Series:
    """Suggestions with the title of each ICD-10-CM code that they name.

    Each distinct text is done once, and only the codes that are named are looked up.
    """
    distinct = suggestions.drop_nulls().unique()
    named = {text: list(dict.fromkeys(_CODE.findall(text))) for text in distinct}
    asked = sorted({code for codes in named.values() for code in codes})
    if not asked:
        return suggestions
    titles = _titles(asked, reference)
    told = {text: _told(text, codes, titles) for text, codes in named.items() if codes}
    return suggestions.replace(list(told), list(told.values()))


def _told(text: str, codes: list[str], titles: dict[str, str]) -> str:
    known = [code for code in codes if code in titles]
    if len(known) > MOST:
        return text + _MORE

    def titled(found: re.Match[str]) -> str:
        title = titles.get(found[0])
        return found[0] if title is None else f"{found[0]} ({title})"

    return _CODE.sub(titled, text)


def _titles(codes: list[str], reference: Reference) -> dict[str, str]:
    """The title of each code; of a code with a seventh character, what the first six mean and what that adds."""
    plain = {code: code.replace(".", "") for code in codes}
    stems = {code: text[:_DIVIDED].rstrip("X") for code, text in plain.items()}
    wanted = pl.Series(sorted({*plain.values(), *stems.values()}))
    rows = reference.narrow("icd10cm_tabular", wanted).select("code", "title", "is_billable")
    listed = {code: (title, is_billable) for code, title, is_billable in rows.iter_rows()}
    sevenths = reference.narrow("icd10cm_seventh", wanted).select("code", "character", "meaning")
    meanings = {(code, character): text for code, character, text in sevenths.iter_rows()}
    found = {}
    for code, text in plain.items():
        title, is_billable = listed.get(text, (None, False))
        if title is None and len(text) > _DIVIDED:
            stem, meaning = listed.get(stems[code]), meanings.get((stems[code], text[_DIVIDED:]))
            title = f"{stem[0]}, {meaning}" if stem and meaning else None
        if title and ("." in code or is_billable):  # three characters may be another list's code
            found[code] = _short(title)
    return found


def _short(title: str) -> str:
    if len(title) <= _LONGEST:
        return title
    return title[:_LONGEST].rsplit(" ", 1)[0].rstrip(",;") + " …"
