"""What adjustment reason and remark codes mean: a category, what to do next, and what they are about.

The tables are in `data/`, in our own words. `reasons.csv` gives each code its category and topics
(diagnosis, modifier, place …); `categories.csv` says for each category what to do next and whether
it could have been avoided; `edit_topics.csv` says which topics an edit explains besides those of
its own reason code.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from cleanclaim.remit.records import Adjustment

GENERIC: Final = frozenset({"16", "96", "125", "133", "148", "226", "227", "250", "251", "252", "A1"})  # fmt: skip
"""Reasons that leave it to a remark code to say what is wrong."""
_PATIENT_OWES: Final = frozenset({"non-covered", "eligibility", "medical-necessity", "bundling", "units"})  # fmt: skip
"""With group PR, the patient owes an amount denied for one of these."""
_UNPROCESSABLE: Final = "MA130"
"""The claim wasn't processed, so there is nothing to appeal (Medicare Claims Processing Manual, chapter 1, section 80.3.1)."""
_REPAIRED: Final = frozenset({"authorization", "coordination-of-benefits"})
"""If a part of the claim about one of these is missing or wrong, the claim is corrected; it's not appealed or sent elsewhere."""
_UNKNOWN: Final = "other"
_RULE_TOPICS: Final = {
    "prior_authorization": "authorization",
    "side_required": "modifier",
    "referring_required": "referring",
    "clia_required": "clia",
    "clia_waived_qw": "modifier",
    "therapy_always": "modifier",
    "timed_minutes": "units",
    "single_dose": "modifier",
    "age_from": "age",
    "age_to": "age",
    "sex": "sex",
}
"""What a payer's own rule (PAY101) is about."""


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of reason.

    Attributes:
        name: its name.
        next_step: what to do.
        is_avoidable: whether it could have been avoided.
        is_routine: whether it belongs to every normal payment.
        label: its meaning.
    """

    name: str
    next_step: str
    is_avoidable: bool
    is_routine: bool
    label: str


@dataclass(frozen=True, slots=True)
class _Code:
    category: str
    topics: frozenset[str]
    next_step: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why less was paid.

    Attributes:
        category: the category of the main reason.
        next_step: what to do.
        topics: what the reasons are about; empty if the codes don't say.
        carcs: the reason codes.
    """

    category: Category
    next_step: str
    topics: frozenset[str]
    carcs: frozenset[str]


@cache
def categories() -> dict[str, Category]:
    """All categories by name."""
    return {
        row["category"]: Category(
            row["category"],
            row["next_step"],
            row["avoidable"] == "true",
            row["is_routine"] == "true",
            row["label"],
        )
        for row in _rows("categories")
    }


def is_routine(adjustment: Adjustment) -> bool:
    """Whether an adjustment belongs to every normal payment: the agreed discount, the patient's share, what another payer paid."""
    return adjustment.carc == "23" or _category_of(adjustment.carc).is_routine


def reason_of(adjustments: Sequence[Adjustment], remarks: Sequence[str]) -> Reason | None:
    """The reason why less was paid; None if nothing was adjusted.

    The largest adjustment that isn't routine decides. If all are routine, the patient's share comes
    before the discount.
    """
    if not adjustments:
        return None
    special = [one for one in adjustments if not is_routine(one)]
    if not special:
        return _routine(adjustments)
    ranked = sorted(special, key=lambda one: (_told(one, remarks).name == _UNKNOWN, -abs(one.amount)))  # fmt: skip
    main = ranked[0]
    category = _told(main, remarks)
    topics = frozenset().union(*(_topics(one.carc, remarks) for one in special))
    return Reason(
        category,
        _next_step(main, category, remarks),
        topics,
        frozenset(one.carc for one in special),
    )


def downcoded(reason: Reason | None) -> Reason:
    """The reason of a visit paid at a lower level, if the codes name only the contract."""
    category = categories()["downcoding"]
    carcs = reason.carcs if reason else frozenset[str]()
    return Reason(category, category.next_step, frozenset({"level"}), carcs)


