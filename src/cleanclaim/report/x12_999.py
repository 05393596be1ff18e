"""The answer to the form of an 837: X12 999 (005010X231A1), one group for each group of the file.

A segment at fault is an IK3 with its place, a CTX with the claim's number, and an IK4 for each element. The value of an element is repeated only if
it can't be a patient's. Doubtful form (ENV006) rejects nothing and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO, Final

import polars as pl

from cleanclaim.report.result import Report
from cleanclaim.report.x12_out import Envelope, Group, Interchange, Transaction, Writer, envelopes

GUIDE: Final = "005010X231A1"
_SEGMENT_CODES: Final = {"unknown": "1", "missing": "3", "repeated": "5", "outside": "2"}
_ELEMENT_CODES: Final = {
    "absent": "1",
    "too many elements": "3",
    "too many components": "3",
    "too short": "4",
    "too long": "5",
    "not an allowed code": "7",
    "count": "7",
    "control": "7",
}
_DATE: Final = re.compile(r"a date|two dates")
_ELEMENT: Final = re.compile(r"([A-Z][A-Z0-9]{1,2})(\d{2})(?:-(\d{1,2}))?")
_SEGMENT: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_NO_NAME: Final = "N/A"
"""In place of a segment's name that is no name, and may be anything: IK301 has two or three characters."""
_HIDDEN: Final = re.compile(r"\d+ characters?")
_ENVELOPE: Final = frozenset({"ISA", "IEA", "GS", "GE"})
_OF_CLAIMS: Final = frozenset({"2300", "2400"})
_LOOPS: Final = {"20": "2000A", "22": "2000B", "23": "2000C"}


def write(results: Report, out: BinaryIO) -> None:
    """Write one interchange for each interchange of the files.

    Raises:
        InputError: no 837 file was checked, or one can't be read again.
    """
    made = datetime.now().astimezone()
    faults = results.batch.syntax_faults.filter(pl.col("fault") != "ENV006")
    ids = dict(results.batch.claims.select("claim_key", "claim_id").iter_rows())
    for envelope in envelopes(results):
        own = faults.filter(pl.col("file") == envelope.name).sort("segment_number", nulls_last=True)
        rows = own.to_dicts()
        out.writelines(
            _interchange(envelope, interchange, rows, ids, made)
            for interchange in envelope.interchanges
        )


def _interchange(
    envelope: Envelope,
    interchange: Interchange,
    faults: list[dict[str, Any]],
    ids: dict[int, str | None],
    made: datetime,
) -> bytes:
    groups = [group for group in interchange.groups if group.transactions]
    writer = Writer(interchange, groups[0] if groups else None, made)
    if groups:
        writer.open_group("FA", GUIDE)
    numbers: set[str] = set()
    for group in groups:
        writer.open_set("999", GUIDE)
        writer.segment("AK1", group.kind or "HC", group.control or "1", group.version)
        accepted = sum(_transaction(writer, envelope, one, faults, ids) for one in group.transactions)  # fmt: skip
        _close(writer, group, accepted, faults, is_again=group.control in numbers)
        numbers.add(group.control)
        writer.close_set()
    if groups:
        writer.close_group()
    return writer.to_bytes(1 if groups else 0)


def _close(
    writer: Writer, group: Group, accepted: int, faults: list[dict[str, Any]], *, is_again: bool
) -> None:
    received = len(group.transactions)
    status = "A" if accepted == received else "P" if accepted else "R"
    declared = group.declared if group.declared and group.declared.isdigit() else str(received)
    last = group.transactions[-1].last
    of_group = {one["element"] for one in faults if one["segment_number"] in {last + 1, group.first}}  # fmt: skip
    codes = [code for element, code in (("GE", "3"), ("GE02", "4"), ("GE01", "5")) if element in of_group]  # fmt: skip
    codes += ["19"] if is_again else []
    if codes and status == "A":
        status = "E"
    writer.segment("AK9", status, declared, received, accepted, *codes)


