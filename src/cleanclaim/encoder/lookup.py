"""What there is to know of a code on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from cleanclaim.encoder.codebook import Book, Span
from cleanclaim.encoder.procedure import Asked, facts
from cleanclaim.encoder.systems import (
    FOR,
    HCPCS,
    ICD9,
    ICD10,
    KEEPERS,
    TABLES,
    plain,
    printed,
    procedure_kind,
)
from cleanclaim.reference.icd10cm import successors

_ATTRIBUTES: Final = {
    "newborn": "for newborns: age 0",
    "pediatric": "for ages 0 to 17",
    "maternity": "for ages 9 to 64 (maternity)",
    "adult": "for ages 15 and over",
    "manifestation": "a manifestation: never first; the underlying disease is coded before it",
    "external_cause": "an external cause: never the principal diagnosis",
    "unacceptable_principal": "not acceptable as the principal diagnosis of an inpatient",
    "requires_secondary": "as principal diagnosis it needs a secondary one",
    "unspecified_laterality": "the side is unspecified: tell it where the record does",
    "questionable_admission": "seldom a reason for admission",
    "wrong_procedure": "a wrong procedure performed: never paid",
    "diabetes_type_1": "type 1 diabetes",
    "clinical_trial": "participant in a clinical trial",
    "delivery_outcome": "outcome of delivery",
}
"""Flags of the Medicare Code Editor, in our words."""
_NEAR: Final = 5
_DOT: Final = 3
"""After so many characters the dot stands; after one more in ICD-9-CM's E codes."""


@dataclass(frozen=True, slots=True)
class Page:
    """What there is to know of one code of one system.

    Attributes:
        system: ICD-10-CM, ICD-9-CM, HCPCS, CPT.
        code: as it is printed.
        title: the official title; for a CPT code our own words, or the licensed descriptor; None where none is loaded.
        kind: what it is: code, category, chapter …; for a procedure its category.
        billable: whether it can be billed on the day; None where no list that is loaded tells.
        on: the day.
        valid: when it was in force.
        replaced_by: what came after it, where it has ended, as far as codes in force on the day.
        replaces: what it came after.
        before: codes that were used for the same before it came, and that stayed.
        divides_into: codes below it, each with its title; for a stem its codes with a seventh character.
        parents: what it stands in, the chapter first, each with its title.
        notes: notes that bind it: kind, text, at, heading.
        attributes: what the Medicare Code Editor says of it.
        procedure: for procedures what the loaded tables know.
        releases: what was read.
    """

    system: str
    code: str
    title: str | None
    kind: str
    billable: bool | None
    on: date
    valid: tuple[Span, ...] = ()
    replaced_by: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    divides_into: tuple[tuple[str, str | None], ...] = ()
    parents: tuple[tuple[str, str], ...] = ()
    notes: tuple[dict[str, str | None], ...] = ()
    attributes: tuple[str, ...] = ()
    procedure: dict[str, Any] = field(default_factory=dict)
    releases: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As the JSON contract has it."""
        found: dict[str, Any] = {
            "system": self.system,
            "keeper": KEEPERS[self.system],
            "use": FOR[self.system],
            "code": self.code,
            "title": self.title,
            "kind": self.kind,
            "billable": self.billable,
            "on": str(self.on),
            "valid": [
                {"from": str(one.first), "to": str(one.last) if one.last else None}
                for one in self.valid
            ],
            "replaced_by": list(self.replaced_by),
            "replaces": list(self.replaces),
            "before": list(self.before),
            "divides_into": [{"code": code, "title": title} for code, title in self.divides_into],
            "parents": [{"code": code, "title": title} for code, title in self.parents],
            "notes": list(self.notes),
            "attributes": list(self.attributes),
            "releases": list(self.releases),
        }
        return found | ({"procedure": self.procedure} if self.procedure else {})


def pages(code: str, asked: Asked, book: Book) -> list[Page]:
    """The pages of a code, one a system that knows it.

    Args:
        code: with or without its dot, in either case.
        asked: the day, and how much of what is long.
        book: the code lists.

    Returns:
        None where neither a list nor a form knows the code; that which is printed as the code was given stands first, then that in force.
    """
    own = plain(code)
    if not own:
        return []
    typed = code.strip().upper()
    dot = typed.find(".")
    found: list[Page | None] = []
    if dot in {-1, _DOT, len(typed) - 1}:
        found.append(_icd10(own, asked.on, book))
    if dot in {-1, _DOT + own.startswith("E"), len(typed) - 1}:
        found.append(_icd9(own, asked.on, book))
    if dot in {-1, len(typed) - 1}:
        found.append(_procedure(own, asked, book))
    told = [page for page in found if page is not None]
    if len(told) > 1:
        told = [page for page in told if page.valid or page.title or page.divides_into] or told
    return sorted(told, key=lambda page: (page.code != typed, not page.billable))


def near(code: str, book: Book) -> list[str]:
    """Codes that look like one that does not exist, for a message."""
    own = plain(code)
    for length in range(len(own) - 1, 2, -1):
        page = _icd10(own[:length], date.max, book)
        if page is not None:
            below = [one for one, _ in page.divides_into][:_NEAR]
            return below or [page.code]
    return []


def _icd10(code: str, on: date, book: Book) -> Page | None:
    spans = book.spans(TABLES[ICD10], code)
    place = book.place_of(code)
    title = book.title(code, on)
    if not spans and place is None and title is None:
        return None
    below = _below(code, on, book)
    billable = any(span.first <= on and (span.last is None or on <= span.last) for span in spans)
    kind = _kind(place.kind if place else "code", has_below=bool(below))
    replaces, before = _came_after(code, book)
    return Page(
        ICD10,
        printed(ICD10, code),
        title,
        kind,
        billable,
        on,
        tuple(spans),
        replaced_by=_replaced_by(code, spans, on, book),
        replaces=replaces,
        before=before,
        divides_into=below,
        parents=tuple((_at(one.code), one.title) for one in book.above(code)),
        notes=tuple(
            {"kind": note.kind, "text": note.text, "at": _at(note.at), "heading": note.heading}
            for note in book.notes(code)
        ),
        attributes=_attributes("icd10cm_attributes", code, on, book),
        releases=_releases(spans, book),
    )


def _kind(kind: str, *, has_below: bool) -> str:
    """What a place is: a code that divides further is none."""
    if has_below:
        return "subcategory" if kind == "code" else kind
    return "code"


def _below(code: str, on: date, book: Book) -> tuple[tuple[str, str | None], ...]:
    """The codes below a category that the list of the day holds; for a stem those with a seventh character."""
    sevenths = [
        (printed(ICD10, one.code), one.meaning)
        for one in book.sevenths(code)
        if _is_or_will_be(one.code, on, book)
    ]
    if sevenths:
        return tuple(sevenths)
    places = [one for one in book.children(code) if " " not in one and "-" not in one]
    below = places or book.in_force_below(
        code, on
    )  # a list of the day may divide what the tabular list does not
    return tuple((printed(ICD10, one), book.title(one, on)) for one in below)


def _is_or_will_be(code: str, on: date, book: Book) -> bool:
    return any(span.last is None or on <= span.last for span in book.spans(TABLES[ICD10], code))


def _replaced_by(code: str, spans: list[Span], on: date, book: Book) -> tuple[str, ...]:
    """Codes that came after one that ended, through later changes as far as the day."""
    if not spans or spans[-1].last is None:
        return ()
    day = max(on, spans[-1].last + timedelta(days=1))
    return tuple(printed(ICD10, one) for one in successors(book.reference, code, day))


def _came_after(code: str, book: Book) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes that ended when this one came, and codes that were used for the same and stayed."""
    rows = book.came_after.of(code)
    retired = sorted({one for one, has_ended in rows if has_ended} - {code})
    stayed = sorted({one for one, has_ended in rows if not has_ended} - {code, *retired})
    return (
        tuple(printed(ICD10, one) for one in retired),
        tuple(printed(ICD10, one) for one in stayed),
    )


