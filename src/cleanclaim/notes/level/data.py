"""The data that a visit reviews and analyzes: tests, documents, historian, interpretation, discussion.

Sources: CPT E/M guidelines 2021, 2023 and the errata of March 2023 (a test that is ordered may also
count as interpreted), in our own words. A test counts once; a test that the same practice bills
with its interpretation doesn't count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from cleanclaim.notes.level.answer import HIGH, LOW, MINIMAL, MODERATE, Element, Item
from cleanclaim.notes.level.wording import (
    clause,
    evidence_of,
    is_conditional,
    is_denied,
    matches,
    row_of,
    table_pattern,
)
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.tables import cue

_SILENT: Final = frozenset(("family", "pmh", "psh", "medications", "allergies", "social", "instructions", "ros"))  # fmt: skip
_PLACES: Final = frozenset(("plan", "assessment", "results", "narrative", "hpi", "procedure"))
_ORDER: Final = cue("data.order")
_REVIEW: Final = cue("data.review")
_OLD: Final = cue("data.old")
_HERE: Final = cue("data.here")
_BILLED: Final = cue("data.billed")
_READ: Final = cue("data.read")
_IMAGE: Final = cue("data.image")
_TALKED: Final = cue("data.talked")
_CALLED: Final = cue("data.called")
_FUTURE: Final = cue("data.future")
_DOCUMENT: Final = cue("data.document")
_SOURCES: Final = cue("data.sources")
_OWN: Final = cue("data.own")
_HISTORIAN: Final = cue("data.historian")
_REPORTS: Final = cue("data.reports")
_CHILD: Final = cue("data.child")
_CANNOT: Final = cue("data.cannot")
_DONE_TODAY: Final = cue("data.today")
_PART: Final = cue("data.part")
_TOLD: Final = cue("data.told")
_BOTH_FROM: Final = 2023


def data_of(note: str, passages: Sequence[Sentence], year: int) -> Element:
    """Return the element of data.

    Args:
        note: the note.
        passages: its sentences.
        year: the year of service.
    """
    own = [one for one in passages if one.section not in _SILENT]
    interpreted = list(_unique(_interpretations(note, own)))
    read = {one.what: [each.start for each in one.evidence] for one in interpreted if one.counts}
    tests = list(_tests(note, own, read, year))
    documents = list(_unique(_documents(note, own)))
    talks = list(_unique(chain(_discussions(note, own), _calls(note, own))))[:1]
    historians = [*_historians(note, own)][:1]
    pieces = sum(one.counts for one in (*tests, *documents))
    has_talk, has_reading = any(o.counts for o in talks), any(o.counts for o in interpreted)
    categories = [pieces + len(historians) >= 3, has_reading, has_talk]
    items = (*tests, *documents, *historians, *interpreted, *talks)
    if sum(categories) >= 2:
        rank, why = (
            HIGH,
            "two of: three tests, documents or historian; own interpretation; discussion with an outside clinician",
        )
    elif any(categories):
        reached = (
            "three tests, documents or historian",
            "own interpretation of a test",
            "discussion with an outside clinician",
        )
        rank, why = (
            MODERATE,
            next(words for words, is_met in zip(reached, categories, strict=True) if is_met),
        )
    elif pieces >= 2 or historians:
        rank, why = (
            LOW,
            "an independent historian"
            if historians and pieces < 2
            else f"{pieces} tests or documents",
        )
    else:
        rank, why = MINIMAL, "one test or document" if pieces else "no test, document or historian"
    return Element(rank, why, items, is_data=True)


def _unique(items: Iterator[Item]) -> Iterator[Item]:
    seen = set()
    for one in items:
        if (one.what, one.counts) not in seen:
            seen.add((one.what, one.counts))
            yield one


def _tests(
    note: str, passages: Sequence[Sentence], read: Mapping[str, Sequence[int]], year: int
) -> Iterator[Item]:
    """Yield each test once: ordered or reviewed at this visit, or mentioned and why it doesn't count."""
    found: dict[str, Item] = {}
    names, _ = table_pattern("tests", "names")
    for sentence in passages:
        if sentence.section not in _PLACES:
            continue
        for match in matches(note, sentence, names):
            row = row_of("tests", "names", match[0])
            if row["key"] == "ultrasound" and re.search(
                r"(?:guided|guidance)", note[match.end() : match.end() + 12]
            ):
                continue
            key = _key(note, match, row)
            reason = _why_not(note, sentence, match, row)
            if reason == "":
                continue
            is_same = any(
                sentence.start <= place < sentence.end for place in read.get(row["key"], ())
            )
            if reason is None and row["key"] in read and (year < _BOTH_FROM or is_same):
                reason = "counted as an own interpretation"
            item = Item(
                key,
                reason or "a test ordered or reviewed",
                counts=reason is None,
                evidence=(evidence_of(note, match),),
            )
            known = found.get(key)
            if (
                known is None
                or (
                    item.counts
                    and not known.counts
                    and not known.why.startswith("done and read here")
                )
                or (reason is not None and reason.startswith("done and read here"))
            ):
                found[key] = item
    yield from _without_parts(found)


