"""Whether a note supports billed codes: one reading of the note for all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

from cleanclaim.encoder import Encoder
from cleanclaim.errors import ConfigError
from cleanclaim.notes.level import answer as levels
from cleanclaim.notes.level.answer import Level
from cleanclaim.notes.level.extras import LONGITUDINAL, MEDICARE
from cleanclaim.notes.level.leveler import Leveler
from cleanclaim.notes.level.leveler import Options as LevelOptions
from cleanclaim.notes.level.units import sentences_of, units_of
from cleanclaim.notes.level.visits import place_of_code
from cleanclaim.notes.special import LONG_TERM
from cleanclaim.notes.suggest import INPATIENT, OUTPATIENT, Suggester
from cleanclaim.notes.suggest import Options as NoteOptions
from cleanclaim.notes.support import answer as verdict
from cleanclaim.notes.support import diagnoses, services
from cleanclaim.notes.support.answer import Support
from cleanclaim.notes.support.reading import Reading
from cleanclaim.notes.support.services import Billed
from cleanclaim.notes.support.titles import Titles
from cleanclaim.notes.tables import rows

_GIVEN: Final = re.compile(
    r"(?P<code>\d{4}[0-9A-Z]|[A-CE-V]\d{4}(?![.0-9A-WYZ])|[A-Z]\d[0-9A-Z.]{1,6})(?:[X*](?P<units>\d{1,3}))?(?P<modifiers>(?:-[A-Z0-9]{2})*)"
)
_PROCEDURE: Final = re.compile(r"\d{4}[0-9A-Z]|[A-CE-V]\d{4}")
_COMMERCIAL_ONLY: Final = "99417"
"""A prolonged service that Medicare doesn't take."""
_ADD_ONS: Final = frozenset((LONGITUDINAL, *(row["code"] for row in rows("prolonged_times"))))
_NO_LASTING_CARE: Final = "the note doesn't tell of lasting care by this practice, or another service of the day excludes it"
_TOO_SHORT: Final = "the note doesn't state the minutes that it takes"
_OF_LEVEL: Final = {
    levels.SUPPORTED: (verdict.SUPPORTED, verdict.FINE),
    levels.UNDER: (verdict.PARTLY, verdict.UNDER),
    levels.OVER: (verdict.UNSUPPORTED, verdict.OVER),
    levels.WRONG_CATEGORY: (verdict.CONTRADICTED, verdict.WRONG_CATEGORY),
}


@dataclass(frozen=True, slots=True)
class Options:
    """What is known of a visit besides its note.

    Attributes:
        on: the date of service.
        setting: outpatient or inpatient.
        patient: new or established.
        place: the place of the visit.
        payer: medicare or commercial.
    """

    on: date
    setting: str = OUTPATIENT
    patient: str | None = None
    place: str | None = None
    payer: str | None = None


