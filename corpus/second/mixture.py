"""A seventh batch: rules of all chapters once more, with other codes, written before any score."""

from __future__ import annotations

from typing import Any

from corpus.second.make import bad, c, k, ok
from corpus.second.services import AMB, CRNA, DME, SECOND, TRIP, _primary

OCG = "ICD-10-CM Official Guidelines "
CPM = "Medicare Claims Processing Manual, "
NCCI = "NCCI Policy Manual, "
REF: dict[str, Any] = {"referring_npi": 1}
CLIA: dict[str, Any] = {"referring_npi": 1, "clia_number": 1}
IN: dict[str, Any] = {"admission_date": "x"}
TODAY: dict[str, Any] = {"admission_date": "d"}
OT: dict[str, Any] = {"rendering_taxonomy_code": "225X00000X"}
SLP: dict[str, Any] = {"rendering_taxonomy_code": "235Z00000X"}
MFT: dict[str, Any] = {"rendering_taxonomy_code": "106H00000X"}

bad(
    "mixture-contradiction", "DX140 DX132 DX107 DX117", "One condition said to be with and without the same, or in two states.", OCG + "I.A.15, I.B.2",
    k(c("medicare 2024-02-20 11", "M48061 M48062", "99213@1,2")), k(c("medicare 2023-07-18 11", "N400 N401", "99213@1,2", sex="M")), k(c("commercial 2021-09-14 11", "N3000 N3001", "99213@1,2", sex="F")), k(c("commercial 2022-10-04 11", "K5000 K50012", "99213@1,2")),
    k(c("medicare 2020-06-23 11", "I2510 I25110", "99214@1,2"), hard=True), k(c("commercial 2023-03-28 11", "G40209 G40211", "99214@1,2"), hard=True), k(c("medicare 2024-10-22 11", "F0390 F03911", "99213@1,2"), hard=True), k(c("commercial 2019-05-21 11", "F1020 F10230", "99213@1,2"), hard=True),
    k(c("commercial 2025-02-18 11", "F330 F332", "99213@1,2"), hard=True), k(c("medicare 2022-01-25 11", "C9000 C9001", "99214@1,2"), hard=True),
)  # fmt: skip
bad(
    "mixture-order", "DX141 DX108 DX111 DX123 DX134", "What another code causes, listed before it.", OCG + "I.A.13, I.B.7; code-first notes",
    k(c("medicare 2023-09-05 11", "N1830 E1122", "99213@1,2"), dx=1), k(c("medicare 2021-11-09 11", "I5022 I110", "99214@1,2"), dx=1), k(c("medicare 2019-02-12 11", "F0280 G309", "99214@1,2"), dx=1),
    k(c("medicare 2022-04-26 11", "I8510 K7460", "99213@1,2"), dx=1, hard=True),
    k(c("medicare 2018-07-31 11", "L97211 I83012", "99213@1,2"), dx=1, hard=True), k(c("commercial 2023-12-05 11", "Z1610 N390", "99213@1,2", sex="F"), dx=1),
    also="DX119",
)  # fmt: skip
bad(
    "mixture-pregnancy", "DX126 DX123 DX131 DX107 DX103 DX104", "Pregnancy: weeks, trimesters, newborns and conditions of another chapter.", OCG + "I.C.15, I.C.21.c.11",
    k(c("commercial 2023-04-18 11", "O0931 Z3A30", "99213@1,2", sex="F", age=27)), k(c("medicaid 2022-08-23 11", "I10 O10012 Z3A20", "99213@2,1", sex="F", age=31), dx=2), k(c("commercial 2024-05-07 11", "Z3491 O2341", "99213@1,2", sex="F", age=25), hard=True), k(c("commercial 2021-06-15 11", "Z331 O219", "99213@1,2", sex="F", age=29)),
    k(c("medicaid 2019-10-08 11", "O9981 E119", "99213@1", sex="F", age=33), dx=1, hard=True),
)  # fmt: skip
bad(
    "mixture-injury", "DX138 DX123 DX109 DX104 DX103 DX142 DX136 DX120", "Injuries: seventh characters, poisonings, adverse effects and causes.", OCG + "I.C.19, I.C.20",
    k(c("commercial 2022-05-17 11", "S62101K W010XXA", "99213@1,2"), hard=True), k(c("medicare 2023-02-07 11", "T457X5A K922", "99213@1,2"), dx=1), k(c("commercial 2020-01-21 11", "V4352XA S134XXA", "99213@1,2"), dx=1), k(c("commercial 2024-08-06 11", "S82201", "99213"), dx=1),
    k(c("medicare 2021-02-23 11", "R112 T391X1A", "99213@1,2"), dx=2, hard=True), k(c("commercial 2022-07-26 11", "S61411D Z4802", "99213@1,2"), dx=2, hard=True),
)  # fmt: skip
bad(
    "mixture-modifiers", "MOD132 MOD133 MOD103 MOD102 MOD106", "Modifiers that the code, the place, the day or another modifier doesn't allow.", CPM + "ch. 12; " + NCCI + "ch. I, E",
    k(c("medicare 2024-07-30 11", "I10", "99213-78"), line=1), k(c("medicare 2024-08-13 11", "I10", "99214-76"), line=1), k(c("commercial 2023-05-09 11", "M1711", "20610-57-RT"), line=1), k(c("medicare 2024-09-10 22", "K8020", "47562-P2"), line=1),
    k(c("medicare 2024-07-23 11", "R079", "71046-FX-FY"), line=1, hard=True), k(c("medicare 2023-09-19 11", "I10", "99213-GV-GW"), line=1, hard=True), k(c("medicare 2024-08-06 11", "R0602", "94010-TC-26"), line=1), k(c("commercial 2024-08-20 11", "Z0000", "99396-50", age=50), line=1),
    k(c("medicare 2022-11-15 22", "J189", "99214-PO"), line=1, hard=True), k(c("medicare 2024-09-17 11", "E785", "80061-TC", **CLIA), line=1, hard=True),
    also="MOD114 CLM116",
)  # fmt: skip
bad(
    "mixture-services", "PX124 MOD134 PX109 PX105 PX123 PX122 PX121 PX115 NCCI101 PX120", "Services that the patient, the place, the practitioner or the day don't allow.", CPM + "ch. 12 to 18",
    k(c("medicare 2024-07-16 11", "F411", "99214", **MFT), line=1, hard=True), k(c("medicare 2024-08-06 11", "R1310", "92526-GO", **SLP), line=1, hard=True), k(c("medicare 2024-08-20 22", "R079", "93000", **REF), line=1, hard=True), k(c("medicare 2024-09-10 23", "R0602", "71046-TC", **REF), line=1),
    k(c("commercial 2024-02-27 11", "Z23", "90700", age=30), line=1, hard=True), k(c("commercial 2023-08-08 11", "G4733", "95810", age=4), line=1, hard=True), k(c("medicare 2024-07-23 11", "Z1211", "81528", age=88, **CLIA), line=1, hard=True), k(c("medicare 2024-08-27 11", "Z23", "90739 G0009"), line=2, hard=True),
    k(c("medicare 2024-09-03 41", "R0789", "A0431-RH A0436-RH*30", **AMB, **TRIP), hard=True), k(c("medicare 2024-07-09 22", "I10", "99282~23 G2211"), line=2, hard=True),
    k(c("commercial 2022-12-06 21", "O80 Z370", "59510 59514", sex="F", age=30, **TODAY), hard=True), k(c("commercial 2023-05-16 21", "O80 Z370", "59400@1 59430@1", sex="F", age=30, **TODAY), line=2, hard=True),
)  # fmt: skip
bad(
    "mixture-limb", "LNK116", "A procedure on another part of the limb than the diagnosis.", CPM + "ch. 26, 10.4, item 24E",
    k(c("commercial 2023-01-17 11", "S42201A", "25605-RT"), line=1), k(c("medicare 2024-09-17 11", "M25551", "73030-RT", **REF), line=1), k(c("commercial 2021-08-10 24", "M1712", "29827-LT"), line=1), k(c("commercial 2024-04-09 11", "S93401A", "73110-RT", **REF), line=1), k(c("medicare 2024-08-13 24", "M2041", "26055-RT"), line=1, hard=True),
)  # fmt: skip
bad(
    "mixture-numbers", "CLM133 CLM123 CLM118 CLM104 CLM108 LNK102 CLM107 CLM112 CLM121 CLM128 CLM116", "Numbers, days and amounts that can't be.", "837P guide, loops 2010 to 2430",
    k(c("commercial 2023-03-07 11", "I10", "99213", billing_tax_id="99123456")), k(c("commercial 2021-05-11 11", "I10", "99213", facility_npi=1, facility_zip_code="2760")), k(c("medicare 2022-07-19 11", "I10", "99213", member_id="1EG4TE5MK7")), k(c("commercial 2024-01-23 11", "I10", "99213", patient_birth_date="2024-02-14")),
    k(c("medicare 2024-07-09 11", "I10", "99213*0"), line=1), k(c("commercial 2024-08-20 11", "I10", "99213@3"), line=1), k(c("commercial 2023-10-17 11", "I10", "99213", charge_amount="999.00")), k(c("commercial 2020-09-08 11", "I10", "99213", is_other_accident=True, accident_date="late"), hard=True),
    k(c("commercial 2022-03-15 11", "I10", "99213", others=_primary("CLARK", "50", "CI"), **SECOND | {"payer_sequence_code": "P"}), hard=True), k(c("medicare 2024-05-21 12", "G4733", "E0601-RR-KH", **DME)),
)  # fmt: skip

