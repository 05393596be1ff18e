"""Writes claims as 837 files: one transaction set for each claim, sent on the claim's day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from corpus.case import Claim

VERSIONS = {"professional": "005010X222A1", "institutional": "005010X223A2"}


def interchange(claims: Iterable[Claim], kind: str) -> str:
    """The text of a file of claims of one kind."""
    return "~\n".join(_segments(list(claims), VERSIONS[kind])) + "~\n"


def _segments(claims: list[Claim], version: str) -> Iterator[str]:
    sent = claims[0]["submitted_date"]
    yield f"ISA*00*          *00*          *ZZ*EXAMPLE        *ZZ*EXAMPLEPAYER   *{sent:%y%m%d}*1200*^*00501*000000001*0*T*:"
    yield f"GS*HC*EXAMPLE*EXAMPLEPAYER*{sent:%Y%m%d}*1200*1*X*{version}"
    for number, claim in enumerate(claims, 1):
        body = list(_transaction(claim, number, version))
        yield f"ST*837*{number:04d}*{version}"
        yield from body
        yield f"SE*{len(body) + 2}*{number:04d}"
    yield f"GE*{len(claims)}*1"
    yield "IEA*1*000000001"


def _transaction(claim: Claim, number: int, version: str) -> Iterator[str]:
    del version
    family, given = claim["patient_name"]
    relation = claim["patient_relationship_code"]
    yield f"BHT*0019*00*{number}*{claim['submitted_date']:%Y%m%d}*1200*CH"
    yield "NM1*41*2*EXAMPLE CLINIC*****46*EXAMPLE"
    yield "PER*IC*BILLING*TE*5555550100"
    yield "NM1*40*2*EXAMPLE PAYER*****46*EXAMPLEPAYER"
    yield "HL*1**20*1"
    if claim.get("billing_taxonomy_code"):
        yield f"PRV*BI*PXC*{claim['billing_taxonomy_code']}"
    yield _name("NM1*85*2*EXAMPLE CLINIC", claim["billing_npi"])
    yield "N3*1 EXAMPLE STREET"
    yield f"N4*ANYTOWN*{claim['billing_state']}*{claim['billing_zip_code']}"
    yield f"REF*EI*{claim['billing_tax_id']}"
    is_dependent = relation != "18"
    yield f"HL*2*1*22*{int(is_dependent)}"
    yield f"SBR*{claim['payer_sequence_code']}*{'' if is_dependent else relation}**{'' if claim['payer_sequence_code'] == 'P' else 'PLAN'}*{_msp(claim)}****{claim['claim_filing_code']}"
    yield f"NM1*IL*1*{family}*{given}" + (f"****MI*{claim['member_id']}" if claim["member_id"] else "")
    yield "N3*2 EXAMPLE STREET"
    yield f"N4*ANYTOWN*{claim.get('patient_state', 'NC')}*27601"
    born = _joined("DMG*D8", _text(claim["patient_birth_date"]), _text(claim["patient_sex"]))
    yield "DMG*D8*19800101*F" if is_dependent else born
    yield f"NM1*PR*2*{claim.get('payer_name', 'EXAMPLE PAYER')}*****PI*{claim['payer_id']}"
    if is_dependent:
        yield from (
            "HL*3*2*23*0",
            f"PAT*{relation}",
            f"NM1*QC*1*{family}*{given}",
            "N3*2 EXAMPLE STREET",
            f"N4*ANYTOWN*{claim.get('patient_state', 'NC')}*27601",
            born,
        )
    yield from _claim(claim)


def _msp(claim: Claim) -> str:
    if "insurance_type_code" in claim:
        return str(claim["insurance_type_code"])
    return "12" if claim["payer_sequence_code"] != "P" and claim["payer_class"] == "medicare" else ""


def _claim(claim: Claim) -> Iterator[str]:
    is_professional = claim["claim_type"] == "professional"
    if is_professional:
        where = f"{claim['place_of_service_code']}:B:{claim['claim_frequency_code']}"
    else:
        where = f"{(claim['bill_type_code'] or '')[:2]}:A:{(claim['bill_type_code'] or '')[2:]}"
    signature = claim["signature_code"] if is_professional else ""
    causes = [code for name, code in _CAUSES.items() if claim.get(name)]
    cause = ":".join([*causes, *[""] * (3 - len(causes)), claim["accident_state"]]) if claim.get("accident_state") else ":".join(causes)
    yield _joined(
        f"CLM*{claim['claim_id']}*{_money(claim['charge_amount'])}***{where}*{signature}*{claim['assignment_code']}*{claim['benefits_assignment_code']}*{claim['release_code']}",
        "",
        cause,
    )
    own = claim.get("segments", ())
    yield from _tagged(own, "DTP")
    yield from _claim_dates(claim, is_professional=is_professional)
    yield from _tagged(own, "PWK", "CN1", "AMT")
    for qualifier, name in (("G1", "prior_authorization_number"), ("F8", "original_reference_number"), ("X4", "clia_number")):
        if claim.get(name):
            yield f"REF*{qualifier}*{claim[name]}"
    yield from _tagged(own, "REF", "K3", "NTE")
    if claim.get("has_note"):
        yield "NTE*ADD*SEE THE RECORD"
    yield from _tagged(own, "CR1", "CR2", "CRC")
    yield from _diagnoses(claim)
    yield from _tagged(own, "HI")
    yield from _providers(claim)
    yield from claim.get("loops", ())
    yield from claim.get("others", ())
    for n, each in enumerate(claim["lines"], 1):
        yield from _line(claim, each, n)


def _tagged(segments: Iterable[str], *tags: str) -> Iterator[str]:
    """The segments with one of these tags, in the order of the tags."""
    for tag in tags:
        yield from (each for each in segments if each.startswith(f"{tag}*"))


_CAUSES = {"is_auto_accident": "AA", "is_employment_related": "EM", "is_other_accident": "OA"}


def _claim_dates(claim: Claim, *, is_professional: bool) -> Iterator[str]:
    if is_professional:
        if claim.get("accident_date"):
            yield f"DTP*439*D8*{_text(claim['accident_date'])}"
        if claim.get("admission_date"):
            yield f"DTP*435*D8*{_text(claim['admission_date'])}"
        return
    if claim.get("discharge_hour"):
        yield f"DTP*096*TM*{claim['discharge_hour']}"
    yield f"DTP*434*RD8*{_text(claim['from_date'])}-{_text(claim['to_date'])}"
    if claim.get("admission_date"):
        yield f"DTP*435*DT*{_text(claim['admission_date'])}{claim['admission_hour']}"
    yield _joined("CL1", claim["admit_type_code"] or "", claim["admit_source_code"] or "", claim["discharge_disposition_code"] or "")


def qualifier(claim: Claim, n: int) -> str:
    """The qualifier of a diagnosis by its place, unless it has one of its own."""
    each = claim["diagnoses"][n]
    if each.get("diagnosis_type"):
        return {"admitting": "ABJ", "reason_for_visit": "APR", "external_cause": "ABN"}[each["diagnosis_type"]]
    return str(each.get("code_qualifier") or ("ABK" if n == 0 else "ABF"))


_ORDER = {"ABK": "1", "BK": "1", "ABJ": "2", "APR": "3", "ABN": "4"}
"""The order of the HI segments of the 837I guide."""


def _diagnoses(claim: Claim) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for n, each in enumerate(claim["diagnoses"]):
        kind = qualifier(claim, n)
        present = each.get("present_on_admission_code") if kind not in {"ABJ", "APR"} else None
        text = f"{kind}:{each['diagnosis_code']}" + (f":::::::{present}" if present else "")
        group = "all" if claim["claim_type"] == "professional" else _ORDER.get(kind, "5")
        groups.setdefault(group, []).append(text)
    for key in sorted(groups):
        codes = groups[key]
        for start in range(0, len(codes), 12):
            yield "HI*" + "*".join(codes[start : start + 12])


def _providers(claim: Claim) -> Iterator[str]:
    if claim["claim_type"] == "professional":
        roles = (("DN", "1", "referring_npi"), ("82", "1", "rendering_npi"), ("77", "2", "facility_npi"), ("DQ", "1", "supervising_npi"))
    else:
        roles = (("71", "1", "attending_npi"), ("72", "1", "operating_npi"), ("77", "2", "facility_npi"), ("DN", "1", "referring_npi"))
    for role, kind, name in roles:
        if not claim.get(name):
            continue
        yield _name(f"NM1*{role}*{kind}*" + ("EXAMPLE FACILITY*" if kind == "2" else "EXAMPLE*DOC"), claim[name])
        if role == "82" and claim.get("rendering_taxonomy_code"):
            yield f"PRV*PE*PXC*{claim['rendering_taxonomy_code']}"
        if role == "77":
            yield "N3*3 EXAMPLE STREET"
            yield f"N4*ANYTOWN*{claim.get('facility_state', 'NC')}*{claim.get('facility_zip_code', '276010000')}"


def _line(claim: Claim, each: dict[str, Any], n: int) -> Iterator[str]:
    yield f"LX*{n}"
    modifiers = [each[f"modifier_{m}"] for m in range(1, 5) if each.get(f"modifier_{m}")]
    described = each.get("procedure_description", "")
    code = ":".join([each["procedure_qualifier"] or "HC", each["procedure_code"], *modifiers]) if each["procedure_code"] else ""
    if described:
        code = ":".join([code, *[""] * (4 - len(modifiers)), described])
    money, units = _money(each["charge_amount"]), _number(each["units"])
    if claim["claim_type"] == "professional":
        pointers = ":".join(str(each[f"diagnosis_pointer_{m}"]) for m in range(1, 5) if each.get(f"diagnosis_pointer_{m}"))
        yield _joined(f"SV1*{code}*{money}*{each['unit_basis_code']}", units, each.get("line_place_of_service_code") or "", "", pointers)
    else:
        yield f"SV2*{each['revenue_center_code']}*{code}*{money}*{each['unit_basis_code']}*{units}"
    own = each.get("segments", ())
    yield from _tagged(own, "SV5", "PWK", "CR1", "CR3", "CRC")
    if each["from_date"]:
        first, last = _text(each["from_date"]), _text(each["to_date"])
        yield f"DTP*472*D8*{first}" if first == last else f"DTP*472*RD8*{first}-{last}"
    yield from _tagged(own, "DTP", "QTY", "MEA", "REF", "AMT", "K3", "NTE", "PS1")
    yield from _tagged(own, "LIN", "CTP")
    if each.get("ndc"):
        yield f"LIN**N4*{each['ndc']}"
        yield "CTP****1*UN"
    if each.get("rendering_npi"):
        yield _name("NM1*82*1*EXAMPLE*OTHER", each["rendering_npi"])
        if each.get("rendering_taxonomy_code"):
            yield f"PRV*PE*PXC*{each['rendering_taxonomy_code']}"
    yield from each.get("loops", ())
    if each.get("ordering_npi"):
        yield _name("NM1*DK*1*EXAMPLE*ORDERING", each["ordering_npi"])
    yield from each.get("tail", ())


def _name(start: str, number: str | None) -> str:
    parts = start.split("*")
    return "*".join([*parts, *[""] * (8 - len(parts)), "XX", number]) if number else start


def _joined(*parts: str) -> str:
    return "*".join(parts).rstrip("*")


def _text(value: date | str | None) -> str:
    return value.strftime("%Y%m%d") if isinstance(value, date) else (value or "")


def _number(value: object) -> str:
    return "" if value is None else f"{float(str(value)):.3f}".rstrip("0").rstrip(".")


def _money(value: object) -> str:
    return "" if value is None else f"{float(str(value)):.2f}".rstrip("0").rstrip(".")
