"""From a code to its counterparts: other code sets, successors, and which diagnoses support which procedures.

Mappings of different kinds are never mixed: each one gives its kind and source. The General
Equivalence Mappings help you find a code but aren't a crosswalk for billing. A coverage policy
lists the diagnoses that a payer accepts for a procedure. The user's own history shows what was
billed together and paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.encoder.codebook import Codebook
from cleanclaim.encoder.lookup import pages
from cleanclaim.encoder.procedure import Options
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
    SUCCESSOR: "Replaced by",
    PREDECESSOR: "Replaces",
    GEM: "General Equivalence Mappings (to help find a code; not a crosswalk for billing)",
    INSTEAD: "Replacements that the publisher names",
    POLICY: "Coverage policies",
    HISTORY: "Your own history",
}
"""The kinds of mappings and their headings, in display order."""
_GEMS: Final = {ICD9: ("gems_icd9_icd10", ICD10), ICD10: ("gems_icd10_icd9", ICD9)}
_GEM_SUPPLY: Final = (
    "cleanclaim reference import (or update): CMS's 2018 General Equivalence Mappings"
)
_POLICY_SUPPLY: Final = "cleanclaim reference import (or update): CMS's Medicare Coverage Database export, or your own table of policies"


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping.

    Attributes:
        from_code: the source code, as printed.
        from_system: its system.
        to_code: the target code, as printed; None if there is none.
        to_system: its system.
        kind: successor, predecessor, gem, coverage, instead or history.
        source: who publishes the mapping.
        release: the release it was read from.
        title: the target's title.
        valid_from, valid_to: when the mapping applies; None for always, or open.
        in_force: whether the target is in force on the day; None if no list covers it.
        approximate, combination, scenario, choice: the flags of a GEM row; None for other kinds.
        via: the codes in between, if the direct target has since ended.
        policy, states, covered: for a coverage policy, its number, its states, and whether it
            accepts or refuses the diagnosis.
        lines, paid_share: for a history, how many lines, and the share that was paid, of those
            where it is known.
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
        """Return the mapping as the JSON contract defines it, without fields that don't apply."""
        values = asdict(self)
        first = {
            "from": values.pop("from_code"),
            "from_system": values.pop("from_system"),
            "to": values.pop("to_code"),
            "to_system": values.pop("to_system"),
        }
        days = {name: values.pop(name) for name in ("valid_from", "valid_to")}
        kept = {name: value for name, value in values.items() if value is not None and value != ()}
        return {**first, **kept, **{name: str(day) for name, day in days.items() if day}}


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """What a code maps to.

    Attributes:
        mappings: by kind, in the order of `KINDS`.
        not_loaded: tables that would add mappings, and how to load them.
    """

    mappings: tuple[Mapping, ...]
    not_loaded: tuple[str, ...]


def crosswalk(
    code: str, on: date, book: Codebook, to: str | None = None, own: pl.DataFrame | None = None
) -> Crosswalk:
    """Return every mapping of a code.

    Args:
        code: with or without its dot.
        on: the day on which targets must be in force.
        book: the code lists.
        to: only to this system; None for all.
        own: the user's history, from `encoder.usage`.

    Returns:
        The mappings; empty if no system knows the code.
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
            found += _replacements(own_code, system, on, book)
            found += _diagnoses(own_code, system, on, book)
        if system != ICD9 and not book.reference.whole("coverage_procedures"):
            missing.append(f"coverage policies: only the starter set is loaded ({_POLICY_SUPPLY})")  # fmt: skip
        if own is not None:
            found += _history(own_code, system, own, book)
    chosen = [one for one in found if to is None or one.to_system == to]
    order = list(KINDS)
    return Crosswalk(
        tuple(sorted(chosen, key=lambda one: order.index(one.kind))), tuple(dict.fromkeys(missing))
    )


def _systems(code: str, on: date, book: Codebook) -> list[str]:
    return [page.system for page in pages(code, Options(on, pairs=0), book)]


def _gem(code: str, system: str, on: date, book: Codebook) -> Iterator[Mapping]:
    """Yield the General Equivalence Mappings, and follow later changes to codes in force."""
    table, target_system = _GEMS[system]
    if table not in book.reference.names():
        return
    rows = book.reference.narrow(table, pl.Series([code]))
    for row in rows.sort("scenario", "choice", "target").iter_rows(named=True):
        yield from _gem_row(code, system, target_system, row, on, book)


def _gem_row(
    code: str, system: str, target_system: str, row: dict[str, Any], on: date, book: Codebook
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
                note=f"{printed(ICD10, target)} has ended; this code replaced it",
            )


def _flags(row: dict[str, Any]) -> str:
    if row["no_map"]:
        return "no equivalent"
    words = ["approximate" if row["approximate"] else "identical"]
    if row["combination"]:
        words.append(
            f"several codes are needed together: scenario {row['scenario']}, choose one from list {row['choice']}"
        )
    return "; ".join(words)


def _successors(code: str, on: date, book: Codebook) -> Iterator[Mapping]:
    spans = book.spans(("icd10cm",), code)
    if not spans or spans[-1].last is None or spans[-1].last >= on:
        return
    for after in successors(book.reference, code, on):
        yield _conversion(code, after, SUCCESSOR, on, book)


def _predecessors(code: str, book: Codebook) -> Iterator[Mapping]:
    for before, has_ended in book.predecessors.of(code):
        if has_ended and before != code:
            yield _conversion(code, before, PREDECESSOR, None, book)


def _conversion(code: str, other: str, kind: str, on: date | None, book: Codebook) -> Mapping:
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


def _replacements(code: str, system: str, on: date, book: Codebook) -> Iterator[Mapping]:
    """Yield the replacements that CMS names for a procedure code, in its HCPCS list or for Medicare."""
    for other, source, release, note in (
        *_cross_references(code, system, book),
        *_for_medicare(code, book),
    ):
        kind = procedure_kind(other)
        target = kind.system if kind else HCPCS
        title = _title(target, other, on, book)
        yield Mapping(code, system, other, target, INSTEAD, source, release, title=title, note=note)


_Named = tuple[str, str, str, str | None]
"""A code, who names it, the release, and why."""


def _cross_references(code: str, system: str, book: Codebook) -> Iterator[_Named]:
    """Yield the codes that a Level II code's record names, and the codes whose record names this one."""
    source = "CMS, HCPCS Level II: cross-reference"
    if system == HCPCS:
        for row in book.rows_of("hcpcs", code)[-1:]:
            others = str(row.get("instead") or "").split()
            yield from ((other, source, row["release"], None) for other in others)
    for other, release in book.named_instead.of(code):
        yield other, source, release, f"the record of {other} names {code} as its replacement"


