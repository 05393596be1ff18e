"""A fourth batch: professional claims of rules that no case had before, written from the guidelines and manuals."""

from __future__ import annotations

from typing import Any

from corpus.second.make import bad, c, k, ok
from corpus.second.services import AMB, ANESTHETIST, CRNA, DC, DME, TRIP

OCG = "ICD-10-CM Official Guidelines "
TABULAR = "ICD-10-CM Tabular List, note at "
CPM = "Medicare Claims Processing Manual, "
NCCI = "NCCI Policy Manual, "
PT: dict[str, Any] = {"rendering_taxonomy_code": "225100000X"}
REF: dict[str, Any] = {"referring_npi": 1}
CLIA: dict[str, Any] = {"referring_npi": 1, "clia_number": 1}
IN: dict[str, Any] = {"admission_date": "x"}
TODAY: dict[str, Any] = {"admission_date": "d"}

bad(
    "office-excluded", "DX107 DX132 DX117", "Two codes of which one excludes the other (Excludes1).", "ICD-10-CM Tabular List, Excludes1 notes; " + OCG + "I.A.12.a",
    k(c("commercial 2023-05-16 11", "B20 Z21", "99214@1,2")), k(c("medicaid 2021-09-07 11", "B20 R75", "99214@1,2"), hard=True),
    k(c("medicare 2019-11-05 11", "I69351 Z8673", "99213@1,2")), k(c("commercial 2020-02-18 11", "I2510 I209", "99214@1,2")),
    k(c("medicare 2025-02-11 11", "M8008XA M810", "99213@1,2")), k(c("commercial 2022-07-12 11", "M5416 M5116", "99213@1,2")),
    k(c("commercial 2018-03-06 11", "N390 N3000", "99213@1,2", sex="F")), k(c("tricare 2024-05-14 11", "K8020 K810", "99214@1,2")),
    k(c("commercial 2023-10-17 11", "F17210 Z87891", "99213@1,2")), k(c("medicare 2022-03-22 11", "R7303 E119", "99213@1,2")),
    k(c("medicaid 2021-12-07 11", "F1010 F1020", "99213@1,2")), k(c("commercial 2022-02-08 11", "U099 Z8616", "99213@1,2"), hard=True),
    k(c("commercial 2024-11-12 11", "O24410 Z3483 Z3A30", "99213@1,2,3", sex="F", age=28), hard=True), k(c("commercial 2020-06-09 11", "G894 F4541", "99213@1,2"), hard=True),
    k(c("commercial 2026-01-20 11", "T7411XA T7611XA", "99214@1,2"), hard=True),
    also="DX122 DX119",
)  # fmt: skip
bad(
    "office-contradiction", "DX140 DX132 DX107 DX117 DX122", "Codes of one claim that say opposite things of the same condition: with and without, two stages, two severities.", OCG + "I.B.2, I.C.4.a, I.C.9.a, I.C.14.a",
    k(c("medicare 2023-08-22 11", "E1165 E119", "99214@1,2")), k(c("commercial 2022-06-14 11", "K2100 K219", "99213@1,2"), hard=True),
    k(c("medicare 2024-02-13 11", "I110 I509 I119", "99214@1,2,3"), hard=True), k(c("medicare 2021-03-16 11", "I129 N186", "99214@1,2")), k(c("medicare 2022-08-09 11", "I120 N1831", "99214@1,2"), hard=True),
    k(c("medicare 2020-10-13 11", "I130 I5032 N186", "99214@1,2,3"), hard=True), k(c("medicare 2023-01-24 11", "I1310 I5022 N184", "99214@1,2,3"), hard=True), k(c("medicare 2017-02-14 11", "I119 I5030", "99214@1,2")),
    k(c("medicare 2025-06-17 11", "N1831 N184", "99214@1,2")), k(c("commercial 2024-03-05 11", "J4520 J4521", "99213@1,2"), hard=True), k(c("commercial 2018-05-22 11", "G43009 G43001", "99213@1,2"), hard=True),
)  # fmt: skip
bad(
    "office-insulin-and-tablets", "DX132", "Long-term use of insulin and of oral drugs, when only insulin was coded.", OCG + "of fiscal years 2018 to 2022, I.C.4.a.3",
    k(c("medicare 2020-01-21 11", "E1165 Z794 Z7984", "99213@1"), dx=3, hard=True),
)  # fmt: skip
bad(
    "office-first-listed", "DX141 DX108 DX109 DX110 DX111 DX119 DX123 DX133 DX134", "A code listed first that may not be, or one that must be first listed later.", OCG + "I.A.13, I.C.2.c, I.C.4.a, I.C.9.e, I.C.19.e, I.C.21.c",
    k(c("medicare 2021-05-11 11", "D630 C3490", "99214@1,2"), dx=1), k(c("medicare 2024-09-17 11", "L97412 E11621", "99213@1,2"), dx=1), k(c("medicare 2018-12-04 11", "T383X6A E1165", "99213@1,2"), dx=1, hard=True),
    k(c("commercial 2023-06-13 11", "Z6841 E6601", "99213@1,2"), dx=1), k(c("commercial 2022-09-20 11", "Z170 C50911", "99214@1,2", sex="F"), dx=1), k(c("commercial 2019-09-10 11", "E0822 N182", "99213@1,2"), dx=1, hard=True),
    k(c("medicare 2020-01-14 21", "R29705 I10", "99223@1,2", **TODAY), dx=1, hard=True), k(c("commercial 2024-06-18 11", "I10 Z392", "99213@1,2", sex="F", age=30), dx=2, hard=True), k(c("commercial 2017-08-22 11", "J309 Z025", "99213@1,2"), dx=2, hard=True),
    k(c("medicare 2023-11-14 23", "I220 I10", "99285@1,2"), dx=1, hard=True),
)  # fmt: skip
bad(
    "office-companion", "DX112 DX127 DX133 DX123 DX119", "A code without the one that the guidelines want with it.", OCG + "I.C.2.c.2, I.C.9.a.1, I.C.21.c.3; notes at the codes",
    k(c("medicare 2022-05-17 11", "D6481 C50911", "99214@1,2", sex="F"), hard=True), k(c("medicare 2019-02-19 11", "I110 E785", "99214@1"), dx=1),
    k(c("commercial 2024-04-16 11", "E11621 I10", "99213@1"), dx=1), k(c("commercial 2023-02-28 11", "R0602 Z5112", "96413@2"), hard=True),
)  # fmt: skip
bad(
    "office-pregnancy", "DX125 DX132 DX104 DX113 DX137 DX126", "Obstetric codes that don't go together.", OCG + "I.C.15.i, I.C.15.n, I.C.21.c.11",
    k(c("commercial 2021-04-13 21", "O80 Z371", "59409@1", sex="F", age=29, **TODAY), hard=True), k(c("commercial 2023-07-11 21", "O80 Z372 Z3A38", "59409@1", sex="F", age=31, **TODAY), hard=True),
    k(c("medicaid 2020-09-15 11", "O24414 Z794 Z3A32", "99213@1", sex="F", age=27), dx=2, hard=True), k(c("commercial 2022-10-25 11", "O021 Z3A10", "99213@1", sex="F", age=33), dx=2, hard=True),
    k(c("medicaid 2024-01-23 11", "O36593 Z3A34", "99213@1", sex="F", age=24), dx=1),
    k(c("commercial 2018-10-16 11", "Z3800 I10", "99213@1,2", age=30, sex="F"), dx=1),
    also="DX133",
)  # fmt: skip
bad(
    "office-injury", "DX142 DX102 DX136 DX138 DX123 DX132 DX103 DX120 DX107 DX135", "Injuries, burns, external causes: order and seventh characters.", OCG + "I.C.19.d, I.C.20.a-b, I.C.21.c.7",
    k(c("commercial 2022-11-08 11", "S52501D W010XXD Y92010", "99213@1,2,3"), dx=3, hard=True), k(c("commercial 2019-07-23 11", "S93401A W19XXXD", "99213@1,2"), dx=2, hard=True),
    k(c("medicare 2021-08-17 11", "T2122XA T24311A", "99213@1,2"), hard=True), k(c("commercial 2023-09-26 11", "Z4789 S82201D", "99213@1,2"), dx=1, hard=True),
    k(c("commercial 2024-10-08 11", "M5136", "99213"), dx=1),
)  # fmt: skip
bad(
    "office-age", "DX113", "A code for another age.", TABULAR + "Z68; Medicare Code Editor, age edits",
    k(c("medicaid 2022-01-18 11", "E669 Z6835", "99213@1,2", age=10), dx=2, hard=True), k(c("commercial 2020-11-17 11", "R54", "99213@1", age=10), dx=1, hard=True),
    k(c("commercial 2025-03-11 11", "Z00129", "99396@1", age=45), dx=1),
)  # fmt: skip
bad(
    "office-side", "DX116 LNK106 LNK110 LNK114", "Sides that don't agree, or two sides that have a code of their own.", OCG + "I.B.13",
    k(c("medicare 2024-08-06 11", "H402211 H402221", "99213@1,2"), hard=True), k(c("medicare 2024-07-09 24", "H2511", "66984-LT"), line=1), k(c("commercial 2024-08-20 24", "K4090", "49505-50"), line=1, hard=True),
    k(c("medicare 2024-09-10 11", "M7502", "20610-RT"), line=1),
    k(c("commercial 2024-09-24 11", "S92404A", "28490-TA"), line=1, hard=True),
)  # fmt: skip
bad(
    "office-modifier-setting", "MOD132 MOD133 MOD101 MOD102 MOD103 MOD124 MOD127", "Modifiers where they can't be: facility modifiers on a professional claim, split visits in an office, levels that a resident alone can't bill.", CPM + "ch. 12, 30.6.18 and 100.1.1.C; ch. 4, 20.6",
    k(c("medicare 2024-07-16 24", "K635", "45385-73"), line=1), k(c("commercial 2021-04-06 22", "R1084", "99213-27"), line=1), k(c("medicare 2023-04-18 11", "I10", "99214-FS"), line=1), k(c("medicare 2021-06-22 21", "J189", "99232-FS", **IN), line=1),
    k(c("medicare 2024-08-20 11", "I10", "99215-GE"), line=1, hard=True), k(c("medicare 2024-07-30 11", "I10", "99213-GC-GE"), line=1, hard=True), k(c("medicare 2024-09-04 21", "S72001A", "27245-FS", **TODAY), line=1, hard=True),
    k(c("medicare 2024-08-27 11", "I10", "99213-91"), line=1), k(c("commercial 2024-07-23 11", "R0602", "71046-91"), line=1, hard=True), k(c("medicare 2024-07-23 11", "I10", "99214-22"), line=1),
    k(c("medicare 2024-08-13 11", "L570", "17000-24"), line=1), k(c("medicare 2024-09-03 11", "R079", "93000-26"), line=1),
    also="MOD114",
)  # fmt: skip
bad(
    "office-medicare-services", "PX102 PX107 PX108 PX110 PX112 PX115 NCCI104 MOD101 MOD102 MOD103 MOD120 MOD121 MOD126 LNK113", "Medicare's rules for single services.", CPM + "ch. 12, 18 and 32; ch. 17, 80.9",
    k(c("medicare 2024-07-18 11", "E1142", "G0247"), line=1, hard=True), k(c("medicare 2024-08-08 11", "N184 D631", "J0885*10@1,2"), line=1, hard=True), k(c("medicare 2024-09-12 11", "Z1231", "77063", **REF), line=1),
    k(c("medicare 2018-02-06 11", "Z1231", "G0202", **REF), line=1), k(c("medicare 2024-07-11 11", "M5450", "97014-GP", **PT), line=1), k(c("medicare 2024-08-01 11", "M5450", "97010-GP 97110-GP*2", **PT), line=1),
    k(c("medicare 2022-06-07 11", "D509", "J1756-JZ*100"), line=1), k(c("medicare 2024-09-10 11", "C50911", "J9355-JW-JZ*10", sex="F"), line=1),
    k(c("medicare 2024-08-28 22", "C3490", "99214-Q1"), line=1, hard=True), k(c("medicare 2025-03-18 11", "F411", "99442"), line=1),
    k(c("medicare 2024-08-15 41", "R0789", "A0427-XH A0425-XH*12", **AMB, **TRIP), line=1), k(c("medicare 2021-07-20 12", "J449", "E1390-RR-KH-KI", **DME, ordered=[1]), line=1, hard=True), k(c("medicare 2023-05-09 12", "R2689", "E0135-NU-RR", **DME, ordered=[1]), line=1),
    also="QTY104 MOD135",
)  # fmt: skip
bad(
    "office-anesthesia", "MOD132 MOD102 MOD103 MOD106 MOD122 PX105 NCCI104", "Anesthesia: modifiers that contradict each other, are missing or aren't for it.", CPM + "ch. 12, 50",
    k(c("medicare 2024-07-17 22", "M1711", "01402-AA-QX*95MJ", **ANESTHETIST), line=1), k(c("medicare 2023-10-24 22", "K8020", "00790*80MJ", **ANESTHETIST), line=1), k(c("medicare 2024-08-21 22", "H2511", "66984-P3-RT"), line=1, hard=True),
    k(c("commercial 2024-07-24 22", "K8020", "00790-QZ*70MJ 99100", age=40, **CRNA), line=2, hard=True), k(c("commercial 2024-09-11 21", "O82 Z370", "01968-AA*40MJ", sex="F", age=30, **ANESTHETIST, **TODAY), line=1),
)  # fmt: skip
bad(
    "office-bundles", "NCCI101 NCCI102 NCCI103 PX116 PX120", "Services that are part of another one of the same day.", NCCI + "ch. I-XI; NCCI tables of July 2024",
    k(c("commercial 2024-07-30 11", "E785", "80053 80048", **CLIA), line=2), k(c("medicare 2024-08-13 21", "J9601", "99291 36600", **IN), line=2, hard=True), k(c("commercial 2024-08-06 11", "F331", "90834 90839"), line=2),
    k(c("commercial 2024-09-17 21", "O80 Z370", "59400 59409", sex="F", age=27, **TODAY), line=2), k(c("medicare 2024-07-30 24", "H2511", "66984-RT 66982-RT"), hard=True),
    k(c("medicare 2024-09-05 11", "D649", "85025 85027", **CLIA), line=2),
)  # fmt: skip

