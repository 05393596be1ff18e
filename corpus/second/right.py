"""Right claims that look suspicious, written from the manuals."""

from __future__ import annotations

from corpus.second.hospital import FQHC, RHC, stay
from corpus.second.make import c, k, ok
from corpus.second.services import AMB, ANESTHETIST, CRNA, DME, LAB, SECOND, TRIP, _primary

CPM = "Medicare Claims Processing Manual, "
NCCI = "NCCI Policy Manual, "
OCG = "ICD-10-CM Official Guidelines "

ok(
    "right-visit-and-surgery", "A visit apart from the procedure (25), or at which surgery was decided (57).", CPM + "ch. 12, 30.6.6 and 40.1",
    k(c("medicare 2018-06-12 11", "L570 I10", "99213-25@2 17000@1")), k(c("commercial 2022-03-08 11", "M1711 E119", "99214-25@2 20610-RT@1")), k(c("medicare 2024-08-14 23", "K3580", "99284-57 44970~21", admission_date="d")),
    k(c("medicaid 2020-09-08 11", "L0291 I10", "99213-25@2 10060@1")), k(c("medicare 2025-04-22 21", "S72001A", "99223-57-AI@1 27236-RT@1", admission_date="d")),
)  # fmt: skip
ok(
    "right-global-period", "A service in the global period with 24, 58, 78 or 79.", CPM + "ch. 12, 40.2 and 40.4",
    k(c("medicare 2024-08-20 11", "I10", "99213-24"), earlier=[c("medicare 2024-07-10 24", "K8000", "47562")]), k(c("medicare 2024-09-10 24", "H2512", "66984-LT-79"), earlier=[c("medicare 2024-08-06 24", "H2511", "66984-RT")]),
    k(c("medicare 2024-08-02 21", "K9161", "35840-78", admission_date="x"), earlier=[c("medicare 2024-07-22 21", "K8000", "47600", admission_date="x")]),
    k(c("medicare 2024-09-24 24", "C50911", "19303-RT-58"), earlier=[c("medicare 2024-08-13 24", "C50911", "19301-RT")]),
    k(c("commercial 2023-06-27 11", "J069", "99213-24"), earlier=[c("commercial 2023-06-06 24", "K4090", "49505-RT")]),
)  # fmt: skip
ok(
    "right-postoperative-care", "Surgery alone and follow-up by another physician (54, 55).", CPM + "ch. 12, 40.2.A.3",
    k(c("medicare 2024-08-07 24", "H2511", "66984-54-RT", segments=["DTP*091*D8*20240808"])), k(c("medicare 2024-08-08 11", "H2511", "66984-55-RT", segments=["DTP*090*D8*20240808"])),
    k(c("commercial 2021-05-11 24", "H2512", "66984-54-LT")),
)  # fmt: skip
ok(
    "right-assistant", "An assistant at surgery, two surgeons, a team.", CPM + "ch. 12, 20.4.3 and 40.8",
    k(c("medicare 2024-07-16 21", "M1711", "27447-80-RT", admission_date="d")), k(c("medicare 2024-08-20 21", "M1711", "27447-AS-RT", admission_date="d", rendering_taxonomy_code="363A00000X")),
    k(c("medicare 2024-09-17 21", "M4316", "22612-62", admission_date="d")), k(c("medicare 2024-07-23 21", "K7460", "47135-82", admission_date="d")),
)  # fmt: skip
ok(
    "right-bilateral", "Both sides on one line with 50, or on two lines with LT and RT, or one procedure that is bilateral by name.", CPM + "ch. 12, 40.7",
    k(c("medicare 2024-07-18 11", "M170", "20610-50")), k(c("commercial 2022-06-21 11", "M170", "20610-RT 20610-LT")), k(c("medicare 2024-08-22 11", "H6123", "69210")), k(c("medicaid 2023-08-22 11", "M170", "20610-50")),
    k(c("medicare 2024-09-19 11", "Z1231", "77067", sex="F")), k(c("medicare 2025-03-25 11", "H9313", "92557")),
)  # fmt: skip
ok(
    "right-digits", "Several digits or lids, each on its own line.", NCCI + "ch. I, E; ch. III",
    k(c("medicare 2024-07-10 11", "L600", "11730-TA 11732-T5")), k(c("medicare 2024-08-21 24", "M2041 M2042", "28285-T6@1 28285-T1@2")), k(c("commercial 2023-05-23 11", "H0014 H0011", "67801-E1@1")),
    k(c("workers_comp 2024-01-16 11", "S61210A S61212A", "12001-F6@1", is_employment_related=True, accident_date="d")),
)  # fmt: skip
ok(
    "right-anesthesia", "Anesthesia in minutes, medically directed or not, with physical status and its add-ons.", CPM + "ch. 12, 50 and 140",
    k(c("medicare 2018-09-18 22", "M1711", "01402-AA-P3*105MJ", **ANESTHETIST)), k(c("medicare 2024-07-30 22", "K8000", "00790-QK*80MJ", **ANESTHETIST), c("medicare 2024-07-30 22", "K8000", "00790-QX*80MJ", other_doctor=True, rendering_npi=1, **CRNA)),
    k(c("commercial 2021-01-26 21", "O80 Z370 Z3A39", "01967-AA*240MJ", sex="F", age=28, admission_date="d", **ANESTHETIST)), k(c("medicare 2025-09-02 22", "H2511", "00142-QZ-QS*22MJ", **CRNA)),
    k(c("medicare 2026-02-03 24", "Z1211", "00812-QZ*30MJ", **CRNA)), k(c("medicare 2023-10-17 24", "K635 Z1211", "00811-QZ-PT*35MJ", **CRNA)),
    k(c("commercial 2024-03-26 22", "K3580", "00840-AA-P2*75MJ 99140", **ANESTHETIST)),
)  # fmt: skip
ok(
    "right-ambulance", "Ambulance trips: two on one day, mileage in tenths, a dead patient, a nursing home's dialysis patient.", CPM + "ch. 15, 30",
    k(c("medicare 2018-05-08 41", "R0789", "A0427-RH A0425-RH*12.4", **AMB, **TRIP)), k(c("medicare 2024-08-13 41", "N186 Z992", "A0428-NJ A0425-NJ*7.2 A0428-JN A0425-JN*7.2", **AMB, **TRIP)),
    k(c("medicare 2022-01-18 41", "I469", "A0429-RH-QL", **AMB, **TRIP)), k(c("medicaid 2025-06-24 41", "S72001A", "A0429-SH A0425-SH*5", **AMB, **TRIP)), k(c("medicare 2020-10-13 42", "I639", "A0431-IH A0436-IH*44", **AMB, **TRIP)),
)  # fmt: skip
ok(
    "right-equipment", "Rental month by month, purchase, and replaced parts.", CPM + "ch. 20, 30 and 130",
    k(c("medicare 2018-07-17 12", "G4733", "E0601-RR-KX-KH", ordered=(1,), **DME)), k(c("medicare 2024-08-06 12", "G4733", "E0601-RR-KX-KI", ordered=(1,), **DME), earlier=[c("medicare 2024-07-06 12", "G4733", "E0601-RR-KX-KH", ordered=(1,), **DME)]),
    k(c("medicare 2022-10-04 12", "J9611 J449", "E1390-RR-KX", ordered=(1,), **DME)), k(c("medicare 2025-01-28 12", "E1165 Z794", "A4253-NU-KX*3", ordered=(1,), **DME)), k(c("medicare 2023-04-25 12", "R2689", "E0143-NU-KX", ordered=(1,), **DME)),
    k(c("commercial 2020-02-18 12", "M545", "E0730-RR", ordered=(1,), **DME)), k(c("medicare 2026-03-10 13", "R2689", "E0143-NU-KX", ordered=(1,), **DME)),
)  # fmt: skip
ok(
    "right-newborn", "A newborn's visits, stay and circumcision.", OCG + "I.C.16 and I.C.21.c.12; MCE edit 4",
    k(c("commercial 2019-03-05 21", "Z3800", "99460", age=0.0, patient_relationship_code="19", admission_date="d")), k(c("medicaid 2022-07-12 21", "Z3800 P599", "99462@1,2", age=0.0, patient_relationship_code="19", admission_date="d")),
    k(c("commercial 2024-10-15 21", "Z3800", "54150 99238-25", age=0.0, sex="M", patient_relationship_code="19", admission_date="d")),
    k(c("medicaid 2025-08-12 111", "Z3800 a:Z3800 Z23", "0170*2", stay=2, age=0.0, patient_relationship_code="19", admit_type_code="4", admit_source_code="5")),
    k(c("commercial 2023-01-31 11", "Z00110", "99381", age=0.02, patient_relationship_code="19")),
)  # fmt: skip
ok(
    "right-telehealth", "Telehealth from home or a facility, by video or by phone.", CPM + "ch. 12, 190; 42 CFR 410.78",
    k(c("medicare 2024-07-11 10", "F411", "90834")), k(c("medicare 2024-08-15 22", "I10", "99213-95")), k(c("commercial 2023-06-20 10", "F331", "99214-95")), k(c("medicare 2025-02-11 10", "F411", "90837-93")),
    k(c("medicare 2020-05-12 11", "E119", "99214-95")), k(c("medicaid 2022-09-20 02", "F1120", "99213-GT")),
)  # fmt: skip
ok(
    "right-drugs", "Drugs with waste (JW), without (JZ), in many units, and from multi-dose vials.", CPM + "ch. 17, 40",
    k(c("medicare 2024-07-24 11", "M0579", "96413 96415 J1745-JZ*50")), k(c("medicare 2024-08-28 11", "C50911", "96413 J9355-JZ*30")), k(c("medicare 2018-10-16 11", "C50911", "96413 J9355*42 J9355-JW*3")), k(c("medicare 2022-05-24 11", "E538", "96372 J3420")),
    k(c("medicare 2025-10-14 11", "M810", "96372 J0897-JZ*60", sex="F")), k(c("commercial 2024-02-13 11", "M1711", "20610-RT J3301*4")), k(c("medicare 2024-09-11 11", "D509", "96374 J1756-JZ*200")),
)  # fmt: skip
ok(
    "right-interim-and-adjusted", "Interim bills, replaced and voided claims.", CPM + "ch. 1, 50.2 and 130; ch. 3, 50",
    k(stay("medicare 2019-05-01 112", "I639", "0120*31", nights=30, discharge_disposition_code="30")), k(stay("medicare 2024-02-01 113", "I639", "0120*29", nights=28, discharge_disposition_code="30", admission_date="2024-01-01"), earlier=[stay("medicare 2024-01-01 112", "I639", "0120*31", nights=30, discharge_disposition_code="30")]),
    k(c("commercial 2023-02-14 11", "I10", "99213", claim_frequency_code="7", original_reference_number="23046A77120")), k(c("medicaid 2021-10-12 11", "E119", "99214", claim_frequency_code="8", original_reference_number="21288000177")),
    k(c("medicare 2025-01-14 137", "I10", "0510/G0463", original_reference_number="22500100200304", segments=["HI*BG:D1"])), k(c("medicare 2022-08-09 137", "R0789", "0510/G0463 0300/80053", original_reference_number="22222100200304", segments=["HI*BG:D9"])),
)  # fmt: skip
ok(
    "right-hospice", "Hospice: levels of care with the place's code; another illness by another physician (GW).", CPM + "ch. 11, 30.3 and 40",
    k(c("medicare 2024-07-01 812", "C3490", "0651/Q5001*31", to_date="2024-07-31", discharge_disposition_code="30", segments=["HI*BH:27:D8:20240701", "HI*BE:61:::39580"], billing_taxonomy_code="251G00000X")),
    k(c("medicare 2023-06-13 11", "I10", "99213-GW")), k(c("medicare 2021-04-27 11", "C3490", "99214-GV")),
)  # fmt: skip
ok(
    "right-therapy", "Therapy with its discipline, assistants, and past the threshold.", CPM + "ch. 5, 10.3 and 20",
    k(c("medicare 2018-11-13 11", "M5416", "97110-GP*2 97140-GP", rendering_taxonomy_code="225100000X")), k(c("medicare 2024-07-25 11", "M5416", "97110-CQ-GP*2", rendering_taxonomy_code="225100000X")),
    k(c("medicare 2025-10-07 11", "I69351", "97530-GO-KX*2 97535-GO-KX", rendering_taxonomy_code="225X00000X")), k(c("medicare 2022-03-22 11", "R1310", "92526-GN", rendering_taxonomy_code="235Z00000X")),
    k(c("medicare 2023-05-09 131", "M1711", "0420/97110-GP*3 0430/97530-GO*2")), k(c("commercial 2024-05-21 11", "M5450", "97110*2 97140-59", rendering_taxonomy_code="225100000X")),
)  # fmt: skip
ok(
    "right-dental-adjacent", "A physician's services in the mouth.", "CPT and HCPCS; Benefit Policy Manual, ch. 15, 150",
    k(c("commercial 2019-12-17 11", "K121", "99213")), k(c("medicare 2024-09-05 22", "C029", "41112")), k(c("medicaid 2023-09-12 11", "K0889", "99212")),
)  # fmt: skip
ok(
    "right-locum-and-incident", "Substitute physicians (Q5, Q6), split visits (FS), teaching physicians (GC, GE), incident-to.", CPM + "ch. 1, 30.2.10 and 30.2.11; ch. 12, 30.6.18 and 100",
    k(c("medicare 2018-01-16 11", "I10", "99213-Q6")), k(c("medicare 2020-11-03 11", "E119", "99214-Q5")), k(c("medicare 2022-06-14 21", "I5023", "99232-FS", admission_date="x")), k(c("medicare 2024-08-29 22", "I10", "99214-GC")), k(c("medicare 2019-05-28 22", "I10", "99213-GE")),
    k(c("medicare 2024-07-17 22", "E119", "99203-GE"), ),
)  # fmt: skip
ok(
    "right-clinics", "Rural and federally qualified health centers' bills.", CPM + "ch. 9",
    k(c("medicare 2018-08-21 711", "I10", "0521/99213-CG", **RHC)), k(c("medicare 2024-07-16 711", "F411", "0900/90834-CG", **RHC)), k(c("medicare 2019-09-10 771", "I10", "0521/G0467 0521/99213", **FQHC)), k(c("medicare 2022-10-18 771", "F411", "0900/G0470 0900/90832", **FQHC)),
    k(c("medicare 2025-04-29 771", "Z0000", "0521/G0468 0521/G0439", **FQHC)), k(c("medicare 2023-02-28 711", "L600", "0521/99213-CG 0521/11730-TA", **RHC)),
)  # fmt: skip
ok(
    "right-laboratory", "Waived tests with QW (or none needed), repeated tests, referred tests of a laboratory.", CPM + "ch. 16, 40 and 70",
    k(c("medicare 2019-06-18 11", "E119", "83036-QW", clia_number=1, referring_npi=1)), k(c("medicare 2024-08-27 11", "R300", "81002", clia_number=1, referring_npi=1)), k(c("medicare 2023-11-21 11", "E1165", "82962", clia_number=1, referring_npi=1)),
    k(c("medicare 2022-02-01 81", "I10", "84132 84132-91", **LAB)), k(c("medicare 2024-09-26 81", "E785", "80061-90 36415", **LAB)), k(c("commercial 2025-07-08 11", "J029", "87880-QW 99213@1", clia_number=1, referring_npi=1)),
    k(c("medicare 2026-06-02 81", "I10 E785", "80053@1 80061@2 85025@1", **LAB)), k(c("medicare 2020-09-15 81", "Z20828", "U0003", **LAB)),
)  # fmt: skip
ok(
    "right-preventive-and-problem", "A preventive and a problem visit with 25; preventive with procedures; a welcome visit with an ECG.", CPM + "ch. 18, 140; ch. 12, 30.6.2",
    k(c("medicare 2018-02-27 11", "Z0000 I10", "G0439@1 99213-25@2")), k(c("commercial 2022-11-08 11", "Z0000 J069", "99396@1 99213-25@2", age=52)), k(c("medicare 2024-07-10 11", "Z0001 I10", "G0438@1 99214-25@2 93000@2")), k(c("medicare 2025-03-11 11", "Z0000", "G0439-33@1 99497-33@1")),
    k(c("medicare 2023-08-29 11", "Z0000", "G0402@1 G0403@1")), k(c("medicaid 2024-04-09 11", "Z00121 J069", "99393@1 99213-25@2", age=8, patient_relationship_code="19")), k(c("commercial 2021-07-20 11", "Z01419", "99395@1", sex="F", age=31)),
)  # fmt: skip
ok(
    "right-vaccines", "Vaccines with their administration, two on a day, Medicare's own codes, combination vaccines in children.", CPM + "ch. 18, 10; CPT guidelines, immunization",
    k(c("medicare 2019-10-08 11", "Z23", "G0008 90662")), k(c("medicare 2024-09-24 11", "Z23", "G0008 90662 G0009 90677")), k(c("commercial 2022-10-25 11", "Z23", "90471 90686 90472 90715")), k(c("medicaid 2023-07-11 11", "Z00129 Z23", "99392-25@1 90460*2@2 90461*3@2 90698@2 90670@2", age=1.2, patient_relationship_code="19")),
    k(c("medicare 2025-10-15 60", "Z23", "G0008 90653")), k(c("medicare 2018-12-18 11", "Z23 N186", "G0010 90747@1")), k(c("commercial 2024-01-09 11", "Z23", "90480 91320", age=45)),
)  # fmt: skip
ok(
    "right-infusions", "Chemotherapy, then other drugs: one initial service, the rest sequential or concurrent.", NCCI + "ch. XI, section B; CPT guidelines",
    k(c("medicare 2024-07-18 11", "Z5111 C50911", "96413@1,2 96415@1,2 96417@2 96367@2 96375@2")), k(c("commercial 2021-06-08 11", "Z5111 C3490", "96413@1,2 96415*3@1,2 96375*2@2 96361@2")), k(c("medicare 2024-08-29 131", "Z5111 C9000", "0335/96401")),
    k(c("medicare 2023-10-24 131", "Z5111 C189", "0335/96413 0335/96415*2 0260/96367 0335/96416")), k(c("medicare 2025-09-16 131", "E860 r:E860", "0450/99284-25 0260/96360 0260/96361*2")),
)  # fmt: skip
ok(
    "right-critical-care", "Critical care with what isn't bundled into it, and further half hours.", CPM + "ch. 12, 30.6.12",
    k(c("medicare 2018-04-17 21", "J9601", "99291@1 99292*2@1", admission_date="x")), k(c("medicare 2024-08-22 23", "I469", "99291-25@1 92950@1 31500@1")), k(c("commercial 2022-12-13 21", "A419 R6521", "99291-25@1,2 36556@1", admission_date="x")), k(c("medicare 2023-03-21 131", "I469 r:I469", "0450/99291-25 0450/92950 0450/31500")),
)  # fmt: skip
ok(
    "right-maternity", "Maternity: the global package, visits apart, twins, postpartum care.", OCG + "I.C.15; CPT guidelines, maternity care",
    k(c("commercial 2019-02-12 21", "O80 Z370 Z3A39", "59400@1", sex="F", age=28, admission_date="d")), k(c("medicaid 2022-05-10 11", "Z3402 Z3A20", "99213@1", sex="F", age=23)), k(c("commercial 2024-06-11 21", "O34211 Z370 Z3A39", "59510@1", sex="F", age=33, admission_date="d")),
    k(c("commercial 2023-04-18 21", "O30043 Z372 Z3A37", "59400@1 59409-59@1", sex="F", age=31, admission_date="d")), k(c("medicaid 2025-09-23 11", "Z392", "59430", sex="F", age=26)),
    k(c("commercial 2021-10-05 111", "O80 Z370 Z3A39 a:O80", "0122*2 0722", stay=2, sex="F", age=30, segments=["HI*BBR:10E0XZZ:D8:20211005"])), k(c("medicaid 2026-04-14 11", "O09513 Z3A30", "76816@1", sex="F", age=37)),
)  # fmt: skip
ok(
    "right-secondary", "Medicare second to an employer's plan; Medicaid third; a commercial plan second.", CPM + "ch. 28; 837P guide, 2320 and 2430",
    k(c("medicare 2024-08-14 11", "I10", "99213$125.00", insurance_type_code="12", others=_primary("ADAMS", "80"), line_tails={1: ["SVD*12345*80*HC:99213**1", "CAS*CO*45*25", "CAS*PR*2*20", "DTP*573*D8*20240901"]}, **SECOND)),
    k(c("commercial 2024-07-16 11", "E119", "99214$185.00", others=_primary("CLARK", "100", "MB"), line_tails={1: ["SVD*12345*100*HC:99214**1", "CAS*CO*45*60", "CAS*PR*2*25", "DTP*573*D8*20240901"]}, **SECOND)),
    k(c("medicaid 2024-08-06 11", "J069", "99212$92.00", others=_primary("DAVIS", "0", "CI"), line_tails={1: ["SVD*12345*0*HC:99212**1", "CAS*PR*1*92", "DTP*573*D8*20240901"]}, **SECOND)),
)  # fmt: skip
ok(
    "right-many-providers", "Several providers, many lines, several days and places on a claim.", "837P guide, 2420A and SV105",
    k(c("commercial 2020-01-28 11", "I10 E785 E119", "99213@1 93000@1 80061@2 83036@3 36415@2,3", clia_number=1, referring_npi=1, line_rendering_npi={2: 1})), k(c("medicare 2024-07-22 21", "J189 J9601", "99223@1,2 99232@1+1 99232@1+2 99231@1+3 99238@1+4", admission_date="d")),
    k(c("medicare 2022-04-05 31", "I69351", "99306@1 99309@1+7 99309@1+14")), k(c("commercial 2024-03-04 11", "M5450", "97110*2 97140-59 97110*2+2 97140-59+2 97110*2+4 97140-59+4", rendering_taxonomy_code="225100000X")),
    k(c("medicare 2025-05-20 11", "I10 E119 E785 K219 M1711 N200 Z7984 Z87891 I2510 E559 G4733 J449", "99215@1,2,3,4")),
)  # fmt: skip
ok(
    "right-combinations", "Combination codes, codes of sequelae, adverse effects and external causes in their right order.", OCG + "I.B and I.C",
    k(c("medicare 2019-01-15 11", "I130 I5032 N183", "99214@1,2,3")), k(c("commercial 2022-08-23 11", "E1122 N1832 Z794", "99214@1,2,3")), k(c("medicare 2023-12-05 11", "R040 T45515A Z7901", "99213@1,2,3")), k(c("commercial 2024-07-02 23", "T400X1A R4020", "99285@1,2")),
    k(c("medicare 2021-03-09 11", "M25551 S72001S", "99213@1,2")), k(c("medicare 2025-11-18 21", "A4151 N390 R6520 N179", "99223@1,2,3,4", admission_date="d")), k(c("medicaid 2020-08-11 11", "N390 B9620", "99213@1,2")), k(c("commercial 2026-01-20 23", "S61411A W260XXA Y92010", "12001@1 99283-25@1")),
    k(c("medicare 2018-10-02 11", "C3490 C7951 G893", "99215@1,2,3")), k(c("medicare 2024-10-29 11", "G309 F0280", "99214@1,2")), k(c("commercial 2023-09-26 11", "J441 J440 J189", "99214@1,2,3")), k(c("medicaid 2025-12-09 11", "O10012 Z3A22 " , "99213@1", sex="F", age=34)),
)  # fmt: skip
ok(
    "right-fractures-and-injuries", "Later encounters of an injury, aftercare, and both sides in different states.", OCG + "I.C.19",
    k(c("commercial 2018-08-14 11", "S52501D", "99213")), k(c("medicare 2022-01-25 11", "S72001D", "97110-GP*2", rendering_taxonomy_code="225100000X")), k(c("commercial 2024-12-03 11", "M1712 Z96651", "99213@1,2")), k(c("workers_comp 2025-02-25 11", "S82101D", "99213", is_employment_related=True, accident_date="2025-01-14")),
    k(c("auto 2023-07-25 11", "S134XXA", "99203", is_auto_accident=True, accident_date="2023-07-24", accident_state="NC")),
)  # fmt: skip
ok(
    "right-outpatient-hospital", "Emergency visits, observation, outpatient surgery and drugs of a hospital.", CPM + "ch. 4",
    k(c("medicare 2018-12-03 131", "R0789 r:R0789", "0450/99285-25 0762/G0378*14 0300/84484 0730/93005 0324/71046")), k(c("medicare 2024-08-19 131", "S61411A r:S61411A", "0450/99283-25 0450/12001")), k(c("medicare 2022-05-10 131", "H2511", "0360/66984-RT 0276/V2632 0710/")),
    k(c("medicare 2024-07-24 131", "I10", "0510/G0463 0510/G0463-27", segments=["HI*BG:G0"])),
    k(c("medicare 2023-05-22 131", "K635", "0750/45385 0250/ 0710/")), k(c("medicare 2025-06-10 131", "D62", "0391/36430 0390/P9016*2 0300/86900 0300/86850")), k(c("medicare 2026-03-02 131", "M1711", "0360/27447-RT 0278/C1776 0370/ 0250/")),
    k(c("medicare 2021-02-23 851", "R0789 r:R0789", "0450/99284 0324/71046")), k(c("commercial 2024-11-12 131", "Z1231", "0403/77067", sex="F")), k(c("medicare 2020-06-23 141", "I10", "0300/80053")),
)  # fmt: skip
ok(
    "right-stays", "Stays with every kind of status, transfer, death, and diagnoses that came later.", CPM + "ch. 3; NUBC manual",
    k(stay("medicare 2018-02-20 111", "I639/Y J690/N", "0120*6", nights=6, discharge_disposition_code="62")), k(stay("medicare 2021-07-26 111", "U071/Y J1282/Y J9601/N", "0120*9", nights=9, discharge_disposition_code="20", segments=["HI*BH:55:D8:20210804"])), k(stay("medicare 2022-03-21 111", "S72001A/Y e:W010XXA/Y", "0120*5 0360 0278", nights=5, discharge_disposition_code="03", segments=["HI*BBR:0QS634Z:D8:20220322"])),
    k(stay("commercial 2024-09-16 111", "K8000/Y", "0120 0360", nights=1, segments=["HI*BBR:0FT44ZZ:D8:20240916"])), k(stay("medicare 2025-03-17 111", "J9601/Y J440/Y J189/Y", "0200*6", nights=6, segments=["HI*BBR:5A1955Z:D8:20250317"])), k(stay("medicaid 2023-11-20 111", "F332/Y", "0124*7", nights=7, discharge_disposition_code="01")),
    k(stay("medicare 2026-04-06 111", "I214/Y I10/Y E785/Y Z7982 Z87891", "0210*3 0481", nights=3, segments=["HI*BBR:027034Z:D8:20260406", "HI*BBQ:4A023N7:D8:20260406"])),
)  # fmt: skip
ok(
    "right-nursing-and-home", "Skilled nursing and home visits, and facility bills of both.", CPM + "ch. 6, 7, 10 and 12",
    k(c("medicare 2024-07-19 12", "I5032", "99349")), k(c("medicare 2019-10-29 32", "F0390", "99308")), k(c("medicare 2024-09-12 13", "I10", "99348")), k(c("medicare 2022-09-13 31", "J449", "99316")),
)  # fmt: skip
ok(
    "right-behavioral", "Psychotherapy with a visit, in crisis, in groups, with complexity.", "CPT guidelines, psychiatry; NCCI Policy Manual, ch. XI",
    k(c("medicare 2018-05-22 11", "F331", "99213@1 90833@1", rendering_taxonomy_code="2084P0800X")), k(c("commercial 2022-02-22 11", "F4310", "90839 90840")), k(c("medicaid 2024-05-07 11", "F902", "90837 90785", age=10, patient_relationship_code="19")), k(c("medicare 2025-06-24 11", "F1020", "90853")), k(c("commercial 2023-11-14 10", "F411", "90837-95", rendering_taxonomy_code="103TC0700X")),
)  # fmt: skip
ok(
    "right-screening", "Screening colonoscopy, also when it turned therapeutic; screening by low-dose CT, Pap test and bone density.", CPM + "ch. 18",
    k(c("medicare 2018-11-27 24", "Z1211", "G0121")), k(c("medicare 2024-07-23 24", "Z1211 K635", "45385-PT@1,2")), k(c("commercial 2022-04-12 24", "Z1211 K635", "45385-33@1,2")), k(c("medicare 2023-01-17 11", "Z87891", "71271", age=70, referring_npi=1)), k(c("medicare 2024-08-20 11", "Z124", "Q0091@1 G0101@1", sex="F")),
    k(c("medicare 2025-11-11 11", "Z780", "77080", sex="F", referring_npi=1)), k(c("medicare 2020-03-17 24", "Z86010", "G0105")),
)  # fmt: skip
ok(
    "right-other-payers", "Workers' compensation, auto, TRICARE and VA claims of their own kind.", "837P guide, CLM11, SBR09",
    k(c("workers_comp 2019-07-09 11", "S39012A", "99204", is_employment_related=True, accident_date="2019-07-08")), k(c("auto 2024-02-06 11", "S134XXD", "97110*2 97140-59", is_auto_accident=True, accident_date="2024-01-20", accident_state="TX", rendering_taxonomy_code="225100000X")),
    k(c("tricare 2022-07-26 11", "Z0000", "99395", age=35)), k(c("va 2025-08-26 11", "F4310", "90837")), k(c("commercial 2021-12-14 11", "I10", "99242")), k(c("other 2026-02-10 11", "J069", "99213")),
)  # fmt: skip
