"""What people call columns."""

from __future__ import annotations

import doctest

import pytest

from cleanclaim.errors import TableError
from cleanclaim.read import names
from cleanclaim.read.columns import OWN_NAMES
from cleanclaim.read.names import model_name
from cleanclaim.read.prepare import Reading
from cleanclaim.read.table import read_flat
from cleanclaim.read.table_files import read_csv
from cleanclaim.read.table_options import TableOptions

SPELLINGS = {
    "claim_id": "Patient Acct No|Acct #|26|Box 26|26. Patient's Account No.|Claim Number|claim-no|PATIENT ACCOUNT NUMBER|Encounter #",
    "charge_amount": "Charges|Charge|Chg Amt|24F|24f $ Charges|box_24f|Billed Amount",
    "total_charge_amount": "Total Charges|Total Charge|28. Total Charge|Claim Total|box 28",
    "from_date": "DOS|24A|box_24A|24a DOS|24A. Date(s) of Service|Svc Date|Date of Service|Service Dt|DOS From|From DOS|Box 24A From",
    "to_date": "DOS To|24a to|Service To Date|Thru DOS",
    "procedure_code": "CPT|CPT Code|CPT/HCPCS|24D|24 D|24D CPT|Proc Code|HCPCS|Procedure",
    "modifiers": "Mod|Modifier|Mods|24D Modifier",
    "modifier_2": "Mod 2|mod2|Modifier #2|hcpcs_modifier_2",
    "diagnosis_code_1": "Dx1|Dx 1|DX #1|Primary Dx|Principal Diagnosis|21A|21. A|box_21_a|ICD-10 1|ICD10_1|ICD-10-CM Code 1|Diag A|diagnosis_code_1",
    "diagnosis_code_3": "dx3|21C|ICD10 Code 3|Third Diagnosis",
    "diagnosis_code": "Dx|Diagnosis|Diagnoses|ICD-10|Dx Codes|21|Box 21|21. Diagnosis Codes",
    "diagnosis_pointers": "Dx Ptr|Pointer|24E|Dx Pointers|box 24e",
    "diagnosis_pointer_2": "Dx Ptr 2|Pointer 2",
    "units": "Units|Qty|24G|Days/Units|Days or Units|24G Units",
    "patient_birth_date": "DOB|Patient DOB|Birth Date|Date of Birth|Birthdate|3. Patient's Birth Date|box_3_dob",
    "patient_sex": "Sex|Gender|Pt Sex|Patient Gender|box 3 sex",
    "place_of_service_code": "POS|Place of Service|24B|POS Code|Place of Svc",
    "rendering_npi": "NPI|Rend NPI|Rendering Provider NPI|Rend Prov NPI #|24J|24J NPI",
    "billing_npi": "Billing NPI|Billing Provider NPI|33a|box_33a",
    "member_id": "Member ID#|Insured's ID|1a. Insured's I.D. Number|Subscriber ID|Policy #|Member No",
    "revenue_center_code": "Rev Code|Revenue Code|Rev",
    "present_on_admission_code_2": "POA 2|diagnosis_poa_2",
}


@pytest.mark.parametrize(
    ("given", "name"),
    [(given, name) for name, all_ in SPELLINGS.items() for given in all_.split("|") if given not in {"26", "21"}],
)  # fmt: skip
def test_a_column_is_understood_however_it_is_spelled(given: str, name: str) -> None:
    for written in (given, given.upper(), f" {given} ", given.replace(" ", "_")):
        assert model_name(written) == name, written


@pytest.mark.parametrize(
    "given",
    [
        "26", "21", "24", "3", "11", "1", "F", "M54.5", "99213", "J1885", "25", "24X", "Total", "Date", "Amount", "Comments", "Provider", "Patient", "Patient Name",
        "Diagnosis Description", "CPT Description", "Balance", "Ins Paid", "Date Billed", "Referring Provider", "dx_26", "dx0", "Mod 5", "Payer", "dx " + "9" * 5_000,
    ],
)  # fmt: skip
def test_what_is_something_else_is_not_taken_for_a_column(given: str) -> None:
    assert model_name(given) not in OWN_NAMES


def frame_of(header: str, row: str) -> tuple[object, Reading]:
    reading = Reading("t.csv")
    data = f"{header}\n{row}\n".encode()
    return read_flat(read_csv(data, file="t.csv"), file="t.csv", reading=reading), reading


def test_columns_of_the_same_name_hold_several_values() -> None:
    batch, _ = frame_of("Claim #,CPT,Mod,Mod,Diagnosis,Diagnosis,DOS", "A1,99213,25,GT,E11.9,I10,5/12/2026")  # fmt: skip
    assert batch.lines.select("modifier_1", "modifier_2").row(0) == ("25", "GT")  # type: ignore[attr-defined]
    assert batch.diagnoses["diagnosis_code"].to_list() == ["E119", "I10"]  # type: ignore[attr-defined]
    batch, _ = frame_of("Claim #,CPT,Mod,Mod 2,DOS", "A1,99213,25,GT,5/12/2026")
    assert batch.lines.select("modifier_1", "modifier_2").row(0) == ("25", "GT")  # type: ignore[attr-defined]


def test_a_name_on_several_lines_is_one() -> None:
    data = b'Claim #,CPT,"24a\nDOS","My\nFee"\nA1,99213,soon,1\n'
    options = TableOptions(columns={"My Fee": "charge_amount"})
    reading = Reading("t.csv", options)
    with pytest.raises(TableError, match=r"column '24a DOS' \(lines.from_date\) expects a date .* in row 2"):  # fmt: skip
        read_flat(read_csv(data, file="t", options=options), file="t", reading=reading)
    data = data.replace(b"soon", b"5/12/26")
    batch = read_flat(read_csv(data, file="t", options=options), file="t", reading=reading)
    assert str(batch.lines["charge_amount"][0]) == "1.00"


def test_a_vague_name_yields_to_a_clear_one() -> None:
    batch, reading = frame_of("Claim #,Account,CPT,Procedure,DOS", "A1,77,99213,Office visit,5/12/2026")  # fmt: skip
    assert batch.lines["procedure_code"].to_list() == ["99213"]  # type: ignore[attr-defined]
    assert batch.claims["claim_id"].to_list() == ["A1"]  # type: ignore[attr-defined]
    assert reading.notes == ["columns that aren't used: 'Account', 'Procedure'"]


def test_the_user_has_the_last_word() -> None:
    data = b"Ref,CPT,Visit Day,Charge,Fee\nA1,99213,5/12/2026,1.00,125.00\n"
    options = TableOptions(columns={"Ref": "claim_id", "Visit Day": "from_date", "Fee": "charge_amount", "Charge": ""})  # fmt: skip
    reading = Reading("t.csv", options)
    batch = read_flat(read_csv(data, file="t.csv", options=options), file="t.csv", reading=reading)
    assert str(batch.lines["charge_amount"][0]) == "125.00"
    assert batch.claims["claim_id"].to_list() == ["A1"]
    assert reading.notes == []
    with pytest.raises(TableError, match=r"column 'Fee' \(lines.charge_amount\) expects a number in row 2"):  # fmt: skip
        read_flat(
            read_csv(data.replace(b"125.00", b"ten"), file="t", options=options),
            file="t",
            reading=Reading("t", options),
        )


def test_examples_in_the_documentation() -> None:
    tried = doctest.testmod(names)
    assert tried.attempted
    assert not tried.failed
