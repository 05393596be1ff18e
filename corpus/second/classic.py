"""Defects of every family that scrubbers have long looked for, on claims unlike those of the first set."""

from __future__ import annotations

from corpus.second.make import bad, c, k

CPM = "Medicare Claims Processing Manual, "
NCCI = "NCCI Policy Manual, "
GUIDE = "837P guide, "
Q3 = "CMS tables of July 2024: "

bad(
    "second-identifiers", "CLM101 CLM102 CLM103 CLM118 CLM119 CLM123", "A number of a provider or member whose form is wrong.", GUIDE + "NM109, PRV03, N4; CMS, NPI check digit and MBI format",
    k(c("commercial 2017-08-01 11", "I10", "99213", billing_npi="1234567890")), k(c("medicare 2019-06-04 11", "I10", "99213 93000", line_rendering_npi={2: "1999999998"}), hard=True),
    k(c("medicaid 2021-02-09 11", "I10", "99213", supervising_npi="0123456789")), k(c("medicare 2023-04-04 11", "I10", "99213", member_id="1EG4TE5MK7S")),
    k(c("medicare 2020-05-19 11", "I10", "99213", member_id="123456789A")), k(c("commercial 2024-03-05 11", "I10", "99213", rendering_taxonomy_code="207Q0000X")),
    k(c("tricare 2026-03-17 11", "I10", "99213", billing_zip_code="2760")), k(c("va 2025-06-03 11", "I10", "99213", billing_state="NX")),
    also="ENV003 CLM102 ENV002",
)  # fmt: skip
bad(
    "second-patient", "CLM104 CLM105 CLM106 CLM108 CLM107 CLM132", "A date, sex, amount or unit that can't be.", GUIDE + "DMG, DTP 472, SV1, CLM02",
    k(c("commercial 2018-04-10 11", "I10", "99213", patient_birth_date="2018-05-01")), k(c("medicare 2020-03-03 11", "I10", "99213", sex="X")),
    k(c("medicaid 2022-08-16 11", "I10", "99213*0"), hard=True), k(c("commercial 2024-05-07 11", "I10", "99213$100.00 93000$50.00", charge_amount="105.00")),
    k(c("medicare 2026-05-05 11", "I10", "99213*1.5")), k(c("commercial 2023-01-10 11", "I10", "99213$-20.00", charge_amount="-20.00")),
    k(c("medicare 2021-05-04 11", "I10", "99213", submitted_date="early"), hard=True),
    also="ENV003 QTY101",
)  # fmt: skip
bad(
    "second-claim-facts", "CLM109 CLM110 CLM111 CLM112 CLM113 CLM117 CLM116 CLM120 CLM121 CLM122", "A fact of the claim that is missing or late.", GUIDE + "CLM05, CLM11, REF F8, REF X4; " + CPM + "ch. 1, 70; ch. 16, 70.2",
    k(c("commercial 2019-01-08 38", "I10", "99213")), k(c("medicaid 2021-08-10 11", "I10", "99213", claim_frequency_code="7")),
    k(c("auto 2022-04-26 11", "S134XXA", "99213", is_auto_accident=True, accident_date="d")), k(c("medicare 2019-02-19 11", "I10", "99213", submitted_date="late")),
    k(c("medicare 2023-09-26 81", "E785", "80061", billing_taxonomy_code="291U00000X", rendering_npi=None, rendering_taxonomy_code=None, referring_npi=1)),
    k(c("medicaid 2024-02-06 11", "M1711", "20610-RT J3301*4", line_ndc={2: "0003-029"}), hard=True),
    k(c("medicare 2025-03-11 21", "J189", "99232")), k(c("commercial 2024-11-05 11", "I10", "99213", payer_sequence_code="S"), hard=True),
    k(c("medicare 2022-02-08 11", "R0789", "99213 71046"), line=2, hard=True),
    also="PX109 ENV002 ENV003 MOD112 DX112",
)  # fmt: skip
bad(
    "second-pointers", "LNK101 LNK102", "A pointer to nothing.", GUIDE + "SV107",
    k(c("commercial 2018-10-09 11", "I10 E785", "99213@3"), line=1), k(c("medicare 2020-12-08 11", "I10", "99213@1,1"), line=1), k(c("medicaid 2023-10-31 11", "I10 E785", "99213@1 93000@4"), line=2),
    also="ENV003 DX118 DX129",
)  # fmt: skip
bad(
    "second-codes", "DX101 DX103 DX104 PX101 PX102 MOD101", "A code that isn't one.", "ICD-10-CM; HCPCS; CPT",
    k(c("commercial 2018-02-13 11", "E11", "99213"), dx=1), k(c("medicare 2020-10-20 11", "S52501", "25600-RT"), dx=1), k(c("medicaid 2022-05-17 11", "I101", "99213"), dx=1),
    k(c("commercial 2021-02-16 11", "I10", "99201"), line=1), k(c("medicare 2025-02-04 02", "I10", "99442"), line=1, hard=True), k(c("commercial 2024-10-01 11", "I10", "9921E"), line=1),
    k(c("medicare 2024-07-02 11", "I10", "G0463-ZZ"), line=1), k(c("commercial 2023-05-09 11", "S72001", "27236-RT"), dx=1), k(c("medicare 2023-02-21 11", "I10", "99343"), line=1, hard=True),
    k(c("medicare 2023-03-28 21", "J189", "99218", admission_date="x"), line=1, hard=True),
    also="PX109 PX111 MOD102 DX112 EM104 PX107 PX103 MOD111 QTY104",
)  # fmt: skip
bad(
    "second-place", "PX109", "A service in a place that its definition or the fee schedule rules out.", "CPT, evaluation and management; " + CPM + "ch. 12, 20.4.2 and 30.6",
    k(c("medicare 2018-11-20 11", "J189", "99223"), line=1), k(c("commercial 2020-11-10 11", "R0789", "99284"), line=1), k(c("medicare 2022-03-01 12", "I10", "99238"), line=1, hard=True),
    k(c("medicare 2023-06-06 11", "I10", "99309"), line=1), k(c("medicaid 2024-04-16 11", "E119", "99349"), line=1, hard=True),
    also="EM102 CLM122",
)  # fmt: skip
bad(
    "second-telehealth", "PX111", "Telehealth told two ways, or for a service that isn't one.", CPM + "ch. 12, 190",
    k(c("medicare 2024-07-03 02", "M1711", "20610-RT-95"), line=1), k(c("medicare 2024-07-31 10", "L570", "17000"), line=1), k(c("medicare 2024-09-18 11", "M5450", "12001-95"), line=1, hard=True),
    also="MOD102 DX112 PX109",
)  # fmt: skip
bad(
    "second-age-and-sex", "PX105 PX106 DX113 DX114", "A code for another age or sex.", "MCE edits 4 and 5; CPT definitions",
    k(c("commercial 2018-08-07 11", "Z00129", "99393", age=40)), k(c("medicaid 2020-02-04 11", "Z0000", "99395", age=9)), k(c("medicare 2022-10-11 11", "N400", "99213", sex="F"), hard=True),
    k(c("commercial 2023-02-07 11", "Z3401", "99213", sex="M", age=30)), k(c("commercial 2024-02-27 11", "Z00129", "99382", age=8)), k(c("tricare 2025-04-15 11", "N8500", "58150~21", sex="M", admission_date="x")),
    k(c("commercial 2021-04-20 11", "Z3800", "99213", age=35)), k(c("medicaid 2026-04-08 11", "Z412", "54160", sex="F", age=0.01)),
    also="LNK107 DX112 DX137",
)  # fmt: skip
bad(
    "second-visits", "LNK107 MOD117 MOD104 EM102 EM104 MOD105", "Visits that don't fit their reason, each other or the surgery.", CPM + "ch. 12, 30.6 and 40; " + NCCI + "ch. I, D",
    k(c("commercial 2018-09-04 11", "E785", "99396", age=50), line=1), k(c("medicare 2021-09-14 11", "Z0000 I10", "G0439@1 99213@2"), line=2), k(c("commercial 2022-08-02 11", "Z0000 J069", "99396@1 99213@2", age=55), line=2),
    k(c("medicare 2023-04-18 11", "I10 E119", "99213@1 99214@2"), hard=True), k(c("medicare 2024-07-09 11", "M1711", "99244"), line=1), k(c("medicare 2025-05-13 11", "I10", "99213@1 99203@1")),
    also="PX112 PX107 PX109 EM101 QTY104",
)  # fmt: skip
bad(
    "second-fee-schedule", "PX107 PX108 PX110 PX112", "A code that Medicare never pays, always bundles, or knows by another code.", Q3 + "status indicators; " + CPM + "ch. 12, 20.3",
    k(c("medicare 2024-07-02 11", "I10", "99213 99000"), line=2), k(c("medicare 2024-07-30 11", "M5450", "97014-GP"), line=1), k(c("medicare 2024-08-21 11", "Z0000", "99397"), line=1),
    k(c("medicare 2024-09-03 11", "I10", "99213 94760"), line=2), k(c("medicare 2024-09-24 11", "E6601", "99401"), line=1, hard=True), k(c("medicare 2024-08-14 11", "I10", "99213 99080"), line=2, hard=True),
    tables=True, also="LNK107 DX112 LNK112 QTY104 MOD104",
)  # fmt: skip
bad(
    "second-modifiers", "MOD102 MOD103 MOD106 MOD107 MOD109", "A modifier that the code can't have, or that it lacks.", Q3 + "fee schedule indicators; " + CPM + "ch. 12, 20 and 40",
    k(c("medicare 2024-07-03 11", "I10", "99213-26"), line=1), k(c("medicare 2024-07-17 24", "D2239", "11442-50"), line=1, hard=True),
    k(c("medicare 2024-08-05 24", "K8000", "47562-62-66"), line=1), k(c("medicare 2024-08-27 11", "L600", "11750"), line=1), k(c("medicare 2024-09-10 11", "I10", "93010-26"), line=1, hard=True),
    k(c("medicare 2024-09-25 11", "L570", "17000 17003-51*3"), line=2), k(c("commercial 2024-07-11 11", "M1711", "20610-LT-RT"), line=1), k(c("medicare 2024-08-01 24", "H2511", "66984"), line=1),
    tables=True, also="MOD110 LNK106 QTY103 QTY101",
)  # fmt: skip
bad(
    "second-therapy-and-drugs", "MOD111 MOD112 MOD113 MOD115 MOD103", "Therapy, drugs, notices and waived tests without their modifiers.", CPM + "ch. 5, 20.1; ch. 17, 40; ch. 30, 50; ch. 16, 70.8",
    k(c("medicare 2018-01-30 11", "M5416", "97110*2", rendering_taxonomy_code="225100000X"), line=1), k(c("medicare 2021-11-16 11", "M5416", "97140", rendering_taxonomy_code="225100000X"), line=1),
    k(c("medicare 2024-07-11 11", "M0579", "96413 J1745*30"), line=2), k(c("medicare 2025-08-05 11", "C50911", "96413 J9355*34"), line=2, hard=True), k(c("medicare 2023-03-07 11", "I10", "93000-GA-GX-GY"), line=1),
    k(c("medicare 2024-08-08 11", "R5383", "84153-QW", clia_number=1, referring_npi=1), line=1), k(c("medicare 2022-09-06 11", "M25561", "97035-GO-GP", rendering_taxonomy_code="225100000X"), line=1, hard=True),
    also="CLM120 DX112 CLM116 QTY103 MOD103 NCCI102",
)  # fmt: skip
bad(
    "second-units", "QTY101 QTY102 QTY103 QTY104 QTY105 QTY106", "More units than the day, the limit or the modifier allows.", Q3 + "medically unlikely edits",
    k(c("medicare 2024-07-05 11", "I10", "93000*4"), line=1), k(c("medicare 2024-07-19 11", "M5416", "20552*2"), line=1), k(c("medicare 2024-08-02 24", "K8000", "47562*2"), line=1), k(c("medicare 2024-08-16 11", "M1711", "20610-50*2"), line=1),
    k(c("medicare 2024-09-13 11", "I10", "99223*2~21", admission_date="x"), line=1), k(c("medicare 2024-09-27 11", "M5416", "97110-GP*100"), hard=True),
    tables=True, also="MOD107 EM102 HX102 MOD114 MOD104",
)  # fmt: skip
bad(
    "second-bundles", "NCCI101 NCCI102 NCCI103 NCCI104 NCCI105", "Services that NCCI bundles, and an add-on alone.", Q3 + "procedure-to-procedure and add-on edits; " + NCCI + "ch. I",
    k(c("medicare 2024-07-08 11", "L570", "17004@1 17000@1")), k(c("medicare 2024-07-22 24", "K8000", "47562@1 49320@1"), line=2), k(c("medicare 2024-08-05 24", "K635", "45385@1 45378@1"), line=2),
    k(c("medicare 2024-08-19 11", "L570", "17003*5@1"), line=1), k(c("medicare 2024-09-02 11", "M5416", "97150-GP@1 97110-GP@1"), hard=True), k(c("medicare 2024-09-16 24", "K219", "43239@1 43235@1"), line=2),
    k(c("commercial 2024-07-29 11", "I10", "93000@1 93010@1")), k(c("medicare 2024-08-26 24", "H2511", "66984-RT@1 66982-RT@1"), hard=True), k(c("medicare 2024-09-09 24", "C50911", "19303-RT@1 19301-RT@1"), hard=True),
    tables=True, also="MOD104 DX112",
)  # fmt: skip
bad(
    "second-history", "HX101 HX102 HX103 EM101 MOD114 NCCI105", "What only the earlier claims show.", CPM + "ch. 12, 30.6.7 and 40; ch. 18; ch. 1, 120",
    k(c("medicare 2024-08-20 11", "K8000", "99213"), earlier=[c("medicare 2024-07-10 24", "K8000", "47562")], line=1), k(c("commercial 2022-10-11 11", "I10", "99204"), earlier=[c("commercial 2021-03-09 11", "E785", "99213")], line=1),
    k(c("medicare 2023-11-07 11", "I10", "93000"), earlier=[c("medicare 2023-11-07 11", "I10", "93000")], line=1), k(c("medicare 2024-05-22 11", "Z0000", "G0438"), earlier=[c("medicare 2022-04-05 11", "Z0000", "G0438")], line=1),
    k(c("medicare 2025-03-04 11", "Z0000", "G0439"), earlier=[c("medicare 2024-09-10 11", "Z0000", "G0439")], line=1, hard=True), k(c("medicare 2024-09-23 11", "L570", "17000-79@1"), line=1, hard=True),
    tables=True, also="CLM114 LNK107 DX112",
)  # fmt: skip
bad(
    "second-stays", "INS101 INS103 INS105 DX106 DX108 DX109 DX110 DX113 DX115", "A stay with a wrong code, status or principal diagnosis.", "Definitions of Medicare Code Edits; NUBC manual",
    k(c("medicare 2018-04-09 111", "W010XXA S72001A", "0120*4", stay=4), dx=1), k(c("medicare 2020-05-18 111", "Z87891 J449", "0120*2", stay=2), dx=1), k(c("medicare 2022-08-08 111", "F0280 G309", "0120*5", stay=5), dx=1),
    k(c("medicare 2024-01-29 111", "J189 J189", "0120*3", stay=3), dx=2), k(c("medicare 2023-12-11 111", "J189 S72009A", "0120*3", stay=3), dx=2, hard=True), k(c("commercial 2025-09-22 111", "Z3800", "0171*6", stay=6, age=40), dx=1),
    k(c("medicare 2019-07-15 111", "J189", "0120*3", stay=3, discharge_disposition_code="08")), k(c("medicare 2021-06-14 111", "J189", "0120*3", stay=3, admit_type_code="6")), k(c("medicare 2026-01-19 131", "J189", "0510/G0463", bill_type_code="191")),
    also="DX112 ENV003 DX111 DX119 INS104 INS115 INS114 DX107 INS166 INS171",
)  # fmt: skip
bad(
    "negative-line", "CLM132 CLM107", "A negative charge of a line, also one that the total hides.", GUIDE + "SV102; 837I guide, SV203",
    *[k(c(f"{payer} {day} {where}", "I10", lines), line=n) for payer, day, where, lines, n in (
        ("commercial", "2018-03-20", "11", "99213$125.00 93000$-25.00", 2), ("medicare", "2020-06-23", "11", "99213$-10.00 93000$60.00", 1), ("medicaid", "2022-09-20", "11", "99214$185.00 36415$-0.01", 2),
        ("medicare", "2024-10-22", "131", "0510/G0463$200.00 0250/$-20.00", 2), ("tricare", "2026-05-12", "11", "99213$125.00 99000$-5.00", 2))],
    also="INS139 ENV003",
)  # fmt: skip
