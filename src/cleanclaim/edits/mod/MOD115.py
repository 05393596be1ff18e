"""MOD115: QW on a test for which it is not defined."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.mod.waived_tests import qw_of
from cleanclaim.edits.samples import medicare
from cleanclaim.model.expressions import has_modifier
from cleanclaim.reference import Reference

_LABORATORY = r"^(8[0-9]{4}|G[0-9]{4}|[0-9]{4}U)$"
_ASKED = has_modifier("QW") & pl.col("procedure_code").str.contains(_LABORATORY)


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    return qw_of(claims.lines.filter(_ASKED, ~pl.col("is_history")), reference).unknown


@query_edit(
    code="MOD115",
    name="waived-test-modifier-not-defined",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="MA120",
    needs=("clia_tests", "clfs"),
    payers=("medicare", "medicaid"),
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 16, section 70.8 (waived tests and modifier QW)", "CMS", date(2026, 11, 23)),
    column="lines.modifier_1",
    message="{procedure_code} has modifier QW, {what}.",
    suggestion="Remove modifier QW.[ {advice}]",
    fix="proposed",
    unchecked=_unchecked,
    when={"lines": _ASKED},
    examples=(
        fails("a blood count that is never waived", medicare(clia_number="99D9999999", lines=["85027-QW"]), line_number=1, says="no waived form"),
        fails("a dipstick that is waived as it is", medicare(clia_number="99D9999999", lines=["81002-QW"]), line_number=1, says="waived without it"),
        passes("a waived glycated hemoglobin", medicare(clia_number="99D9999999", diagnoses=["E11.9"], lines=["83036-QW"])),
        passes("the same in a laboratory with a full certificate", medicare(clia_number="99D9999999", diagnoses=["E11.9"], lines=["83036"])),
        fails(
            "QW on a count that is never waived, none on another, QW on a visit",
            medicare(clia_number="99D9999999", lines=["85027-QW", "81003", "99213-QW"]),
            line_number=1,
        ),
        unchecked("a test of no list loaded", medicare(clia_number="99D9999999", lines=["82777-QW"])),
    ),
)
def waived_test_modifier_not_defined(claims: Claims, reference: Reference) -> Rows:
    """Modifier QW on a laboratory test that has no waived form, or that is waived without it.

    QW says that a test was done with a kit that CLIA waives. It is defined for the codes to which Medicare's laboratory fee schedule gives a row
    with QW. Whether a test without QW
    needed it depends on the laboratory's certificate, which no claim tells; so that is not judged.

    What to do: take it off, or check the code.
    """
    return qw_of(claims.lines.filter(_ASKED, ~pl.col("is_history").fill_null(value=False)), reference).wrong
