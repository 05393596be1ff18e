"""What a column is called: the model's names, and the names that people use for them.

People write `DOS`, `Svc Date`, `Date(s) of Service`, `24A` or `box_24a_from`. A name is divided into
words, abbreviations are written out, and the order of the words doesn't matter.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from cleanclaim.read.columns import LIST_OF_DIAGNOSES, OWN_NAMES

_OTHER_NAMES: Final = {
    "admit_source_code": "admission_source admit_source",
    "admit_type_code": "admission_type admit_type",
    "bill_type_code": "type_of_bill tob bill_type",
    "billing_npi": "billing_provider_npi group_npi",
    "charge_amount": "charge charges line_charge line_charges charge_amount billed_amount billed_charge billed_charges submitted_charge line_charge_amount",
    "claim_filing_code": "payer_type claim_filing_indicator",
    "claim_frequency_code": "frequency frequency_code resubmission_code",
    "claim_from_date": "claim_start_date statement_from_date",
    "claim_id": "patient_control_number account_number claim_number patient_account_number claim account encounter encounter_number encounter_id "
    "patient_account visit_id visit_number",
    "claim_to_date": "claim_end_date statement_to_date",
    "diagnosis_number": "diagnosis_sequence diagnosis_rank",
    "diagnosis_pointers": "pointer pointers dx_pointer dx_pointers diagnosis_pointer",
    "discharge_disposition_code": "discharge_status patient_status",
    "facility_npi": "service_facility_npi",
    "from_date": "claim_line_start_date dos date_of_service service_date service_from_date dos_from service_start_date visit_date encounter_date from from_dos",
    "line_number": "claim_line_number line",
    "member_id": "person_id subscriber_id insured_id member member_number subscriber_number insurance_id policy_id policy_number insured_id_number",
    "modifiers": "modifier mod mods hcpcs_modifier cpt_modifier modifiers",
    "ndc": "ndc_code national_drug_code",
    "patient_birth_date": "birth_date dob date_of_birth birthdate",
    "patient_paid_amount": "patient_paid amount_paid_by_patient",
    "patient_sex": "gender sex",
    "place_of_service_code": "pos place_of_service",
    "prior_authorization_number": "prior_authorization authorization_number authorization pre_authorization",
    "procedure_code": "hcpcs_code cpt cpt_code hcpcs procedure cpt_hcpcs cpt4 hcpcs_cpt procedure_hcpcs procedure_cpt",
    "referring_npi": "referring_provider_npi",
    "rendering_npi": "npi rendering_provider_npi provider_npi",
    "revenue_center_code": "revenue_code rev_code revenue rev",
    "to_date": "claim_line_end_date service_to_date dos_to service_end_date to dos_end",
    "total_charge_amount": "total_charge total_charges total_claim_charge claim_charge claim_total total_claim_charge_amount total_billed",
    "units": "service_unit_quantity quantity qty unit days_or_units days_units service_units",
}
"""Other names for columns: the Tuva Project's names, and common ones. CMS-1500 boxes are below."""
SYNONYMS: Final[dict[str, str]] = {
    other: name for name, others in _OTHER_NAMES.items() for other in others.split()
}
"""The model's column by other name, in lower case with underscores."""
EVERY_NAME: Final = OWN_NAMES | set(SYNONYMS)
"""Every name that a column of any table may have."""
_VAGUE: Final = frozenset(
    {
        "account",
        "npi",
        "procedure",
        "encounter",
        "visit_id",
        "visit_number",
        "encounter_id",
        "encounter_number",
        "charge",
        "claim",
        "line",
        "from",
        "to",
        "unit",
    }
)
"""Names that yield to a clearer one if a table has both."""
_LONG_FORMS: Final = {
    "acct": "account", "accnt": "account", "no": "number", "num": "number", "nbr": "number", "nmbr": "number", "pt": "patient", "pat": "patient",
    "dt": "date", "dates": "date", "svc": "service", "svcs": "service", "srvc": "service", "serv": "service", "services": "service",
    "proc": "procedure", "px": "procedure", "procedures": "procedure", "diag": "diagnosis", "diagnoses": "diagnosis", "dxs": "dx", "diags": "diagnosis",
    "amt": "amount", "mod": "modifier", "mods": "modifiers", "chg": "charge", "chgs": "charges", "chrg": "charge", "chrgs": "charges", "ptr": "pointer",
    "ptrs": "pointers", "rend": "rendering", "prov": "provider", "ref": "referring", "fac": "facility", "mbr": "member", "auth": "authorization",
    "cd": "code", "codes": "code", "thru": "to", "through": "to", "qty": "quantity", "ind": "indicator", "identifier": "id", "rev": "revenue",
    "ins": "insurance", "desc": "description", "descr": "description", "admission": "admission", "icd10cm": "icd10", "icd9cm": "icd9",
}  # fmt: skip
_LEFT_OUT: Final = frozenset({"of", "the", "an", "for", "s"})
_WHOLE: Final = frozenset({"icd10", "icd9", "cpt4"})
"""Words whose number belongs to them."""
_NUMBER: Final = re.compile(r"[0-9]{1,3}")
_MINOR: Final = ("patient", "code", "number", "line", "provider", "insured")
"""Words without which a name means the same: `Patient DOB`, `CPT Code`."""
_DIAGNOSIS: Final = frozenset({"dx", "diagnosis", "icd", "icd10", "icd9"})
_WITH_DIAGNOSIS: Final = _DIAGNOSIS | frozenset({"code", "cm", "number", "claim"})
_ADMISSION: Final = frozenset(
    {"poa", "present", "on", "admission", "code", "indicator", "dx", "diagnosis", "number"}
)
_POINTER: Final = frozenset({"pointer", "dx", "diagnosis", "number"})
_MODIFIER: Final = frozenset({"modifier", "hcpcs", "cpt", "code", "number", "procedure"})
_RANKS: Final = {"primary": 1, "principal": 1, "first": 1, "secondary": 2, "second": 2, "tertiary": 3, "third": 3, "fourth": 4}  # fmt: skip
_NUMBERED: Final = (
    (_WITH_DIAGNOSIS, _DIAGNOSIS, "diagnosis_code", 25),
    (_ADMISSION, frozenset({"poa", "present"}), "present_on_admission_code", 25),
    (_POINTER, frozenset({"pointer"}), "diagnosis_pointer", 4),
    (_MODIFIER, frozenset({"modifier"}), "modifier", 4),
)
"""Columns that exist several times: the words of their names, those that a name must have one of, the column, and how many there are."""
_BOX: Final = re.compile(
    r"(?:(?:cms_?1500|hcfa)_?)?(?P<said>(?:box|item|field|block)_?)?(?P<number>[123]?\d)_?(?P<letter>[a-l])?(?:_(?P<rest>.*))?"
)
_BOXES: Final = {
    "1": "claim_filing_code", "1a": "member_id", "17b": "referring_npi", "22": "claim_frequency_code", "23": "prior_authorization_number",
    "24a": "from_date", "24b": "place_of_service_code", "24d": "procedure_code", "24e": "diagnosis_pointers", "24f": "charge_amount", "24g": "units",
    "24j": "rendering_npi", "26": "claim_id", "28": "total_charge_amount", "29": "patient_paid_amount", "32a": "facility_npi", "33a": "billing_npi",
}  # fmt: skip
"""The model's column by CMS-1500 box. Source: NUCC, 1500 Health Insurance Claim Form Reference Instruction Manual."""


