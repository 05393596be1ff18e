"""The file of a new edit: one that holds, to be changed into the rule that is wanted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from cleanclaim.reference.sets import load_set

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
_DENIAL: Final = '''"""{code}: {words}, which {payer} denied with {reason}."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import {sample}
from cleanclaim.reference import Reference

_IS_BILLED = {test}
_IS_PAYER = {payer_test}


@query_edit(
    code="{code}",
    name="{name}",
    disposition=Disposition.WARN,{carc}{rarc}
    source=Source("Remittance of the payer", {section}, {payer_text}, date({day})),
    column="{column}",
    message="{{{shown}}} was denied by this payer with {reason} before.",
    suggestion="Say what this payer wants instead.",
    scope="claim",
    when={{"lines": _IS_BILLED}},
    examples=(
        fails("as it was denied", {sample}({payer_given}, lines=[{line}]), line_number=1),
{another}        passes("another service", {sample}({payer_given}, lines=[{other_line}])),
    ),
)
def {function}(claims: Claims, reference: Reference) -> Rows:
    """{sentence} that the payer denied with {reason}.

    Why it matters: say which of the payer's rules this is, and name the rule as the source. Narrow the test down to what the rule is about.

    What to do: say what the biller should check or change.
    """
    del reference
    payers = claims.claims.lazy().filter(_IS_PAYER).select("claim_key")
    denied = claims.lines.lazy().filter(_IS_BILLED).join(payers, on="claim_key", how="semi")
    return denied.select("claim_key", "line_number", "{shown}")
'''


_OTHERS: Final = {"procedure_code": ("83036", "99213"), "revenue_center_code": ("0300", "0450")}
"""Other services, for the examples."""


@dataclass(frozen=True, slots=True)
class Denial:
    """A denied line, without anything about its patient.

    Attributes:
        claim_type: professional, institutional or dental.
        code: the procedure.
        modifiers: its modifiers.
        revenue_code: the revenue code of a line without a procedure.
        payer_id: the payer.
        payer_name: its name.
        group: the group of the adjustment.
        carc: its reason code.
        rarcs: remark codes.
        day: the day of the remittance.
    """

    claim_type: str
    code: str | None
    modifiers: tuple[str, ...]
    revenue_code: str | None
    payer_id: str | None
    payer_name: str | None
    group: str
    carc: str
    rarcs: tuple[str, ...]
    day: date | None

    @property
    def reason(self) -> str:
        """Group and code, such as CO-50."""
        return "-".join(filter(None, (self.group, self.carc))) or "no reason"

    @property
    def service(self) -> str:
        """The service with its modifiers."""
        return "-".join([self.code or f"revenue code {self.revenue_code}", *self.modifiers])


def skeleton_of(code: str, denial: Denial, day: date) -> str:
    """The text of an edit file that flags what a payer denied.

    Args:
        code: the new edit's code.
        denial: the denied line.
        day: the day on which the file is made.
    """
    name = f"denied-before-{code.lower()}"
    column = "procedure_code" if denial.code else "revenue_center_code"
    own = {column: denial.code or denial.revenue_code, **{f"modifier_{n}": one for n, one in enumerate(denial.modifiers, start=1)}}  # fmt: skip
    tests = [f"pl.col({json.dumps(name)}) == {json.dumps(one)}" for name, one in own.items()]
    payer = "payer_id" if denial.payer_id else "payer_name"
    value = denial.payer_id or denial.payer_name
    sample = "institutional" if denial.claim_type == "institutional" else "professional"
    told = denial.day.isoformat() if denial.day else "an unknown day"
    remark = next((one for one in denial.rarcs if one in set(load_set("rarc")["code"])), None)
    return _DENIAL.format(
        code=code,
        words=denial.service,
        payer=(denial.payer_name or denial.payer_id or "a payer").replace('"', "'"),
        reason=denial.reason,
        sample=sample,
        test=tests[0] if len(tests) == 1 else " & ".join(f"({one})" for one in tests),
        payer_test=f"pl.col({json.dumps(payer)}) == {json.dumps(value)}" if value else "pl.lit(value=True)",
        name=name,
        carc=f"\n    carc={json.dumps(denial.carc)}," if denial.carc in set(load_set("carc")["code"]) else "",
        rarc=f"\n    rarc={json.dumps(remark)}," if remark else "",
        section=json.dumps(f"{denial.reason}, {told}"),
        payer_text=json.dumps(denial.payer_name or denial.payer_id or "the payer"),
        day=f"{day.year}, {day.month}, {day.day}",
        column=f"lines.{column}",
        shown=column,
        payer_given=f"{payer}={json.dumps(value or 'ANY')}",
        another=f'        passes("another payer", {sample}({payer}="ANOTHER", lines=[{json.dumps(own)}])),\n' if value else "",
        line=json.dumps(own),
        other_line=json.dumps({**own, column: next(one for one in _OTHERS[column] if one != own[column])}),
        function=name.replace("-", "_"),
        sentence=f"A line with {denial.service}",
    )  # fmt: skip


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
