"""CLM117: a laboratory test without the laboratory's CLIA number."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.availability import TABLES
from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL, has_modifier, in_force, is_missing
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_FORM = r"^[0-9]{2}D[0-9]{7}$"
_MISSING = is_missing("clia_number")
_MALFORMED = ~_MISSING & ~pl.col("clia_number").str.contains(_FORM)
_LABORATORY = pl.col("procedure_code").str.contains(r"^(8[0-8][0-9]{3}|89[0-3][0-9][0-9]|[0-9]{4}U)$").fill_null(value=False)
_ASKED = IS_PROFESSIONAL & pl.col("rules_of").is_not_null() & _LABORATORY & _MISSING & ~has_modifier("26")


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    asked = claims.lines.lazy().filter(_ASKED, ~pl.col("is_history").fill_null(value=False))
    known = reference.table("clia_tests")["code"].implode()
    return asked.filter(~pl.col("procedure_code").is_in(known)).select(
        "claim_key",
        "line_number",
        worded("whether {} needs a CLIA number is not in the list of common tests", "procedure_code").alias("reason"),
        pl.lit(TABLES["clia_qw"].supply).alias("supply"),
        pl.lit("clia_qw").alias("table"),
        "procedure_code",
    )


@query_edit(
    code="CLM117",
    name="clia-number-missing",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA120",
    needs=("clia_tests",),
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 16, section 70 (CLIA); 42 CFR 493", "CMS", date(2026, 11, 23)),
    column="lines.clia_number",
    message="{what}.",
    suggestion="Add the laboratory's CLIA number: two digits, D, seven digits.",
    fix="proposed",
    unchecked=_unchecked,
    when={"lines": _ASKED | _MALFORMED},
    examples=(
        fails("a blood count to Medicare", medicare(referring_npi="1234567893", lines=["85025"]), line_number=1, says="85025"),
        fails("a number of another form", professional(clia_number="12345", lines=["85025"]), line_number=1, says="a number of 5 digits"),
        passes("with its number", medicare(clia_number="99D9999999", referring_npi="1234567893", lines=["85025"])),
        passes("another payer asks for none", professional(lines=["85025"])),
        fails("a test, the reading of another, and a visit", medicare(lines=["85025", "85027-26", "99213"]), line_number=1),
        passes("a hospital's laboratory", institutional(lines=["85025"])),
        passes("a blank number, to a payer that asks for none", professional(clia_number=" ", lines=["85025"])),
        unchecked("one maker's test", medicare(lines=["0047U"])),
        unchecked("a test of fertility", medicare(lines=["89310"])),
        passes("a test before the day that it is on the list", medicare(from_date="2020-03-12", lines=["87635"])),
        unchecked("a test of which nothing is known", medicare(referring_npi="1234567893", lines=["82777"])),
    ),
)
def clia_number_missing(claims: Claims, reference: Reference) -> Rows:
    """A laboratory test under CLIA, to Medicare or Medicaid, whose claim has no CLIA number; or, for any payer, a number that isn't valid.

    The number identifies the laboratory's certificate. Without it the claim is returned. Tests are recognized by a list of common ones.

    What to do: add the number of the laboratory that did the test.
    """
    tests = reference.table("clia_tests").lazy().select(pl.col("code").alias("procedure_code"), "valid_from", "valid_to")
    current = claims.lines.lazy().filter(~pl.col("is_history").fill_null(value=False))
    keys = ["claim_key", "line_number", "procedure_code"]
    missing = (
        current.filter(_ASKED)
        .join(tests, on="procedure_code")
        .filter(in_force("from_date"))
        .select(*keys, worded("{} is a laboratory test, but neither the claim nor the line has a CLIA number", "procedure_code").alias("what"))
    )
    malformed = current.filter(_MALFORMED).select(*keys, worded("The CLIA number isn't valid: {}", "clia_number").alias("what"))
    return pl.concat([missing, malformed])