def plain(given: str) -> str:
    """A name in lower case with underscores between its words."""
    text = given.strip().lower().replace("#", " number ").replace("(s)", "")
    text = re.sub(r"['\N{RIGHT SINGLE QUOTATION MARK}]s?\b", " ", text)
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


@cache
def model_name(given: str) -> str:
    """The model's name for a column; if there is none, the given name in lower case with underscores.

    >>> model_name("24a DOS"), model_name("Patient Acct No"), model_name("ICD-10 Code #2")
    ('from_date', 'claim_id', 'diagnosis_code_2')
    """
    name = plain(given)
    return _own(name) or _of_box(name) or _of_words(name) or name


def is_vague(given: str) -> bool:
    """True for a name that yields to a clearer one for the same column."""
    return plain(given) in _VAGUE


@cache
def _own(name: str) -> str | None:
    if name in SYNONYMS:
        return SYNONYMS[name]
    return name if name in OWN_NAMES else None


def _of_words(name: str) -> str | None:
    words = _words(name)
    if not words:
        return None
    for numbered, needed, column, most in _NUMBERED:
        found = _numbered(words, numbered, needed, most)
        if found is not None:
            return f"{column}_{found}" if found else _unnumbered(column)
    known = _by_words()
    tries = [words, *([w for w in words if w != minor] for minor in _MINOR), [w for w in words if w not in _MINOR]]  # fmt: skip
    return next((known[key] for one in tries if (key := tuple(sorted(one))) in known), None)


