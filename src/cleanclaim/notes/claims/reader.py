"""Hold the notes of claims against what is billed: rows of `note_facts`, which the edits of the families DOC and EM read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, Final

import polars as pl

from cleanclaim.encoder import Encoder
from cleanclaim.model import NOTE_FACTS, NOTE_WORDS, Batch
from cleanclaim.notes.claims import visit_note
from cleanclaim.notes.claims.folder import NoteFolder
from cleanclaim.notes.level.visits import PLACES, place_of_code
from cleanclaim.notes.suggest import INPATIENT, OUTPATIENT, Suggester
from cleanclaim.notes.suggestion import Evidence
from cleanclaim.notes.support import answer as verdict
from cleanclaim.notes.support.reading import Reading
from cleanclaim.notes.support.services import Billed
from cleanclaim.notes.support.supporter import Options, Supporter
from cleanclaim.reference.icd10cm import dotted
from cleanclaim.text.masking import showable

_LONGEST: Final = 200
"""The most characters of a note that a fact shows."""
_UNCLEAR: Final = "no code was found for a problem of the note: read the note"
_PARTLY: Final = (
    "the note has a word of the diagnosis, and doesn't name it as it is coded: read the note"
)
_INPATIENT: Final = ("11", "18", "21", "41")
_FINE: Final = frozenset((verdict.SUPPORTED, verdict.NOT_CHECKED))
Row = Mapping[str, Any]
Fact = dict[str, Any]


class NoteReader:
    """Reads the notes of claims.

    Args:
        folder: the notes.
        encoder: the code lists and their search.
    """

    def __init__(self, folder: NoteFolder, encoder: Encoder) -> None:
        self.folder = folder
        self._supporter = Supporter(encoder, Suggester(encoder))
        self._one_at_a_time = Lock()

    @classmethod
    def of(cls, path: str | Path, encoder: Encoder) -> NoteReader:
        """Return the reader of a folder.

        Raises:
            UnreadableFile: there is no such folder, or it has no notes.
        """
        return cls(NoteFolder.read(path), encoder)

    def __call__(self, batch: Batch) -> pl.DataFrame:
        """Return what the notes of the claims show; earlier claims are left out."""
        batch = showable(batch)
        own = batch.claims.filter(~pl.col("is_history").fill_null(value=False))
        lines = _by_claim(batch.lines)
        diagnoses = _by_claim(batch.diagnoses)
        facts: list[Fact] = []
        with self._one_at_a_time:
            for claim in own.iter_rows(named=True):
                key = claim["claim_key"]
                found = self._of_claim(claim, lines.get(key, []), diagnoses.get(key, []))
                facts.extend({"claim_key": key, **fact} for fact in found)
        return pl.DataFrame(facts, schema=NOTE_FACTS.schema) if facts else NOTE_FACTS.empty()

    def _of_claim(self, claim: Row, lines: list[Row], diagnoses: list[Row]) -> Iterator[Fact]:
        """Yield what the note of a claim shows."""
        note = self.folder.note_of(claim["claim_id"])
        if note is None or note.text is None:
            yield {
                "fact": "unread",
                "why": "no note for this claim"
                if note is None
                else "the note of this claim couldn't be read",
            }
            return
        first = claim["from_date"]
        if first is None:
            yield {
                "fact": "unread",
                "why": "the claim has no date, by which its note would be read",
            }
            return
        options = _options(claim, lines, first)
        reading = self._supporter.read(note.text, options)
        yield from self._of_diagnoses(reading, options, diagnoses)
        yield from self._of_lines(reading, options, lines)
        yield from _of_note(reading, claim, lines, diagnoses)

    def _of_diagnoses(
        self, reading: Reading, options: Options, diagnoses: list[Row]
    ) -> Iterator[Fact]:
        for row in diagnoses:
            code = row["diagnosis_code"]
            if (
                not code
                or row["icd_version"] != 10
                or row["diagnosis_type"] not in {None, "principal", "other"}
            ):
                continue
            found = self._supporter.judged(Billed(dotted(code), dotted(code)), reading, options)
            place = {"diagnosis_number": row["diagnosis_number"], "billed": found.code}
            if found.reason == verdict.PARTLY_NAMED:
                yield {**place, "fact": "unclear", "why": _PARTLY}
            elif (
                found.reason == verdict.ABSENT
                and found.verdict == verdict.UNSUPPORTED
                and reading.is_unclear
            ):
                yield {**place, "fact": "unclear", "why": _UNCLEAR}
            elif found.verdict not in _FINE:
                fact = f"diagnosis {found.reason}"
                yield {**place, "fact": fact, "better": found.better, "why": found.why, **_words(found.evidence)}  # fmt: skip

    def _of_lines(self, reading: Reading, options: Options, lines: list[Row]) -> Iterator[Fact]:
        for row in lines:
            code = row["procedure_code"]
            if not code:
                continue
            modifiers = tuple(row[f"modifier_{n}"] for n in range(1, 5) if row[f"modifier_{n}"])
            units = row["units"]
            billed = Billed(code, code, None if units is None else int(units), modifiers)
            found = self._supporter.judged(billed, reading, options)
            place = {"line_number": row["line_number"]}
            if found.verdict == verdict.NOT_CHECKED:
                yield {**place, "fact": "unknown", "billed": code, "why": found.why}
            elif found.verdict not in _FINE:
                kind = "visit" if place_of_code(code) else "service"
                if found.reason == verdict.OVER and found.better is None and reading.is_unclear:
                    yield {**place, "fact": "visit unclear", "billed": code, "why": _UNCLEAR}
                    continue
                yield {
                    **place, "fact": f"{kind} {found.reason}", "billed": code,
                    "better": found.better, "why": found.why, **_words(found.evidence),
                }  # fmt: skip


def _of_note(
    reading: Reading, claim: Row, lines: list[Row], diagnoses: list[Row]
) -> Iterator[Fact]:
    """Yield what a note shows of itself, and what nobody billed."""
    if words := visit_note.unsigned(reading.note):
        yield {"fact": "note unsigned", "why": "the note isn't signed", **_words((words,))}
    last = claim["to_date"] or claim["from_date"]
    if other := visit_note.other_day(reading.note, claim["from_date"], last):
        yield {"fact": "note other-day", "why": f"the note is of {other[0]}", **_words((other[1],))}
    dx = [dotted(row["diagnosis_code"]) for row in diagnoses if row["diagnosis_code"]]
    codes = [row["procedure_code"] for row in lines if row["procedure_code"]]
    for drug, words in (
        () if reading.is_unclear else visit_note.drugs_without_diagnosis(reading, dx)
    ):
        yield {"fact": "note drug", "why": drug, **_words((words,))}
    for name, words in visit_note.services_not_billed(reading, codes):
        yield {"fact": "note service", "why": name, **_words((words,))}
    for one in visit_note.diagnoses_not_billed(reading, dx):
        yield {
            "fact": "note diagnosis",
            "better": one.code,
            "why": one.title,
            **_words(tuple(one.evidence)),
        }


def _words(evidence: tuple[Evidence, ...]) -> Fact:
    """Return words of a note as columns of a fact."""
    if not evidence:
        return {}
    text = " … ".join(dict.fromkeys(" ".join(one.text.split()) for one in evidence[:3]))
    shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return {NOTE_WORDS: shown, "note_start": evidence[0].start, "note_end": evidence[0].end}


def _options(claim: Row, lines: list[Row], on: date) -> Options:
    """Return what a claim says about its visit."""
    is_inpatient = str(claim["bill_type_code"] or "").startswith(_INPATIENT)
    payer_class = claim["payer_class"]
    places = {
        row["place_of_service_code"] for row in lines if place_of_code(row["procedure_code"] or "")
    }
    place = next(iter(places)) if len(places) == 1 else None
    is_consultation = any(
        (place_of_code(row["procedure_code"] or "") or ("",))[0] == "consultation" for row in lines
    )
    return Options(
        on,
        INPATIENT if is_inpatient else OUTPATIENT,
        None,
        "consultation" if is_consultation else place if place in PLACES else None,
        "medicare"
        if payer_class == "medicare"
        else None
        if payer_class in {None, "unknown"}
        else "commercial",
    )


def _by_claim(table: pl.DataFrame) -> dict[int, list[Row]]:
    """Return the rows of each claim."""
    found: dict[int, list[Row]] = {}
    for row in table.iter_rows(named=True):
        found.setdefault(row["claim_key"], []).append(row)
    return found
