"""A search's answer: the codes, the words that no list has, and the lists that weren't searched."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cleanclaim.encoder.codebook import Codebook
from cleanclaim.encoder.combined import together
from cleanclaim.encoder.result import Result
from cleanclaim.encoder.search import Searcher
from cleanclaim.encoder.systems import CPT, HCPCS, ICD10, plain, procedure_kind


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found, and what it didn't understand.

    Attributes:
        query: the text.
        results: the codes; those that fit are first.
        unmatched: the words of the query that none of the results has.
        not_searched: the lists that aren't loaded, each with what brings it.
        code_format: if the text has the format of a procedure code that no list has, what its format says.
    """

    query: str
    results: tuple[Result, ...]
    unmatched: tuple[str, ...] = ()
    not_searched: tuple[str, ...] = ()
    code_format: str | None = None

    @property
    def fits(self) -> bool:
        """Return True if a code fits the query."""
        return any(one.fits for one in self.results)

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as the JSON contract defines it."""
        return {
            "query": self.query,
            "fits": self.fits,
            "unmatched": list(self.unmatched),
            "not_searched": list(self.not_searched),
            "code_format": self.code_format,
            "results": [one.as_dict() for one in self.results],
        }


def answer(
    text: str,
    searcher: Searcher,
    book: Codebook,
    on: date,
    systems: Collection[str],
    limit: int,
) -> Answer:
    """Search, and say what wasn't understood.

    Args:
        text: the query.
        searcher: the search index.
        book: the code lists.
        on: the day on which codes must be in force.
        systems: the systems to search.
        limit: the most results.
    """
    found = searcher.search(text, on=on, systems=systems, limit=limit)
    if ICD10 in systems:
        several = together(text, found, lambda words, most: searcher.search(words, on=on, systems=(ICD10,), limit=most), book)  # fmt: skip
        codes = {one.code for one in several}
        found = [*several, *(one for one in found if one.code not in codes)][:limit]
    shown = tuple(one if one.title else replace(one, made_title=book.made_title(plain(one.code), on)) for one in found)  # fmt: skip
    kind = procedure_kind(plain(text))
    is_known = any(one.code == plain(text) for one in shown)
    return Answer(
        text,
        shown,
        tuple(_unmatched(text, shown, searcher)),
        tuple(_not_searched([kind.system] if kind and not is_known else systems, shown, book)),
        f"{kind.system} {kind.category}" if kind and not is_known else None,
    )


def _unmatched(text: str, found: Sequence[Result], searcher: Searcher) -> Iterator[str]:
    """Yield the words that none of the results has."""
    if not found:
        yield from (word for word in text.split() if not searcher.knows(word))
        return
    roles = [one for one in found if one.role]
    if roles:
        return
    common = set(found[0].missed).intersection(*(one.missed for one in found))
    yield from (word for word in found[0].missed if word in common)


def _not_searched(
    systems: Collection[str], found: Sequence[Result], book: Codebook
) -> Iterator[str]:
    """Yield the lists that aren't loaded, each with what brings it."""
    reference = book.reference
    if found and found[0].source == "code":
        return
    if HCPCS in systems and not reference.whole("hcpcs"):
        yield "HCPCS Level II (drugs, supplies, equipment): cleanclaim reference import (or update) CMS's HCPCS file"
    if CPT in systems and not reference.whole("cpt"):
        yield "CPT: cleanclaim reference import your licensed CPT files"
    is_indexed = "icd10cm_index" in reference.names()
    if ICD10 in systems and not is_indexed and not any(one.fits for one in found):
        yield "the ICD-10-CM index and table of drugs: cleanclaim reference import (or update) NCHS's index files"