def _for_medicare(code: str, book: Codebook) -> Iterator[_Named]:
    for row in book.rows_of("medicare_instead", code):
        yield from (
            (other, "Medicare", row["release"], row["reason"]) for other in row["instead"].split()
        )


def _diagnoses(code: str, system: str, on: date, book: Codebook) -> Iterator[Mapping]:
    """Yield the diagnoses that coverage policies accept, or refuse, for a procedure."""
    named = _on(book.reference.narrow("coverage_procedures", pl.Series([code])), on)
    for policy in named["policy"].unique().sort():
        own = named.filter(pl.col("policy") == policy)
        lists = _on(book.reference.having("coverage_diagnoses", "policy", policy), on)
        lists = lists.filter(pl.col("group").is_in(own["group"].unique().implode()))
        described = _policy(policy, on, book)
        for row in lists.sort("code").unique(["code", "covered"], maintain_order=True).iter_rows(named=True):  # fmt: skip
            yield Mapping(
                code,
                system,
                printed(ICD10, row["code"]),
                ICD10,
                POLICY,
                described["source"],
                row["release"],
                title=_title(ICD10, row["code"], on, book),
                valid_from=_day(row["valid_from"]),
                valid_to=_day(row["valid_to"]),
                policy=policy,
                states=described["states"],
                covered=row["covered"],
                note="with a second diagnosis" if row["needs_second"] else None,
            )


def _procedures(code: str, on: date, book: Codebook) -> Iterator[Mapping]:
    """Yield the procedures for which coverage policies accept, or refuse, a diagnosis."""
    listed = _on(book.reference.narrow("coverage_diagnoses", pl.Series([code])), on)
    for row in listed.iter_rows(named=True):
        named = _on(book.reference.having("coverage_procedures", "policy", row["policy"]), on)
        own = named.filter(pl.col("group") == row["group"], pl.col("covered") == row["covered"])
        described = _policy(row["policy"], on, book)
        for other in own["code"].unique().sort():
            kind = procedure_kind(other)
            target = kind.system if kind else CPT
            yield Mapping(
                printed(ICD10, code),
                ICD10,
                other,
                target,
                POLICY,
                described["source"],
                row["release"],
                title=_title(target, other, on, book),
                valid_from=_day(row["valid_from"]),
                valid_to=_day(row["valid_to"]),
                policy=row["policy"],
                states=described["states"],
                covered=row["covered"],
                note="with a second diagnosis" if row["needs_second"] else None,
            )


def _policy(policy: str, on: date, book: Codebook) -> dict[str, Any]:
    reference = book.reference
    known = _on(reference.narrow("coverage_policies", pl.Series([policy])), on)
    states: list[str] = []
    if "coverage_states" in reference.names():
        states = _on(reference.narrow("coverage_states", pl.Series([policy])), on)["state"].unique().sort().to_list()  # fmt: skip
    title = f"{policy}: {known['title'][0]}" if known.height else policy
    return {"source": title, "states": tuple(states)}


def _history(code: str, system: str, own: pl.DataFrame, book: Codebook) -> Iterator[Mapping]:
    """Yield what the user billed with the code, the most frequent first."""
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
            note=None if row["judged"] else "payment unknown",
        )


def _on(rows: pl.DataFrame, on: date) -> pl.DataFrame:
    return rows.filter(pl.lit(on).is_between(pl.col("valid_from"), pl.col("valid_to")))


def _day(day: date) -> date | None:
    return None if day in {OPEN_START, OPEN_END} else day


def _title(system: str, code: str | None, on: date, book: Codebook) -> str | None:
    if code is None or system == ICD9:
        return None
    return book.title(code, on) if system == ICD10 else book.description(code, on)


def _is_in_force(system: str, code: str, on: date, book: Codebook) -> bool:
    table = "icd10cm" if system == ICD10 else "icd9cm"
    return any(one.first <= on and (one.last is None or on <= one.last) for one in book.spans((table,), code))  # fmt: skip
