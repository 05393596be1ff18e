"""A case as a question: the claim or note, what is asked, choices of which one is right, hints, and why."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from inspect import cleandoc
from typing import Any, Final

from cleanclaim.edits.edit import Edit, Example
from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.engine.check import check
from cleanclaim.engine.examples import claims_of
from cleanclaim.learn.cases import Case, added_modifier, modifiers_of, topic_of
from cleanclaim.reference import Reference

NOTHING: Final = "Nothing is wrong with it"
YES: Final = "Yes, it breaks this rule"
NO: Final = "No, it doesn't"
_CHOICES: Final = 4
_COMMON_DIAGNOSES: Final = ("I10", "J06.9", "M54.50", "E11.9", "R05.1", "N39.0", "L03.115", "S52.501A")  # fmt: skip
_COMMON_MODIFIERS: Final = ("25", "59", "57", "24", "51", "LT", "RT", "26", "TC", "50", "76", "GP")


@dataclass(frozen=True, slots=True)
class Question:
    """A question.

    Attributes:
        case: the case.
        text: the claim or note.
        asked: what is asked.
        choices: the choices, in the order shown.
        answer: the index of the right one.
        hints: from vague to plain.
        why: why it is right, with the edit's own text and citation.
    """

    case: Case
    text: str
    asked: str
    choices: tuple[str, ...]
    answer: int
    hints: tuple[str, ...]
    why: str


def question_of(case: Case, reference: Reference, turn: int = 0) -> Question:
    """Make a question of a case.

    Args:
        case: the case.
        reference: the dated tables, which the claim is checked with.
        turn: how often it was asked: the choices come in another order each time.
    """
    if case.example is None:
        return _written(case, turn)
    if case.edit is None:
        return _sound(case, case.example, reference, turn)
    messages = _messages(case.example, reference)
    edit = case.edit
    why = _why(edit, messages.get(edit.code, ""), case.example.title)
    text = claim_text(case.example)
    hints = (f"It is about {edit.family}: {topic_of(edit)}.", summary(edit))
    if case.kind == "rule":
        asked = f"Does {_which(case.example)} break this rule? {summary(edit)}"
        answer = YES if edit.code in messages else NO
        return _shuffled(case, turn, _Said(text, asked, hints[:1], why), [YES, NO], answer)
    if case.kind == "modifier":
        return _modifier(case, turn, text, hints, why)
    if case.kind == "link":
        return _link(case, turn, text, hints, why)
    others = distractors(edit, messages, case.id)
    choices = [summary(edit), *map(summary, others), NOTHING]
    said = _Said(text, f"What is wrong with {_which(case.example)}?", hints[:1], why)
    return _shuffled(case, turn, said, choices, summary(edit))


def _written(case: Case, turn: int) -> Question:
    own = case.written
    hints = (str(own["hint"]),) if own.get("hint") else ()
    said = _Said(str(own.get("text", "")), str(own["question"]), hints, f"{own['why']}\nSource: {own['source']}")  # fmt: skip
    return _shuffled(case, turn, said, [str(one) for one in own["choices"]], str(own["answer"]))


def _sound(case: Case, example: Example, reference: Reference, turn: int) -> Question:
    """A claim that is right, among faults that it doesn't have."""
    messages = _messages(example, reference)
    silent = {summary(one): one for one in own_edits() if one.runs_by_default and one.code not in messages}  # fmt: skip
    choices = [*_in_order([*silent], case.id)[: _CHOICES - 1], NOTHING]
    why = f"{case.written['why']}\nSource: {case.written['source']}"
    said = _Said(claim_text(example), f"What is wrong with {_which(example)}?", (), why)
    return _shuffled(case, turn, said, choices, NOTHING)


def _modifier(case: Case, turn: int, text: str, hints: Sequence[str], why: str) -> Question:
    before, after = _changed_lines(case)
    right = added_modifier(before, after)
    taken = {*modifiers_of(before), right}
    rest = _in_order([one for one in _COMMON_MODIFIERS if one not in taken], case.id)
    wrong = [one for one in rest if _still_fires(case, modifier=one)][: _CHOICES - 1]
    asked = f"Which modifier does {before.get('procedure_code')} need, if the record supports it?"
    said = _Said(text, asked, hints[1:], why)
    return _shuffled(case, turn, said, [right, *wrong], right)


