"""A fifth batch: services, people and numbers of professional claims, written from the manuals before any score."""

from __future__ import annotations

from typing import Any

from corpus.second.make import bad, c, k, ok
from corpus.second.services import AMB, ANESTHETIST, CRNA, DC, DME, LAB, SECOND, TRIP, _primary

CPM = "Medicare Claims Processing Manual, "
NCCI = "NCCI Policy Manual, "
GUIDE = "837P guide, "
PT: dict[str, Any] = {"rendering_taxonomy_code": "225100000X"}
OT: dict[str, Any] = {"rendering_taxonomy_code": "225X00000X"}
SLP: dict[str, Any] = {"rendering_taxonomy_code": "235Z00000X"}
LCSW: dict[str, Any] = {"rendering_taxonomy_code": "1041C0700X"}
PSY: dict[str, Any] = {"rendering_taxonomy_code": "103TC0700X"}
REF: dict[str, Any] = {"referring_npi": 1}
CLIA: dict[str, Any] = {"referring_npi": 1, "clia_number": 1}
IN: dict[str, Any] = {"admission_date": "x"}
TODAY: dict[str, Any] = {"admission_date": "d"}

bad(
    "practice-therapy", "MOD134 MOD111 MOD103 MOD132", "Therapy under another discipline's plan of care than the code's, the assistant's or the therapist's.", CPM + "ch. 5, 20.1 and 10.6",
    k(c("medicare 2024-07-16 11", "M25511", "97110-GP*2", **OT), line=1, hard=True), k(c("medicare 2023-06-06 11", "M25511", "97161-GO", **PT), line=1, hard=True), k(c("medicare 2024-08-13 11", "R4701", "92521-GP", **SLP), line=1, hard=True),
    k(c("medicare 2024-09-10 11", "M25511", "97110-GO-CQ*2", **OT), line=1, hard=True), k(c("medicare 2022-05-10 11", "M25511", "97166-GP", **OT), line=1, hard=True),
)  # fmt: skip
bad(
    "practice-telehealth", "PX111 MOD101 CLM109 MOD103", "Telehealth places, modifiers and services that don't go together.", "42 CFR 410.78; CMS telehealth list; " + CPM + "ch. 12, 190",
    k(c("medicare 2021-08-10 10", "F411", "99213-95"), hard=True), k(c("medicare 2021-08-10 11", "F411", "90834-93"), line=1, hard=True), k(c("medicare 2024-07-16 02", "M1711", "20610-95-RT"), line=1),
    k(c("medicare 2023-05-16 10", "I10", "G2012-95"), line=1, hard=True), k(c("medicare 2024-08-20 02", "I10", "Q3014"), line=1, hard=True),
)  # fmt: skip
bad(
    "practice-ambulance", "PX121 PX115 PX109", "Ambulance trips billed in a way that no trip can be.", CPM + "ch. 15, 20 and 30",
    k(c("medicare 2024-07-23 41", "R0789", "A0425-RH*12", **AMB, **TRIP), line=1), k(c("medicare 2023-03-14 11", "R0789", "A0427-RH A0425-RH*12", **AMB, **TRIP)), k(c("medicare 2024-08-27 41", "R0789", "A0427-RH A0433-RH A0425-RH*9", **AMB, **TRIP), hard=True),
)  # fmt: skip
bad(
    "practice-in-a-facility", "PX109 PX118 MOD102", "The technical part, or a service incident to a physician's, billed by a physician for a hospital's patient.", CPM + "ch. 12, 20.4.2; ch. 13, 20.1; fee schedule's PC/TC indicator",
    k(c("medicare 2024-07-30 22", "R0602", "71046", **REF), line=1), k(c("medicare 2024-08-06 21", "I5023", "93306", referring_npi=1, **IN), line=1, hard=True), k(c("medicare 2024-08-13 22", "C50911", "96413@1", sex="F"), line=1, hard=True),
    k(c("medicare 2024-09-03 21", "J189", "96372@1", **IN), line=1, hard=True), k(c("medicare 2024-09-10 21", "I4891", "93005", referring_npi=1, **IN), line=1, hard=True), k(c("medicare 2023-10-10 31", "R2689", "E0143-NU", **DME, ordered=[1]), line=1),
)  # fmt: skip
bad(
    "practice-laboratory", "MOD115 CLM117", "Waived-test modifiers on other tests, and numbers of laboratories of another form.", CPM + "ch. 16, 70",
    k(c("medicare 2024-07-09 11", "N390", "81002-QW", **CLIA), line=1, hard=True), k(c("medicare 2024-08-06 11", "D225", "88305-QW", **CLIA), line=1), k(c("medicare 2024-09-17 11", "E119", "82962-QW", **CLIA), line=1, hard=True),
    k(c("medicare 2022-03-15 81", "E785", "80061", **LAB | {"clia_number": "34D12345678"})), k(c("commercial 2020-10-20 81", "E785", "80061", **LAB | {"clia_number": "34X1234567"})),
)  # fmt: skip
bad(
    "practice-sex", "PX106", "Services of organs that the patient doesn't have.", CPM + "ch. 18, 30, 40 and 50",
    k(c("medicare 2024-07-16 11", "Z125", "G0103", sex="F", **CLIA), line=1), k(c("medicare 2023-09-19 11", "Z0000", "G0101", sex="M"), line=1, hard=True), k(c("medicare 2024-08-20 11", "Z0000", "Q0091", sex="M"), line=1, hard=True),
    k(c("commercial 2022-04-05 11", "N8110", "57454", sex="M"), line=1),
    also="DX114 LNK112",
)  # fmt: skip
bad(
    "practice-drugs", "MOD135 CLM120 MOD112 PX104", "Drug numbers, wasted drugs and drugs without a name.", CPM + "ch. 17, 40; " + GUIDE + "2410 LIN03",
    k(c("medicare 2024-07-23 11", "C50911", "J9035-JW*10@1", sex="F"), line=1, hard=True), k(c("commercial 2021-11-16 11", "M1711", "J3490"), line=1),
    k(c("medicare 2024-08-06 11", "M810", "J0897*60"), line=1), k(c("medicaid 2025-02-04 11", "Z3042", "J1050*150", sex="F", age=25, line_ndc={1: "59762453701X"}), line=1),
    k(c("medicare 2022-10-04 11", "D509", "J1756-JW*20"), line=1),
)  # fmt: skip
bad(
    "practice-preventive", "PX122 PX123 LNK112 LNK104 PX105 EM102 NCCI101 NCCI102 LNK107", "Medicare's preventive services for the wrong patient, with each other or with another's administration.", CPM + "ch. 18; ch. 32, 12 and 190",
    k(c("medicare 2024-07-09 11", "Z0000", "G0438 G0439"), hard=True), k(c("medicare 2024-07-16 11", "E663 Z6827", "G0447@1,2"), line=1, hard=True), k(c("medicare 2024-07-30 11", "Z23", "90662 G0009"), line=2, hard=True),
    k(c("medicare 2024-08-20 11", "Z122 F17210", "71271@1,2", age=45, **REF), line=1, hard=True),
    k(c("medicare 2024-09-10 11", "Z0000", "G0402 G0444@1"), line=2, hard=True), k(c("medicare 2024-09-17 11", "Z23", "90732 G0008"), line=2, hard=True),
)  # fmt: skip
bad(
    "practice-too-often", "HX102", "A preventive service again before its time.", CPM + "ch. 18; CMS, Medicare preventive services chart",
    k(c("medicare 2024-08-13 11", "Z1331", "G0444"), earlier=[c("medicare 2024-03-12 11", "Z1331", "G0444")], line=1), k(c("medicare 2024-08-20 11", "Z1231", "77067", **REF), earlier=[c("medicare 2024-02-13 11", "Z1231", "77067", **REF)], line=1),
    k(c("medicare 2024-09-10 11", "Z124", "G0101", sex="F"), earlier=[c("medicare 2023-07-11 11", "Z124", "G0101", sex="F")], line=1, hard=True), k(c("medicare 2024-07-23 11", "Z1211", "G0121"), earlier=[c("medicare 2020-07-21 11", "Z1211", "G0121")], line=1),
)  # fmt: skip
bad(
    "practice-visits", "PX109 PX102 PX107 PX110 NCCI104 EM104 EM102 EM106 NCCI101 NCCI102 QTY101 QTY102 QTY103 QTY106 PX115", "Visits in places that aren't theirs, of codes that had ended, or with a visit that they can't stand beside.", CPM + "ch. 12, 30.6; CPT, evaluation and management",
    k(c("commercial 2024-07-23 13", "F0390", "99308", age=82), line=1, hard=True), k(c("commercial 2023-03-14 12", "I10", "99343"), line=1), k(c("medicare 2023-04-11 22", "R079", "99217"), line=1),
    k(c("medicare 2024-07-16 11", "I10", "99214 99417"), line=2, hard=True), k(c("medicare 2024-08-20 23", "R079", "99283 G2211"), line=2, hard=True), k(c("medicare 2024-09-10 11", "I5022", "99495 99496"), hard=True),
    k(c("medicare 2024-07-09 21", "J189", "99232*5+0..2", **IN), line=1, hard=True), k(c("medicare 2024-09-04 21", "J189", "99223@1 99238@1+2 99232@1+2", **TODAY), hard=True),
)  # fmt: skip
bad(
    "practice-anatomy", "MOD132 LNK110 LNK106", "Modifiers of lids, digits and vessels on services of other organs.", "HCPCS anatomic modifiers; " + NCCI + "ch. I, E",
    k(c("medicare 2024-07-23 24", "H2512", "66984-E1"), line=1, hard=True), k(c("medicare 2024-08-27 11", "M1711", "20610-T5"), line=1, hard=True), k(c("commercial 2024-09-17 11", "R079", "93000-LC"), line=1, hard=True), k(c("medicare 2024-07-30 24", "M2041", "28285-F5"), line=1, hard=True),
)  # fmt: skip
bad(
    "practice-who", "PX124 MOD122", "A service that the kind of practitioner can't bill.", CPM + "ch. 12, 50, 160 and 170; 42 CFR 410.71-410.74",
    k(c("medicare 2024-07-16 11", "F411", "99213", **LCSW), line=1, hard=True), k(c("medicare 2024-08-06 11", "F331", "90792", **LCSW), line=1, hard=True), k(c("medicare 2023-05-09 11", "F411", "99214", **PSY), line=1, hard=True),
    k(c("medicare 2024-08-22 22", "M1711", "01402-QX*95MJ", **ANESTHETIST), line=1, hard=True), k(c("medicare 2024-08-22 22", "M1711", "01402-AA*95MJ", **CRNA), line=1, hard=True),
)  # fmt: skip
bad(
    "practice-not-for-medicare", "PX107 PX110 PX112 LNK103 LNK109", "Services that Medicare doesn't pay or wants on another kind of claim.", "Medicare Physician Fee Schedule, status; " + CPM + "ch. 9 and ch. 12, 220",
    k(c("medicare 2024-07-18 11", "M9903", "98943-AT", segments=["DTP*454*D8*20240701"], **DC), line=1), k(c("medicare 2024-07-18 11", "H5213", "92015"), line=1), k(c("medicare 2024-09-05 11", "F331", "H0031"), line=1, hard=True), k(c("medicare 2024-07-11 11", "Z0000", "80050", **CLIA), line=1),
    k(c("medicare 2024-07-25 11", "M5450", "98941-AT", segments=["DTP*454*D8*20240701"], **DC), line=1, hard=True),
    also="QTY104",
)  # fmt: skip
bad(
    "practice-numbers", "CLM133 CLM134 CLM135 CLM101 CLM102 CLM103 CLM106 CLM111 CLM112 CLM118 CLM119 CLM122 CLM123 ENV003", "Numbers and dates that can't be: members, tax numbers, ZIP codes, kinds of claim, days of accidents and admissions.", GUIDE + "2000B, 2010AA, 2010BA, 2300",
    k(c("medicare 2022-02-15 11", "I10", "99213", member_id="1EG4TS5MK73"), hard=True), k(c("medicare 2021-02-16 11", "I10", "99213", member_id="123456789A")), k(c("medicare 2023-02-14 11", "I10", "99213", member_id="0EG4TE5MK73"), hard=True),
    k(c("commercial 2024-04-16 11", "I10", "99213", billing_zip_code="000000000"), hard=True), k(c("commercial 2022-08-16 11", "I10", "99213", billing_tax_id="99123")), k(c("commercial 2025-01-21 11", "I10", "99213", claim_frequency_code="3"), hard=True),
    k(c("auto 2023-06-20 11", "S134XXA", "99213", is_auto_accident=True, accident_date="late", accident_state="NC"), hard=True), k(c("medicare 2024-05-14 21", "J189", "99232", admission_date="late"), hard=True), k(c("commercial 2020-02-11 11", "I10", "99213", rendering_taxonomy_code="207Q0000X")),
    k(c("commercial 2019-08-20 11", "I10", "99213", patient_state="ZZ")), k(c("commercial 2024-06-04 11", "I10", "99213", supervising_npi="1234567890")),
)  # fmt: skip
bad(
    "practice-other-payer", "CLM121 CLM107", "Other payers' amounts and places in line that don't add up.", GUIDE + "2320, 2430 and balancing (1.4.4)",
    k(c("commercial 2024-07-16 11", "E119", "99214$185.00", others=_primary("CLARK", "100", "MB"), line_tails={1: ["SVD*12345*100*HC:99214**1", "CAS*CO*45*30", "CAS*PR*2*25", "DTP*573*D8*20240901"]}, **SECOND), hard=True),
    k(c("commercial 2023-07-18 11", "E119", "99214$185.00", others=_primary("CLARK", "100", "CI"), line_tails={1: ["SVD*12345*100*HC:99214**1", "CAS*CO*45*60", "CAS*PR*2*25", "DTP*573*D8*20230901"]}), hard=True),
)  # fmt: skip
bad(
    "practice-add-ons", "NCCI104", "Add-on codes without the service that they add to.", "NCCI add-on code edits of July 2024",
    k(c("commercial 2024-08-06 11", "Z23", "90461", age=3), line=1), k(c("medicare 2024-07-23 11", "D509", "96361"), line=1), k(c("medicare 2024-08-20 21", "J9601", "99292*2", **IN), line=1), k(c("commercial 2024-09-03 11", "F331", "90785 99213"), line=1, hard=True),
)  # fmt: skip
bad(
    "practice-surgery", "MOD103 NCCI101 NCCI102 PX120", "Two halves of a surgical package on one line, or the same operation in another code.", CPM + "ch. 12, 40.2; " + NCCI + "ch. I",
    k(c("medicare 2024-07-30 24", "H2512", "66984-54-55-LT"), line=1, hard=True), k(c("medicare 2024-08-06 24", "K635", "45378-53 45380"), hard=True), k(c("commercial 2023-09-12 11", "Z3483", "59425 59426", sex="F", age=29), hard=True),
)  # fmt: skip

