"""The claim forms of the page, drawn as the CMS-1500 and the UB-04: their boxes, the claim that they say, and where each finding belongs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cleanclaim.correct.safe import reordered
from cleanclaim.edits.edit import Disposition
from cleanclaim.text.escaping import visible

LETTERS: Final = "ABCDEFGHIJKL"
_POINTERS: Final = re.compile(r"[A-La-l][A-La-l ,:]*")


@dataclass(frozen=True)
class Box:
    """A box of a form.

    Attributes:
        name: the field's name in the page.
        number: the box of the paper form.
        label: what it asks for.
        column: the model's column.
        hint: an example.
        options: values to choose from; empty for text.
        width: how many of the form's twelve columns it takes.
        codes: the code systems that are searched as one types, separated by commas; empty for none.
        table: the short list whose values are offered; empty for none.
    """

    name: str
    number: str
    label: str
    column: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    width: int = 3
    codes: str = ""
    table: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a form, from top to bottom.

    Attributes:
        kind: boxes, diagnoses or lines.
        title: its heading.
        boxes: its boxes; of a line, for lines.
    """

    kind: str
    title: str
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Form:
    """A paper form.

    Attributes:
        name: its name in addresses.
        title: what people call it.
        other: the name of the other form.
        parts: its parts.
        diagnoses: the fields of the diagnoses: name, number on the form, and kind of diagnosis (empty for what the model says).
        lines: how many lines it has.
        fixed: columns with the same value on every claim.
        has_poa: whether each diagnosis has a present-on-admission box.
        example: an invented claim.
    """

    name: str
    title: str
    other: str
    parts: tuple[Part, ...]
    diagnoses: tuple[tuple[str, str, str], ...]
    lines: int
    fixed: Mapping[str, str]
    has_poa: bool
    example: Mapping[str, str]

    @property
    def head(self) -> tuple[Box, ...]:
        """The boxes of the claim."""
        return tuple(box for part in self.parts if part.kind == "boxes" for box in part.boxes)

    @property
    def line(self) -> tuple[Box, ...]:
        """The boxes of a line."""
        return tuple(box for part in self.parts if part.kind == "lines" for box in part.boxes)


@dataclass(frozen=True)
class Filled:
    """A form as somebody filled it in.

    Attributes:
        form: the form.
        claim: the claim that it says, as the library takes it.
        diagnoses: the fields of its diagnoses, in the order of the claim.
    """

    form: Form
    claim: dict[str, Any]
    diagnoses: tuple[str, ...]

    def field_of(self, finding: Mapping[str, Any]) -> str | None:
        """The field of the page that a finding is about; None for the claim as a whole."""
        column = str((finding.get("field") or {}).get("column") or "").partition(".")[2]
        line, diagnosis = finding.get("line_number"), finding.get("diagnosis_number")
        if diagnosis and not line and diagnosis <= len(self.diagnoses):
            name: str = self.diagnoses[diagnosis - 1]
            is_poa = self.form.has_poa and column == "present_on_admission_code"
            return name.replace("diagnosis_", "poa_") if is_poa else name
        for many, one in (("modifiers", "modifier_"), ("diagnosis_pointers", "diagnosis_pointer_")):
            column = many if column.startswith(one) else column
        if line and line <= self.form.lines:
            names = {box.column for box in self.form.line}
            return f"{column if column in names else 'procedure_code'}_{line}"
        return column if column in {box.column for box in self.form.head} else None

    def boxes_of(self, findings: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """The hardest disposition and the messages at each field of the page; findings come in no order."""
        found: dict[str, dict[str, Any]] = {}
        for finding in sorted(findings, key=lambda one: _rank(one["disposition"])):
            name = self.field_of(finding)
            if name is not None:
                box = found.setdefault(name, {"disposition": finding["disposition"], "says": []})
                box["says"].append(visible(finding["message"]))
        return found

    def choices(self, finding: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """Values that would settle a finding, each with the words of its button; a person chooses."""
        evidence, name = finding.get("evidence") or {}, self.field_of(finding)
        if name is None:
            return ()
        if finding["fix"] == "safe" and name.startswith("modifiers_") and evidence.get("modifier"):
            line = next(one for one in self.claim["lines"] if one["line_number"] == finding["line_number"])  # fmt: skip
            value = " ".join(reordered(line["modifiers"].upper().split(), str(evidence["modifier"])))  # fmt: skip
            return ((value, f"Fix it: {value}"),)
        codes = evidence.get("use_instead")
        return tuple((str(code), f"Use {code}") for code in codes) if isinstance(codes, list) else ()  # fmt: skip


def filled(form: Form, given: Mapping[str, str]) -> Filled:
    """The claim that the boxes say; empty boxes and lines without a service are left out."""
    claim: dict[str, Any] = dict(form.fixed)
    for box in form.head:
        if value := given.get(box.name, "").strip():
            claim[box.column] = value
    conditions = claim.pop("condition_codes", "").replace(",", " ").split()
    if conditions:
        claim["claim_codes"] = [{"kind": "condition", "code": code} for code in conditions]
    names = tuple(name for name, _, _ in form.diagnoses if given.get(name, "").strip())
    kinds = {name: kind for name, _, kind in form.diagnoses}
    claim["diagnoses"] = [_diagnosis(form, given, name, kinds[name]) for name in names]
    numbered = ((number, _line(form, given, number, names)) for number in range(1, form.lines + 1))
    claim["lines"] = [{"line_number": number, **line} for number, line in numbered if line]
    return Filled(form, claim, names)


def _diagnosis(form: Form, given: Mapping[str, str], name: str, kind: str) -> Any:
    code = given[name].strip()
    poa = given.get(name.replace("diagnosis_", "poa_"), "").strip() if form.has_poa else ""
    if not kind and not poa:
        return code
    found = {"diagnosis_code": code}
    found |= {"diagnosis_type": kind} if kind else {}
    return found | ({"present_on_admission_code": poa} if poa else {})


def _line(form: Form, given: Mapping[str, str], number: int, names: Sequence[str]) -> dict[str, Any]:  # fmt: skip
    line: dict[str, Any] = {box.column: value for box in form.line if (value := given.get(f"{box.name}_{number}", "").strip())}  # fmt: skip
    if not line.get("procedure_code") and not line.get("revenue_center_code"):
        return {}
    pointers = line.get("diagnosis_pointers", "")
    if _POINTERS.fullmatch(pointers):
        line["diagnosis_pointers"] = _pointed(pointers, names)
    return line


def _pointed(pointers: str, names: Sequence[str]) -> Any:
    """Letters of the form as numbers of the diagnoses that are given; as they are if a letter's box is empty."""
    wanted = [f"diagnosis_{letter}" for letter in pointers.upper() if letter in LETTERS]
    if all(name in names for name in wanted):
        return [names.index(name) + 1 for name in wanted]
    return pointers


def _rank(disposition: str) -> int:
    return Disposition(disposition).rank if disposition else len(Disposition)