def _still_fires(case: Case, *, modifier: str = "", diagnosis: str = "") -> bool:
    """Whether the case's edit still finds its fault with another answer, so that this answer is wrong."""
    assert case.edit is not None  # noqa: S101 - a case of this kind has an example
    assert case.example is not None  # noqa: S101
    claim = dict(case.example.claims[0])
    if modifier:
        before, _ = _changed_lines(case)
        free = next(f"modifier_{n}" for n in range(1, 5) if not before.get(f"modifier_{n}"))
        claim["lines"] = [{**line, free: modifier} if line == before else line for line in claim["lines"]]  # fmt: skip
    else:
        wrong, _ = _changed_diagnosis(case)
        claim["diagnoses"] = [diagnosis if one == wrong else one for one in claim["diagnoses"]]
    changed = replace(case.example, claims=(claim,))
    return check(claims_of(changed), _reference(), [case.edit]).findings.height > 0


@cache
def _reference() -> Reference:
    return Reference.load()


def _changed_lines(case: Case) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    assert case.example is not None  # noqa: S101 - a case of this kind has both
    assert case.contrast is not None  # noqa: S101
    pairs = zip(case.example.claims[0]["lines"], case.contrast.claims[0]["lines"], strict=True)
    return next((one, other) for one, other in pairs if one != other)


def _changed_diagnosis(case: Case) -> tuple[str, str]:
    assert case.example is not None  # noqa: S101 - a case of this kind has both
    assert case.contrast is not None  # noqa: S101
    pairs = zip(case.example.claims[0]["diagnoses"], case.contrast.claims[0]["diagnoses"], strict=True)  # fmt: skip
    return next((one, other) for one, other in pairs if one != other)


def _link(case: Case, turn: int, text: str, hints: Sequence[str], why: str) -> Question:
    wrong, right = _changed_diagnosis(case)
    asked = f"With which diagnosis in place of {wrong} would the claim be right, if the record supports it?"
    rest = _in_order([one for one in _COMMON_DIAGNOSES if one not in {wrong, right}], case.id)
    others = [one for one in rest if _still_fires(case, diagnosis=one)][: _CHOICES - 2]
    said = _Said(text, asked, hints[1:], why)
    return _shuffled(case, turn, said, [right, f"{wrong}, as billed", *others], right)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a question says besides its choices."""

    text: str
    asked: str
    hints: Sequence[str]
    why: str


def _shuffled(case: Case, turn: int, said: _Said, choices: Sequence[str], answer: str) -> Question:
    order = _in_order(list(dict.fromkeys(choices)), f"{case.id} {turn}")
    return Question(case, said.text, said.asked, tuple(order), order.index(answer), tuple(said.hints), said.why)  # fmt: skip


def _in_order(items: Sequence[str], seed: str) -> list[str]:
    return sorted(items, key=lambda item: hashlib.sha256(f"{seed}|{item}".encode()).digest())


def _messages(example: Example, reference: Reference) -> dict[str, str]:
    """What every edit says of the last claim of an example."""
    edits = [edit for edit in own_edits() if edit.runs_by_default]
    batch = claims_of(example)
    last = batch.claims["claim_key"].max()
    found = check(batch, reference, edits).findings.filter(claim_key=last)
    told = found.select("code", "message", "suggestion").unique("code", keep="first", maintain_order=True)  # fmt: skip
    return {code: f"{message} {more or ''}".strip() for code, message, more in told.iter_rows()}


def distractors(edit: Edit, messages: Mapping[str, str], seed: str) -> list[Edit]:
    """Other edits that say nothing of the claim, of the same topic first.

    Args:
        edit: the edit that is right.
        messages: what every edit says of the claim, by its code.
        seed: decides which are chosen.
    """
    taken = {edit.code, *messages}
    silent = [one for one in own_edits() if one.runs_by_default and one.code not in taken]
    near = [one.code for one in silent if topic_of(one) == topic_of(edit)]
    far = [one.code for one in silent if one.code not in near]
    by_code = {one.code: one for one in silent}
    picked = [*_in_order(near, seed)[:2], *_in_order(far, seed)]
    return [by_code[code] for code in picked[: _CHOICES - 1]]


def summary(edit: Edit) -> str:
    """An edit's first sentence."""
    return re.sub(r"\s+", " ", edit.documentation.split("\n\n", 1)[0]).strip()