ok(
    "practice-right", "Services, places, modifiers and numbers that look wrong and aren't.", CPM + "ch. 5, 12, 13, 15 to 18; " + NCCI + "ch. I",
    k(c("medicare 2024-07-16 11", "M25511", "97110-CQ-GP*2", **PT)), k(c("medicare 2024-07-16 11", "M25511", "97530-CO-GO*2", **OT)), k(c("medicare 2024-08-13 11", "R4701", "92521-GN", **SLP)), k(c("medicare 2023-06-06 11", "M25511", "97166-GO", **OT)),
    k(c("commercial 2022-06-14 10", "F411", "99213-95")), k(c("medicare 2024-08-20 11", "I10", "Q3014")), k(c("medicare 2024-07-23 10", "F411", "90834-93", **PSY)), k(c("medicare 2024-07-23 41", "R0789", "A0429-SH A0425-SH*12.4", **AMB, **TRIP)),
    k(c("medicare 2024-07-30 22", "R0602", "71046-26", **REF)), k(c("medicare 2024-08-06 21", "I5023", "93306-26", referring_npi=1, **IN)), k(c("medicare 2024-09-10 21", "I4891", "93010", referring_npi=1, **IN)), k(c("medicare 2023-10-10 13", "R2689", "E0143-NU", **DME, ordered=[1])),
    k(c("medicare 2024-07-09 11", "N390", "81002", **CLIA)), k(c("medicare 2024-09-17 11", "E119", "82962", **CLIA)), k(c("medicare 2024-08-06 11", "J029", "87880-QW", **CLIA)), k(c("medicare 2024-07-16 11", "Z125", "G0103", sex="M", **CLIA)),
    k(c("medicare 2024-07-16 11", "Z124", "G0101 Q0091", sex="F")), k(c("medicare 2023-06-30 11", "M810", "J0897*60")), k(c("medicare 2024-07-23 11", "C50911", "J9035*70 J9035-JW*10", sex="F")), k(c("medicare 2024-07-09 11", "Z0000 I10", "G0439@1 99214-25@2")),
    k(c("medicare 2024-07-30 11", "Z23", "90662 G0008 90677 G0009")), k(c("medicare 2024-08-13 11", "F17210", "99406")), k(c("medicare 2024-09-03 11", "Z136 Z87891", "76706@1,2", sex="M", age=68, **REF)), k(c("medicare 2024-07-16 11", "E6601 Z6841", "G0447@1,2")),
    k(c("medicare 2024-08-20 11", "Z1231", "77067", segments=["REF*EW*123456"], **REF), earlier=[c("medicare 2023-08-15 11", "Z1231", "77067", **REF)]), k(c("medicare 2024-09-10 11", "Z124", "G0101", sex="F"), earlier=[c("medicare 2022-08-09 11", "Z124", "G0101", sex="F")]), k(c("commercial 2024-07-23 31", "F0390", "99308", age=82)),
    k(c("commercial 2024-07-23 13", "F0390", "99348", age=82)), k(c("commercial 2024-07-16 11", "I10", "99215 99417")), k(c("medicare 2024-07-16 11", "I10", "99215 G2212")), k(c("medicare 2024-07-09 21", "J189", "99232*3+0..2", **IN)),
    k(c("medicare 2024-07-23 11", "H02051", "67820-E3")), k(c("commercial 2024-08-13 11", "L600", "11730-TA")), k(c("medicare 2024-08-06 11", "F331", "90834", **LCSW)), k(c("medicare 2024-08-06 11", "F331", "96130", **PSY)),
    k(c("commercial 2024-08-06 11", "Z23", "90460*2 90461*3 90707 90716", age=1.2)), k(c("commercial 2021-10-12 11", "Z3483", "59425", sex="F", age=29)), k(c("medicare 2024-08-20 21", "J9601", "99291 99292*2", **IN)), k(c("medicare 2022-02-15 11", "I10", "99213", member_id="1EG4TE5MK73")),
    k(c("commercial 2024-08-27 11", "M170", "20610-RT 20610-LT")), k(c("medicare 2024-09-24 24", "H2512", "66984-79-LT"), earlier=[c("medicare 2024-08-27 24", "H2511", "66984-RT")]), k(c("medicare 2024-07-11 11", "M1711", "99213-24"), earlier=[c("medicare 2024-06-04 24", "H2512", "66984-LT")]),
    k(c("workers_comp 2023-11-07 11", "S60011A", "99213", is_employment_related=True, accident_date="d")), k(c("commercial 2022-01-11 11", "I10", "99213", submitted_date="2022-12-20")), k(c("commercial 2025-01-21 11", "I10", "99213", claim_frequency_code="7", original_reference_number="ICN123456")),
    tables=True,
)  # fmt: skip