def _key(note: str, match: re.Match[str], row: dict[str, str]) -> str:
    """Return what makes a test unique: for imaging the part of the body too."""
    if row["kind"] != "image" or row["key"] in {"echo", "mammogram", "dexa", "chest x-ray"}:
        return row["key"]
    around = note[max(0, match.start() - 25) : match.end() + 30].lower()
    part = _PART.search(around)
    if row["key"] == "x-ray" and part and part[0] == "chest":
        return "chest x-ray"
    return f"{row['key']} {part[0]}" if part else row["key"]


_PARTS: Final = {
    "creatinine": ("cmp", "bmp", "renal"), "potassium": ("cmp", "bmp", "renal"), "glucose": ("cmp", "bmp"),
    "hemoglobin": ("cbc",), "bmp": ("cmp",), "lft": ("cmp",),
}  # fmt: skip


def _without_parts(found: dict[str, Item]) -> Iterator[Item]:
    """Yield the tests; one that is part of a panel that counts doesn't count again."""
    for key, item in found.items():
        same = next((one for one in found if one.startswith(f"{key} ")), None)
        if same is not None and item.counts:
            yield Item(key, f"the same as {same}", counts=False, evidence=item.evidence)
            continue
        panel = next(
            (one for one in _PARTS.get(key, ()) if one in found and found[one].counts), None
        )
        if item.counts and panel:
            yield Item(key, f"part of the {panel}", counts=False, evidence=item.evidence)
        else:
            yield item


def _why_not(
    note: str, sentence: Sentence, match: re.Match[str], row: dict[str, str]
) -> str | None:
    """Return why a test doesn't count; None if it does, an empty text if it isn't worth a mention."""
    text = note[sentence.start : sentence.end]
    if _is_billed(text, row):
        return "done and read here: it is billed by itself"
    if _is_undone(note, sentence, match):
        return "not done"
    near = note[max(sentence.start, match.start() - 60) : min(sentence.end, match.end() + 60)]
    if _OLD.search(near):
        return "from an earlier visit or year"
    if sentence.section == "results":
        return None
    if is_conditional(note, sentence, *match.span()):
        return "only planned for later, or only considered"
    return None if _is_told(note, sentence, match) else ""


def _is_billed(text: str, row: dict[str, str]) -> bool:
    """Return true if the practice bills a test with its interpretation."""
    if _BILLED.search(text):
        return True
    is_read = _READ.search(text) or "interpret" in text.lower()
    if row["key"] == "x-ray" and _DONE_TODAY.search(text):
        return True
    return row["kind"] in {"image", "trace"} and bool(_HERE.search(text) and is_read)


def _is_undone(note: str, sentence: Sentence, match: re.Match[str]) -> bool:
    """Return true if a sentence says that a test isn't done; "no" before a comma is about something else."""
    near = replace(sentence, start=_after_comma(note, sentence, match.start()))
    text = note[sentence.start : sentence.end]
    has_result = re.search(r"\b(?:normal|negative|show|reveal)", text, re.IGNORECASE)
    return is_denied(note, near, *match.span()) and not has_result


def _is_told(note: str, sentence: Sentence, match: re.Match[str]) -> bool:
    """Return true if a test is ordered or reviewed here."""
    text = note[sentence.start : sentence.end]
    if sentence.section not in {"plan", "assessment"}:
        return _TOLD.search(text) is not None
    after = note[match.start() : sentence.end][:60]
    is_reviewed = re.search(r"\breview", clause(note, sentence, match.start()), re.IGNORECASE)
    has_cue = _ORDER.search(text) or _REVIEW.search(after) or is_reviewed
    return bool(has_cue) or sentence.listed or sentence.leads


def _after_comma(note: str, sentence: Sentence, start: int) -> int:
    """Return where the part of a sentence between commas begins."""
    comma = note.rfind(",", sentence.start, start)
    return comma + 1 if comma >= 0 else sentence.start


def _interpretations(note: str, passages: Sequence[Sentence]) -> Iterator[Item]:
    """Yield tests that the clinician read independently."""
    for sentence in passages:
        text = note[sentence.start : sentence.end]
        for match in matches(note, sentence, _READ):
            image = _IMAGE.search(
                note, max(sentence.start, match.start() - 40), min(sentence.end, match.end() + 80)
            )
            if image is None:
                continue
            after = note[match.end() : image.start()] if image.start() > match.end() else ""
            if re.search(r"\breports?\b|\bresults?\b", after, re.IGNORECASE) or re.search(
                rf"{re.escape(image[0])}\s+(?:reports?|results?)\b", text, re.IGNORECASE
            ):
                continue
            if is_denied(note, sentence, match.start(), match.end()):
                continue
            row = _row_of_image(image[0])
            evidence = (evidence_of(note, match), evidence_of(note, image))
            if _HERE.search(text) or _BILLED.search(text):
                yield Item(
                    row,
                    "done and read here: it is billed by itself",
                    counts=False,
                    evidence=evidence,
                )
            else:
                yield Item(row, "own interpretation", counts=True, evidence=evidence)
            break


