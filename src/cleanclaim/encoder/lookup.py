"""Everything there is to know about a code on a day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from cleanclaim.encoder.codebook import Codebook, Span
from cleanclaim.encoder.procedure import Options, facts
from cleanclaim.encoder.systems import (
    FOR,
    HCPCS,
    ICD9,
    ICD10,
    KEEPERS,
    PCS,
    TABLES,
    pcs_section,
    plain,
    printed,
    procedure_kind,
)
from cleanclaim.encoder.values import Value, in_use, values
from cleanclaim.reference import OPEN_END
from cleanclaim.reference.icd10cm import successors

_ATTRIBUTES: Final = {
    "newborn": "for newborns: age 0",
    "pediatric": "for ages 0 to 17",
    "maternity": "for ages 9 to 64 (maternity)",
    "adult": "for ages 15 and over",
    "manifestation": "manifestation code: never listed first; code the underlying disease before it",
    "external_cause": "external cause code: never the principal diagnosis",
    "unacceptable_principal": "not acceptable as an inpatient principal diagnosis",
    "requires_secondary": "as a principal diagnosis, needs a secondary diagnosis",
    "unspecified_laterality": "side unspecified: code the side if it is documented",
    "questionable_admission": "rarely justifies an inpatient admission",
    "wrong_procedure": "wrong procedure performed: never paid",
    "diabetes_type_1": "type 1 diabetes",
    "clinical_trial": "participant in a clinical trial",
    "delivery_outcome": "outcome of delivery",
}
"""Flags of the Medicare Code Editor, in our words."""
_NEAR: Final = 5
_DOT: Final = 3
"""The dot comes after this many characters; after one more in ICD-9-CM's E codes."""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything there is to know about one code in one system.

    Attributes:
        system: ICD-10-CM, ICD-9-CM, HCPCS, CPT.
        code: the code as printed.
        title: the official title; for a CPT code, our own words or the licensed descriptor; None if
            no title is loaded.
        kind: code, category, chapter …; for a procedure, its category.
        billable: whether it can be billed on the day; None if no loaded list covers it.
        on: the day.
        valid: when it was in force.
        replaced_by: if it has ended, its successors, followed through to codes in force on the day.
        replaces: the codes it replaced.
        before: codes that were used for the same condition before it existed, and that are still in
            force.
        divides_into: the codes below it, each with its title; for a stem, its codes with a seventh
            character.
        parents: the places above it, the chapter first, each with its title.
        notes: the notes that apply to it: kind, text, at, heading.
        attributes: the Medicare Code Editor's flags.
        procedure: for a procedure, what the loaded tables know.
        releases: the releases that were read.
        made_title: without an official title, that of the code above it and the meaning of its seventh character.
        facts: for a value of a short list (a modifier, a reason code …), what is known about it, as names and values.
        where: for such a value, where it goes on a claim or a remittance.
        also: codes of other systems that are written the same without their dot.
        partial: the releases that were read and have only some codes and rules.
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
    made_title: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    where: str | None = None
    also: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    keeper: str = ""
    use: str = ""

    @property
    def ended(self) -> date | None:
        """The last day on which it was in force, if that is before the day asked for."""
        last = self.valid[-1].last if self.valid else None
        return last if last is not None and last < self.on else None

    def as_dict(self) -> dict[str, Any]:
        """Return the page as the JSON contract defines it."""
        found: dict[str, Any] = {
            "system": self.system,
            "keeper": self.keeper or KEEPERS[self.system],
            "use": self.use or FOR[self.system],
            "code": self.code,
            "title": self.title,
            "made_title": self.made_title,
            "ended": str(self.ended) if self.ended else None,
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
            "facts": [{"name": name, "value": value} for name, value in self.facts],
            "where": self.where,
            "also": list(self.also),
            "releases": list(self.releases),
            "partial": list(self.partial),
        }
        return found | ({"procedure": self.procedure} if self.procedure else {})


