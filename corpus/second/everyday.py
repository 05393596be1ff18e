"""A sixth batch: the mistakes of every day, with codes that no case had before, written before any score."""

from __future__ import annotations

from typing import Any

from corpus.second.make import bad, c, k, ok
from corpus.second.services import LAB

OCG = "ICD-10-CM Official Guidelines "
CPM = "Medicare Claims Processing Manual, "
NCCI = "NCCI Policy Manual, "
REF: dict[str, Any] = {"referring_npi": 1}
CLIA: dict[str, Any] = {"referring_npi": 1, "clia_number": 1}
IN: dict[str, Any] = {"admission_date": "x"}
TODAY: dict[str, Any] = {"admission_date": "d"}
SURGEON: dict[str, Any] = {"rendering_taxonomy_code": "208600000X"}
PSY: dict[str, Any] = {"rendering_taxonomy_code": "103TC0700X"}
TOO_SHORT: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("commercial", "2023-02-14", "M2556", {}), ("medicare", "2024-05-21", "H40111", {}), ("commercial", "2018-09-18", "T451X5", {}), ("medicare", "2021-03-23", "C5091", {"sex": "F"}), ("medicaid", "2022-06-07", "F32", {}), ("auto", "2019-08-13", "S060X1", {"is_auto_accident": True, "accident_date": "early", "accident_state": "NC"}),
)  # fmt: skip

