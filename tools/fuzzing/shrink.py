"""Reduce a failing case: remove files, options, lines and bytes that the failure doesn't need."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from fuzzing.cases import Case

MOST_TRIES: Final = 250
Fails = Callable[[Case], str | None]


def kind_of_failure(what: str) -> str:
    """The kind of a failure, without numbers and quoted text: failures of one kind have one cause."""
    return re.sub(r"\d+", "#", re.sub(r"'[^']*'|\"[^\"]*\"|…[^…]*…", "…", what))


def shrunk(case: Case, fails: Fails, most: int = MOST_TRIES) -> Case:
    """The smallest case found that fails in the same way.

    Args:
        case: a failing case.
        fails: returns how a case fails, or None if it doesn't.
        most: the maximum number of tries.
    """
    wanted = kind_of_failure(fails(case) or "")
    tries = 0
    changed = True
    while changed and wanted:
        changed = False
        for smaller in _smaller(case):
            tries += 1
            if tries > most:
                return case
            if kind_of_failure(fails(smaller) or "") == wanted:
                case, changed = smaller, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    if case.options:
        yield replace(case, options=case.options[2:])
    if case.history:
        without = {name: data for name, data in case.files.items() if name not in case.history}
        yield replace(case, files=without, history=(), is_kept=False)
    if case.on_disk or case.to_file or case.is_kept:
        yield replace(case, on_disk=False, to_file=False, is_kept=False)
    if case.form != "json":
        yield replace(case, form="json")
    for name in case.files:
        if len(case.files) > 1 and name not in case.history:
            files = {other: data for other, data in case.files.items() if other != name}
            yield replace(case, files=files, inputs=tuple(one for one in case.inputs if one != name) or case.inputs)  # fmt: skip
    for name, data in case.files.items():
        for less in _less(data):
            yield replace(case, files={**case.files, name: less})


def _less(data: bytes) -> Iterator[bytes]:
    """Variants of the data with a part removed, large parts first; whole segments or lines if there are any."""
    if data.startswith((b"PK", b"PAR1", b"\x1f\x8b")):
        return
    end = b"~" if data.count(b"~") > 3 else b"\n"
    parts = data.split(end)
    size = len(parts) // 2
    while size:
        for start in range(0, len(parts), size):
            yield end.join(parts[:start] + parts[start + size :])
        size //= 2