def pages(code: str, options: Options, book: Codebook) -> list[Page]:
    """Return a code's pages, one per system that knows it.

    Args:
        code: with or without its dot, in upper or lower case; or a value of a short list, with or
            without the list's name (CARC 146).
        options: the day, and the options for long lists.
        book: the code lists.

    Returns:
        The pages: the one printed exactly as the code was typed first, then those in force, then
        values of short lists (a modifier, a reason code …). Empty if no list has the code and its
        format is unknown.
    """
    own = plain(code)
    if not own:
        return []
    typed = code.strip().upper()
    dot = typed.find(".")
    found: list[Page | None] = []
    if dot in {-1, _DOT, len(typed) - 1} and own[0].isalpha():
        found.append(_icd10(own, options.on, book))
    if dot in {-1, _DOT + own.startswith("E"), len(typed) - 1}:
        found.append(_icd9(own, options.on, book))
    if dot in {-1, len(typed) - 1}:
        found.append(_procedure(own, options, book))
        found.append(_pcs(own, options.on, book))
    known = [page for page in found if page is not None]
    if len(known) > 1:
        known = [page for page in known if page.valid or page.title or page.divides_into] or known
    known.sort(key=lambda page: (page.code != typed, not page.billable))
    return [*_as_typed(known, typed), *(_of_value(one, options.on) for one in values(code, book))]


def _as_typed(known: list[Page], typed: str) -> list[Page]:
    """Return only the pages of codes that are printed as typed, naming the others; all of them if no such code is in force."""
    own = [page for page in known if page.code == typed]
    if len(own) == len(known) or not any(page.billable for page in own):
        return known
    also = tuple(f"{page.code} ({page.system})" for page in known if page not in own)
    return [replace(page, also=also) for page in own]


def _of_value(value: Value, on: date) -> Page:
    row = value.row
    last = None if row["valid_to"] == OPEN_END else row["valid_to"]
    return Page(
        value.of.name,
        value.code,
        value.label,
        "value",
        in_use(value, on),
        on,
        (Span(row["valid_from"], last, (row["release"],)),),
        releases=(row["release"],),
        facts=tuple(value.facts),
        where=value.of.where,
        keeper=value.of.keeper,
        use=value.of.use,
    )


def _pcs(code: str, on: date, book: Codebook) -> Page | None:
    section = pcs_section(code)
    spans = book.spans(TABLES[PCS], code) if section else []
    if section is None or not spans:
        return None
    titles = book.rows_of("icd10pcs_titles", code)
    held = [row for row in titles if row["valid_from"] <= on <= row["valid_to"]] or titles
    releases = [*_releases(spans), *(row["release"] for row in held[-1:])]
    return Page(
        PCS,
        code,
        held[-1]["long"] if held else None,
        f"section: {section}",
        any(span.first <= on and (span.last is None or on <= span.last) for span in spans),
        on,
        tuple(spans),
        releases=tuple(dict.fromkeys(releases)),
    )


def near(code: str, book: Codebook) -> list[str]:
    """Return codes that look like one that doesn't exist, for a message."""
    own = plain(code)
    for length in range(len(own) - 1, 2, -1):
        page = _icd10(own[:length], date.max, book)
        if page is not None:
            below = [one for one, _ in page.divides_into][:_NEAR]
            return below or [page.code]
    return []


def _icd10(code: str, on: date, book: Codebook) -> Page | None:
    spans = book.spans(TABLES[ICD10], code)
    place = book.place_of(code)
    title = book.title(code, on)
    if not spans and place is None and title is None:
        return None
    below = _below(code, on, book)
    billable = any(span.first <= on and (span.last is None or on <= span.last) for span in spans)
    kind = _kind(place.kind if place else "code", has_below=bool(below))
    replaces, before = _predecessors(code, book)
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
        made_title=book.made_title(code, on) if title is None else None,
    )


def _kind(kind: str, *, has_below: bool) -> str:
    """Return what a place is: a code that divides further isn't a code."""
    if has_below:
        return "subcategory" if kind == "code" else kind
    return "code"