class Supporter:
    """Judges billed codes by notes; keeps what it read for the next note.

    Args:
        encoder: the code lists and their search.
        suggester: finds the conditions of a note.
    """

    def __init__(self, encoder: Encoder, suggester: Suggester) -> None:
        self._encoder = encoder
        self._suggester = suggester
        self._leveler = Leveler(suggester)
        self._titles = lru_cache(4)(self._titles_on)

    def _titles_on(self, on: date) -> Titles:
        """Return the titles of the codes of a day."""

        def full(code: str) -> str | None:
            found = self._encoder.search(code, system="icd10cm", on=on, limit=2)
            return next((one.title for one in found if one.code == code), None)

        return Titles(self._encoder.index, full)

    def support(self, note: str, codes: Sequence[str], options: Options) -> list[Support]:
        """Return the verdict on each code.

        Args:
            note: the text.
            codes: diagnosis and procedure codes; a procedure with its units and modifiers is 97110x2-GP.
            options: what else is known.

        Raises:
            ConfigError: a code isn't written as one.
        """
        billed = [billed_of(code) for code in codes]
        reading = self.read(note, options)
        return [self.judged(one, reading, options) for one in billed]

    def read(self, note: str, options: Options) -> Reading:
        """Return a note, read for its codes."""
        found = self._suggester.suggest(note, NoteOptions(options.on, options.setting))
        suggestions = [one for one in found if one.rule != LONG_TERM]  # drugs are judged by name
        passages = sentences_of(note)
        units = units_of(note, passages, suggestions)
        return Reading(note, passages, suggestions, units, options.setting == INPATIENT)

    def level(self, reading: Reading, options: Options, billed: str | None) -> Level:
        """Return the level of a visit."""
        asked = LevelOptions(options.on, options.patient, options.place, options.payer, billed)
        return self._leveler.level(reading.note, asked, reading.suggestions)

    def judged(self, billed: Billed, reading: Reading, options: Options) -> Support:
        """Return the verdict on a code."""
        if not _PROCEDURE.fullmatch(billed.code):
            titles = self._titles(self._encoder.searcher.period(options.on))
            return diagnoses.judged(billed.code, reading, titles)
        if place_of_code(billed.code):
            return self._visit(billed, reading, options)
        if billed.code in _ADD_ONS:
            return self._add_on(billed, reading, options)
        return services.judged(billed, reading)

    def _add_on(self, billed: Billed, reading: Reading, options: Options) -> Support:
        """Return the verdict on a prolonged service or G2211, by what goes with the visit that the note supports."""
        if billed.code == _COMMERCIAL_ONLY and options.payer == MEDICARE:
            return Support(billed.given, verdict.UNSUPPORTED, verdict.WRONG_CATEGORY, "Medicare takes G2212 instead", better="G2212")  # fmt: skip
        payer = MEDICARE if billed.code.startswith("G") else "commercial"
        found = self.level(reading, replace(options, payer=payer), None)
        own = next((one for one in found.add_ons if one.code == billed.code), None)
        if own is None:
            why = _NO_LASTING_CARE if billed.code == LONGITUDINAL else _TOO_SHORT
            return Support(billed.given, verdict.UNSUPPORTED, verdict.NOT_DONE, why, found.time.evidence)  # fmt: skip
        if billed.units is not None and billed.units > own.units:
            better = f"{billed.code}x{own.units}"
            return Support(billed.given, verdict.PARTLY, verdict.TOO_MANY_UNITS, own.why, own.evidence, better)  # fmt: skip
        return Support(billed.given, verdict.SUPPORTED, verdict.FINE, own.why, own.evidence)

    def _visit(self, billed: Billed, reading: Reading, options: Options) -> Support:
        """Return the verdict on a visit code, by its level."""
        found = self.level(reading, options, billed.code)
        if found.billed is None:
            return Support(billed.given, verdict.NOT_CHECKED, verdict.ABSENT, found.why)
        kind, reason = _OF_LEVEL[found.billed[1]]
        better = found.code if found.code != billed.code else None
        evidence = tuple(
            words for one in found.problems.items if one.counts for words in one.evidence
        )
        evidence = found.time.evidence if found.basis == "time" else evidence
        has_25 = any(one.code == "25" for one in found.modifiers)
        is_bare = found.code is None or kind == verdict.SUPPORTED
        is_bare = is_bare and not has_25 and _has_procedure(found)
        if "25" in billed.modifiers and is_bare:
            why = "no work separate from the procedure is documented"
            return Support(
                billed.given, verdict.UNSUPPORTED, verdict.NO_SEPARATE_WORK, why, evidence
            )
        return Support(billed.given, kind, reason, found.billed[2], evidence, better)


def _has_procedure(found: Level) -> bool:
    return any(one.what == "procedure" for one in found.risk.items)


def billed_of(given: str) -> Billed:
    """Return a code as it was given, with its units and modifiers.

    Raises:
        ConfigError: it isn't written as a code.

    >>> billed_of("97110x2-GP")
    Billed(given='97110x2-GP', code='97110', units=2, modifiers=('GP',))
    """
    match = _GIVEN.fullmatch(given.strip().upper())
    if match is None:
        raise ConfigError(["codes: expected codes such as M54.50, 99213 or 97110x2-GP"])
    units = int(match["units"]) if match["units"] else None
    modifiers = tuple(one for one in match["modifiers"].split("-") if one)
    return Billed(given, match["code"], units, modifiers)
