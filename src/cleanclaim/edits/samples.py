"""The clean baseline claims that every example patches, so that an example shows only what matters.

Both claims are clean under every edit. The people in them are invented; the Medicare number is the specimen that CMS prints
on its own sample card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

Line = Mapping[str, Any] | str

_PROFESSIONAL: Final[Mapping[str, Any]] = {
    "claim_id": "EXAMPLE-1",
    "claim_type": "professional",
    "submitted_date": "2026-05-15",
    "as_of": "2026-05-15",
    "member_id": "W123456789",
    "patient_birth_date": "1980-02-14",
    "patient_sex": "F",
    "patient_relationship_code": "18",
    "patient_is_dependent": False,
    "payer_sequence_code": "P",
    "payer_id": "99999",
    "claim_filing_code": "CI",
    "payer_class": "commercial",
    "billing_npi": "1234567893",
    "billing_taxonomy_code": "207Q00000X",
    "billing_tax_id": "999999999",
    "billing_state": "NC",
    "billing_zip_code": "276010000",
    "rendering_npi": "1245319599",
    "rendering_taxonomy_code": "207Q00000X",
    "place_of_service_code": "11",
    "facility_code_qualifier": "B",
    "claim_frequency_code": "1",
    "signature_code": "Y",
    "assignment_code": "A",
    "benefits_assignment_code": "Y",
    "release_code": "Y",
    "is_auto_accident": False,
    "is_employment_related": False,
    "is_other_accident": False,
    "has_note": False,
    "has_attachment": False,
    "other_payer_count": 0,
    "from_date": "2026-05-12",
}

_TO_MEDICARE: Final[Mapping[str, Any]] = {"member_id": "1EG4TE5MK73", "patient_birth_date": "1950-02-14", "claim_filing_code": "MB", "payer_class": "medicare"}

_PROFESSIONAL_LINE: Final[Mapping[str, Any]] = {
    "procedure_qualifier": "HC",
    "procedure_code": "99213",
    "charge_amount": "125.00",
    "unit_basis_code": "UN",
    "units": 1,
    "diagnosis_pointers": (1,),
    "has_note": False,
    "has_attachment": False,
    "has_certification": False,
}

_INSTITUTIONAL: Final[Mapping[str, Any]] = {
    **{name: value for name, value in _PROFESSIONAL.items() if name not in {"place_of_service_code", "rendering_npi", "rendering_taxonomy_code"}},
    "claim_id": "EXAMPLE-2",
    "claim_type": "institutional",
    "member_id": "1EG4TE5MK73",
    "patient_birth_date": "1950-02-14",
    "claim_filing_code": "MA",
    "payer_class": "medicare",
    "billing_taxonomy_code": "282N00000X",
    "bill_type_code": "131",
    "facility_code_qualifier": "A",
    "attending_npi": "1245319599",
    "to_date": "2026-05-12",
    "admit_type_code": "3",
    "admit_source_code": "1",
    "discharge_disposition_code": "01",
}

_INSTITUTIONAL_LINE: Final[Mapping[str, Any]] = {
    **{name: value for name, value in _PROFESSIONAL_LINE.items() if name != "diagnosis_pointers"},
    "revenue_center_code": "0510",
    "procedure_code": "G0463",
}

_INTERCHANGE: Final = (
    "ISA*00*          *00*          *ZZ*EXAMPLE        *ZZ*EXAMPLEPAYER   *260515*1200*^*00501*000000001*0*P*:",
    "GS*HC*EXAMPLE*EXAMPLEPAYER*20260515*1200*1*X*005010X222A1",
    "ST*837*0001*005010X222A1",
    "BHT*0019*00*1*20260515*1200*CH",
    "NM1*41*2*EXAMPLE CLINIC*****46*EXAMPLE",
    "PER*IC*BILLING*TE*5555550100",
    "NM1*40*2*EXAMPLE PAYER*****46*EXAMPLEPAYER",
    "HL*1**20*1",
    "PRV*BI*PXC*207Q00000X",
    "NM1*85*2*EXAMPLE CLINIC*****XX*1234567893",
    "N3*1 EXAMPLE STREET",
    "N4*RALEIGH*NC*276010000",
    "REF*EI*999999999",
    "HL*2*1*22*0",
    "SBR*P*18*******CI",
    "NM1*IL*1*EXAMPLE*PAT****MI*W123456789",
    "N3*2 EXAMPLE STREET",
    "N4*RALEIGH*NC*27601",
    "DMG*D8*19800214*F",
    "NM1*PR*2*EXAMPLE PAYER*****PI*99999",
    "CLM*EXAMPLE-1*125***11:B:1*Y*A*Y*Y",
    "HI*ABK:I10",
    "NM1*82*1*EXAMPLE*DOC****XX*1245319599",
    "LX*1",
    "SV1*HC:99213*125*UN*1***1",
    "DTP*472*D8*20260512",
    "SE*25*0001",
    "GE*1*1",
    "IEA*1*000000001",
)


def interchange(*changes: tuple[str, str], terminator: str = "~\n") -> str:
    """The clean professional claim as an 837 file with some of its segments changed.

    Args:
        *changes: pairs of a segment as it stands in the clean file (or its beginning) and what shall stand there; an empty text leaves the segment
        out.
        terminator: what ends a segment.

    Returns:
        The file's text.

    Raises:
        ValueError: a change names a segment that the clean file does not have.
    """
    segments = list(_INTERCHANGE)
    for old, new in changes:
        at = next((n for n, segment in enumerate(segments) if segment.startswith(old)), None)
        if at is None:
            raise ValueError(f"no segment begins with {old}")
        segments[at : at + 1] = [new] if new else []
    return terminator.join(segments) + terminator


def professional(*, diagnoses: Sequence[object] = ("I10",), lines: Sequence[Line] = ({},), **claim: Any) -> dict[str, Any]:
    """The clean professional claim with some of it changed.

    Args:
        diagnoses: its diagnoses (codes, or mappings of the `diagnoses` columns); by default one that is always clean.
        lines: its lines, each a mapping of what differs from the clean office visit, or the procedure with its modifiers and units as text: "97110-GP x4".
        **claim: the claim's columns that differ; `from_date` also dates lines that have no date of their own, and
            with `to_date` moves the day the claim is submitted and judged, unless those are given.

    Returns:
        A claim for `cleanclaim.read.objects.batch_of`.
    """
    return _patched(_PROFESSIONAL, _PROFESSIONAL_LINE, diagnoses, lines, claim)


def medicare(*, diagnoses: Sequence[object] = ("I10",), lines: Sequence[Line] = ({},), **claim: Any) -> dict[str, Any]:
    """The clean professional claim, sent to Medicare; arguments as for `professional`."""
    return professional(diagnoses=diagnoses, lines=lines, **{**_TO_MEDICARE, **claim})


def institutional(*, diagnoses: Sequence[object] = ("I10",), lines: Sequence[Line] = ({},), **claim: Any) -> dict[str, Any]:
    """The clean outpatient hospital claim with some of it changed; arguments as for `professional`."""
    return _patched(_INSTITUTIONAL, _INSTITUTIONAL_LINE, diagnoses, lines, claim)


def _patched(
    base: Mapping[str, Any], line: Mapping[str, Any], diagnoses: Sequence[object], lines: Sequence[Line], changes: Mapping[str, Any]
) -> dict[str, Any]:
    claim = {**base, **_moved(changes), **changes}
    if "from_date" in changes and "to_date" not in changes:
        claim.pop("to_date", None)
    return {**claim, "diagnoses": list(diagnoses), "lines": [{**line, **_of_text(patch)} for patch in lines]}


def _of_text(line: Line) -> Mapping[str, Any]:
    """A line given as text, such as `97110-GP x4`, as a mapping."""
    if not isinstance(line, str):
        return line
    service, _, units = line.partition(" x")
    code, *modifiers = service.split("-")
    named = {f"modifier_{n}": modifier for n, modifier in enumerate(modifiers, start=1)}
    return {"procedure_code": code, **named, **({"units": int(units)} if units else {})}


def _moved(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Submission follows service, so that an example about an old date is not also a late claim."""
    last = changes.get("to_date") or changes.get("from_date")
    return {"submitted_date": last, "as_of": last} if last else {}
