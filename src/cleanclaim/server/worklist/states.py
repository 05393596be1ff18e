"""The states of a finding, and what a person may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from cleanclaim.server.database.schema import FINDINGS
from cleanclaim.server.problems import Problem

OPEN: Final = "open"
ASSIGNED: Final = "assigned"
RESOLVED: Final = "resolved"
SNOOZED: Final = "snoozed"
TODO: Final = "todo"
"""For a filter: open or assigned."""
STATES: Final = (OPEN, ASSIGNED, SNOOZED, RESOLVED)
"""The states as people see them: an open finding with an assignee is assigned, and a snoozed one is open again on its day."""
CORRECTED: Final = "corrected"
AS_BILLED: Final = "as-billed"
BY_CHECK: Final = "not-found"
RESOLUTIONS: Final = {
    CORRECTED: "corrected",
    AS_BILLED: "right as billed",
}
"""How a person resolves a finding: it was corrected, and is open again if another check still finds it; or the record supports it as billed."""
WATCHED: Final = ("state", "resolution", "assignee", "snoozed_until")
"""The columns that people change."""
_CHANGES: Final = ("state", "resolution", "assignee", "until")
_LONGEST_NAME: Final = 80
_LONGEST_SNOOZE: Final = timedelta(days=366)


def is_in(state: str, today: date) -> sa.ColumnElement[bool]:
    """Whether a finding is in a state as people see it on a day, or is to do: open or assigned."""
    columns = FINDINGS.c
    if state == RESOLVED:
        return columns.state == RESOLVED
    if state == SNOOZED:
        return sa.and_(columns.state == SNOOZED, columns.snoozed_until > today)
    is_open = sa.or_(columns.state == OPEN, sa.and_(columns.state == SNOOZED, columns.snoozed_until <= today))  # fmt: skip
    if state == TODO:
        return is_open
    return sa.and_(is_open, columns.assignee.is_not(None) if state == ASSIGNED else columns.assignee.is_(None))  # fmt: skip


def state_of(row: Mapping[str, Any], today: date) -> str:
    """The same of one finding."""
    if row["state"] == RESOLVED:
        return RESOLVED
    if row["state"] == SNOOZED and row["snoozed_until"] > today:
        return SNOOZED
    return ASSIGNED if row["assignee"] is not None else OPEN


@dataclass(frozen=True)
class Change:
    """What a person changes.

    Attributes:
        given: what was given, by name: state, resolution, assignee, until.
        today: the day.
    """

    given: Mapping[str, Any]
    today: date

    @classmethod
    def of(cls, given: object, today: date) -> Change:
        """A change as a request gives it.

        Raises:
            Problem: something in it isn't valid.
        """
        if not isinstance(given, Mapping):
            raise Problem(422, "change", "expected an object", [f"expected {', '.join(_CHANGES)}"])
        unknown = [name for name in given if name not in _CHANGES]
        faults = [f"expected {', '.join(_CHANGES)}, found another name"] if unknown else []
        faults += [fault for name in _CHANGES if name in given and (fault := _FAULTS[name](given[name], today))]  # fmt: skip
        if "state" in given and not faults:
            faults += _inconsistent(given)
        elif ("until" in given or "resolution" in given) and not faults:
            faults.append("resolution and until go with a state")
        if faults:
            raise Problem(422, "change", "the change isn't valid", faults)
        return cls(dict(given), today)

    def values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The columns of a finding that change.

        Raises:
            Problem: it can't be assigned to nobody.
        """
        values: dict[str, Any] = {}
        if "assignee" in self.given:
            name = self.given["assignee"]
            values["assignee"] = name.strip() if name and name.strip() else None
        state = self.given.get("state")
        if state is not None:
            values |= {"state": OPEN, "resolution": None, "snoozed_until": None}
        if state == RESOLVED:
            values |= {"state": RESOLVED, "resolution": self.given.get("resolution", CORRECTED)}
        elif state == SNOOZED:
            values |= {"state": SNOOZED, "snoozed_until": date.fromisoformat(self.given["until"])}
        elif state == ASSIGNED and values.get("assignee", row["assignee"]) is None:
            raise Problem(422, "change", "a finding is assigned to somebody: give assignee")
        return {name: value for name, value in values.items() if row[name] != value}


def _state_fault(value: object, _today: date) -> str | None:
    return None if value in STATES else f"state: expected {', '.join(STATES)}"


def _resolution_fault(value: object, _today: date) -> str | None:
    return None if value in RESOLUTIONS else f"resolution: expected {', '.join(RESOLUTIONS)}"


def _assignee_fault(value: object, _today: date) -> str | None:
    if value is None or (isinstance(value, str) and len(value) <= _LONGEST_NAME and value.isprintable()):  # fmt: skip
        return None
    return f"assignee: expected null, or up to {_LONGEST_NAME} characters on one line"


def _until_fault(value: object, today: date) -> str | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None:
        return "until: expected a date (YYYY-MM-DD)"
    is_near = today < day <= today + _LONGEST_SNOOZE
    return None if is_near else "until: expected a day after today, within a year"


def _inconsistent(given: Mapping[str, Any]) -> list[str]:
    faults = []
    if (given["state"] == SNOOZED) != ("until" in given):
        faults.append("until: a snoozed finding has a day, and no other")
    if given["state"] != RESOLVED and "resolution" in given:
        faults.append("resolution: only a resolved finding has one")
    return faults


_FAULTS: Final = {
    "state": _state_fault,
    "resolution": _resolution_fault,
    "assignee": _assignee_fault,
    "until": _until_fault,
}