def _numbered(
    words: list[str], allowed: frozenset[str], needed: frozenset[str], most: int
) -> int | None:
    """The number in a name such as `dx 2` or `diagnosis B`; 0 if it has none, None for another name."""
    if not needed & set(words):
        return None
    numbers = [int(word) for word in words if _NUMBER.fullmatch(word)]
    numbers += [ord(word) - ord("a") + 1 for word in words if re.fullmatch("[a-l]", word)]
    numbers += [_RANKS[word] for word in words if word in _RANKS]
    rest = [w for w in words if not _NUMBER.fullmatch(w) and not re.fullmatch("[a-l]", w) and w not in _RANKS]  # fmt: skip
    if not set(rest) <= allowed or len(numbers) > 1:
        return None
    if not numbers:
        return 0
    return numbers[0] if 1 <= numbers[0] <= most else None


def _unnumbered(column: str) -> str:
    return {"diagnosis_pointer": "diagnosis_pointers", "modifier": "modifiers"}.get(column, column)


@cache
def _by_words() -> dict[tuple[str, ...], str]:
    known = {tuple(sorted(_words(name))): name for name in sorted(OWN_NAMES)}
    return known | {tuple(sorted(_words(other))): name for other, name in SYNONYMS.items()}


def _words(name: str) -> list[str]:
    """The words of a name, written out; numbers are words of their own."""
    name = re.sub(r"icd_?(10|9)(?:_?cm)?(?![0-9])", r"icd\1", name)
    words = [
        word
        for part in name.split("_")
        for word in ([part] if part in _WHOLE else re.findall(r"[a-z]+|\d+", part))
    ]
    return [_LONG_FORMS.get(word, word) for word in words if word not in _LEFT_OUT]


def _of_box(name: str) -> str | None:
    """The column of a CMS-1500 box, such as `24A`, `box_24a`, `24a dos` or `28. Total Charge`."""
    found = _BOX.fullmatch(name)
    if not found:
        return None
    box, rest = found["number"] + (found["letter"] or ""), found["rest"] or ""
    if not (found["said"] or found["letter"] or rest):
        return None
    told = _own(rest) or _of_words(rest) if rest else None
    words = set(_words(rest))
    if box == "24a" and (words & {"to", "end"}):
        return "to_date"
    if box.startswith("21"):
        return f"diagnosis_code_{ord(box[2]) - ord('a') + 1}" if box[2:] else _numbered_box(rest)
    if told and (box in _BOXES or box == "3"):
        is_diagnosis = told.startswith(LIST_OF_DIAGNOSES)
        return None if is_diagnosis and not found["said"] else told
    is_named = found["said"] or found["letter"]
    return _BOXES.get(box) if is_named else None


def _numbered_box(rest: str) -> str:
    """The diagnosis of box 21 that a number or letter after it names."""
    number = _numbered([*_words(rest), "dx"], _WITH_DIAGNOSIS, _DIAGNOSIS, 12)
    return f"{LIST_OF_DIAGNOSES}_{number}" if number else LIST_OF_DIAGNOSES