bad(
    "everyday-other-organ", "LNK115 LNK116", "A diagnosis of another part of the body than the procedure, and no other.", "42 CFR 411.15(k); " + CPM + "ch. 23, 10 and ch. 26, 10.4, item 24E: the diagnosis must explain the service",
    k(c("medicare 2024-07-16 11", "S8261XA", "25600-RT"), line=1), k(c("commercial 2023-03-21 11", "S52502A", "27786-LT"), line=1), k(c("medicare 2024-08-13 24", "M1711", "66984-RT"), line=1),
    k(c("commercial 2022-05-10 24", "J3501", "69436-50"), line=1, hard=True), k(c("commercial 2024-09-10 11", "S93401A", "90834", **PSY), line=1), k(c("commercial 2021-10-19 22", "K8020", "44970", **SURGEON), line=1, hard=True),
    k(c("medicare 2024-07-23 22", "K3580", "47562", **SURGEON), line=1, hard=True), k(c("commercial 2020-02-25 11", "M545", "92014"), line=1), k(c("commercial 2025-04-15 11", "I10", "59025", sex="F", age=30), line=1, hard=True),
    k(c("medicaid 2019-06-11 11", "N390", "76805", sex="F", age=26, **REF), line=1, hard=True), k(c("commercial 2023-08-22 11", "M25561", "31231"), line=1), k(c("medicare 2024-08-27 11", "H6691", "52000"), line=1),
    k(c("tricare 2022-11-15 24", "J45909", "45378"), line=1), k(c("commercial 2024-02-13 24", "K219", "19120-RT", sex="F"), line=1),
)  # fmt: skip
bad(
    "everyday-too-short", "DX103 DX104", "A code without its last characters.", OCG + "I.B.2, I.C.19.a",
    *[k(c(f"{payer} {day} 11", f"I10 {code}" if n % 2 else code, "99213@2" if n % 2 else "99213", **who), dx=2 if n % 2 else 1) for n, (payer, day, code, who) in enumerate(TOO_SHORT)],
)  # fmt: skip
bad(
    "everyday-code-year", "DX102 DX103", "A code a few days before it began, or after it ended.", "ICD-10-CM, conversion tables and addenda",
    *[k(c(f"{payer} {day} 11", code, "99213"), dx=1) for payer, day, code in (
        ("commercial", "2016-09-27", "K582"), ("medicare", "2022-10-11", "G933"), ("commercial", "2024-10-08", "E668"), ("commercial", "2022-03-29", "Z28310"), ("medicare", "2020-12-15", "M3581"), ("medicare", "2021-09-28", "I5A"), ("commercial", "2023-10-05", "E8881"), ("medicaid", "2017-10-03", "K5669"))],
)  # fmt: skip
bad(
    "everyday-history-and-absence", "DX132 DX143", "A disease or an examination of what the claim says is gone or over.", OCG + "I.C.2.m, I.C.21.c.3 and I.C.21.c.4",
    k(c("medicare 2023-05-09 11", "C61 Z8546", "99214@1,2", sex="M"), hard=True), k(c("medicare 2022-08-16 11", "Z124 Z90710", "99213@1,2", sex="F"), hard=True), k(c("medicare 2024-09-03 11", "Z1231 Z9013", "77067@1,2", sex="F", segments=["REF*EW*123456"], **REF), hard=True),
    k(c("medicare 2021-04-20 11", "L97511 Z89511", "99213@1,2"), hard=True), k(c("commercial 2020-07-14 11", "Z3201 Z3202", "99213@1,2", sex="F", age=27)),
)  # fmt: skip
bad(
    "everyday-newborn", "DX144", "Newborn codes at an age that isn't theirs.", "ICD-10-CM, titles of Z00.110 and Z00.111; " + OCG + "I.C.16.a.2",
    k(c("commercial 2024-03-12 11", "Z00110", "99391", patient_birth_date="2024-02-21"), dx=1, hard=True), k(c("medicaid 2022-09-13 11", "Z00111", "99391", patient_birth_date="2022-09-10"), dx=1, hard=True), k(c("commercial 2023-06-06 11", "Z3800", "99391", patient_birth_date="2023-03-28"), dx=1, hard=True),
    k(c("commercial 2025-01-14 11", "Z00110", "99391", patient_birth_date="2024-12-30"), dx=1), k(c("medicaid 2021-06-22 11", "Z00111", "99381", patient_birth_date="2021-06-18"), dx=1),
    also="LNK107",
)  # fmt: skip
bad(
    "everyday-screening", "LNK107 LNK112 LNK104 LNK115", "A screening code for a complaint, or a diagnostic one for a screening; a vaccine without its reason.", CPM + "ch. 18, 10, 20 and 60; " + OCG + "I.C.21.c.2 and c.5",
    k(c("medicare 2024-07-23 24", "K921", "G0121"), line=1), k(c("medicare 2024-08-06 11", "N6311", "77067", sex="F", segments=["REF*EW*123456"], **REF), line=1), k(c("commercial 2023-10-10 11", "Z1231", "77066", sex="F", age=50, segments=["REF*EW*123456"], **REF), line=1, hard=True), k(c("commercial 2023-10-17 11", "I10", "90471 90686"), line=1),
)  # fmt: skip
bad(
    "everyday-hospital-codes", "PX107 PX108 PX109 PX110 PX112 QTY104", "Codes that only facilities bill, on a physician's claim.", CPM + "ch. 4, 290; Medicare Physician Fee Schedule and OPPS, status",
    k(c("medicare 2024-07-16 22", "I10", "G0463"), line=1, hard=True), k(c("medicare 2024-08-13 22", "R079", "G0378*12"), line=1, hard=True), k(c("medicare 2024-09-17 11", "Z0000", "S0612"), line=1), k(c("medicare 2024-09-10 11", "F331", "T1015"), line=1),
)  # fmt: skip
bad(
    "everyday-surgery-in-an-office", "PX109", "Major surgery in a place where nobody can do it.", "Medicare Physician Fee Schedule, nonfacility NA indicator; OPPS inpatient list",
    k(c("medicare 2024-07-23 11", "I25110", "33533"), line=1, hard=True), k(c("medicare 2024-08-20 12", "M1711", "27447-RT"), line=1, hard=True),
)  # fmt: skip
bad(
    "everyday-bundles", "NCCI101 NCCI102 NCCI103", "Parts of one service billed apart.", "NCCI tables of July 2024; " + NCCI + "ch. IV-XI",
    k(c("medicare 2024-07-09 24", "K219", "43239 43235")), k(c("commercial 2024-07-30 24", "M23211", "29880-RT 29881-RT")), k(c("medicare 2024-08-13 11", "C50911", "96413@1 96365@1", sex="F")), k(c("commercial 2024-08-20 11", "R1030", "74177@1 74176@1", **REF)),
    k(c("medicare 2024-09-10 11", "S52501A", "25600-RT 29075-RT")), k(c("medicare 2024-09-17 11", "I10", "99490 99487"), hard=True),
)  # fmt: skip
bad(
    "everyday-again", "EM101 CLM114 CLM115 HX101 HX103 CLM113 EM102", "What was billed or seen before.", CPM + "ch. 12, 30.6.7 and 40.1; ch. 1, 120",
    k(c("commercial 2024-08-13 11", "I10", "99203"), earlier=[c("commercial 2022-02-15 11", "E785", "99213")], line=1), k(c("medicare 2024-07-30 11", "I10", "99213"), c("medicare 2024-07-30 11", "I10", "99213")), k(c("medicare 2024-08-20 11", "M1711", "99213"), earlier=[c("medicare 2024-07-09 21", "M1711", "27447-RT", **TODAY)], line=1),
    k(c("medicare 2022-03-08 11", "I10", "99214", submitted_date="2023-03-21")), k(c("medicare 2024-07-16 11", "R0789", "93000 93000"), line=2),
)  # fmt: skip
bad(
    "everyday-units", "QTY101 QTY102 QTY103", "More units than a day can have.", "NCCI unlikely edits of July 2024",
    k(c("medicare 2024-07-23 11", "J309", "95004*120"), line=1), k(c("medicare 2024-08-06 11", "D649", "85025*3", **CLIA), line=1), k(c("medicare 2024-08-27 11", "I10", "93000*5"), line=1), k(c("commercial 2024-09-10 11", "M5416", "62323*2"), line=1),
)  # fmt: skip

