"""PX102: a procedure code that was not in force on the day."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.px.in_force import CODE, judged
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference

_GROUP = {"revenue_center_code": "0024", "procedure_code": "A0604", "procedure_qualifier": "HP"}


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    return judged(claims, reference).unknown


@query_edit(
    code="PX102",
    name="procedure-code-not-in-force",
    disposition=Disposition.REJECT,
    carc="181",
    rarc="N56",
    needs=("hcpcs", "cpt", "mpfs", "procedure_codes"),
    scope="claim",
    source=Source("45 CFR 162.1000 and 162.1002", "medical data code sets: the codes valid on the day of the service", "HHS", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="{procedure_code} {what}.",
    suggestion="Use the code that was in effect on {from_date}.",
    fix="proposed",
    unchecked=_unchecked,
    when={"lines": pl.col("procedure_code").str.contains(CODE)},
    examples=(
        fails("ended in 2020", professional(lines=["99201"]), line_number=1, says="2020-12-31"),
        passes("the last day", professional(from_date="2020-12-31", lines=["99201"])),
        fails("not yet begun", professional(from_date="2018-12-31", lines=["11102"]), line_number=1, says="2019-01-01"),
        passes("the first day", professional(from_date="2019-01-01", lines=["11102"])),
        passes("a rehabilitation facility's payment group", institutional(lines=[_GROUP])),
        unchecked("a code of no table loaded", professional(lines=["31575"])),
    ),
)
def procedure_code_not_in_force(claims: Claims, reference: Reference) -> Rows:
    """A CPT or HCPCS code that had ended, had not begun, or is in no list of the day.

    Level II codes are looked for in CMS's HCPCS file, CPT codes in the user's own CPT files; where these are not loaded, in the fee schedule of
    the day, which lists all of
    CPT but the laboratories' own (…U) and administrative (…M) codes. A code is called unknown only where a whole list of its kind is loaded for
    the day.

    What to do: take the code of that day.
    """
    return judged(claims, reference).wrong
