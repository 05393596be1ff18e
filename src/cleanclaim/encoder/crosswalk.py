"""From a code to its counterparts: other revisions, successors, and what supports what.

Mappings of different kinds are never mixed: each tells its kind and source. The General Equivalence Mappings help to find a code and are no crosswalk for
billing; a coverage policy says which diagnoses a payer takes as a reason for a procedure; a user's own history says what was billed together, and paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.encoder.codebook import Book
from cleanclaim.encoder.lookup import pages
from cleanclaim.encoder.procedure import Asked
from cleanclaim.encoder.systems import CPT, HCPCS, ICD9, ICD10, plain, printed, procedure_kind
from cleanclaim.reference import OPEN_END, OPEN_START
from cleanclaim.reference.icd10cm import successors

SUCCESSOR: Final = "successor"
PREDECESSOR: Final = "predecessor"
GEM: Final = "gem"
POLICY: Final = "coverage"
INSTEAD: Final = "instead"
HISTORY: Final = "history"
KINDS: Final = {
    SUCCESSOR: "Codes that came after it",
    PREDECESSOR: "Codes that it came after",
    GEM: "General Equivalence Mappings (a help to find a code, no crosswalk for billing)",
    INSTEAD: "Codes that the publisher names in its place",
    POLICY: "Coverage policies",
    HISTORY: "Your own history",
}
"""In the order in which they are told."""
_GEMS: Final = {ICD9: ("gems_icd9_icd10", ICD10), ICD10: ("gems_icd10_icd9", ICD9)}
_GEM_SUPPLY: Final = (
    "cleanclaim reference import (or update): CMS's General Equivalence Mappings of 2018"
)
_POLICY_SUPPLY: Final = "cleanclaim reference import (or update): CMS's Medicare Coverage Database export, or your own table of policies"


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping.

    Attributes:
        from_code: as printed.
        from_system: its system.
        to_code: as printed; None where there is none.
        to_system: its system.
        kind: a key of `KINDS`.
        source: what says so.
        release: the release it was read from.
        title: of the target.
        valid_from, valid_to: when the mapping holds; None for always, or open.
        in_force: whether the target is in force on the day; None where no list tells.
        approximate, combination, scenario, choice: the flags of a GEM row; None for other kinds.
        via: codes between, where the target itself has ended since.
        policy, states, covered: for a coverage policy its number, where it binds, whether it takes or refuses the diagnosis.
        lines, paid_share: for a history how often, and which share of those known was paid.
        note: the flags in words.
    """

    from_code: str
    from_system: str
    to_code: str | None
    to_system: str
    kind: str
    source: str
    release: str
    title: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    in_force: bool | None = None
    approximate: bool | None = None
    combination: bool | None = None
    scenario: int | None = None
    choice: int | None = None
    via: tuple[str, ...] = ()
    policy: str | None = None
    states: tuple[str, ...] = ()
    covered: bool | None = None
    lines: int | None = None
    paid_share: float | None = None
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As the JSON contract has it: what does not apply is left out."""
        told = asdict(self)
        first = {
            "from": told.pop("from_code"),
            "from_system": told.pop("from_system"),
            "to": told.pop("to_code"),
            "to_system": told.pop("to_system"),
        }
        days = {name: told.pop(name) for name in ("valid_from", "valid_to")}
        kept = {name: value for name, value in told.items() if value is not None and value != ()}
        return {**first, **kept, **{name: str(day) for name, day in days.items() if day}}


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """What a code maps to.

    Attributes:
        mappings: by kind, in the order of `KINDS`.
        not_loaded: what would tell more, and how to load it.
    """

    mappings: tuple[Mapping, ...]
    not_loaded: tuple[str, ...]


def crosswalk(
    code: str, on: date, book: Book, to: str | None = None, own: pl.DataFrame | None = None
) -> Crosswalk:
    """Every mapping of a code.

    Args:
        code: with or without its dot.
        on: the day on which targets shall be in force.
        book: the code lists.
        to: only to this system; None for all.
        own: the user's history, as `encoder.history` tells it.

    Returns:
        The mappings; none where no system knows the code.
    """
    found: list[Mapping] = []
    missing: list[str] = []
    for system in _systems(code, on, book):
        own_code = plain(code)
        if system in _GEMS:
            found += _gem(own_code, system, on, book)
            if _GEMS[system][0] not in book.reference.names():
                missing.append(f"General Equivalence Mappings: not loaded ({_GEM_SUPPLY})")
        if system == ICD10:
            found += _successors(own_code, on, book)
            found += _predecessors(own_code, book)
            found += _procedures(own_code, on, book)
        if system in {CPT, HCPCS}:
            found += _instead(own_code, system, on, book)
            found += _diagnoses(own_code, system, on, book)
        if system != ICD9 and not book.reference.whole("coverage_procedures"):
            missing.append(f"coverage policies: only those of the starter set are loaded ({_POLICY_SUPPLY})")  # fmt: skip
        if own is not None:
            found += _history(own_code, system, own, book)
    chosen = [one for one in found if to is None or one.to_system == to]
    order = list(KINDS)
    return Crosswalk(
        tuple(sorted(chosen, key=lambda one: order.index(one.kind))), tuple(dict.fromkeys(missing))
    )


def _systems(code: str, on: date, book: Book) -> list[str]:
    return [page.system for page in pages(code, Asked(on, pairs=0), book)]


def _gem(code: str, system: str, on: date, book: Book) -> Iterator[Mapping]:
    """The rows of the General Equivalence Mappings, and through later changes to codes in force."""
    table, target_system = _GEMS[system]
    if table not in book.reference.names():
        return
    rows = book.reference.narrow(table, pl.Series([code]))
    for row in rows.sort("scenario", "choice", "target").iter_rows(named=True):
        yield from _gem_row(code, system, target_system, row, on, book)


def _gem_row(
    code: str, system: str, target_system: str, row: dict[str, Any], on: date, book: Book
) -> Iterator[Mapping]:
    target = row["target"]
    mapping = Mapping(
        printed(system, code),
        system,
        printed(target_system, target) if target else None,
        target_system,
        GEM,
        "CMS and NCHS, General Equivalence Mappings",
        row["release"],
        title=_title(target_system, target, on, book),
        in_force=_is_in_force(target_system, target, on, book) if target else None,
        approximate=row["approximate"],
        combination=row["combination"],
        scenario=row["scenario"],
        choice=row["choice"],
        note=_flags(row),
    )
    yield mapping
    if target and target_system == ICD10 and mapping.in_force is False:
        for after in successors(book.reference, target, on):
            yield Mapping(
                mapping.from_code,
                system,
                printed(ICD10, after),
                ICD10,
                GEM,
                "CMS and NCHS, General Equivalence Mappings and conversion table",
                row["release"],
                title=_title(ICD10, after, on, book),
                in_force=True,
                approximate=row["approximate"],
                combination=row["combination"],
                scenario=row["scenario"],
                choice=row["choice"],
                via=(printed(ICD10, target),),
                note=f"{printed(ICD10, target)} has ended; this came after it",
            )


def _flags(row: dict[str, Any]) -> str:
    if row["no_map"]:
        return "no equivalent"
    words = ["approximate" if row["approximate"] else "identical"]
    if row["combination"]:
        words.append(
            f"one of several needed together: scenario {row['scenario']}, choose one from list {row['choice']}"
        )
    return "; ".join(words)


def _successors(code: str, on: date, book: Book) -> Iterator[Mapping]:
    spans = book.spans(("icd10cm",), code)
    if not spans or spans[-1].last is None or spans[-1].last >= on:
        return
    for after in successors(book.reference, code, on):
        yield _conversion(code, after, SUCCESSOR, on, book)


def _predecessors(code: str, book: Book) -> Iterator[Mapping]:
    for before, has_ended in book.came_after.of(code):
        if has_ended and before != code:
            yield _conversion(code, before, PREDECESSOR, None, book)


def _conversion(code: str, other: str, kind: str, on: date | None, book: Book) -> Mapping:
    release = book.conversions_release
    return Mapping(
        printed(ICD10, code),
        ICD10,
        printed(ICD10, other),
        ICD10,
        kind,
        "CMS and NCHS, ICD-10-CM conversion table",
        release,
        title=_title(ICD10, other, on or date.max, book),
        in_force=_is_in_force(ICD10, other, on, book) if on else False,
    )


def _instead(code: str, system: str, on: date, book: Book) -> Iterator[Mapping]:
    """Codes that CMS names in the place of a procedure code: in its list of Level II codes, or because Medicare wants another."""
    for other, source, release, note in (
        *_cross_references(code, system, book),
        *_for_medicare(code, book),
    ):
        kind = procedure_kind(other)
        target = kind.system if kind else HCPCS
        title = _title(target, other, on, book)
        yield Mapping(code, system, other, target, INSTEAD, source, release, title=title, note=note)


_Named = tuple[str, str, str, str | None]
"""A code, who names it, where, and why."""


def _cross_references(code: str, system: str, book: Book) -> Iterator[_Named]:
    """Codes that the record of a Level II code names, and codes whose record names this one."""
    source = "CMS, HCPCS Level II: cross-reference"
    if system == HCPCS:
        for row in book.told("hcpcs", code)[-1:]:
            told = str(row.get("instead") or "").split()
            yield from ((other, source, row["release"], None) for other in told)
    for other, release in book.named_instead.of(code):
        yield other, source, release, f"the record of {other} names {code} in its place"


def _for_medicare(code: str, book: Book) -> Iterator[_Named]:
    for row in book.told("medicare_instead", code):
        yield from (
            (other, "Medicare", row["release"], row["reason"]) for other in row["instead"].split()
        )


def _diagnoses(code: str, system: str, on: date, book: Book) -> Iterator[Mapping]:
    """The diagnoses that coverage policies take, or refuse, as a reason for a procedure."""
    named = _on(book.reference.narrow("coverage_procedures", pl.Series([code])), on)
    for policy in named["policy"].unique().sort():
        own = named.filter(pl.col("policy") == policy)
        lists = _on(book.reference.having("coverage_diagnoses", "policy", policy), on)
        lists = lists.filter(pl.col("group").is_in(own["group"].unique().implode()))
        told = _policy(policy, on, book)
        for row in lists.sort("code").unique(["code", "covered"], maintain_order=True).iter_rows(named=True):  # fmt: skip
            yield Mapping(
                code,
                system,
                printed(ICD10, row["code"]),
                ICD10,
                POLICY,
                told["source"],
                row["release"],
                title=_title(ICD10, row["code"], on, book),
                valid_from=_day(row["valid_from"]),
                valid_to=_day(row["valid_to"]),
                policy=policy,
                states=told["states"],
                covered=row["covered"],
                note="with a second diagnosis" if row["needs_second"] else None,
            )


def _procedures(code: str, on: date, book: Book) -> Iterator[Mapping]:
    """The procedures for which coverage policies take, or refuse, a diagnosis."""
    listed = _on(book.reference.narrow("coverage_diagnoses", pl.Series([code])), on)
    for row in listed.iter_rows(named=True):
        named = _on(book.reference.having("coverage_procedures", "policy", row["policy"]), on)
        own = named.filter(pl.col("group") == row["group"], pl.col("covered") == row["covered"])
        told = _policy(row["policy"], on, book)
        for other in own["code"].unique().sort():
            kind = procedure_kind(other)
            target = kind.system if kind else CPT
            yield Mapping(
                printed(ICD10, code),
                ICD10,
                other,
                target,
                POLICY,
                told["source"],
                row["release"],
                title=_title(target, other, on, book),
                valid_from=_day(row["valid_from"]),
                valid_to=_day(row["valid_to"]),
                policy=row["policy"],
                states=told["states"],
                covered=row["covered"],
                note="with a second diagnosis" if row["needs_second"] else None,
            )


def _policy(policy: str, on: date, book: Book) -> dict[str, Any]:
    reference = book.reference
    told = _on(reference.narrow("coverage_policies", pl.Series([policy])), on)
    states: list[str] = []
    if "coverage_states" in reference.names():
        states = _on(reference.narrow("coverage_states", pl.Series([policy])), on)["state"].unique().sort().to_list()  # fmt: skip
    title = f"{policy}: {told['title'][0]}" if told.height else policy
    return {"source": title, "states": tuple(states)}


def _history(code: str, system: str, own: pl.DataFrame, book: Book) -> Iterator[Mapping]:
    """What the user billed with it, the most often first."""
    is_diagnosis = system in {ICD9, ICD10}
    column, other = ("diagnosis_code", "procedure_code") if is_diagnosis else ("procedure_code", "diagnosis_code")  # fmt: skip
    rows = own.filter(pl.col(column) == code)
    if is_diagnosis:
        rows = rows.filter(pl.col("icd_version") == (10 if system == ICD10 else 9))
    for row in rows.iter_rows(named=True):
        target = ICD10 if row["icd_version"] == 10 else ICD9
        if is_diagnosis:
            kind = procedure_kind(row[other])
            target = kind.system if kind else CPT
        share = row["paid"] / row["judged"] if row["judged"] else None
        yield Mapping(
            printed(system, code),
            system,
            printed(target, row[other]),
            target,
            HISTORY,
            "your own claims",
            "your own claims",
            title=_title(target, row[other], date.max, book),
            lines=row["lines"],
            paid_share=round(share, 3) if share is not None else None,
            note=None if row["judged"] else "not known whether they were paid",
        )


def _on(rows: pl.DataFrame, on: date) -> pl.DataFrame:
    return rows.filter(pl.lit(on).is_between(pl.col("valid_from"), pl.col("valid_to")))


def _day(day: date) -> date | None:
    return None if day in {OPEN_START, OPEN_END} else day


def _title(system: str, code: str | None, on: date, book: Book) -> str | None:
    if code is None or system == ICD9:
        return None
    return book.title(code, on) if system == ICD10 else book.words(code, on)


def _is_in_force(system: str, code: str, on: date, book: Book) -> bool:
    table = "icd10cm" if system == ICD10 else "icd9cm"
    return any(one.first <= on and (one.last is None or on <= one.last) for one in book.spans((table,), code))  # fmt: skip