ok(
    "everyday-right-organ", "Diagnoses that explain a procedure though they are from another chapter.", CPM + "ch. 23, 10; " + OCG + "I.C.1-22",
    k(c("medicare 2024-07-16 11", "M80031A", "25600-RT")), k(c("medicare 2024-08-13 24", "E1136", "66984-RT")), k(c("commercial 2022-05-10 24", "H6523", "69436-50")), k(c("commercial 2024-09-10 11", "F4321 Z630", "90834@1,2", **PSY)), k(c("commercial 2024-09-10 11", "G4700", "90834", **PSY)),
    k(c("commercial 2021-10-19 22", "K3580", "44970", **SURGEON)), k(c("medicare 2024-07-23 22", "K8010", "47562", **SURGEON)), k(c("commercial 2020-02-25 11", "E119", "92014")), k(c("commercial 2025-04-15 11", "O365930 Z3A36", "59025@1,2", sex="F", age=30)), k(c("medicaid 2019-06-11 11", "Z3689", "76805", sex="F", age=26, **REF)),
    k(c("commercial 2023-08-22 11", "R040", "31231")), k(c("medicare 2024-08-27 11", "R310", "52000")), k(c("tricare 2022-11-15 24", "D509", "45378")), k(c("commercial 2024-02-13 24", "N6311", "19120-RT", sex="F")), k(c("medicare 2024-07-09 11", "E113511", "67028-RT")), k(c("medicare 2024-08-06 22", "C50911 Z5181", "93306-26@1,2", sex="F", **REF)),
    k(c("commercial 2024-03-05 11", "T7411XA", "90837", **PSY)), k(c("commercial 2022-08-09 11", "L600", "11750-T5")), k(c("medicare 2024-07-30 11", "G5601", "20526-RT")), k(c("medicare 2024-09-17 11", "M170", "20610-50")), k(c("commercial 2024-05-07 24", "R1310", "43239")), k(c("commercial 2023-02-21 24", "C189", "45385")),
    tables=True,
)  # fmt: skip
ok(
    "everyday-right-time", "Codes, ages and intervals just inside their borders.", "ICD-10-CM addenda; " + CPM + "ch. 1, 70; ch. 12, 30.6.7 and 40.1; ch. 18",
    *[k(c(f"{payer} {day} 11", code, "99213")) for payer, day, code in (
        ("commercial", "2016-10-03", "K582"), ("medicare", "2022-10-11", "G9331"), ("commercial", "2024-10-08", "E66811"), ("commercial", "2022-04-05", "Z28310"), ("medicare", "2021-10-05", "I5A"), ("commercial", "2023-09-29", "E8881"), ("medicaid", "2017-09-29", "K5669"), ("medicare", "2022-09-30", "G933"))],
    k(c("commercial 2024-03-12 11", "Z00110", "99391", patient_birth_date="2024-03-08")), k(c("medicaid 2022-09-13 11", "Z00111", "99391", patient_birth_date="2022-08-29")), k(c("commercial 2023-06-06 21", "Z3800", "99460", patient_birth_date="2023-06-06", **TODAY)),
    k(c("commercial 2024-08-13 11", "I10", "99203"), earlier=[c("commercial 2021-08-12 11", "E785", "99213")]), k(c("medicare 2024-08-20 11", "J209", "99213-24"), earlier=[c("medicare 2024-07-09 21", "M1711", "27447-RT", **TODAY)]), k(c("medicare 2022-03-08 11", "I10", "99214", submitted_date="2023-03-01")),
    k(c("medicare 2023-05-09 11", "R9721 Z8546", "99214@1,2", sex="M")), k(c("medicare 2022-08-16 11", "Z1272 Z90710", "99213@1,2", sex="F")), k(c("medicare 2021-04-20 11", "L97521 Z89511", "99213@1,2")), k(c("medicare 2023-09-12 11", "C50911 Z853", "99214@1,2", sex="F")),
    k(c("commercial 2023-10-10 11", "N6311", "77066", sex="F", age=50, segments=["REF*EW*123456"], **REF)), k(c("medicare 2024-07-16 11", "R0789", "93000 93000-76")), k(c("medicare 2024-07-23 81", "E785", "80061", **LAB)),
    tables=True,
)  # fmt: skip
