"""LNK104: a diagnosis that a national policy does not list for the procedure."""

from __future__ import annotations

from datetime import date

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.lnk.policies import NOT_SUPPORTED, NOTICE_MODIFIERS, is_named, judged, told, untold
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import has_modifier
from cleanclaim.reference import Reference


@query_edit(
    code="LNK104",
    name="not-supported-by-national-policy",
    disposition=Disposition.DENY_LINE,
    carc="50",
    rarc="N386",
    needs={"national policies": ~has_modifier(*NOTICE_MODIFIERS), "coverage_policies": None, "coverage_procedures": None, "coverage_diagnoses": None},
    payers=("medicare",),
    scope="claim",
    source=Source("Medicare National Coverage Determinations Manual", "the section named in the finding, with its list of codes", "CMS", date(2026, 11, 23)),
    column="lines.diagnosis_pointer_1",
    message="No diagnosis of the line supports {procedure_code} under {policy} ({title})[; {caution}].",
    suggestion=NOT_SUPPORTED,
    fix="proposed",
    unchecked=lambda claims, reference: untold(judged(claims, reference), "national"),
    when={"lines": is_named},
    examples=(
        fails(
            "glycated hemoglobin for a cold",
            professional(diagnoses=["J06.9"], lines=["83036"]),
            line_number=1,
            says=("NCD 190.21", "No diagnosis"),
            disposition=Disposition.WARN,
        ),
        passes("for diabetes", professional(diagnoses=["E11.9"], lines=["83036"])),
        passes(
            "for diabetes, listed second and pointed at",
            professional(diagnoses=["J06.9", "E11.9"], lines=[{"procedure_code": "83036", "diagnosis_pointers": (1, 2)}]),
        ),
        fails(
            "for diabetes, listed and not pointed at",
            medicare(diagnoses=["J06.9", "E11.9"], clia_number="99D9999999", referring_npi="1234567893", lines=["83036"]),
            line_number=1,
            disposition=Disposition.WARN,
        ),
        passes("the patient signed a notice that Medicare may not pay", professional(diagnoses=["J06.9"], lines=["83036-GA"])),
        unchecked("no policy names the code", professional()),
    ),
)
def not_supported_by_national_policy(claims: Claims, reference: Reference) -> Rows:
    """No diagnosis that the line points at is in the list of a national coverage policy for its procedure.

    Medicare pays such a service only for the diagnoses that the policy lists. The finding names policy and release. Where the list is advisory (a
    starter list, or a policy whose
    own words decide) it is a warning. Lines with GA, GX, GY or GZ expect the denial and are passed over.

    What to do: look in the record why the service was ordered.
    """
    return told(judged(claims, reference), "national")
