"""The Medicare Code Editor's flags for diagnoses, from its Java program: the protocol buffer `mce.bin` in the jar.

The numbers of the message's fields aren't published. So the file is read by its wire format, and
each field is identified by its content: codes, days, the editor's words. Anything that doesn't fit
is refused, so that nothing is guessed. Of its lists, only the ICD-10-CM list is used: it is the
only one whose codes all have that format.

Source: CMS, "Definitions of Medicare Code Edits" and the Medicare Code Editor software, on the page
of the MS-DRG software.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import Importer, Loaded, Part, or_open, refuse
from cleanclaim.reference.release import Release

_NAME: Final = "mce.bin"
_CODE: Final = re.compile(rb"[A-Z]\d[0-9A-Z]{1,5}")
_DAY: Final = re.compile(rb"(19|20)\d{6}")
_VERSION: Final = re.compile(r"\d{3}")
_LONG: Final = 1_000
"""From this many bytes, a field of the message is a list and not a word."""
_SAMPLE: Final = 5_000
_BEGAN: Final = date(2015, 10, 1)
ATTRIBUTES: Final = {
    "newborn": "newborn",
    "pediatric": "pediatric",
    "maternity": "maternity",
    "adult": "adult",
    "male": "male",
    "female": "female",
    "manifestation": "manifestation",
    "external_cause": "ecodepdx",
    "unacceptable_principal": "unacceptable",
    "requires_secondary": "reqsdx",
    "unspecified_laterality": "unspecified",
    "questionable_admission": "qadm",
    "wrong_procedure": "wrngproc",
    "diabetes_type_1": "diabtypeI",
    "clinical_trial": "clintrial",
    "noncovered_6": "ncov6",
    "noncovered_7": "ncov7",
    "delivery_outcome": "delout",
    "noncovered_z302": "ncov_z302",
}
"""Our names for the attributes, and the editor's."""
_WORDS: Final = frozenset(word.encode() for word in ATTRIBUTES.values())

Field = tuple[int, bytes | int]


def recognizes(part: Part) -> bool:
    """Return True for the editor's table, based on its name in the jar."""
    return part.own_name.lower() == _NAME


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release per file.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    for part in parts:
        try:
            root = list(_fields(part.read()))
        except ValueError as error:
            refuse(part, None, str(error), "a protocol buffer")
        version, last = _version(part, root)
        release = Release(
            name=f"MCE v{version[:-1]}.{version[-1]}",
            table="icd10cm_attributes",
            publisher="CMS, Medicare Code Editor",
            covers_from=_BEGAN,
            covers_to=last,
            licence="US Government work",
            published=None,
            embedded=False,
        )
        yield release, _table(part, _diagnoses(part, root))


def _fields(data: bytes) -> Iterator[Field]:
    """Yield a message's fields: number and value, which is bytes if it has a length and otherwise a whole number.

    Raises:
        ValueError: the bytes aren't a message.
    """
    at, size = 0, len(data)
    while at < size:
        key, at = _number(data, at)
        field, kind = key >> 3, key & 7
        if not field:
            raise ValueError(f"field number 0 at byte {at}")
        if kind == 0:
            value, at = _number(data, at)
            yield field, value
            continue
        if kind == 2:
            length, at = _number(data, at)
        elif kind in {1, 5}:
            length = 8 if kind == 1 else 4
        else:
            raise ValueError(f"wire type {kind} at byte {at}")
        if at + length > size:
            raise ValueError(f"{length} bytes at byte {at} of {size}")
        yield field, data[at : at + length]
        at += length


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Read a number in the wire format's seven-bit groups; return it and the position after it."""
    value = shift = 0
    while at < len(data) and shift < 64:
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
        shift += 7
    raise ValueError(f"an unfinished number at byte {at}")


def _version(part: Part, root: Sequence[Field]) -> tuple[str, date]:
    """Return the version's three digits, and the last day it covers."""
    words = [
        value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for _, value in root
        if isinstance(value, int) or len(value) < _LONG
    ]
    versions = [word for word in words if _VERSION.fullmatch(word)]
    days = [word for word in words if _DAY.fullmatch(word.encode())]
    if len(versions) != 1 or len(days) != 1:
        found = ", ".join(word for word in words if word.isprintable())
        refuse(part, None, found, "one version such as 431, one last day as YYYYMMDD")
    try:
        return versions[0], date.fromisoformat(days[0])
    except ValueError:
        refuse(part, None, days[0], "a last day as YYYYMMDD")


