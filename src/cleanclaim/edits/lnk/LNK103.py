"""LNK103: a diagnosis that a local policy does not list for the procedure."""

from __future__ import annotations

from datetime import date

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.lnk.policies import NOT_SUPPORTED, NOTICE_MODIFIERS, is_named, judged, told, untold
from cleanclaim.edits.samples import institutional, medicare
from cleanclaim.model.expressions import has_modifier
from cleanclaim.reference import Reference


@query_edit(
    code="LNK103",
    name="not-supported-by-local-policy",
    disposition=Disposition.DENY_LINE,
    carc="50",
    rarc="N115",
    needs={
        "local policies": ~has_modifier(*NOTICE_MODIFIERS),
        "coverage_policies": None,
        "coverage_procedures": None,
        "coverage_diagnoses": None,
        "coverage_states": None,
    },
    payers=("medicare",),
    scope="claim",
    source=Source("Medicare Coverage Database", "the policy named in the finding; Medicare Program Integrity Manual, chapter 13", "CMS", date(2026, 11, 23)),
    column="lines.diagnosis_pointer_1",
    message="No diagnosis of the line supports {procedure_code} under {policy} ({title})[; {caution}].",
    suggestion=NOT_SUPPORTED,
    fix="proposed",
    unchecked=lambda claims, reference: untold(judged(claims, reference), "local"),
    when={"lines": is_named},
    examples=(
        fails(
            "ear wax for an earache, in Ohio",
            medicare(billing_state="OH", diagnoses=["H92.01"], lines=["69210"]),
            line_number=1,
            says="A56454",
            disposition=Disposition.WARN,
        ),
        passes("ear wax for ear wax, in Ohio", medicare(billing_state="OH", diagnoses=["H61.21"], lines=["69210"])),
        passes(
            "a hospital's line, supported by the second diagnosis of the claim",
            institutional(billing_state="OH", claim_filing_code="MB", payer_class="medicare", diagnoses=["H92.01", "H61.21"], lines=["69210"]),
        ),
        unchecked("in a state whose policies are not loaded", medicare(diagnoses=["H92.01"], lines=["69210"])),
        unchecked("a procedure that no local policy names", medicare(lines=["99213"], billing_state="OH")),
        passes("the patient signed a notice that Medicare may not pay", medicare(lines=["99213-GA"], billing_state="OH")),
        unchecked("the claim has no state", medicare(billing_state=None, diagnoses=["H92.01"], lines=["69210"])),
    ),
)
def not_supported_by_local_policy(claims: Claims, reference: Reference) -> Rows:
    """No diagnosis that the line points at is in the list of a local coverage policy (LCD or its article) for the procedure, in the claim's state and on its day.

    The state is the service facility's, else the billing provider's. Where several policies of the state name the procedure, one that takes the
    diagnosis is enough. Where the policy's prose decides
    (conditions joined by "and", lists tied to procedures in words), the finding is a warning.

    What to do: look in the record why the service was given.
    """
    return told(judged(claims, reference), "local")
