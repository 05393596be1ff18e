"""A third batch, written after the second was looked at, of services and defects that no case had before."""

from __future__ import annotations

from typing import Any

from corpus.second.hospital import stay
from corpus.second.make import bad, c, k, ok
from corpus.second.services import ANESTHETIST, DC, DME, LAB

PT: dict[str, Any] = {"rendering_taxonomy_code": "225100000X"}
REF: dict[str, Any] = {"referring_npi": 1}
CLIA: dict[str, Any] = {"referring_npi": 1, "clia_number": 1}
IN: dict[str, Any] = {"admission_date": "x"}
TODAY: dict[str, Any] = {"admission_date": "d"}
MANUALS = "Publishers' manuals, as in the other rules"

bad(
    "fresh-diagnoses", "DX101 DX102 DX103 DX104 DX105 DX106 DX107 DX115 DX116 DX117 DX120 DX121 DX122 DX124 DX127 DX128", "Diagnoses against each other, the day and the guidelines.", "ICD-10-CM and its Official Guidelines",
    k(c("commercial 2019-03-12 11", "E109 E1165", "99213@1,2")), k(c("commercial 2022-04-05 11", "M5450 M5126", "99213@1,2")), k(c("commercial 2021-03-02 11", "Z0000 R030", "99396@1", age=50)),
    k(c("medicare 2023-05-02 11", "Z5111", "96413")), k(c("commercial 2024-02-06 11", "H2510", "99213"), dx=1), k(c("medicare 2022-10-18 11", "H16001 H16002", "99213@1,2")), k(c("medicaid 2020-02-11 11", "I10 E785 I10", "99213@1,2"), dx=3),
    k(c("commercial 2019-04-09 22", "K352", "99283"), dx=1), k(c("medicare 2020-03-16 23", "U071", "99284"), dx=1), k(c("commercial 2025-01-14 11", "M1711 M179", "99213@1,2"), dx=2, hard=True), k(c("medicare 2024-06-11 11", "S72001S", "99213"), dx=1),
    k(c("medicare 2022-02-15 21", "I214 R0789", "99223@1,2", **TODAY), dx=2, hard=True), k(c("commercial 2018-05-08 11", "S8290", "99213"), dx=1), k(c("tricare 2023-08-08 11", "E13 I10", "99213@1,2"), dx=1), k(c("commercial 2026-02-10 11", "E11.9", "99213"), dx=1),
    also="DX112 DX118 LNK107 DX129 DX111 ENV003 DX110 DX119 PX109 DX123",
)  # fmt: skip
bad(
    "fresh-services", "PX101 PX102 PX103 PX104 PX105 PX106 PX109 EM104 EM102 NCCI104 LNK106 LNK110 MOD102 MOD103 MOD106 MOD107 MOD111 MOD112 MOD113 MOD114 MOD115 PX111 CLM117 CLM120 DX113 DX114", "Services, modifiers and numbers that can't be right.", MANUALS,
    k(c("commercial 2018-09-11 24", "N400", "55250", sex="F")), k(c("commercial 2022-05-03 11", "Z0000", "99381", age=40)), k(c("commercial 2023-10-03 11", "Z23", "90460@1 90686@1", age=45), line=1), k(c("medicare 2019-02-05 24", "M5416", "64999"), line=1),
    k(c("medicare 2021-06-01 11", "E119", "99213 3044F$50.00"), line=2), k(c("commercial 2024-03-19 11", "M1711", "20610-50-LT"), line=1), k(c("medicare 2024-07-23 11", "I10", "99214-TC"), line=1), k(c("medicare 2024-08-13 24", "M1712", "27447-RT", **TODAY), line=1),
    k(c("medicare 2024-08-20 21", "J9601", "99292@1", **IN), line=1), k(c("medicare 2024-09-10 11", "M5416", "64484-RT@1"), line=1), k(c("commercial 2024-07-16 11", "F331", "90833"), line=1), k(c("medicare 2024-09-17 11", "D485", "11103@1"), line=1),
    k(c("medicare 2025-03-04 11", "C3490", "96413 J9271*200"), line=2), k(c("medicare 2023-01-10 11", "R300", "81002-QW", **CLIA), line=1), k(c("medicare 2022-08-02 11", "I10", "99213-59"), line=1), k(c("medicare 2021-09-21 11", "M1711", "20610-25-RT"), line=1),
    k(c("medicare 2023-03-14 11", "I10", "93000-GA-GZ"), line=1), k(c("medicare 2024-07-30 10", "M5450", "97110-93-GP", **PT), line=1), k(c("commercial 2020-01-21 81", "E785", "80061", referring_npi=1, clia_number="34D12345")), k(c("medicaid 2024-05-14 11", "M1711", "J3301*4", line_ndc={1: "0003029328A"}), line=1),
    k(c("medicare 2024-07-09 11", "S61210A", "12001-F8 12001-F8"), hard=True), k(c("commercial 2026-01-13 11", "I10", "0A213"), line=1),
    also="PX107 DX112 QTY104 LNK107 MOD104 MOD110 QTY105 NCCI102 NCCI101 CLM115 QTY101 QTY102 QTY103 MOD122 HX103 PX115 MOD108",
    tables=True,
)  # fmt: skip
bad(
    "fresh-units-and-pairs", "QTY101 QTY102 QTY103 QTY104 NCCI101 NCCI102 NCCI105 MOD104 MOD105 NCCI103", "Units and pairs of July 2024.", "NCCI tables of July 2024",
    k(c("medicare 2024-07-02 11", "I10", "71046*4", **REF)), k(c("medicare 2024-07-11 81", "E119", "83036*3", **LAB)), k(c("medicare 2024-07-25 21", "I214", "99223*2", **TODAY)), k(c("medicare 2024-08-06 11", "F331", "90837@1 90834@1")), k(c("medicare 2024-08-15 11", "I10", "93000@1 93005@1")),
    k(c("medicare 2024-08-27 24", "K219", "43239@1 43235@1")), k(c("medicare 2024-09-05 24", "M1711", "29881-RT@1 29870-RT@1")), k(c("medicare 2024-09-12 24", "H2511", "66984-RT@1 66830-RT@1")), k(c("medicare 2024-09-19 131", "K635", "0750/45385 0750/45378")), k(c("medicare 2024-09-26 131", "I10", "0320/71046*4")),
    k(c("medicare 2024-07-18 11", "L570", "99213@1 17000@1")), k(c("medicare 2024-08-22 21", "K3580", "99222@1 44970@1", **TODAY)), k(c("medicare 2024-07-30 24", "K8000", "47562@1 47600@1")), k(c("medicare 2024-09-03 24", "N400", "52000@1 52204@1")),
    also="CLM117 MOD107 CLM116 MOD106 INS135 MOD115",
    tables=True,
)  # fmt: skip
bad(
    "fresh-claims", "CLM101 CLM102 CLM103 CLM104 CLM106 CLM107 CLM108 CLM109 CLM110 CLM111 CLM112 CLM113 CLM114 CLM115 CLM118 CLM121 CLM122 CLM123 LNK101 LNK102 HX103 EM101 HX101 HX102 INS152 PAY102", "Facts of the claim that can't be, and repetitions.", "837 guides; Medicare Claims Processing Manual",
    k(c("commercial 2018-06-05 11", "I10", "99213", facility_npi="1234567890")), k(c("medicare 2020-08-11 11", "I10", "99213 99213")), k(c("tricare 2022-09-13 11", "I10", "99213", submitted_date="2024-01-16")), k(c("commercial 2023-02-14 11", "S39012A", "99213", is_other_accident=True)),
    k(c("auto 2024-03-12 11", "S134XXA", "99203", is_auto_accident=True, accident_date="d")), k(c("commercial 2025-05-06 11", "I10", "99213", claim_frequency_code="8")), k(c("medicare 2021-10-05 11", "I10", "99213", member_id="123456789")), k(c("commercial 2019-09-03 11", "I10", "99213", patient_birth_date="1890-01-01")),
    k(c("medicaid 2022-06-14 99", "I10", "99213*-1")), k(c("commercial 2023-07-11 11", "I10", "99213", billing_zip_code="ABCDE0000")), k(c("medicare 2024-10-08 11", "I10", "99213"), earlier=[c("medicare 2024-10-08 11", "I10", "99213")]), k(c("commercial 2024-11-12 11", "J069", "99203"), earlier=[c("commercial 2023-01-10 11", "I10", "99214")]),
    k(c("medicare 2025-02-04 11", "Z1231", "77067", sex="F"), earlier=[c("medicare 2024-09-10 11", "Z1231", "77067", sex="F")], hard=True), k(c("commercial 2026-03-03 11", "I10 E785 K219 E039 J309 L309 F411 D649 E559 L700 B351 R5383 J029", "99213")),
    k(c("medicare 2024-09-24 11", "K8000", "99213"), earlier=[c("medicare 2024-08-13 24", "K8000", "47562")], hard=True),
    also="ENV003 ENV002 CLM114 HX103 EM102 QTY103 QTY102 LNK112 CLM116 DX112 ENV001",
    tables=True,
)  # fmt: skip
bad(
    "fresh-hospital", "INS101 INS102 INS103 INS104 INS105 INS106 INS112 INS113 INS114 INS115 INS116 INS117 INS118 INS130 INS131 INS133 INS134 INS136 INS137 INS138 INS146 INS147 INS149 INS153 DX108 DX109 DX110 DX113 DX123 DX125 CLM106 CLM122", "Hospital bills that can't be right.", "Medicare Claims Processing Manual, ch. 3, 4, 25; MCE; IOCE",
    k(stay("medicare 2019-06-03 111", "R6520/Y A419/Y"), dx=1), k(stay("medicare 2020-10-12 111", "G8190/Y I639/Y", admit_type_code="8")), k(stay("commercial 2021-11-08 111", "Z3800", age=30)), k(stay("medicare 2022-03-14 111", "J189/Y I10/Q"), dx=2), k(stay("medicare 2023-06-12 111", "J189", discharge_disposition_code="ZZ")),
    k(stay("medicaid 2024-05-13 111", "J189", segments=["HI*BBR:0DTJ4ZZ0:D8:20240514"])), k(c("medicare 2018-09-17 131", "R109", "0510/G0463 0450/")), k(c("medicare 2021-05-10 131", "I10", "0510/G0463", bill_type_code="13")),
    k(c("medicare 2022-08-15 131", "R109", "0510/G0463 0762/G0463*9")), k(c("medicare 2023-02-13 721", "N186", "0821/90999*13", segments=["HI*BG:71", "HI*BE:A8:::80"])), k(c("medicare 2024-03-11 711", "I10", "0521/99213-CG 0656/", billing_taxonomy_code="261QR1300X")), k(stay("medicare 2025-05-12 111", "J189", "0120*3 0360", segments=["HI*BI:74:RD8"])),
    k(stay("medicare 2026-01-12 111", "Y6551/Y K8000/Y"), hard=True), k(stay("commercial 2020-06-08 112", "I639", "0120*14", nights=13, discharge_disposition_code="62")), k(c("medicare 2019-11-11 771", "F411", "0900/90834", billing_taxonomy_code="261QF0400X")),
    also="ENV003 ENV002 DX111 DX112 INS108 INS119 DX107 QTY103 INS135 INS166 INS171",
)  # fmt: skip
ok(
    "fresh-right-office", "Right: office services of many specialties.", MANUALS,
    k(c("medicare 2018-10-16 11", "I4891 Z7901", "99214@1,2 93000@1")), k(c("medicare 2024-07-16 11", "D485", "11102@1 11103*2@1")), k(c("medicare 2024-08-08 11", "L570", "17000@1 17003*8@1")), k(c("commercial 2022-03-29 11", "J301", "95004*40")), k(c("medicare 2023-04-11 11", "J301", "95117")),
    k(c("medicare 2024-07-24 11", "H353211", "67028-RT J0178-JZ*2")), k(c("medicare 2022-06-07 11", "B351 E1142", "11721-Q8@1,2")), k(c("commercial 2021-08-17 11", "Z30430", "58300 J7298", sex="F", age=32)), k(c("commercial 2024-05-21 11", "N871", "57454", sex="F", age=35)),
    k(c("medicare 2024-08-13 11", "E1165", "97802*4", **REF)), k(c("medicare 2023-07-18 11", "E119 I10", "99490@1,2")), k(c("medicare 2025-01-28 11", "E119 I10", "99490@1,2 99439*2@1,2")), k(c("medicare 2022-11-29 11", "I10", "99454 99457")), k(c("medicare 2024-06-25 11", "I5032", "99495")), k(c("medicare 2020-10-27 11", "F331", "90792")),
    k(c("commercial 2023-01-24 11", "F840", "97153*16", age=6, patient_relationship_code="19")), k(c("medicaid 2022-09-27 11", "Z00129", "99392-EP@1 96110@1", age=1.5, patient_relationship_code="19")), k(c("auto 2024-06-18 11", "S134XXA", "98941", is_auto_accident=True, accident_date="2024-06-10", accident_state="FL", **DC)), k(c("workers_comp 2025-07-15 11", "S39012D", "97750*8", is_employment_related=True, accident_date="2025-05-02", **PT)),
    k(c("medicare 2026-05-19 11", "M5416", "62323")), k(c("medicare 2024-09-24 11", "M47816", "64493-50 64494-50")), k(c("commercial 2019-06-11 11", "N920", "76830", sex="F", age=41, **REF)), k(c("medicare 2023-09-12 11", "G4733", "95811", **REF)), k(c("medicare 2024-07-10 12", "I10", "99349")),
)  # fmt: skip
ok(
    "fresh-right-facility", "Right: a physician's services in facilities.", MANUALS,
    k(c("medicare 2024-08-15 22", "I2510", "93458-26", **REF)), k(c("medicare 2022-04-19 23", "R0789", "99285@1 93010@1")), k(c("medicare 2024-07-18 23", "J189", "71046-26", **REF)), k(c("commercial 2020-12-08 21", "I2510", "33533@1 33518@1", **TODAY)), k(c("medicare 2024-09-10 24", "K635 K219", "45385@1 43239@2")),
    k(c("medicare 2024-08-27 21", "M4316", "22612@1 22614@1", **TODAY)), k(c("medicare 2024-07-30 21", "M50121", "22551@1 22552@1", **TODAY)), k(c("medicare 2021-02-16 31", "N186", "90935")), k(c("medicare 2024-09-17 11", "N186", "90960")), k(c("medicare 2023-05-16 22", "C61", "77427", sex="M")),
    k(c("medicare 2024-08-20 22", "D485", "88305-26*3", **LAB)), k(c("medicare 2019-08-20 21", "J9601", "31500@1 99291-25@1", **TODAY)), k(c("commercial 2024-04-30 21", "O34211 Z370 Z3A39", "01961-AA*60MJ@1", sex="F", age=30, **TODAY, **ANESTHETIST)), k(c("medicare 2025-08-19 21", "J189", "99232", **IN)), k(c("medicare 2024-07-23 21", "I639", "99222@1 99233@1+1 99239@1+2", **TODAY)),
)  # fmt: skip
ok(
    "fresh-right-supplies", "Right: equipment, supplies, glasses and drugs of suppliers.", MANUALS,
    k(c("medicare 2019-04-16 12", "G4733", "A7030-NU-KX A7037-NU-KX", ordered=(1, 2), **DME)), k(c("medicare 2023-06-20 12", "J449", "E0570-RR-KX", ordered=(1,), **DME)), k(c("medicare 2024-08-13 12", "J9611", "E1390-RR-KX@1 E0431-RR-KX@1", ordered=(1, 2), **DME)), k(c("medicare 2022-07-12 12", "E1165", "A4253-NU-KS*2", ordered=(1,), **DME)),
    k(c("medicare 2021-12-07 12", "M1711", "L1833-KX-RT", ordered=(1,), **DME)), k(c("medicaid 2024-02-20 12", "R32", "T4527*120", ordered=(1,), **DME)), k(c("medicare 2025-10-21 11", "Z961", "V2020", billing_taxonomy_code="332H00000X", ordered=(1,))), k(c("medicare 2020-05-26 12", "C61", "A6212", ordered=(1,), **DME)),
)  # fmt: skip
ok(
    "fresh-right-institutions", "Right: bills of every kind of institution.", "Medicare Claims Processing Manual, ch. 3 to 11",
    k(c("medicare 2024-09-01 211", "S72001D a:S72001D", "0022/KAQD1*30 0120*30 0420*20", to_date="2024-10-01", admission_date="d", admission_hour="1400", discharge_hour="1000", discharge_disposition_code="06", billing_taxonomy_code="314000000X", segments=["HI*BI:70:RD8:20240825-20240830", "HI*BE:80:::30"])),
    k(c("medicare 2024-08-01 721", "N186", "0821/90999-G1-V5 0821/90999-G1-V5+2 0821/90999-G1-V5+5", to_date="2024-08-31", billing_taxonomy_code="261QE0700X", segments=["HI*BE:A8:::80.5*BE:A9:::170", "HI*BG:71"])), k(c("medicare 2023-10-09 131", "F332", "0915/90853 0914/90832-59 0904/G0176", segments=["HI*BG:41"])), k(c("medicare 2022-05-09 741", "M5416", "0420/97110-GP*2", billing_taxonomy_code="261QR0400X")),
    k(c("medicare 2021-07-12 851", "R0789 r:R0789", "0450/99284 0981/99284")), k(c("medicare 2024-07-15 131", "C61", "0333/77412", sex="M")), k(c("medicare 2024-08-19 131", "I639 r:R29810", "0450/99285-25 0351/70450 0300/80053 0305/85025")), k(c("commercial 2023-03-13 131", "K8000", "0360/47562 0370/ 0250/ 0710/")), k(c("medicaid 2024-10-21 131", "J45901 r:R062", "0450/99283-25 0410/94640")),
    k(stay("medicare 2020-09-14 111", "K8000/Y E119/Y Z794", "0120*2 0360 0370 0250", nights=2, segments=["HI*BBR:0FT44ZZ:D8:20200914"])), k(stay("commercial 2022-12-12 111", "M1711/Y", "0111 0360 0278", nights=1, segments=["HI*BBR:0SRC0J9:D8:20221212"])), k(stay("medicare 2026-02-16 111", "A419/Y N390/Y R6520/Y N179/Y", "0200*2 0120*3", nights=5)), k(stay("medicaid 2025-01-20 111", "F1120/Y", "0126*5", nights=5)),
)  # fmt: skip
