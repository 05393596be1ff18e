"""Professional claims with one defect each: services, modifiers and units, written from the manuals."""

from __future__ import annotations

from typing import Any

from corpus.second.make import bad, c, k

CPM = "Medicare Claims Processing Manual, "
NCCI = "NCCI Policy Manual, "
GUIDE = "837P guide, "
DME: dict[str, Any] = {"billing_taxonomy_code": "332B00000X", "rendering_npi": None, "rendering_taxonomy_code": None}
AMB: dict[str, Any] = {"billing_taxonomy_code": "341600000X", "rendering_npi": None, "rendering_taxonomy_code": None}
TRIP: dict[str, Any] = {
    "segments": ["CR1*LB*150**A*DH*12"],
    "loops": ["NM1*PW*2", "N3*5 EXAMPLE STREET", "N4*ANYTOWN*NC*27601", "NM1*45*2", "N3*6 EXAMPLE STREET", "N4*ANYTOWN*NC*27601"],
}
DC: dict[str, Any] = {"rendering_taxonomy_code": "111N00000X", "billing_taxonomy_code": "111N00000X"}
CRNA: dict[str, Any] = {"rendering_taxonomy_code": "367500000X"}
ANESTHETIST: dict[str, Any] = {"rendering_taxonomy_code": "207L00000X"}
LAB: dict[str, Any] = {"billing_taxonomy_code": "291U00000X", "rendering_npi": None, "rendering_taxonomy_code": None, "clia_number": 1, "referring_npi": 1}

bad(
    "assignment-required", "CLM126", "Medicare services that must be assigned: laboratory, drugs, ambulance, nurse practitioners.", CPM + "ch. 1, 30.3.1",
    k(c("medicare 2018-05-15 81", "E785", "80061", assignment_code="C", **LAB)),
    k(c("medicare 2020-07-21 11", "M1711", "J3301*4", assignment_code="C"), hard=True),
    k(c("medicare 2022-11-15 11", "I10", "99213", assignment_code="C", rendering_taxonomy_code="363L00000X"), hard=True),
    k(c("medicare 2024-07-30 41", "R0789", "A0427-RH A0425-RH*12", assignment_code="C", **AMB, **TRIP)),
    k(c("medicare 2026-01-27 11", "F411", "90834", assignment_code="C", rendering_taxonomy_code="1041C0700X"), hard=True),
    also="MOD112 CLM120 CLM117 PX115",
)  # fmt: skip
bad(
    "anesthesia-in-units", "CLM127", "Anesthesia time that isn't in minutes.", GUIDE + "SV103; " + CPM + "ch. 12, 50.C; ch. 26, 10.4",
    *[k(c(f"{payer} {day} 22", dx, f"{code}-{mod}*{units}", **who), line=1) for payer, day, dx, code, mod, units, who in (
        ("medicare", "2017-10-10", "M1711", "01402", "AA", 7, ANESTHETIST), ("commercial", "2019-01-29", "K8000", "00790", "QZ", 5, CRNA), ("medicaid", "2021-05-25", "H2511", "00142", "AA", 2, ANESTHETIST),
        ("medicare", "2023-06-13", "K4090", "00830", "QZ", 4, CRNA), ("commercial", "2026-02-17", "N200", "00872", "AA", 3, ANESTHETIST))],
    also="QTY101 QTY102 QTY103",
)  # fmt: skip
bad(
    "equipment-without-orderer", "CLM128 CLM116", "Equipment or supplies without the provider who ordered them.", GUIDE + "2420E; 42 CFR 410.38(d); " + CPM + "ch. 26, 10.4, item 17",
    *[k(c(f"medicare {day} 12", dx, f"{code}-{mods}", **DME), line=1 if not n else None) for n, (day, dx, code, mods) in enumerate((
        ("2018-01-23", "G4733", "E0601", "RR-KX-KH"), ("2020-04-14", "J449", "E1390", "RR-KH"), ("2021-08-24", "R2689", "E0143", "NU"), ("2023-10-03", "E1165", "A4253", "NU-KX"), ("2025-12-16", "M5450", "L0650", "NU")))],
    also="MOD120 DX112",
)  # fmt: skip
bad(
    "chiropractic-without-start", "CLM129", "Chiropractic treatment without the date on which the course began.", CPM + "ch. 12, 220; ch. 26, 10.4, item 14",
    *[k(c(f"medicare {day} 11", dx, f"{code}-AT@1", **DC)) for day, dx, code in (("2017-04-18", "M9903", "98940"), ("2019-06-25", "M9901 M542", "98941"), ("2021-12-14", "M9904", "98940"), ("2023-08-15", "M9903 M5450", "98941"), ("2026-04-28", "M9902", "98942"))],
    also="LNK103",
)  # fmt: skip
bad(
    "mass-immunization-mixed", "CLM130", "A mass immunization claim with something besides the vaccination.", CPM + "ch. 18, 10.3",
    *[k(c(f"medicare {day} 60", "Z23 " + dx, f"90662 G0008 {more}"), line=3) for day, dx, more in (("2018-10-02", "I10", "99212-25@2"), ("2020-10-13", "E785", "80061@2"), ("2022-10-18", "I10", "99213-25@2"), ("2024-10-15", "E119", "82962@2"), ("2025-10-21", "R5383", "96372@2"))],
    also="PX109 CLM117 CLM116 PX115 NCCI102 PX102",
)  # fmt: skip
SECOND: dict[str, Any] = {"payer_sequence_code": "S"}


