"""The short lists of a claim and a remittance: modifiers, places of service, reason codes, revenue codes and so on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from cleanclaim.encoder.codebook import Codebook

Row = dict[str, Any]
Facts = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ValueList:
    """One short list.

    Attributes:
        name: what one of its values is called.
        words: what people type before a value to say which list they mean.
        table: the table.
        form: the format of a value.
        keeper: who maintains it.
        use: what it says.
        where: the element, and the box of the paper form.
        alone: true if a value is also found without the list's name.
        facts: what else a row says.
    """

    name: str
    words: tuple[str, ...]
    table: str
    form: re.Pattern[str]
    keeper: str
    use: str
    where: str
    alone: bool = True
    facts: Callable[[Row, Codebook], Facts] = field(default=lambda _row, _book: ())


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a short list.

    Attributes:
        of: the list.
        code: the value.
        label: what it means, in our words.
        row: the list's row.
        facts: what else is known, as names and values.
    """

    of: ValueList
    code: str
    label: str
    row: Row
    facts: Facts = ()


_KINDS: Final = {"em": "visit", "distinct": "separate service", "requirement": "policy requirement"}
"""Families of modifiers whose name needs more words."""


def _modifier(row: Row, book: Codebook) -> Facts:
    own = book.rows_of("modifier_conflicts", row["code"])
    others = [other for other in book.ranges("modifier_conflicts") if other["other"] == row["code"]]
    against = sorted({one["other"] for one in own} | {one["code"] for one in others})
    family = str(row["family"])
    found: list[tuple[str, str]] = []
    found += [("Kind", _KINDS.get(family, family))] if family != "other" else []
    found.append(("Affects payment", "yes" if row["pricing"] == "pricing" else "no, it informs"))
    if row["ncci_associated"]:
        found.append(
            ("NCCI", "can get a pair with modifier indicator 1 paid, if the record supports it")
        )
    if against:
        found.append(("Not on the same line as", ", ".join(against)))
    return found


def _place(row: Row, _book: Codebook) -> Facts:
    rate = "facility" if row["facility"] else "office (nonfacility)"
    return [("Medicare pays", f"the {rate} rate")]


def _filing(row: Row, _book: Codebook) -> Facts:
    return [("Payer class", row["payer_class"].replace("_", " "))]


_NUBC: Final = "the National Uniform Billing Committee (NUBC)"
LISTS: Final = (
    ValueList(
        "Modifier",
        ("modifier", "mod"),
        "modifiers",
        re.compile(r"[0-9A-Z]{2}"),
        "the American Medical Association (CPT modifiers) and CMS (HCPCS modifiers)",
        "what was special about a service",
        "SV101-3 to SV101-6 (professional), SV202-3 to SV202-6 (institutional); CMS-1500 box 24D, UB-04 FL 44",
        facts=_modifier,
    ),
    ValueList(
        "Place of service",
        ("place of service", "pos"),
        "place_of_service",
        re.compile(r"\d{2}"),
        "CMS",
        "where the patient was seen",
        "CLM05-1 and SV105; CMS-1500 box 24B",
        facts=_place,
    ),
    ValueList(
        "Adjustment group",
        ("adjustment group", "group code", "cagc"),
        "adjustment_groups",
        re.compile(r"[A-Z]{2}"),
        "X12",
        "who is responsible for an adjusted amount",
        "CAS01 of an 835",
    ),
    ValueList(
        "CARC",
        ("adjustment reason code", "adjustment reason", "reason code", "carc", "denial code"),
        "carc",
        re.compile(r"(?:[ABDPWY]\d{1,2}|\d{1,3})"),
        "X12 (the list) and the payer (which one it uses)",
        "why the payer paid a different amount than was billed",
        "CAS02, CAS05 … of an 835",
    ),
    ValueList(
        "RARC",
        ("remark code", "remark", "rarc"),
        "rarc",
        re.compile(r"(?:MA?|N)\d{1,4}"),
        "CMS, for X12 (the list), and the payer (which one it uses)",
        "more detail about an adjustment",
        "LQ, MIA and MOA of an 835",
    ),
    ValueList(
        "Revenue code",
        ("revenue code", "revenue", "rev code", "rev"),
        "revenue_codes",
        re.compile(r"\d{3,4}"),
        _NUBC,
        "which department or kind of service an institutional line is for",
        "SV201; UB-04 FL 42",
    ),
    ValueList(
        "Frequency code",
        ("frequency code", "claim frequency", "frequency", "resubmission code"),
        "claim_frequency",
        re.compile(r"[0-9A-Z]"),
        _NUBC,
        "whether a claim is the original, or replaces or voids one",
        "CLM05-3; CMS-1500 box 22, the last digit of UB-04 FL 4",
    ),
    ValueList(
        "Claim filing indicator",
        ("claim filing indicator", "claim filing", "filing indicator", "filing code", "filing"),
        "claim_filing",
        re.compile(r"[0-9A-Z]{2}"),
        "X12",
        "what kind of insurance a payer is",
        "SBR09",
        facts=_filing,
    ),
    ValueList(
        "Priority of admission",
        ("priority of admission", "admission type"),
        "admission_type",
        re.compile(r"\d"),
        _NUBC,
        "how urgent an admission was",
        "CL101; UB-04 FL 14",
        alone=False,
    ),
    ValueList(
        "Point of origin",
        ("point of origin", "admission source"),
        "admission_source",
        re.compile(r"[0-9A-Z]"),
        _NUBC,
        "where a patient came from",
        "CL102; UB-04 FL 15",
        alone=False,
    ),
)
"""The short lists, in the order in which a bare value is looked for."""
TYPE_OF_BILL: Final = ValueList(
    "Type of bill",
    ("type of bill", "bill type", "tob"),
    "facility_types",
    re.compile(r"0?\d{2}[0-9A-Z]"),
    _NUBC,
    "the facility, the kind of care, and whether the claim is the original",
    "CLM05-1 and CLM05-3; UB-04 FL 4",
)
_ASKED: Final = sorted(
    ((word, one) for one in (*LISTS, TYPE_OF_BILL) for word in one.words),
    key=lambda item: -len(item[0]),
)
_GROUPED: Final = re.compile(r"(CO|CR|OA|PI|PR)[- ]?([ABDP]?\d{1,3})")
"""A group code and a reason code, as remittances print them: CO-45."""


