"""Carry out decisions on FHIR claims: the values that were decided change, and every other byte stays.

A decision is about a column of the model, and many paths of FHIR may give a column. So each value
of the claim that could be the one is changed on trial, and the claim is read again: the right one
changes that column and no other.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import polars as pl

from cleanclaim.correct import values
from cleanclaim.correct.corrector import VOID, Terms, only_claim
from cleanclaim.correct.decisions import Decision
from cleanclaim.correct.fhir_additions import addition
from cleanclaim.correct.json_spans import Node, added, parsed, span_without
from cleanclaim.correct.safe import OURS, late_modifiers, reordered
from cleanclaim.correct.text_edits import TextEdits
from cleanclaim.correct.values import check_read_back
from cleanclaim.errors import InputError, RewriteError, TableError
from cleanclaim.model import TABLES, Batch, concat
from cleanclaim.parsing import json_of
from cleanclaim.read.fhir import read_fhir
from cleanclaim.read.fhir.claims import ClaimMapper
from cleanclaim.read.fhir.resources import Resource, Resources, read_resources

Place = tuple[str, int, str]
Flat = Mapping[Place, Any]
"""A claim's values by table, number and column."""
_SEX: Final = {"F": "female", "M": "male", "U": "unknown"}
_WHOLE: Final = 10_000_000
_CODES: Final = ("procedure_code", "modifier_1", "modifier_2", "modifier_3", "modifier_4")
_DAY: Final = 10
_CATEGORY: Final = 3


Change = tuple[int, int, str]
"""A span of a resource's text, and the text that replaces it."""