def topics_of(
    code: str, carc: str | None, rarc: str | None, evidence: str | None
) -> frozenset[str]:
    """What an edit's finding is about: the topics of its reason code and of the edit itself."""
    own = _topics(carc, [rarc] if rarc else []) if carc else frozenset()
    table = _edit_topics()
    given = table.get(code) or table.get(code.rstrip("0123456789")) or frozenset()
    if code == "PAY101" and evidence:
        rule = json.loads(evidence).get("rule")
        own |= frozenset({_RULE_TOPICS.get(rule, "")}) - {""}
    return own | given


def category_of(carc: str | None, rarc: str | None) -> Category:
    """The category of an edit's reason code."""
    return _told(Adjustment("CO", carc or "", Decimal(0), None), [rarc] if rarc else [])


def _routine(adjustments: Sequence[Adjustment]) -> Reason:
    def rank(one: Adjustment) -> tuple[bool, bool]:
        name = _category_of(one.carc).name
        return name == "patient-responsibility" or one.group == "PR", name == "contractual"

    main = max(adjustments, key=rank)
    category = _category_of(main.carc)
    if main.group == "PR" and category.is_routine:
        category = categories()["patient-responsibility"]
    step = "none" if main.carc == "23" else category.next_step
    return Reason(category, step, frozenset(), frozenset(one.carc for one in adjustments))


def _told(adjustment: Adjustment, remarks: Iterable[str]) -> Category:
    """The category of a reason; a generic one is told by its remark codes."""
    told = _telling(remarks) if adjustment.carc in GENERIC else None
    return categories()[told.category] if told else _category_of(adjustment.carc)


def _telling(remarks: Iterable[str]) -> _Code | None:
    """The remark that says what is wrong: the first that is about something, else the first that is known."""
    known = [_codes("rarc")[remark] for remark in remarks if remark in _codes("rarc")]
    return next((one for one in known if one.topics), known[0] if known else None)


def remarks_for(own: Sequence[str], of_claim: Sequence[str]) -> tuple[str, ...]:
    """The remarks to understand a line by: its own, and those of the claim if its own don't say what is wrong."""
    told = _telling(own)
    return tuple(own) if told and told.topics else (*own, *of_claim)


def _category_of(carc: str) -> Category:
    known = _codes("carc").get(carc)
    return categories()[known.category if known else _UNKNOWN]


def _topics(carc: str | None, remarks: Iterable[str]) -> frozenset[str]:
    known = _codes("carc").get(carc or "")
    own = known.topics if known else frozenset()
    if own and carc not in GENERIC:
        return own
    told = [_codes("rarc")[remark].topics for remark in remarks if remark in _codes("rarc")]
    return frozenset().union(*told) or own


def _next_step(main: Adjustment, category: Category, remarks: Sequence[str]) -> str:
    if main.group == "PR" and category.name in _PATIENT_OWES:
        return "bill-patient"
    known = _codes("carc").get(main.carc)
    own = known.next_step if known else ""
    told = _telling(remarks) if main.carc in GENERIC else None
    if told is None:
        return own or category.next_step
    step = told.next_step or category.next_step
    is_repair = bool(own) and category.name in _REPAIRED
    return own if is_repair or (_UNPROCESSABLE in remarks and step == "appeal") else step


@cache
def _codes(kind: str) -> dict[str, _Code]:
    return {
        row["code"]: _Code(row["category"], _words(row["topics"]), row["next_step"])
        for row in _rows("reasons")
        if row["kind"] == kind
    }


@cache
def _edit_topics() -> dict[str, frozenset[str]]:
    return {row["edit"]: _words(row["topics"]) for row in _rows("edit_topics")}


def _words(cell: str) -> frozenset[str]:
    return frozenset(word for word in cell.split("|") if word)


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("cleanclaim.remit") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