def _below(code: str, on: date, book: Codebook) -> tuple[tuple[str, str | None], ...]:
    """Return the codes below a category in that day's list; for a stem, its codes with a seventh character."""
    sevenths = [
        (printed(ICD10, one.code), one.meaning)
        for one in book.sevenths(code)
        if _is_current_or_future(one.code, on, book)
    ]
    if sevenths:
        return tuple(sevenths)
    places = [one for one in book.children(code) if " " not in one and "-" not in one]
    below = places or book.in_force_below(
        code, on
    )  # that day's list may divide a code that the tabular list doesn't
    return tuple((printed(ICD10, one), book.title(one, on)) for one in below)


def _is_current_or_future(code: str, on: date, book: Codebook) -> bool:
    return any(span.last is None or on <= span.last for span in book.spans(TABLES[ICD10], code))


def _replaced_by(code: str, spans: list[Span], on: date, book: Codebook) -> tuple[str, ...]:
    """Return the successors of a code that ended, followed through later changes up to the day."""
    if not spans or spans[-1].last is None:
        return ()
    day = max(on, spans[-1].last + timedelta(days=1))
    return tuple(printed(ICD10, one) for one in successors(book.reference, code, day))


def _predecessors(code: str, book: Codebook) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes that this one replaced, and the codes that were used before it and are still in force."""
    rows = book.predecessors.of(code)
    retired = sorted({one for one, has_ended in rows if has_ended} - {code})
    stayed = sorted({one for one, has_ended in rows if not has_ended} - {code, *retired})
    return (
        tuple(printed(ICD10, one) for one in retired),
        tuple(printed(ICD10, one) for one in stayed),
    )


def _attributes(table: str, code: str, on: date, book: Codebook) -> tuple[str, ...]:
    held = book.attributes(table, code, on)
    if not held:
        return ()
    flags = [words for name, words in _ATTRIBUTES.items() if held.get(name)]
    if held["male"] != held["female"]:
        flags.append(f"for {'male' if held['male'] else 'female'} patients")
    return tuple(flags)


def _icd9(code: str, on: date, book: Codebook) -> Page | None:
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


def _procedure(code: str, options: Options, book: Codebook) -> Page | None:
    kind = procedure_kind(code)
    if kind is None:
        return None
    spans = book.spans(TABLES[kind.system], code)
    listed = book.spans(("mpfs",), code)
    title, source = book.description_and_release(code, options.on)
    known = facts(code, options, book)
    releases = tuple(dict.fromkeys([*_releases(spans), *source]))
    return Page(
        kind.system,
        code,
        title,
        kind.category,
        _in_force(options.on, [*spans, *listed], book, kind.system),
        options.on,
        tuple(spans or listed),
        replaced_by=_replacements(code, book),
        replaces=_replaces(code, book),
        procedure=known,
        releases=releases,
        partial=tuple(one for one in releases if book.is_partial(one)),
    )


def _in_force(on: date, spans: list[Span], book: Codebook, system: str) -> bool | None:
    """Return whether a list has the code on the day; None if no complete list is loaded for the day."""
    if any(span.first <= on and (span.last is None or on <= span.last) for span in spans):
        return True
    tables = ("hcpcs",) if system == HCPCS else ("cpt", "mpfs")
    whole = [span for table in tables for span in book.reference.whole(table)]
    return False if any(first <= on <= last for first, last in whole) else None


def _replacements(code: str, book: Codebook) -> tuple[str, ...]:
    """Return the codes that CMS's record of a Level II code names as its replacement."""
    replacements = (str(row.get("instead") or "") for row in book.rows_of("hcpcs", code))
    return tuple(sorted({one for text in replacements for one in text.split()}))


def _replaces(code: str, book: Codebook) -> tuple[str, ...]:
    """Return the Level II codes whose record names this one as their replacement."""
    return tuple(other for other, _ in book.named_instead.of(code))


def _releases(spans: list[Span], book: Codebook | None = None) -> tuple[str, ...]:
    names = [release for span in spans for release in span.releases]
    if book is not None:
        names.append(book.tabular_release)
    return tuple(dict.fromkeys(names))


def _at(code: str) -> str:
    """Return a place in the tabular list as printed."""
    return code if " " in code or "-" in code else printed(ICD10, code)