@dataclass(slots=True)
class Part:
    """A resource of the file, which is changed in place.

    Attributes:
        start: where it starts in the file.
        end: where it ends.
        text: its text, with the changes so far.
        resource: the same, loaded.
        url: its address in a Bundle.
        touched: whether it was changed.
    """

    start: int
    end: int
    text: str
    resource: Resource
    url: str | None
    touched: bool = False

    @property
    def node(self) -> Node:
        """Its values with their places."""
        return parsed(self.text)

    def with_change(self, *changes: Change) -> str:
        """Its text with changes that don't overlap."""
        text = self.text
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of the file."""

    key: int
    claim_id: str
    part: Part


class FhirClaims:
    """The claims of a FHIR file, and what is changed in them.

    Attributes:
        claims: its claims by number.
        done: the changes that were made, with the values as they were and are.
    """

    def __init__(self, content: bytes, file: str) -> None:
        """Find the claims of a file.

        Args:
            content: the file.
            file: its name in messages.

        Raises:
            InputError: it isn't valid JSON, or has no claims.
        """
        self._file = file
        self._text = content.decode("utf-8", "surrogateescape")
        batch = self._read(content)
        self._before = values.Reading(batch)
        nodes = dict(self._placed())
        self._resources = Resources()
        self._parts: dict[int, Part] = {}
        own = []
        for place, one, url in read_resources(io.BytesIO(content), file, []):
            node = nodes.get(place)
            if node is None:
                raise InputError(f"{file}: {place}: claims of Bundles in lines or in Bundles can't be corrected; save each Bundle as a file")  # fmt: skip
            part = Part(node.start, node.end, self._text[node.start : node.end], one, url if isinstance(url, str) else None)  # fmt: skip
            self._parts[id(one)] = part
            if one.get("resourceType") == "Claim":
                own.append(part)
            else:
                self._resources.add(one, url)
        ids = batch.claims["claim_id"].to_list()
        if not own:
            raise InputError(f"{file}: the file has no claims")
        if len(own) != len(ids):
            raise InputError(f"{file}: only claims can be corrected, and all of them must be readable")  # fmt: skip
        self.claims: dict[str, list[Claim]] = defaultdict(list)
        for key, (claim_id, part) in enumerate(zip(ids, own, strict=True)):
            self.claims[claim_id or ""].append(Claim(key, claim_id or "", part))
        self.done: list[Decision] = []
        self._decided: list[values.Key] = []

    def _read(self, content: bytes) -> Batch:
        batches = read_fhir(io.BytesIO(content), file=self._file, first_claim_key=0, notes=[], at_once=_WHOLE)  # fmt: skip
        return concat(batches)

    def _placed(self) -> Iterator[tuple[str, Node]]:
        """Each resource's place, as `read_resources` names it, and its node."""
        at = 0
        lines = self._text.split("\n")
        first = lines[0].lstrip("\ufeff \t\r")
        if first.rstrip().endswith("}") and _is_object(first) and '"Bundle"' not in first[:200]:
            for number, line in enumerate(lines, start=1):
                if line.strip("\ufeff \t\r"):
                    yield f"line {number}", parsed(self._text, at)
                at += len(line) + 1
            return
        whole = parsed(self._text)
        for number, one in enumerate([whole] if whole.items is None else whole.items, start=1):
            kind = one.get("resourceType")
            if kind is not None and kind.value == "Bundle":
                entries = one.get("entry")
                inside = [entry for entry in (entries.items or () if entries else ()) if entry.members is not None]  # fmt: skip
                for place, entry in enumerate(inside, start=1):
                    node = entry.get("resource")
                    if node is not None and node.members is not None:
                        yield f"entry {place}", node
            else:
                yield f"item {number}", one

    def apply(self, decisions: Iterable[Decision], claim: Claim | None = None) -> None:
        """Carry out decisions, all or none."""
        faults: list[str] = []
        for one in decisions:
            try:
                self._apply(one, claim or only_claim(self.claims, one))
            except RewriteError as error:
                faults.append(f"{one.where}: {error}")
        if faults:
            raise TableError("decisions", faults)

    def _apply(self, one: Decision, claim: Claim) -> None:
        key = values.key_of(one, claim.key)
        table, number, name = place = key[1:]
        now = self._mapped(claim)
        if table == "lines" and ("lines", number, "line_number") not in now:
            raise RewriteError(f"the claim has no line {number}")
        held = values.normal(table, name, now.get(place))
        if held != values.normal(table, name, one.before):
            raise RewriteError("the file has another value than `from`")
        if name == "diagnosis_code" and not one.after.strip():
            raise RewriteError("a diagnosis that lines point to can't be removed; change it, or correct the claim in your billing system")  # fmt: skip
        new = values.written(table, name, one.after)
        trials = self._changes(claim, place, held, new) if held else self._additions(claim, place, new)  # fmt: skip
        for part, changes, old in trials:
            if self._is_right(claim, now, place, new, (part, changes)):
                self._make(part, changes)
                self.done.append(replace(one, before=old, after=new))
                self._decided.append(key)
                return
        raise RewriteError("cleanclaim can't change this field of a FHIR claim; correct it in your billing system")  # fmt: skip

    def _make(self, part: Part, changes: Sequence[Change]) -> None:
        """Change a resource."""
        before = part.resource
        part.text, part.touched = part.with_change(*changes), True
        part.resource = _loaded(part.text)
        self._parts[id(part.resource)] = part
        self._resources = self._with(before, part.resource)

    def _with(self, before: Resource, after: Resource) -> Resources:
        """The resources that claims refer to, with another one for one of them."""
        known = self._resources.by_reference
        return Resources({name: after if one is before else one for name, one in known.items()})

    def _mapped(self, claim: Claim, part: Part | None = None, changes: Sequence[Change] = ()) -> Flat:  # fmt: skip
        """The claim's values with the changes so far, and some on trial."""
        if part is None:
            return _flat(ClaimMapper(self._resources).claim(claim.part.resource))
        tried = _loaded(part.with_change(*changes))
        if part is claim.part:
            return _flat(ClaimMapper(self._resources).claim(tried))
        return _flat(ClaimMapper(self._with(part.resource, tried)).claim(claim.part.resource))

    def _is_right(self, claim: Claim, now: Flat, place: Place, new: str, trial: tuple[Part, Sequence[Change]]) -> bool:  # fmt: skip
        """Whether changes on trial give a column its new value, and change no other."""
        try:
            after = self._mapped(claim, *trial)
        except ValueError:  # the trial isn't JSON
            return False
        table, _, name = place
        is_new = values.normal(table, name, after.get(place)) == values.normal(table, name, new)
        is_moved = not new and name.startswith(("modifier_", "diagnosis_pointer_"))
        changed = {(0, *one) for one in now.keys() | after.keys() if now.get(one) != after.get(one)}
        return (is_new or is_moved) and bool(changed) and not values.unwanted(changed, [(0, *place)])  # fmt: skip

    def _changes(self, claim: Claim, place: Place, held: str, new: str) -> Iterator[tuple[Part, list[Change], str]]:  # fmt: skip
        """The values that could give a column, and what would become of each."""
        for part in [claim.part, *self._referred(claim.part.resource)]:
            for leaf in part.node.leaves():
                for text in self._texts(claim, leaf, place, held, new):
                    span = _removal(leaf) if not new else (leaf.start, leaf.end)
                    yield part, [(*span, text), *_words(leaf, span)], leaf.value or ""

    def _additions(self, claim: Claim, place: Place, new: str) -> Iterator[tuple[Part, list[Change], str]]:  # fmt: skip
        """The ways to add a value that the claim lacks."""
        part = claim.part
        number = self._sequence(claim, new) if place[2].startswith("diagnosis_pointer_") else 0
        for holder, name, value in addition(part.node, place, new, number):
            at, text = added(part.text, holder, value, name)
            yield part, [(at, at, text)], ""

    def _referred(self, resource: Resource) -> list[Part]:
        """The resources of the file that one refers to, directly or through others."""
        found: dict[int, Part] = {}
        waiting = [resource]
        while waiting:
            one = waiting.pop()
            for reference in _references(one):
                other = self._resources.find(reference, one)
                part = self._parts.get(id(other))
                if part is not None and id(other) not in found:
                    found[id(other)] = part
                    waiting.append(other)
        return list(found.values())

    def _texts(self, claim: Claim, leaf: Node, place: Place, held: str, new: str) -> Iterator[str]:  # fmt: skip
        """What a value would become, if it could be the one that gives a column."""
        table, _, name = place
        value = leaf.value or ""
        if name.startswith("diagnosis_pointer_"):
            if leaf.parent is not None and leaf.parent.name == "diagnosisSequence":
                yield str(self._sequence(claim, new)) if new else ""
            return
        if name == "patient_sex" and leaf.name == "gender":
            yield json.dumps(_SEX.get(new, new))
            return
        own = value[:_DAY] if leaf.is_text and _is_day(table, name) else value
        try:
            same = values.normal(table, name, own).lstrip("0") == held.lstrip("0")
        except RewriteError:
            return
        if same and own.strip() and leaf.name != "sequence":
            padded = "0" * (len(own) - len(own.lstrip("0"))) if held.lstrip("0") == held else ""
            pointed = _pointed(new, own) if name == "diagnosis_code" else new
            whole = padded + pointed + value[len(own) :] if new else ""
            yield "" if not new else json.dumps(whole, ensure_ascii=False) if leaf.is_text else whole  # fmt: skip

    def _sequence(self, claim: Claim, number: str) -> int:
        """The sequence of a diagnosis, by its number in the claim."""
        _, numbers = ClaimMapper(self._resources).diagnoses(claim.part.resource)
        return next((sequence for sequence, own in numbers.items() if str(own) == number), int(number))  # fmt: skip

    def safe(self, findings: pl.DataFrame) -> list[Decision]:
        """Codes in upper case without blanks, and the order of modifiers."""
        orders = late_modifiers(findings)
        found: list[Decision] = []
        for claims in self.claims.values():
            for claim in claims if len(claims) == 1 else ():
                for number in self._before.numbers("lines", claim.key):
                    first = orders.get((claim.key, number))
                    if first is not None:
                        found += self._order(claim, number, first)
        return found

    def _order(self, claim: Claim, line: int, first: str) -> Iterator[Decision]:
        """The safe repair of one line's modifiers."""
        names = _CODES[1:]
        sent = [str(self._before.value((claim.key, "lines", line, n)) or "") for n in names]
        for name, old, new in zip(names, sent, reordered(sent, first), strict=True):
            if old != new:
                yield Decision(claim.claim_id, line, None, "MOD110", f"lines.{name}", old, new, OURS)  # fmt: skip

    def finish(self, *, safe: bool) -> tuple[bytes, list[Decision]]:  # noqa: ARG002 - nothing is around the claims
        """The file with its changes, once it is sure that it reads back with those changes alone."""
        edits = TextEdits()
        for part in self._parts.values():
            if part.touched:
                edits.put(part.start, part.end, part.text)
        content = edits.done(self._text).encode("utf-8", "surrogateescape")
        if self.done:
            after = values.Reading(self._read(content))
            check_read_back(self._before, after, self._decided, self.done)
        return content, []

    def again(self, claim: Claim, decisions: list[Decision], terms: Terms) -> bytes:
        """The claim as a replacement or void, in a Bundle with the resources that it refers to."""
        self.apply(decisions, claim)
        for name, new in (("original_reference_number", terms.reference), ("bill_type_code", terms.frequency)):  # fmt: skip
            old = str(self._before.value((claim.key, "claims", 0, name)) or "")
            value = new if name != "bill_type_code" else old[:-1] + new if old else ""
            if old != value:
                self.apply([Decision(claim.claim_id, None, None, "", f"claims.{name}", old, value, terms.by)], claim)  # fmt: skip
        self._mark(claim, terms)
        parts = [claim.part, *self._referred(claim.part.resource)]
        if len(parts) == 1:
            return (claim.part.text + "\n").encode("utf-8", "surrogateescape")
        entries = ",\n".join(_entry(part) for part in parts)
        whole = f'{{"resourceType":"Bundle","type":"collection","entry":[\n{entries}\n]}}\n'
        return whole.encode("utf-8", "surrogateescape")

    def _mark(self, claim: Claim, terms: Terms) -> None:
        """Say in the claim's status whether it voids the earlier one."""
        status = claim.part.node.get("status")
        old = (status.value or "") if status else ""
        wanted = "cancelled" if terms.frequency == VOID else "active"
        if old == wanted:
            return
        if status is not None:
            change = (status.start, status.end, json.dumps(wanted))
        else:
            at, text = added(claim.part.text, claim.part.node, wanted, "status")
            change = (at, at, text)
        self._make(claim.part, [change])
        self.done.append(Decision(claim.claim_id, None, None, "", "Claim.status", old, wanted, terms.by))  # fmt: skip

    def payer_number(self, claim: Claim) -> str | None:
        """The payer's number that the claim has already; None if it has none."""
        found = self._before.value((claim.key, "claims", 0, "original_reference_number"))
        return str(found) if found else None


