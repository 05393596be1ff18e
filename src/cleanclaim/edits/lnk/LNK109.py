"""LNK109: a policy wants a second diagnosis."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.lnk.policies import is_named, judged
from cleanclaim.edits.samples import medicare
from cleanclaim.reference import Reference


@query_edit(
    code="LNK109",
    name="second-diagnosis-missing",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M76",
    needs=("coverage_policies", "coverage_procedures", "coverage_diagnoses", "coverage_states"),
    payers=("medicare",),
    scope="claim",
    source=Source("Medicare Coverage Database", "the policy named in the finding; Medicare Program Integrity Manual, chapter 13", "CMS", date(2026, 11, 23)),
    column="lines.diagnosis_pointer_1",
    message="{policy} ({title}) covers {procedure_code} for {diagnosis_code:icd} only together with {what}.",
    suggestion="Add the second diagnosis and point at it if it is in the record.",
    fix="proposed",
    when={"lines": is_named},
    examples=(
        fails(
            "a subluxation and nothing that it causes, in Ohio",
            medicare(billing_state="OH", diagnoses=["M99.03"], lines=["98940-AT"]),
            line_number=1,
            says="A56455",
        ),
        passes(
            "a subluxation and the pain",
            medicare(billing_state="OH", diagnoses=["M99.03", "M54.50"], lines=[{"procedure_code": "98940", "modifier_1": "AT", "diagnosis_pointers": (1, 2)}]),
        ),
        fails(
            "a subluxation and no pain, with a visit",
            medicare(billing_state="OH", diagnoses=["M99.03", "I10"], lines=["98941-AT", {"procedure_code": "99213", "diagnosis_pointers": (2,)}]),
            line_number=1,
            says="another of its lists",
        ),
        passes("another state", medicare(diagnoses=["M99.03"], lines=["98940-AT"])),
    ),
)
def second_diagnosis_missing(claims: Claims, reference: Reference) -> Rows:
    """The line points at a diagnosis that a policy takes only together with one of another list (or marks as needing a second one), and that one is missing.

    What to do: see the record for the second condition.
    """
    return judged(claims, reference).incomplete.select(
        "claim_key",
        "line_number",
        "procedure_code",
        "diagnosis_code",
        "policy",
        "title",
        "release",
        pl.when("_lacks_group")
        .then(pl.lit("a diagnosis of another of its lists, which the line does not point at"))
        .otherwise(pl.lit("a second diagnosis, and the line points at one only"))
        .alias("what"),
    )
