"""LNK105: a diagnosis that a policy refuses."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.lnk.policies import advice, is_named, judged
from cleanclaim.edits.samples import medicare
from cleanclaim.reference import Reference

_REFUSED = "Check the diagnosis against the record. If it is right, get a signed ABN and add modifier GA, or add GZ if there is none."


@query_edit(
    code="LNK105",
    name="diagnosis-not-covered",
    disposition=Disposition.DENY_LINE,
    carc="50",
    needs=("coverage_policies", "coverage_procedures", "coverage_diagnoses", "coverage_states"),
    payers=("medicare",),
    source=Source("Medicare Coverage Database", "the policy named in the finding; Medicare Program Integrity Manual, chapter 13", "CMS", date(2026, 11, 23)),
    column="lines.diagnosis_pointer_1",
    message="{policy} ({title}) doesn't cover {procedure_code} for {diagnosis_code:icd}.",
    suggestion=_REFUSED,
    fix="proposed",
    when={"lines": is_named},
    examples=(
        fails(
            "a test for an employer's examination",
            medicare(diagnoses=["Z02.1"], clia_number="99D9999999", referring_npi="1234567893", lines=["83036"]),
            line_number=1,
            says="Z02.1",
            disposition=Disposition.WARN,
        ),
        fails(
            "one test for an employer's examination, a visit for something else",
            medicare(diagnoses=["Z02.1", "I10"], lines=["83036", {"procedure_code": "99213", "diagnosis_pointers": (2,)}]),
            line_number=1,
            disposition=Disposition.WARN,
        ),
        passes("a test for diabetes", medicare(diagnoses=["E11.9"], clia_number="99D9999999", referring_npi="1234567893", lines=["83036"])),
    ),
)
def diagnosis_not_covered(claims: Claims, reference: Reference) -> Rows:
    """A diagnosis that the line points at stands in a policy's list of what is not covered.

    What to do: check the diagnosis.
    """
    return judged(claims, reference).refused.select(
        "claim_key",
        "line_number",
        "diagnosis_code",
        "procedure_code",
        "policy",
        "title",
        "release",
        pl.when("advisory").then(pl.lit(Disposition.WARN.value)).alias("disposition"),
        advice(_REFUSED),
    )