def _entry(part: Part) -> str:
    address = f'"fullUrl":{json.dumps(part.url)},' if part.url else ""
    return f'{{{address}"resource":{part.text}}}'


def _is_object(text: str) -> bool:
    try:
        return isinstance(json_of(text), dict)
    except ValueError:
        return False


def _loaded(text: str) -> Resource:
    found = json_of(text, parse_float=Decimal)
    return found if isinstance(found, dict) else {}


def _flat(claim: Mapping[str, Any]) -> Flat:
    """A claim's values by table, number and column."""
    found: dict[tuple[str, int, str], Any] = {}
    for name, value in claim.items():
        if name in {"lines", "diagnoses"}:
            number = "line_number" if name == "lines" else "diagnosis_number"
            for row in value:
                found |= {(name, row[number], column): one for column, one in row.items()}
        else:
            found["claims", 0, name] = value
    return found


def _references(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)


def _is_day(table: str, name: str) -> bool:
    return TABLES[table].schema[name] == pl.Date


def _pointed(new: str, old: str) -> str:
    """A diagnosis code with its point, unless the one before it lacks it."""
    plain = new.replace(".", "")
    lacks = "." not in old and len(old) > _CATEGORY
    return plain if lacks or len(plain) <= _CATEGORY else f"{plain[:3]}.{plain[3:]}"


def _removal(leaf: Node) -> tuple[int, int]:
    """What to delete to remove a value: a code goes with its whole concept."""
    holder = leaf.parent.parent if leaf.parent is not None else None
    is_code = leaf.name == "code" and holder is not None and holder.name == "coding"
    return span_without(holder.parent if is_code and holder and holder.parent else leaf)


def _words(leaf: Node, span: tuple[int, int]) -> Iterator[Change]:
    """Remove the display of a code that changes: it no longer fits."""
    words = leaf.parent.get("display") if leaf.parent is not None and leaf.name == "code" else None
    if words is not None:
        start, end = span_without(words)
        if end <= span[0] or span[1] <= start:
            yield start, end, ""
