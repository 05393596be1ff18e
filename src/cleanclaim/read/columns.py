"""The column names of tables: the model's own and the other names that people use for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import polars as pl

from cleanclaim.model import CLAIMS, DIAGNOSES, LINES, Column, Table
from cleanclaim.text.masking import column_words, is_name, kind_of

ROW: Final = "_row"
"""The column of row numbers; the header is row 1."""
SET_FILES: Final = ("claims", "lines", "diagnoses")
_OTHER_NAMES: Final = {
    "admit_source_code": "admission_source",
    "admit_type_code": "admission_type",
    "bill_type_code": "type_of_bill tob",
    "billing_npi": "box_33a billing_provider_npi",
    "charge_amount": "box_24f charge charges line_charge line_charge_amount",
    "claim_filing_code": "box_1 payer_type",
    "claim_frequency_code": "box_22 frequency frequency_code",
    "claim_from_date": "claim_start_date",
    "claim_id": "box_26 patient_control_number account_number claim_number patient_account_number",
    "claim_to_date": "claim_end_date",
    "diagnosis_code": "icd_code icd10 dx dx_code diagnosis",
    "diagnosis_number": "diagnosis_sequence diagnosis_rank",
    "diagnosis_pointers": "box_24e pointer pointers dx_pointer dx_pointers diagnosis_pointer",
    "discharge_disposition_code": "discharge_status",
    "facility_npi": "box_32a",
    "from_date": "box_24a_from claim_line_start_date dos date_of_service service_date service_from_date dos_from",
    "line_number": "claim_line_number line",
    "member_id": "box_1a person_id subscriber_id insured_id",
    "modifier_1": "hcpcs_modifier_1 mod1 mod_1 modifier",
    "modifier_2": "hcpcs_modifier_2 mod2 mod_2",
    "modifier_3": "hcpcs_modifier_3 mod3 mod_3",
    "modifier_4": "hcpcs_modifier_4 mod4 mod_4",
    "patient_birth_date": "box_3_dob birth_date dob date_of_birth",
    "patient_sex": "box_3_sex gender sex patient_gender",
    "place_of_service_code": "box_24b pos place_of_service",
    "present_on_admission_code": "poa",
    "present_on_admission_code_1": "diagnosis_poa_1",
    "prior_authorization_number": "box_23",
    "procedure_code": "box_24d hcpcs_code cpt cpt_code hcpcs procedure cpt_hcpcs",
    "referring_npi": "box_17b referring_provider_npi",
    "rendering_npi": "box_24j npi rendering_provider_npi",
    "revenue_center_code": "revenue_code rev_code",
    "to_date": "box_24a_to claim_line_end_date service_to_date dos_to",
    "total_charge_amount": "box_28 total_charge",
    "units": "box_24g service_unit_quantity quantity qty",
}
"""Other names for columns: CMS-1500 boxes, the Tuva Project's names, and common ones."""
SYNONYMS: Final[dict[str, str]] = {
    other: name for name, others in _OTHER_NAMES.items() for other in others.split()
}
"""The model's column by other name, in lower case with underscores."""
_NUMBERED_DIAGNOSIS: Final = re.compile(
    r"^(?:diagnosis_code|diagnosis|dx|icd|icd10|dx_code|box_21)_?([0-9]{1,2}|[a-l])$"
)
_NUMBERED_POA: Final = re.compile(
    r"^(?:present_on_admission_code|poa|diagnosis_poa)_?([0-9]{1,2})$"
)
CLAIM_COLUMNS: Final = {
    "total_charge_amount": CLAIMS["charge_amount"],
    "claim_from_date": CLAIMS["from_date"],
    "claim_to_date": CLAIMS["to_date"],
}
LISTS: Final = {"diagnosis_pointers": r"1[0-2]|[1-9]|[A-L]", "modifiers": r"[A-Z0-9]{2}"}
"""Columns that hold several values, and the pattern of one value."""
_NOT_GIVEN: Final = frozenset(
    {"claim_key", "file", "position", "is_history", "patient_key", "as_of", "code_as_sent"}
)
"""Columns that are filled at reading and can't be given."""
FLAT_COLUMNS: Final = frozenset(
    (set(CLAIMS.schema) | set(LINES.schema)) - _NOT_GIVEN
    | set(CLAIM_COLUMNS)
    | set(LISTS)
    | {
        f"{name}_{n}"
        for name in ("diagnosis_code", "present_on_admission_code")
        for n in range(1, 26)
    }
)
EVERY_NAME: Final = FLAT_COLUMNS | set(DIAGNOSES.schema) - _NOT_GIVEN | set(SYNONYMS)
"""Every name that a column of any table may have."""


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column of the template: its table, name and meaning."""

    table: str
    column: Column


def template_columns() -> list[TemplateColumn]:
    """The columns that a user may give, for `cleanclaim template`."""
    found = []
    for table in (CLAIMS, DIAGNOSES, LINES):
        head = [] if table is CLAIMS else [TemplateColumn(table.name, CLAIMS["claim_id"])]
        found += head + [
            TemplateColumn(table.name, c) for c in table.columns if c.name not in _NOT_GIVEN
        ]
    return found


def columns_of(table: Table) -> frozenset[str]:
    """The columns that may be given for one table of a set."""
    extra = (
        set(LISTS)
        if table is LINES
        else {f"diagnosis_code_{n}" for n in range(1, 26)}
        if table is CLAIMS
        else set()
    )
    return frozenset(set(table.schema) - _NOT_GIVEN | {"claim_id"} | extra)


def no_header(columns: Sequence[str]) -> str | None:
    """A fault if the first row holds data instead of column names; None if it holds names."""
    names = [model_name(given) for given in columns]
    known = [
        name in EVERY_NAME or is_name(given, EVERY_NAME)
        for name, given in zip(names, columns, strict=True)
    ]
    if "claim_id" in names or 2 * sum(known) >= len(columns):
        return None
    kinds = Counter(kind_of(given).removeprefix("a ").split(" ")[0] for given in columns)
    counts = ", ".join(f"{kind}: {count}" for kind, count in sorted(kinds.items()))
    return (
        "row 1 doesn't look like a header: expected column names such as claim_id and procedure_code, "
        f"found {len(columns)} cells that look like data ({counts})"
    )


def model_names(
    columns: Sequence[str], allowed: frozenset[str], what: str, faults: list[str]
) -> dict[str, str]:
    """The model's names for the columns of a table; unknown and repeated names become faults.

    Args:
        columns: the given names.
        allowed: the model's names that the table may have.
        what: the table, in words.
        faults: added to.

    Returns:
        The model's name by given name.
    """
    given_by_name: dict[str, str] = {}
    for place, given in enumerate(columns, start=1):
        name = model_name(given)
        if name not in allowed:
            faults.append(_unknown_column(given, place, allowed, what))
        elif name in given_by_name:
            faults.append(f"columns '{given_by_name[name]}' and '{given}' both mean '{name}'")
        else:
            given_by_name[name] = given
    return {given: name for name, given in given_by_name.items()}


def _unknown_column(given: str, place: int, allowed: frozenset[str], what: str) -> str:
    """A fault that a column is unknown; it shows the name only if it certainly is one."""
    near = get_close_matches(model_name(given), sorted(allowed), n=1)
    hint = f"; did you mean '{near[0]}'?" if near and is_name(given, EVERY_NAME) else ""
    return f"{what}: unknown {column_words(given, place, EVERY_NAME)}{hint}"


def model_name(given: str) -> str:
    """The model's name for a column; if there is none, the given name in lower case with underscores."""
    name = re.sub(r"[^a-z0-9]+", "_", given.strip().lower()).strip("_")
    name = SYNONYMS.get(name, name)
    if found := _NUMBERED_DIAGNOSIS.match(name):
        number = ord(found[1]) - ord("a") + 1 if found[1].isalpha() else int(found[1])
        return f"diagnosis_code_{number}"
    if found := _NUMBERED_POA.match(name):
        return f"present_on_admission_code_{int(found[1])}"
    return name


def missing_column(name: str, frame: pl.DataFrame) -> str:
    """A fault that a column is missing, with the closest column that may be meant."""
    near = get_close_matches(name, [c for c in frame.columns if is_name(c, EVERY_NAME)], n=1)
    return f"the column '{name}' is missing" + (f"; is it '{near[0]}'?" if near else "")