def _transaction(
    writer: Writer,
    envelope: Envelope,
    one: Transaction,
    faults: list[dict[str, Any]],
    ids: dict[int, str | None],
) -> bool:
    """Answer one transaction; True if it is accepted."""
    own = [row for row in faults if row["segment_number"] and one.first <= row["segment_number"] <= one.last]  # fmt: skip
    writer.segment("AK2", one.kind, one.control or "0001", one.guide)
    trailer = [code for element, code in (("SE", "2"), ("SE02", "3"), ("SE01", "4")) if any(row["element"] == element for row in own)]  # fmt: skip
    segments = [row for row in own if row["element"] not in {"SE", "SE01", "SE02"}]
    for number, name, rows in _by_segment(envelope, segments):
        _segment(writer, envelope, one, (number, name, rows), ids)
    codes = [*(["5"] if segments else []), *trailer, *(["23"] if one.is_again else [])]
    writer.segment("IK5", "R" if codes else "A", *codes)
    return not codes


def _by_segment(envelope: Envelope, rows: list[dict[str, Any]]) -> Iterator[tuple[int, str, list[dict[str, Any]]]]:  # fmt: skip
    """The faults of each segment; a missing segment stands for itself."""
    groups: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in rows:
        number = row["segment_number"]
        element = row["element"] or ""
        own = _ELEMENT.fullmatch(element)
        name = own[1] if own else element.partition(" ")[0]  # NM1 PR: a segment with its qualifier
        is_named = name.isupper() and len(name) <= 3
        key = number, name if is_named else envelope.names[number]
        told = groups.setdefault(key, [])
        if all((row["element"], row["kind"]) != (one["element"], one["kind"]) for one in told):
            told.append(row)
    for (number, name), found in groups.items():
        yield number, name, found


def _segment(
    writer: Writer,
    envelope: Envelope,
    one: Transaction,
    at: tuple[int, str, list[dict[str, Any]]],
    ids: dict[int, str | None],
) -> None:
    number, name, rows = at
    of_elements = [row for row in rows if _ELEMENT.fullmatch(row["element"] or "")]
    of_segment = [row for row in rows if row not in of_elements]
    codes = [_segment_code(row) for row in of_segment] or ["8"]
    place, loop = number - one.first + 1, _loop(envelope, number, rows[0])
    shown = name if _SEGMENT.fullmatch(name) else _NO_NAME
    for code in dict.fromkeys(codes):
        writer.segment("IK3", shown, place, loop, code)
        claim = next((ids.get(row["claim_key"]) for row in rows if row["claim_key"] is not None), None)  # fmt: skip
        if claim and loop in _OF_CLAIMS:
            writer.segment("CTX", writer.composite("CLM01", claim))
    for row in of_elements if "8" in codes else ():
        _element(writer, row)


def _segment_code(row: dict[str, Any]) -> str:
    kind = row["kind"] or ""
    if row["fault"] == "ENV005":
        return "3"
    if kind.startswith(("misplaced", "not ")):
        return "2"
    return _SEGMENT_CODES.get(kind, "5" if "more" in kind or "most" in kind else "8")


def _element(writer: Writer, row: dict[str, Any]) -> None:
    found = _ELEMENT.fullmatch(row["element"])
    assert found is not None  # noqa: S101 - `_segment` has chosen such rows
    place = writer.composite(int(found[2]), *([int(found[3])] if found[3] else []))
    shown = row["found"]
    value = None if shown is None or _HIDDEN.fullmatch(shown) else shown
    writer.segment("IK4", place, "", _element_code(row), value)


def _element_code(row: dict[str, Any]) -> str:
    kind, expected = row["kind"] or "", row["expected"] or ""
    if kind == "wrong type":
        return "8" if _DATE.match(expected) else "9" if expected.startswith("a time") else "6"
    return _ELEMENT_CODES.get(kind, "7")


def _loop(envelope: Envelope, number: int, row: dict[str, Any]) -> str:
    if row["line_number"]:
        return "2400"
    above = envelope.names.before(number + 1, "CLM", "HL", "ST")
    if above and envelope.names[above] == "CLM":
        return "2300"
    if envelope.names[number] in _ENVELOPE:
        return ""
    level = envelope.names.before(number + 1, "HL", "ST")
    if not level or envelope.names[level] != "HL":
        return ""
    return _LOOPS.get(envelope.file.element(level, "HL03") or "", "")