def joined(words: Iterable[str]) -> Iterator[str]:
    """Yield words as typed on the command line, each list's name together with the value after it.

    >>> list(joined(["M54.5", "CARC", "146", "place", "of", "service", "11"]))
    ['M54.5', 'CARC 146', 'place of service 11']
    """
    held: list[str] = []
    for word in words:
        held.append(word)
        begun = " ".join(held).lower() + " "
        if not any(f"{name} ".startswith(begun) for name, _ in _ASKED):
            yield " ".join(held)
            held = []
    yield from held


def values(text: str, book: Codebook) -> list[Value]:
    """Return the values that a text names: a bare value (25), or one with its list's name (CARC 146).

    Args:
        text: what was typed.
        book: the code lists.

    Returns:
        The values, from every list that has one if the text doesn't name a list.
    """
    typed = " ".join(text.replace("#", " ").replace(":", " ").split())
    lowered = typed.lower()
    for word, one in _ASKED:
        if lowered.startswith(word) and not lowered[len(word) :][:1].isalpha():
            code = typed[len(word) :].strip(" -").removeprefix("code ").upper()
            grouped = _GROUPED.fullmatch(code)
            return list(_of(one, grouped[2] if grouped and one.table == "carc" else code, book))
    bare = typed.upper()
    if grouped := _GROUPED.fullmatch(bare):
        return [
            *_of(_list("carc"), grouped[2], book),
            *_of(_list("adjustment_groups"), grouped[1], book),
        ]
    lists = (*(one for one in LISTS if one.alone), TYPE_OF_BILL)
    return [value for one in lists for value in _of(one, bare, book)]


def _list(table: str) -> ValueList:
    return next(one for one in LISTS if one.table == table)


def _of(one: ValueList, code: str, book: Codebook) -> Iterator[Value]:
    if not one.form.fullmatch(code):
        return
    if one is TYPE_OF_BILL:
        yield from _type_of_bill(code, book)
        return
    if one.table == "revenue_codes":
        code = code.zfill(4)
    for row in book.rows_of(one.table, code)[-1:]:
        yield Value(one, code, row["label"], row, one.facts(row, book))


def _type_of_bill(code: str, book: Codebook) -> Iterator[Value]:
    """Yield a type of bill: two digits of facility and care, one of frequency."""
    digits = code[-3:]
    facility = book.rows_of("facility_types", digits[:2])
    frequency = book.rows_of("claim_frequency", digits[2])
    if facility and frequency:
        label = f"{facility[-1]['label']}; {frequency[-1]['label']}"
        facts = (
            (digits[:2], facility[-1]["label"]),
            (digits[2], frequency[-1]["label"]),
            ("Setting", facility[-1]["setting"]),
        )
        yield Value(TYPE_OF_BILL, f"0{digits}", label, facility[-1], facts)


def in_use(value: Value, on: date) -> bool:
    """Return whether a value is in use on a day."""
    return bool(value.row["valid_from"] <= on <= value.row["valid_to"])