def _attributes(table: str, code: str, on: date, book: Book) -> tuple[str, ...]:
    held = book.attributes(table, code, on)
    if not held:
        return ()
    told = [words for name, words in _ATTRIBUTES.items() if held.get(name)]
    if held["male"] != held["female"]:
        told.append(f"for {'male' if held['male'] else 'female'} patients")
    return tuple(told)


def _icd9(code: str, on: date, book: Book) -> Page | None:
    spans = book.spans(TABLES[ICD9], code)
    if not spans:
        return None
    billable = any(span.first <= on and (span.last is None or on <= span.last) for span in spans)
    return Page(
        ICD9,
        printed(ICD9, code),
        None,
        "code",
        billable,
        on,
        tuple(spans),
        attributes=_attributes("icd9cm_attributes", code, on, book),
        releases=_releases(spans),
    )


def _procedure(code: str, asked: Asked, book: Book) -> Page | None:
    kind = procedure_kind(code)
    if kind is None:
        return None
    spans = book.spans(TABLES[kind.system], code)
    listed = book.spans(("mpfs",), code)
    title, source = book.described(code, asked.on)
    known = facts(code, asked, book)
    return Page(
        kind.system,
        code,
        title,
        kind.category,
        _in_force(asked.on, [*spans, *listed], book, kind.system),
        asked.on,
        tuple(spans or listed),
        replaced_by=_instead(code, book),
        replaces=_replaces(code, book),
        procedure=known,
        releases=tuple(dict.fromkeys([*_releases(spans), *source])),
    )


def _in_force(on: date, spans: list[Span], book: Book, system: str) -> bool | None:
    """Whether some list holds the code on the day; None where no list that holds all codes is loaded for it."""
    if any(span.first <= on and (span.last is None or on <= span.last) for span in spans):
        return True
    tables = ("hcpcs",) if system == HCPCS else ("cpt", "mpfs")
    whole = [span for table in tables for span in book.reference.whole(table)]
    return False if any(first <= on <= last for first, last in whole) else None


def _instead(code: str, book: Book) -> tuple[str, ...]:
    """Codes that CMS's record of a Level II code names in its place."""
    told = (str(row.get("instead") or "") for row in book.told("hcpcs", code))
    return tuple(sorted({one for text in told for one in text.split()}))


def _replaces(code: str, book: Book) -> tuple[str, ...]:
    """Level II codes whose record names this one in their place."""
    return tuple(other for other, _ in book.named_instead.of(code))


def _releases(spans: list[Span], book: Book | None = None) -> tuple[str, ...]:
    told = [release for span in spans for release in span.releases]
    if book is not None:
        told.append(book.tabular_release)
    return tuple(dict.fromkeys(told))


def _at(code: str) -> str:
    """A place of the tabular list as it is printed."""
    return code if " " in code or "-" in code else printed(ICD10, code)
