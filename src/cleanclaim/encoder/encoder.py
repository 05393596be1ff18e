"""The encoder: one object that answers for all code lists of a reference."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final

from cleanclaim.encoder import index
from cleanclaim.encoder.codebook import Book
from cleanclaim.encoder.lookup import Page, near, pages
from cleanclaim.encoder.procedure import Asked
from cleanclaim.encoder.search import Result, Searcher
from cleanclaim.encoder.systems import SYSTEMS
from cleanclaim.errors import ConfigError
from cleanclaim.reference import Reference
from cleanclaim.reference.tabular import Progress

if TYPE_CHECKING:
    from cleanclaim.encoder.changes import Changes
    from cleanclaim.encoder.crosswalk import Crosswalk
    from cleanclaim.encoder.impact import Impact

_SPELLINGS: Final = {name.lower().replace("-", "").replace(" ", ""): name for name in SYSTEMS}


class Encoder:
    """Looks codes up, searches them, and maps them; keeps what it read for the next question.

    Args:
        reference: the dated tables; by default the embedded ones and the user's store.
        progress: told how far the search index is, where it has to be made.

    >>> encoder = Encoder()
    >>> encoder.lookup("E11.9", on=date(2026, 5, 12))[0].title
    'Type 2 diabetes mellitus without complications'
    """

    def __init__(
        self, reference: Reference | None = None, progress: Progress | None = None
    ) -> None:
        self.reference = reference or Reference.load()
        self.book = Book(self.reference)
        self._progress = progress
        self._making = RLock()

    @cached_property
    def _searcher(self) -> Searcher:
        with self._making:
            return Searcher(index.load(self.reference, self._progress))

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
        """What there is to know of a code.

        Args:
            code: with or without its dot.
            on: the day of service; by default today.
            locality: for prices, MAC number and locality of the GPCI file, such as 0111205.
            indicator: NCCI pairs of this modifier indicator only.
            pairs: so many NCCI pairs a page; 0 for none, which is quicker.
            page: which page of them.

        Returns:
            A page for each system that knows the code, the one in force first; none where no list and no form knows it.
        """
        asked = Asked(on or _today(), locality, indicator, pairs, page)
        return pages(code, asked, self.book)

    def near(self, code: str) -> list[str]:
        """Codes that look like one that there is not."""
        return near(code, self.book)

    def search(
        self, text: str, *, system: str | None = None, on: date | None = None, limit: int = 10
    ) -> list[Result]:
        """Codes by words, or by the beginning of a code.

        Args:
            text: what is looked for.
            system: icd10cm, icd9cm, hcpcs or cpt; by default all.
            on: the day on which the codes shall be in force; by default today.
            limit: so many results at most.

        Returns:
            Billable codes, what fits best first; then categories.

        Raises:
            ConfigError: there is no such system.
        """
        return self._searcher.search(
            text, on=on or _today(), systems=systems_of(system), limit=limit
        )

    def crosswalk(
        self,
        code: str,
        *,
        to: str | None = None,
        on: date | None = None,
        history: Iterable[str | Path] = (),
    ) -> Crosswalk:
        """Every mapping of a code: other revisions, successors, coverage policies, the user's own history.

        Args:
            code: with or without its dot.
            to: only to this system: icd10cm, icd9cm, hcpcs or cpt.
            on: the day on which targets shall be in force; by default today.
            history: the user's claims, or plain tables of paid lines.

        Raises:
            ConfigError: there is no such system.
            InputError: a file of the history cannot be read.
        """
        from cleanclaim.encoder.crosswalk import crosswalk  # noqa: PLC0415 - start-up: looking up and searching do without

        paths = list(history)
        own = None
        if paths:
            from cleanclaim.encoder.usage import history as past  # noqa: PLC0415 - it brings the reader of claims

            own = past(paths, self.reference)
        target = None if to is None else next(iter(systems_of(to)))
        return crosswalk(code, on or _today(), self.book, target, own)

    def changes(
        self, before: date | str, after: date | str, *, tables: Collection[str] | None = None
    ) -> Changes:
        """What changed between two days.

        Args:
            before: a day; or a fiscal year (FY2026), a quarter (2026Q1), a day or a release as text.
            after: the same.
            tables: only these; where two releases are named, by default the tables that both are releases of.

        Raises:
            ConfigError: a word stands for no day, or there is no such table.
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
            raise ConfigError([f"there is no table '{unknown[0]}' (cleanclaim reference list)"])
        return module.changes(days[0], days[1], self.book, chosen)

    def impact(self, found: Changes, paths: Iterable[str | Path]) -> Impact:
        """What of the user's own claims, templates and favourites a change touches.

        Args:
            found: what changed.
            paths: claims (837, tables), or lists of codes.

        Raises:
            InputError: a file cannot be read, or holds no code.
        """
        from cleanclaim.encoder.impact import impact  # noqa: PLC0415 - it brings the reader of claims

        return impact(found, paths, self.reference)

    def export(
        self, folder: Path, *, on: date | None = None, form: str = "csv"
    ) -> list[tuple[Path, int]]:
        """Write the code lists of a day as tables; see `encoder.export`."""
        from cleanclaim.encoder.export import export  # noqa: PLC0415 - start-up

        return export(self.book, on or _today(), folder, form)


def systems_of(name: str | None) -> Collection[str]:
    """The systems that a name stands for.

    Raises:
        ConfigError: it stands for none.
    """
    if name is None:
        return SYSTEMS
    plain = name.lower().replace("-", "").replace(" ", "")
    if plain not in _SPELLINGS:
        raise ConfigError([f"there is no system '{name}'; there are {', '.join(_SPELLINGS)}"])
    return (_SPELLINGS[plain],)


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the user's own day