ok(
    "office-right-diagnoses", "Diagnoses that look as if they contradicted each other and don't.", OCG + "I.C.1-22, as each shows",
    k(c("medicare 2023-04-11 11", "I132 I5032 N186 Z992", "99214@1,2,3")), k(c("medicare 2022-05-24 11", "E1122 I129 N1831", "99214@1,2,3")), k(c("commercial 2023-10-24 11", "E1165 Z794 Z7984", "99213@1")), k(c("commercial 2024-06-25 11", "J440 J209 J441", "99214@1,2,3")),
    k(c("medicare 2021-07-20 11", "J441 J45901", "99214@1,2")), k(c("medicare 2020-08-11 11", "Z8673 I10", "99213@1,2")), k(c("medicare 2024-03-19 11", "I69351 I10", "99213@1,2")), k(c("commercial 2024-09-30 11", "M5136", "99213")),
    k(c("commercial 2021-09-30 11", "M545", "99213")), k(c("commercial 2023-05-23 11", "Q210", "99213", age=45)), k(c("medicaid 2023-08-15 11", "E669 Z6854", "99213@1,2", age=10)), k(c("commercial 2022-11-15 11", "S52501D", "99213@1")),
    k(c("auto 2022-04-12 11", "S134XXA V4352XA Y92410", "99213@1", is_auto_accident=True, accident_date="early", accident_state="NC")), k(c("commercial 2023-03-14 11", "T24311A T2122XA T3110", "99214@1,2")), k(c("commercial 2024-10-15 21", "O701 Z370 Z3A39", "59409@1,2", sex="F", age=28, **TODAY)),
    k(c("commercial 2024-02-20 11", "O24414 Z3A32", "99213@1", sex="F", age=31)), k(c("commercial 2020-03-10 11", "Z3483 Z3A30", "99213@1", sex="F", age=31)), k(c("medicare 2022-02-01 11", "Z5111 C50911 D6481 T451X5A", "96413@1,2", sex="F")), k(c("medicare 2025-05-20 11", "C3490 D630", "99214@1,2")),
    k(c("medicare 2022-09-27 11", "C50911 Z170", "99214@1,2", sex="F")), k(c("commercial 2018-08-14 11", "K2970 B9681", "99213@1,2")), k(c("medicare 2019-05-07 11", "E11621 L97412", "99213@1,2")), k(c("medicare 2023-06-20 11", "H401111 H401122", "99213@1,2")),
    k(c("commercial 2019-12-10 11", "N390 B9620", "99213@1,2", sex="F")), k(c("commercial 2024-01-16 11", "G40909 R4182", "99213@1,2")), k(c("commercial 2022-12-20 11", "Z0001 R030", "99396@1,2", age=50)),
    k(c("medicaid 2024-05-28 11", "B20 B3781", "99214@1,2")), k(c("commercial 2021-02-09 11", "U071 J1282", "99214@1,2")), k(c("commercial 2017-05-16 11", "F1120 F1010", "99213@1,2")),
    tables=True,
)  # fmt: skip
ok(
    "office-right-services", "Services and modifiers that look wrong and aren't.", CPM + "ch. 12, 17, 18 and 32; " + NCCI + "ch. I",
    k(c("medicare 2024-07-18 11", "E1142", "G0246 G0247@1")), k(c("medicare 2024-09-12 11", "Z1231", "77067 77063", segments=["REF*EW*123456"], **REF)), k(c("medicare 2017-12-19 11", "Z1231", "G0202", **REF)),
    k(c("medicare 2023-04-18 22", "I10", "99214-FS")), k(c("medicare 2024-08-20 22", "I10", "99213-GE")), k(c("medicare 2024-07-30 22", "I10", "99214-GC")), k(c("medicare 2024-07-09 24", "H2511", "66984-RT")), k(c("commercial 2024-08-20 24", "K4020", "49505-50")),
    k(c("medicare 2024-08-20 24", "H2511", "66984-54-RT")), k(c("medicare 2024-09-05 11", "E119", "83036-QW 82947-QW", **CLIA)), k(c("medicare 2021-07-20 12", "J449", "E1390-RR-KH", **DME, ordered=[1])),
    k(c("medicare 2024-08-22 22", "M1711", "01402-QK*95MJ", **ANESTHETIST)), k(c("medicare 2024-08-22 22", "M1711", "01402-QX*95MJ", **CRNA)), k(c("commercial 2024-07-24 22", "K8020", "00790-QZ*70MJ 99100", age=74, **CRNA)),
    k(c("medicare 2024-09-19 11", "M9903 M5450", "98941-AT@1,2", segments=["DTP*454*D8*20240901"], **DC)), k(c("medicare 2024-07-31 11", "Z23", "90662 G0008")), k(c("commercial 2024-07-16 11", "F331", "99214 90833")), k(c("medicare 2024-08-28 22", "C3490 Z006", "99214-Q1@1,2", segments=["REF*P4*01234567"])),
    tables=True,
)  # fmt: skip