ok(
    "mixture-right", "What looks like one of these and isn't.", OCG + "I.C.1-22; " + CPM + "ch. 12-18",
    k(c("medicare 2024-02-20 11", "M48062 M4802", "99213@1,2")), k(c("commercial 2022-10-04 11", "K50012 D509", "99213@1,2")), k(c("medicare 2020-06-23 11", "I25110 I252", "99214@1,2")), k(c("commercial 2023-03-28 11", "G40209 G43909", "99214@1,2")),
    k(c("commercial 2019-05-21 11", "F1020 F1120", "99213@1,2")), k(c("medicare 2023-09-05 11", "E1122 N1830", "99213@1,2")), k(c("medicare 2021-11-09 11", "I110 I5022", "99214@1,2")), k(c("medicare 2019-02-12 11", "G309 F0280", "99214@1,2")), k(c("medicare 2022-04-26 11", "K7460 I8510", "99213@1,2")),
    k(c("medicare 2018-07-31 11", "I83012 L97211", "99213@1,2")), k(c("commercial 2023-04-18 11", "O0933 Z3A30", "99213@1,2", sex="F", age=27)), k(c("medicaid 2022-08-23 11", "O10012 Z3A20", "99213@1,2", sex="F", age=31)), k(c("commercial 2021-06-15 11", "J069 Z331", "99213@1,2", sex="F", age=29)),
    k(c("commercial 2022-05-17 11", "S62101K W010XXD", "99213@1,2")), k(c("medicare 2023-02-07 11", "K922 T45515A", "99213@1,2")), k(c("medicare 2021-02-23 11", "T391X1A R112", "99213@1,2")), k(c("commercial 2022-07-26 11", "S61411D", "99213")), k(c("commercial 2022-07-26 11", "Z4802", "99213")),
    k(c("medicare 2024-09-10 22", "K8020", "00790-QZ-P2*80MJ", **CRNA)), k(c("medicare 2024-07-23 11", "R079", "71046-FX", **REF)), k(c("medicare 2024-08-06 11", "R0602", "94010-26")), k(c("medicare 2024-08-06 11", "R1310", "92526-GN", **SLP)), k(c("medicare 2024-08-06 11", "M25511", "97535-GO*2", **OT)),
    k(c("medicare 2024-08-20 22", "R079", "93010", **REF)), k(c("commercial 2024-02-27 11", "Z23", "90715 90471", age=30)), k(c("commercial 2023-08-08 11", "G4733", "95782", age=4)), k(c("medicare 2024-08-27 11", "Z23", "90739 G0010")), k(c("medicare 2024-07-09 11", "I10", "99214 G2211")),
    k(c("commercial 2023-05-16 21", "O30043 Z372 Z3A37", "59400@1 59409-59@1", sex="F", age=30, **TODAY)), k(c("commercial 2023-01-17 11", "S42201A", "23600-RT")), k(c("medicare 2024-09-17 11", "M25551", "73562-RT", **REF)), k(c("commercial 2024-04-09 11", "S93401A", "73610-RT", **REF)), k(c("medicare 2024-08-13 24", "M2041", "28285-T6")),
    k(c("commercial 2024-05-14 11", "M1711 M25562", "20610-RT@1 73562-LT@2", **REF)), k(c("medicare 2024-08-06 11", "M7541", "20610-RT")), k(c("commercial 2021-05-11 11", "I10", "99213", facility_npi=1, facility_zip_code="276011234")), k(c("commercial 2022-03-15 11", "I10", "99213", is_other_accident=True, accident_date="early")),
    tables=True,
)  # fmt: skip