def _why(edit: Edit, message: str, title: str) -> str:
    said = f"{edit.code}: {message}" if message else f"{edit.code} has nothing against it: {title}."
    return f"{said}\n{cleandoc(edit.documentation)}\nSource: {'; '.join(map(str, edit.source))}"


def _which(example: Example) -> str:
    return "this claim" if len(example.claims) == 1 else "the last claim"


_BASICS: Final = ("lines", "diagnoses", "is_history")
_SHOWN_ALWAYS: Final = (
    "claim_type",
    "payer_class",
    "patient_birth_date",
    "patient_sex",
    "place_of_service_code",
    "bill_type_code",
    "from_date",
    "to_date",
)


def claim_text(example: Example) -> str:
    """The claims of an example: what matters always, and what differs from a claim that is right."""
    texts = []
    for claim in example.claims:
        earlier = " (earlier)" if claim.get("is_history") else ""
        texts.append("\n".join([f"Claim {claim.get('claim_id', '')}{earlier}", *_claim_lines(claim)]))  # fmt: skip
    return "\n\n".join(texts)


def _claim_lines(claim: Mapping[str, Any]) -> Iterator[str]:
    base = _base(claim)
    always = [f"{_words(name)}: {claim[name]}" for name in _SHOWN_ALWAYS if claim.get(name)]
    yield "  " + "; ".join(always)
    moved = {"submitted_date", "as_of", "claim_id"}
    other = [
        f"{_words(name)}: {_value(claim.get(name))}"
        for name in {**base, **claim}
        if name not in (*_BASICS, *_SHOWN_ALWAYS, *moved) and claim.get(name) != base.get(name)
    ]
    late = claim.get("as_of") != claim.get("from_date") and claim.get("as_of") != base.get("as_of")
    if late:
        other.append(f"sent: {claim.get('submitted_date')}")
    if other:
        yield "  " + "; ".join(other)
    for number, diagnosis in enumerate(claim.get("diagnoses", ()), 1):
        code = diagnosis if isinstance(diagnosis, str) else _value(diagnosis)
        yield f"  diagnosis {number}: {code}"
    basis = base["lines"][0]
    for number, line in enumerate(claim.get("lines", ()), 1):
        yield f"  line {number}: {_line(line, basis)}"


def _base(claim: Mapping[str, Any]) -> dict[str, Any]:
    """The claim that is right, of the same type and payer."""
    if claim.get("claim_type") == "institutional":
        return institutional()
    return medicare() if claim.get("payer_class") == "medicare" else professional()


_IN_LINES: Final = ("procedure_code", "units", "charge_amount", "diagnosis_pointers", *(f"modifier_{n}" for n in range(1, 5)))  # fmt: skip


def _line(line: Mapping[str, Any], base: Mapping[str, Any]) -> str:
    code = "-".join([str(line.get("procedure_code") or "no code"), *modifiers_of(line)])
    parts = [f"{code} x{line.get('units')}", f"${line.get('charge_amount')}"]
    if "diagnosis_pointers" in line:
        parts.append(f"points at {', '.join(map(str, line['diagnosis_pointers'] or ('nothing',)))}")
    parts += [
        f"{_words(name)}: {_value(value)}"
        for name, value in line.items()
        if name not in _IN_LINES and value != base.get(name)
    ]
    return "; ".join(parts)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(name)} {_value(one)}" for name, one in value.items())
    if isinstance(value, (list, tuple)):
        return "; ".join(map(_value, value))
    return "missing" if value is None or value == "" else str(value)
