"""The coding systems: who maintains them, what a code's format means, and how codes are printed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from cleanclaim.reference.icd10cm import dotted

ICD10: Final = "ICD-10-CM"
ICD9: Final = "ICD-9-CM"
HCPCS: Final = "HCPCS"
CPT: Final = "CPT"
PCS: Final = "ICD-10-PCS"
SYSTEMS: Final = (ICD10, ICD9, HCPCS, CPT)
"""The systems that can be searched, in display order."""
KEEPERS: Final = {
    ICD10: "NCHS (CDC) and CMS",
    ICD9: "NCHS (CDC) and CMS; used through 2015-09-30",
    HCPCS: "CMS (Level II; D codes: the American Dental Association)",
    CPT: "the American Medical Association (HCPCS Level I)",
    PCS: "CMS",
}
FOR: Final = {
    ICD10: "diagnoses: why the patient was seen",
    ICD9: "diagnoses for services before 2015-10-01",
    HCPCS: "services, supplies, drugs and equipment: what was done or given",
    CPT: "services and procedures: what was done",
    PCS: "procedures in inpatient hospital stays: what was done",
}
TABLES: Final = {
    ICD10: ("icd10cm",),
    ICD9: ("icd9cm",),
    HCPCS: ("hcpcs", "procedure_codes"),
    CPT: ("cpt", "procedure_codes"),
    PCS: ("icd10pcs",),
}
"""The lists that show when a code was in force."""


class Kind(NamedTuple):
    """What a procedure code's format shows.

    Attributes:
        system: HCPCS or CPT.
        category: the category and the section of the code set, in our words.
    """

    system: str
    category: str


_CPT_PARTS: Final = (
    ("00100", "01999", "anesthesia"),
    ("10004", "19499", "surgery: skin and breast"),
    ("20100", "29999", "surgery: musculoskeletal system"),
    ("30000", "32999", "surgery: respiratory system"),
    ("33016", "37799", "surgery: cardiovascular system"),
    ("38100", "38999", "surgery: blood and lymphatic systems"),
    ("39000", "39599", "surgery: mediastinum and diaphragm"),
    ("40490", "49999", "surgery: digestive system"),
    ("50010", "53899", "surgery: urinary system"),
    ("54000", "55899", "surgery: male genital system"),
    ("55920", "58999", "surgery: female genital system"),
    ("59000", "59899", "maternity care"),
    ("60000", "60699", "surgery: endocrine system"),
    ("61000", "64999", "surgery: nervous system"),
    ("65091", "68899", "surgery: eye"),
    ("69000", "69990", "surgery: ear"),
    ("70010", "79999", "radiology: imaging and radiation"),
    ("80047", "89398", "laboratory and pathology"),
    ("90281", "99199", "medicine"),
    ("99202", "99499", "visits and other evaluation and management"),
    ("99500", "99607", "medicine"),
)
_HCPCS_PARTS: Final = {
    "A": "transport, supplies, contrast and radiopharmaceuticals",
    "B": "enteral and parenteral nutrition",
    "C": "outpatient hospital services, temporary",
    "D": "dental procedures",
    "E": "durable medical equipment",
    "G": "procedures and professional services, CMS's own",
    "H": "behavioral health, for Medicaid",
    "J": "drugs given other than by mouth, chemotherapy",
    "K": "equipment and supplies, temporary, for the DME contractors",
    "L": "orthotics and prosthetics",
    "M": "other medical services and quality measures",
    "P": "pathology and laboratory",
    "Q": "temporary codes, CMS's own",
    "R": "transport of portable X-ray and EKG equipment",
    "S": "for private payers; not for Medicare",
    "T": "for state Medicaid agencies; not for Medicare",
    "U": "laboratory tests in an outbreak",
    "V": "vision, hearing and speech",
}
_FORMS: Final = (
    (re.compile(r"^\d{4}F$"), "Category II: performance measure, not paid"),
    (re.compile(r"^\d{4}T$"), "Category III: new technology, temporary"),
    (re.compile(r"^\d{4}U$"), "proprietary laboratory analysis (PLA)"),
    (re.compile(r"^\d{4}M$"), "multianalyte assay with an algorithm (MAAA), administrative"),
    (re.compile(r"^\d{4}A$"), "immunization administration, temporary"),
)
_CATEGORY_I: Final = re.compile(r"^\d{5}$")
_PCS: Final = re.compile(r"^[0-9A-HJ-NP-Z]{7}$")
_PCS_SECTIONS: Final = {
    "0": "medical and surgical",
    "1": "obstetrics",
    "2": "placement",
    "3": "administration",
    "4": "measurement and monitoring",
    "5": "extracorporeal or systemic assistance",
    "6": "extracorporeal or systemic therapies",
    "7": "osteopathic",
    "8": "other procedures",
    "9": "chiropractic",
    "B": "imaging",
    "C": "nuclear medicine",
    "D": "radiation therapy",
    "F": "physical rehabilitation and diagnostic audiology",
    "G": "mental health",
    "H": "substance abuse treatment",
    "X": "new technology",
}
_LEVEL_II: Final = re.compile(r"^[A-CDE-V]\d{4}$")


def procedure_kind(code: str) -> Kind | None:
    """Return what a procedure code's format shows; None if it isn't the format of a procedure code.

    >>> procedure_kind("99213").category
    'Category I: visits and other evaluation and management'
    >>> procedure_kind("0047U").category
    'proprietary laboratory analysis (PLA)'
    """
    if _LEVEL_II.match(code) and code[0] in _HCPCS_PARTS:
        return Kind(HCPCS, f"Level II: {_HCPCS_PARTS[code[0]]}")
    for form, words in _FORMS:
        if form.match(code):
            return Kind(CPT, words)
    if not _CATEGORY_I.match(code):
        return None
    part = next((words for first, last, words in _CPT_PARTS if first <= code <= last), None)
    return Kind(CPT, f"Category I: {part}" if part else "Category I")


def pcs_section(code: str) -> str | None:
    """Return the section of an ICD-10-PCS code; None if it isn't the format of one.

    >>> pcs_section("0DTJ4ZZ")
    'medical and surgical'
    """
    return _PCS_SECTIONS.get(code[0]) if _PCS.match(code) else None


def plain(code: str) -> str:
    """Return a code as it is stored: upper case, no dot, no blanks."""
    return code.replace(".", "").strip().upper()


@lru_cache(maxsize=20_000)
def printed(system: str, code: str) -> str:
    """Return a code as it is printed: diagnosis codes have their dot.

    >>> printed("ICD-9-CM", "E8889")
    'E888.9'
    """
    if system == ICD10:
        return dotted(code)
    if system == ICD9:
        cut = 4 if code.startswith("E") else 3
        return f"{code[:cut]}.{code[cut:]}" if len(code) > cut else code
    return code