def _diagnoses(part: Part, root: Sequence[Field]) -> list[bytes]:
    """Return the entries of the list whose codes are all ICD-10-CM."""
    lists = [
        entries
        for _, value in root
        if isinstance(value, bytes) and len(value) >= _LONG and (entries := _entries(value))
    ]
    found = [
        entries for entries in lists if _is_of_diagnoses(entries[:: len(entries) // _SAMPLE + 1])
    ]
    if len(found) != 1:
        refuse(
            part,
            None,
            f"{len(lists)} lists, {len(found)} of ICD-10-CM",
            "one list whose entries have an ICD-10-CM code each",
        )
    return found[0]


def _entries(value: bytes) -> list[bytes]:
    """Return the messages that a list repeats; empty if it isn't a list."""
    try:
        fields = list(_fields(value))
    except ValueError:
        return []
    same = len({field for field, _ in fields}) == 1
    return [entry for _, entry in fields if isinstance(entry, bytes)] if same else []


def _is_of_diagnoses(entries: Sequence[bytes]) -> bool:
    """Return True if every entry has one ICD-10-CM code, in the same field.

    A list with only seven-character codes could be of procedures.
    """
    fields: set[int] = set()
    has_short = False
    for entry in entries:
        try:
            codes = [
                (field, value)
                for field, value in _fields(entry)
                if isinstance(value, bytes) and _CODE.fullmatch(value)
            ]
        except ValueError:
            return False
        if len(codes) != 1:
            return False
        fields.add(codes[0][0])
        has_short |= len(codes[0][1]) < 7
    return len(fields) == 1 and has_short


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which field of an entry holds what; `last` and `words` are None if no entry has them."""

    code: int
    first: int
    last: int | None
    words: int | None


def _table(part: Part, entries: Sequence[bytes]) -> pl.DataFrame:
    read = [_by_field(part, row, entry) for row, entry in enumerate(entries, 1)]
    layout = _layout(part, read)
    rows = [
        (
            entry[layout.code][0].decode(),
            entry[layout.first][0].decode(),
            b"".join(entry.get(layout.last or 0, [])).decode(),
            [word.decode() for word in entry.get(layout.words or 0, [])],
        )
        for entry in read
    ]
    table = pl.DataFrame(rows, schema=["code", "first", "last", "words"], orient="row")
    dated = table.select(
        "code",
        pl.col("first").str.to_date("%Y%m%d", strict=False).alias("valid_from"),
        or_open(pl.col("last").str.to_date("%Y%m%d", strict=False)).alias("valid_to"),
        *(pl.col("words").list.contains(word).alias(name) for name, word in ATTRIBUTES.items()),
    )
    wrong = dated.select(
        (pl.col("valid_from").is_null() | (pl.col("valid_from") > pl.col("valid_to"))).arg_true()
    ).to_series()
    if len(wrong):
        row = int(wrong[0])
        refuse(part, row + 1, str(rows[row][:3]), "a first day, and a last day on or after it")
    return dated.filter(pl.any_horizontal(*ATTRIBUTES))


def _by_field(part: Part, row: int, entry: bytes) -> dict[int, list[bytes]]:
    values: dict[int, list[bytes]] = defaultdict(list)
    try:
        for field, value in _fields(entry):
            if isinstance(value, int):
                refuse(part, row, f"the number {value} in field {field}", "text")
            values[field].append(value)
    except ValueError as error:
        refuse(part, row, str(error), "a message")
    return values


def _layout(part: Part, entries: Sequence[dict[int, list[bytes]]]) -> _Layout:
    """Return what each field holds, based on all the entries."""
    seen: dict[int, set[bytes]] = defaultdict(set)
    times: dict[int, int] = defaultdict(int)
    for entry in entries:
        for field, values in entry.items():
            seen[field].update(values)
            times[field] += 1
    codes = [n for n, values in seen.items() if all(_CODE.fullmatch(v) for v in values)]
    days = sorted(
        n for n, values in seen.items() if all(not v or _DAY.fullmatch(v) for v in values)
    )
    words = [n for n in seen if n not in codes and n not in days]
    firsts = [n for n in days if times[n] == len(entries) and b"" not in seen[n]]
    unknown = sorted({v for n in words for v in seen[n]} - _WORDS)
    if unknown:
        refuse(part, None, unknown[0].decode("latin-1"), f"one of {', '.join(ATTRIBUTES.values())}")
    if len(codes) != 1 or len(firsts) != 1 or len(days) > 2 or len(words) > 1:
        refuse(
            part,
            None,
            f"fields {sorted(seen)} with codes in {codes}, days in {days}, words in {words}",
            "a code, a first day, optionally a last day, and words",
        )
    lasts = [n for n in days if n not in firsts]
    return _Layout(codes[0], firsts[0], next(iter(lasts), None), next(iter(words), None))


MCE: Final = Importer(
    "Medicare Code Editor",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/payment/prospective-payment-systems/acute-inpatient-pps/ms-drg-classifications-and-software",
    files=("MCE-2.0-43.1.0.0.jar", "mce.bin"),
    tables={"icd10cm_attributes": "an ICD-10-CM code and a period with the same flags"},
    columns={
        "newborn, pediatric, maternity, adult": "the code is for patients of that age",
        "male, female": "the code is for patients of that sex (until 2024-09-30)",
        "manifestation, external_cause, unacceptable_principal, questionable_admission": "the code can't, or rarely can, be the principal diagnosis",
        "requires_secondary": "as the principal diagnosis, it needs a secondary diagnosis",
        "unspecified_laterality": "the code doesn't specify the side, which the record should",
        "wrong_procedure, delivery_outcome, diabetes_type_1, clinical_trial": "used by the editor's other edits",
        "noncovered_6, noncovered_7, noncovered_z302": "used by the editor's coverage edits",
    },
)