def _row_of_image(word: str) -> str:
    names, _ = table_pattern("tests", "names")
    return row_of("tests", "names", word)["key"] if names.fullmatch(word) else word.lower()


def _discussions(note: str, passages: Sequence[Sentence]) -> Iterator[Item]:
    """Yield talks about management or a test with clinicians outside the group, or another proper source."""
    for sentence in passages:
        for match in matches(note, sentence, _TALKED):
            between = match["between"].lower()
            if _FUTURE.search(note[sentence.start : match.start()]) or re.search(
                r"\b(?:patient|referral|follow|option|role|need|possib)\w*", between
            ):
                continue
            if is_denied(note, sentence, match.start(), match.start()):
                continue
            if re.search(
                r"\b(?:my|our) (?:partner|colleague)|same (?:group|practice)",
                note[match.start() : sentence.end],
                re.IGNORECASE,
            ):
                yield Item(
                    "discussion",
                    "with a clinician of the same group",
                    counts=False,
                    evidence=(evidence_of(note, match),),
                )
                continue
            yield Item(
                "discussion",
                "with an outside clinician or another proper source",
                counts=True,
                evidence=(evidence_of(note, match),),
            )


def _calls(note: str, passages: Sequence[Sentence]) -> Iterator[Item]:
    """Yield calls to clinicians about the patient."""
    for sentence in passages:
        for match in matches(note, sentence, _CALLED):
            if not _FUTURE.search(note[sentence.start : match.start()]):
                why = "with an outside clinician or another proper source"
                yield Item("discussion", why, counts=True, evidence=(evidence_of(note, match),))


def _documents(note: str, passages: Sequence[Sentence]) -> Iterator[Item]:
    """Yield notes from outside that were reviewed, one for each source."""
    for sentence in passages:
        if sentence.section not in {*_PLACES, "complaint"}:
            continue
        for match in matches(note, sentence, _DOCUMENT):
            text = match[0]
            if is_denied(note, sentence, match.start(), match.start()) or _FUTURE.search(
                note[sentence.start : match.start()]
            ):
                continue
            if re.search(
                r"\b(?:request\w*|obtain|will be)\b",
                note[sentence.start : match.end()],
                re.IGNORECASE,
            ) and not re.search(r"\breviewed\b", text, re.IGNORECASE):
                continue
            around = note[max(sentence.start, match.start() - 40) : match.end()]
            sources = {(m["name"] or m["group"]).lower()[:6] for m in _SOURCES.finditer(around)}
            is_report = (match["what"] or "").lower().startswith("report") and not re.search(
                r"operative|outside", around, re.IGNORECASE
            )
            if _OWN.search(text) or not sources or is_report:
                if not is_report:
                    yield Item(
                        "document",
                        "not from an outside source, or the source isn't named",
                        counts=False,
                        evidence=(evidence_of(note, match),),
                    )
                continue
            yield Item(
                f"notes of {_source(around)}",
                "a document from outside",
                counts=True,
                evidence=(evidence_of(note, match),),
            )


def _source(text: str) -> str:
    """Return the source of a document: a place and its discharge summary are one."""
    named = [m["name"] or m["group"] for m in _SOURCES.finditer(text)]
    words = " ".join(named).lower()
    if re.search(r"\b(?:hospital|discharge|inpatient)", words):
        return "the hospital"
    if re.search(r"\b(?:ed|er|emergency)\b", words):
        return "the emergency department"
    return next(
        (one.lower() for one in named if one.lower() not in {"outside", "external"}),
        "an outside source",
    )


def _historians(note: str, passages: Sequence[Sentence]) -> Iterator[Item]:
    """Yield an independent historian."""
    is_child = _CHILD.search(note[:600]) is not None
    for sentence in passages:
        for match in matches(note, sentence, _HISTORIAN):
            if (
                not is_denied(note, sentence, match.start(), match.start())
                and "family history" not in match[0].lower()
            ):
                yield Item(
                    "historian",
                    "an independent historian",
                    counts=True,
                    evidence=(evidence_of(note, match),),
                )
        for match in (
            matches(note, sentence, _REPORTS)
            if sentence.section in {"hpi", "complaint", "narrative"}
            else ()
        ):
            if is_child or _CANNOT.search(note, sentence.start, sentence.end):
                yield Item(
                    "historian",
                    "an independent historian",
                    counts=True,
                    evidence=(evidence_of(note, match),),
                )
