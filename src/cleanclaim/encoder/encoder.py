"""The encoder: one object that answers questions about a reference's code lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final

from cleanclaim.encoder.codebook import Codebook
from cleanclaim.encoder.lookup import Page, near, pages
from cleanclaim.encoder.procedure import Options
from cleanclaim.encoder.systems import SYSTEMS
from cleanclaim.errors import ConfigError
from cleanclaim.reference import Reference
from cleanclaim.reference.tabular import Progress

if (
    TYPE_CHECKING
):  # a look-up needs none of these: what searches is imported when something is searched
    from cleanclaim.encoder.answer import Answer
    from cleanclaim.encoder.changes import Changes
    from cleanclaim.encoder.crosswalk import Crosswalk
    from cleanclaim.encoder.impact import Impact
    from cleanclaim.encoder.index import Index
    from cleanclaim.encoder.result import Result
    from cleanclaim.encoder.search import Searcher

_SPELLINGS: Final = {name.lower().replace("-", "").replace(" ", ""): name for name in SYSTEMS}


class Encoder:
    """Looks up, searches and maps codes; keeps what it read for the next question.

    Args:
        reference: the dated tables; by default the embedded ones and the user's store.
        progress: called with the progress while the search index is built.

    >>> encoder = Encoder()
    >>> encoder.lookup("E11.9", on=date(2026, 5, 12))[0].title
    'Type 2 diabetes mellitus without complications'
    """

    def __init__(
        self, reference: Reference | None = None, progress: Progress | None = None
    ) -> None:
        self.reference = reference or Reference.load()
        self.book = Codebook(self.reference)
        self._progress = progress
        self._making = RLock()

    @cached_property
    def searcher(self) -> Searcher:
        """The search by words, without combinations of codes."""
        from cleanclaim.encoder.search import Searcher  # noqa: PLC0415

        with self._making:
            return Searcher(self.index)

    @cached_property
    def index(self) -> Index:
        """Every term of the code lists, with its words and the codes that it leads to."""
        from cleanclaim.encoder import index  # noqa: PLC0415

        with self._making:
            return index.load(self.reference, self._progress)

    def lookup(
        self,
        code: str,
        *,
        on: date | None = None,
        locality: str | None = None,
        indicator: int | None = None,
        pairs: int = 20,
        page: int = 1,
    ) -> list[Page]:
        """Return everything there is to know about a code.

        Args:
            code: with or without its dot.
            on: the date of service; by default today.
            locality: for prices, the MAC number and locality from the GPCI file, such as 0111205.
            indicator: only NCCI pairs with this modifier indicator.
            pairs: NCCI pairs per page; 0 for none, which is faster.
            page: the page of NCCI pairs to show.

        Returns:
            One page per system that knows the code, the one in force first; empty if no list has
            the code and its format is unknown.
        """
        options = Options(on or _today(), locality, indicator, pairs, page)
        return pages(code, options, self.book)

    def near(self, code: str) -> list[str]:
        """Return codes that look like one that doesn't exist."""
        return near(code, self.book)

    def search(
        self, text: str, *, system: str | None = None, on: date | None = None, limit: int = 10
    ) -> list[Result]:
        """Find codes by words, or by the start of a code.

        Args:
            text: what to look for.
            system: icd10cm, icd9cm, hcpcs or cpt; by default all.
            on: the day on which the codes must be in force; by default today.
            limit: the most results to return.

        Returns:
            Billable codes, the best first; then categories. Codes that lack a key word have `fits` false.

        Raises:
            ConfigError: the system is unknown.
        """
        return list(self.answer(text, system=system, on=on, limit=limit).results)

    def answer(
        self, text: str, *, system: str | None = None, on: date | None = None, limit: int = 10
    ) -> Answer:
        """Search like `search`, and also say which words weren't understood, and which lists weren't searched.

        Args:
            text: what to look for.
            system: icd10cm, icd9cm, hcpcs or cpt; by default all.
            on: the day on which the codes must be in force; by default today.
            limit: the most results to return.

        Raises:
            ConfigError: the system is unknown.
        """
        from cleanclaim.encoder.answer import answer  # noqa: PLC0415

        day = on or _today()
        return answer(text, self.searcher, self.book, day, systems_of(system), limit)

    def crosswalk(
        self,
        code: str,
        *,
        to: str | None = None,
        on: date | None = None,
        history: Iterable[str | Path] = (),
    ) -> Crosswalk:
        """Return every mapping of a code: other code sets, successors, coverage policies, the user's own history.

        Args:
            code: with or without its dot.
            to: only to this system: icd10cm, icd9cm, hcpcs or cpt.
            on: the day on which targets must be in force; by default today.
            history: the user's claims, or plain tables of paid lines.

        Raises:
            ConfigError: the system is unknown.
            InputError: a history file can't be read.
        """
        from cleanclaim.encoder.crosswalk import crosswalk  # noqa: PLC0415 - start-up: lookup and search don't need it

        paths = list(history)
        own = None
        if paths:
            from cleanclaim.encoder.usage import history as past  # noqa: PLC0415 - it loads the claim reader

            own = past(paths, self.reference)
        target = None if to is None else next(iter(systems_of(to)))
        return crosswalk(code, on or _today(), self.book, target, own)

    def changes(
        self, before: date | str, after: date | str, *, tables: Collection[str] | None = None
    ) -> Changes:
        """Return what changed between two days.

        Args:
            before: a day; or a fiscal year (FY2026), a quarter (2026Q1), a day or a release as
                text.
            after: the same.
            tables: only these tables. If both sides are releases, the default is the tables that
                they share.

        Raises:
            ConfigError: a day or a table is unknown.
        """
        from cleanclaim.encoder import changes as module  # noqa: PLC0415 - start-up

        days = [
            module.day_of(one, self.reference) if isinstance(one, str) else one
            for one in (before, after)
        ]
        named = [one for one in (before, after) if isinstance(one, str)]
        chosen = tables or module.tables_of(named, self.reference) or None
        unknown = sorted(set(chosen or ()) - set(self.reference.names()))
        if unknown:
            raise ConfigError(
                [f"'{unknown[0]}' isn't a known table (see cleanclaim reference list)"]
            )
        return module.changes(days[0], days[1], self.book, chosen)

    def impact(self, found: Changes, paths: Iterable[str | Path]) -> Impact:
        """Return which of the user's claims, templates and favorites a change affects.

        Args:
            found: what changed.
            paths: claims (837 files or tables), or lists of codes.

        Raises:
            InputError: a file can't be read, or has no codes.
        """
        from cleanclaim.encoder.impact import impact  # noqa: PLC0415 - it loads the claim reader

        return impact(found, paths, self.reference)

    def export(
        self, folder: Path, *, on: date | None = None, form: str = "csv"
    ) -> list[tuple[Path, int]]:
        """Write the code lists of a day as tables; see `encoder.export`."""
        from cleanclaim.encoder.export import export  # noqa: PLC0415 - start-up

        return export(self.book, on or _today(), folder, form)


def systems_of(name: str | None) -> Collection[str]:
    """Return the systems that a name means.

    Raises:
        ConfigError: the name is unknown.
    """
    if name is None:
        return SYSTEMS
    plain = name.lower().replace("-", "").replace(" ", "")
    if plain not in _SPELLINGS:
        raise ConfigError(
            [f"'{name}' isn't a known code system; choose from {', '.join(_SPELLINGS)}"]
        )
    return (_SPELLINGS[plain],)


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the user's own day