def _primary(name: str, paid: str, kind: str = "CI") -> list[str]:
    return [
        f"SBR*P*18*GRP1******{kind}",
        f"AMT*D*{paid}",
        "OI***Y***Y",
        f"NM1*IL*1*{name}*PAT****MI*X123456789",
        "NM1*PR*2*OTHER PLAN*****PI*12345",
        "DTP*573*D8*20240901",
    ]


bad(
    "secondary-without-reason", "CLM131", "Medicare as a secondary payer, without the reason why it is.", GUIDE + "SBR05; Medicare Secondary Payer Manual, ch. 3",
    *[k(c(f"medicare {day} {where}", dx, lines, insurance_type_code="", others=_primary("ADAMS", "80"), **SECOND)) for day, where, dx, lines in (
        ("2018-09-25", "11", "I10", "99213"), ("2020-11-24", "11", "E119", "99214"), ("2022-01-11", "11", "J069", "99212"), ("2024-05-28", "11", "M1711", "20610-RT"), ("2026-06-23", "11", "L309", "99213"))],
    also="CLM121",
)  # fmt: skip
bad(
    "admission-or-discharge-visits", "EM106 EM102 NCCI101", "Visits around an admission or discharge that the same physician may not bill apart.", CPM + "ch. 12, 30.6.9.1, 30.6.9.2 and 30.6.11",
    k(c("medicare 2018-04-24 21", "J189", "99222@1 99238@1", admission_date="d")),
    k(c("medicare 2020-02-25 21", "I5023", "99238@1 99239@1", admission_date="x")),
    k(c("medicare 2022-03-15 21", "I214", "99223@1 99284@1~23", admission_date="d"), hard=True),
    k(c("medicare 2024-08-13 21", "K8000", "99221@1 99239@1", admission_date="d")),
    k(c("medicare 2025-05-06 21", "J189", "99232@1 99238@1", admission_date="x"), hard=True),
    also="MOD104 NCCI102 NCCI101 PX109",
)  # fmt: skip
bad(
    "complexity-add-on", "EM107", "The complexity add-on next to a visit with modifier 25 (from 2025 only with preventive services allowed).", "CMS, CY 2024 and CY 2025 physician fee schedule final rules (G2211); " + CPM + "ch. 12, 30.6.7",
    k(c("medicare 2024-02-13 11", "I10 L570", "99213-25@1 G2211@1 17000@2"), line=2), k(c("medicare 2024-07-17 11", "M1711 I10", "99214-25@2 G2211@2 20610-RT@1"), line=2),
    k(c("medicare 2024-09-04 11", "I10 Z23", "99213-25@1 G2211@1 G0008@2 90662@2"), line=2), k(c("medicare 2025-03-18 11", "I10 L570", "99214-25@1 G2211@1 17000@2"), line=2),
    k(c("medicare 2026-05-26 11", "E119 L600", "99213-25@1 G2211@1 11730-TA@2"), line=2, hard=True),
    also="PX108",
)  # fmt: skip
bad(
    "digits-contradict", "LNK110 LNK106", "The digit or lid of the diagnosis contradicts the modifier.", "CMS, HCPCS modifiers E1-E4, FA-F9, TA-T9; " + NCCI + "ch. I",
    k(c("medicare 2019-08-20 11", "S61210A", "12001-F8"), line=1), k(c("commercial 2021-02-02 11", "H00011", "67800-E4"), line=1), k(c("medicare 2023-05-16 11", "S92411A", "28490-TA"), line=1),
    k(c("medicaid 2024-12-10 11", "S62636A", "26755-F5"), line=1), k(c("commercial 2026-01-06 11", "S90211A", "11740-T9"), line=1, hard=True), k(c("workers_comp 2022-10-25 11", "S61314A", "11760-F2", is_employment_related=True, accident_date="d"), line=1),
    also="DX112 LNK106 PX109",
)  # fmt: skip
bad(
    "preventive-without-diagnosis", "LNK112 LNK104 LNK105 LNK107", "A preventive service of Medicare without the diagnosis that it goes with.", CPM + "ch. 18, by service",
    k(c("medicare 2018-11-06 11", "I10", "G0008 90662"), line=1), k(c("medicare 2020-09-01 11", "R5383", "77067", sex="F"), line=1, hard=True),
    k(c("medicare 2022-05-03 11", "I10", "G0102", sex="M"), line=1), k(c("medicare 2024-07-23 11", "E785", "G0009 90677"), line=1), k(c("medicare 2026-03-03 11", "K219", "G0121~24"), line=1, hard=True),
    also="PX115 MOD130 PX107 MOD116",
)  # fmt: skip
bad(
    "trial-without-diagnosis", "LNK113", "A service of a clinical trial (Q0, Q1) without Z00.6.", CPM + "ch. 32, 69.6",
    *[k(c(f"medicare {day} 11", dx, f"{code}-{mod}", segments=["REF*P4*01234567"]), line=1) for day, dx, code, mod in (("2017-08-22", "C3490", "99214", "Q1"), ("2019-05-14", "C61", "99213", "Q1"), ("2021-06-15", "I5022", "93306", "Q0"), ("2023-11-14", "C50911", "99215", "Q1"), ("2025-07-22", "G309", "99214", "Q0"))],
    also="DX112",
)  # fmt: skip
bad(
    "rental-or-purchase-missing", "MOD120", "Equipment without the modifier that says rented, new or used.", CPM + "ch. 20, 130.2 to 130.5",
    *[k(c(f"medicare {day} 12", dx, code, ordered=(1,), **DME), line=1) for day, dx, code in (("2018-03-27", "G4733", "E0601"), ("2019-12-03", "J449", "E1390"), ("2021-04-27", "R2689", "E0143"), ("2023-09-05", "M6281", "K0001-KX"), ("2026-02-10", "R2689", "E0100"))],
)  # fmt: skip
bad(
    "trip-without-places", "MOD121", "An ambulance trip without the letters of its origin and destination.", CPM + "ch. 15, 30.A",
    *[k(c(f"medicare {day} 41", dx, lines, **AMB, **TRIP), line=n) for day, dx, lines, n in (("2017-06-27", "R0789", "A0429 A0425-RH*8", 1), ("2019-09-24", "R55", "A0427-RH A0425*11", 2), ("2021-11-23", "S72001A", "A0429-QM A0425-RH-QM*6", 1), ("2024-08-22", "N186", "A0428-GY A0425-RG*9", 1), ("2026-05-12", "I639", "A0427 A0425-SH*14", 1))],
    also="DX112",
)  # fmt: skip
bad(
    "anesthesia-without-who", "MOD122", "Anesthesia without the modifier that says who gave it.", CPM + "ch. 12, 50.K and 140.3.3",
    *[k(c(f"medicare {day} 22", dx, f"{code}{mod}*{minutes}MJ", **who), line=1) for day, dx, code, mod, minutes, who in (("2017-12-12", "M1711", "01402", "", 105, ANESTHETIST), ("2019-03-26", "K8000", "00790", "-P3", 80, CRNA), ("2021-09-07", "H2511", "00142", "-QS", 25, ANESTHETIST), ("2024-09-11", "K4090", "00830", "", 62, ANESTHETIST), ("2026-01-13", "N200", "00872", "-P2", 45, CRNA))],
)  # fmt: skip
bad(
    "chiropractic-without-at", "MOD123", "Medicare chiropractic treatment without AT (active treatment).", CPM + "ch. 12, 220; Benefit Policy Manual, ch. 15, 240.1.3",
    *[k(c(f"medicare {day} 11", dx, code, segments=[f"DTP*454*D8*{day.replace('-', '')}"], **DC), line=1) for day, dx, code in (("2018-08-28", "M9903", "98940"), ("2020-01-21", "M9901", "98941"), ("2022-06-28", "M9904", "98940"), ("2024-07-16", "M9903 M5450", "98941"), ("2025-11-04", "M9902", "98942"))],
    also="DX112",
)  # fmt: skip
bad(
    "primary-care-exception-wrong", "MOD124", "The primary care exception (GE) on a service that it doesn't reach.", CPM + "ch. 12, 100.1.1.C",
    *[k(c(f"medicare {day} 22", dx, f"{code}-GE"), line=1) for day, dx, code in (("2017-11-14", "I10", "99215"), ("2019-04-16", "M1711", "20610"), ("2023-08-09", "E119", "99204"), ("2024-07-18", "I10", "93000"), ("2025-09-23", "J449", "99215"))],
    also="MOD107 MOD110 PX109",
)  # fmt: skip
bad(
    "pt-elsewhere", "MOD125", "PT (screening turned diagnostic) on a service outside the colon.", CPM + "ch. 18, 60.1.A; ch. 12, 30.1",
    *[k(c(f"medicare {day} 11", dx, f"{code}-PT~{where}"), line=1) for day, dx, code, where in (("2018-02-20", "Z1211 K635", "99213", "11"), ("2019-10-01", "Z1211", "G0121", "24"), ("2021-03-16", "Z1231", "77067", "11"), ("2023-04-25", "Z1211 K635", "99214", "11"), ("2026-06-09", "Z1211", "G0105", "24"))],
    also="MOD106 LNK107 MOD110 LNK112",
)  # fmt: skip
bad(
    "anemia-drug-without-reason", "MOD126", "A drug for anemia (ESA) without EA, EB or EC.", CPM + "ch. 17, 80.9",
    *[k(c(f"medicare {day} 11", dx, f"{code}*{units}@1,2"), line=1) for day, dx, code, units in (("2017-03-28", "N184 D631", "J0881", 60), ("2019-07-16", "D6481 C3490", "J0885", 40), ("2021-10-26", "D649 D469", "J0885", 30), ("2023-02-28", "N185 D631", "J0881", 100), ("2025-01-21", "D6481 C50911", "J0881", 200))],
    also="MOD112 CLM120 DX111 DX112 DX123 DX134 QTY103 QTY102 DX107 PX115",
)  # fmt: skip
bad(
    "repeat-test-elsewhere", "MOD127", "91 (repeated laboratory test) on a service that isn't a laboratory test.", CPM + "ch. 16, 100.5.1; CPT, appendix A",
    *[k(c(f"{payer} {day} 11", "I10 R0789", lines), line=2) for payer, day, lines in (("medicare", "2018-10-30", "93000@2 93000-91@2"), ("commercial", "2020-03-10", "71046@2 71046-91@2"), ("medicare", "2022-07-26", "94640@2 94640-91@2"), ("medicaid", "2024-08-06", "99213@1 96372-91@1"), ("commercial", "2026-03-31", "76705@2 76705-91@2"))],
    also="MOD114 CLM115 DX112 QTY103 QTY102",
)  # fmt: skip
bad(
    "wrong-surgery-billed", "MOD128", "Surgery on the wrong patient or side, or the wrong surgery (PA, PB, PC).", CPM + "ch. 32, 230.2",
    *[k(c(f"medicare {day} 24", dx, f"{code}-{mods}"), line=1) for day, dx, code, mods in (("2017-07-18", "H2512", "66984-LT", "PA"), ("2019-02-05", "K8000", "47562", "PC"), ("2021-01-12", "M1711", "29881-LT", "PA"), ("2023-11-28", "K4090", "49505", "PB"), ("2025-02-18", "H2511", "66984-RT", "PB"))],
    also="LNK106 MOD107 MOD110",
)  # fmt: skip
bad(
    "upgrade-without-notice", "MOD129", "An upgrade (GK with GA or GZ on the other line) that lacks its notice line.", CPM + "ch. 20, 120; ch. 30, 50",
    *[k(c(f"medicare {day} 12", dx, lines, ordered=(1, 2)[: lines.count(' ') + 1], **DME), line=1) for day, dx, lines in (("2018-05-29", "R2689", "E0143-NU-GK"), ("2020-08-04", "G4733", "E0601-RR-GK"), ("2022-02-15", "M6281", "K0004-RR-GK"), ("2024-07-09", "R2689", "E0149-NU-GK E0143-NU"), ("2026-04-07", "M5450", "L0650-NU-GK"))],
    also="MOD113 MOD120",
)  # fmt: skip
bad(
    "preventive-neighbour-modifier", "MOD130 MOD116", "A service next to a preventive one without the modifier that waives the patient's share or sets it apart.", CPM + "ch. 18, 60.1.1, 140.7 and 20.1",
    k(c("medicare 2018-07-31 24", "Z1211", "00811-QZ*30MJ@1", rendering_taxonomy_code="367500000X"), line=1, hard=True),
    k(c("medicare 2020-05-26 11", "Z0000", "G0439@1 99497@1"), line=2),
    k(c("medicare 2022-04-19 11", "Z0000", "G0438@1 99497@1"), line=2),
    k(c("medicare 2024-07-31 11", "Z0000", "G0439@1 99497@1 99498@1"), line=2),
    k(c("medicare 2025-06-17 11", "Z0000", "G0439@1 99497@1"), line=2),
    also="MOD104 NCCI102 LNK107",
)  # fmt: skip
bad(
    "referred-test-by-practice", "MOD131", "A test sent to another laboratory (90), billed to Medicare by a practice that isn't a laboratory.", CPM + "ch. 16, 40.1",
    *[k(c(f"medicare {day} 11", dx, f"99213@1 {code}-90@1", clia_number=1, referring_npi=1), line=2) for day, dx, code in (("2018-09-11", "E785", "80061"), ("2020-10-06", "E119", "83036"), ("2022-12-13", "R5383", "84443"), ("2024-08-28", "D649", "85025"), ("2026-02-03", "I10", "80053"))],
    also="MOD115",
)  # fmt: skip
bad(
    "companion-procedure", "PX115", "A service that is never alone: miles without a transport, travel without a specimen, foot care without the examination.", CPM + "ch. 15, 20.2; ch. 16, 60.2; ch. 32, 80",
    k(c("medicare 2018-10-23 41", "R0789", "A0425-RH*9", **AMB, **TRIP), line=1), k(c("commercial 2020-11-17 41", "I639", "A0425-SH*14", **AMB, **TRIP), line=1, hard=True),
    k(c("medicare 2022-10-04 81", "I10", "80053 P9603*10", **LAB), line=2, hard=True), k(c("medicare 2024-05-14 11", "E1142", "G0247"), line=1), k(c("medicare 2026-01-06 42", "I639", "A0436-IH*40", **AMB, **TRIP), line=1),
    also="NCCI104",
)  # fmt: skip
bad(
    "panel-in-parts", "PX116", "All the tests of a panel, billed one by one.", NCCI + "ch. X, section C; " + CPM + "ch. 16, 90.2",
    *[k(c(f"{payer} {day} 81", dx, lines, **LAB)) for payer, day, dx, lines in (
        ("medicare", "2018-03-06", "E785", "82465 83718 84478"), ("commercial", "2020-02-11", "I10", "82374 82435 84132 84295"), ("medicare", "2022-01-25", "I10", "82310 82374 82435 82565 82947 84132 84295 84520"),
        ("medicaid", "2024-08-15", "I10", "82374 82435 84132 84295"), ("medicare", "2026-03-10", "B182", "82040 82247 82248 84075 84155 84450 84460"))],
    also="MOD115 NCCI102",
)  # fmt: skip
bad(
    "two-anesthesia-codes", "PX117", "Two anesthesia codes for one session: only the highest is billed.", NCCI + "ch. II, section B; " + CPM + "ch. 12, 50.H",
    *[k(c(f"{payer} {day} 22", dx, f"{one}-{mod}*90MJ@1 {two}-{mod}*90MJ@1", **who), line=2) for payer, day, dx, one, two, mod, who in (("medicare", "2018-06-05", "K8000", "00790", "00840", "AA", ANESTHETIST), ("commercial", "2020-07-14", "M1711", "01402", "01382", "QZ", CRNA), ("medicare", "2022-09-20", "K4090", "00830", "00790", "QZ", CRNA), ("medicaid", "2024-03-12", "I2510", "00567", "00566", "AA", ANESTHETIST), ("medicare", "2025-08-12", "C61", "00865", "00910", "AA", ANESTHETIST))],
    also="NCCI101 NCCI102 QTY103",
)  # fmt: skip
bad(
    "equipment-in-facility", "PX118 PX109", "Equipment for home use, billed for a patient in a hospital or nursing home.", CPM + "ch. 20, 10.2 and 211; 42 CFR 410.38(a)",
    *[k(c(f"medicare {day} {where}", dx, f"{code}", ordered=(1,), **DME, admission_date="x" if where == "21" else None), line=1) for day, where, dx, code in (("2018-04-03", "31", "G4733", "E0601-RR-KX-KH"), ("2020-06-30", "21", "J449", "E1390-RR-KH"), ("2022-05-10", "31", "M6281", "K0001-RR-KH"), ("2024-07-24", "21", "M6281", "E0260-RR-KH"), ("2026-05-20", "31", "R2689", "E0143-NU"))],
)  # fmt: skip
bad(
    "laboratory-of-inpatient", "PX119", "A laboratory's test for a hospital's inpatient, billed to Medicare: the hospital is paid for it.", CPM + "ch. 16, 40.3; ch. 3, 10.4",
    *[k(c(f"medicare {day} 21", dx, lines, admission_date="x", **LAB), line=1) for day, dx, lines in (("2018-12-04", "J189", "85025"), ("2020-01-14", "I214", "84484"), ("2022-03-29", "N179", "80048"), ("2024-09-12", "A419", "87040"), ("2026-04-14", "E1110", "82947"))],
    also="MOD115 PX109",
)  # fmt: skip
bad(
    "stopped-with-units", "QTY107", "A stopped procedure (73) that is bilateral or has several units.", "Integrated OCE, edit 37; " + CPM + "ch. 4, 20.6.4",
    *[k(c(f"{payer} {day} {where}", dx, line), line=1) for payer, day, where, dx, line in (
        ("medicare", "2018-07-24", "131", "H2513", "0360/66984-73-50"), ("medicare", "2020-10-27", "131", "M545", "0360/62323-73*2"), ("medicare", "2022-06-07", "131", "K635", "0360/45378-73*2"),
        ("medicare", "2024-07-25", "131", "K4020", "0360/49505-73-50"), ("medicare", "2026-02-24", "131", "G5603", "0360/64721-73*2"))],
    also="QTY105 QTY101 QTY102 QTY103 MOD107 MOD103 MOD102 LNK106",
)  # fmt: skip
