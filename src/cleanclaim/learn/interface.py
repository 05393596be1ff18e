"""The public Python functions of training."""

from __future__ import annotations

from collections.abc import Sequence

from cleanclaim.learn.cases import Case, cases, chosen
from cleanclaim.learn.question import Question, question_of
from cleanclaim.reference import Reference


def practice_cases(*, topics: Sequence[str] = (), kinds: Sequence[str] = ()) -> list[Case]:
    """The practice cases.

    Args:
        topics: only these, such as modifier or linkage.
        kinds: only these: find, rule, modifier, link, note, level, fact.

    >>> len(practice_cases(kinds=["level"]))
    8
    """
    return chosen(cases(), topics, kinds)


def practice_question(case: Case, *, turn: int = 0, reference: Reference | None = None) -> Question:
    """A practice case as a question: its text, choices, the answer's index, hints, and why.

    Args:
        case: the case.
        turn: how often it was asked: the choices come in another order each time.
        reference: the dated tables; by default the built-in ones and the user's store.
    """
    return question_of(case, reference or Reference.load(), turn)
