"""The file of a new edit: one that holds, to be changed into the rule that is wanted."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

Kind = Literal["row", "query"]
_ROW: Final = '''"""{code}: replace this line with the fault in a few words."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional


@row_edit(
    table="lines",
    code="{code}",
    name="{name}",
    disposition=Disposition.WARN,
    source=Source("Name of the manual", "section", "publisher", date({day})),
    column="lines.units",
    evidence=("procedure_code", "units"),
    message="{{procedure_code}} is billed with {{units}} units; at most 10 are expected.",
    suggestion="Check the units against the record.",
    examples=(
        fails("11 units", professional(lines=[{{"procedure_code": "97110", "units": 11}}]), line_number=1, says="11 units"),
        passes("10 units", professional(lines=[{{"procedure_code": "97110", "units": 10}}])),
    ),
)
def {function}() -> pl.Expr:
    """A line with more than 10 units.

    Why it matters: say what the payer does and what it costs.

    What to do: say what the biller should check or change.
    """
    return pl.col("units") > 10
'''
_QUERY: Final = '''"""{code}: replace this line with the fault in a few words."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference


@query_edit(
    code="{code}",
    name="{name}",
    disposition=Disposition.WARN,
    source=Source("Name of the manual", "section", "publisher", date({day})),
    column="claims.claim_id",
    message="The claim has {{same}} lines with {{procedure_code}}.",
    suggestion="Bill one line with all units, or say why there are several.",
    scope="claim",
    when={{"claims": pl.col("line_count") > 1}},
    examples=(
        fails("twice", professional(lines=[{{"procedure_code": "97110"}}, {{"procedure_code": "97110"}}]), says="2 lines"),
        passes("two procedures", professional(lines=[{{"procedure_code": "97110"}}, {{"procedure_code": "97112"}}])),
    ),
)
def {function}(claims: Claims, reference: Reference) -> Rows:
    """Several lines of a claim with the same procedure.

    Why it matters: say what the payer does and what it costs.

    What to do: say what the biller should check or change.
    """
    del reference
    same = claims.lines.lazy().group_by("claim_key", "procedure_code").agg(pl.len().alias("same"))
    return same.filter(pl.col("same") > 1)
'''


def skeleton(code: str, kind: Kind, day: date) -> str:
    """The text of an edit file.

    Args:
        code: the new edit's code, such as ORG101.
        kind: row, if a line (or claim, or diagnosis) shows all that is needed; query, if the rule compares several.
        day: the day on which the source was read.
    """
    text = _ROW if kind == "row" else _QUERY
    name = f"house-rule-{code.lower()}"
    shown = f"{day.year}, {day.month}, {day.day}"
    return text.format(code=code, name=name, function=name.replace("-", "_"), day=shown)
