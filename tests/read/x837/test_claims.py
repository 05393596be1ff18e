"""Reading 837 files: what stands in the tables, and where."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim.errors import UnknownFormat
from cleanclaim.model import TABLES, Batch, concat
from cleanclaim.read.objects import batch_of
from cleanclaim.read.x837 import read_x12

ISA = (
    "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          "
    "*260515*1200*^*00501*000000001*0*T*:~"
)
HEADER = (
    "BHT*0019*00*1*20260515*1200*CH~NM1*41*2*CLINIC*****46*123456789~PER*IC*DESK*TE*5555555555~"
    "NM1*40*2*PAYER*****46*99999~"
    "HL*1**20*1~PRV*BI*PXC*207Q00000X~NM1*85*2*CLINIC*****XX*1234567893~N3*1 MAIN ST~"
    "N4*RALEIGH*NC*276010000~REF*EI*999999999~"
)
SUBSCRIBER = (
    "HL*2*1*22*0~SBR*P*18*GROUP1******CI~NM1*IL*1*INVENTED*PAT****MI*W1~N3*2 OAK ST~"
    "N4*RALEIGH*NC*27601~DMG*D8*19800214*F~NM1*PR*2*PAYER*****PI*99999~"
)
CLAIM = (
    "CLM*A1*200.50***11:B:1*Y*A*Y*Y**AA:::NC~DTP*439*D8*20260501~AMT*F5*10~REF*G1*AUTH9~REF*X4*34D0000001~"
    "NTE*ADD*INVENTED~HI*ABK:I10*ABF:E11.9*ABF: m5450~HI*ABF:J45909~"
    "NM1*DN*1*ROE*RICK****XX*1245319599~NM1*82*1*POE*PAM****XX*1003000126~PRV*PE*PXC*207R00000X~"
    "NM1*77*2*SITE*****XX*1740287531~N3*3 ELM ST~N4*CARY*NC*27511~"
    "SBR*S*18*******MB~CAS*PR*1*20~AMT*D*80.25~AMT*EAF*20~OI***Y***Y~NM1*IL*1*INVENTED*PAT****MI*W2~"
    "NM1*PR*2*SECOND*****PI*88888~DTP*573*D8*20260510~"
    "LX*1~SV1*HC:99213:25:gt*125.5*UN*1***1:2**Y~DTP*472*D8*20260512~REF*6R*L1~"
    "NM1*82*1*LINE*DOC****XX*1992000000~SVD*88888*80.25*HC:99213**1~DTP*573*D8*20260510~"
    "LX*2~SV1*HC:J1885*75*UN*2.5*12**2:4~DTP*472*RD8*20260512-20260514~NTE*ADD*X~"
    "LIN**N4*00409379501~CTP****3*ML~"
)
GUIDE = "005010X222A1"


def transaction(body: str, guide: str = GUIDE) -> str:
    return f"ST*837*0001*{guide}~{body}SE*{body.count('~') + 2}*0001~"


def interchange(body: str, guide: str = GUIDE) -> str:
    group = f"GS*HC*CLINIC*PAYER*20260515*1200*1*X*{guide}~"
    return f"{ISA}{group}{transaction(body, guide)}GE*1*1~IEA*1*000000001~"


def one(text: str | bytes, **options: Any) -> Batch:
    data = text.encode("latin-1") if isinstance(text, str) else text
    return concat(read_x12(data, file="day.837", **options))


@pytest.fixture(scope="module")
def batch() -> Batch:
    return one(interchange(HEADER + SUBSCRIBER + CLAIM))


def test_tables_conform(batch: Batch) -> None:
    for name, frame in batch.frames().items():
        assert dict(frame.schema) == TABLES[name].schema


def test_form_is_faultless(batch: Batch) -> None:
    assert batch.syntax_faults.filter(pl.col("fault") != "ENV006").is_empty()


def test_claim(batch: Batch) -> None:
    claim = batch.claims.row(0, named=True)
    given = batch_of([{"member_id": "W1", "patient_birth_date": date(1980, 2, 14)}]).claims
    expected = {
        "claim_key": 0,
        "claim_id": "A1",
        "claim_type": "professional",
        "file": "day.837",
        "is_history": False,
        "submitted_date": date(2026, 5, 15),
        "as_of": None,
        "payer_class": None,
        "patient_key": given["patient_key"][0],
        "patient_relationship_code": "18",
        "patient_is_dependent": False,
        "claim_filing_code": "CI",
        "payer_id": "99999",
        "group_number": "GROUP1",
        "billing_npi": "1234567893",
        "billing_taxonomy_code": "207Q00000X",
        "billing_tax_id": "999999999",
        "billing_state": "NC",
        "rendering_npi": "1003000126",
        "rendering_taxonomy_code": "207R00000X",
        "referring_npi": "1245319599",
        "facility_npi": "1740287531",
        "facility_zip_code": "27511",
        "charge_amount": Decimal("200.50"),
        "patient_paid_amount": Decimal("10.00"),
        "place_of_service_code": "11",
        "bill_type_code": None,
        "is_auto_accident": True,
        "is_employment_related": False,
        "accident_state": "NC",
        "accident_date": date(2026, 5, 1),
        "from_date": date(2026, 5, 12),
        "to_date": date(2026, 5, 14),
        "prior_authorization_number": "AUTH9",
        "clia_number": "34D0000001",
        "has_note": True,
        "has_attachment": False,
        "other_payer_count": 1,
    }
    assert {name: claim[name] for name in expected} == expected


def test_diagnoses(batch: Batch) -> None:
    rows = batch.diagnoses.select(
        "diagnosis_number", "diagnosis_code", "diagnosis_type", "icd_version", "code_as_sent"
    ).rows()
    assert rows == [
        (1, "I10", "principal", 10, None),
        (2, "E119", "other", 10, "E11.9"),
        (3, "M5450", "other", 10, " m5450"),
        (4, "J45909", "other", 10, None),
    ]


def test_lines(batch: Batch) -> None:
    first, second = batch.lines.rows(named=True)
    assert first["procedure_code"] == "99213"
    assert (first["modifier_1"], first["modifier_2"], first["modifier_3"]) == ("25", "GT", None)
    assert first["charge_amount"] == Decimal("125.50")
    assert (first["diagnosis_pointer_1"], first["diagnosis_pointer_2"]) == (1, 2)
    assert first["emergency_code"] == "Y"
    assert first["place_of_service_code"] == "11"
    assert first["line_place_of_service_code"] is None
    assert first["line_control_number"] == "L1"
    assert first["rendering_npi"] == "1992000000"
    assert first["has_note"] is False
    assert second["units"] == Decimal("2.500")
    assert second["place_of_service_code"] == "12"
    assert (second["from_date"], second["to_date"]) == (date(2026, 5, 12), date(2026, 5, 14))
    assert second["rendering_npi"] == "1003000126"
    assert second["prior_authorization_number"] == "AUTH9"
    assert (second["ndc"], second["ndc_quantity"], second["ndc_unit_code"]) == (
        "00409379501",
        Decimal("3.000"),
        "ML",
    )
    assert second["has_note"] is True


def test_other_payer(batch: Batch) -> None:
    payer = batch.other_payers.row(0, named=True)
    assert payer["payer_id"] == "88888"
    assert payer["claim_filing_code"] == "MB"
    assert payer["paid_amount"] == Decimal("80.25")
    assert payer["patient_owes_amount"] == Decimal("20.00")
    assert (payer["adjustment_count"], payer["line_count"]) == (1, 1)
    assert payer["adjudication_date"] == date(2026, 5, 10)


def test_positions_are_offsets_in_the_file(batch: Batch) -> None:
    data = interchange(HEADER + SUBSCRIBER + CLAIM)
    assert data[batch.claims["position"][0] :].startswith("CLM*A1")
    assert [data[at : at + 7] for at in batch.lines["position"]] == ["SV1*HC:", "SV1*HC:"]
    assert data[batch.diagnoses["position"][1] :].startswith("E11.9")
    assert data[batch.other_payers["position"][0] :].startswith("SBR*S")
    before = data[: batch.claims["position"][0]].count("~")
    assert batch.claims["segment_number"][0] == before + 1


INSTITUTIONAL = (
    "CLM*I1*900***13:A:1**A*Y*Y~DTP*096*TM*1530~DTP*434*RD8*20260501-20260503~"
    "DTP*435*DT*202605010845~CL1*3*1*01~"
    "HI*ABK:I10:::::::Y~HI*ABJ:R079~HI*ABF:E119:::::::N~HI*BE:80:::3.00~HI*BH:11:D8:20260430~"
    "HI*BI:74:RD8:20260501-20260502~HI*BBR:0DTJ4ZZ:D8:20260502~HI*BG:09~"
    "NM1*71*1*ATT*DOC****XX*1245319599~NM1*72*1*OP*DOC****XX*1003000126~"
    "LX*1~SV2*0510*HC:G0463:25*900*UN*1~"
)


def test_institutional() -> None:
    batch = one(interchange(HEADER + SUBSCRIBER + INSTITUTIONAL, "005010X223A2"))
    claim = batch.claims.row(0, named=True)
    assert claim["claim_type"] == "institutional"
    assert claim["bill_type_code"] == "131"
    assert claim["place_of_service_code"] is None
    assert (claim["admission_date"], claim["admission_hour"]) == (date(2026, 5, 1), "0845")
    assert (claim["discharge_date"], claim["discharge_hour"]) == (None, "1530")
    assert claim["discharge_disposition_code"] == "01"
    assert (claim["attending_npi"], claim["operating_npi"]) == ("1245319599", "1003000126")
    line = batch.lines.row(0, named=True)
    assert (line["revenue_center_code"], line["procedure_code"]) == ("0510", "G0463")
    assert (line["from_date"], line["to_date"]) == (date(2026, 5, 1), date(2026, 5, 3))
    diagnoses = batch.diagnoses.select(
        "diagnosis_code", "diagnosis_type", "present_on_admission_code"
    )
    assert diagnoses.rows() == [
        ("I10", "principal", "Y"),
        ("E119", "other", "N"),
        ("R079", "admitting", None),
    ]
    codes = batch.claim_codes.select("kind", "code", "from_date", "to_date", "amount").rows()
    assert codes == [
        ("value", "80", None, None, Decimal("3.00")),
        ("occurrence", "11", date(2026, 4, 30), date(2026, 4, 30), None),
        ("occurrence_span", "74", date(2026, 5, 1), date(2026, 5, 2), None),
        ("procedure", "0DTJ4ZZ", date(2026, 5, 2), date(2026, 5, 2), None),
        ("condition", "09", None, None, None),
    ]
    assert batch.syntax_faults.is_empty()


def test_a_span_with_one_day_has_no_last_day() -> None:
    text = INSTITUTIONAL.replace("BI:74:RD8:20260501-20260502", "BI:74:D8:20260501")
    assert text != INSTITUTIONAL
    codes = one(interchange(HEADER + SUBSCRIBER + text, "005010X223A2")).claim_codes
    spans = codes.filter(kind="occurrence_span").select("from_date", "to_date")
    assert spans.rows() == [(date(2026, 5, 1), None)]


def test_dental_day_and_units_stand_for_all_lines() -> None:
    claim = "CLM*D1*90***11:B:1*Y*A*Y*Y~DTP*472*D8*20260512~LX*1~SV3*AD:D1110*90****~TOO*JP*8~"
    batch = one(interchange(HEADER + SUBSCRIBER + claim, "005010X224A2"))
    line = batch.lines.row(0, named=True)
    assert line["procedure_code"] == "D1110"
    assert line["units"] == Decimal(1)
    assert line["tooth_code"] == "8"
    assert line["from_date"] == date(2026, 5, 12)
    assert batch.claims["from_date"][0] == date(2026, 5, 12)


def test_twins_stay_apart_and_dependents_have_their_own_birth_date() -> None:
    def child(number: int, name: str) -> str:
        return (
            f"HL*{number}*2*23*0~PAT*19~NM1*QC*1*INVENTED*{name}~N3*2 OAK ST~N4*RALEIGH*NC*27601~"
            "DMG*D8*20200101*F~CLM*T*10***11:B:1*Y*A*Y*Y~HI*ABK:I10~LX*1~SV1*HC:99213*10*UN*1***1~"
        )

    body = HEADER + SUBSCRIBER.replace("22*0", "22*1") + child(3, "ANN") + child(4, "AMY")
    claims = one(interchange(body + child(5, "ANN"))).claims
    keys = claims["patient_key"].to_list()
    assert keys[0] == keys[2] != keys[1]
    assert claims["patient_is_dependent"].all()
    assert claims["patient_birth_date"].unique().to_list() == [date(2020, 1, 1)]
    assert claims["patient_relationship_code"].unique().to_list() == ["19"]


def test_patients_without_ids_are_never_merged() -> None:
    nobody = SUBSCRIBER.replace("*MI*W1", "").replace("DMG*D8*19800214*F~", "")
    body = HEADER + nobody + CLAIM + nobody.replace("HL*2", "HL*3") + CLAIM
    assert one(interchange(body)).claims["patient_key"].n_unique() == 2
    bare = HEADER + CLAIM + CLAIM
    assert one(interchange(bare)).claims["patient_key"].n_unique() == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("~", "~\r\n"),
        lambda text: text.replace("~", "\n"),
        lambda text: "\ufeff".encode().decode("latin-1") + "Subject: claims\n\n" + text,
        lambda text: text.replace("~", "~\n\n  "),
        lambda text: text.translate(str.maketrans("*:~^", "|<\x1d>")),
        lambda text: text.replace("*T*:~GS", "*T*>~GS"),
        lambda text: text[: text.rindex("SE*")],
    ],
)
def test_forms_of_the_same_claim(change: object, batch: Batch) -> None:
    assert callable(change)
    found = one(change(interchange(HEADER + SUBSCRIBER + CLAIM)))
    for name in ("claims", "lines", "diagnoses", "other_payers"):
        left, right = getattr(found, name), getattr(batch, name)
        same = [column for column in left.columns if column != "position"]
        assert left.select(same).equals(right.select(same)), name


def test_several_interchanges_groups_and_transactions() -> None:
    first = interchange(HEADER + SUBSCRIBER + CLAIM)
    other = first.translate(str.maketrans("*:~", "|<!"))
    old = interchange(HEADER + SUBSCRIBER + CLAIM.replace("ABK", "BK"), "004010X098A1")
    claims = one(first + "\n" + other + first + old).claims
    assert claims["claim_key"].to_list() == [0, 1, 2, 3]
    assert claims["claim_id"].to_list() == ["A1"] * 4


def test_chunks_and_batches_do_not_change_what_is_read() -> None:
    claims = "".join(CLAIM.replace("A1", f"A{n}") for n in range(200))
    data = interchange(HEADER + SUBSCRIBER + claims).encode()
    whole = one(data)
    parts = list(read_x12(io.BytesIO(data), file="day.837", chunk_size=2000, batch_claims=50))
    assert len(parts) > 2
    joined = concat(parts)
    for name, frame in whole.frames().items():
        assert frame.equals(getattr(joined, name)), name
    assert joined.claims["segment_number"].is_sorted()


def test_bad_numbers_and_dates_become_null() -> None:
    text = CLAIM.replace("125.5*UN", "12x*UN").replace("D8*20260512", "D8*20260231")
    batch = one(interchange(HEADER + SUBSCRIBER + text))
    assert batch.lines["charge_amount"].to_list() == [None, Decimal("75.00")]
    assert batch.lines["from_date"][0] is None
    faults = batch.syntax_faults.filter(pl.col("fault") == "ENV003")
    assert set(faults["element"]) == {"SV102", "DTP03"}


def test_no_interchange_is_no_x12() -> None:
    with pytest.raises(UnknownFormat):
        one("claim_id,charge\nA1,10\n")


@pytest.mark.parametrize("code", ["835", "999", "277"])
def test_other_transactions_are_named(code: str) -> None:
    text = (
        f"{ISA}GS*HP*A*B*20260515*1200*1*X*005010~ST*{code}*0001~SE*2*0001~GE*1*1~IEA*1*000000001~"
    )
    batch = one(text)
    assert batch.claims.is_empty()
    assert code in batch.syntax_faults.filter(pl.col("fault") == "ENV005")["explanation"][0]


def test_sample_files_have_as_many_claims_as_clm_segments(data_dir: Path) -> None:
    files = [path for path in (data_dir / "x12").rglob("*") if path.suffix not in {".tsv", ".md"}]
    counted = 0
    for path in files:
        if not path.is_file():
            continue
        data = path.read_bytes()
        wanted = len(re.findall(rb"(?:^|[^A-Za-z0-9 *])\s*CLM[^A-Za-z0-9 ]", data))
        try:
            found = one(data)
        except UnknownFormat:
            assert b"ISA*" not in data
            continue
        assert found.claims.height == wanted, path.name
        assert wanted or not found.syntax_faults.is_empty(), path.name
        counted += wanted
    assert counted > 80


def test_a_payers_name_is_shown_only_if_it_can_be_told_from_the_patients() -> None:
    assert one(interchange(HEADER + SUBSCRIBER + CLAIM)).claims["payer_name"].to_list() == ["PAYER"]
    nameless = re.sub(r"NM1\*IL[^~]*~N3[^~]*~", "", SUBSCRIBER)
    assert "NM1*IL" not in nameless != SUBSCRIBER
    assert one(interchange(HEADER + nameless + CLAIM)).claims["payer_name"].to_list() == [None]
