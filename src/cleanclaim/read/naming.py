"""Find out which column of a table is which, from its header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from cleanclaim.read.columns import CLAIM_COLUMNS, LIST_OF_DIAGNOSES
from cleanclaim.read.names import EVERY_NAME, is_vague, model_name
from cleanclaim.text.masking import column_words, is_name, kind_of

_SEVERAL: Final = (
    (LIST_OF_DIAGNOSES, "diagnosis_code", 25),
    ("modifiers", "modifier", 4),
    ("diagnosis_pointers", "diagnosis_pointer", 4),
)
"""Columns that hold a list, the columns that hold one value of it each, and how many there are."""
_REPEATED: Final = re.compile(r"_duplicated_\d+$")
"""What Polars adds to a column's name that is there already."""
_LIKELY: Final = 0.85


def no_header(columns: Sequence[str], row: int = 1, chosen: Container[str] = ()) -> str | None:
    """A fault if the first row holds data instead of column names; None if it holds names.

    Args:
        columns: its cells.
        row: its number in the file.
        chosen: the names in the user's own mapping.
    """
    names = [model_name(said(given)) for given in columns]
    known = [
        name in EVERY_NAME or said(given) in chosen or is_name(given, EVERY_NAME)
        for name, given in zip(names, columns, strict=True)
    ]
    if "claim_id" in names or 2 * sum(known) >= len(columns):
        return None
    kinds = Counter(kind_of(given).removeprefix("a ").split(" ")[0] for given in columns)
    counts = ", ".join(f"{kind}: {count}" for kind, count in sorted(kinds.items()))
    return (
        f"row {row} doesn't look like a header: expected column names such as claim_id and procedure_code, "
        f"found {len(columns)} cells that look like data ({counts})"
    )


def said(given: str) -> str:
    """A column's name as the file has it, on one line; names that are there several times were numbered at reading."""
    return " ".join(_REPEATED.sub("", given).split())


@dataclass(slots=True)
class Names:
    """What the columns of a table mean.

    Attributes:
        what: the table, in words.
        model: the model's name for each column that is used, by the table's own name.
        ignored: the columns that aren't used, as a message names them.
    """

    what: str
    model: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)

    def words(self, name: str, table: str = "") -> str:
        """A column of the model as messages name it: by the table's own name first, if that differs.

        Args:
            name: the model's name.
            table: the table of the model to name with it.
        """
        full = f"{table}.{name}" if table else name
        given = next((said(given) for given, own in self.model.items() if own == name), name)
        return full if given == name else f"column '{given}' ({full})"


def name_columns(
    columns: Sequence[str],
    allowed: frozenset[str],
    names: Names,
    faults: list[str],
    chosen: Mapping[str, str] | None = None,
) -> Names:
    """Find out what the columns of a table mean; columns that can't be told apart become faults.

    Args:
        columns: the given names.
        allowed: the model's names that the table may have.
        names: filled.
        faults: added to.
        chosen: what the user says that columns mean; an empty name leaves a column out.

    Returns:
        The names.
    """
    chosen = chosen or {}
    taken: dict[str, list[str]] = {}
    unknown: list[tuple[int, str]] = []
    for place, given in enumerate(columns, start=1):
        own = chosen.get(said(given))
        name = model_name(said(given)) if own is None else own
        name = CLAIM_COLUMNS[name].name if name in CLAIM_COLUMNS and name not in allowed else name
        if name in allowed:
            taken.setdefault(name, []).append(given)
        elif own is None:
            unknown.append((place, given))
    _number_repeated(taken)
    for name, several in taken.items():
        clear = [one for one in several if said(one) in chosen or not is_vague(one)]
        if len(several) == 1 or len(clear) == 1:
            names.model[clear[0] if len(several) > 1 else several[0]] = name
            names.ignored += [f"'{said(one)}'" for one in several if len(several) > 1 and one != clear[0]]  # fmt: skip
        else:
            names.model[several[0]] = name
            quoted = " and ".join(f"'{said(one)}'" for one in several)
            faults.append(f"columns {quoted} both mean '{name}'; say which one to use with --columns")  # fmt: skip
    free = allowed - set(taken)
    names.ignored += [_unknown_column(given, place, free) for place, given in unknown if given.strip()]  # fmt: skip
    return names


def _number_repeated(taken: dict[str, list[str]]) -> None:
    """Number columns that hold one of several values each, such as two columns called `Mod`."""
    for name, one, most in _SEVERAL:
        given = taken.get(name, [])
        numbered = {number for number in range(1, most + 1) if f"{one}_{number}" in taken}
        if not given or (len(given) == 1 and not numbered):
            continue
        free = [number for number in range(1, most + 1) if number not in numbered]
        if len(given) <= len(free):
            del taken[name]
            taken.update({f"{one}_{n}": [column] for n, column in zip(free, given, strict=False)})


def _unknown_column(given: str, place: int, free: Iterable[str]) -> str:
    """A column that isn't used, as a message names it, with the column that is likely meant."""
    own = said(given)
    near = get_close_matches(model_name(own), sorted(free), n=1, cutoff=_LIKELY)
    words = column_words(own, place, EVERY_NAME)
    if near and is_name(own, EVERY_NAME):
        return f"'{own}' (did you mean '{near[0]}'?)"
    return words.removeprefix("column ") if words.endswith("'") else words


def missing_column(name: str, columns: Iterable[str]) -> str:
    """A fault that a column is missing, with the closest column that may be meant."""
    certain = [said(column) for column in columns if is_name(said(column), EVERY_NAME)]
    near = get_close_matches(name, certain, n=1)
    return f"the column '{name}' is missing" + (f"; is it '{near[0]}'?" if near else "")
